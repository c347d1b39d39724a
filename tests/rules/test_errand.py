"""What is told that is no appointment: opened once, closed, opened again, never told twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crypto.ids import ChildId, ContactId
from notifications.errand import close_errand, errand_id, open_errand, tell_errand
from notifications.notice import Medium, Recipient, Rule, State, Telling

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)  # A Monday, ten o'clock in Paris.
UNTIL = NOW + timedelta(days=20)
NOE = ChildId("noe")
TO_BOOK = Telling(code="N5", rule=Rule.TO_BOOK)
ANA = Recipient(
    contact=ContactId("ana"), media=(Medium.EMAIL, Medium.SMS), language="fr", zone="Europe/Paris"
)
BEN = replace(ANA, contact=ContactId("ben"), media=(Medium.SMS,))

ERRAND = open_errand(
    TO_BOOK, child=NOE, subject="V24", recipients=(ANA,), expires_at=UNTIL, now=NOW
)


def test_an_errand_is_told_at_once_by_each_medium_and_names_itself() -> None:
    assert ERRAND.id == errand_id(Rule.TO_BOOK, NOE, "V24")
    assert {(n.medium, n.state, n.code) for n in ERRAND.notices} == {
        (medium, State.PLANNED, "N5") for medium in Medium
    }
    assert {n.carrier for n in ERRAND.notices} == {ERRAND.carrier}
    assert {(n.start, n.place_label) for n in ERRAND.notices} == {(None, "")}


def test_another_child_or_another_visit_is_another_errand() -> None:
    names = {
        errand_id(Rule.TO_BOOK, NOE, "V24"),
        errand_id(Rule.TO_BOOK, NOE, "V9"),
        errand_id(Rule.TO_BOOK, ChildId("lia"), "V24"),
        errand_id(Rule.WAITING, NOE, "V24"),
    }

    assert len(names) == 4


def test_closing_withdraws_what_is_unsent_and_opening_again_tells_only_that() -> None:
    mail, text = ERRAND.notices
    told = replace(ERRAND, notices=(replace(mail, state=State.SENT, next_at=None), text))

    closed = close_errand(told, now=NOW)
    again = tell_errand(closed, (ANA,), now=NOW + timedelta(hours=1))

    assert [n.state for n in closed.notices] == [State.SENT, State.CANCELLED]
    assert close_errand(closed, now=NOW) == closed
    assert [n.state for n in again.notices] == [State.SENT, State.PLANNED]
    assert (closed.closed, again.closed) == (True, False)


def test_telling_the_same_people_again_changes_nothing_and_others_are_added() -> None:
    again = tell_errand(ERRAND, (ANA,), now=NOW + timedelta(days=1))
    others = tell_errand(ERRAND, (BEN,), now=NOW)

    assert again == ERRAND
    assert {(n.contact, n.state) for n in others.notices} == {
        (ANA.contact, State.CANCELLED),
        (BEN.contact, State.PLANNED),
    }


def test_an_errand_that_no_decent_hour_is_left_for_is_put_before_a_person() -> None:
    night = datetime(2027, 1, 11, 22, tzinfo=UTC)

    late = open_errand(
        TO_BOOK,
        child=NOE,
        subject="V24",
        recipients=(BEN,),
        expires_at=night + timedelta(hours=2),
        now=night,
    )

    assert [n.state for n in late.notices] == [State.EXPIRED]
    assert late.needs_a_person
