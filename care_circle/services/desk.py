"""The desk where appointments are written: who may, at what time, with which words to the family.

What single appointments and recurring sessions share.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from care_circle import appointment as rules
from care_circle.access import Action, Relation, Verdict, decide
from care_circle.actor import Actor
from care_circle.appointment import (
    OPEN,
    Appointment,
    CalledOff,
    NotInCircle,
    Part,
    Purpose,
    Slot,
    TooFarAhead,
)
from care_circle.child import Child, require_included
from care_circle.definition.early_care_terms import NO_EARLY_CARE
from care_circle.definition.pathway import Pathway
from care_circle.mending import Proposing
from care_circle.services.diary import Claim, Diary, SlotTaken
from care_circle.services.files import everything
from care_circle.services.guard import Guard, Way
from care_circle.services.place_labels import require_tellable
from care_circle.store import Appointments, People
from care_circle.surroundings import Surroundings
from care_circle.tellings import tellings_of
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.notice import Recipient, Rule, State, Telling, Then
from notifications.words import SHIPPED
from notifications.words import Words as Listed

_PAGE = 200
_UNSENT = frozenset({State.PLANNED, State.CLAIMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Who is told, by which lines of the pathway, and when that is decided."""

    recipients: tuple[Recipient, ...]
    tellings: tuple[Telling, ...]
    now: datetime


@dataclass(slots=True)
class Left:
    """What a change left behind, as its decision saw it when it was last run."""

    claims: list[Claim] = field(default_factory=list)
    unsaid: Then | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Lets people in, holds time, writes appointments and plans what the family is told.

    What a slot is refused for comes with the nearest that are free. `forbidden`: the words that
    no place may be called by in this network.
    """

    appointments: Appointments
    people: People
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway
    diary: Diary
    forbidden: Listed = SHIPPED

    async def admit(
        self,
        actor: Actor,
        child: ChildId,
        thing: str,
        professional: ProfessionalId,
        purpose: Purpose,
    ) -> Way:
        """Let somebody book for a child with a professional, for a purpose.

        Raises:
            ChildNotIncluded, ChildLeft: The child is not, or no more, in the pathway.
            UnknownVisit, UnknownDiscipline: It is for nothing the pathway has.
            NotInCircle: The professional is not in the child's circle.
        """
        way = await self.guard.child(
            actor, Action.WRITE_APPOINTMENT, child, kind="appointment", thing=thing
        )
        require_included(way.child)
        await self.guard.require_here(child)
        if purpose.visit is not None:
            self.pathway.visit(purpose.visit)
        if purpose.care is not None:
            (self.pathway.terms or NO_EARLY_CARE).discipline(purpose.care)
        await self.people.professional(professional)
        if not _may_hold(way, professional):
            raise NotInCircle
        return way

    async def require_tellable(self, slot: Slot) -> None:
        """Refuse a slot whose place no family may be told, or could not read.

        Raises:
            TellingLabel, UnwritableLabel, NamesStructure, BadAddress: The rule of that name.
        """
        await require_tellable(slot, people=self.people, forbidden=self.forbidden)

    def claim(
        self,
        appointment: AppointmentId,
        slot: Slot,
        *,
        professional: ProfessionalId,
        child: ChildId,
        beside: frozenset[AppointmentId] = frozenset(),
    ) -> Claim:
        """Make a claim on the time of a slot; nothing is held yet."""
        return Claim(
            appointment=appointment,
            token=self.surroundings.new_id(),
            slot=slot,
            professional=professional,
            child=child,
            beside=beside,
        )

    async def hold(self, actor: Actor, claim: Claim) -> None:
        """Hold the time of a claim, or say what could be had instead.

        Raises:
            SlotTaken: The professional or the child is taken then.
            InThePast, TooFarAhead, NoSuchTime, TimeTwice: Nobody could keep that time.
            BadDuration, BadAddress, TellingLabel, UnknownZone: It is no slot.
        """
        try:
            rules.check_slot(claim.slot, now=self.surroundings.now())
            await self.diary.hold(claim)
        except Proposing as refusal:
            refusal.told = await self._instead(actor, refusal, claim)
            raise

    async def write(
        self,
        actor: Actor,
        child: Child,
        claim: Claim,
        *,
        purpose: Purpose,
        part: Part = rules.ALONE,
    ) -> Appointment:
        """Write a new appointment at a time that is held."""
        said = self.words(child)
        booked = rules.book(
            claim.appointment,
            claim.slot,
            child=child.id,
            professional=claim.professional,
            visit=purpose.visit,
            by=actor.professional,
            recipients=said.recipients,
            tellings=said.tellings,
            now=said.now,
            care=purpose.care,
            part=part,
            hold=claim.token,
        )
        await self.appointments.add(booked)
        return booked

    async def write_move(
        self, child: Child, claim: Claim, *, part: Part | None = None
    ) -> tuple[Appointment, Left]:
        """Move an appointment to a time that is held, and let the time it had go."""
        said = self.words(child)

        def decided(held: Appointment) -> Appointment:
            return rules.move(
                held,
                claim.slot,
                recipients=said.recipients,
                tellings=said.tellings,
                now=said.now,
                hold=claim.token,
                part=part,
            )

        try:
            moved, left = await self._change(claim.appointment, decided)
        except Exception:
            await self.diary.let_go(claim)
            raise
        if moved.hold == claim.token:
            await self._let_go(left)
        else:
            await self.diary.let_go(claim)
        return moved, left

    async def write_cancellation(
        self,
        child: Child,
        appointment: AppointmentId,
        why: CalledOff,
        *,
        part: Part | None = None,
    ) -> tuple[Appointment, Left]:
        """Call an appointment off and let its time go."""
        said = self.words(child)

        def decided(held: Appointment) -> Appointment:
            return rules.cancel(
                held,
                recipients=said.recipients,
                tellings=said.tellings,
                now=said.now,
                called_off=why,
                part=part,
            )

        cancelled, left = await self._change(appointment, decided)
        await self._let_go(left)
        return cancelled, left

    async def enter(
        self, actor: Actor, action: Action, appointment: AppointmentId
    ) -> tuple[Child, Appointment]:
        """Let somebody at an appointment, and give its child with it."""
        found = await self.appointments.appointment(appointment)
        way = await self.guard.child(
            actor, action, found.child, kind="appointment", thing=appointment
        )
        return way.child, found

    async def siblings(self, found: Appointment) -> tuple[Appointment, ...]:
        """Give the open appointments of the same series that follow one, in order of time."""
        if found.series is None:
            return ()
        every = await everything(
            lambda after: self.appointments.of_child(found.child, after=after, limit=_PAGE)
        )
        after = (
            each
            for each in every
            if each.series == found.series
            and each.status in OPEN
            and each.id != found.id
            and each.slot.start > found.slot.start
        )
        return tuple(sorted(after, key=lambda each: each.slot.start))

    def words(self, child: Child) -> Words:
        """Say who of a family is told now, and by which lines."""
        return Words(
            recipients=child.recipients(self.surroundings.today()),
            tellings=tellings_of(self.pathway),
            now=self.surroundings.now(),
        )

    async def _change(
        self, appointment: AppointmentId, decide: Callable[[Appointment], Appointment]
    ) -> tuple[Appointment, Left]:
        left = Left()

        def decided(held: Appointment) -> Appointment:
            left.claims = [claim_of(held)] if held.hold else []
            left.unsaid = held.then if _is_unsaid(held) else None
            return decide(held)

        return await self.appointments.change(appointment, decided), left

    async def _let_go(self, left: Left) -> None:
        for claim in left.claims:
            await self.diary.let_go(claim)

    async def _instead(self, actor: Actor, refusal: Proposing, claim: Claim) -> dict[str, object]:
        """Say what the asker may know of a clash, and the nearest free slots."""
        now = self.surroundings.now()
        around = _sensible(claim.slot.start, now) if isinstance(refusal, TooFarAhead) else None
        free = await self.diary.proposals(
            claim.slot, professional=claim.professional, child=claim.child, around=around
        )
        told: dict[str, object] = {"free": free, "zone": claim.slot.zone}
        if isinstance(refusal, SlotTaken):
            clash = refusal.clash
            seen = clash is not None and _may_see(actor, clash, claim.child)
            told["whose"] = refusal.whose
            told["appointment"] = clash.id if clash is not None and seen else None
            told["start"] = clash.slot.start if clash is not None and seen else None
        return told


def claim_of(appointment: Appointment) -> Claim:
    """Give the claim an appointment holds its time by."""
    return Claim(
        appointment=appointment.id,
        token=appointment.hold,
        slot=appointment.slot,
        professional=appointment.professional,
        child=appointment.child,
    )


def then_of(sessions: tuple[Appointment, ...], *, every_weeks: int) -> Then | None:
    """Say what follows the first of some sessions; None where nothing does."""
    if len(sessions) < 2:  # noqa: PLR2004 -- a first, and what follows it
        return None
    last = sessions[-1].slot.start.date()
    return Then(every_weeks=every_weeks, sessions=len(sessions), last=last)


def _may_hold(way: Way, professional: ProfessionalId) -> bool:
    """Tell whether somebody may be met: a member, or before there is a circle the physician."""
    if way.circle is not None:
        return professional in way.circle.roster
    return way.child.referring_physician in (professional, None)


def _may_see(actor: Actor, clash: Appointment, child: ChildId) -> bool:
    """Tell whether the asker may be told of an appointment that is in the way."""
    if child == clash.child or actor.professional in (clash.professional, clash.booked_by):
        return True
    return decide(actor, Action.READ_APPOINTMENT, Relation.NETWORK) is Verdict.ALLOW


def _is_unsaid(held: Appointment) -> bool:
    """Tell whether the family has yet to be told of the series this is the first of."""
    news = [each for each in held.notices if each.rule in (Rule.BOOKED, Rule.CHANGED)]
    return held.then is not None and any(each.state in _UNSENT for each in news)


def _sensible(start: datetime, now: datetime) -> datetime:
    """Give the same day of the first year that is to come, for a slip in the year."""
    day = start.replace(tzinfo=now.tzinfo, day=min(start.day, 28))
    this_year = day.replace(year=now.year)
    return this_year if this_year > now else day.replace(year=now.year + 1)
