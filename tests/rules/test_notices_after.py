"""What becomes of a notice after it left: receipts, a second provider, a person's wish, a mail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.ids import NoticeId
from notifications import claiming, delivery, hours, siblings
from notifications.delivery import (
    UNDELIVERED,
    Accepted,
    Ambiguous,
    Receipt,
    ReceiptState,
    Retry,
)
from notifications.notice import Medium, Notice, Rule, State, Telling, needs_a_person
from notifications.reach import WhyNot
from notifications.settling import NothingToResend
from server.storage.notice_forms import with_carriers
from tests.rules.test_notices import (
    ANA,
    KEYED,
    NOW,
    after,
    answered,
    appointment,
    booked,
    claimed,
    plan,
    sending,
    told,
)

TWO = ("first", "second")


def receipt(state: ReceiptState) -> Receipt:
    return Receipt(state=state, at=after(hours=1))


def sent() -> Notice:
    return answered(sending(booked()), Accepted("ref-1"))


def test_a_notice_goes_to_the_first_and_after_a_certain_no_to_the_next_in_line() -> None:
    refused = replace(answered(sending(booked()), Retry("http_503")), provider="first")

    assert claiming.choose(booked(), TWO) == "first"
    assert claiming.choose(refused, TWO) == "second"
    assert claiming.choose(replace(refused, provider="second"), TWO) == "first"
    assert claiming.choose(booked(), ()) is None


def test_a_doubt_stays_with_whoever_may_have_the_message() -> None:
    doubtful = answered(sending(booked(), by=KEYED), Ambiguous("timeout"), by=KEYED)

    assert claiming.choose(replace(doubtful, provider="second"), TWO) == "second"
    assert claiming.choose(replace(doubtful, provider="gone"), TWO) is None


def test_the_second_provider_is_tried_at_once_and_a_pause_made_when_both_had_it() -> None:
    def refused(notice: Notice) -> Notice:
        return delivery.record(
            notice,
            Retry("http_503"),
            attempt=notice.attempts,
            capabilities=KEYED,
            now=NOW,
            chance=lambda: 0.5,
            providers=2,
        )

    once = refused(sending(booked()))
    twice = refused(sending(once))

    assert once.next_at == hours.to_ms(NOW)
    assert twice.next_at == hours.to_ms(after(seconds=15))


def test_a_receipt_settles_a_doubt_and_the_same_one_again_changes_nothing() -> None:
    doubtful = answered(sending(booked()), Ambiguous("timeout"))

    taken = delivery.receive(doubtful, receipt(ReceiptState.ACCEPTED))
    arrived = delivery.receive(doubtful, receipt(ReceiptState.DELIVERED))

    assert doubtful.state is State.UNKNOWN
    assert (taken.state, taken.delivered_at) == (State.SENT, None)
    assert (arrived.state, arrived.delivered_at) == (State.SENT, hours.to_ms(after(hours=1)))
    for again in ReceiptState:
        assert delivery.receive(arrived, receipt(again)) == arrived


def test_what_could_not_be_delivered_is_put_before_a_person_until_it_arrives_after_all() -> None:
    lost = delivery.receive(sent(), receipt(ReceiptState.FAILED))

    found = delivery.receive(lost, receipt(ReceiptState.DELIVERED))

    assert (lost.state, lost.answer) == (State.DEAD, UNDELIVERED)
    assert lost.next_at is not None
    assert delivery.receive(lost, receipt(ReceiptState.FAILED)) == lost
    assert (found.state, found.next_at) == (State.SENT, None)


def test_a_failure_that_is_told_before_the_answer_outlives_it() -> None:
    lost = delivery.receive(sending(booked()), receipt(ReceiptState.FAILED))

    assert answered(lost, Accepted("ref-1")).state is State.DEAD


def test_a_receipt_for_what_was_never_sent_says_nothing() -> None:
    for state in ReceiptState:
        assert delivery.receive(booked(), receipt(state)) == booked()


def test_a_person_may_have_what_ended_told_again_once_for_each_wish() -> None:
    lost = delivery.receive(sent(), receipt(ReceiptState.FAILED))

    once = siblings.told_again((lost,), lost.id, "camille", now=NOW)
    twice = siblings.told_again(once, lost.id, "camille", now=NOW)
    fresh = once[1]

    assert twice == once
    assert fresh.id != lost.id
    assert (fresh.state, fresh.attempts, fresh.again_of) == (State.PLANNED, 0, lost.id)
    assert needs_a_person(once)
    assert not needs_a_person((lost, replace(fresh, state=State.SENT)))


def test_nothing_is_told_again_that_is_on_its_way_over_or_no_longer_so() -> None:
    moved = plan(appointment("2027-01-25T09:00", sequence=1), (sent(),), now=NOW)

    for notices, now in (((booked(),), NOW), ((sent(),), after(days=30)), (moved, NOW)):
        with pytest.raises(NothingToResend):
            siblings.told_again(notices, notices[0].id, "camille", now=now)
    with pytest.raises(NothingToResend):
        siblings.told_again((), NoticeId("none"), "camille", now=NOW)


def test_who_has_not_confirmed_is_asked_about_later_and_any_other_no_ends_it() -> None:
    taken = claimed(booked())

    later = claiming.put_aside(taken, WhyNot.UNCONFIRMED, now=NOW)
    ended = claiming.put_aside(taken, WhyNot.OPTED_OUT, now=NOW)

    assert (later.state, later.next_at) == (State.PLANNED, hours.to_ms(after(hours=1)))
    assert (ended.state, ended.answer) == (State.CANCELLED, "opted_out")


def test_a_text_in_doubt_is_backed_by_a_mail_unless_one_tells_the_same() -> None:
    doubtful = answered(sending(booked()), Ambiguous("timeout"))
    both = plan(appointment(), (), now=NOW)
    lost = tuple(replace(n, state=State.DEAD) if n.medium is Medium.SMS else n for n in both)

    backed = siblings.back_up((doubtful,), at=hours.to_ms(NOW))

    assert [(n.medium, n.is_backup) for n in backed] == [(Medium.SMS, False), (Medium.EMAIL, True)]
    assert siblings.back_up(backed, at=hours.to_ms(NOW)) == backed
    assert siblings.back_up(lost, at=hours.to_ms(NOW)) == lost


def test_after_a_pause_a_family_hears_once_and_of_the_last() -> None:
    lines = (
        Telling(code="N2", rule=Rule.BEFORE, days=-7),
        Telling(code="N3", rule=Rule.BEFORE, days=-1),
    )
    news = plan(appointment("2027-01-25T14:30"), (), now=NOW)
    known = told(news)
    planned = plan(appointment("2027-01-25T14:30"), known, now=NOW, tellings=lines)

    late = siblings.in_step(planned, at=hours.to_ms(after(days=13)))

    mine = [n for n in late if n.rule is Rule.BEFORE and n.state is State.PLANNED]
    assert {(n.code, n.contact) for n in mine} == {("N3", ANA.contact)}


def test_an_appointment_missed_is_told_two_days_later_and_not_if_it_was_not() -> None:
    over = after(days=10)
    known = told(plan(appointment(), (), now=NOW))

    missed = plan(appointment(missed=True), known, now=over)
    corrected = plan(appointment(), missed, now=over)

    fresh = [n for n in missed if n.rule is Rule.MISSED]
    assert {n.not_before - hours.to_ms(over) for n in fresh} == {
        timedelta(days=2) // hours.MILLISECOND
    }
    assert plan(appointment(missed=True), missed, now=after(days=11)) == missed
    assert {n.state for n in corrected if n.rule is Rule.MISSED} == {State.CANCELLED}


def test_a_notice_stored_before_errands_is_read_as_if_it_were_written_today() -> None:
    old = {"appointment": "visit", "rule": "reminder", "code": "accepted", "id": "n"}

    read = with_carriers({"id": "visit", "notices": [old]})

    assert read["notices"] == [
        {
            "id": "n",
            "carrier": {"kind": "appointment", "id": "visit"},
            "rule": "before",
            "code": "",
            "answer": "accepted",
        }
    ]
