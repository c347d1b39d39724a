"""What is planned for a family, and how one notice gets out: rules without a clock or a wire."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from crypto.ids import AppointmentId, ContactId
from notifications import claiming, delivery, hours
from notifications.delivery import Accepted, Ambiguous, Capabilities, NotClaimed, Refused, Retry
from notifications.hours import UnknownZone
from notifications.notice import (
    AppointmentFacts,
    Medium,
    Notice,
    Recipient,
    Rule,
    State,
    Telling,
    next_due,
)
from notifications.planning import plan_appointment

PARIS = "Europe/Paris"
NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)  # A Monday, ten o'clock in Paris.
KEYED = Capabilities(key_window=timedelta(days=1), lookup=False)
KEYLESS = Capabilities(key_window=None, lookup=False)
ASKABLE = Capabilities(key_window=None, lookup=True)
ANA = Recipient(
    contact=ContactId("ana"), media=(Medium.EMAIL, Medium.SMS), language="fr", zone=PARIS
)
BEN = Recipient(contact=ContactId("ben"), media=(Medium.SMS,), language="en", zone=PARIS)


TELLINGS = (
    Telling(code="N1", rule=Rule.BOOKED),
    Telling(code="N2", rule=Rule.BEFORE, days=-2, time=time(10)),
    Telling(code="N4", rule=Rule.CHANGED),
    Telling(code="N7", rule=Rule.MISSED, days=2),
)


def plan(
    facts: AppointmentFacts,
    previous: tuple[Notice, ...],
    *,
    now: datetime,
    tellings: tuple[Telling, ...] = TELLINGS,
) -> tuple[Notice, ...]:
    return plan_appointment(facts, previous, tellings=tellings, now=now)


def appointment(start: str = "2027-01-20T14:30", **changes: object) -> AppointmentFacts:
    facts = AppointmentFacts(
        appointment=AppointmentId("visit"),
        start=datetime.fromisoformat(start),
        zone=PARIS,
        duration_minutes=45,
        place_label="12 rue des Lilas, Nîmes",
        sequence=0,
        cancelled=False,
        recipients=(ANA,),
    )
    return replace(facts, **changes)  # type: ignore[arg-type]  # tests name fields by keyword


def half() -> float:
    return 0.5


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


def brief(notices: tuple[Notice, ...]) -> set[tuple[Rule, Medium, int, State]]:
    return {(each.rule, each.medium, each.sequence, each.state) for each in notices}


def told(notices: tuple[Notice, ...], rule: Rule = Rule.BOOKED) -> tuple[Notice, ...]:
    """Let every notice of a rule have been taken by its provider."""
    return tuple(
        replace(each, state=State.SENT, next_at=None) if each.rule is rule else each
        for each in notices
    )


def booked(start: str = "2027-01-20T14:30", *, now: datetime = NOW) -> Notice:
    return plan(appointment(start, recipients=(BEN,)), (), now=now)[0]


def claimed(notice: Notice, *, now: datetime = NOW, by: Capabilities = KEYLESS) -> Notice:
    return claiming.claim(notice, by, now=now, chance=half)


def sending(notice: Notice, *, now: datetime = NOW, by: Capabilities = KEYLESS) -> Notice:
    taken = claimed(notice, now=now, by=by)
    return claiming.start(taken, by, now=now, provider="the one", link="fingerprint")


def answered(
    notice: Notice,
    result: delivery.Result,
    *,
    by: Capabilities = KEYLESS,
    now: datetime = NOW,
    attempt: int = 1,
) -> Notice:
    return delivery.record(notice, result, attempt=attempt, capabilities=by, now=now, chance=half)


def test_a_booking_is_told_at_once_and_recalled_two_days_before() -> None:
    notices = plan(appointment(), (), now=NOW)

    assert brief(notices) == {
        (rule, medium, 0, State.PLANNED) for rule in (Rule.BOOKED, Rule.BEFORE) for medium in Medium
    }
    assert {each.not_before for each in notices if each.rule is Rule.BOOKED} == {hours.to_ms(NOW)}
    assert {str(hours.local(n.not_before, PARIS)) for n in notices if n.rule is Rule.BEFORE} == {
        "2027-01-18 10:00:00+01:00"
    }
    assert next_due(notices) == hours.to_ms(NOW)


def test_planning_the_same_facts_again_changes_nothing() -> None:
    once = plan(appointment(), (), now=NOW)

    assert plan(appointment(), once, now=after(days=3)) == once
    assert plan(appointment(), told(once), now=after(days=8)) == told(once)


def test_a_move_withdraws_what_waits_and_tells_the_change_to_those_who_knew() -> None:
    before = told(plan(appointment(), (), now=NOW))

    moved = appointment("2027-01-25T09:00", sequence=1)
    notices = plan(moved, before, now=after(days=1))

    assert brief(notices) == {
        *((Rule.BOOKED, medium, 0, State.SENT) for medium in Medium),
        *((Rule.BEFORE, medium, 0, State.CANCELLED) for medium in Medium),
        *((Rule.CHANGED, medium, 1, State.PLANNED) for medium in Medium),
        *((Rule.BEFORE, medium, 1, State.PLANNED) for medium in Medium),
    }
    # Two days before Monday is Saturday.
    assert {str(hours.local(n.not_before, PARIS))[:16] for n in notices[-3::2]} == {
        "2027-01-23 10:00"
    }


def test_a_family_that_was_told_nothing_yet_hears_only_of_the_last_time() -> None:
    before = plan(appointment(), (), now=NOW)

    notices = plan(appointment("2027-01-25T09:00", sequence=1), before, now=NOW)

    open_ones = {(n.rule, n.sequence) for n in notices if n.state is State.PLANNED}
    assert open_ones == {(Rule.BOOKED, 1), (Rule.BEFORE, 1)}


def test_a_move_there_and_back_is_told_twice_since_both_were_news() -> None:
    first = told(plan(appointment(), (), now=NOW))
    away = plan(appointment("2027-01-25T09:00", sequence=1), first, now=NOW)
    away = told(away, Rule.CHANGED)

    back = plan(appointment(sequence=2), away, now=NOW)

    fresh = [n for n in back if n.sequence == 2]
    assert {n.rule for n in fresh} == {Rule.CHANGED, Rule.BEFORE}
    assert len({n.id for n in back}) == len(back)


def test_calling_off_is_told_only_to_those_who_knew() -> None:
    known = told(plan(appointment(recipients=(ANA, BEN)), (), now=NOW))
    unknown = plan(appointment(), (), now=NOW)

    off = appointment(recipients=(ANA, BEN), sequence=1, cancelled=True)
    after_known = plan(off, known, now=NOW)
    after_unknown = plan(replace(off, recipients=(ANA,)), unknown, now=NOW)

    assert sum(n.rule is Rule.CANCELLED for n in after_known) == 3
    assert all(n.state is State.CANCELLED for n in after_unknown)
    assert plan(off, after_known, now=after(hours=1)) == after_known


def test_an_appointment_that_stands_again_is_booked_anew() -> None:
    known = told(plan(appointment(), (), now=NOW))
    off = told(plan(appointment(sequence=1, cancelled=True), known, now=NOW), Rule.CANCELLED)

    notices = plan(appointment(sequence=2), off, now=NOW)

    assert {n.rule for n in notices if n.sequence == 2} == {Rule.BOOKED, Rule.BEFORE}


def test_a_contact_who_joins_later_is_told_and_one_who_left_is_not() -> None:
    before = told(plan(appointment(), (), now=NOW))

    notices = plan(appointment(recipients=(BEN,)), before, now=after(hours=1))

    assert {n.contact for n in notices if n.state is State.PLANNED} == {BEN.contact}
    assert all(n.next_at is None for n in notices if n.contact == ANA.contact)


def test_a_contact_taken_off_and_put_back_is_not_forgotten() -> None:
    once = plan(appointment(), (), now=NOW)
    without = plan(appointment(recipients=()), once, now=NOW)

    again = plan(appointment(), without, now=after(minutes=5))

    assert {n.state for n in without} == {State.CANCELLED}
    assert {n.state for n in again} == {State.PLANNED}
    assert {n.id for n in again} == {n.id for n in once}


def test_what_is_already_leaving_when_it_moves_is_never_tried_again() -> None:
    leaving = sending(booked(), by=KEYED)

    notices = plan(
        appointment("2027-01-25T09:00", sequence=1, recipients=(BEN,)), (leaving,), now=NOW
    )
    not_taken = answered(notices[0], Retry("http_429"), by=KEYED)
    in_doubt = answered(notices[0], Ambiguous("timeout"), by=KEYED)

    assert {n.rule for n in notices[1:]} == {Rule.CHANGED, Rule.BEFORE}
    assert not_taken.state is State.CANCELLED
    assert in_doubt.state is State.UNKNOWN


def test_a_doubt_that_is_withdrawn_stays_a_doubt() -> None:
    doubtful = answered(sending(booked(), by=KEYED), Ambiguous("timeout"), by=KEYED)

    off = appointment(sequence=1, cancelled=True, recipients=(BEN,))
    notices = plan(off, (doubtful,), now=NOW)

    assert doubtful.state is State.PLANNED
    assert notices[0].state is State.UNKNOWN
    assert notices[1].rule is Rule.CANCELLED


def test_nothing_is_planned_for_the_past_or_in_an_unknown_zone() -> None:
    assert plan(appointment("2027-01-10T09:00"), (), now=NOW) == ()
    with pytest.raises(UnknownZone):
        plan(appointment(zone="Europe/Atlantis"), (), now=NOW)
    with pytest.raises(UnknownZone):
        plan(appointment(recipients=(replace(ANA, zone="../etc/passwd"),)), (), now=NOW)


def test_when_no_decent_hour_is_left_a_person_hears_of_it_at_once() -> None:
    saturday_night = datetime(2027, 1, 16, 20, 30, tzinfo=UTC)

    notices = plan(appointment("2027-01-18T08:30"), (), now=saturday_night)

    assert {(n.state, n.answer) for n in notices} == {(State.EXPIRED, "no_decent_hour_left")}
    assert next_due(notices) == hours.to_ms(saturday_night)


def test_a_reminder_that_would_follow_its_booking_within_a_day_is_left_out() -> None:
    notices = plan(appointment("2027-01-14T09:00"), (), now=after(hours=1))

    assert {n.rule for n in notices} == {Rule.BOOKED}


def test_a_notice_shows_neither_place_nor_time_in_its_repr() -> None:
    shown = repr(booked()) + repr(appointment())

    assert "Lilas" not in shown
    assert "14, 30" not in shown


def test_a_notice_goes_from_planned_to_sent() -> None:
    planned = booked()
    taken = claimed(planned)
    leaving = claiming.start(taken, KEYLESS, now=NOW, provider="the one", link="fingerprint")
    sent = answered(leaving, Accepted("ref-1"))

    states = [planned.state, taken.state, leaving.state, sent.state]
    assert states == [State.PLANNED, State.CLAIMED, State.SENDING, State.SENT]
    assert (sent.ref, sent.next_at, sent.attempts, sent.link) == ("ref-1", None, 1, "fingerprint")


def test_what_is_not_due_is_left_alone() -> None:
    reminder = plan(appointment(), (), now=NOW)[1]

    assert claimed(reminder) == reminder
    assert not claiming.is_due(reminder, NOW)


def test_only_a_claimed_notice_may_start_so_a_withdrawn_one_cannot() -> None:
    withdrawn = plan(appointment(recipients=()), (claimed(booked()),), now=NOW)[0]

    for notice in (booked(), sending(booked()), withdrawn):
        with pytest.raises(NotClaimed):
            claiming.start(notice, KEYLESS, now=NOW, provider="the one", link="x")


def test_asked_again_at_the_moment_of_sending_quiet_hours_put_it_off() -> None:
    taken = claimed(booked())

    late = claiming.start(
        taken, KEYLESS, now=after(hours=10, minutes=1), provider="the one", link="x"
    )

    assert late.state is State.PLANNED
    assert late.next_at is not None
    assert str(hours.local(late.next_at, PARIS)) == "2027-01-12 08:00:00+01:00"


@pytest.mark.parametrize(
    ("answer", "by", "state"),
    [
        (Retry("http_429"), KEYLESS, State.PLANNED),
        (Retry("http_429"), KEYED, State.PLANNED),
        (Ambiguous("timeout"), KEYED, State.PLANNED),
        (Ambiguous("timeout"), ASKABLE, State.PLANNED),
        (Ambiguous("timeout"), KEYLESS, State.UNKNOWN),
        (Refused("http_400"), KEYED, State.DEAD),
        (Refused("http_400"), KEYLESS, State.DEAD),
    ],
)
def test_an_answer_decides_by_what_the_provider_promises(
    answer: delivery.Result, by: Capabilities, state: State
) -> None:
    after_it = answered(sending(booked(), by=by), answer, by=by)

    assert after_it.state is state
    assert after_it.next_at is not None


def test_a_crash_while_sending_is_a_doubt() -> None:
    left = sending(booked())
    later = after(minutes=3)

    assert claimed(left, now=after(minutes=1)) == left
    assert claimed(left, now=later).state is State.UNKNOWN
    assert claimed(left, now=later, by=KEYED).state is State.PLANNED
    assert claimed(left, now=later, by=KEYED).doubtful


def test_a_late_answer_counts_only_if_it_says_taken() -> None:
    given_up = claimed(sending(booked()), now=after(minutes=3))

    assert answered(given_up, Accepted("ref-1")).state is State.SENT
    assert answered(given_up, Refused("http_400")) == given_up


def test_a_doubt_is_retried_only_within_half_the_key_window() -> None:
    doubtful = answered(sending(booked(), by=KEYED), Ambiguous("timeout"), by=KEYED)

    assert claimed(doubtful, now=after(hours=9), by=KEYED).state is State.CLAIMED
    assert claimed(doubtful, now=after(hours=12), by=KEYED).state is State.UNKNOWN


def test_a_doubt_about_an_askable_provider_is_settled_by_a_yes_and_never_resent() -> None:
    doubtful = answered(sending(booked(), by=ASKABLE), Ambiguous("timeout"), by=ASKABLE)
    later = after(hours=12)  # At night: asking disturbs nobody.
    taken = claimed(doubtful, now=later, by=ASKABLE)

    assert delivery.asks_first(taken, ASKABLE)
    assert delivery.settle_doubt(taken, Accepted("ref-1"), now=later).state is State.SENT
    assert delivery.settle_doubt(taken, Retry("not_found"), now=later).state is State.UNKNOWN
    assert (
        claiming.start(taken, ASKABLE, now=after(days=1), provider="the one", link="x").state
        is State.UNKNOWN
    )


def test_pauses_double_up_to_half_an_hour_and_are_jittered() -> None:
    def pause(attempts: int, chance: float, wait: timedelta | None = None) -> float:
        notice = replace(sending(booked()), attempts=attempts)
        waiting = delivery.record(
            notice,
            Retry("http_503", wait),
            attempt=attempts,
            capabilities=KEYLESS,
            now=NOW,
            chance=lambda: chance,
        )
        assert waiting.next_at is not None
        return (waiting.next_at - hours.to_ms(NOW)) / 1000

    assert [pause(n, 1.0) for n in (1, 2, 3, 7, 19)] == [30, 60, 120, 1800, 1800]
    assert pause(7, 0.25) == 450
    assert pause(1, 0.0, timedelta(seconds=300)) == 300


def test_after_the_last_attempt_a_notice_is_dead() -> None:
    last = replace(sending(booked()), attempts=delivery.ATTEMPTS)

    assert answered(last, Retry("http_503"), attempt=delivery.ATTEMPTS).state is State.DEAD


def test_too_late_is_expired_and_a_doubt_that_is_too_late_is_unknown() -> None:
    notice = booked("2027-01-12T14:30")
    too_late = datetime(2027, 1, 12, 11, 30, tzinfo=UTC)
    doubtful = replace(notice, doubtful=True, first_try=hours.to_ms(NOW))

    assert claimed(notice, now=too_late).state is State.EXPIRED
    assert claimed(doubtful, now=too_late, by=KEYED).state is State.UNKNOWN


def test_an_alert_is_owed_until_it_was_raised() -> None:
    dead = answered(sending(booked()), Refused("http_400"))

    leased = claimed(dead)
    assert claiming.is_due(dead, NOW)
    assert (leased.state, leased.next_at) == (State.DEAD, hours.to_ms(NOW + claiming.LEASE))
    assert delivery.was_alerted(leased).next_at is None


def test_an_objection_ends_it_unless_it_may_have_left_already() -> None:
    assert claiming.call_off(claimed(booked()), "no_address", now=NOW).state is State.CANCELLED
    doubtful = replace(claimed(booked()), doubtful=True)
    assert claiming.call_off(doubtful, "no_address", now=NOW).state is State.UNKNOWN
