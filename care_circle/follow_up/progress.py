"""How far a child has come: the stage of the pathway, each visit, whether it is lost to us.

Stages are those the network names (seed 000: inclusion, coordination, accompagnement); that
a stage follows from decision, circle and departure is assumed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from care_circle.ages import Window, add_months
from care_circle.appointment import OPEN, Appointment, Slot, Status
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.consent import Consent
from care_circle.convention import Convention
from care_circle.definition.follow_up_terms import FollowUpTerms
from care_circle.definition.pathway import Pathway, Visit, visit_window
from care_circle.documents.document import Document, DocumentState
from care_circle.early_care.glance import NOTHING, EarlyCareGlance
from care_circle.labels import Label
from crypto.ids import AppointmentId, StructureId
from notifications.errand import Errand

UTC = ZoneInfo("UTC")


class Stage(StrEnum):
    """Where a child stands in the pathway."""

    INCLUSION = "inclusion"
    COORDINATION = "coordination"
    SUPPORT = "support"
    EXIT = "exit"


class VisitState(StrEnum):
    """Where one visit stands; `passed_by` was over before the child came into the pathway."""

    UNDATED = "undated"
    COMING = "coming"
    DUE = "due"
    BOOKED = "booked"
    DONE = "done"
    LATE = "late"
    PASSED_BY = "passed_by"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStanding:
    """A visit of the calendar with this child's days and where it stands.

    `done_on` is the day it was held, or else the day it was signed where the network works.
    """

    visit: str
    label: Label
    state: VisitState
    window: Window | None
    appointment: AppointmentId | None
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """That a child left the pathway: when, and by which of its exits."""

    on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFile:
    """A child with everything that was planned and written for it.

    `conventions` are those of the circle's members and of the referring physician, `meetings`
    the days of those held about the child. `structure` is where the referring physician works.
    `zone` is the one whose days the network counts.
    """

    child: Child
    circle: Circle | None = None
    appointments: tuple[Appointment, ...] = ()
    errands: tuple[Errand, ...] = ()
    documents: tuple[Document, ...] = ()
    consent: Consent | None = None
    conventions: tuple[Convention, ...] = ()
    early_care: EarlyCareGlance = NOTHING
    meetings: tuple[date, ...] = ()
    leaving: Leaving | None = None
    structure: StructureId | None = None
    department: str | None = None
    zone: ZoneInfo = UTC

    def day_of(self, moment: datetime) -> date:
        """Give the day a moment falls on where the network works."""
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """That a child is lost to follow-up: since which day, by which visits missed in a row."""

    since: date
    visits: tuple[str, ...]


class Placed(Protocol):
    """A visit, by its code or with its label, and where it stands."""

    @property
    def visit(self) -> str:
        """Its code."""
        ...

    @property
    def state(self) -> VisitState:
        """Where it stands."""
        ...

    @property
    def window(self) -> Window | None:
        """Its days, if they are known."""
        ...


class Planned(Protocol):
    """An appointment, or the head of one."""

    @property
    def visit(self) -> str | None:
        """The visit it is for."""
        ...

    @property
    def status(self) -> Status:
        """Where it stands."""
        ...

    @property
    def slot(self) -> Slot:
        """When and where."""
        ...


Met = TypeVar("Met", bound=Planned)

_SIGNED = (DocumentState.SIGNED, DocumentState.AMENDED)
_AHEAD = (VisitState.BOOKED, VisitState.DUE, VisitState.COMING)


def stage_of(file: ChildFile, *, on: date) -> Stage:
    """Tell the stage a child is in."""
    child, circle = file.child, file.circle
    gone = (child.left_territory_on, None if file.leaving is None else file.leaving.on)
    if any(day is not None and day <= on for day in gone):
        return Stage.EXIT
    if child.decision is None:
        return Stage.INCLUSION
    if circle is None:
        return Stage.COORDINATION
    return Stage.SUPPORT if circle.closed_at is None else Stage.EXIT


def visits_of(file: ChildFile, pathway: Pathway, *, on: date) -> tuple[VisitStanding, ...]:
    """Tell where each visit of the calendar stands on a day."""
    return tuple(_standing(file, visit, pathway, on) for visit in pathway.visits)


def next_visit(visits: Iterable[VisitStanding]) -> VisitStanding | None:
    """Give the visit to think of now: the first that is booked, due or coming."""
    dated = [(v.window.due, v) for v in visits if v.window is not None and v.state in _AHEAD]
    return min(dated, key=lambda pair: pair[0], default=(None, None))[1]


def late_visits(
    file: ChildFile, visits: Iterable[VisitStanding], *, on: date
) -> tuple[VisitStanding, ...]:
    """Give the visits whose last day went by without them, while the child is cared for."""
    if not is_followed(file, on=on):
        return ()
    return tuple(visit for visit in visits if visit.state is VisitState.LATE)


def is_followed(file: ChildFile, *, on: date) -> bool:
    """Tell whether the network follows a child: it is in the pathway and has not left it."""
    return stage_of(file, on=on) in (Stage.COORDINATION, Stage.SUPPORT)


def loss_of(
    file: ChildFile, visits: Iterable[VisitStanding], terms: FollowUpTerms, *, on: date
) -> Loss | None:
    """Tell whether a child is lost to follow-up on a day, and since when.

    What counts are the visits missed in a row up to now: a visit that was held, or that has
    an appointment ahead though its window is over, ends the row. Visits passed before the
    inclusion never count.
    """
    return loss_by(visits, terms, on=on) if is_followed(file, on=on) else None


def loss_by(visits: Iterable[Placed], terms: FollowUpTerms, *, on: date) -> Loss | None:
    """Tell whether a child who is followed is lost by where its visits stand on a day."""
    missed = _missed_in_a_row(visits, on)
    since = [day for day in _days_of_loss(missed, terms) if day <= on]
    if not since:
        return None
    return Loss(since=min(since), visits=tuple(code for code, _ in missed))


def _missed_in_a_row(visits: Iterable[Placed], on: date) -> list[tuple[str, date]]:
    """Give the visits missed since the last that was not, each with its window's last day."""
    missed: list[tuple[str, date]] = []
    dated = [(visit.window, visit) for visit in visits if visit.window is not None]
    for window, visit in sorted(dated, key=lambda pair: (pair[0].closes, pair[0].due)):
        if visit.state is VisitState.LATE:
            missed.append((visit.visit, window.closes))
        elif visit.state is VisitState.DONE or (
            visit.state is VisitState.BOOKED and window.closes < on
        ):
            missed.clear()
    return missed


def _days_of_loss(missed: list[tuple[str, date]], terms: FollowUpTerms) -> list[date]:
    """Give the days on which visits missed in a row make a child lost."""
    days = []
    count, months = terms.lost_after_missed_visits, terms.lost_after_months
    if count is not None and len(missed) >= count > 0:
        days.append(missed[count - 1][1] + timedelta(days=1))
    if months is not None and missed:
        days.append(add_months(missed[0][1], months) + timedelta(days=1))
    return days


def unsettled(appointments: Iterable[Met], *, now: datetime) -> tuple[Met, ...]:
    """Give the appointments somebody must see to.

    Those that were missed while no later one was made for the same visit, and those that
    have begun and of which nobody said whether they were held.
    """
    held = tuple(appointments)
    return tuple(each for each in held if _is_unsettled(each, held, now))


def _is_unsettled(appointment: Planned, others: Iterable[Planned], now: datetime) -> bool:
    if appointment.status in OPEN:
        return not appointment.slot.is_after(now)
    return appointment.status is Status.MISSED and not any(
        each.visit == appointment.visit
        and each.status is not Status.CANCELLED
        and each.slot.start > appointment.slot.start
        for each in others
    )


def _standing(file: ChildFile, visit: Visit, pathway: Pathway, on: date) -> VisitStanding:
    window = visit_window(
        visit,
        birth=file.child.identity.birth_date,
        perinatal=file.child.perinatal,
        reckoning=pathway.reckoning,
    )
    booked = [
        each
        for each in file.appointments
        if each.visit == visit.code and each.status in OPEN and each.slot.start.date() >= on
    ]
    first = min(booked, key=lambda each: each.slot.start, default=None)
    state = VisitState.BOOKED if first is not None else _dated(file, window, on)
    done_on = _done_on(file, visit)
    return VisitStanding(
        visit=visit.code,
        label=visit.label,
        state=state if done_on is None else VisitState.DONE,
        window=window,
        appointment=None if first is None else first.id,
        done_on=done_on,
    )


def _done_on(file: ChildFile, visit: Visit) -> date | None:
    """Give the day of a visit that was held, or else the day its document was first signed."""
    held = [
        each.slot.start.date()
        for each in file.appointments
        if each.visit == visit.code and each.status is Status.HONOURED
    ]
    signed = [
        file.day_of(each.versions[0].signed_at)
        for each in file.documents
        if each.visit == visit.code and each.state in _SIGNED and each.versions[0].signed_at
    ]
    return min(held, default=min(signed, default=None))


def _dated(file: ChildFile, window: Window | None, on: date) -> VisitState:
    if window is None:
        return VisitState.UNDATED
    if on < window.opens:
        return VisitState.COMING
    if on <= window.closes:
        return VisitState.DUE
    decision = file.child.decision
    return (
        VisitState.PASSED_BY if decision is None or window.closes < decision.on else VisitState.LATE
    )
