"""Definitions that are data: read strictly, each mistake told with its place.

Rules, visits and forms are JSON files that a coordinator's team will one day write.
A wrong file must refuse to load, and say where and why, long before a child is met.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Kind = TypeVar("Kind", bound=StrEnum)
Part = TypeVar("Part")


class DefinitionError(ValueError):
    """A definition does not say what it must; the text names the place and the reason."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class Mark(StrEnum):
    """How well a value is founded, as in the domain paper: it travels with the value."""

    SOURCED = "S"
    ASSUMED = "A"
    ANALOGY = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The same few words in French, which is shown first, and in English."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place of a definition: its JSON value and the way to it."""

    value: object
    place: str

    def wrong(self, problem: str) -> DefinitionError:
        """Give the error of this place, to be raised."""
        return DefinitionError(self.place, problem)

    def keyed(self) -> dict[str, object]:
        """Give the object at this place."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object is expected")
        return self.value

    def only(self, *known: str) -> None:
        """Refuse every key that is not known, so that a slip of the pen is not ignored."""
        for key in self.keyed():
            if key not in known:
                raise self.wrong(f"unknown key {key!r}")

    def named(self, name: str) -> "Node":
        """Give the same value under a place that also tells its id."""
        return Node(value=self.value, place=f"{self.place} ({name})")

    def at(self, key: str) -> "Node":
        """Give what stands under a key that must be there."""
        found = self.maybe(key)
        if found is None:
            raise self.wrong(f"{key!r} is missing")
        return found

    def maybe(self, key: str) -> "Node | None":
        """Give what stands under a key, if the key is there."""
        held = self.keyed()
        if key not in held:
            return None
        return Node(value=held[key], place=f"{self.place}.{key}")

    def items(self) -> "tuple[Node, ...]":
        """Give the places of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list is expected")
        return tuple(
            Node(value=value, place=f"{self.place}[{index}]")
            for index, value in enumerate(self.value)
        )

    def text(self) -> str:
        """Give a text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self.wrong("a text is expected")
        return self.value

    def whole(self) -> int:
        """Give a whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.wrong("a whole number is expected")
        return self.value

    def number(self) -> float:
        """Give a number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.wrong("a number is expected")
        return float(self.value)

    def flag(self) -> bool:
        """Give true or false."""
        if not isinstance(self.value, bool):
            raise self.wrong("true or false is expected")
        return self.value

    def choice(self, kind: type[Kind]) -> Kind:
        """Give one of an enumeration's values."""
        word = self.text()
        if word not in list(kind):
            raise self.wrong(f"{word!r} is none of {', '.join(kind)}")
        return kind(word)

    def choices(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Give a list of an enumeration's values."""
        return tuple(item.choice(kind) for item in self.items())

    def label(self) -> Label:
        """Give a label in both languages."""
        self.only("fr", "en")
        return Label(fr=self.at("fr").text(), en=self.at("en").text())


def parse(text: str, place: str) -> Node:
    """Give the root of a definition written in JSON.

    Raises:
        DefinitionError: The text is not JSON, or an object names a key twice.
    """
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, place))
    except json.JSONDecodeError as error:
        raise DefinitionError(f"{place}:{error.lineno}", "this is not JSON") from error
    return Node(value=value, place=place)


def distinct(parts: tuple[Part, ...], key: Callable[[Part], str], node: Node) -> tuple[Part, ...]:
    """Give the parts back, once it is sure that no two of them share an id."""
    seen: set[str] = set()
    for part in parts:
        if key(part) in seen:
            raise node.wrong(f"{key(part)!r} stands there twice")
        seen.add(key(part))
    return parts


def _object(pairs: list[tuple[str, object]], place: str) -> dict[str, object]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise DefinitionError(place, "an object names a key twice")
    return held
