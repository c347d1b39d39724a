"""Use cases on departures: what is left behind, letting a child go, the relay, taking it back."""

from dataclasses import dataclass
from datetime import date

from care_circle.access import Action, NotFound
from care_circle.actor import Actor
from care_circle.appointment import OPEN, Appointment, cancel, plan
from care_circle.definition.form import Form
from care_circle.definition.pathway import Exit, Pathway
from care_circle.definition.record_reading import form_of_exit
from care_circle.documents.document import DocumentState
from care_circle.documents.register import days_of
from care_circle.early_care.forfait import Forfait, ForfaitState
from care_circle.early_care.forfait import close as close_forfait
from care_circle.early_care.store import Forfaits, Prescriptions
from care_circle.leaving import departure as rules
from care_circle.leaving.departure import (
    AlreadyLeft,
    Departure,
    Farewell,
    ForfaitsOpen,
    Leaver,
    LooseEnds,
    RelayState,
    RelayStep,
)
from care_circle.leaving.store import Departures, Meetings
from care_circle.meetings.meeting import is_ahead
from care_circle.services.files import everything
from care_circle.services.guard import Guard, Way
from care_circle.store import Appointments, Children, Documents, People
from care_circle.surroundings import Surroundings
from care_circle.tellings import tellings_of
from crypto.ids import AppointmentId, ChildId, DepartureId

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidying:
    """What is seen to in the same act: forfaits closed, and which appointments called off."""

    close_forfaits: bool = False
    cancel_appointments: tuple[AppointmentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeparturesService:
    """Departures of children; every read and write is recorded.

    All methods raise NotFound where the actor may not know of the child,
    NoActiveConvention for a member without a convention in force, and Forbidden where the
    role does not do this.
    """

    departures: Departures
    meetings: Meetings
    prescriptions: Prescriptions
    forfaits: Forfaits
    documents: Documents
    appointments: Appointments
    children: Children
    people: People
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway

    async def loose_ends(self, actor: Actor, child: ChildId, *, on: date | None) -> LooseEnds:
        """Tell what a departure on a day would leave behind; today, unless another is said."""
        await self.guard.child(actor, Action.READ_DEPARTURE, child, kind="departure")
        return await self._loose_ends(child, on or self.surroundings.today())

    async def depart(
        self, actor: Actor, child: ChildId, said: Farewell, tidying: Tidying
    ) -> Departure:
        """Let a child go; said again, what was broken off is carried on with.

        Raises:
            UnknownExit: The pathway has no such reason.
            AlreadyLeft: The child leaves by another departure.
            ForfaitsOpen: Forfaits are open, and are not to be closed with it.
            NotFound: There is no such structure, or the child has no such appointment.
            ChildNotIncluded, Forbidden, WrongProfession, ExclusionNotRecorded, BadDeparture,
            BadAnswers: As `departure.depart` says.
        """
        name = DepartureId(self.surroundings.new_id())
        way = await self.guard.child(
            actor, Action.WRITE_DEPARTURE, child, kind="departure", thing=name
        )
        exit_ = self.pathway.exit(said.reason)
        if said.structure is not None:
            await self.people.structure(said.structure)
        for each in tidying.cancel_appointments:
            if (await self.appointments.appointment(each)).child != child:
                raise NotFound
        made = rules.depart(name, said, exit_, await self._leaver(actor, way, exit_))
        standing = [each for each in await self.departures.of_child(child) if each.stands]
        if standing and not rules.is_same(standing[0], said):
            raise AlreadyLeft
        await self._close_forfaits(actor, child, made.on, exit_, close=tidying.close_forfaits)
        if not standing:
            await self.departures.add(made)
        kept = standing[0] if standing else made
        await self.children.change(child, lambda held: rules.moved_away(held, kept))
        await self._quieten(way, kept, tidying.cancel_appointments)
        return kept

    async def hear(
        self,
        actor: Actor,
        departure: DepartureId,
        state: RelayState,
        *,
        on: date,
        contact: str | None = None,
    ) -> Departure:
        """Write down what the structure that is to take over was asked or answered.

        Raises:
            WrongProfession, Forbidden: It is for somebody else to write.
            DepartureTakenBack: It was taken back.
            BadDeparture: The day is in the future, or the contact too long.
        """
        held = await self.departures.departure(departure)
        way = await self._enter(actor, Action.WRITE_DEPARTURE, held)
        rules.require_writer(self.form_of(held), actor, way.child)
        now, today = self.surroundings.now(), self.surroundings.today()
        step = RelayStep(state=state, on=on, by=actor.professional, at=now)
        return await self.departures.change(
            departure, lambda found: rules.hear(found, step, today=today, contact=contact)
        )

    async def take_back(self, actor: Actor, departure: DepartureId, *, reason: str) -> Departure:
        """Take a departure back; closed forfaits and cancelled appointments stay so.

        Raises:
            ReasonMissing, CircleClosed, TooLateToTakeBack, StillExcluded: As
            `departure.take_back` says.
        """
        held = await self.departures.departure(departure)
        way = await self._enter(actor, Action.TAKE_BACK_DEPARTURE, held)
        leaver = await self._leaver(actor, way, None)
        days = self.pathway.number("departure_undone_days")
        if held.stands:
            held = await self.departures.change(
                departure,
                lambda found: rules.take_back(
                    found, leaver, reason=reason, rules=self.pathway.inclusion, within_days=days
                ),
            )
        if held.moved:
            await self.children.change(held.child, rules.returned)
        await self._tell_again(held)
        return held

    async def of_child(self, actor: Actor, child: ChildId) -> tuple[Departure, ...]:
        """Give a child's departures, the one decided last first."""
        way = await self.guard.child(actor, Action.READ_DEPARTURE, child, kind="departure")
        found = rules.in_order(await self.departures.of_child(child))
        return tuple(self._shown(actor, way, each) for each in found)

    def form_of(self, departure: Departure) -> Form | None:
        """Give the form that a departure was written on, if the pathway has one."""
        if departure.form is None or departure.form_version is None:
            return None
        return self.pathway.form_of(departure.form, departure.form_version)

    def form_for(self, exit_: Exit) -> Form | None:
        """Give the form that an exit is written on: its own, or the first for departures."""
        return form_of_exit(self.pathway.forms, exit_.form)

    def _shown(self, actor: Actor, way: Way, departure: Departure) -> Departure:
        is_open = rules.is_open_to(self.form_of(departure), actor, member=_is_inside(actor, way))
        return departure if is_open else rules.discreet(departure)

    async def _enter(self, actor: Actor, action: Action, departure: Departure) -> Way:
        return await self.guard.child(
            actor, action, departure.child, kind="departure", thing=departure.id
        )

    async def _leaver(self, actor: Actor, way: Way, exit_: Exit | None) -> Leaver:
        today = self.surroundings.today()
        return Leaver(
            actor=actor,
            child=way.child,
            circle=way.circle,
            form=None if exit_ is None else self.form_for(exit_),
            known=days_of(way.child, self.pathway.reckoning, on=today),
            refused=(await self.children.consent(way.child.id)).is_refused(),
            today=today,
            zone=self.surroundings.zone,
            now=self.surroundings.now(),
        )

    async def _loose_ends(self, child: ChildId, on: date) -> LooseEnds:
        now, today = self.surroundings.now(), self.surroundings.today()
        documents = await everything(
            lambda after: self.documents.of_child(child, after=after, limit=_PAGE)
        )
        open_ = [each.id for each in await self.forfaits.of_child(child) if _is_open(each, today)]
        asked = await self.prescriptions.of_child(child)
        meetings = await self.meetings.of_child(child)
        return LooseEnds(
            forfaits=tuple(open_),
            prescriptions=tuple(each.id for each in asked if each.waits and today < each.lapses_on),
            drafts=tuple(each.id for each in documents if each.state is DocumentState.DRAFT),
            meetings=tuple(each.id for each in meetings if is_ahead(each, now=now)),
            appointments=tuple(each.id for each in await self._ahead(child, on)),
        )

    async def _ahead(self, child: ChildId, on: date) -> list[Appointment]:
        """Give the open appointments that have not begun and are on that day or later."""
        now = self.surroundings.now()
        held = await everything(
            lambda after: self.appointments.of_child(child, after=after, limit=_PAGE)
        )
        ahead = (each for each in held if each.status in OPEN and each.slot.is_after(now))
        return [each for each in ahead if each.slot.start.date() >= on]

    async def _close_forfaits(
        self, actor: Actor, child: ChildId, on: date, exit_: Exit, *, close: bool
    ) -> None:
        now, today = self.surroundings.now(), self.surroundings.today()
        open_ = [each for each in await self.forfaits.of_child(child) if _is_open(each, today)]
        if open_ and not close:
            raise ForfaitsOpen
        for each in open_:
            await self.forfaits.change(
                each.id,
                lambda held: close_forfait(
                    held,
                    by=actor.professional,
                    now=now,
                    today=_last_day(held, on),
                    reason=exit_.code,
                ),
            )

    async def _quieten(
        self, way: Way, departure: Departure, cancelled: tuple[AppointmentId, ...]
    ) -> None:
        """Call off what is to be called off, and tell the family nothing more of the rest."""
        now, tellings = self.surroundings.now(), tellings_of(self.pathway)
        told = way.child.recipients(self.surroundings.today())
        for each in await self._ahead(departure.child, departure.on):
            if each.id in cancelled:
                await self.appointments.change(
                    each.id,
                    lambda held: cancel(held, recipients=told, tellings=tellings, now=now),
                )
            else:
                await self.appointments.change(
                    each.id, lambda held: plan(held, (), tellings=tellings, now=now)
                )

    async def _tell_again(self, departure: Departure) -> None:
        child, now = await self.children.child(departure.child), self.surroundings.now()
        told, tellings = child.recipients(self.surroundings.today()), tellings_of(self.pathway)
        for each in await self._ahead(departure.child, departure.on):
            await self.appointments.change(
                each.id, lambda held: plan(held, told, tellings=tellings, now=now)
            )


def _is_open(forfait: Forfait, today: date) -> bool:
    return forfait.state(today) is ForfaitState.OPEN


def _last_day(forfait: Forfait, on: date) -> date:
    """Give the day a forfait ends with a departure: never before what was held on it."""
    held = (each.held.on for each in forfait.sessions if each.stands)
    return max((on, forfait.opened_on, *held))


def _is_inside(actor: Actor, way: Way) -> bool:
    return way.circle is not None and actor.professional in way.circle.roster
