"""Where providers call in: each in its own way, believed by proof, and told nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest

from care_circle.contact import Contact
from crypto.ids import ChildId, ContactId, new_id
from notifications.notice import Medium, Notice, Rule, State
from server.receipts import Counted
from server.routes.receipts import RECEIPTS
from server.senders import signature
from server.senders.addresses import SMS_KINDS, read_addresses
from server.senders.calling_back import LONGEST_BODY
from server.senders.twilio import SIGNATURE_HEADER, twilio_signature
from server.ways_out import receipts_address
from server.ways_settings import WaysSettings
from tests.support.server import Running, running
from tests.support.year import Year

WAYS = WaysSettings(
    sms=read_addresses(
        "ovh+http://app:secret@127.0.0.1:9/sms-1?consumer=one "
        "brevo+http://:key@127.0.0.1:9?sender=RESEAU "
        "twilio+http://AC1:token@127.0.0.1:9?sender=RESEAU "
        "webhook+http://:shared@127.0.0.1:9/sms",
        SMS_KINDS,
    ),
    bounce_key="of mails",
)
"""Providers that nobody listens as: only their calls matter here."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, ways=WAYS) as started:
        yield started


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def path_of(server: Running, name: str) -> str:
    (provider,) = (each for each in WAYS.sms if each.name == name)
    address = receipts_address(server.config, provider)
    assert address is not None
    return urlsplit(address).path


def counted(server: Running) -> Counted:
    return server.app[RECEIPTS].counted


def signed(server: Running, body: bytes, secret: str) -> dict[str, str]:
    timestamp = int(server.clock().timestamp())
    return {
        signature.TIMESTAMP_HEADER: str(timestamp),
        signature.SIGNATURE_HEADER: signature.sign(secret, body, timestamp=timestamp),
    }


async def test_each_provider_is_believed_in_its_own_way(
    server: Running, http: aiohttp.ClientSession
) -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", "delivered"), ("To", "+33639980012")]
    twilio = f"{server.url}/receipts/twilio?notice={'a' * 26}"
    body = json.dumps({"ref": "1", "state": "delivered"}).encode()
    mail = json.dumps({"key": "a" * 26, "state": "failed", "code": "5.1.1"}).encode()

    statuses = [
        (await http.get(f"{server.url}{path_of(server, 'ovh')}?id=1&ptt=4&date=0")).status,
        (
            await http.post(
                f"{server.url}{path_of(server, 'brevo')}?notice={'a' * 26}",
                json={"msg_status": "delivered", "messageId": 1},
            )
        ).status,
        (
            await http.post(
                twilio,
                data=urlencode(form),
                headers={
                    SIGNATURE_HEADER: twilio_signature("token", twilio, form),
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )
        ).status,
        (
            await http.post(
                f"{server.url}/receipts/webhook", data=body, headers=signed(server, body, "shared")
            )
        ).status,
        (
            await http.post(
                f"{server.url}/receipts/mail", data=mail, headers=signed(server, mail, "of mails")
            )
        ).status,
    ]

    assert statuses == [204] * 5
    assert (counted(server).forged, counted(server).unreadable) == (0, 0)


async def test_whoever_cannot_prove_it_learns_nothing(
    server: Running, http: aiohttp.ClientSession
) -> None:
    wrong, body = "x" * 43, b'{"ref": "1", "state": "failed"}'
    calls = [
        http.get(f"{server.url}/receipts/ovh/{wrong}?id=1&ptt=4"),
        http.post(f"{server.url}/receipts/brevo/{wrong}", json={"msg_status": "delivered"}),
        http.post(f"{server.url}/receipts/ovh", data=body),
        http.post(f"{server.url}/receipts/twilio", data=body),
        http.post(f"{server.url}/receipts/twilio", data=body, headers={SIGNATURE_HEADER: "\u00e9"}),
        http.post(
            f"{server.url}/receipts/webhook", data=body, headers=signed(server, body, "guessed")
        ),
        http.post(f"{server.url}/receipts/nobody", data=body),
        http.post(f"{server.url}/receipts/nobody/{wrong}", data=body),
    ]

    answers = [await each for each in calls]
    said = {await each.text() for each in answers}

    assert {each.status for each in answers} == {404}
    assert len(said) == 1
    assert "ovh" not in said.pop()


async def test_what_makes_no_sense_is_taken_and_counted(
    server: Running, http: aiohttp.ClientSession
) -> None:
    ovh, brevo = path_of(server, "ovh"), path_of(server, "brevo")

    statuses = [
        (await http.get(f"{server.url}{ovh}")).status,
        (await http.get(f"{server.url}{ovh}?id=1&ptt=many")).status,
        (await http.post(f"{server.url}{brevo}", data=b"[" * 5000)).status,
        (await http.post(f"{server.url}{brevo}", json={"msg_status": "lost"})).status,
    ]

    assert statuses == [204] * 4
    assert counted(server).unreadable == 4


async def test_a_call_that_is_too_long_is_not_read(
    server: Running, http: aiohttp.ClientSession
) -> None:
    answer = await http.post(
        f"{server.url}{path_of(server, 'brevo')}", data=b" " * (LONGEST_BODY + 1)
    )

    assert answer.status == 413


async def test_what_a_family_answers_by_twilio_is_handed_on(
    server: Running, http: aiohttp.ClientSession
) -> None:
    status = await answers(server, http, "STOP", sid="SM2")

    assert status == 204
    assert counted(server).replies == 1


async def test_a_start_by_twilio_plans_anew_what_a_stop_called_off(
    server: Running, http: aiohttp.ClientSession
) -> None:
    family = Year(house=server.house, clock=server.clock)
    mother = Contact(
        id=ContactId(new_id()),
        family_name="Amarante",
        phone="+33639980012",
        confirmed=(Medium.SMS,),
    )
    child = await family.include(mother)
    await family.book(child.id, "2026-12-15T10:00", zone="Europe/Paris")

    await answers(server, http, "STOP", sid="SM2")
    off = await booking_told(family, child.id, State.CANCELLED)
    await answers(server, http, "START", sid="SM3")
    on = await booking_told(family, child.id, State.PLANNED)

    assert (off.answer, off.id) == ("opted_out", on.id)


async def answers(server: Running, http: aiohttp.ClientSession, text: str, *, sid: str) -> int:
    """Let Twilio hand over what a family wrote; give the status it gets."""
    url = f"{server.url}/receipts/twilio"
    form = [("From", "+33639980012"), ("Body", text), ("MessageSid", sid), ("To", "38069")]
    headers = {
        SIGNATURE_HEADER: twilio_signature("token", url, form),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return (await http.post(url, data=urlencode(form), headers=headers)).status


async def booking_told(family: Year, child: ChildId, state: State) -> Notice:
    """Wait until the notice of a booking is in a state, whatever was tried meanwhile."""
    async with asyncio.timeout(20):
        while True:
            family.clock.move(seconds=31)
            for each in await family.notices(child):
                if each.rule is Rule.BOOKED and each.state is state:
                    return each
            await asyncio.sleep(0.05)
