"""What a zone's clocks do around an appointment, as iCalendar's VTIMEZONE tells calendars.

Every change of the clocks from a year before the appointment to a year after it stands
there by its own date. A rule for all years would be wrong where rules change.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from notifications.hours import zone_named

_AROUND = timedelta(days=400)
_STEP = timedelta(hours=12)
_SECOND = timedelta(seconds=1)
_Observance = TimezoneDaylight | TimezoneStandard


def time_zone(zone: str, *, start: datetime, end: datetime) -> Timezone:
    """Give the VTIMEZONE of a zone, right for the time between two instants (aware).

    Raises:
        UnknownZone: The zone is not in the time zone database.
    """
    first, last = (start - _AROUND).astimezone(UTC), (end + _AROUND).astimezone(UTC)
    told = Timezone()
    told.add("tzid", zone)
    told.add_component(_observance(first, first, zone))
    for change in _changes(first, last, zone):
        told.add_component(_observance(change - _SECOND, change, zone))
    return told


def _changes(first: datetime, last: datetime, zone: str) -> Iterator[datetime]:
    """Find each instant at which the clocks of a zone change, to the second."""
    at = first
    while at < last:
        following = at + _STEP
        if _state(at, zone) != _state(following, zone):
            yield _exact(at, following, zone)
        at = following


def _exact(before: datetime, after: datetime, zone: str) -> datetime:
    known = _state(before, zone)
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        before, after = (middle, after) if _state(middle, zone) == known else (before, middle)
    return after


def _state(at: datetime, zone: str) -> tuple[timedelta | None, timedelta | None, str | None]:
    here = at.astimezone(zone_named(zone))
    return here.utcoffset(), here.dst(), here.tzname()


def _observance(before: datetime, at: datetime, zone: str) -> _Observance:
    """Tell what holds from an instant on, beginning by the clocks as they were before it."""
    former, (offset, summer, name) = _state(before, zone)[0], _state(at, zone)
    held: _Observance = TimezoneDaylight() if summer else TimezoneStandard()
    wall = at.astimezone(UTC).replace(tzinfo=None) + (former or timedelta())
    held.add("dtstart", wall.replace(microsecond=0))
    held.add("tzoffsetfrom", former)
    held.add("tzoffsetto", offset)
    held.add("tzname", name or zone)
    return held
