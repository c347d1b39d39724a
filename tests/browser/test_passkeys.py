"""Passkeys for real: Chromium's virtual authenticator makes and uses them, our server judges."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Page

from server.accounts.users import disable_user
from server.cookie import SessionCookie
from tests.support.actors import Person, founded, stranger
from tests.support.server import Running, running

MAKE = """async ([options, name]) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await navigator.credentials.create({publicKey});
  return {credential: made.toJSON(), name};
}"""
USE = """async (options) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const used = await navigator.credentials.get({publicKey});
  return {credential: used.toJSON()};
}"""
SEND = """async ([path, body]) => {
  const json = {"Content-Type": "application/json"};
  const sent = {method: "POST", headers: json, body: JSON.stringify(body)};
  const answer = await fetch("/api/v1" + path, sent);
  return [answer.status, await answer.json()];
}"""


@dataclass(kw_only=True)
class Desk:
    """Somebody before a browser with an authenticator that knows them."""

    ana: Person
    page: Page
    cdp: CDPSession
    authenticator: str

    async def options(self, path: str, who: Person | None = None) -> Any:  # noqa: ANN401 -- JSON
        answer = await (who or self.ana).post(path, {})
        assert answer.status == 200, answer
        return answer.body

    async def make(self, name: str = "Téléphone") -> dict[str, Any]:
        """Let the authenticator make a passkey; gives the form, not sent yet."""
        options = await self.options("/passkeys/options")
        made: dict[str, Any] = await self.page.evaluate(MAKE, [options, name])
        return made

    async def use(self) -> dict[str, Any]:
        """Let the authenticator answer a sign-in; gives the form, not sent yet."""
        options = await self.options("/sessions/passkey/options")
        used: dict[str, Any] = await self.page.evaluate(USE, options)
        return used

    async def sign_in(self, form: dict[str, Any]) -> Any:  # noqa: ANN401 -- an answer
        return await self.ana.post("/sessions/passkey", form | {"bearer": True})

    async def credentials(self) -> list[dict[str, Any]]:
        found = await self.cdp.send(
            "WebAuthn.getCredentials", {"authenticatorId": self.authenticator}
        )
        held: list[dict[str, Any]] = found["credentials"]
        return held


@asynccontextmanager
async def desk_of(
    server: Running, browser: Browser, *, verifies: bool = True
) -> AsyncIterator[Desk]:
    """Open a browser on `localhost`, the one name of this machine that passkeys know."""
    async with stranger(server) as person:
        ana = await founded(person)
        page = await (await browser.new_context(bypass_csp=True)).new_page()
        await page.goto(f"http://localhost:{server.config.public_port}/healthz")
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        added = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield Desk(ana=ana, page=page, cdp=cdp, authenticator=added["authenticatorId"])


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def desk(server: Running, browser: Browser) -> AsyncIterator[Desk]:
    async with desk_of(server, browser) as opened:
        yield opened


async def test_a_passkey_is_made_and_signs_in_instead_of_both_factors(
    desk: Desk, server: Running
) -> None:
    form = await desk.make()
    made = await desk.ana.post("/passkeys", form)
    listed = (await desk.ana.get("/passkeys")).body["passkeys"]
    desk.ana.token = None

    used = await desk.use()
    status, session = await desk.page.evaluate(SEND, ["/sessions/passkey", used])

    cookies = {cookie["name"]: cookie for cookie in await desk.page.context.cookies()}
    known = await desk.page.evaluate("async () => (await fetch('/api/v1/me')).json()")
    assert (made.status, made.body["name"], made.body["used_at"]) == (201, "Téléphone", None)
    assert [each["id"] for each in listed] == [made.body["id"]]
    assert (status, session["professional"], session["token"]) == (201, desk.ana.id, None)
    assert cookies[SessionCookie.of(server.config).name]["httpOnly"]
    assert (known["given_name"], known["passkeys"]) == ("Ana", 1)
    trace = [line.action for line in await server.house.audit.read()]
    assert trace == ["invite", "enrol", "add_passkey", "sign_in_by_passkey"]


async def test_what_was_said_once_signs_nobody_in_again(desk: Desk) -> None:
    form = await desk.make()
    first = await desk.ana.post("/passkeys", form)
    used = await desk.use()

    answers = [
        await desk.ana.post("/passkeys", form),
        await desk.sign_in(used),
        await desk.sign_in(used),
    ]

    assert first.status == 201
    assert [answer.code for answer in answers] == ["passkey_refused", None, "sign_in_refused"]


async def test_a_challenge_is_over_after_five_minutes(desk: Desk) -> None:
    form = await desk.make()
    desk.ana.server.clock.move(minutes=5)
    late = await desk.ana.post("/passkeys", form)
    await desk.ana.post("/passkeys", await desk.make())
    used = await desk.use()
    desk.ana.server.clock.move(minutes=5)

    refused = await desk.sign_in(used)

    assert (late.code, refused.code) == ("passkey_refused", "sign_in_refused")


async def test_a_challenge_serves_for_what_and_whom_it_was_given(
    desk: Desk, server: Running
) -> None:
    async with stranger(server) as person:
        ben = await founded(person, name="Ben")
        form = await desk.make()
        by_another = await ben.post("/passkeys", form)
    await desk.ana.post("/passkeys", await desk.make())

    creation = await desk.options("/passkeys/options")
    used = await desk.page.evaluate(USE, {**creation, "userVerification": "required"})
    crossed = await desk.sign_in(used)

    assert by_another.code == "passkey_refused"
    assert crossed.code == "sign_in_refused"


async def test_without_checking_who_holds_the_device_it_is_no_passkey(
    server: Running, browser: Browser
) -> None:
    async with desk_of(server, browser) as desk:
        await desk.ana.post("/passkeys", await desk.make())
        options = await desk.options("/sessions/passkey/options")
        await desk.cdp.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": desk.authenticator, "isUserVerified": False},
        )
        # A page of somebody else's would ask for less than we do.
        careless = await desk.page.evaluate(USE, options | {"userVerification": "discouraged"})

        refused = await desk.sign_in(careless)

    assert refused.code == "sign_in_refused"


async def test_a_copied_passkey_is_noticed_by_its_counter(desk: Desk) -> None:
    await desk.ana.post("/passkeys", await desk.make())
    (copied,) = await desk.credentials()
    assert (await desk.sign_in(await desk.use())).status == 201
    assert (await desk.sign_in(await desk.use())).status == 201

    await desk.cdp.send(
        "WebAuthn.removeCredential",
        {"authenticatorId": desk.authenticator, "credentialId": copied["credentialId"]},
    )
    await desk.cdp.send(
        "WebAuthn.addCredential", {"authenticatorId": desk.authenticator, "credential": copied}
    )
    refused = await desk.sign_in(await desk.use())

    assert (refused.status, refused.code) == (401, "sign_in_refused")


async def test_a_removed_passkey_and_one_of_before_enrolling_anew_sign_nobody_in(
    desk: Desk, server: Running
) -> None:
    made = await desk.ana.post("/passkeys", await desk.make())
    removed = await desk.ana.delete(f"/passkeys/{made.body['id']}")
    after_removal = await desk.sign_in(await desk.use())
    again = await desk.ana.post("/passkeys", await desk.make())
    person = await server.house.stores.people.professional(desk.ana.id)
    invited = await server.house.accounts.open(person, by=None)
    desk.ana.token = None
    await desk.ana.enrol(invited.token)

    after_enrolment = await desk.sign_in(await desk.use())

    assert (removed.status, again.status) == (204, 201)
    assert after_removal.code == after_enrolment.code == "sign_in_refused"
    assert (await desk.ana.get("/passkeys")).body == {"passkeys": []}


async def test_a_closed_account_s_passkey_opens_nothing(desk: Desk, server: Running) -> None:
    await desk.ana.post("/passkeys", await desk.make())
    used = await desk.use()
    await disable_user(server.house, desk.ana.id)

    refused = await desk.sign_in(used)

    assert (refused.status, refused.code) == (401, "sign_in_refused")


async def test_a_device_has_one_passkey_for_one_account(desk: Desk) -> None:
    await desk.ana.post("/passkeys", await desk.make())

    with pytest.raises(Exception, match="InvalidStateError"):
        await desk.make()


async def test_nobody_removes_a_passkey_of_somebody_else(desk: Desk, server: Running) -> None:
    made = await desk.ana.post("/passkeys", await desk.make())
    async with stranger(server) as person:
        ben = await founded(person, name="Ben")

        refused = await ben.delete(f"/passkeys/{made.body['id']}")

    assert (refused.status, refused.code) == (404, "not_found")
    assert len((await desk.ana.get("/passkeys")).body["passkeys"]) == 1


async def test_a_page_elsewhere_gets_nowhere_with_our_options(desk: Desk, server: Running) -> None:
    await desk.ana.post("/passkeys", await desk.make())
    options = await desk.options("/sessions/passkey/options")
    await desk.page.goto(f"http://127.0.0.1:{server.config.public_port}/healthz")

    with pytest.raises(Exception, match="SecurityError"):
        await desk.page.evaluate(USE, options)


async def test_a_tampered_answer_is_refused_like_an_unknown_one(desk: Desk) -> None:
    await desk.ana.post("/passkeys", await desk.make())
    used = (await desk.use())["credential"]
    response = used["response"]
    forgeries = [
        used | {"response": response | {"signature": response["signature"][:-4] + "AAAA"}},
        used | {"rawId": "AAAA", "id": "AAAA"},
        used | {"response": response | {"userHandle": "AAAA"}},
        used | {"response": response | {"clientDataJSON": "AAAA"}},
        used | {"response": response | {"clientDataJSON": "W10"}},
        used | {"response": response | {"authenticatorData": "AAAA"}},
        used | {"response": response | {"authenticatorData": ""}},
    ]

    answers = [await desk.sign_in({"credential": each}) for each in forgeries]

    assert {(answer.status, answer.code) for answer in answers} == {(401, "sign_in_refused")}
    assert len({str(answer.body) for answer in answers}) == 1
