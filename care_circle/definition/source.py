"""Definitions that are data: read strictly, each mistake told with its file and its line.

Rules, visits and forms are YAML files that a coordinator's team will one day write. A wrong
file must refuse to load, and say everything that is wrong with it, long before a child is met.

Only JSON's `null`, `true`, `false` and numbers are more than text: `no`, `~`, `37+0` and
`2026-11-22` are the words that stand there. Anchors, tags and keys said twice are refused.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

import yaml
from typing_extensions import override

from care_circle.labels import Label

Kind = TypeVar("Kind", bound=StrEnum)
Part = TypeVar("Part")
Read = TypeVar("Read")
Scalar = bool | int | float | str | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]
"""A value as JSON knows it."""

_DEEPEST = 40
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_WORDS: Final[Mapping[str, Scalar]] = {"": None, "null": None, "true": True, "false": False}
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Complaint:
    """One mistake: its file, its line from 1, the id of the part it stands in, what it is."""

    file: str
    line: int
    name: str
    problem: str

    @override
    def __str__(self) -> str:
        named = f"({self.name}) " if self.name else ""
        return f"{self.file}:{self.line}: {named}{self.problem}"


class DefinitionError(ValueError):
    """Definitions do not say what they must; `complaints` names every place and reason."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("\n".join(str(each) for each in complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place of a definition: what stands there, in which file and line, in which part.

    `value` is a scalar, a tuple of nodes, or a dictionary of nodes; `keys` the lines of keys.
    """

    value: "Scalar | tuple[Node, ...] | dict[str, Node]"
    file: str
    line: int
    name: str = ""
    keys: Mapping[str, int] = field(default_factory=dict)

    def complaint(self, problem: str, *, line: int | None = None) -> Complaint:
        """Give a complaint about this place, or about another line of it."""
        return Complaint(file=self.file, line=line or self.line, name=self.name, problem=problem)

    def wrong(self, problem: str) -> DefinitionError:
        """Give the error of this place, to be raised."""
        return DefinitionError(self.complaint(problem))

    def only(self, *known: str) -> None:
        """Refuse every key that is not known, so that a slip of the pen is not ignored."""
        unknown = [key for key in self.keyed() if key not in known]
        if unknown:
            raise DefinitionError(
                *(self.complaint(f"unknown key {key!r}", line=self.keys[key]) for key in unknown)
            )

    def named(self, name: str) -> "Node":
        """Give the same place, whose mistakes are told with this id."""
        return replace(self, name=name)

    def identified(self, key: str = "code") -> "Node":
        """Give the same place, whose mistakes are told with its own id."""
        return self.named(self.at(key).text())

    def keyed(self) -> "dict[str, Node]":
        """Give the object at this place."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object is expected")
        return self.value

    def at(self, key: str) -> "Node":
        """Give what stands under a key that must be there."""
        found = self.maybe(key)
        if found is None:
            raise self.wrong(f"{key!r} is missing")
        return found

    def maybe(self, key: str) -> "Node | None":
        """Give what stands under a key, if the key is there and says something."""
        found = self.keyed().get(key)
        return None if found is None or found.value is None else replace(found, name=self.name)

    def optional(self, key: str, read: "Callable[[Node], Read]") -> Read | None:
        """Read what stands under a key, None where nothing does."""
        found = self.maybe(key)
        return None if found is None else read(found)

    def items(self) -> "tuple[Node, ...]":
        """Give the places of a list."""
        if not isinstance(self.value, tuple):
            raise self.wrong("a list is expected")
        return tuple(replace(item, name=self.name) for item in self.value)

    def listed(self, key: str) -> "tuple[Node, ...]":
        """Give the places of a list under a key, none where the key is missing."""
        found = self.maybe(key)
        return () if found is None else found.items()

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

    def scalar(self) -> bool | int | float | str:
        """Give a single value of any kind."""
        if self.value is None or isinstance(self.value, tuple | dict):
            raise self.wrong("a single value is expected")
        return self.value

    def choice(self, kind: type[Kind]) -> Kind:
        """Give one of an enumeration's values."""
        word = self.text()
        if word not in list(kind):
            raise self.wrong(f"{word!r} is none of {', '.join(kind)}")
        return kind(word)

    def label(self) -> Label:
        """Give a label in both languages."""
        return Label(fr=self.at("fr").text(), en=self.at("en").text())

    def plain(self) -> Plain:
        """Give the value as JSON knows it."""
        match self.value:
            case tuple():
                return [item.plain() for item in self.value]
            case dict():
                return {key: item.plain() for key, item in self.value.items()}
            case _:
                return self.value


class Gathering:
    """Reads one thing after the other, so that no mistake hides the next one."""

    def __init__(self) -> None:
        self._complaints: list[Complaint] = []

    def of(self, read: Callable[[], Read]) -> Read | None:
        """Read something; None, and a complaint kept, where it is wrong."""
        try:
            return read()
        except DefinitionError as error:
            self._complaints += error.complaints
            return None

    def end(self) -> None:
        """Insist that nothing was wrong.

        Raises:
            DefinitionError: With all complaints.
        """
        if self._complaints:
            raise DefinitionError(*self._complaints)


def each(nodes: Iterable[Node], read: Callable[[Node], Read]) -> tuple[Read, ...]:
    """Read every one of some places.

    Raises:
        DefinitionError: With the complaints of all.
    """
    gathering, done = Gathering(), []
    for node in nodes:
        found = gathering.of(partial(read, node))
        if found is not None:
            done.append(found)
    gathering.end()
    return tuple(done)


def distinct(nodes: Iterable[Node], key: str = "code") -> None:
    """Insist that no two of some objects share an id.

    Raises:
        DefinitionError: With each that was said before.
    """
    seen: set[str] = set()
    complaints: list[Complaint] = []
    for node in nodes:
        said = node.at(key)
        if said.text() in seen:
            complaints.append(said.complaint(f"{said.text()!r} stands there twice"))
        seen.add(said.text())
    if complaints:
        raise DefinitionError(*complaints)


def parse(text: str, file: str) -> Node:
    """Give the root of a definition written in YAML, of which JSON is a part.

    Raises:
        DefinitionError: The text is not YAML, or uses more of it than definitions do.
    """
    try:
        return _Composer(file).composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        problem = "this is not YAML: " + (error.problem or "it cannot be read")
        raise DefinitionError(Complaint(file=file, line=line, name="", problem=problem)) from error
    except yaml.YAMLError as error:
        problem = "this is not YAML: it holds a character that is none"
        raise DefinitionError(Complaint(file=file, line=1, name="", problem=problem)) from error


def written(value: Plain) -> str:
    """Write a value as YAML that `parse` reads back as it was."""
    return str(
        yaml.dump(value, Dumper=_Quoting, allow_unicode=True, sort_keys=False, width=96, indent=2)
    )


class _Quoting(yaml.SafeDumper):
    """Writes texts that would be read as something else between quotes."""

    @override
    def ignore_aliases(self, data: object) -> bool:
        """Write everything where it stands."""
        return True


def _write_text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "'" if _scalar(text) != text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Quoting.add_representer(str, _write_text)


def _scalar(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text) is None:
        return text
    number = json.loads(text)
    return number if isinstance(number, int) or math.isfinite(number) else text


class _Composer:
    """Puts nodes together out of YAML's events, and collects what is wrong on the way."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._complaints: list[Complaint] = []

    def composed(self, text: str) -> Node:
        events = yaml.parse(text, Loader=_LOADER)
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._complain(event, "one file holds one definition")
                    break
                root = self._node(next(events), events, 0)
        if root is None:
            root = Node(value=None, file=self._file, line=1)
            self._complaints.append(root.complaint("the file is empty"))
        if self._complaints:
            raise DefinitionError(*self._complaints)
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        line = _line(event)
        if depth > _DEEPEST:
            raise DefinitionError(self._complaint(event, "this is nested too deeply"))
        if getattr(event, "anchor", None) is not None:
            self._complain(event, "anchors and aliases are not part of the language")
        if getattr(event, "tag", None) not in (None, "!"):
            self._complain(event, "tags are not part of the language")
        match event:
            case yaml.ScalarEvent():
                value = event.value if event.style not in (None, "") else _scalar(event.value)
                return Node(value=value, file=self._file, line=line)
            case yaml.SequenceStartEvent():
                return Node(value=tuple(self._items(events, depth)), file=self._file, line=line)
            case yaml.MappingStartEvent():
                return self._mapping(line, events, depth)
            case _:
                return Node(value=None, file=self._file, line=line)

    def _items(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            yield self._node(event, events, depth + 1)

    def _mapping(self, line: int, events: Iterator[yaml.Event], depth: int) -> Node:
        held: dict[str, Node] = {}
        keys: dict[str, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, events, depth)
            if key in held:
                self._complain(event, f"{key!r} is said twice, first in line {keys[key]}")
            held[key] = self._node(next(events), events, depth + 1)
            keys[key] = _line(event)
        return Node(value=held, file=self._file, line=line, keys=keys)

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self._complain(event, "a key is a word")
        self._node(event, events, depth + 1)
        return ""

    def _complain(self, event: yaml.Event, problem: str) -> None:
        self._complaints.append(self._complaint(event, problem))

    def _complaint(self, event: yaml.Event, problem: str) -> Complaint:
        return Complaint(file=self._file, line=_line(event), name="", problem=problem)


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1
