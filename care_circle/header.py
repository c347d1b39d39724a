"""What stands at the head of a child's pages: who, how old, how far, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from care_circle.ages import GestationalAge, age_in_months, corrected_origin, is_corrected
from care_circle.appointment import Appointment, Slot, Status
from care_circle.ins import Sex
from care_circle.pathway import Pathway
from care_circle.progress import (
    ChildFile,
    Stage,
    VisitStanding,
    late_visits,
    next_visit,
    stage_of,
    visits_of,
)
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


def header_of(file: ChildFile, pathway: Pathway, *, on: date, now: datetime) -> ChildHeader:
    """Sum a child's file up."""
    child, identity = file.child, file.child.identity
    gestation, reckoning = child.perinatal.gestational_age, pathway.reckoning
    visits = visits_of(file, pathway, on=on)
    early = is_corrected(gestation, reckoning)
    return ChildHeader(
        id=child.id,
        circle=None if file.circle is None else file.circle.id,
        given_name=identity.usual_given_name or next(iter(identity.birth_given_names), ""),
        family_name=identity.usual_family_name or identity.birth_family_name,
        birth_date=identity.birth_date,
        sex=identity.sex,
        gestational_age=gestation,
        corrected_from=(
            corrected_origin(identity.birth_date, gestation, reckoning) if early else None
        ),
        corrected_until_months=reckoning.corrected_until_months,
        age_months=age_in_months(identity.birth_date, gestation, reckoning, on=on),
        stage=stage_of(file, on=on),
        included_on=None if child.decision is None else child.decision.on,
        referring_physician=child.referring_physician,
        next_visit=next_visit(visits),
        late_visits=late_visits(file, visits, on=on),
        next_appointment=next(iter(coming(file, now=now)), None),
    )


def coming(file: ChildFile, *, now: datetime) -> tuple[PlannedAppointment, ...]:
    """Give a child's open appointments that have not begun, the next one first."""
    ahead = (each for each in file.appointments if each.status in (Status.BOOKED, Status.MOVED))
    return in_order(described(each) for each in ahead if each.slot.is_after(now))


def in_order(appointments: Iterable[PlannedAppointment]) -> tuple[PlannedAppointment, ...]:
    """Put appointments in the order of time."""
    return tuple(sorted(appointments, key=lambda each: (each.at, each.id)))


def described(appointment: Appointment) -> PlannedAppointment:
    """Describe an appointment without what the family was told of it."""
    return PlannedAppointment(
        id=appointment.id,
        child=appointment.child,
        professional=appointment.professional,
        visit=appointment.visit,
        status=appointment.status,
        slot=appointment.slot,
        at=instant(appointment.slot.start, appointment.slot.zone),
    )
