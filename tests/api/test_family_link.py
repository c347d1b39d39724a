"""What a family's link withstands: onlookers, forms sent twice or made elsewhere, guesses."""

import asyncio

import pytest

from crypto.ids import ChildId
from tests.support.families import Phone
from tests.support.parents import Family
from tests.support.server import Running


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
