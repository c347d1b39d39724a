"""Spans of time, and the holds by which nobody is booked twice at once.

A hold says that a professional or a child is taken from one instant to another. Those of
one owner and one day of UTC stand in one document, so that of two who book the same time
exactly one writes it first. A hold lives as long as the appointment that names it; until
that is written it lives for `PATIENCE`, after which it is the trace of a dead process.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from care_circle.appointment import Appointment, Slot, Status
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import MILLISECOND, from_ms, instant

PATIENCE = timedelta(minutes=2)
"""How long a hold lives before its appointment is written."""

KEEP_FREED = timedelta(days=40)
"""How long a hold that was let go is remembered, so that agendas can say it is off."""

_MINUTE_MS = 60_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """From an instant to before another, both ms UTC."""

    start: int
    end: int

    def meets(self, other: "Span") -> bool:
        """Tell whether two spans share an instant."""
        return self.start < other.end and other.start < self.end

    def widened(self, minutes: int) -> "Span":
        """Give the span with some minutes before and after it."""
        return Span(start=self.start - minutes * _MINUTE_MS, end=self.end + minutes * _MINUTE_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A span that an appointment takes. `token` is the one the appointment names while it holds.

    `made` and `freed` are ms UTC; one that was freed holds nothing any more.
    """

    token: str
    appointment: AppointmentId
    span: Span
    made: int
    freed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """The holds of one owner on one day of UTC."""

    id: str
    owner: str
    day: date
    holds: tuple[Hold, ...] = ()


class HeldAlready(Exception):
    """The time is taken by another hold."""

    def __init__(self, hold: Hold) -> None:
        super().__init__()
        self.hold = hold


def span_of(slot: Slot) -> Span:
    """Give the instants of a slot.

    Raises:
        UnknownZone: There is no such time zone.
    """
    start = instant(slot.start, slot.zone)
    return Span(start=start, end=start + slot.duration_minutes * _MINUTE_MS)


def days_touched(span: Span) -> tuple[date, ...]:
    """Give the days of UTC a span lies on, in order."""
    first, last = from_ms(span.start).date(), from_ms(span.end - 1).date()
    return tuple(first + n * _DAY for n in range((last - first).days + 1))


def owner_of(whom: ProfessionalId | ChildId, *, kind: str) -> str:
    """Name whose time it is: `professional:…` or `child:…`."""
    return f"{kind}:{whom}"


def take(
    stored: Holds,
    hold: Hold,
    *,
    now: datetime,
    dead: Collection[str] = (),
    beside: Collection[AppointmentId] = (),
    margin: int = 0,
) -> Holds:
    """Put a hold among those of a day, and drop the dead ones.

    `margin`: minutes that must lie between two. An appointment never meets itself, nor those
    `beside` it, which move at the same time.

    Raises:
        HeldAlready: Another appointment has that time, as far as this day's holds tell.
    """
    kept = _tidied(stored.holds, dead, now)
    wanted, its_own = hold.span.widened(margin), {hold.appointment, *beside}
    for other in kept:
        taken = other.freed is None and other.appointment not in its_own
        if taken and other.span.meets(wanted):
            raise HeldAlready(other)
    mine = tuple(each for each in kept if each.token != hold.token)
    return replace(stored, holds=(*mine, hold))


def free(stored: Holds, token: str, *, now: datetime) -> Holds:
    """Let a hold go; it is remembered for a while."""
    at = (now - datetime(1970, 1, 1, tzinfo=UTC)) // MILLISECOND
    holds = tuple(
        replace(each, freed=at) if each.token == token and each.freed is None else each
        for each in stored.holds
    )
    return replace(stored, holds=holds)


def is_live(hold: Hold, appointment: Appointment | None, *, now: datetime) -> bool:
    """Tell whether a hold still takes its time, given the appointment it is for."""
    if hold.freed is not None:
        return False
    if appointment is not None and appointment.hold == hold.token:
        return appointment.status is not Status.CANCELLED
    return from_ms(hold.made) + PATIENCE > now


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Give spans in order, those that touch made one."""
    found: list[Span] = []
    for each in sorted(spans):
        if found and each.start <= found[-1].end:
            found[-1] = Span(start=found[-1].start, end=max(found[-1].end, each.end))
        else:
            found.append(each)
    return tuple(found)


def _tidied(holds: tuple[Hold, ...], dead: Collection[str], now: datetime) -> tuple[Hold, ...]:
    return tuple(
        each
        for each in holds
        if each.token not in dead and (each.freed is None or from_ms(each.freed) + KEEP_FREED > now)
    )
