"""What stands at the head of a child's pages: who, how old, how far, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from care_circle.ages import GestationalAge, age_in_months, corrected_origin, is_corrected
from care_circle.appointment import OPEN, Slot, Status
from care_circle.definition.pathway import Pathway
from care_circle.follow_up.follow_up import FollowUp, Moment, follow_up_of
from care_circle.follow_up.life import AppointmentHead, standings
from care_circle.follow_up.progress import (
    ChildFile,
    Stage,
    VisitStanding,
    VisitState,
    next_visit,
    unsettled,
)
from care_circle.ins import Sex
from crypto.ids import AppointmentId, ChildId, CircleId, ProfessionalId
from notifications.hours import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAppointment:
    """An appointment without its notices; `at` is when it begins, ms UTC."""

    id: AppointmentId
    child: ChildId
    professional: ProfessionalId
    visit: str | None
    status: Status
    slot: Slot
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildHeader:
    """A child in a few lines. `age_months` is what a carer would say, corrected or not.

    `corrected_from`: the day corrected months are counted from, for a child born too early;
    `corrected_until_months`: the last month of which that is done.
    """

    id: ChildId
    circle: CircleId | None
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    gestational_age: GestationalAge | None = field(repr=False)
    corrected_from: date | None = field(repr=False)
    corrected_until_months: int
    age_months: int
    stage: Stage
    included_on: date | None
    referring_physician: ProfessionalId | None
    next_visit: VisitStanding | None
    late_visits: tuple[VisitStanding, ...]
    next_appointment: PlannedAppointment | None


def header_of(file: ChildFile, pathway: Pathway, moment: Moment) -> ChildHeader:
    """Sum a child's file up."""
    return header_from(follow_up_of(file, pathway, moment), pathway, moment)


def header_from(follow_up: FollowUp, pathway: Pathway, moment: Moment) -> ChildHeader:
    """Sum a child up from its follow-up, which is that of this moment."""
    life, reckoning = follow_up.life, pathway.reckoning
    birth, gestation = life.birth_date, life.gestational_age
    visits = standings(life.visits, pathway)
    early = is_corrected(gestation, reckoning)
    followed = life.stage in (Stage.COORDINATION, Stage.SUPPORT)
    return ChildHeader(
        id=follow_up.child,
        circle=follow_up.circle,
        given_name=life.given_name,
        family_name=life.family_name,
        birth_date=birth,
        sex=life.sex,
        gestational_age=gestation,
        corrected_from=corrected_origin(birth, gestation, reckoning) if early else None,
        corrected_until_months=reckoning.corrected_until_months,
        age_months=age_in_months(birth, gestation, reckoning, on=moment.on),
        stage=life.stage,
        included_on=life.included_on,
        referring_physician=follow_up.physician,
        next_visit=next_visit(visits),
        late_visits=tuple(v for v in visits if followed and v.state is VisitState.LATE),
        next_appointment=next(iter(coming(follow_up, now=moment.now)), None),
    )


def coming(follow_up: FollowUp, *, now: datetime) -> tuple[PlannedAppointment, ...]:
    """Give a child's open appointments that have not begun, the next one first."""
    ahead = (each for each in follow_up.life.appointments if each.status in OPEN)
    return in_order(described(each, follow_up.child) for each in ahead if each.slot.is_after(now))


def past(follow_up: FollowUp, *, now: datetime) -> tuple[PlannedAppointment, ...]:
    """Give a child's appointments that somebody must see to, the oldest first."""
    found = unsettled(follow_up.life.appointments, now=now)
    return in_order(described(each, follow_up.child) for each in found)


def in_order(appointments: Iterable[PlannedAppointment]) -> tuple[PlannedAppointment, ...]:
    """Put appointments in the order of time."""
    return tuple(sorted(appointments, key=lambda each: (each.at, each.id)))


def described(appointment: AppointmentHead, child: ChildId) -> PlannedAppointment:
    """Describe an appointment without what the family was told of it."""
    return PlannedAppointment(
        id=appointment.id,
        child=child,
        professional=appointment.professional,
        visit=appointment.visit,
        status=appointment.status,
        slot=appointment.slot,
        at=instant(appointment.slot.start, appointment.slot.zone),
    )
