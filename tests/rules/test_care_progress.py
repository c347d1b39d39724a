"""How far a child has come: stages, visits by their windows, what somebody must see to."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from care_circle.appointment import Appointment, Slot, Status
from care_circle.circle import Circle
from care_circle.documents.document import Document, Version
from care_circle.follow_up.follow_up import Moment
from care_circle.follow_up.header import header_of
from care_circle.follow_up.progress import (
    ChildFile,
    Stage,
    VisitState,
    late_visits,
    next_visit,
    stage_of,
    unsettled,
    visits_of,
)
from crypto.ids import AppointmentId, CircleId, DocumentId, ProfessionalId, new_id
from tests.support.care import NOW, PATHWAY, TODAY, child

FAMILY = child()
BEN = ProfessionalId("ben")
PARIS = ZoneInfo("Europe/Paris")


def circle(**changes: object) -> Circle:
    made = Circle(
        id=CircleId("circle"), child=FAMILY.id, chain=(), participations=(), opened_at=NOW
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of a circle


def appointment(
    day: date, *, visit: str | None = "V24", status: Status = Status.BOOKED
) -> Appointment:
    slot = Slot(
        start=datetime(day.year, day.month, day.day, 14, 30),  # noqa: DTZ001 - a wall time
        zone="Europe/Paris",
        duration_minutes=45,
        place_label="12 rue des Genêts",
    )
    return Appointment(
        id=AppointmentId(new_id()),
        child=FAMILY.id,
        professional=BEN,
        visit=visit,
        slot=slot,
        booked_by=BEN,
        status=status,
    )


def states(file: ChildFile, *, on: date = TODAY) -> dict[str, VisitState]:
    return {each.visit: each.state for each in visits_of(file, PATHWAY, on=on)}


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        (ChildFile(child=child(included=False)), Stage.INCLUSION),
        (ChildFile(child=FAMILY), Stage.COORDINATION),
        (ChildFile(child=FAMILY, circle=circle()), Stage.SUPPORT),
        (ChildFile(child=FAMILY, circle=circle(closed_at=NOW)), Stage.EXIT),
        (ChildFile(child=replace(FAMILY, left_territory_on=TODAY), circle=circle()), Stage.EXIT),
        (
            ChildFile(
                child=replace(FAMILY, left_territory_on=TODAY + timedelta(days=1)),
                circle=circle(),
            ),
            Stage.SUPPORT,
        ),
    ],
)
def test_the_stage_follows_from_decision_circle_and_departure(
    file: ChildFile, stage: Stage
) -> None:
    assert stage_of(file, on=TODAY) is stage


def test_visits_stand_where_their_days_put_them() -> None:
    """Born on 1 September 2024 at 28+3, 81 days early: two years corrected on 21 November 2026."""
    found = states(ChildFile(child=FAMILY))

    assert found["V00"] is VisitState.UNDATED
    assert found["V18"] is VisitState.PASSED_BY
    assert (found["V24"], found["V36"]) == (VisitState.DUE, VisitState.COMING)


def test_a_visit_is_late_the_day_after_its_window_and_not_before() -> None:
    file = ChildFile(child=FAMILY, circle=circle())
    (due,) = [each for each in visits_of(file, PATHWAY, on=TODAY) if each.visit == "V24"]
    assert due.window is not None
    last = due.window.closes

    assert states(file, on=last)["V24"] is VisitState.DUE
    assert states(file, on=last + timedelta(days=1))["V24"] is VisitState.LATE


def test_what_was_over_before_the_inclusion_is_never_late() -> None:
    file = ChildFile(child=FAMILY, circle=circle())

    late = late_visits(file, visits_of(file, PATHWAY, on=TODAY), on=TODAY)

    assert late == ()


def test_nothing_is_late_of_a_child_who_has_left() -> None:
    after = TODAY + timedelta(days=200)
    here = ChildFile(child=FAMILY, circle=circle())
    gone = replace(here, circle=circle(closed_at=NOW))

    late = [
        [each.visit for each in late_visits(file, visits_of(file, PATHWAY, on=after), on=after)]
        for file in (here, gone)
    ]

    assert late == [["V24"], []]


@pytest.mark.parametrize("status", [Status.BOOKED, Status.MOVED])
def test_an_open_appointment_to_come_books_its_visit(status: Status) -> None:
    coming = appointment(TODAY + timedelta(days=3), status=status)
    file = ChildFile(child=FAMILY, appointments=(coming,))

    found = next_visit(visits_of(file, PATHWAY, on=TODAY))

    assert found is not None
    assert (found.visit, found.state, found.appointment) == ("V24", VisitState.BOOKED, coming.id)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.MISSED])
def test_an_appointment_that_came_to_nothing_books_none(status: Status) -> None:
    file = ChildFile(child=FAMILY, appointments=(appointment(TODAY, status=status),))

    assert states(file)["V24"] is VisitState.DUE


def test_a_visit_is_done_by_an_honoured_appointment_or_a_signed_document() -> None:
    honoured = ChildFile(child=FAMILY, appointments=(appointment(TODAY, status=Status.HONOURED),))
    draft = Document(
        id=DocumentId("document"),
        child=FAMILY.id,
        circle=CircleId("circle"),
        form="v24",
        form_version="1",
        visit="V24",
        author=BEN,
        edition=1,
        versions=(Version(number=1, answers={}, author=BEN, saved_at=NOW),),
    )
    signed = replace(draft, versions=(replace(draft.current, signed_at=NOW),))

    found = [
        states(each)["V24"]
        for each in (
            honoured,
            ChildFile(child=FAMILY, documents=(draft,)),
            ChildFile(child=FAMILY, documents=(signed,)),
        )
    ]

    assert found == [VisitState.DONE, VisitState.DUE, VisitState.DONE]


def test_what_nobody_closed_and_what_was_missed_must_be_seen_to() -> None:
    yesterday, later = TODAY - timedelta(days=1), TODAY + timedelta(days=9)
    forgotten = appointment(yesterday)
    missed = appointment(yesterday, visit="V18", status=Status.MISSED)
    made_good = appointment(yesterday, visit="V36", status=Status.MISSED)
    others = (
        appointment(later),
        appointment(yesterday, visit="V12", status=Status.HONOURED),
        appointment(yesterday, visit="V09", status=Status.CANCELLED),
        appointment(later, visit="V36"),
    )

    found = unsettled((forgotten, missed, made_good, *others), now=NOW)

    assert found == (forgotten, missed)


def test_the_header_says_how_old_and_what_comes_next() -> None:
    later, sooner = (
        appointment(TODAY + timedelta(days=30), visit=None),
        appointment(TODAY + timedelta(days=3)),
    )
    file = ChildFile(child=FAMILY, circle=circle(), appointments=(later, sooner))

    header = header_of(file, PATHWAY, Moment(now=NOW, zone=PARIS))

    assert (header.given_name, header.family_name) == ("Noé", "Amarante")
    assert (header.age_months, header.corrected_from) == (24, date(2024, 11, 21))
    assert header.corrected_until_months == 24
    assert header.next_appointment is not None
    assert header.next_appointment.id == sooner.id
    assert "Amarante" not in repr(header)


def test_a_child_born_at_term_is_never_corrected() -> None:
    grown = replace(FAMILY, perinatal=replace(FAMILY.perinatal, gestational_age=None))

    header = header_of(ChildFile(child=grown), PATHWAY, Moment(now=NOW, zone=PARIS))

    assert (header.corrected_from, header.gestational_age, header.age_months) == (None, None, 26)
