"""Use cases on recurring sessions: look first, book the whole, move or call off what follows.

All times are held before the first session is written, so that a series is booked whole or
not at all. The family is told once of the whole, by the first one's notice.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from care_circle import appointment as rules
from care_circle.access import Action, NotFound
from care_circle.actor import Actor
from care_circle.agenda.free import Hours, Wanted, nearest
from care_circle.agenda.series import LeftOut, Rhythm, SeriesDay, days_of, shifted
from care_circle.agenda.series import held as held_days
from care_circle.agenda.spans import Span, span_of
from care_circle.agenda.territory import Holidays
from care_circle.appointment import (
    OPEN,
    Appointment,
    AppointmentOver,
    CalledOff,
    Part,
    Purpose,
    Slot,
    Status,
)
from care_circle.child import Child
from care_circle.mending import Proposing
from care_circle.services.desk import Desk, then_of
from care_circle.services.diary import Claim, SlotTaken
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import to_ms
from notifications.notice import Then


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sessions to be booked: with whom, for what, the first one's slot, and how it goes on."""

    professional: ProfessionalId
    slot: Slot
    rhythm: Rhythm
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One session as it would be: why it is left out, or refused, and what is free instead."""

    start: datetime
    left_out: LeftOut | None = None
    refused: type[Exception] | None = None
    free: tuple[datetime, ...] = ()
    appointment: AppointmentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesService:
    """Recurring sessions on top of single appointments; refusals are theirs."""

    desk: Desk

    @property
    def holidays(self) -> Holidays:
        """The public holidays of the network."""
        return self.desk.diary.hours.holidays

    async def foresee(
        self, actor: Actor, child: ChildId, sessions: Sessions
    ) -> tuple[Foreseen, ...]:
        """Say which sessions a series would have, and which of them cannot be.

        Raises:
            BadRhythm, TooManySessions, NoSession: It is no series.
            BadDuration: No session can be as long.
            NotInCircle and the other refusals of booking.
        """
        days = days_of(sessions.slot.start.date(), sessions.rhythm)
        rules.check_minutes(sessions.slot.duration_minutes)
        await self.desk.admit(actor, child, "", sessions.professional, sessions.purpose)
        await self.desk.require_tellable(sessions.slot)
        slots = {day.on: _slot_on(sessions.slot, day.on) for day in days}
        taken = await self._taken(sessions.professional, child, list(slots.values()))
        return tuple(self._foreseen(day, slots[day.on], taken) for day in days)

    async def book(
        self, actor: Actor, child: ChildId, sessions: Sessions
    ) -> tuple[Appointment, ...]:
        """Book a whole series; the family is told of it once.

        Raises:
            BadRhythm, TooManySessions, NoSession: It is no series.
            SlotTaken: One of the sessions cannot be; nothing is booked.
            NotInCircle and the other refusals of booking.
        """
        days = held_days(days_of(sessions.slot.start.date(), sessions.rhythm))
        series = self.desk.surroundings.new_id()
        way = await self.desk.admit(actor, child, series, sessions.professional, sessions.purpose)
        await self.desk.require_tellable(sessions.slot)
        claims = [self._claim(sessions, child, day) for day in days]
        await self._hold_all(actor, claims)
        then = _then(days, sessions.rhythm.every_weeks)
        return tuple(
            [
                await self.desk.write(
                    actor,
                    way.child,
                    claim,
                    purpose=sessions.purpose,
                    part=_part(series, then, is_first=claim is claims[0]),
                )
                for claim in claims
            ]
        )

    async def foresee_move(
        self,
        actor: Actor,
        appointment: AppointmentId,
        slot: Slot,
        *,
        leave: Collection[AppointmentId] = (),
    ) -> tuple[Foreseen, ...]:
        """Say where a session and those that follow would move to, and which of them cannot.

        Raises:
            BadDuration: No session can be as long.
            AppointmentOver, NotFound: As `move`.
        """
        _, moving = await self._moving(actor, appointment, leave)
        rules.check_minutes(slot.duration_minutes)
        await self.desk.require_tellable(slot)
        first = moving[0]
        slots = [_moved(each, first, slot) for each in moving]
        own = {each.hold for each in moving}
        taken = await self._taken(first.professional, first.child, slots, but=own)
        return tuple(
            replace(self._foreseen(self._day(target), target, taken), appointment=each.id)
            for each, target in zip(moving, slots, strict=True)
        )

    async def move(
        self,
        actor: Actor,
        appointment: AppointmentId,
        slot: Slot,
        *,
        leave: Collection[AppointmentId] = (),
    ) -> tuple[Appointment, ...]:
        """Move a session and all that follow by as many days, to the same new hour.

        Raises:
            AppointmentOver: It is no longer open.
            NotFound: One that is to stay does not follow it.
            SlotTaken: One of them cannot be there; nothing moves.
        """
        child, moving = await self._moving(actor, appointment, leave)
        await self.desk.guard.require_here(child.id)
        await self.desk.require_tellable(slot)
        first, ids = moving[0], frozenset(each.id for each in moving)
        claims = [
            self.desk.claim(
                each.id,
                _moved(each, first, slot),
                professional=each.professional,
                child=each.child,
                beside=ids,
            )
            for each in moving
        ]
        await self._hold_all(actor, claims)
        then = then_of(moving, every_weeks=_weeks_between(moving))
        moved = []
        for claim in claims:
            told = _part(first.series, _again(then, claims), is_first=claim is claims[0])
            moved.append((await self.desk.write_move(child, claim, part=told))[0])
        return tuple(moved)

    async def cancel(
        self,
        actor: Actor,
        appointment: AppointmentId,
        *,
        reason: str = "",
        leave: Collection[AppointmentId] = (),
    ) -> tuple[Appointment, ...]:
        """Call a session and all that follow off; the family is told once, and not why.

        Raises:
            AppointmentOver: It has begun, or was closed.
            BadReason: The reason is too long or not printable.
        """
        # Whoever repeats the request has called the first one off already.
        child, going = await self._moving(actor, appointment, leave, off=True)
        why = CalledOff(by=actor.professional, at=self.desk.surroundings.now(), reason=reason)
        then = then_of(going, every_weeks=_weeks_between(going))
        gone = []
        for each in going:
            told = _part(each.series, then, is_first=each is going[0])
            gone.append((await self.desk.write_cancellation(child, each.id, why, part=told))[0])
        return tuple(gone)

    async def _moving(
        self,
        actor: Actor,
        appointment: AppointmentId,
        leave: Collection[AppointmentId],
        *,
        off: bool = False,
    ) -> tuple[Child, tuple[Appointment, ...]]:
        child, first = await self.desk.enter(actor, Action.WRITE_APPOINTMENT, appointment)
        if first.status not in OPEN and not (off and first.status is Status.CANCELLED):
            raise AppointmentOver
        following = await self.desk.siblings(first)
        if not set(leave) <= {each.id for each in following}:
            raise NotFound
        return child, (first, *(each for each in following if each.id not in leave))

    async def _hold_all(self, actor: Actor, claims: list[Claim]) -> None:
        """Hold the time of every session, or of none."""
        for at, claim in enumerate(claims):
            try:
                await self.desk.hold(actor, claim)
            except Exception as refusal:
                for done in claims[:at]:
                    await self.desk.diary.let_go(done)
                if isinstance(refusal, Proposing):
                    refusal.told = {**(refusal.told or {}), "session": claim.slot.start}
                raise

    def _claim(self, sessions: Sessions, child: ChildId, day: date) -> Claim:
        return self.desk.claim(
            AppointmentId(self.desk.surroundings.new_id()),
            _slot_on(sessions.slot, day),
            professional=sessions.professional,
            child=child,
        )

    async def _taken(
        self,
        professional: ProfessionalId,
        child: ChildId,
        slots: list[Slot],
        but: Collection[str] = (),
    ) -> tuple[Span, ...]:
        spans = [span_of(slot) for slot in slots]
        month = 31 * 24 * 3_600_000
        within = Span(
            start=min(each.start for each in spans) - month,
            end=max(each.end for each in spans) + month,
        )
        return await self.desk.diary.taken(professional, child, within, but=but)

    def _day(self, slot: Slot) -> SeriesDay:
        return SeriesDay(on=slot.start.date())

    def _foreseen(self, day: SeriesDay, slot: Slot, taken: tuple[Span, ...]) -> Foreseen:
        if day.left_out is not None:
            return Foreseen(start=slot.start, left_out=day.left_out)
        now, hours = self.desk.surroundings.now(), self.desk.diary.hours
        span = span_of(slot)
        refused: type[Exception] | None = None
        try:
            rules.check_slot(slot, now=now)
        except Proposing as refusal:
            refused = type(refusal)
        if any(map(span.widened(hours.travel_minutes).meets, taken)):
            refused = SlotTaken
        if refused is None:
            return Foreseen(start=slot.start)
        return Foreseen(start=slot.start, refused=refused, free=_free(slot, taken, now, hours))


def _free(slot: Slot, taken: tuple[Span, ...], now: datetime, hours: Hours) -> tuple[datetime, ...]:
    around = max(span_of(slot).start, to_ms(now))
    wanted = Wanted(around=around, minutes=slot.duration_minutes, zone=slot.zone, now=to_ms(now))
    return nearest(taken, wanted, hours)


def _slot_on(slot: Slot, day: date) -> Slot:
    """Give the same wall time on another day."""
    return replace(slot, start=datetime.combine(day, slot.start.time()))


def _moved(session: Appointment, first: Appointment, slot: Slot) -> Slot:
    """Give where a session goes when the first of those that move goes to a slot."""
    day = shifted(session.slot.start.date(), was=first.slot.start.date(), becomes=slot.start.date())
    return _slot_on(slot, day)


def _then(days: tuple[date, ...], every_weeks: int) -> Then | None:
    if len(days) < 2:  # noqa: PLR2004 -- a first, and what follows it
        return None
    return Then(every_weeks=every_weeks, sessions=len(days), last=days[-1])


def _again(then: Then | None, claims: list[Claim]) -> Then | None:
    """Say the same of the days they move to."""
    return None if then is None else replace(then, last=claims[-1].slot.start.date())


def _part(series: str | None, then: Then | None, *, is_first: bool) -> Part:
    return Part(series=series, then=then if is_first else None, heard=None if is_first else 0)


def _weeks_between(sessions: tuple[Appointment, ...]) -> int:
    """Give how many weeks lie between sessions: the least there are, one or two."""
    starts = [each.slot.start.date() for each in sessions]
    apart = [(b - a).days // 7 for a, b in pairwise(starts)]
    return max(1, min(apart, default=1))
