"""Wall clocks, instants, and the hours at which a family may be disturbed.

Appointments are kept as a wall time and an IANA zone, because that is what people
agree on; instants (integer milliseconds UTC) are computed from them when a notice
is planned. A wall time that does not exist that night moves past the gap and one
that exists twice is the first (``fold=0``), so one wall time is one instant.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OPENING = time(8)
CLOSING = time(20)
LAST = time(19)
"""The latest that is chosen for what has no hour of its own: it leaves before the closing."""
MILLISECOND = timedelta(milliseconds=1)
_SUNDAY = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnknownZone(Exception):
    """No IANA time zone has this name."""


def to_ms(at: datetime) -> int:
    """Give an aware time as milliseconds since 1970, UTC."""
    return (at - _EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    """Give milliseconds since 1970 as an aware UTC time."""
    return _EPOCH + ms * MILLISECOND


def zone_named(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name.

    Raises:
        UnknownZone: The name is not in the time zone database, or is no name at all.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as cause:
        raise UnknownZone from cause


def instant(wall: datetime, zone: str) -> int:
    """Give the instant (ms UTC) at which the clocks of a zone show a wall time.

    Raises:
        UnknownZone: The zone is not in the time zone database.
    """
    return to_ms(wall.replace(tzinfo=zone_named(zone), fold=0))


def local(ms: int, zone: str) -> datetime:
    """Give an instant as the clocks of a zone show it, aware of its offset.

    Raises:
        UnknownZone: The zone is not in the time zone database.
    """
    return from_ms(ms).astimezone(zone_named(zone))


def next_decent(ms: int, zone: str) -> int:
    """Give the first instant from this one on at which a family may be disturbed.

    That is 08:00 to 20:00 on their own clocks and no Sunday (NOT-5). An instant inside
    those hours is its own answer.

    Raises:
        UnknownZone: The zone is not in the time zone database.
    """
    here = local(ms, zone)
    day = here.date()
    if here.time() >= CLOSING:
        day += timedelta(days=1)
    elif here.time() >= OPENING and day.weekday() != _SUNDAY:
        return ms
    if day.weekday() == _SUNDAY:
        day += timedelta(days=1)
    return instant(datetime.combine(day, OPENING), zone)


def days_from(ms: int, zone: str, *, days: int, at: time | None = None) -> int:
    """Give a time of day some calendar days before or after an instant, on a family's clocks.

    `days` is negative before it. Without a time it is the instant's own, brought within the
    hours at which a family may be disturbed. It is wall-clock arithmetic: across a change
    of clocks two days are 47 or 49 hours. A Sunday gives way to the Saturday where that is
    still before, else to the Monday.

    Raises:
        UnknownZone: The zone is not in the time zone database.
    """
    here = local(ms, zone)
    day: date = here.date() + timedelta(days=days)
    if day.weekday() == _SUNDAY:
        day += timedelta(days=-1 if days < 0 else 1)
    hour = min(max(here.time(), OPENING), LAST) if at is None else at
    return instant(datetime.combine(day, hour), zone)
