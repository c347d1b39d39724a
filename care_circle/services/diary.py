"""Who is taken when: time is held before an appointment is written, and let go after.

Two who want the same time write the same document; the store lets one of them first. A hold
whose appointment was never written, or names another by now, is dead and passed over.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from care_circle.access import NotFound
from care_circle.agenda.free import Hours, Wanted, nearest
from care_circle.agenda.spans import (
    HeldAlready,
    Hold,
    Span,
    days_touched,
    free,
    is_live,
    owner_of,
    span_of,
    take,
)
from care_circle.agenda.store import BusyCalendars, Holdings
from care_circle.appointment import Appointment, Slot
from care_circle.mending import Proposing
from care_circle.store import Appointments
from care_circle.surroundings import Surroundings
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import from_ms, local, to_ms

_AROUND = timedelta(days=8)
_AHEAD = timedelta(days=91)


class SlotTaken(Proposing):
    """The professional, or the child, is taken at that time already.

    `clash` is the appointment that is in the way, None where it is a time they are busy
    elsewhere; who may see it is the service's to say.
    """

    def __init__(self, *, whose: str, clash: Appointment | None) -> None:
        super().__init__()
        self.whose = whose
        self.clash = clash


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Time to be held: for which appointment, by which token, whose and when.

    `beside` are appointments that move at the same time, so theirs is not in the way.
    """

    appointment: AppointmentId
    token: str
    slot: Slot
    professional: ProfessionalId
    child: ChildId
    beside: frozenset[AppointmentId] = frozenset()

    def owners(self) -> tuple[str, ...]:
        """Whose time it takes; the professional's first, so that all ask in one order."""
        return (
            owner_of(self.professional, kind="professional"),
            owner_of(self.child, kind="child"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """Holds time and lets it go, and finds where there is some."""

    holdings: Holdings
    calendars: BusyCalendars
    appointments: Appointments
    surroundings: Surroundings
    hours: Hours

    async def hold(self, claim: Claim) -> None:
        """Hold the time of an appointment, for its professional and its child.

        Raises:
            SlotTaken: One of them is taken then; nothing is held.
        """
        span = span_of(claim.slot)
        await self._require_not_busy(claim.professional, span)
        try:
            for owner in claim.owners():
                for day in days_touched(span.widened(self.hours.travel_minutes)):
                    await self._take(owner, day, claim, span)
        except SlotTaken:
            await self.let_go(claim)
            raise

    async def let_go(self, claim: Claim) -> None:
        """Let held time go; what is not held is no matter."""
        now = self.surroundings.now()
        span = span_of(claim.slot).widened(self.hours.travel_minutes)
        for owner in claim.owners():
            for day in days_touched(span):
                await self.holdings.change(
                    owner, day, lambda held: free(held, claim.token, now=now)
                )

    async def taken(
        self,
        professional: ProfessionalId | None,
        child: ChildId | None,
        within: Span,
        but: Collection[str] = (),
    ) -> tuple[Span, ...]:
        """Give when a professional or a child is taken, as far as holds and imports tell.

        `but`: tokens of holds that do not count.
        """
        spans: list[Span] = []
        owners = (
            *((owner_of(professional, kind="professional"),) if professional else ()),
            *((owner_of(child, kind="child"),) if child else ()),
        )
        for owner in owners:
            held = await self.held(owner, within)
            spans.extend(each.span for each in held if not each.freed and each.token not in but)
        if professional is not None:
            busy = await self.calendars.of(professional)
            spans.extend(busy.spans if busy is not None else ())
        return tuple(each for each in spans if each.meets(within))

    async def held(self, owner: str, within: Span) -> tuple[Hold, ...]:
        """Give an owner's holds within a span, those that were let go lately too."""
        found: dict[str, Hold] = {}
        for year, month in _months(within):
            for day in await self.holdings.of_month(owner, year, month):
                found |= {hold.token: hold for hold in day.holds if hold.span.meets(within)}
        return tuple(found.values())

    async def proposals(
        self,
        slot: Slot,
        *,
        professional: ProfessionalId,
        child: ChildId | None,
        around: datetime | None = None,
    ) -> tuple[datetime, ...]:
        """Give the nearest free wall times on the clocks of a slot, at most three.

        Raises:
            UnknownZone: There is no such time zone.
        """
        now = self.surroundings.now()
        centre = max(span_of(slot).start if around is None else to_ms(around), to_ms(now))
        at = from_ms(centre)
        within = Span(start=to_ms(at - _AROUND), end=to_ms(at + _AHEAD))
        wanted = Wanted(
            around=centre, minutes=slot.duration_minutes, zone=slot.zone, now=to_ms(now)
        )
        return nearest(await self.taken(professional, child, within), wanted, self.hours)

    async def _require_not_busy(self, professional: ProfessionalId, span: Span) -> None:
        busy = await self.calendars.of(professional)
        if busy is not None and any(map(span.meets, busy.spans)):
            raise SlotTaken(whose="professional", clash=None)

    async def _take(self, owner: str, day: date, claim: Claim, span: Span) -> None:
        """Take one day of one owner, past the holds of the dead."""
        now = self.surroundings.now()
        hold = Hold(token=claim.token, appointment=claim.appointment, span=span, made=to_ms(now))
        margin = self.hours.travel_minutes if owner.startswith("professional:") else 0
        dead: set[str] = set()
        while True:
            try:
                await self.holdings.change(
                    owner,
                    day,
                    lambda held: take(
                        held, hold, dead=dead, beside=claim.beside, margin=margin, now=now
                    ),
                )
            except HeldAlready as refusal:
                clash = await self._appointment(refusal.hold.appointment)
                if is_live(refusal.hold, clash, now=self.surroundings.now()):
                    whose = owner.partition(":")[0]
                    raise SlotTaken(whose=whose, clash=clash) from None
                dead.add(refusal.hold.token)
            else:
                return

    async def _appointment(self, appointment: AppointmentId) -> Appointment | None:
        try:
            return await self.appointments.appointment(appointment)
        except NotFound:
            return None


def _months(within: Span) -> Iterable[tuple[int, int]]:
    """Give the months of UTC a span lies in."""
    at, last = local(within.start, "UTC").date().replace(day=1), from_ms(within.end).date()
    while at <= last:
        yield at.year, at.month
        at = (at + timedelta(days=32)).replace(day=1)
