"""Passkeys without a browser: what the server gives out, takes and refuses."""

from pathlib import Path
from typing import Any

import pytest

from server.accounts.passkeys import MOST_PASSKEYS
from tests.support.actors import Person, founded, stranger
from tests.support.authenticator import Authenticator
from tests.support.network import with_device
from tests.support.server import Running, running


def origin(server: Running) -> str:
    return f"http://localhost:{server.config.public_port}"


async def made(person: Person, **otherwise: Any) -> Authenticator:  # noqa: ANN401 -- any field of the form
    authenticator = Authenticator(origin=origin(person.server))
    options = (await person.post("/passkeys/options")).body
    form = {"credential": authenticator.make(options), "name": "Clé"} | otherwise
    answer = await person.post("/passkeys", form)
    assert answer.status == 201, answer
    return authenticator


async def used(person: Person, authenticator: Authenticator, **otherwise: object) -> Any:  # noqa: ANN401 -- an answer
    options = (await person.post("/sessions/passkey/options")).body
    form = {"credential": authenticator.use(options), "bearer": True}
    return await person.post("/sessions/passkey", form | otherwise)


async def test_options_ask_for_a_passkey_that_checks_who_holds_it(ana: Person) -> None:
    options = (await ana.post("/passkeys/options")).body

    assert options["rp"] == {"name": "Ronde", "id": "localhost"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert options["user"]["name"] == ana.email
    assert "Dubreuil" not in str(options)


async def test_sign_in_options_name_nobody_and_never_repeat(nobody: Person) -> None:
    first, second = [(await nobody.post("/sessions/passkey/options")).body for _ in range(2)]

    assert first["challenge"] != second["challenge"]
    assert (first["rpId"], first["userVerification"]) == ("localhost", "required")
    assert first.get("allowCredentials", []) == []


async def test_a_passkey_signs_in_on_a_device_of_one_s_own(ana: Person, ben: Person) -> None:
    authenticator = await made(ana)
    mine, theirs = await with_device(ana), await with_device(ben)

    on_own = await used(ana, authenticator, device=mine.device.id)
    on_another = await used(ana, authenticator, device=theirs.device.id)

    assert (on_own.status, on_own.body["device"]) == (201, mine.device.id)
    assert on_another.code == "not_found"


async def test_over_tls_the_site_is_the_public_host(tmp_path: Path) -> None:
    url = "https://ronde.example:8443"
    async with running(tmp_path, public_url=url) as server, stranger(server) as person:
        ana = await founded(person)
        options = (await ana.post("/passkeys/options")).body
        ours, plain, other = [
            await ana.post("/passkeys", {"credential": Authenticator(origin=where).make(options)})
            for where in (url, "https://ronde.example", "https://ronde.example.evil:8443")
        ]

    assert options["rp"]["id"] == "ronde.example"
    # The first one used the challenge up; each of the others fails for its origin as well.
    assert (ours.status, plain.code, other.code) == (201, "passkey_refused", "passkey_refused")


@pytest.mark.parametrize(
    "elsewhere", ["http://localhost:1", "https://localhost", "http://evil.example", "null"]
)
async def test_a_page_of_another_origin_makes_and_uses_none(ana: Person, elsewhere: str) -> None:
    known = await made(ana)
    options = (await ana.post("/passkeys/options")).body

    forged = await ana.post(
        "/passkeys", {"credential": Authenticator(origin=elsewhere).make(options)}
    )
    known.origin = elsewhere
    refused = await used(ana, known)

    assert (forged.code, refused.code) == ("passkey_refused", "sign_in_refused")


async def test_a_frame_in_another_page_is_refused(ana: Person) -> None:
    known = await made(ana)
    known.framed = True

    refused = await used(ana, known)

    assert refused.code == "sign_in_refused"


async def test_ten_passkeys_are_enough(ana: Person) -> None:
    for _ in range(MOST_PASSKEYS):
        await made(ana)

    refused = await ana.post("/passkeys/options")

    assert (refused.status, refused.code) == (409, "too_many_passkeys")


@pytest.mark.parametrize("name", ["x" * 61, "deux\nlignes"])
async def test_a_name_that_is_none_is_refused(ana: Person, name: str) -> None:
    options = (await ana.post("/passkeys/options")).body
    form = {"credential": Authenticator(origin=origin(ana.server)).make(options), "name": name}

    refused = await ana.post("/passkeys", form)

    assert (refused.status, refused.code) == (422, "bad_passkey_name")


async def test_the_same_credential_is_nobody_else_s(ana: Person, ben: Person) -> None:
    held = await made(ana)
    options = (await ben.post("/passkeys/options")).body
    copy = Authenticator(origin=origin(ben.server), key=held.key, credential=held.credential)

    refused = await ben.post("/passkeys", {"credential": copy.make(options)})

    assert refused.code == "passkey_refused"
    assert (await used(ana, held)).body["professional"] == ana.id


async def test_guessing_stops_and_signing_in_does_not_count(ana: Person, nobody: Person) -> None:
    known = await made(ana)
    served = [(await used(nobody, known)).status for _ in range(65)]
    lost = Authenticator(origin=origin(ana.server), user=known.user)

    guessed = [(await used(nobody, lost)).status for _ in range(61)]

    assert set(served) == {201}
    assert guessed == [401] * 60 + [429]


async def test_what_extensions_say_is_not_kept(ana: Person, server: Running) -> None:
    options = (await ana.post("/passkeys/options")).body
    credential = Authenticator(origin=origin(server)).make(options)
    credential["clientExtensionResults"] = {"prf": {"results": {"first": "Rodomontade"}}}

    kept = await ana.post("/passkeys", {"credential": credential})

    bodies = [getattr(item, "body", b"") async for item in server.house.engine.dump()]
    assert kept.status == 201
    assert b"Rodomontade" not in b"".join(bodies)
