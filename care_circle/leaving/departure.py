"""A child leaves the pathway: why, when, who takes over, and how that is taken back.

The reasons are the pathway's exits (F40, F19). From its day on a departure closes the
pathway for writing; the channel stays, and its members keep reading. Of the two exclusions
of the network's sheet one must be recorded before (the parents' refusal), and the other is
recorded by the departure itself (a move out of the territory).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from care_circle.access import Action, Forbidden
from care_circle.actor import Actor
from care_circle.child import Child, require_included
from care_circle.circle import Circle, CircleClosed
from care_circle.definition.form import Answer, Form
from care_circle.definition.inclusion import Outcome, Rules, assess
from care_circle.definition.pathway import Exit
from care_circle.documents.answers import Known
from care_circle.documents.document import WrongProfession, role_of
from care_circle.documents.record_answers import beside
from care_circle.early_care.prescription import Cancellation, require_reason
from care_circle.follow_up.progress import Leaving
from care_circle.mending import Mendable, Mender
from care_circle.role import Role
from crypto.ids import (
    AppointmentId,
    ChildId,
    CircleId,
    DepartureId,
    DocumentId,
    ForfaitId,
    MeetingId,
    PrescriptionId,
    ProfessionalId,
    StructureId,
)

MAX_CONTACT = 120
MAX_STEPS = 50
LONGEST_AHEAD = timedelta(days=366)
REFUSAL, MOVE = "parental_refusal", "moved_out_of_territory"

CLOSED_BY_LEAVING = frozenset(
    {
        Action.DRAFT_DOCUMENT,
        Action.SIGN_DOCUMENT,
        Action.AMEND_DOCUMENT,
        Action.PRESCRIBE_CARE,
        Action.MANAGE_FORFAIT,
        Action.CALL_MEETING,
    }
)
"""What is over from the day of a departure on.

Sessions held before it may still be claimed and corrected, minutes of meetings held before it
written, and a document that was entered in error still be marked so.
"""


class ChildLeft(Mendable, Exception):
    """The child has left the pathway: nothing new is written, unless that is taken back."""

    mended_by = Mender.COORDINATOR


class AlreadyLeft(Exception):
    """The child has left, or is about to, by another departure."""


class ForfaitsOpen(Mendable, Exception):
    """Forfaits are open: they are closed in the same act, or first."""

    mended_by = Mender.COORDINATOR


class ExclusionNotRecorded(Mendable, Exception):
    """The parents' refusal is recorded among their words before the child leaves by it."""

    mended_by = Mender.COORDINATOR


class StillExcluded(Mendable, Exception):
    """The rules still exclude the child: what the parents said, or where they live, comes first."""

    mended_by = Mender.COORDINATOR


class TooLateToTakeBack(Exception):
    """A departure is taken back within the pathway's days."""


class DepartureTakenBack(Exception):
    """The departure was taken back: nothing follows."""


class BadDeparture(ValueError):
    """The day is before the inclusion or too far ahead, or a contact is too long."""


class RelayState(StrEnum):
    """What the structure that is to take over said so far."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


_IN_FORMS = {RelayState.ASKED: "waiting", RelayState.ACCEPTED: "yes", RelayState.REFUSED: "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayStep:
    """What was asked or answered on a day; `by` wrote it down."""

    state: RelayState
    on: date
    by: ProfessionalId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """What somebody says of a departure; `reason` is the code of an exit."""

    reason: str
    on: date
    structure: StructureId | None = None
    contact: str = field(default="", repr=False)
    relay: RelayState | None = None
    relay_on: date | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A departure, in force from `on`; `answers` are what its form asks beside.

    `moved`: the departure recorded the move out of the territory, and takes it back with itself.
    """

    id: DepartureId
    child: ChildId
    circle: CircleId | None
    reason: str = field(repr=False)
    on: date = field(repr=False)
    by: ProfessionalId
    at: datetime
    structure: StructureId | None = field(default=None, repr=False)
    contact: str = field(default="", repr=False)
    steps: tuple[RelayStep, ...] = field(default=(), repr=False)
    form: str | None = None
    form_version: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False)
    moved: bool = False
    taken_back: Cancellation | None = field(default=None, repr=False)

    @property
    def stands(self) -> bool:
        """Whether nobody took it back."""
        return self.taken_back is None

    @property
    def relay(self) -> RelayState | None:
        """What was last heard of the relay."""
        return self.steps[-1].state if self.steps else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseEnds:
    """What a departure on a day would leave behind.

    Forfaits refuse it unless they are closed with it; the rest is for people to see to.
    `appointments` begin on that day or later, `meetings` are to come, `drafts` are unsigned.
    """

    forfaits: tuple[ForfaitId, ...] = ()
    prescriptions: tuple[PrescriptionId, ...] = ()
    drafts: tuple[DocumentId, ...] = ()
    meetings: tuple[MeetingId, ...] = ()
    appointments: tuple[AppointmentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Whoever lets a child go, on the pathway's form for it; `refused`: a holder said no.

    `today` is a day of `zone`, the one whose days the network counts.
    """

    actor: Actor
    child: Child
    circle: Circle | None
    form: Form | None
    known: Known
    refused: bool
    today: date
    zone: tzinfo
    now: datetime


def depart(departure: DepartureId, said: Farewell, exit_: Exit, by: Leaver) -> Departure:
    """Let a child go.

    Raises:
        ChildNotIncluded: The child is not in the pathway.
        Forbidden, WrongProfession: It is for somebody else to do.
        ExclusionNotRecorded: The exit follows a refusal that nobody wrote down.
        BadDeparture: The day cannot be, or the contact is too long.
        BadAnswers: It does not fit the form.
    """
    require_included(by.child)
    require_writer(by.form, by.actor, by.child)
    if exit_.fact == REFUSAL and not by.refused:
        raise ExclusionNotRecorded
    _require_day(said, by)
    steps = _first_step(said, by)
    made = Departure(
        id=departure,
        child=by.child.id,
        circle=None if by.circle is None else by.circle.id,
        reason=said.reason,
        on=said.on,
        by=by.actor.professional,
        at=by.now,
        structure=said.structure,
        contact=said.contact,
        steps=steps,
        form=None if by.form is None else by.form.code,
        form_version=None if by.form is None else by.form.version,
        answers=said.answers,
        moved=exit_.fact == MOVE and by.child.left_territory_on is None,
    )
    return replace(made, answers=beside(by.form, own_answers(made), said.answers, known=by.known))


def hear(
    departure: Departure, step: RelayStep, *, today: date, contact: str | None = None
) -> Departure:
    """Write down what the structure that is to take over was asked or answered.

    The same thing said twice in a row is kept once.

    Raises:
        DepartureTakenBack: It was taken back.
        BadDeparture: The day is in the future, the contact too long, or too much was said.
    """
    if not departure.stands:
        raise DepartureTakenBack
    if step.on > today or len(departure.steps) >= MAX_STEPS:
        raise BadDeparture
    heard = departure if contact is None else replace(departure, contact=_contact(contact))
    last = departure.steps[-1] if departure.steps else None
    if last is not None and (last.state, last.on) == (step.state, step.on):
        return heard
    return replace(heard, steps=(*heard.steps, step))


def take_back(
    departure: Departure, by: Leaver, *, reason: str, rules: Rules, within_days: int | None
) -> Departure:
    """Take a departure back; a second time changes nothing.

    Raises:
        ReasonMissing: There is no reason, or a very long one.
        CircleClosed: The circle was closed, which is for good.
        TooLateToTakeBack: The pathway's days for it are over.
        StillExcluded: Without it the rules still exclude the child.
    """
    require_reason(reason)
    if not departure.stands:
        return departure
    if by.circle is not None and by.circle.closed_at is not None:
        raise CircleClosed
    decided = max(departure.on, departure.at.astimezone(by.zone).date())
    if within_days is not None and by.today > decided + timedelta(days=within_days):
        raise TooLateToTakeBack
    here = returned(by.child) if departure.moved else by.child
    facts = here.facts(refused=by.refused, on=by.today)
    if assess(rules, facts).outcome is Outcome.EXCLUDED:
        raise StillExcluded
    back = Cancellation(by=by.actor.professional, at=by.now, reason=reason)
    return replace(departure, taken_back=back)


def moved_away(child: Child, departure: Departure) -> Child:
    """Write a move on the child that a departure records; again, nothing changes."""
    if not departure.moved or child.left_territory_on is not None:
        return child
    return replace(child, left_territory_on=departure.on)


def returned(child: Child) -> Child:
    """Take a move off a child."""
    return replace(child, left_territory_on=None)


def leaving_of(departures: Iterable[Departure]) -> Leaving | None:
    """Give the departure that stands, as the follow-up knows it."""
    for each in departures:
        if each.stands:
            return Leaving(on=each.on, reason=each.reason)
    return None


def own_answers(departure: Departure) -> dict[str, Answer | None]:
    """Give a departure's own values by the codes that forms have for them."""
    answered = [step for step in departure.steps if step.state is RelayState.ACCEPTED]
    accepted = departure.relay is RelayState.ACCEPTED
    return {
        "exit_reason": departure.reason,
        "exit_on": departure.on.isoformat(),
        "relay_structure": departure.structure,
        "relay_contact": departure.contact,
        "relay_accepted": None if departure.relay is None else _IN_FORMS[departure.relay],
        "relay_accepted_on": answered[-1].on.isoformat() if accepted else None,
    }


def is_same(departure: Departure, said: Farewell) -> bool:
    """Tell whether a departure is what somebody says again."""
    return (departure.reason, departure.on) == (said.reason, said.on)


def in_order(departures: Iterable[Departure]) -> tuple[Departure, ...]:
    """Give departures, the one decided last first."""
    return tuple(sorted(departures, key=lambda each: (each.at, each.id), reverse=True))


def is_open_to(form: Form | None, actor: Actor, *, member: bool) -> bool:
    """Tell whether somebody may read why a child left, as the form for it says."""
    role = role_of(actor)
    if form is None:
        return member
    if role in form.fillers:
        return True
    return role in form.readers if form.readers else member


def require_writer(form: Form | None, actor: Actor, child: Child) -> None:
    """Insist on who the form is for; of the carers it is the referring physician.

    Raises:
        WrongProfession: The form is for others to fill.
        Forbidden: The actor is not the one who follows the child.
    """
    fillers = (Role.COORDINATOR.value,) if form is None else form.fillers
    if role_of(actor) not in fillers:
        raise WrongProfession
    if actor.role is Role.PROFESSIONAL and actor.professional != child.referring_physician:
        raise Forbidden


def discreet(departure: Departure) -> Departure:
    """Give a departure as those see it who are told that there is one, and when."""
    back = departure.taken_back
    return replace(
        departure,
        reason="",
        contact="",
        structure=None,
        steps=(),
        answers={},
        taken_back=None if back is None else replace(back, reason=""),
    )


def _require_day(said: Farewell, by: Leaver) -> None:
    decision = by.child.decision
    if decision is not None and said.on < decision.on:
        raise BadDeparture
    if said.on > by.today + LONGEST_AHEAD:
        raise BadDeparture
    _contact(said.contact)


def _contact(contact: str) -> str:
    if len(contact) > MAX_CONTACT or not (contact == "" or contact.isprintable()):
        raise BadDeparture
    return contact


def _first_step(said: Farewell, by: Leaver) -> tuple[RelayStep, ...]:
    if said.relay is None:
        return ()
    on = said.relay_on or by.today
    if on > by.today:
        raise BadDeparture
    return (RelayStep(state=said.relay, on=on, by=by.actor.professional, at=by.now),)
