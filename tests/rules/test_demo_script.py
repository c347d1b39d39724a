"""The script of the demonstration holds together before any server hears of it."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from channels.content import MAX_TEXT
from server.demonstration.living import script as deeds
from server.demonstration.living.drawing import drawn
from server.demonstration.living.script import FOLDER, ChildWords, Script, read_script
from server.demonstration.living.weekdays import LAST_WORD, Weekdays

ANY_DAY = Weekdays(newest=date(2026, 11, 20))
INVENTED_PHONE = re.compile(r"\+3363998\d{4}")


@pytest.fixture(scope="module")
def script() -> Script:
    return read_script()


def spoken(child: ChildWords) -> list[deeds.Say]:
    return [deed for deed in child.deeds if isinstance(deed, deeds.Say)]


def circle_of(child: ChildWords) -> set[str]:
    people: set[str] = set()
    for deed in child.deeds:
        match deed:
            case deeds.Open(by=by, members=members):
                people |= {by, *members}
            case deeds.Admit(who=who):
                people.add(who)
            case _:
                pass
    return people


def test_there_is_a_network_of_twenty_with_every_profession(script: Script) -> None:
    people = script.people.people

    professions = {each.profession for each in people if each.profession}

    assert len(people) == 20
    assert len(professions) == 10
    assert Counter(each.role for each in people)["coordinator"] == 2
    assert [each.key for each in people if each.convention == "ended"] == ["marc"]
    assert [each.key for each in people if each.invited] == ["tristan"]


def test_circles_have_three_to_eight_members_who_alone_speak_there(script: Script) -> None:
    for child in script.children.values():
        circle = circle_of(child)

        said = {deed.by for deed in spoken(child)}

        assert not circle or 3 <= len(circle) <= 8
        assert said <= circle


def test_nobody_does_a_thing_before_its_time_or_after_now(script: Script) -> None:
    for name, child in script.children.items():
        moments = [ANY_DAY.wall(deed.at) for deed in child.deeds]

        assert moments == sorted(moments), name
        assert moments[-1] < datetime.combine(ANY_DAY.newest, LAST_WORD)


def test_what_is_said_fits_a_message_and_names_people_of_the_circle(script: Script) -> None:
    keys = {each.key for each in script.people.people}
    for child in script.children.values():
        for deed in spoken(child):
            named = set(re.findall(r"@([a-z]+)", deed.text))

            assert named <= circle_of(child) & keys, deed.text
            assert 0 < len(deed.text.encode()) < MAX_TEXT


def test_a_name_stands_for_one_thing_only(script: Script) -> None:
    for child in script.children.values():
        for made in ((deeds.Say, deeds.Task), (deeds.Book,), (deeds.Draft,)):
            names = [deed.name for deed in child.deeds if isinstance(deed, made) and deed.name]

            assert len(names) == len(set(names))


def test_all_that_looks_like_a_person_is_invented() -> None:
    for file in FOLDER.rglob("*.json"):
        text = file.read_text("utf-8")

        phones = re.findall(r"\+\d+", json.dumps(json.loads(text)))
        mails = re.findall(r"[\w.]+@[\w.]+\w", text)

        assert all(INVENTED_PHONE.fullmatch(one) for one in phones if len(one) > 6), file
        assert all(one.endswith(".example") for one in mails), file


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (datetime(2026, 11, 20, 8, 31, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 8, 29, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2026, 11, 22, 12, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 23, 7, tzinfo=UTC), date(2026, 11, 20)),
    ],
)
def test_the_weeks_end_on_the_last_working_morning_that_is_over(
    now: datetime, newest: date
) -> None:
    days = Weekdays.before(now)

    assert days.newest == newest
    assert days.at("0 09:27") < now


def test_days_are_counted_without_weekends() -> None:
    assert ANY_DAY.day(-5) == ANY_DAY.newest - timedelta(days=7)
    assert ANY_DAY.day(1) == date(2026, 11, 23)
    assert ANY_DAY.name(-1) == "jeudi"
    assert ANY_DAY.at("-1 09:15") == datetime(2026, 11, 19, 8, 15, tzinfo=UTC)


def test_files_are_what_their_names_say() -> None:
    chart, letter = drawn("courbe.png"), drawn("Compte rendu (ORL).pdf")

    assert chart.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert (chart.width, chart.height) == (480, 321)
    assert letter.content.startswith(b"%PDF-1.4")
    assert b"Compte rendu \\(ORL\\)" in letter.content
    assert chart == drawn("courbe.png")
