"""What a notice may say: listed variables, no word of health, one message of GSM-7."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.ids import AppointmentId, ContactId, NoticeId
from notifications import gsm7, link, typography, words
from notifications.notice import Medium, Notice, Rule
from notifications.senders import CannotRender
from server.senders.invitation import Organizer
from server.senders.render import TemplateRenderer
from server.senders.templates import BadTemplates, Form, complaints_about, load

LANGUAGES = ("fr", "en")
TOKEN = link.token(b"k" * 32, NoticeId("n"))
RENDERER = TemplateRenderer(
    templates=load(),
    organizer=Organizer(name="Service des rendez-vous", address="rdv@exemple.fr"),
    public_url="https://rdv.exemple.fr",
    phone="04 65 71 00 00",
)
PLAIN_SPACES_BEFORE = (" :", " ;", " !", " ?", " »", "« ")


def notice(rule: Rule = Rule.BOOKED, language: str = "fr", **changes: object) -> Notice:
    made = Notice(
        id=NoticeId("n"),
        appointment=AppointmentId("visit"),
        sequence=3,
        rule=rule,
        contact=ContactId("ana"),
        medium=Medium.SMS,
        language=language,
        zone="Europe/Paris",
        start=datetime.fromisoformat("2026-12-01T14:30"),
        place_zone="Europe/Paris",
        duration_minutes=45,
        place_label="12 rue de l'Île, Nîmes",
        not_before=1_795_000_000_000,
        expires=1_796_000_000_000,
        next_at=None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name fields by keyword


def said_in(made: Notice) -> list[str]:
    """Everything that would leave the house for a notice, by both media."""
    mail = RENDERER.mail(made, to="famille@exemple.fr", token=TOKEN)
    text = RENDERER.text(made, token=TOKEN).text
    return [mail.subject, mail.text, mail.html, mail.calendar.decode(), text]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", list(Rule))
def test_nothing_that_leaves_holds_a_word_of_health(rule: Rule, language: str) -> None:
    for said in said_in(notice(rule, language, place_label="12 rue X")):
        assert words.lint(said) == ()


@pytest.mark.parametrize("rule", list(Rule))
def test_french_mails_follow_french_typography(rule: Rule) -> None:
    subject, text, html, _, sms = said_in(notice(rule))

    for said in (subject, text, html):
        assert not any(pair in said for pair in PLAIN_SPACES_BEFORE)
    assert "mardi 1er décembre 2026" in text
    assert "14\u00a0h\u00a030" in text
    assert "14h30" in sms


def test_english_mails_say_the_time_on_the_same_clock() -> None:
    _, text, _, _, sms = said_in(notice(language="en"))

    assert "Tuesday 1 December 2026 at 14:30" in text
    assert "Tuesday 1 December at 14:30" in sms


def test_a_language_we_do_not_have_is_told_in_french() -> None:
    assert said_in(notice(language="tlh"))[0] == "Votre rendez-vous"


@given(
    st.sampled_from(list(Rule)),
    st.sampled_from(LANGUAGES),
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-01-01")),
    st.text("abcdefgh éèçœ '-,0123456789Îûï€[]", min_size=1, max_size=120),
)
def test_a_text_always_fits_one_message_with_its_link_whole(
    rule: Rule, language: str, start: datetime, place: str
) -> None:
    said = RENDERER.text(notice(rule, language, start=start, place_label=place), token=TOKEN).text

    assert gsm7.septets(said) <= 160
    assert f"https://rdv.exemple.fr/r/{TOKEN}" in said


def test_the_same_notice_is_the_same_words_at_every_attempt() -> None:
    assert said_in(notice()) == said_in(notice())


@pytest.mark.parametrize(
    "label",
    ["CAMSP de Nîmes", "Le C.A.M.S.P., Nîmes", "Cabinet de kinésithérapie", "Dr X, Neurologue"],
)
def test_a_place_whose_name_tells_never_leaves(label: str) -> None:
    with pytest.raises(CannotRender):
        RENDERER.text(notice(place_label=label), token=TOKEN)
    with pytest.raises(CannotRender):
        RENDERER.mail(notice(place_label=label), to="famille@exemple.fr", token=TOKEN)


def test_streets_named_after_hospitals_are_only_streets() -> None:
    assert words.lint_label("3 rue du Docteur Roux, 30000 Nîmes") == ()
    assert words.lint_label("2 place de l'Hôpital") == ()
    assert words.lint("3 rue du Docteur Roux") == ("docteur",)


def test_a_script_without_likeness_is_refused_and_not_garbled() -> None:
    with pytest.raises(CannotRender):
        RENDERER.text(notice(place_label="شارع ١٢"), token=TOKEN)


def test_markup_in_a_label_stays_text() -> None:
    mail = RENDERER.mail(
        notice(place_label="<b>12</b> & fils"), to="famille@exemple.fr", token=TOKEN
    )

    assert "&lt;b&gt;12&lt;/b&gt; &amp; fils" in mail.html
    assert "<b>12</b> & fils" in mail.text


def test_the_calendar_part_asks_or_calls_off_under_one_uid() -> None:
    asked, off = (
        icalendar.Calendar.from_ical(
            RENDERER.mail(notice(rule), to="famille@exemple.fr", token=TOKEN).calendar
        )
        for rule in (Rule.CHANGED, Rule.CANCELLED)
    )

    (event,), (ended,) = asked.walk("VEVENT"), off.walk("VEVENT")
    assert (asked["METHOD"], off["METHOD"]) == ("REQUEST", "CANCEL")
    assert event["UID"] == ended["UID"] == "visit@exemple.fr"
    assert (event["SEQUENCE"], event["SUMMARY"], ended["STATUS"]) == (3, "Rendez-vous", "CANCELLED")
    assert event.decoded("DTSTART") == datetime.fromisoformat("2026-12-01T13:30Z")
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=45)


@pytest.mark.parametrize(
    ("source", "form", "complaint"),
    [
        ("", Form.TXT, "empty or missing"),
        ("RDV {{ child }}", Form.TXT, "variable child is not listed"),
        ("{{ date.year }}", Form.TXT, "Getattr is more than a variable"),
        ("{{ date|upper }}", Form.TXT, "Filter is more than a variable"),
        ("{% if phone %}x{% endif %}", Form.TXT, "If is more than a variable"),
        ("{{ date", Form.TXT, "does not parse"),
        ("Votre séance de kiné", Form.TXT, "forbidden word seance"),
        ("Suite à la PRÉMATURITÉ", Form.HTML, "forbidden word prematurite"),
        ("Le {{ date }}", Form.SUBJECT, "a subject is one line without variables"),
        ("Rappel forêt", Form.SMS, "a character is not in GSM-7"),
        ("Rappel\nencore", Form.SMS, "a text message is one line"),
    ],
)
def test_a_template_that_could_say_too_much_is_refused(
    source: str, form: Form, complaint: str
) -> None:
    assert complaint in list(complaints_about(source, form))


def test_a_folder_with_a_bad_or_missing_template_is_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "booked.txt.j2").write_text("Bonjour {{ child }}", encoding="utf-8")

    with pytest.raises(BadTemplates) as refusal:
        load(tmp_path)

    assert "fr/booked.txt.j2: variable child is not listed" in refusal.value.complaints
    assert len(refusal.value.complaints) == len(Rule) * len(Form)


@given(st.text("àâäçéèêëîïôöùûüÿœæÀÂÇÉÈÊËÎÏÔÙÛŒÆ abcXYZ0-9.,:'«»\u2019\u2026\u00a0\u202f€"))
def test_every_french_letter_finds_its_place_in_gsm7(text: str) -> None:
    gsm7.septets(gsm7.transliterate(text))


def test_letters_keep_what_they_can() -> None:
    said = gsm7.transliterate("« Été à Nîmes », forêt, garçon, cœur\u2026")

    assert said == '" Été à Nimes ", foret, garcon, coeur...'
    assert gsm7.septets("10 €") == 5


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
