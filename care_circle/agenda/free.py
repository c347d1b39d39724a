"""Free slots: where else an appointment could be, the nearest first.

Opening hours are the network's parameters, not a promise of anybody's: what a professional
does outside Ronde is known only as far as their imported calendar says.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from care_circle.agenda.spans import Span, merged
from care_circle.agenda.territory import Holidays, is_holiday
from notifications.hours import instant, local

PROPOSED = 3
"""How many slots a refusal proposes."""

_FAR = 90
_NEAR = 7
_DAY = timedelta(days=1)
_SATURDAY = 5
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When appointments are proposed: wall times of a working day, every so many minutes.

    `travel_minutes` is what must lie between two appointments of one professional.
    """

    opens: time = time(8)
    closes: time = time(19)
    step_minutes: int = 15
    travel_minutes: int = 0
    holidays: Holidays = Holidays.METROPOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: about when, for how long, on whose clocks, and not before `now`.

    `around` and `now` are ms UTC.
    """

    around: int
    minutes: int
    zone: str
    now: int


def nearest(
    busy: Sequence[Span], wanted: Wanted, hours: Hours, *, count: int = PROPOSED
) -> tuple[datetime, ...]:
    """Give the nearest free wall times, in the order of time; fewer where there are none.

    Days close by come first, then those of the next three months. None overlaps another.

    Raises:
        UnknownZone: There is no such time zone.
    """
    taken = merged(busy)
    start = local(wanted.around, wanted.zone).date()
    found: list[Span] = []
    for days in (range(-_NEAR, _NEAR + 1), range(_NEAR + 1, _FAR)):
        candidates = [
            span
            for offset in days
            for span in _free_on(start + offset * _DAY, taken, wanted, hours)
        ]
        for span in sorted(candidates, key=lambda each: (abs(each.start - wanted.around), each)):
            if len(found) < count and not any(span.meets(other) for other in found):
                found.append(span)
        if len(found) == count:
            break
    walls = (local(span.start, wanted.zone).replace(tzinfo=None) for span in sorted(found))
    return tuple(walls)


def _free_on(day: date, taken: Sequence[Span], wanted: Wanted, hours: Hours) -> Iterator[Span]:
    if day.weekday() >= _SATURDAY or is_holiday(day, hours.holidays):
        return
    opens = instant(datetime.combine(day, hours.opens), wanted.zone)
    closes = instant(datetime.combine(day, hours.closes), wanted.zone)
    margin = hours.travel_minutes
    here = tuple(_within(taken, Span(start=opens, end=closes).widened(margin)))
    length, step = wanted.minutes * _MINUTE_MS, hours.step_minutes * _MINUTE_MS
    for start in range(opens, closes - length + 1, step):
        span = Span(start=start, end=start + length)
        if start > wanted.now and not any(map(span.widened(margin).meets, here)):
            yield span


def _within(taken: Iterable[Span], day: Span) -> Iterator[Span]:
    return (each for each in taken if each.meets(day))
