"""Who of a family may be told, by what, and how they agree, refuse or say it is not them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.child import UnknownContact, describe, put_contact, without_proofs
from care_circle.contact import Authority, BadLanguage, Contact, LegalStatus, Relation
from care_circle.telling.agreement import (
    MOST_PROOFS,
    TooManySayings,
    confirm,
    disown,
    resume,
    rewritten,
    stop,
    written,
)
from care_circle.telling.answer import (
    MOST_ANSWERS,
    Act,
    FamilyAnswer,
    HalfDay,
    TooManyAnswers,
    answer_of,
    half_days,
    standing_answers,
    with_answer,
)
from care_circle.telling.link_state import (
    MOST_TRIES,
    MOST_TURNS,
    LinkShut,
    LinkState,
    StaleForm,
    Turn,
    miss,
    take_turn,
)
from care_circle.telling.proof import Deed, Saying, Way
from care_circle.telling.reaching import reached
from crypto.ids import ContactId, NoticeId, ProfessionalId, new_id
from notifications.notice import Medium, Rule
from notifications.reach import NotNow, Reach, WhyNot
from tests.support.care import NOW, TODAY, child, mother

SMS, EMAIL = Medium.SMS, Medium.EMAIL
BY_LINK = Saying(way=Way.LINK, at=NOW, notice=NoticeId(new_id()))
BY_OFFICE = Saying(way=Way.OFFICE, at=NOW + timedelta(hours=1), by=ProfessionalId("ana"))
HER = ContactId("her")


def deeds(contact: Contact) -> list[tuple[Medium, Deed, Way]]:
    return [(line.medium, line.deed, line.saying.way) for line in contact.media_log]


def test_a_medium_is_confirmed_once_and_the_proof_says_how_when_and_where() -> None:
    her = mother()

    known = confirm(confirm(her, SMS, BY_LINK), SMS, BY_OFFICE)

    assert known.confirmed == (SMS,)
    assert deeds(known) == [(SMS, Deed.CONFIRMED, Way.LINK)]
    assert known.media_log[0].address == her.phone
    assert known.media_log[0].saying == BY_LINK


def test_what_a_person_refuses_stays_refused_whatever_number_they_get() -> None:
    refused = stop(mother(), SMS, BY_LINK)

    moved = rewritten(refused, replace(refused, phone="+33639980077"), BY_OFFICE)

    assert moved.media() == (EMAIL,)
    assert resume(moved, SMS, BY_LINK).media() == (EMAIL, SMS)


def test_a_new_address_is_unconfirmed_and_no_longer_somebody_elses() -> None:
    wrong = disown(confirm(confirm(mother(), SMS, BY_LINK), EMAIL, BY_LINK), SMS, BY_LINK)

    moved = rewritten(wrong, replace(wrong, phone="+33639980077"), BY_OFFICE)

    assert (wrong.confirmed, wrong.media()) == ((EMAIL,), (EMAIL,))
    assert (moved.confirmed, moved.disowned, moved.media()) == ((EMAIL,), (), (EMAIL, SMS))
    assert deeds(moved)[-1] == (SMS, Deed.READDRESSED, Way.OFFICE)


def test_an_office_form_that_is_older_than_a_stop_takes_nothing_back() -> None:
    her = mother()
    meanwhile = disown(stop(her, SMS, BY_LINK), EMAIL, BY_LINK)

    saved = rewritten(meanwhile, replace(her, language="en"), BY_OFFICE)

    assert (saved.language, saved.opted_out, saved.disowned) == ("en", (SMS,), (EMAIL,))
    assert saved.media_log == meanwhile.media_log


def test_a_contact_cannot_be_registered_with_proofs_of_its_own() -> None:
    forged = disown(stop(mother(), SMS, BY_LINK), EMAIL, BY_LINK)

    kept = written(replace(forged, confirmed=(SMS,)), BY_OFFICE)

    assert (kept.opted_out, kept.confirmed, kept.disowned) == ((SMS,), (SMS,), ())
    assert deeds(kept) == [(SMS, Deed.STOPPED, Way.OFFICE), (SMS, Deed.CONFIRMED, Way.OFFICE)]


def test_back_and_forth_ends_but_a_stop_is_always_heard() -> None:
    her = mother()
    for _ in range(MOST_PROOFS // 2):
        her = resume(stop(her, SMS, BY_LINK), SMS, BY_LINK)

    stopped = stop(her, SMS, BY_LINK)

    assert len(her.media_log) == MOST_PROOFS
    assert SMS in stopped.opted_out
    with pytest.raises(TooManySayings):
        resume(stopped, SMS, BY_LINK)


@given(
    st.lists(st.tuples(st.sampled_from([confirm, stop, resume, disown]), st.sampled_from(Medium)))
)
def test_the_proof_only_grows_and_always_explains_how_things_stand(
    said: list[tuple[object, Medium]],
) -> None:
    her = mother()
    for rule, medium in said:
        after = rule(her, medium, BY_LINK)  # type: ignore[operator]  # one of the four rules
        assert after.media_log[: len(her.media_log)] == her.media_log
        assert (after == her) == (after.media_log == her.media_log)
        her = after

    for medium in Medium:
        last = [line.deed for line in her.media_log if line.medium is medium]
        about = [each for each in last if each in (Deed.STOPPED, Deed.RESUMED)]
        assert (medium in her.opted_out) == (about[-1:] == [Deed.STOPPED])
        owned = [each for each in last if each in (Deed.CONFIRMED, Deed.DISOWNED)]
        assert (medium in her.confirmed) == (owned[-1:] == [Deed.CONFIRMED])
        assert (medium in her.disowned) == (owned[-1:] == [Deed.DISOWNED])


WITHDRAWN = (
    Authority(status=LegalStatus.HOLDER),
    Authority(status=LegalStatus.WITHDRAWN, since=date(2026, 1, 1), until=date(2026, 12, 31)),
)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"may_be_told": False, "authorities": WITHDRAWN}, WhyNot.FORBIDDEN),
        ({"authorities": WITHDRAWN, "disowned": (SMS,)}, WhyNot.NO_AUTHORITY),
        ({"authorities": (Authority(status=LegalStatus.NONE),)}, WhyNot.NO_AUTHORITY),
        ({"authorities": ()}, WhyNot.NO_AUTHORITY),
        ({"relation": Relation.TRUSTED}, WhyNot.NO_AUTHORITY),
        ({"authorities": (Authority(status=LegalStatus.GUARDIAN),)}, None),
        ({"authorities": (Authority(status=LegalStatus.LIMITED),)}, None),
        ({"disowned": (SMS,), "opted_out": (SMS,)}, WhyNot.NOT_THEIRS),
        ({"opted_out": (SMS,)}, WhyNot.OPTED_OUT),
        ({"phone": None}, WhyNot.NO_ADDRESS),
        ({"confirmed": ()}, WhyNot.UNCONFIRMED),
    ],
)
def test_the_gravest_reason_not_to_tell_somebody_is_the_answer(
    changes: dict[str, object], why: WhyNot | None
) -> None:
    contact = replace(mother(confirmed=(SMS,)), **changes)  # type: ignore[arg-type]  # any fields

    found = reached(contact, SMS, on=TODAY, rule=Rule("missed"))

    assert found == (Reach("+33639980011") if why is None else NotNow(why))


@pytest.mark.parametrize("rule", ["booked", "changed", "cancelled", "greeting"])
def test_what_carries_the_link_leaves_to_a_medium_nobody_confirmed(rule: str) -> None:
    assert isinstance(reached(mother(), SMS, on=TODAY, rule=Rule(rule)), Reach)


def test_where_nobody_is_chosen_or_the_chosen_one_may_not_be_told_all_holders_are() -> None:
    her, him = mother(), mother(email=None)
    family = child(contacts=(her, him))

    chosen = describe(family, on=TODAY, chosen_holder=him.id)
    lost = put_contact(chosen, replace(him, may_be_told=False), BY_OFFICE)

    assert [one.contact for one in family.chosen(TODAY)] == [her.id, him.id]
    assert [one.contact for one in chosen.chosen(TODAY)] == [him.id]
    assert [one.contact for one in lost.chosen(TODAY)] == [her.id]
    with pytest.raises(UnknownContact):
        describe(family, on=TODAY, chosen_holder=ContactId(new_id()))


def test_what_a_family_said_of_a_medium_is_shown_to_the_office_alone() -> None:
    family = child(contacts=(stop(mother(), SMS, BY_LINK),))

    shown = without_proofs(family)

    assert shown.contacts[0].media_log == ()
    assert shown.contacts[0].opted_out == (SMS,)


def test_any_language_with_a_code_may_be_read_at_home() -> None:
    assert mother(language="ar").language == "ar"
    for wrong in ("", "français", "EN", "../en", "x" * 40):
        with pytest.raises(BadLanguage):
            mother(language=wrong)


def test_a_contact_says_nothing_of_itself_in_a_repr() -> None:
    her = stop(mother(), SMS, BY_LINK)

    assert "+33639" not in repr(her)
    assert "louise" not in repr(her.media_log)


def said(*, coming: bool, sequence: int = 0, contact: ContactId = HER) -> FamilyAnswer:
    return FamilyAnswer(contact=contact, coming=coming, sequence=sequence, at=NOW)


def test_an_answer_holds_for_the_appointment_as_it_was() -> None:
    answers = with_answer((), said(coming=True))
    answers = with_answer(answers, said(coming=False))
    answers = with_answer(answers, said(coming=True, contact=ContactId("him")))

    assert answer_of(answers, HER, 0) is False
    assert answer_of(answers, HER, 1) is None
    assert [each.coming for each in standing_answers(answers, 0)] == [False, True]
    assert with_answer(answers, said(coming=False)) == answers
    assert standing_answers(answers, 1) == ()


def test_so_many_changes_of_mind_are_for_the_telephone() -> None:
    answers: tuple[FamilyAnswer, ...] = ()
    for turn in range(MOST_ANSWERS):
        answers = with_answer(answers, said(coming=turn % 2 == 0))

    with pytest.raises(TooManyAnswers):
        with_answer(answers, said(coming=True))


def test_half_days_are_read_in_the_order_of_the_week_and_nothing_else_is() -> None:
    told = half_days(["fri_pm", "mon_am", "sun_am", "mon_am", "<script>"])

    assert told == (HalfDay.MONDAY_MORNING, HalfDay.FRIDAY_AFTERNOON)


def blank() -> LinkState:
    return LinkState(id="f" * 64, child=child().id, until=NOW)


def test_a_form_sent_twice_is_taken_once_and_one_that_is_old_is_shown_again() -> None:
    coming, call = Turn(act=Act.COMING, at=NOW), Turn(act=Act.CALL_ME, at=NOW)

    once = take_turn(blank(), 0, coming)
    twice = take_turn(once, 0, replace(coming, at=NOW + timedelta(seconds=3)))

    assert twice == once
    assert take_turn(once, 1, call).turn == 2
    for turn, wanted in ((0, call), (2, call), (-1, coming)):
        with pytest.raises(StaleForm):
            take_turn(once, turn, wanted)


def test_a_link_is_shut_after_too_many_turns_or_wrong_answers() -> None:
    state = blank()
    for turn in range(MOST_TURNS):
        act = Act.COMING if turn % 2 else Act.NOT_COMING
        state = take_turn(state, turn, Turn(act=act, at=NOW))
    missed = blank()
    for _ in range(MOST_TRIES):
        missed = miss(missed)

    with pytest.raises(LinkShut):
        take_turn(state, MOST_TURNS, Turn(act=Act.COMING, at=NOW))
    assert take_turn(state, MOST_TURNS, Turn(act=Act.STOP, at=NOW)).last(Act.STOP) is not None
    assert missed.is_shut
    with pytest.raises(LinkShut):
        miss(missed)
