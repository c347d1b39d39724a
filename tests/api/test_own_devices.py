"""Where one is signed in, and on which devices: named by their owner, seen by the day."""

from datetime import timedelta

import pytest

from server.accounts.devices import RegisteredDevice
from server.storage.engine import Doc
from server.storage.shape import Envelope, encode_envelope
from tests.support.actors import Person, device_form, new_device
from tests.support.network import with_device
from tests.support.server import Running

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_a_device_is_called_what_its_owner_calls_it(ana: Person, ben: Person) -> None:
    identity, device = new_device(ana)

    made = await ana.post("/devices", device_form(device, identity) | {"name": "  Ordinateur "})
    renamed = await ana.ask("PUT", f"/devices/{device.id}/name", {"name": "Téléphone d'été"})

    (own,) = (await ana.get("/devices")).body["devices"]
    (seen,) = (await ben.get(f"/professionals/{ana.id}/devices")).body["devices"]
    assert (made.status, made.body["name"], renamed.status) == (201, "Ordinateur", 200)
    assert (own["name"], own["current"]) == ("Téléphone d'été", True)
    assert {"name", "last_seen_at", "current"} & set(seen) == set()


@pytest.mark.parametrize("name", ["x" * 61, "deux\nlignes", "\u202egauche"])
async def test_a_name_that_is_none_is_refused(ana: Person, name: str) -> None:
    identity, device = new_device(ana)

    refused = await ana.post("/devices", device_form(device, identity) | {"name": name})
    await ana.post("/devices", device_form(device, identity))
    renamed = await ana.ask("PUT", f"/devices/{device.id}/name", {"name": name})

    assert {refused.code, renamed.code} == {"bad_device_name"}
    assert (await ana.get("/devices")).body["devices"][0]["name"] == ""


async def test_nobody_renames_a_device_of_somebody_else(ana: Person, ben: Person) -> None:
    theirs = (await with_device(ben)).device

    refused = await ana.ask("PUT", f"/devices/{theirs.id}/name", {"name": "à moi"})

    assert (refused.status, refused.code) == (404, "not_found")


async def test_a_device_was_last_seen_on_a_day_and_no_finer(ana: Person) -> None:
    member, today = await with_device(ana), ana.server.clock().date()

    fresh = (await ana.get("/devices")).body["devices"][0]["last_seen_at"]
    ana.server.clock.move(days=2)
    await ana.sign_in()
    elsewhere = (await ana.get("/devices")).body["devices"][0]
    await ana.sign_in(device=member.device.id)
    here = (await ana.get("/devices")).body["devices"][0]

    assert fresh == str(today)
    assert (elsewhere["last_seen_at"], elsewhere["current"]) == (str(today), False)
    assert (here["last_seen_at"], here["current"]) == (str(today + timedelta(days=2)), True)


async def test_a_session_that_lasts_past_midnight_is_seen_on_both_days(ana: Person) -> None:
    member, now = await with_device(ana), ana.server.clock()
    late = now.replace(hour=23, minute=50, second=0) + timedelta(days=1)
    ana.server.clock.move(seconds=(late - now).total_seconds())
    await ana.sign_in(device=member.device.id)

    ana.server.clock.move(minutes=20)
    (device,) = (await ana.get("/devices")).body["devices"]

    assert device["last_seen_at"] == str(late.date() + timedelta(days=1))


async def test_sessions_are_listed_by_device_and_family_of_program(ana: Person) -> None:
    member = await with_device(ana)
    await ana.ask("PUT", f"/devices/{member.device.id}/name", {"name": "Ordinateur"})
    first = ana.token
    ana.server.clock.move(seconds=30)
    form = {"email": ana.email, "password": ana.password, "code": ana.code(), "bearer": True}
    signed = await ana.post("/sessions", form, headers={"User-Agent": FIREFOX})
    ana.token = signed.body["token"]

    sessions = (await ana.get("/sessions")).body["sessions"]
    ended = await ana.delete(f"/sessions/{sessions[1]['id']}")

    told = [(s["device_name"], s["browser"], s["system"], s["current"]) for s in sessions]
    assert told == [
        (None, "firefox", "linux", True),
        ("Ordinateur", "program", "other", False),
    ]
    assert (ended.status, signed.body["browser"]) == (204, "firefox")
    ana.token = first
    assert (await ana.get("/session")).status == 401


async def test_no_version_and_no_model_of_a_program_is_stored(ana: Person, server: Running) -> None:
    ana.server.clock.move(seconds=30)
    form = {"email": ana.email, "password": ana.password, "code": ana.code(), "bearer": True}
    await ana.post("/sessions", form, headers={"User-Agent": FIREFOX + " Zephyr/7.0"})

    bodies = [
        doc.body
        async for doc in server.house.engine.dump()
        if isinstance(doc, Doc) and doc.kind == "session"
    ]

    assert len(bodies) == 2
    assert [word for word in (b"Zephyr", b"140", b"Gecko") if word in b"".join(bodies)] == []


async def test_a_device_kept_by_an_earlier_version_has_no_name_yet(
    ana: Person, server: Running
) -> None:
    member = await with_device(ana)
    (held,) = [
        doc
        async for doc in server.house.engine.dump()
        if isinstance(doc, Doc) and doc.kind == "device"
    ]
    shape = server.house.stores.devices._devices._form
    clear, _ = shape.split(await _found(server, member.device.id))
    old = {name: value for name, value in clear.items() if name != "seen_on"}
    envelope = Envelope(schema=1, written=1, scope="network", fields=old, sealed={})
    await server.house.engine.put(held._replace(body=encode_envelope(envelope)))

    (kept,) = (await ana.get("/devices")).body["devices"]
    renamed = await ana.ask("PUT", f"/devices/{member.device.id}/name", {"name": "Neuf"})

    assert (kept["name"], kept["last_seen_at"]) == ("", None)
    assert (renamed.status, renamed.body["name"]) == (200, "Neuf")


async def _found(server: Running, device: str) -> RegisteredDevice:
    found = await server.house.stores.devices.find(device)  # type: ignore[arg-type]  # an id
    assert found is not None
    return found
