"""Sentences with places for a few listed values, and nothing else: no filter, loop or call.

So what a notice can tell is the list below, whoever writes the sentences. A place is
written {date} or {{ date }}.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from notifications import likeness
from notifications.notice import Rule
from notifications.words import Words, lint

VARIABLES = frozenset(
    {"date", "time", "then", "place_label", "link", "phone", "sender", "messages", "tasks"}
)
OF_APPOINTMENTS = frozenset({Rule.BOOKED, Rule.BEFORE, Rule.CHANGED, Rule.CANCELLED, Rule.MISSED})
"""The rules that tell of an appointment, which has a date, a time and a place."""

OF_SERIES = frozenset({Rule.BOOKED, Rule.CHANGED, Rule.CANCELLED})
"""The rules of which one notice may tell of those that follow in a series, by {then}."""

_ONLY_THERE = frozenset({"date", "time", "place_label"})
_ONLY_COUNTED = frozenset({"messages", "tasks"})
"""What a digest alone says: how much waits for a professional, in numbers."""

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}|\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with sentences: the line from 1, and what it is."""

    line: int
    problem: str


class BadSaying(ValueError):
    """Sentences hold braces round something that is no name."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Sentences taken apart: what is said, and after each piece but the last, a variable."""

    said: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, source: str) -> Self:
        """Take sentences apart.

        Raises:
            BadSaying: A brace stands there that is not part of a variable.
        """
        said, names, end = list[str](), list[str](), 0
        for place in _PLACE.finditer(source):
            said.append(source[end : place.start()])
            names.append(place[1] or place[2])
            end = place.end()
        said.append(source[end:])
        if any("{" in piece or "}" in piece for piece in said):
            raise BadSaying
        return cls(tuple(said), tuple(names))

    def filled(self, values: Mapping[str, str]) -> str:
        """Put the values in their places.

        Raises:
            KeyError: A value was not given.
        """
        pairs = zip(self.said, (*(values[name] for name in self.names), ""), strict=True)
        return "".join(piece for pair in pairs for piece in pair)

    def bare(self) -> str:
        """Give what is said without any value, each place a blank."""
        return " ".join(self.said)


def variables_of(rule: Rule) -> frozenset[str]:
    """Give what a rule's sentences may name."""
    listed = VARIABLES if rule in OF_SERIES else VARIABLES - {"then"}
    listed = listed if rule is Rule.DIGEST else listed - _ONLY_COUNTED
    return listed if rule in OF_APPOINTMENTS else listed - _ONLY_THERE


def faults(
    source: str, *, allowed: frozenset[str] = VARIABLES, listed: Words | None = None
) -> Iterator[Fault]:
    """Find what is wrong with sentences, with lines; nothing when they may be used."""
    if not source.strip():
        yield Fault(1, "empty or missing")
        return
    found: set[str] = set()
    for number, line in enumerate(source.splitlines(), 1):
        try:
            saying = Saying.of(line)
        except BadSaying:
            yield Fault(number, "braces hold something that is no variable")
            continue
        words = lint(saying.bare(), listed)
        found.update(words)
        yield from (Fault(number, f"forbidden word {word}") for word in words)
        yield from (Fault(number, problem) for problem in _faults_of_line(saying, allowed))
    # A line break may take a word apart; whoever reads puts it together again.
    for word in lint(_PLACE.sub(" ", source), listed):
        if word not in found:
            yield Fault(1, f"forbidden word {' '.join(word.split())}, over several lines")


def _faults_of_line(saying: Saying, allowed: frozenset[str]) -> Iterator[str]:
    for name in dict.fromkeys(name for name in saying.names if name not in allowed):
        kind = "has no place here" if name in VARIABLES else "is not listed"
        yield f"variable {name} {kind}"
    if likeness.mixed(saying.bare()):
        yield "a word mixes letters of two scripts"
