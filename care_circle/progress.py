"""How far a child has come: the stage of the pathway, the visit that is next, those passed by.

Stages are those the network names (seed 000: inclusion, coordination, accompagnement); that
a stage follows from decision, circle and departure is assumed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from care_circle.ages import Window
from care_circle.appointment import Appointment, Status
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.definition import Label
from care_circle.document import Document, DocumentState
from care_circle.pathway import Pathway, Visit, visit_window
from crypto.ids import AppointmentId


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
    """A visit of the calendar with this child's days and where it stands."""

    visit: str
    label: Label
    state: VisitState
    window: Window | None
    appointment: AppointmentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFile:
    """A child with everything that was planned and written for it."""

    child: Child
    circle: Circle | None = None
    appointments: tuple[Appointment, ...] = ()
    documents: tuple[Document, ...] = ()


_OPEN = (Status.BOOKED, Status.MOVED)
_SIGNED = (DocumentState.SIGNED, DocumentState.AMENDED)
_AHEAD = (VisitState.BOOKED, VisitState.DUE, VisitState.COMING)


def stage_of(file: ChildFile, *, on: date) -> Stage:
    """Tell the stage a child is in."""
    child, circle = file.child, file.circle
    if child.left_territory_on is not None and child.left_territory_on <= on:
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
    if stage_of(file, on=on) not in (Stage.COORDINATION, Stage.SUPPORT):
        return ()
    return tuple(visit for visit in visits if visit.state is VisitState.LATE)


def unsettled(appointments: Iterable[Appointment], *, now: datetime) -> tuple[Appointment, ...]:
    """Give the appointments somebody must see to.

    Those that were missed while no later one was made for the same visit, and those that
    have begun and of which nobody said whether they were held.
    """
    held = tuple(appointments)
    return tuple(each for each in held if _is_unsettled(each, held, now))


def _is_unsettled(appointment: Appointment, others: Iterable[Appointment], now: datetime) -> bool:
    if appointment.status in _OPEN:
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
        if each.visit == visit.code and each.status in _OPEN and each.slot.start.date() >= on
    ]
    first = min(booked, key=lambda each: each.slot.start, default=None)
    state = VisitState.BOOKED if first is not None else _dated(file, window, on)
    return VisitStanding(
        visit=visit.code,
        label=visit.label,
        state=VisitState.DONE if _is_done(file, visit) else state,
        window=window,
        appointment=None if first is None else first.id,
    )


def _is_done(file: ChildFile, visit: Visit) -> bool:
    held = any(a.visit == visit.code and a.status is Status.HONOURED for a in file.appointments)
    return held or any(d.visit == visit.code and d.state in _SIGNED for d in file.documents)


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
