"""How notices are put: every line of the pathway, in every language, by both media."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from notifications import gsm7, words
from notifications.gsm7 import LIMITS
from notifications.notice import Rule, Then, Unread
from notifications.saying import OF_APPOINTMENTS
from notifications.senders import CannotRender
from server.senders import speech
from tests.support.notices import ADDRESS, HOME, LINES, PHONE, TOKEN, notice, renderer

LANGUAGES = ("fr", "en", "ar")
RENDERER = renderer()
LINK = f"{HOME}/r/{TOKEN}"
PLAIN_SPACES_BEFORE = (" :", " ;", " !", " ?", " »", "« ")
EVERY = [(rule, code, language) for rule, code in LINES for language in LANGUAGES]
SHOWN_AGAIN = re.compile("[\u2066-\u2069]")


class Reader(HTMLParser):
    """Reads a page as a person does, and notes what it would fetch or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.followed: list[str] = []
        self.tags: set[str] = set()
        self._title = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._title = tag == "title"
        self.followed += [value or "" for name, value in attrs if name in {"href", "src"}]

    @override
    def handle_endtag(self, tag: str) -> None:
        self._title = False

    @override
    def handle_data(self, data: str) -> None:
        if not self._title:
            self.said.append(data)

    @classmethod
    def of(cls, page: str) -> "Reader":
        reader = cls()
        reader.feed(page)
        return reader

    @property
    def words(self) -> list[str]:
        return "".join(self.said).split()


@pytest.mark.parametrize(("rule", "code", "language"), EVERY)
def test_nothing_that_leaves_holds_a_word_of_health(rule: Rule, code: str, language: str) -> None:
    made = notice(rule, code, language)
    mail, text = (
        RENDERER.mail(made, to=ADDRESS, token=TOKEN),
        RENDERER.text(made, token=TOKEN).text,
    )
    calendar = (mail.calendar or b"").decode()

    for said in (mail.subject, mail.text, *Reader.of(mail.html).said, calendar, text):
        assert words.lint(said.replace(TOKEN, "")) == ()


@pytest.mark.parametrize(("rule", "code", "language"), EVERY)
def test_both_parts_of_a_mail_say_the_same_words(rule: Rule, code: str, language: str) -> None:
    mail = RENDERER.mail(notice(rule, code, language), to=ADDRESS, token=TOKEN)

    assert Reader.of(mail.html).words == SHOWN_AGAIN.sub("", mail.text).split()


@pytest.mark.parametrize(("rule", "code", "language"), EVERY)
def test_a_mail_fetches_nothing_and_colours_nothing(rule: Rule, code: str, language: str) -> None:
    mail = RENDERER.mail(notice(rule, code, language), to=ADDRESS, token=TOKEN)

    page = Reader.of(mail.html)
    assert set(page.followed) <= {leads_to(rule), "tel:0465710000"}
    assert page.tags <= {
        *("html", "head", "meta", "title", "body", "div", "p", "br", "a", "strong", "span"),
    }
    assert "color:" not in mail.html
    assert "url(" not in mail.html
    assert leads_to(rule) in mail.text


def leads_to(rule: Rule) -> str:
    """Give where a notice leads: a professional signs in, a family follows a link of its own."""
    return f"{HOME}/" if rule is Rule.DIGEST else LINK


def test_a_digest_counts_and_offers_no_family_s_way_to_stop() -> None:
    made = replace(notice(Rule.DIGEST, "", "fr"), unread=Unread(messages=3, tasks=1))

    mail = RENDERER.mail(made, to=ADDRESS, token=TOKEN)

    assert "Messages non lus\u00a0: 3\n" in mail.text
    assert "l'échéance arrive\u00a0: 1\n" in mail.text.replace("\u2019", "'")
    assert TOKEN not in mail.text + mail.html
    assert (mail.stop, mail.calendar) == (None, None)


@pytest.mark.parametrize(("rule", "code"), LINES)
def test_french_mails_follow_french_typography(rule: Rule, code: str) -> None:
    mail = RENDERER.mail(notice(rule, code), to=ADDRESS, token=TOKEN)

    for said in (mail.subject, mail.text, *Reader.of(mail.html).said):
        assert not any(pair in said for pair in PLAIN_SPACES_BEFORE)


def test_dates_and_times_are_said_as_each_language_says_them() -> None:
    french, english, arabic = (
        RENDERER.mail(notice(Rule.BOOKED, "N1", language), to=ADDRESS, token=TOKEN).text
        for language in LANGUAGES
    )

    assert "mardi 1er décembre 2026 à 14\u00a0h\u00a030" in french
    assert "Tuesday 1 December 2026 at 14:30" in english
    assert "الثلاثاء 01/12/2026" in arabic


def test_a_text_names_its_day_so_that_it_is_true_whenever_it_is_read() -> None:
    monday = notice(Rule.BEFORE, "N3", start=datetime.fromisoformat("2026-11-30T09:00"))

    said = RENDERER.text(monday, token=TOKEN).text

    assert said == f"Rappel : RDV lundi 30 novembre à 9h. Impossible de venir ? {PHONE}"


def test_each_line_of_the_pathway_has_words_of_its_own() -> None:
    subjects = {
        (code, RENDERER.mail(notice(rule, code), to=ADDRESS, token=TOKEN).subject)
        for rule, code in ((Rule.BEFORE, "N2"), (Rule.BEFORE, "N3"), (Rule.BEFORE, "N99"))
    }

    assert subjects == {
        ("N2", "Merci de confirmer votre rendez-vous"),
        ("N3", "Votre rendez-vous approche"),
        ("N99", "Rappel\u00a0: votre rendez-vous"),
    }


def test_what_is_called_off_is_never_told_as_moved() -> None:
    off = notice(Rule.CANCELLED, "N4")

    mail, text = RENDERER.mail(off, to=ADDRESS, token=TOKEN), RENDERER.text(off, token=TOKEN)

    assert "est annulé" in mail.text
    assert "est annulé" in text.text


def test_a_language_we_do_not_have_is_told_in_french() -> None:
    mail = RENDERER.mail(notice(language="tlh"), to=ADDRESS, token=TOKEN)

    assert (mail.subject, mail.language) == ("Votre rendez-vous", "fr")


@given(
    st.sampled_from(EVERY),
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-01-01")),
    st.text("abcdefgh éèçœ '-,0123456789Îûï€[]", min_size=1, max_size=120).filter(
        lambda place: not words.lint_label(place)  # whose name tells of health has no text at all
    ),
)
def test_a_text_always_fits_one_message_with_its_link_or_telephone_whole(
    line: tuple[Rule, str, str], start: datetime, place: str
) -> None:
    made = notice(*line)
    if line[0] in OF_APPOINTMENTS:
        made = replace(made, start=start, place_label=place)

    said = RENDERER.text(made, token=TOKEN).text

    alphabet = RENDERER.templates.language(line[2]).sms
    assert said == gsm7.message(said, alphabet)
    assert leads_to(line[0]) in said or PHONE in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_day_and_time_of_a_language_are_the_ones_texts_are_measured_by(
    language: str,
) -> None:
    spoken = RENDERER.templates.language(language)
    days = (datetime.fromisoformat("2026-03-01") + timedelta(days=each) for each in range(1500))

    longest = max(len(speech.brief_date(day, spoken)) for day in days)

    assert longest <= len(speech.longest(spoken)[0])


@pytest.mark.parametrize(
    ("rule", "language", "weeks", "said"),
    [
        (
            Rule.BOOKED,
            "fr",
            1,
            "à 14\u00a0h\u00a030, puis chaque semaine jusqu'au mardi 2 mars 2027.",
        ),
        (Rule.CHANGED, "fr", 2, ", toutes les 2 semaines jusqu'au mardi 2 mars 2027."),
        (Rule.CANCELLED, "fr", 1, ", comme les suivants jusqu'au mardi 2 mars 2027, est annulé."),
        (Rule.BOOKED, "en", 1, "at 14:30, then every week until Tuesday 2 March 2027."),
        (Rule.BOOKED, "ar", 3, "كل 3 أسابيع"),
    ],
)
def test_the_first_of_a_series_tells_of_those_that_follow(
    rule: Rule, language: str, weeks: int, said: str
) -> None:
    then = Then(every_weeks=weeks, sessions=12, last=date(2027, 3, 2))
    made = notice(rule, "N1" if rule is Rule.BOOKED else "N4", language, then=then)

    mail, text = RENDERER.mail(made, to=ADDRESS, token=TOKEN), RENDERER.text(made, token=TOKEN)

    assert said in mail.text
    assert LINK in text.text
    assert language != "fr" or "mar. 02/03" in text.text


def test_the_place_gives_way_before_the_date_and_never_the_link() -> None:
    place = "Bâtiment B, 130 avenue de la Fontaine, troisième étage, Nîmes"
    made = notice(Rule.BOOKED, "N1", start=datetime.fromisoformat("2026-09-23T14:30"))

    said = RENDERER.text(replace(made, place_label=place), token=TOKEN).text

    assert said.startswith("RDV le mercredi 23 septembre à 14h30, Batiment B, 130 avenue")
    assert "..." in said
    assert said.endswith(LINK)
    assert 150 <= gsm7.septets(said) <= 160


def test_a_text_of_a_long_house_falls_back_on_the_telephone_where_seventy_units_end() -> None:
    far = renderer(home="https://rendez-vous.reseau-perinatal-exemple.fr")

    said = far.text(notice(Rule.TO_BOOK, "N5", "ar"), token=TOKEN).text

    assert PHONE in said
    assert "http" not in said
    assert gsm7.units(said) <= LIMITS[gsm7.Alphabet.UCS_2]


def test_latin_values_stand_apart_from_words_that_run_the_other_way() -> None:
    made = notice(Rule.BOOKED, "N1", "ar")
    mail, text = RENDERER.mail(made, to=ADDRESS, token=TOKEN), RENDERER.text(made, token=TOKEN)

    assert '<html lang="ar" dir="rtl">' in mail.html
    assert f'<a dir="ltr" href="{LINK}">' in mail.html
    assert f"\u2066{PHONE}\u2069" in mail.text
    assert "\u206614:30\u2069" in mail.text
    assert "\u206812 rue de l'Île, Nîmes\u2069" in mail.text
    # What follows an address up to a blank becomes part of it on telephones.
    assert f"\u2066{LINK} \u2069" in mail.text
    assert text.text.endswith(f"\u2066{LINK}")


def test_nothing_invisible_is_put_where_all_runs_one_way() -> None:
    mail = RENDERER.mail(notice(), to=ADDRESS, token=TOKEN)

    assert not SHOWN_AGAIN.search(mail.text + mail.html)


def test_the_same_notice_is_the_same_words_at_every_attempt() -> None:
    once, again = (RENDERER.mail(notice(), to=ADDRESS, token=TOKEN) for _ in range(2))

    assert once == again
    assert RENDERER.text(notice(), token=TOKEN) == RENDERER.text(notice(), token=TOKEN)


@pytest.mark.parametrize(
    "label", ["CAMSP de Nîmes", "Le C.A.M.S.P., Nîmes", "Cabinet de kin\u0435"]
)
def test_a_place_whose_name_tells_never_leaves(label: str) -> None:
    with pytest.raises(CannotRender):
        RENDERER.text(notice(place_label=label), token=TOKEN)
    with pytest.raises(CannotRender):
        RENDERER.mail(notice(place_label=label), to=ADDRESS, token=TOKEN)


def test_a_script_without_likeness_is_refused_and_not_garbled() -> None:
    with pytest.raises(CannotRender):
        RENDERER.text(notice(place_label="شارع ١٢"), token=TOKEN)


def test_markup_in_a_label_stays_text() -> None:
    mail = RENDERER.mail(notice(place_label='<b>12</b> & "fils"'), to=ADDRESS, token=TOKEN)

    assert "&lt;b&gt;12&lt;/b&gt; &amp; &quot;fils&quot;" in mail.html
    assert '<b>12</b> & "fils"' in mail.text
