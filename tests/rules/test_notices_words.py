"""What no notice may say, however it is written, in any language."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.role import Profession
from crypto.ids import NoticeId
from notifications import gsm7, likeness, link, typography, words
from notifications.gsm7 import Alphabet, NotGsm7, TooLong
from notifications.saying import Saying, faults
from notifications.words import BadWords, Words
from tests.support.care import PATHWAY
from tests.support.telling_sentences import ALLOWED, LABELS_ALLOWED, LABELS_REFUSED, REFUSED


def test_the_canary_holds_sixty_sentences_of_each_kind() -> None:
    assert len(set(REFUSED)) >= 60
    assert len(set(ALLOWED)) >= 60


@pytest.mark.parametrize("sentence", REFUSED)
def test_a_sentence_that_tells_is_refused_however_it_is_dressed(sentence: str) -> None:
    assert words.lint(sentence)
    assert list(faults(sentence))


@pytest.mark.parametrize("sentence", ALLOWED)
def test_a_sentence_that_tells_nothing_passes(sentence: str) -> None:
    assert list(faults(sentence)) == []


@pytest.mark.parametrize("label", LABELS_REFUSED)
def test_a_place_whose_name_tells_is_refused(label: str) -> None:
    assert words.lint_label(label)


@pytest.mark.parametrize("label", LABELS_ALLOWED)
def test_streets_named_after_hospitals_are_only_streets(label: str) -> None:
    assert words.lint_label(label) == ()


def test_no_discipline_of_the_pathway_and_no_profession_passes_in_any_language() -> None:
    labels = (each.label for each in PATHWAY.disciplines)
    said = [name for label in labels for name in (label.fr, label.en)]
    said += [profession.value.replace("_", " ") for profession in Profession]

    assert [name for name in said if not words.lint(f"Rendez-vous : {name}")] == []


@given(st.sampled_from(["kinesitherapie", "camsp", "autisme", "orthophoniste"]), st.data())
def test_no_mixture_of_disguises_hides_a_word(word: str, data: st.DataObject) -> None:
    alike = likeness._table("letters")
    looks = {letter: [a for a, same in alike.items() if same == letter] for letter in word}
    signs = st.sampled_from(["", "", "", "\u200b", "\u00ad", "\u2060"])

    dressed = "".join(
        data.draw(st.sampled_from([letter, letter.upper(), *looks[letter]])) + data.draw(signs)
        for letter in word
    )

    assert words.lint(f"Votre {dressed} vous attend")


def test_a_network_adds_its_own_words_in_its_own_list() -> None:
    listed = words.SHIPPED.joined(Words.read('telling = ["les lucioles"]\nclinical = ["goûter*"]'))

    assert words.lint("Rendez-vous aux Lucioles", listed) == ()
    assert words.lint_label("Les Lucioles, 30000 Nîmes", listed) == ("les lucioles",)
    assert words.lint("Au gouter de 16 h", listed) == ("gouter",)
    assert words.lint_label("Rue du Goûter", listed) == ()


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("telling = [", "this is not TOML"),
        ('forbidden = ["x"]', "unknown key 'forbidden'"),
        ("telling = [1]", "'telling' is a list of words"),
        ('telling = "kine"', "'telling' is a list of words"),
        ('telling = ["*"]', "'telling' is a list of words"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(source: str, complaint: str) -> None:
    with pytest.raises(BadWords, match=complaint.replace("'", ".")):
        Words.read(source)


def test_every_list_is_told_apart_by_language() -> None:
    folders = {path.parent.name for path in words.lists_below(words.TEMPLATES) if path.is_file()}

    assert folders == {Path(words.TEMPLATES).name, "fr", "en", "ar"}


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("", "1: empty or missing"),
        ("RDV\n{{ child }}", "2: variable child is not listed"),
        ("{{ date.year }}", "1: braces hold something that is no variable"),
        ("{{ date|upper }}", "1: braces hold something that is no variable"),
        ("{% if phone %}x{% endif %}", "1: braces hold something that is no variable"),
        ("a\nb {{ date", "2: braces hold something that is no variable"),
        ("Bonjour\n\nVotre séance de kiné", "3: forbidden word seance"),
        ("Un orthopho-\nniste", "1: forbidden word orthopho- niste, over several lines"),
        ("Votre \u0412\u0435au jardin", "1: a word mixes letters of two scripts"),
    ],
)
def test_sentences_that_could_say_too_much_are_refused_with_their_line(
    source: str, complaint: str
) -> None:
    assert complaint in [f"{each.line}: {each.problem}" for each in faults(source)]


def test_a_variable_of_appointments_has_no_place_where_there_is_none() -> None:
    found = list(faults("Un message le {date}", allowed=frozenset({"link"})))

    assert [each.problem for each in found] == ["variable date has no place here"]


@given(st.text(), st.dictionaries(st.sampled_from(["date", "link"]), st.text(), min_size=2))
def test_a_value_is_put_in_as_it_is_and_never_read_again(text: str, values: dict[str, str]) -> None:
    saying = Saying.of("{date} / {{ link }}")

    said = saying.filled(values | {"link": text})

    assert said == f"{values['date']} / {text}"


@given(st.text("àâäçéèêëîïôöùûüÿœæÀÂÇÉÈÊËÎÏÔÙÛŒÆ abcXYZ0-9.,:'«»\u2019\u2026\u00a0\u202f€"))
def test_every_french_letter_finds_its_place_in_gsm7(text: str) -> None:
    gsm7.septets(gsm7.transliterate(text))


def test_letters_keep_what_they_can() -> None:
    said = gsm7.transliterate("« Été à Nîmes », forêt, garçon, cœur\u2026 e\u0301\u200b")

    assert said == '" Été à Nimes ", foret, garcon, coeur... é'
    assert gsm7.septets("10 €") == 5


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("x" * 160, Alphabet.GSM_7),
        ("€" * 80, Alphabet.GSM_7),
        ("ê" * 160, Alphabet.GSM_7),
        ("م" * 70, Alphabet.UCS_2),
        ("\U0001d4a6" * 35, Alphabet.UCS_2),
    ],
)
def test_one_message_holds_so_much_and_no_more(text: str, alphabet: Alphabet) -> None:
    assert gsm7.message(text, alphabet)

    with pytest.raises(TooLong):
        gsm7.message(text + "x", alphabet)


def test_a_script_without_likeness_is_refused_and_not_garbled() -> None:
    with pytest.raises(NotGsm7):
        gsm7.message("شارع ١٢", Alphabet.GSM_7)


def test_no_break_spaces_stand_where_french_wants_them() -> None:
    assert typography.french("Lieu : « ici » ! Quoi ? a; b") == (
        "Lieu\u00a0: «\u00a0ici\u00a0»\u202f! Quoi\u202f? a; b"
    )


def test_a_link_is_the_same_at_every_retry_and_only_its_print_is_kept() -> None:
    key, other = b"k" * 32, b"l" * 32
    first = link.token(key, NoticeId("n"))

    assert first == link.token(key, NoticeId("n"))
    assert len({first, link.token(key, NoticeId("m")), link.token(other, NoticeId("n"))}) == 3
    assert link.is_token(first)
    assert not link.is_token("../" + first)
    assert first not in link.fingerprint(first)
