"""What families write back by SMS: a few words are understood, all others are for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.replies import Said, Understood, international, understood

_SIGNS = st.text(alphabet=" .,!?«»'\"-\n\u00a0", max_size=6)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "STOP",
            "stop",
            "Stop.",
            "ARRET",
            "Arrêt",
            "arrêt !",
            "STOP SMS",
            "StopSMS",
            "« stop svp »",
        ),
        *("S T O P", "merci d'arrêter", "svp stop", "Bonjour, stop merci", "unsubscribe", "توقف"),
        *(
            "stop\u00a0!",
            "\uff53\uff54\uff4f\uff50",
            "STOP STOP STOP",
            "Je me désabonner",
            "s.t.o.p",
        ),
    ],
)
def test_a_wish_to_hear_no_more_is_understood_however_it_is_written(text: str) -> None:
    assert understood(text) == Understood(said=Said.STOP)


@given(before=_SIGNS, after=_SIGNS, word=st.sampled_from(["stop", "ARRÊT", "Arret", "sToP"]))
def test_signs_around_a_stop_change_nothing(before: str, after: str, word: str) -> None:
    assert understood(before + word + after).said is Said.STOP


@pytest.mark.parametrize("text", ["Stop, je ne peux pas venir demain", "ARRET maladie de mon fils"])
def test_a_stop_that_says_more_counts_and_goes_before_a_person(text: str) -> None:
    assert understood(text) == Understood(said=Said.STOP, more=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *(("OUI", Said.YES), ("oui merci", Said.YES), ("Ok", Said.YES), ("D'accord", Said.YES)),
        *(("START", Said.START), ("reprendre", Said.START)),
        *(("Ce n'est pas moi", Said.NOT_ME), ("c\u2019est pas moi!", Said.NOT_ME)),
        *(("Mauvais numéro", Said.NOT_ME), ("Erreur de numéro désolé", Said.NOT_ME)),
        *(("", Said.OTHER), ("🙂", Said.OTHER), ("Il a de la fièvre", Said.OTHER)),
        *(("ne pas stopper", Said.OTHER), ("Annuler", Said.OTHER), ("cancel", Said.OTHER)),
        *(("non", Said.OTHER), ("on ne s'arrête pas", Said.OTHER), ("3", Said.OTHER)),
    ],
)
def test_a_reply_says_one_of_a_few_things(text: str, said: Said) -> None:
    assert understood(text).said is said


@given(st.text(max_size=2000))
def test_any_text_at_all_is_read(text: str) -> None:
    assert isinstance(understood(text), Understood)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *(("+33639980102", "+33639980102"), ("33639980102", "+33639980102")),
        *(("0033 6 39 98 01 02", "+33639980102"), ("06.39.98.01.02", "+33639980102")),
        *(("+262639980102", "+262639980102"), ("36111", None), ("RONDE", None), ("", None)),
        *(("+0639980102", None), ("+" + "3" * 16, None), ("٠٦٣٩٩٨٠١٠٢", None)),
    ],
)
def test_numbers_are_read_as_providers_write_them(written: str, number: str | None) -> None:
    assert international(written) == number
