"""The page behind a family's link, with a browser that shows text alone."""

import icalendar
import pytest

from tests.support.families import SLOT, Phone, Shown
from tests.support.network import FAMILY_NAME, child_form
from tests.support.parents import FATHER, Family
from tests.support.server import Running

OF_MOTHER = ("Apolline", "mere.quenouille", "39980102", "06 39 98 01 02")
OF_FATHER = ("Courtepaille", "Barnab", "barnabe@", "39980155", "06 39 98 01 55")
OF_NOBODY = (FAMILY_NAME, "Zéphyrine", "Dubreuil", "V24", "script", "Ronde", "COCON", "nterpr")


async def test_the_link_shows_when_and_where_and_nothing_else(phone: Phone, family: Family) -> None:
    shown = await phone.open(family.link(0))

    assert (shown.status, shown.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for told in ("mardi 1er décembre 2026", "14\u00a0h\u00a030", "12 rue des Lilas"):
        assert told in shown.text
    assert "05 36 49 00 00" in shown.text
    for hidden in (*OF_NOBODY, *OF_FATHER, *OF_MOTHER):
        assert hidden not in shown.html
    assert len(shown.html.encode()) + len(shown.headers) < 14_000
    assert shown.screen.root == {"lang": "fr", "dir": "ltr"}
    assert not {"script", "style", "img", "iframe"} & set(shown.screen.tags)


async def test_the_page_is_strict_kept_nowhere_and_found_by_no_search(
    phone: Phone, family: Family
) -> None:
    headers = (await phone.open(family.link(0))).headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Content-Language"] == "fr"
    assert "Set-Cookie" not in headers


async def test_the_map_is_elsewhere_and_learns_nothing_of_the_link(
    phone: Phone, family: Family
) -> None:
    away = [
        each for each in (await phone.open(family.link(0))).screen.links if "://" in each["href"]
    ]

    assert [each["href"] for each in away] == [
        "https://www.openstreetmap.org/search?query=12%20rue%20des%20Lilas%2C%2030000%20N%C3%AEmes"
    ]
    assert away[0]["rel"] == "noreferrer noopener external"


async def test_each_parent_reads_the_page_in_their_own_language(
    phone: Phone, family: Family
) -> None:
    hers, his = await phone.open(family.link(0)), await phone.open(family.link(1, "email"))

    assert "Je viens" in hers.text
    assert "I am coming" in his.text
    assert "Tuesday 1 December 2026" in his.text
    assert his.screen.root["lang"] == "en"


async def test_a_page_runs_the_way_its_language_does(phone: Phone, family: Family) -> None:
    contact = family.network.contacts[1]
    path = f"/children/{family.network.child}/contacts/{contact}"
    await family.ana.ask("PUT", path, FATHER | {"language": "ar"})

    shown = await phone.open(family.link(1))

    assert shown.screen.root == {"lang": "ar", "dir": "rtl"}
    assert "سأحضر" in shown.text


async def test_who_says_they_come_is_seen_to_come_and_is_confirmed(
    phone: Phone, family: Family
) -> None:
    before = await family.contact(0)
    shown = await phone.say(family.link(0), "coming")
    after = await family.contact(0)

    assert "Vous avez dit que vous venez" in shown.text
    assert shown.screen.acts >= {"not_coming", "stop", "not_me"}
    assert "coming" not in shown.screen.acts
    assert await family.answers() == [True]
    assert (before["confirmed"], after["confirmed"]) == ([], ["sms"])
    proof = after["media_log"][-1]
    assert (proof["deed"], proof["saying"]["way"], proof["address"]) == (
        "confirmed", "link", "+33639980102",
    )  # fmt: skip
    assert (await family.ben.get(family.path)).body["answers"][0]["coming"] is True


async def test_who_cannot_come_is_thanked_and_called_back_when_it_suits(
    phone: Phone, family: Family
) -> None:
    thanked = await phone.say(family.link(0), "not_coming")
    called = await phone.say(family.link(0), "call_me", "thu_pm", "mon_am", "sunday")
    duties = await family.duties()

    assert "vous ne pouvez pas venir" in thanked.text
    assert "lundi matin" in thanked.text
    assert "de préférence\u00a0: lundi matin, jeudi après-midi" in called.text
    assert await family.answers() == [False]
    assert duties["cannot_come"]["wish"] == {
        "contact": family.network.contacts[0], "half_days": ["mon_am", "thu_pm"],
    }  # fmt: skip
    assert "call_back" not in duties
    assert duties["cannot_come"]["coordinators"] == [family.network.ana.id]


async def test_one_may_change_ones_mind_until_the_appointment(
    phone: Phone, family: Family, server: Running
) -> None:
    await phone.say(family.link(0), "not_coming")
    await phone.say(family.link(0), "coming")
    settled, answers = await family.duties(), await family.answers()
    server.clock.move(days=10, hours=5)
    over = await phone.open(family.link(0))

    assert answers == [True]
    assert "cannot_come" not in settled
    assert "Ce rendez-vous est passé" in over.text
    assert not {"coming", "not_coming", "call_me"} & over.screen.acts


async def test_an_answer_does_not_outlive_the_time_it_was_given_for(
    phone: Phone, family: Family
) -> None:
    await phone.say(family.link(0), "coming")
    await family.ana.ask("PUT", f"{family.path}/slot", SLOT | {"start": "2026-12-02T09:00:00"})

    moved = await phone.open(family.link(0))

    assert "mercredi 2 décembre 2026" in moved.text
    assert "Vous avez dit" not in moved.text
    assert await family.answers() == []


async def test_the_link_follows_the_appointment_and_ends_a_day_after_it(
    phone: Phone, family: Family, server: Running
) -> None:
    await family.ana.post(f"{family.path}/cancellation")
    cancelled = await phone.open(family.link(0))
    server.clock.move(days=12)
    late = await phone.open(family.link(0))

    assert "annulé" in cancelled.text
    assert "coming" not in cancelled.screen.acts
    assert late.status == 404
    assert "Ce lien n'est plus valable" in late.text


async def test_a_stop_holds_for_one_person_and_one_medium_and_is_proven(
    phone: Phone, family: Family
) -> None:
    shown = await phone.say(family.link(0), "stop")
    hers, his = await family.contact(0), await family.contact(1)

    assert "Vous ne recevez plus de SMS" in shown.text
    assert "mardi 1er décembre" in shown.text
    assert (hers["opted_out"], his["opted_out"]) == (["sms"], [])
    assert hers["media_log"][-1]["saying"]["notice"] is not None
    back = await phone.say(family.link(0), "resume")
    assert "Vous ne recevez plus" not in back.text
    assert (await family.contact(0))["opted_out"] == []


async def test_a_wrong_number_is_shown_nothing_more_and_goes_before_the_office(
    phone: Phone, family: Family
) -> None:
    shown = await phone.say(family.link(0), "not_me")
    again, mail = await phone.open(family.link(0)), await phone.open(family.link(0, "email"))
    file = await phone.open(family.link(0) + "/calendar")

    for page in (shown, again):
        assert "Nous n'écrirons plus ici" in page.text
        assert "Lilas" not in page.html
        assert page.screen.forms == []
    assert file.status == 404
    assert "Lilas" in mail.text
    assert (await family.contact(0))["disowned"] == ["sms"]
    assert (await family.duties())["number_to_verify"]["wish"]["contact"]


async def test_a_link_sent_to_a_former_number_opens_nothing_more(
    phone: Phone, family: Family
) -> None:
    child = family.network.child
    hers = child_form()["contacts"][0] | {"phone": "+33639980199"}
    await family.ana.ask("PUT", f"/children/{child}/contacts/{family.network.contacts[0]}", hers)

    shown = await phone.open(family.link(0))

    assert shown.status == 404
    assert (await phone.open(family.link(0, "email"))).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"may_be_told": False},
        {"authorities": [{"status": "withdrawn", "since": "2026-01-01"}]},
        {"authorities": []},
    ],
)
async def test_a_parent_who_may_no_longer_know_sees_what_a_stranger_sees(
    phone: Phone, family: Family, change: dict[str, object]
) -> None:
    path = f"/children/{family.network.child}/contacts/{family.network.contacts[1]}"
    await family.ana.ask("PUT", path, FATHER | change)

    his, hers = await phone.open(family.link(1)), await phone.open(family.link(0))
    unknown = await phone.open("/r/" + "A" * 22)

    assert (his.status, hers.status) == (404, 200)
    assert his.html == unknown.html


async def test_neither_parent_is_ever_shown_the_other(phone: Phone, family: Family) -> None:
    def strange(shown: Shown, *theirs: str) -> list[str]:
        everything = shown.html + str(dict(shown.headers))
        return [word for word in (*theirs, "nterpr") if word in everything]

    for act in ("coming", "not_coming", "call_me", "stop", "resume"):
        hers = await phone.say(family.link(0), act)
        his = await phone.say(family.link(1), act)
        assert strange(hers, *OF_FATHER, family.network.contacts[1]) == []
        assert strange(his, *OF_MOTHER, family.network.contacts[0]) == []
    await phone.say(family.link(1), "not_me")
    hers, mail = await phone.open(family.link(0)), await phone.open(family.link(0, "email"))
    file = await phone.open(family.link(0) + "/calendar")

    for shown in (hers, mail, file):
        assert strange(shown, *OF_FATHER, family.network.contacts[1]) == []
    assert "Vous avez dit que vous ne pouvez pas venir" in mail.text


async def test_the_calendar_file_is_one_appointment_without_guests(
    phone: Phone, family: Family
) -> None:
    shown = await phone.open(family.link(0) + "/calendar")
    calendar = icalendar.Calendar.from_ical(shown.html)
    (event,) = calendar.walk("VEVENT")
    start = event.get("DTSTART")

    assert shown.headers["Content-Type"].startswith("text/calendar")
    assert shown.headers["Content-Disposition"] == 'attachment; filename="rdv.ics"'
    assert str(event["SUMMARY"]) == "Rendez-vous"
    assert str(event["LOCATION"]) == "12 rue des Lilas"
    assert start.dt.isoformat() == "2026-12-01T14:30:00+01:00"
    assert str(event["UID"]).startswith(family.path.rpartition("/")[2])
    assert not {"ATTENDEE", "ORGANIZER", "DESCRIPTION"} & set(event)
