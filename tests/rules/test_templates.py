"""A network's own languages, sentences and words, laid over ours and judged whole."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from care_circle.definition.pathway import COCON, Pathway
from care_circle.definition.pathway_reading import read_pathway
from care_circle.definition.source import DefinitionError
from notifications.gsm7 import Alphabet
from notifications.language import BadLanguageFile, Direction, Language
from notifications.notice import Rule
from notifications.senders import CannotRender
from server.senders.template_reading import load
from server.senders.templates import BadTemplates, Form
from server.wording import texts_of, too_long, wording
from tests.support.command_line import ronde
from tests.support.notices import ADDRESS, SETTINGS, TOKEN, notice, renderer

SUPPORT = Path(__file__).parents[1] / "support"
NETWORK = SUPPORT / "network_templates"
SECOND = SUPPORT / "second_pathway"


ENGLISH = 'name = "English"\nlocale = "en_GB"\nsummary = "Appointment"\n'


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A network's folder, to be spoilt."""
    return Path(shutil.copytree(NETWORK, tmp_path / "mine"))


@pytest.fixture(scope="module")
def school() -> Pathway:
    return read_pathway(SECOND)


def complaints(folder: Path) -> list[str]:
    with pytest.raises(BadTemplates) as refusal:
        load(folder)
    return [str(each) for each in refusal.value.complaints]


def test_three_languages_are_shipped_whole() -> None:
    held = load()

    assert sorted(held.languages) == ["ar", "en", "fr"]
    for language in held.languages:
        for rule in Rule:
            for form in Form:
                assert held.sayings(language, "", rule, form)


def test_a_network_adds_a_language_that_runs_from_right_to_left() -> None:
    house = renderer(load(NETWORK))

    mail = house.mail(notice(Rule.BOOKED, "", "he"), to=ADDRESS, token=TOKEN)
    text = house.text(notice(Rule.BOOKED, "", "he"), token=TOKEN)

    assert mail.subject == "התור שלכם"
    assert 'lang="he" dir="rtl"' in mail.html
    assert "SUMMARY:תור".encode() in (mail.calendar or b"")
    assert text.text.startswith("תור 01/12 14:30 ")
    assert TOKEN in text.text


def test_a_network_s_own_words_stop_a_place_as_ours_do() -> None:
    house = renderer(load(NETWORK))

    with pytest.raises(CannotRender):
        house.text(notice(place_label="Les Lucioles, Nîmes"), token=TOKEN)
    with pytest.raises(CannotRender):
        house.text(notice(place_label="פיזיותרפיה"), token=TOKEN)


def test_another_pathway_tells_other_things_by_its_own_words(school: Pathway) -> None:
    own = replace(SETTINGS, templates=NETWORK)
    house = renderer(wording(own, school, folder=SECOND))

    booked = house.text(notice(Rule.BOOKED, "S1"), token=TOKEN).text
    hebrew = house.text(notice(Rule.BOOKED, "S1", "he"), token=TOKEN).text
    before = house.text(notice(Rule.BEFORE, "S2"), token=TOKEN).text
    mail = house.mail(notice(Rule.BEFORE, "S2"), to=ADDRESS, token=TOKEN)
    missed = [house.text(notice(Rule.MISSED, "S3", one), token=TOKEN).text for one in ("en", "fr")]

    assert booked.startswith("C'est entendu : mardi 1er décembre à 14h30. https://")
    assert hebrew.startswith("תור 01/12 14:30 ")
    assert before == "Plus que deux jours : mardi 1er décembre à 14h30. 04 65 71 00 00"
    assert mail.subject == "Deux jours avant notre rendez-vous"
    assert missed[0].startswith("Shall we try again? https://")
    assert missed[1].startswith("Vous avez manqué un RDV.")


def test_no_code_of_a_pathway_stands_in_the_program() -> None:
    root = Path(__file__).parents[2]
    rooms = (root / room for room in ("notifications", "care_circle", "server"))
    programs = [path for room in rooms for path in room.rglob("*.py")]

    naming = [
        path.name
        for path in programs
        if any(f'"N{number}"' in path.read_text(encoding="utf-8") for number in range(1, 10))
    ]

    # The demonstration and the bench make up lines of their own.
    assert set(naming) <= {"family.py", "notices_seed.py"}


def test_a_text_in_a_language_nobody_writes_is_refused(school: Pathway) -> None:
    with pytest.raises(BadTemplates, match=r"S1 \(he\):1: there is no language he"):
        load(texts=texts_of(school))


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        (
            "he/booked.txt.j2",
            "שלום\n{{ child }}",
            "he/booked.txt.j2:2: variable child is not listed",
        ),
        ("he/waiting.txt.j2", "{{ date }}", "he/waiting.txt.j2:1: variable date has no place here"),
        ("fr/S2.txt.j2", "Bonjour,\n\nVotre kin\u0435", "fr/S2.txt.j2:3: forbidden word kine"),
        ("fr/S2.txt.j2", "Ici, les lucioles", "fr/S2.txt.j2:1: forbidden word les lucioles"),
        (
            "he/booked.subject.j2",
            "{{ date }}",
            "he/booked.subject.j2:1: variable date has no place here",
        ),
        ("he/booked.subject.j2", "א\nב", "he/booked.subject.j2:2: a subject is one line"),
        ("he/booked.sms.j2", "תור", "he/booked.sms.j2:1: a text message names {link} or {phone}"),
        ("he/booked.sms.j2", "א" * 71 + "{{ link }}", "more than one message of 70 signs"),
        ("en/S3.sms.j2", "Ж {{ link }}", "en/S3.sms.j2:1: a character is not in GSM-7"),
        ("he/booked.txt.j2", "", "he/booked.txt.j2:1: empty or missing"),
        ("he/booked.html.j2", "<p>x</p>", "he/booked.html.j2:1: a template is called"),
        ("he/language.toml", 'name = "x"', "he/language.toml:1: 'locale' is missing"),
        ("he/language.toml", "name = ", "he/language.toml:1: this is not TOML"),
        ("ti/booked.txt.j2", "x", "ti/language.toml:1: missing"),
        ("words.toml", "telling = 3", "words.toml:1: 'telling' is a list of words"),
        ("fr/page.toml", '# kiné\nlead = "Votre kiné"', "fr/page.toml:2: forbidden word kine"),
        ("fr/page.toml", 'lead = """\nVotre kiné"""', "fr/page.toml:1: forbidden word kine"),
        (
            "fr/page.toml",
            'a = "x"\nlead = "Votre kin\\u00e9"',
            "fr/page.toml:2: forbidden word kine",
        ),
        ("fr/page.toml", "lead = ", "fr/page.toml:1: this is not TOML"),
        (
            "en/language.toml",
            ENGLISH + "day = \"d 'physio'\"",
            "language.toml:1: forbidden word physio",
        ),
        (
            "en/language.toml",
            ENGLISH + "time = \"HH 'phy''sio'\"",
            "language.toml:1: forbidden word phys",
        ),
        ("notes.docx", "x", "notes.docx:1: this is no template"),
    ],
)
def test_a_folder_with_a_fault_is_refused_with_its_file_and_line(
    mine: Path, file: str, content: str, complaint: str
) -> None:
    path = mine / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")

    said = complaints(mine)

    assert any(complaint in each for each in said)


def test_every_fault_of_a_folder_is_told_at_once(mine: Path) -> None:
    (mine / "he" / "booked.txt.j2").write_bytes(b"\xff\xfe")
    (mine / "he" / "missed.sms.j2").unlink()
    (mine / "fr" / "S2.txt.j2").write_text("{{ a }}\n{{ b }}", encoding="utf-8")

    assert complaints(mine) == [
        "fr/S2.txt.j2:1: variable a is not listed",
        "fr/S2.txt.j2:2: variable b is not listed",
        "he/booked.txt.j2:1: this is no text in UTF-8",
        "he/missed.sms.j2:1: missing",
    ]


def test_a_text_that_no_way_of_saying_brings_into_one_message_is_refused(mine: Path) -> None:
    short = tuple(too_long(load(mine), link="https://rdv.exemple.fr/r/", phone="04 65 71 00 00"))
    far = tuple(too_long(load(mine), link=f"https://{'x' * 30}.fr/r/", phone="04 65 71 00 00"))

    assert short == ()
    assert {each.file for each in far} == {
        f"he/{rule}.sms.j2" for rule in Rule if rule is not Rule.BEFORE
    }


def test_a_language_declares_its_alphabet_and_its_direction() -> None:
    plain = Language.read("br", 'name = "brezhoneg"\nlocale = "br"\nsummary = "Emgav"')

    assert (plain.direction, plain.sms) == (Direction.LTR, Alphabet.GSM_7)
    assert plain.apart("04 65 71 00 00") == "04 65 71 00 00"
    with pytest.raises(BadLanguageFile):
        Language.read("br", 'name = "b"\nlocale = "br"\nsummary = "E"\nsms = "utf-8"')


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('fr: "Un RDV {nom} : {link}"', "fr: variable nom is not listed"),
        ('fr: "Votre kin\u0435 : {link}"', "fr: forbidden word kine"),
        ('fr: "RDV demain : {link}"', "fr: forbidden word demain"),
        ('fr: "Bonjour"', "fr: a text message names {link} or {phone}"),
        ('fr: "{{ date }"', "fr: braces hold something that is no variable"),
        (f'fr: "{"x" * 161} {{link}}"', "fr: the words alone take more than one message"),
        (f'ar: "{"م" * 71} {{link}}"', "ar: the words alone take more than one message"),
        ('français: "{link}"', "'français' is no name that may stand here"),
    ],
)
def test_a_pathway_whose_text_says_too_much_is_refused_with_its_line(
    tmp_path: Path, line: str, complaint: str
) -> None:
    folder = Path(shutil.copytree(SECOND, tmp_path / "pathway"))
    path = folder / "pathway.yaml"
    before, after = path.read_text(encoding="utf-8").split('    sms: {fr: "Plus que', 1)
    path.write_text(
        f"{before}    sms:\n      {line}\n{after.partition(chr(10))[2]}", encoding="utf-8"
    )

    with pytest.raises(DefinitionError) as refusal:
        read_pathway(folder)

    at = before.count("\n") + 2
    assert f"pathway.yaml:{at}: (S2) {complaint}" in str(refusal.value)


async def test_the_command_line_judges_a_folder_and_says_every_fault(
    tmp_path: Path, mine: Path
) -> None:
    sound = await ronde(tmp_path, "templates", "check", str(NETWORK))
    (mine / "he" / "booked.txt.j2").write_text("{{ a }}\n{{ b }}", encoding="utf-8")

    refused = await ronde(tmp_path, "templates", "check", str(mine))

    assert (sound[0], "4 langues" in sound[1]) == (0, True)
    assert (refused[0], refused[1]) == (1, "")
    assert "he/booked.txt.j2:1: variable a is not listed" in refused[2]
    assert "he/booked.txt.j2:2: variable b is not listed" in refused[2]


def test_what_is_shipped_with_the_pathway_is_sound() -> None:
    held = wording(SETTINGS, read_pathway(COCON))

    assert not tuple(too_long(held, link=f"{SETTINGS.links}/r/", phone=SETTINGS.phone))
