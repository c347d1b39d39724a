"""Appointments: what may be booked, and that every change plans the family's notices with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from care_circle.appointment import (
    Appointment,
    AppointmentOver,
    BadAddress,
    BadDuration,
    InThePast,
    NoSuchTime,
    NotYetHeld,
    Slot,
    Status,
    TimeTwice,
    book,
    cancel,
    close,
    move,
)
from care_circle.neutral import TellingLabel
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import UnknownZone
from notifications.notice import Medium, Rule, State
from tests.support.care import NOW, TODAY, child
from tests.support.tellings import TELLINGS

FAMILY = child()
RECIPIENTS = FAMILY.recipients(TODAY)
ANA = ProfessionalId("ana")
SLOT = Slot(
    start=datetime(2026, 12, 3, 14, 30),  # noqa: DTZ001 - a wall time, as people agreed on it
    zone="Europe/Paris",
    duration_minutes=45,
    place_label="12 rue des Genêts",
    map_address="12 rue des Genêts, 31000 Toulouse",
)
AFTER = datetime(2026, 12, 3, 13, 31, tzinfo=UTC)


def booked(slot: Slot = SLOT, now: datetime = NOW) -> Appointment:
    return book(
        AppointmentId("appointment"),
        slot,
        child=ChildId("child"),
        professional=ANA,
        visit="V24",
        by=ANA,
        recipients=RECIPIENTS,
        tellings=TELLINGS,
        now=now,
    )


def planned(appointment: Appointment) -> set[tuple[Rule, Medium]]:
    return {(n.rule, n.medium) for n in appointment.notices if n.state is State.PLANNED}


def test_booking_plans_a_notice_and_a_reminder_by_each_medium() -> None:
    appointment = booked()

    assert (appointment.status, appointment.sequence) == (Status.BOOKED, 0)
    assert planned(appointment) == {
        (rule, medium) for rule in (Rule.BOOKED, Rule.BEFORE) for medium in Medium
    }


def test_a_notice_knows_of_the_appointment_only_what_a_family_may_be_shown() -> None:
    appointment = booked()

    told = {name for name in appointment.notices[0].__dataclass_fields__ if "place" in name}

    assert told == {"place_zone", "place_label"}
    assert all(n.place_label == SLOT.place_label for n in appointment.notices)


def test_moving_raises_the_sequence_and_takes_the_old_notices_back() -> None:
    appointment = booked()

    moved = move(
        appointment,
        replace(SLOT, start=SLOT.start + timedelta(days=7)),
        recipients=RECIPIENTS,
        tellings=TELLINGS,
        now=NOW,
    )

    assert (moved.status, moved.sequence) == (Status.MOVED, 1)
    assert {n.state for n in moved.notices if n.sequence == 0} == {State.CANCELLED}
    assert len(planned(moved)) == 4


def test_moving_to_the_same_slot_and_cancelling_twice_change_nothing() -> None:
    appointment = booked()
    off = cancel(appointment, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW)

    assert move(appointment, SLOT, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW) is appointment
    assert cancel(off, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW) is off
    assert (off.status, off.sequence, planned(off)) == (Status.CANCELLED, 1, set())


def test_a_family_that_refused_every_medium_is_told_nothing() -> None:
    silent = book(
        AppointmentId("appointment"),
        SLOT,
        child=ChildId("child"),
        professional=ANA,
        visit=None,
        by=ANA,
        recipients=(),
        tellings=TELLINGS,
        now=NOW,
    )

    assert silent.notices == ()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"start": datetime(2026, 11, 21, 9, 59)}, InThePast),  # noqa: DTZ001 - a wall time
        ({"start": datetime(2027, 3, 28, 2, 30)}, NoSuchTime),  # noqa: DTZ001 - a wall time
        ({"start": datetime(2027, 3, 27, 2, 30, tzinfo=UTC)}, NoSuchTime),
        ({"start": datetime(2027, 3, 27, 2, 30, 1)}, NoSuchTime),  # noqa: DTZ001 - a wall time
        ({"zone": "Europe/Atlantis"}, UnknownZone),
        ({"duration_minutes": 4}, BadDuration),
        ({"duration_minutes": 481}, BadDuration),
        ({"place_label": "CAMSP Nord"}, TellingLabel),
        ({"map_address": "x" * 201}, BadAddress),
        ({"map_address": "a\nb"}, BadAddress),
        ({"map_address": "Cabinet de kinésithérapie, Nîmes"}, BadAddress),
    ],
)
def test_a_slot_nobody_could_keep_or_that_tells_why_is_refused(
    changes: dict[str, object], refusal: type[Exception]
) -> None:
    slot = replace(SLOT, **changes)  # type: ignore[arg-type]  # any field of a slot
    appointment = booked()

    with pytest.raises(refusal):
        booked(slot)
    with pytest.raises(refusal):
        move(appointment, slot, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW)


def test_an_hour_that_comes_twice_is_refused_since_nobody_could_say_which_is_meant() -> None:
    twice = replace(SLOT, start=datetime(2027, 10, 31, 2, 30))  # noqa: DTZ001 - a wall time
    after = replace(SLOT, start=datetime(2027, 10, 31, 3))  # noqa: DTZ001 - a wall time

    with pytest.raises(TimeTwice):
        booked(twice)
    assert booked(after).slot == after


def test_an_hour_is_reckoned_on_the_clocks_of_its_zone() -> None:
    island = replace(SLOT, zone="Indian/Reunion")

    assert not booked(island).slot.is_after(datetime(2026, 12, 3, 10, 30, tzinfo=UTC))
    assert booked(island).slot.is_after(datetime(2026, 12, 3, 10, 29, tzinfo=UTC))


def test_whether_the_family_came_is_said_once_it_has_begun() -> None:
    appointment = booked()

    with pytest.raises(NotYetHeld):
        close(appointment, honoured=True, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW)
    missed = close(appointment, honoured=False, recipients=RECIPIENTS, tellings=TELLINGS, now=AFTER)

    assert missed.status is Status.MISSED
    assert (
        close(missed, honoured=True, recipients=RECIPIENTS, tellings=TELLINGS, now=AFTER).status
        is Status.HONOURED
    )


def test_what_is_over_is_neither_moved_nor_cancelled() -> None:
    appointment = booked()
    held = close(appointment, honoured=True, recipients=RECIPIENTS, tellings=TELLINGS, now=AFTER)
    off = cancel(appointment, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW)
    later = replace(SLOT, start=SLOT.start + timedelta(days=7))

    for over in (held, off):
        with pytest.raises(AppointmentOver):
            move(over, later, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW)
    with pytest.raises(AppointmentOver):
        cancel(held, recipients=RECIPIENTS, tellings=TELLINGS, now=NOW)
    with pytest.raises(AppointmentOver):
        cancel(appointment, recipients=RECIPIENTS, tellings=TELLINGS, now=AFTER)
    with pytest.raises(AppointmentOver):
        close(off, honoured=True, recipients=RECIPIENTS, tellings=TELLINGS, now=AFTER)


def test_a_repr_says_neither_when_nor_where() -> None:
    told = repr(booked())

    assert "Genêts" not in told
    assert "2026, 12, 3" not in told
