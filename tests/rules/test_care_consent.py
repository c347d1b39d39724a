"""What parents say: one agreement and the other informed is enough, a known refusal blocks."""

from datetime import date, timedelta

import pytest

from care_circle.consent import (
    Consent,
    ConsentMissing,
    ParentOpposed,
    SaidTomorrow,
    Signatures,
    Standing,
    Step,
    Word,
    record,
    require_given,
    standing,
)
from crypto.ids import ChildId, ContactId, ProfessionalId
from tests.support.care import TODAY

HER, HIM = ContactId("her"), ContactId("him")
BOTH = frozenset({HER, HIM})
ONE = Signatures.ONE_AND_INFORMED


def said(*words: tuple[ContactId, Word]) -> Consent:
    consent = Consent(child=ChildId("child"))
    for contact, word in words:
        consent = record(consent, step(contact, word), today=TODAY)
    return consent


def step(contact: ContactId, word: Word, on: date = TODAY) -> Step:
    return Step(
        contact=contact,
        word=word,
        on=on,
        language="fr",
        document="charte-1",
        by=ProfessionalId("ana"),
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), Standing.MISSING),
        (((HER, Word.AGREED),), Standing.MISSING),
        (((HER, Word.INFORMED), (HIM, Word.INFORMED)), Standing.MISSING),
        (((HER, Word.AGREED), (HIM, Word.INFORMED)), Standing.GIVEN),
        (((HER, Word.AGREED), (HIM, Word.AGREED)), Standing.GIVEN),
        (((HER, Word.AGREED), (HIM, Word.REFUSED)), Standing.OPPOSED),
        (((HER, Word.AGREED), (HIM, Word.REFUSED), (HIM, Word.INFORMED)), Standing.GIVEN),
        (((HER, Word.AGREED), (HIM, Word.INFORMED), (HER, Word.WITHDRAWN)), Standing.WITHDRAWN),
    ],
)
def test_the_last_word_of_each_holder_counts(
    words: tuple[tuple[ContactId, Word], ...], expected: Standing
) -> None:
    assert standing(said(*words), BOTH, ONE) is expected


def test_a_network_may_ask_for_both_signatures() -> None:
    consent = said((HER, Word.AGREED), (HIM, Word.INFORMED))

    assert standing(consent, BOTH, Signatures.EVERY_HOLDER) is Standing.MISSING
    assert standing(consent, frozenset({HER}), Signatures.EVERY_HOLDER) is Standing.GIVEN


def test_without_a_holder_of_authority_nothing_is_given() -> None:
    consent = said((HER, Word.AGREED))

    assert standing(consent, frozenset(), ONE) is Standing.MISSING


def test_insisting_says_whether_somebody_is_opposed_or_nobody_was_asked() -> None:
    require_given(said((HER, Word.AGREED), (HIM, Word.INFORMED)), BOTH, ONE)
    with pytest.raises(ParentOpposed):
        require_given(said((HER, Word.AGREED), (HIM, Word.REFUSED)), BOTH, ONE)
    with pytest.raises(ParentOpposed):
        require_given(said((HER, Word.WITHDRAWN), (HIM, Word.AGREED)), BOTH, ONE)
    with pytest.raises(ConsentMissing):
        require_given(said(), BOTH, ONE)


def test_nothing_said_is_overwritten_and_the_same_word_is_kept_once() -> None:
    consent = said((HER, Word.AGREED), (HER, Word.REFUSED))

    again = record(consent, step(HER, Word.REFUSED), today=TODAY)

    assert [one.word for one in again.steps] == [Word.AGREED, Word.REFUSED]
    assert again.is_refused()
    assert not said((HER, Word.REFUSED), (HER, Word.AGREED)).is_refused()


def test_a_word_said_again_after_another_one_is_the_last_word() -> None:
    consent = said((HER, Word.AGREED), (HER, Word.WITHDRAWN))

    again = record(consent, step(HER, Word.AGREED), today=TODAY)

    assert again.word_of(HER) is Word.AGREED


def test_a_word_of_an_earlier_day_written_down_late_does_not_outlive_a_later_one() -> None:
    consent = said((HER, Word.REFUSED))

    late = record(consent, step(HER, Word.AGREED, on=TODAY - timedelta(days=9)), today=TODAY)

    assert late.word_of(HER) is Word.REFUSED
    with pytest.raises(SaidTomorrow):
        record(consent, step(HER, Word.AGREED, on=TODAY + timedelta(days=1)), today=TODAY)
