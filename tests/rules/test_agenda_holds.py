"""Holds: who is taken when, and that of two who want the same time one is first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from care_circle.agenda.spans import (
    KEEP_FREED,
    PATIENCE,
    HeldAlready,
    Hold,
    Holds,
    Span,
    days_touched,
    free,
    is_live,
    merged,
    span_of,
    take,
)
from care_circle.appointment import Appointment, Slot, Status
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import to_ms

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = Holds(id="d", owner="professional:ana", day=date(2026, 12, 3))
SLOT = Slot(
    start=datetime(2026, 12, 3, 14, 30),  # noqa: DTZ001 -- a wall time
    zone="Europe/Paris",
    duration_minutes=45,
    place_label="12 rue des Lilas",
)


def hold(name: str, hour: float = 13.5, minutes: int = 45) -> Hold:
    start = to_ms(datetime(2026, 12, 3, tzinfo=UTC) + timedelta(hours=hour))
    span = Span(start=start, end=start + minutes * 60_000)
    return Hold(token=f"t-{name}", appointment=AppointmentId(name), span=span, made=to_ms(NOW))


def appointment(name: str) -> Appointment:
    return Appointment(
        id=AppointmentId(name),
        child=ChildId("child"),
        professional=ProfessionalId("ana"),
        visit=None,
        slot=SLOT,
        booked_by=ProfessionalId("ana"),
        hold=f"t-{name}",
    )


def test_a_second_appointment_at_the_same_time_meets_the_first() -> None:
    stored = take(DAY, hold("one"), now=NOW)

    with pytest.raises(HeldAlready) as refusal:
        take(stored, hold("two", hour=14), now=NOW)

    assert refusal.value.hold.appointment == "one"


def test_appointments_that_only_touch_do_not_meet_unless_there_is_a_way_between() -> None:
    stored = take(DAY, hold("one"), now=NOW)
    after = hold("two", hour=14.25)

    assert len(take(stored, after, now=NOW).holds) == 2
    with pytest.raises(HeldAlready):
        take(stored, after, now=NOW, margin=10)


def test_the_same_hour_in_two_zones_is_two_instants() -> None:
    paris = span_of(SLOT)
    reunion = span_of(replace(SLOT, zone="Indian/Reunion"))
    same = span_of(replace(SLOT, start=SLOT.start + timedelta(hours=3), zone="Indian/Reunion"))

    assert not paris.meets(reunion)
    assert paris == same


def test_what_was_let_go_or_is_dead_takes_no_time_any_more() -> None:
    stored = take(DAY, hold("one"), now=NOW)
    freed = free(stored, "t-one", now=NOW)

    assert len(take(freed, hold("two"), now=NOW).holds) == 2
    assert [each.token for each in take(stored, hold("two"), dead={"t-one"}, now=NOW).holds] == [
        "t-two"
    ]


def test_what_was_let_go_is_forgotten_in_the_end() -> None:
    freed = free(take(DAY, hold("one"), now=NOW), "t-one", now=NOW)

    later = take(freed, hold("two"), now=NOW + KEEP_FREED + timedelta(days=1))

    assert [each.token for each in later.holds] == ["t-two"]


def test_sessions_that_move_together_are_not_in_each_others_way() -> None:
    stored = take(DAY, hold("one"), now=NOW)

    moved = take(stored, hold("two"), now=NOW, beside={AppointmentId("one")})

    assert len(moved.holds) == 2


def test_a_hold_lives_as_long_as_its_appointment_names_it() -> None:
    mine, later = hold("one"), NOW + PATIENCE + timedelta(seconds=1)
    booked = appointment("one")

    assert is_live(mine, booked, now=later)
    assert not is_live(mine, replace(booked, hold="another"), now=later)
    assert not is_live(mine, replace(booked, status=Status.CANCELLED), now=NOW)
    assert is_live(mine, None, now=NOW)
    assert not is_live(mine, None, now=later)


def test_an_appointment_over_midnight_of_utc_lies_on_two_days() -> None:
    noumea = replace(SLOT, start=datetime(2026, 12, 3, 10, 45), zone="Pacific/Noumea")  # noqa: DTZ001 -- a wall time

    assert days_touched(span_of(noumea)) == (date(2026, 12, 2), date(2026, 12, 3))
    assert days_touched(span_of(SLOT)) == (date(2026, 12, 3),)


def test_spans_that_touch_are_made_one() -> None:
    spans = [Span(start=5, end=9), Span(start=0, end=2), Span(start=2, end=4), Span(start=6, end=7)]

    assert merged(spans) == (Span(start=0, end=4), Span(start=5, end=9))
