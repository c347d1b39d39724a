"""The lines of an iCalendar file (RFC 5545, section 3.1) that say when, and no other.

Titles, places and people are cut away before anything is looked at, so that nothing of them
can be kept or told.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from care_circle.agenda.busy import CalendarFault, CalendarRefused

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_EVENTS: Final = 5_000

_LONGEST_LINE = 20_000
_HEAD = 4_096
_WHEN = frozenset(
    (
        *("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        *("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "TZID", "TZOFFSETTO"),
    )
)
_NAME = re.compile(r"([A-Za-z-]+)[;:]")
_FOLD = re.compile(rb"\r?\n[ \t]")
_ZONE = re.compile(r';TZID=("[^"]*"|[^;]*)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One property: the name of its clocks if it names some, whether it is a day, its value."""

    zone: str | None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """An event, by the names of its properties, each perhaps several times."""

    lines: Mapping[str, tuple[Line, ...]]

    def one(self, name: str) -> Line | None:
        """Give the first property of a name."""
        return next(iter(self.lines.get(name, ())), None)

    def text(self, name: str) -> str:
        """Give the value of the first property of a name, empty where there is none."""
        line = self.one(name)
        return "" if line is None else line.value


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLines:
    """Events, and of each zone the file defines the offsets it knows, as in +0100."""

    events: tuple[Component, ...]
    zones: Mapping[str, frozenset[str]]


def lines_of(data: bytes) -> CalendarLines:
    """Take the lines that say when out of a file.

    Raises:
        CalendarRefused: It is no calendar, or holds more events than anybody's year.
    """
    if len(data) > MOST_BYTES or b"BEGIN:VCALENDAR" not in data[:_HEAD].upper():
        raise CalendarRefused(CalendarFault.NOT_A_CALENDAR)
    events: list[Component] = []
    zones: dict[str, frozenset[str]] = {}
    for kind, lines in _components(data):
        if kind == "VEVENT":
            events.append(Component(lines={name: tuple(held) for name, held in lines.items()}))
        else:
            offsets = frozenset(line.value for line in lines.get("TZOFFSETTO", ()))
            zones |= {line.value: offsets for line in lines.get("TZID", ())}
        if len(events) > MOST_EVENTS:
            raise CalendarRefused(CalendarFault.TOO_MANY_EVENTS)
    return CalendarLines(events=tuple(events), zones=zones)


def _components(data: bytes) -> Iterator[tuple[str, dict[str, list[Line]]]]:
    """Give events and zones; what is nested in an event, as an alarm is, belongs to nobody."""
    outer, depth = "", 0
    lines: dict[str, list[Line]] = {}
    for text in _FOLD.sub(b"", data).decode("utf-8", "replace").splitlines():
        word, value = text[:_LONGEST_LINE].strip().upper().partition(":")[::2]
        if word == "BEGIN":
            depth += bool(outer)
            if not outer and value in {"VEVENT", "VTIMEZONE"}:
                outer, lines = value, {}
        elif word == "END" and depth:
            depth -= 1
        elif word == "END" and outer:
            yield outer, lines
            outer = ""
        elif outer == "VTIMEZONE" or (outer and not depth):
            _note(text, lines)


def _note(text: str, lines: dict[str, list[Line]]) -> None:
    found = _NAME.match(text)
    name = found[1].upper() if found else ""
    if name not in _WHEN or len(text) > _LONGEST_LINE:
        return
    # Some programs leave a zone's name unquoted though it holds a colon; no value of ours does.
    head, _, value = text.partition(":") if name == "UID" else text.rpartition(":")
    zone = _ZONE.search(head)
    named = zone[1].strip('"') if zone else None
    lines.setdefault(name, []).append(Line(zone=named, value=value.strip()))
