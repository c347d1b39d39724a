"""The page behind a family's link, with a browser that shows text alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import icalendar
import pytest

from care_circle.follow_up.duty import SAID_BY_FAMILY
from crypto.ids import ChildId
from tests.support.actors import Person, stranger
from tests.support.families import SLOT, Phone, Shown, links_of
from tests.support.network import FAMILY_NAME, Network, child_form, network_of
from tests.support.server import Running

FATHER = {
    "family_name": "Courtepaille",
    "given_name": "Barnabé",
    "email": "barnabe@famille.example",
    "phone": "+33639980155",
    "language": "en",
    "interpreter": True,
}
OF_MOTHER = ("Apolline", "mere.quenouille", "39980102", "06 39 98 01 02")
OF_FATHER = ("Courtepaille", "Barnab", "barnabe@", "39980155", "06 39 98 01 55")
OF_NOBODY = (FAMILY_NAME, "Zéphyrine", "Dubreuil", "V24", "script", "Ronde", "COCON", "nterpr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Two parents, one appointment, and the links that each of them got."""

    ana: Person
    ben: Person
    network: Network
    path: str
    links: dict[tuple[str, str], str]

    def link(self, parent: int, medium: str = "sms") -> str:
        return self.links[self.network.contacts[parent], medium]

    async def contact(self, parent: int) -> dict[str, Any]:
        record = (await self.ana.get(f"/children/{self.network.child}")).body
        wanted = self.network.contacts[parent]
        return next(each for each in record["contacts"] if each["id"] == wanted)

    async def duties(self) -> dict[str, dict[str, Any]]:
        found = (await self.ana.get(f"/children/{self.network.child}/duties")).body["items"]
        said = (each for each in found if each["reason"] in SAID_BY_FAMILY)
        return {each["reason"]: each for each in said if each["state"] == "open"}

    async def answers(self) -> list[bool]:
        return [each["coming"] for each in (await self.ana.get(self.path)).body["answers"]]


@pytest.fixture
async def family(ana: Person, server: Running) -> AsyncIterator[Family]:
    async with stranger(server) as person:
        network = await network_of(ana)
        ben = await network.join(person, name="Ben")
        await network.include_child(ben.id)
        await network.open_circle()
        await ana.ask("PUT", f"/children/{network.child}/contacts/{'f' * 26}", FATHER)
        record = (await ana.get(f"/children/{network.child}")).body
        network.contacts = [each["id"] for each in record["contacts"]]
        for parent in network.contacts:
            word = {"contact": parent, "word": "agreed", "on": "2026-11-21"}
            paper = {"language": "fr", "document": "C-1"}
            await ana.post(f"/children/{network.child}/consent", word | paper)
        await network.admit(ben)
        booked = await ana.post(
            f"/children/{network.child}/appointments", {"professional": ben.id, "slot": SLOT}
        )
        assert booked.status == 201, booked
        path = booked.headers["Location"].removeprefix("/api/v1")
        links = await links_of(server, ana, path)
        yield Family(ana=ana, ben=person, network=network, path=path, links=links)


@pytest.fixture
async def phone(server: Running) -> AsyncIterator[Phone]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Phone(server=server, http=http)


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


async def test_whoever_looks_changes_nothing(phone: Phone, family: Family) -> None:
    before = await family.contact(0)

    for path in ("", "/stop", "/calendar", "?act=stop", "/stop?List-Unsubscribe=One-Click"):
        for method in ("GET", "HEAD"):
            preview = await phone.open(family.link(0) + path, method=method, User_Agent="Preview/1")
            assert preview.status == 200
            assert "Set-Cookie" not in preview.headers

    assert await family.contact(0) == before
    assert (await family.answers(), await family.duties()) == ([], {})


async def test_one_click_of_a_mailbox_stops_e_mails_and_again_changes_nothing(
    phone: Phone, family: Family
) -> None:
    path = family.link(0, "email") + "/stop"

    first = await phone.post(path, "List-Unsubscribe=One-Click")
    second = await phone.post(path, "List-Unsubscribe=One-Click")
    hers = await family.contact(0)

    assert (first.status, second.status) == (204, 204)
    assert hers["opted_out"] == ["email"]
    assert [each["saying"]["way"] for each in hers["media_log"]] == ["one_click"]


async def test_a_form_sent_twice_or_at_once_acts_once(phone: Phone, family: Family) -> None:
    form = (await phone.open(family.link(0))).screen.form_with("not_coming")

    shown = await asyncio.gather(*(phone.send(form, "not_coming") for _ in range(6)))
    hers, duties = await family.contact(0), await family.duties()

    assert {each.status for each in shown} == {200}
    assert await family.answers() == [False]
    assert [each["deed"] for each in hers["media_log"]] == ["confirmed"]
    assert set(duties) == {"cannot_come"}


async def test_a_form_that_is_older_than_another_answer_is_not_obeyed(
    phone: Phone, family: Family
) -> None:
    old = (await phone.open(family.link(0))).screen
    await phone.send(old.form_with("coming"), "coming")
    await phone.say(family.link(0), "stop")

    late = await phone.send(old.form_with("not_coming"), "not_coming")

    assert late.status == 409
    assert "La page avait changé" in late.text
    assert await family.answers() == [True]


@pytest.mark.parametrize("form", ["", "0" * 24, "é", "x" * 3000])
async def test_a_form_that_no_page_of_the_link_made_is_not_obeyed(
    phone: Phone, family: Family, form: str
) -> None:
    other = (await phone.open(family.link(1))).screen.form_with("stop").fields["form"]

    for forged in (form, other):
        shown = await phone.post(family.link(0), f"act=stop&form={forged}")
        assert shown.status == 409
    assert (await family.contact(0))["opted_out"] == []


@pytest.mark.parametrize(
    "body",
    ["", "act=coming", "act=paper&form={}", "form={}&act=delete", "\x00", "a&" * 50, "%ff=%fe"],
)
async def test_nonsense_in_a_form_is_answered_with_the_page(
    phone: Phone, family: Family, body: str
) -> None:
    form = (await phone.open(family.link(0))).screen.form_with("stop").fields["form"]

    shown = await phone.post(family.link(0), body.replace("{}", form))

    assert shown.status == 409
    assert "12 rue des Lilas" in shown.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://ailleurs.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_a_form_from_another_page_is_refused(
    phone: Phone, family: Family, headers: dict[str, str]
) -> None:
    shown = await phone.open(family.link(0))

    refused = await phone.send(shown.screen.form_with("stop"), "stop", **headers)

    assert refused.status == 403
    assert (await family.contact(0))["opted_out"] == []


async def test_a_form_of_its_own_page_is_taken_as_a_browser_sends_it(
    phone: Phone, family: Family, server: Running
) -> None:
    headers = {"Origin": server.url, "Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate"}

    shown = await phone.say(family.link(0), "coming", **headers)

    assert "Vous avez dit que vous venez" in shown.text


async def test_a_link_that_ends_while_a_form_is_filled_is_plainly_over(
    phone: Phone, family: Family, server: Running
) -> None:
    form = (await phone.open(family.link(0))).screen.form_with("coming")
    server.clock.move(days=12)

    late = await phone.send(form, "coming")

    assert late.status == 404
    assert "Ce lien n'est plus valable" in late.text
    assert "05 36 49 00 00" in late.text


@pytest.mark.parametrize(
    "token", ["x", "A" * 22, "A" * 500, "...", "%00", "AbC.", "a/b/c", "", "é"]
)
async def test_whatever_opens_nothing_looks_the_same(phone: Phone, token: str) -> None:
    plain = await phone.open("/r/" + "A" * 22)

    for shown in (await phone.open(f"/r/{token}"), await phone.open(f"/r/{token}", method="HEAD")):
        assert shown.status == 404
        assert shown.html in (plain.html, "")
    assert "Ce lien n'est plus valable" in plain.text
    english = Phone(server=phone.server, http=phone.http, language="en")
    assert "no longer valid" in (await english.open(f"/r/{token}")).text


async def test_guesses_are_counted_and_good_links_are_not(
    phone: Phone, family: Family, server: Running
) -> None:
    for _ in range(80):
        assert (await phone.open(family.link(0))).status == 200
    guesses = [await phone.open(f"/r/{number:022d}") for number in range(61)]
    posted = await phone.post(f"/r/{0:022d}", "act=stop")
    same_address = [await phone.open(family.link(0)) for _ in range(3)]
    guessed_again = await phone.open(f"/r/{61:022d}")
    said = await phone.say(family.link(0), "coming")
    server.clock.move(minutes=10)
    later = await phone.open(family.link(0))

    assert [each.status for each in guesses] == [404] * 60 + [429]
    assert int(guesses[-1].headers["Retry-After"]) > 0
    assert "Attendez quelques minutes" in guesses[-1].text
    assert (posted.status, guessed_again.status) == (429, 429)
    assert [each.status for each in same_address] == [200] * 3
    assert said.status == 200
    assert later.status == 200


async def test_no_link_stands_in_a_log_or_in_the_trace(
    phone: Phone, family: Family, server: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    await phone.say(family.link(0), "not_coming")
    await phone.post(family.link(0, "email") + "/stop", "")
    await phone.open("/r/" + "B" * 22)

    logged = "".join(capfd.readouterr())
    trace = await server.house.audit.read()

    tokens = [each.removeprefix("/r/") for each in (family.link(0), family.link(0, "email"))]
    for token in (*tokens, "B" * 22):
        assert token not in logged
        assert token not in str(trace)
    said = {line.action for line in trace if line.who is None}
    assert {"open_link", "not_coming_by_link", "stop_by_mailbox"} <= said


async def test_what_is_stored_of_a_link_opens_nothing(
    phone: Phone, family: Family, server: Running
) -> None:
    await phone.say(family.link(0), "coming")

    stored = b"".join(each.read_bytes() for each in server.folder.glob("ronde.sqlite3*"))

    assert family.link(0).removeprefix("/r/").encode() not in stored
    assert b"+33639980102" not in stored


async def test_a_medium_nobody_set_up_is_told_at_once(family: Family) -> None:
    notices = (await family.ana.get(family.path)).body["notices"]

    now = [one for one in notices if one["rule"] == "booked"]
    assert {(one["state"], one["code"]) for one in now} == {("dead", "not_configured")}


async def test_what_could_not_be_sent_stands_in_one_list_over_all_children(family: Family) -> None:
    failed = await family.ana.get("/notices/failed")

    assert [f"/appointments/{one['id']}" for one in failed.body["items"]] == [family.path]


async def test_the_style_is_a_file_of_ours(phone: Phone) -> None:
    shown = await phone.open("/family.css")

    assert shown.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "http" not in shown.html


async def test_a_child_that_is_erased_takes_its_links_along(
    phone: Phone, family: Family, server: Running
) -> None:
    await server.house.keyring.forget(ChildId(family.network.child))

    assert (await phone.open(family.link(0))).status == 404
