"""What a zone's clocks do around an appointment, as iCalendar's VTIMEZONE tells calendars.

Every change of the clocks from the year before the appointment to the year after it stands
there by its own date. A rule for all years would be wrong where rules change.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from notifications.hours import zone_named

_STEP = timedelta(hours=12)
_SECOND = timedelta(seconds=1)
_State = tuple[timedelta, bool, str]


@lru_cache(maxsize=512)
def time_zone(zone: str, year: int) -> tuple[str, ...]:
    """Give the lines of the VTIMEZONE of a zone, right for a year and those beside it.

    Raises:
        UnknownZone: The zone is not in the time zone database.
    """
    clocks = zone_named(zone)
    first, last = (datetime(each, 1, 1, tzinfo=UTC) for each in (year - 1, year + 2))
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *_observance(first, first, clocks)]
    for change in _changes(first, last, clocks):
        lines += _observance(change - _SECOND, change, clocks)
    return (*lines, "END:VTIMEZONE")


def _changes(first: datetime, last: datetime, clocks: ZoneInfo) -> Iterator[datetime]:
    """Find each instant at which the clocks change, to the second."""
    at, known = first, _state(first, clocks)
    while at < last:
        following = at + _STEP
        state = _state(following, clocks)
        if state != known:
            yield _exact(at, following, clocks)
        at, known = following, state


def _exact(before: datetime, after: datetime, clocks: ZoneInfo) -> datetime:
    known = _state(before, clocks)
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        is_before = _state(middle, clocks) == known
        before, after = (middle, after) if is_before else (before, middle)
    return after


def _state(at: datetime, clocks: ZoneInfo) -> _State:
    here = at.astimezone(clocks)
    return here.utcoffset() or timedelta(), bool(here.dst()), here.tzname() or ""


def _observance(before: datetime, at: datetime, clocks: ZoneInfo) -> list[str]:
    """Tell what holds from an instant on, beginning by the clocks as they were before it."""
    former, (offset, is_summer, name) = _state(before, clocks)[0], _state(at, clocks)
    kind = "DAYLIGHT" if is_summer else "STANDARD"
    wall = at.replace(tzinfo=None) + former
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{wall:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_written(former)}",
        f"TZOFFSETTO:{_written(offset)}",
        f"TZNAME:{name}",
        f"END:{kind}",
    ]


def _written(offset: timedelta) -> str:
    """Write an offset as +HHMM, or +HHMMSS where seconds are left."""
    seconds = abs(offset) // _SECOND
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{hours:02}{minutes:02}" + (f"{left:02}" if left else "")
