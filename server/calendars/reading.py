"""Read another program's calendar for one thing: when its owner is busy.

A file that asks for more than anybody's year is refused whole; a single event that cannot
be read is counted and passed over.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from care_circle.agenda.busy import CalendarFault, CalendarRefused, ReadCalendar
from care_circle.agenda.spans import Span
from notifications.hours import from_ms, to_ms
from server.calendars.clocks import Clocks
from server.calendars.lines import Component, Line, lines_of
from server.calendars.repeating import Budget, Unreadable, repeated

MOST_DATES: Final = 20_000
"""How many busy times a file may hold within the horizon, before they are merged."""

MOST_TOO_FINE: Final = 50
"""How many events of a file may repeat each hour or finer; so many are counted as unreadable."""

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=62)
# To read a time that is written out takes about as long as to look at so many days.
_DAYS_A_TIME = 4
_TOO_FINE = re.compile(r"FREQ=(SECOND|MINUTE|HOUR)LY", re.IGNORECASE)
_Time = tuple[datetime, timedelta]
_DATE, _STAMP = "%Y%m%d", "%Y%m%dT%H%M%S"
_LENGTH = re.compile(
    r"[+]?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?"
)


def read_calendar(data: bytes, *, zone: str, within: Span, domain: str = "") -> ReadCalendar:
    """Give when a calendar's owner is busy within a span.

    `zone`: the clocks of times that name none. Events whose UID is of our own `domain` are
    passed over: they came from a feed of ours.

    Raises:
        CalendarRefused: It is no calendar, or asks for more than anybody's year.
    """
    lines = lines_of(data)
    clocks = Clocks(usual=ZoneInfo(zone), defined=lines.zones)
    reader = _Reader(clocks=clocks, within=within)
    ours = f"@{domain}" if domain else "\n"
    events = [each for each in lines.events if not each.text("UID").endswith(ours)]
    reader.read(events)
    return ReadCalendar(spans=tuple(reader.spans), events=len(events), unread=reader.unread)


@dataclass(slots=True)
class _Reader:
    """Collects busy times; counts what it cannot read."""

    clocks: Clocks
    within: Span
    spans: list[Span] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)
    unread: int = 0

    def read(self, events: list[Component]) -> None:
        """Take every event's busy times; an instance that was changed stands in place of its own.

        Raises:
            CalendarRefused: They are more than anybody's year.
        """
        if sum(map(_is_too_fine, events)) > MOST_TOO_FINE:
            raise CalendarRefused(CalendarFault.TOO_FINE)
        changed = self._changed(events)
        for each in events:
            # This runs beside the loop that answers everybody: let it have its turn.
            time.sleep(0)
            try:
                self._take(each, changed.get(each.text("UID"), frozenset()))
            except CalendarRefused:
                raise
            except (ValueError, OverflowError):
                self.unread += 1

    def _changed(self, events: list[Component]) -> dict[str, frozenset[int]]:
        """Give, by event, the instants that instances of their own stand for."""
        found: dict[str, frozenset[int]] = {}
        for each in events:
            line = each.one("RECURRENCE-ID")
            if line is not None:
                try:
                    at = frozenset({to_ms(self._time(line, line.value))})
                except (ValueError, OverflowError):
                    continue
                found[each.text("UID")] = found.get(each.text("UID"), frozenset()) | at
        return found

    def _take(self, event: Component, changed: frozenset[int]) -> None:
        line = event.one("DTSTART")
        if line is None:
            raise Unreadable
        start = self._time(line, line.value)
        length = self._length(event, line, start)
        if not _is_busy(event):
            return
        alone = event.one("RECURRENCE-ID") is not None
        for at, lasts in ((start, length),) if alone else self._times(event, start, length):
            if alone or to_ms(at) not in changed:
                self._add(Span(start=to_ms(at), end=to_ms(_end(at, lasts))))

    def _times(self, event: Component, start: datetime, length: timedelta) -> Iterator[_Time]:
        """Give when an event begins and how long it lasts, each beginning once."""
        seen = {to_ms(at) for at, _ in self._listed(event, "EXDATE", length)}
        # Days that are listed come first, since a period says how long it lasts itself.
        for at, lasts in chain(
            self._listed(event, "RDATE", length),
            ((start, length),),
            ((at, length) for at in self._repeated(event, start, length)),
        ):
            if to_ms(at) not in seen:
                seen.add(to_ms(at))
                yield at, lasts

    def _repeated(self, event: Component, start: datetime, length: timedelta) -> Iterator[datetime]:
        since, until = from_ms(self.within.start) - length, from_ms(self.within.end)
        for line in event.lines.get("RRULE", ()):
            yield from repeated(start, line.value, since=since, until=until, budget=self.budget)

    def _listed(self, event: Component, name: str, length: timedelta) -> Iterator[_Time]:
        """Give listed times; a period (RFC 5545, section 3.3.9) lasts as long as it says."""
        for line in event.lines.get(name, ()):
            for value in line.value.split(","):
                self.budget.spend(_DAYS_A_TIME)
                begin, _, end = value.partition("/")
                at = self._time(line, begin)
                yield at, self._period(line, at, end) if end else length

    def _period(self, line: Line, start: datetime, end: str) -> timedelta:
        if end.startswith(("P", "+P")):
            return _sensible(_duration(end))
        return _sensible(_passed(start, self._time(line, end)))

    def _time(self, line: Line, value: str) -> datetime:
        """Read a day, a wall time or an instant as a time that knows its offset."""
        if len(value) == len("20261122"):
            return datetime.strptime(value, _DATE).replace(tzinfo=self.clocks.usual)
        zone = UTC if value.endswith("Z") else self.clocks.called(line.zone)
        return datetime.strptime(value.removesuffix("Z"), _STAMP).replace(tzinfo=zone)

    def _length(self, event: Component, line: Line, start: datetime) -> timedelta:
        end, said = event.one("DTEND"), event.text("DURATION")
        if end is not None:
            wall = self._time(end, end.value)
            length = wall - start if wall.tzinfo is start.tzinfo else _passed(start, wall)
        elif said:
            length = _duration(said)
        else:
            length = _DAY if len(line.value) == len("20261122") else timedelta()
        return _sensible(length)

    def _add(self, span: Span) -> None:
        start, end = max(span.start, self.within.start), min(span.end, self.within.end)
        if start >= end:
            return
        if len(self.spans) >= MOST_DATES:
            raise CalendarRefused(CalendarFault.TOO_MANY_DATES)
        self.spans.append(Span(start=start, end=end))


def _end(start: datetime, length: timedelta) -> datetime:
    """Add a length: whole days on the wall clock, else time that passes."""
    if length % _DAY == timedelta():
        return start + length
    return start.astimezone(UTC) + length


def _sensible(length: timedelta) -> timedelta:
    if not timedelta() <= length <= _LONGEST:
        raise Unreadable
    return length


def _passed(start: datetime, end: datetime) -> timedelta:
    return end.astimezone(UTC) - start.astimezone(UTC)


def _duration(text: str) -> timedelta:
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise Unreadable
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _is_too_fine(event: Component) -> bool:
    return any(_TOO_FINE.search(line.value) for line in event.lines.get("RRULE", ()))


def _is_busy(event: Component) -> bool:
    said = {event.text("TRANSP").upper(), event.text("X-MICROSOFT-CDO-BUSYSTATUS").upper()}
    return not said & {"TRANSPARENT", "FREE"} and event.text("STATUS").upper() != "CANCELLED"
