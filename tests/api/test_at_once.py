"""The same moment for several requests: each rule holds as if they had come one by one."""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from channels.keys import MOST_PACKAGES
from crypto.identity import Device
from crypto.ids import DeviceId, new_id
from crypto.membership import admit
from crypto.statement import HistoryGrant
from server.accounts.devices import MOST_DEVICES
from tests.support.actors import Answer, Person, device_form, stranger
from tests.support.care_answers import WHOLE
from tests.support.channel_server import serving
from tests.support.network import Member, Network, network_of
from tests.support.requests import SLOT
from tests.support.server import Running
from tests.support.talkers import Circle, circle_of


class Town(NamedTuple):
    """A circle with a physician in it, and two who are not in it yet."""

    network: Network
    ana: Person
    ben: Member
    newcomers: tuple[Member, Member]


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        network = await network_of(ana)
        ben, cleo, dan = [
            await network.join(await stack.enter_async_context(stranger(server)), name=name)
            for name in ("Ben", "Cleo", "Dan")
        ]
        await network.settle(ben)
        yield Town(network, ana, ben, (cleo, dan))


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[Circle]:
    async with serving(tmp_path) as server, circle_of(server, 14) as made:
        assert (await made.talkers[0].open_channel()).status == 201
        yield made


async def at_once(*requests: Awaitable[Answer]) -> Counter[tuple[int, str | None]]:
    """Send requests together and count their answers."""
    return Counter((answer.status, answer.code) for answer in await asyncio.gather(*requests))


async def test_of_two_admissions_one_is_stale_and_may_be_signed_anew(town: Town) -> None:
    network = town.network
    statements = [
        admit(
            network.roster,
            member.id,
            role="physician",
            identity_key=member.identity.public,
            history=HistoryGrant(),
            signer=network.ana.device,
            now=town.ana.server.clock(),
        ).encode()
        for member in town.newcomers
    ]
    path = f"/circles/{network.circle}/admissions"
    forms = [{"statement": base64.b64encode(each).decode()} for each in statements]

    found = await at_once(*(town.ana.post(path, form) for form in forms * 2))

    chain = (await town.ana.get(f"/circles/{network.circle}")).body["chain"]
    assert found == {(200, None): 2, (409, "stale_chain"): 2}
    assert len(chain) == 3


async def test_every_move_of_an_appointment_counts_and_only_the_last_one_is_to_be_told(
    town: Town,
) -> None:
    path = f"/children/{town.network.child}/appointments"
    booked = await town.ana.post(path, {"professional": town.ben.id, "slot": SLOT})
    here = f"/appointments/{booked.body['id']}"
    days = [f"2026-12-{day:02}T09:00:00" for day in range(4, 16)]

    moved = await at_once(
        *(town.ana.ask("PUT", f"{here}/slot", SLOT | {"start": day}) for day in days)
    )

    held = (await town.ana.get(here)).body
    waiting = [one["rule"] for one in held["notices"] if one["state"] == "planned"]
    assert moved == {(200, None): len(days)}
    assert held["sequence"] == len(days)
    assert Counter(waiting) == {"booked": 2, "before": 4}


async def test_a_move_and_a_cancellation_end_cancelled_and_promise_nothing(town: Town) -> None:
    path = f"/children/{town.network.child}/appointments"
    booked = await town.ana.post(path, {"professional": town.ben.id, "slot": SLOT})
    here = f"/appointments/{booked.body['id']}"
    later = SLOT | {"start": "2026-12-09T09:00:00"}

    await at_once(
        town.ana.ask("PUT", f"{here}/slot", later),
        town.ana.post(f"{here}/cancellation"),
        town.ana.ask("PUT", f"{here}/slot", later),
    )

    held = (await town.ana.get(here)).body
    assert held["status"] == "cancelled"
    assert {one["state"] for one in held["notices"]} == {"cancelled"}


async def test_of_fifty_who_book_the_same_hour_exactly_one_gets_it(town: Town) -> None:
    path = f"/children/{town.network.child}/appointments"
    form = {"professional": town.ben.id, "slot": SLOT}

    found = await at_once(*(town.ana.post(path, form) for _ in range(50)))

    listed = (await town.ana.get(path)).body["items"]
    assert found == {(201, None): 1, (409, "slot_taken"): 49}
    assert len(listed) == 1


async def test_a_document_is_signed_once_or_edited_once(town: Town) -> None:
    ben, tag = town.ben.person, {"If-Match": '"1"'}
    form: dict[str, Any] = {"form": "F26", "visit": "V24", "answers": dict(WHOLE)}
    draft = await ben.post(f"/circles/{town.network.circle}/documents", form)
    here = f"/documents/{draft.body['id']}"

    found = await at_once(
        *(ben.post(f"{here}/signature", headers=tag) for _ in range(3)),
        *(ben.ask("PUT", f"{here}/draft", {"answers": {}}, headers=tag) for _ in range(3)),
    )

    assert found == {(200, None): 1, (412, "stale_edition"): 5}
    assert (await ben.get(here)).body["edition"] == 2


async def test_no_contact_put_at_the_same_time_is_lost(town: Town) -> None:
    path = f"/children/{town.network.child}"
    people = [{"family_name": f"Tante {letter}", "phone": "+33639980105"} for letter in "ABCDEFGH"]

    found = await at_once(
        *(town.ana.ask("PUT", f"{path}/contacts/{new_id()}", person) for person in people)
    )

    named = {one["family_name"] for one in (await town.ana.get(path)).body["contacts"]}
    assert found == {(200, None): len(people)}
    assert {person["family_name"] for person in people} <= named


async def test_nobody_gets_more_devices_than_may_be(town: Town) -> None:
    ben, now = town.ben, town.ana.server.clock()

    async def register() -> Answer:
        device = Device.enrol(ben.identity, ben.id, DeviceId(new_id()), now=now)
        return await ben.person.post("/devices", device_form(device, ben.identity))

    found = await at_once(*(register() for _ in range(MOST_DEVICES + 3)))

    assert found == {(201, None): MOST_DEVICES - 1, (409, "too_many_devices"): 4}
    assert len((await ben.person.get("/devices")).body["devices"]) == MOST_DEVICES


async def test_no_package_is_handed_to_two_however_many_ask(crowd: Circle) -> None:
    *others, last = crowd.talkers
    assert (await last.leave_packages(len(others))).status == 201

    answers = await asyncio.gather(*(other.claim(last) for other in others))

    handed = [one["reference"] for answer in answers for one in answer.body["packages"]]
    assert {answer.status for answer in answers} == {200}
    assert len(handed) == len(set(handed)) == len(others)


async def test_no_more_packages_wait_than_may(crowd: Circle) -> None:
    last = crowd.talkers[-1]

    found = await at_once(*(last.leave_packages(10) for _ in range(8)))

    waiting = (await last.ask("GET", f"/devices/{last.device}/key_packages")).body["waiting"]
    assert found == {(201, None): 5, (409, "too_many_key_packages"): 3}
    assert waiting == MOST_PACKAGES


async def test_one_entry_sent_many_times_at_once_stands_once(crowd: Circle) -> None:
    ana = crowd.talkers[0]
    form = ana.form()

    answers = await asyncio.gather(*(ana.say(form) for _ in range(10)))

    assert {(answer.status, answer.body["seq"]) for answer in answers} == {(201, 2)}
    assert len(await ana.items()) == 2


async def test_a_device_removed_while_it_sends_gets_an_answer_or_the_end(crowd: Circle) -> None:
    ana = crowd.talkers[0]
    async with ana.socket() as socket:
        sent = [
            await socket.start("append", {"channel": ana.channel, **ana.form()}) for _ in range(40)
        ]
        removal = asyncio.create_task(ana.ask("DELETE", f"/devices/{ana.device}"))
        answers: dict[int, Any] = {}
        with suppress(ConnectionResetError):
            for number in sent:
                answers[number] = await socket.ack(number)
        removed = await removal
        ended = await socket.ended()

    stored = await crowd.server.house.engine.read(ana.channel, 0, 100)
    acknowledged = [answer["seq"] for answer in answers.values() if "seq" in answer]
    assert (removed.status, ended) == (204, True)
    assert {answer.get("code", "not_found") for answer in answers.values()} <= {"not_found"}
    assert set(acknowledged) <= {entry.seq for entry in stored}
    assert [entry.seq for entry in stored] == list(range(1, len(stored) + 1))
