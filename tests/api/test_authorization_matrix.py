"""Everybody asks for everything: each operation and socket event by each way to stand to it.

A row for each operation there is, so that a new one without a row fails. A dot is being let
in, whatever the rules behind the door then say of the request. Whoever is told that there is
nothing must be told the very same of what is not there.
"""

import hashlib
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from care_circle.actor import Actor
from care_circle.role import Profession, Role
from crypto.identity import Device
from crypto.ids import DeviceId, new_id
from crypto.mls.codec import encode
from server.accounts.agents import Agent
from server.accounts.devices import RegisteredDevice
from server.accounts.passkeys import Passkey
from server.accounts.subscriptions import Subscription
from server.app import OPERATIONS
from server.channel_house import CHANNEL_HOUSE
from server.family_house import FAMILY
from server.limits import neighbourhood
from tests.support.actors import Answer, Person
from tests.support.requests import MARK, UNREADABLE, bodies, name_of
from tests.support.server import Running, running
from tests.support.standing import INSIDE, SHUT_OUT, Standing, everybody
from tests.support.talkers import raw_socket

LETTERS = {"not_found": "N", "forbidden": "F", "no_active_convention": "L", "not_signed_in": "S"}

# stranger, coordinator elsewhere, secretary, administrator,
# member, their other device, lapsed member, removed member, coordinator of the circle
EVERYBODY = ". . . .  . . . . ."
NOBODY = "N N N N  N N N N N"
COORDINATORS = "N . F N  N N N N ."
OFFICE = "N . . N  N N N N ."
STAFF = "N . F .  N N N N ."
CHILD_READ = "N . . N  . . L N ."
CHILD_WRITE = "N . . N  F F L N ."
CHILD_DECIDE = "N . F N  F F L N ."
CHILD_CARE = "N . F N  . . L N ."
CHILD_IN_CIRCLE = "N F F N  . . L N ."
CIRCLE_READ = "N F F N  . . L N ."
CIRCLE_LEAD = "N F F N  F F L N ."
CIRCLE_WRITE = "N F F N  . . L N F"
DRAFT_READ = "N F F N  . . L N N"
SESSION_CLAIM = "N F F N  . . . N F"
STATEMENT = "N . . N  . . N N ."
CHANNEL = "N N N N  . . L N ."
THIS_DEVICE = "N N N N  . N N N N"
THIS_PERSON = "N N N N  . . N N N"

TABLE = {
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "POST /professionals/{professional}/invitation": STAFF,
    "POST /enrolments": EVERYBODY,
    "POST /enrolments/confirmation": EVERYBODY,
    "POST /sessions": EVERYBODY,
    "GET /session": EVERYBODY,
    "DELETE /session": EVERYBODY,
    "GET /sessions": EVERYBODY,
    "DELETE /sessions/{session}": THIS_PERSON,
    "POST /devices": EVERYBODY,
    "GET /devices": EVERYBODY,
    "GET /professionals/{professional}/devices": EVERYBODY,
    "PUT /devices/{device}/name": THIS_PERSON,
    "DELETE /devices/{device}": THIS_PERSON,
    "POST /passkeys/options": EVERYBODY,
    "POST /passkeys": EVERYBODY,
    "GET /passkeys": EVERYBODY,
    "DELETE /passkeys/{passkey}": THIS_PERSON,
    "POST /sessions/passkey/options": EVERYBODY,
    "POST /sessions/passkey": EVERYBODY,
    "GET /push/key": EVERYBODY,
    "POST /push/subscriptions": EVERYBODY,
    "DELETE /push/subscriptions/{subscription}": THIS_PERSON,
    "GET /me": EVERYBODY,
    "GET /me/preferences": EVERYBODY,
    "PUT /me/preferences": EVERYBODY,
    "PUT /backup": EVERYBODY,
    "POST /backup/records": EVERYBODY,
    "GET /backup": EVERYBODY,
    "POST /structures": STAFF,
    "GET /structures": EVERYBODY,
    "GET /structures/{structure}": EVERYBODY,
    "POST /professionals": STAFF,
    "GET /professionals": EVERYBODY,
    "GET /professionals/{professional}": EVERYBODY,
    "PUT /professionals/{professional}/attestation": "N . F N  F F N N .",
    "POST /professionals/{professional}/conventions": COORDINATORS,
    "GET /professionals/{professional}/conventions": "N . . .  . . N N .",
    "POST /conventions/{convention}/pieces": COORDINATORS,
    "PUT /conventions/{convention}/signature": COORDINATORS,
    "PUT /conventions/{convention}/end": COORDINATORS,
    "POST /conventions/{convention}/trainings": COORDINATORS,
    "POST /children": OFFICE,
    "GET /children": OFFICE,
    "GET /children/{child}": CHILD_READ,
    "GET /children/{child}/header": CHILD_READ,
    "PATCH /children/{child}": CHILD_WRITE,
    "PUT /children/{child}/contacts/{contact}": CHILD_WRITE,
    "POST /children/{child}/contacts/{contact}/media/{medium}": CHILD_WRITE,
    "GET /languages": EVERYBODY,
    "POST /children/{child}/consent": CHILD_DECIDE,
    "GET /children/{child}/consent": CHILD_READ,
    "GET /children/{child}/eligibility": CHILD_CARE,
    "POST /children/{child}/inclusion": CHILD_DECIDE,
    "GET /children/{child}/calendar": CHILD_READ,
    "POST /children/{child}/circle": CHILD_DECIDE,
    "GET /circles": EVERYBODY,
    "GET /circles/{circle}": CHILD_CARE,
    "GET /circles/{circle}/members": CHILD_CARE,
    "GET /day": EVERYBODY,
    "GET /coordination/children": OFFICE,
    "GET /coordination/professionals": "N . . .  N N N N .",
    "GET /coordination/professionals/{professional}": "N . . .  N N N N .",
    "GET /coordination/desk": OFFICE,
    "GET /coordination/late": OFFICE,
    "GET /children/{child}/life-line": CHILD_READ,
    "GET /coordination/board": OFFICE,
    "GET /coordination/board/totals": OFFICE,
    "GET /coordination/board/csv": OFFICE,
    "POST /coordination/board/physicians": OFFICE,
    "POST /coordination/board/physicians/withdrawals": OFFICE,
    "POST /coordination/board/reminders": OFFICE,
    "POST /coordination/duties/endings": OFFICE,
    "POST /coordination/duties/reopenings": OFFICE,
    "GET /coordination/report/{year}": "N . . .  N N N N .",
    "GET /coordination/report/{year}/csv": "N . . .  N N N N .",
    "GET /coordination/duties": OFFICE,
    "GET /children/{child}/duties": CHILD_WRITE,
    "PUT /duties/{duty}/ending": CHILD_WRITE,
    "DELETE /duties/{duty}/ending": CHILD_WRITE,
    "POST /duties/{duty}/attempts": CHILD_WRITE,
    "POST /circles/{circle}/admissions": CIRCLE_LEAD,
    "POST /circles/{circle}/releases": CIRCLE_LEAD,
    "POST /circles/{circle}/closure": CIRCLE_LEAD,
    "POST /circles/{circle}/channels": CHANNEL,
    "GET /circles/{circle}/channels": CHANNEL,
    "POST /channels/{channel}/entries": CHANNEL,
    "GET /channels/{channel}/entries": CHANNEL,
    "PUT /channels/{channel}/blobs/{blob}": CHANNEL,
    "GET /channels/{channel}/blobs/{blob}": CHANNEL,
    "PUT /channels/{channel}/mark": CHANNEL,
    "GET /channels/{channel}/marks": CHANNEL,
    "POST /devices/{device}/key_packages": THIS_DEVICE,
    "GET /devices/{device}/key_packages": THIS_DEVICE,
    "POST /circles/{circle}/key_packages/claim": CHANNEL,
    "GET /circles/{circle}/tasks": CIRCLE_READ,
    "GET /tasks": EVERYBODY,
    "POST /circles/{circle}/documents": CHILD_READ,
    "GET /circles/{circle}/documents": CHILD_READ,
    "POST /children/{child}/documents": CHILD_READ,
    "GET /children/{child}/documents": CHILD_READ,
    "GET /children/{child}/forms/{form}/first_answers": CHILD_READ,
    "GET /children/{child}/growth": CHILD_READ,
    "GET /documents/{document}/paper": DRAFT_READ,
    "GET /documents/{document}": DRAFT_READ,
    "GET /documents/{document}/questionnaire-response": DRAFT_READ,
    "PUT /documents/{document}/draft": CHILD_READ,
    "POST /documents/{document}/signature": CHILD_READ,
    "POST /documents/{document}/amendments": CHILD_READ,
    "POST /documents/{document}/strike": CHILD_READ,
    "GET /documents/{document}/handing": DRAFT_READ,
    "POST /documents/{document}/handing": DRAFT_READ,
    "DELETE /documents/{document}/handing": DRAFT_READ,
    "GET /children/{child}/relay/handing": CHILD_IN_CIRCLE,
    "POST /children/{child}/relay/handing": CHILD_IN_CIRCLE,
    "DELETE /children/{child}/relay/handing": CHILD_IN_CIRCLE,
    "POST /children/{child}/appointments": CHILD_READ,
    "GET /children/{child}/appointments": CHILD_READ,
    "GET /notices/failed": OFFICE,
    "GET /notices": OFFICE,
    "GET /notices/counts": OFFICE,
    "POST /notices/{kind}/{carrier}/{notice}/resend": CHILD_WRITE,
    "POST /notices/{kind}/{carrier}/{notice}/settled": CHILD_WRITE,
    "POST /channels/{channel}/urgent": CHANNEL,
    "GET /sending": OFFICE,
    "PUT /sending": COORDINATORS,
    "GET /appointments/{appointment}": CHILD_READ,
    "PUT /appointments/{appointment}/slot": CHILD_READ,
    "POST /appointments/{appointment}/cancellation": CHILD_READ,
    "PUT /appointments/{appointment}/outcome": CHILD_READ,
    "GET /children/{child}/offer": CHILD_READ,
    "POST /children/{child}/series/preview": CHILD_READ,
    "POST /children/{child}/series": CHILD_READ,
    "POST /appointments/{appointment}/following/preview": CHILD_READ,
    "PUT /appointments/{appointment}/following/slot": CHILD_READ,
    "POST /appointments/{appointment}/following/cancellation": CHILD_READ,
    "GET /me/agenda": EVERYBODY,
    "GET /me/feeds": EVERYBODY,
    "POST /me/feeds": EVERYBODY,
    "DELETE /me/feeds/{feed}": THIS_PERSON,
    "GET /feeds/{token}.ics": NOBODY,
    "POST /me/busy/preview": EVERYBODY,
    "POST /me/busy": EVERYBODY,
    "GET /me/busy": EVERYBODY,
    "DELETE /me/busy": EVERYBODY,
    "POST /children/{child}/prescriptions": CIRCLE_WRITE,
    "GET /children/{child}/prescriptions": CHILD_READ,
    "GET /prescriptions/waiting": OFFICE,
    "POST /prescriptions/{prescription}/cancellation": CIRCLE_WRITE,
    "POST /prescriptions/{prescription}/forfait": CHILD_DECIDE,
    "GET /children/{child}/forfaits": CHILD_READ,
    "GET /forfaits/mine": EVERYBODY,
    "GET /forfaits/{forfait}": CHILD_READ,
    "PUT /forfaits/{forfait}/professional": CHILD_DECIDE,
    "POST /forfaits/{forfait}/closure": CHILD_DECIDE,
    "PUT /forfaits/{forfait}/sessions/{care_session}": SESSION_CLAIM,
    "POST /forfaits/{forfait}/sessions/{care_session}/undoing": SESSION_CLAIM,
    "POST /forfaits/{forfait}/sessions/{care_session}/correction": "N . F N  . . . N .",
    "GET /professionals/{professional}/statements": STATEMENT,
    "GET /professionals/{professional}/statements/{month}": STATEMENT,
    "GET /professionals/{professional}/statements/{month}/csv": STATEMENT,
    "GET /professionals/{professional}/statements/{month}/paper": STATEMENT,
    "POST /professionals/{professional}/statements/{month}/validation": "N F F N  . . N N F",
    "PUT /professionals/{professional}/statements/{month}/payment": "N . F N  F F N N .",
    "GET /statements/to_pay": OFFICE,
    "GET /imports/sources": STAFF,
    "POST /imports": STAFF,
    "GET /imports": STAFF,
    "GET /imports/{import}": COORDINATORS,
    "GET /imports/{import}/lines": COORDINATORS,
    "POST /imports/{import}/application": COORDINATORS,
    "POST /imports/{import}/stop": COORDINATORS,
    "DELETE /imports/{import}": COORDINATORS,
    "POST /children/{child}/meetings": CHILD_IN_CIRCLE,
    "GET /children/{child}/meetings": CHILD_READ,
    "GET /meetings/mine": EVERYBODY,
    "GET /meetings/{meeting}": CHILD_READ,
    "PUT /meetings/{meeting}/calling": CHILD_IN_CIRCLE,
    "POST /meetings/{meeting}/cancellation": CHILD_IN_CIRCLE,
    "PUT /meetings/{meeting}/minutes": CHILD_IN_CIRCLE,
    "POST /meetings/{meeting}/signature": CHILD_IN_CIRCLE,
    "POST /meetings/{meeting}/corrections": CHILD_IN_CIRCLE,
    "GET /meetings/{meeting}/paper": CHILD_READ,
    "GET /children/{child}/departures": CHILD_READ,
    "POST /children/{child}/departures": CHILD_READ,
    "POST /departures/{departure}/relay": CHILD_READ,
    "POST /departures/{departure}/undoing": CHILD_DECIDE,
    "GET /children/{child}/relay/paper": CHILD_IN_CIRCLE,
    "GET /children/{child}/relay/bundle": CHILD_IN_CIRCLE,
    "GET /children/{child}/relay/files": CHILD_IN_CIRCLE,
    "GET /pathway": EVERYBODY,
    "GET /pathway/forms/{form}": EVERYBODY,
    "GET /pathway/schema": EVERYBODY,
    "GET /pathway/early_care": EVERYBODY,
    "GET /pathway/forms/{form}/questionnaire": EVERYBODY,
    "GET /r/{token}": NOBODY,
    "POST /r/{token}": NOBODY,
    "POST /r/{token}/document": NOBODY,
    "GET /r/{token}/calendar": NOBODY,
    "POST /receipts/{provider}": NOBODY,
    "POST /receipts/{provider}/{secret}": NOBODY,
    "GET /receipts/{provider}/{secret}": NOBODY,
    "GET /r/{token}/stop": NOBODY,
    "POST /r/{token}/stop": NOBODY,
    "GET /family.css": EVERYBODY,
}
EVENTS = {"append": CHANNEL, "mark": CHANNEL, "read": CHANNEL, "watch": CHANNEL}
ENDINGS = ("POST /circles/{circle}/closure", "DELETE /session")
"""What leaves nothing as it was is asked for last."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def standing(server: Running) -> AsyncIterator[Standing]:
    async with everybody(server) as made:
        yield made


def test_every_operation_and_every_event_has_a_row(server: Running) -> None:
    events = server.app[CHANNEL_HOUSE].sockets._events

    assert set(TABLE) == {name_of(each) for each in OPERATIONS}
    assert set(EVENTS) == set(events)


async def test_everybody_is_let_in_or_refused_as_the_table_says(
    server: Running, standing: Standing
) -> None:
    public = {name_of(each) for each in OPERATIONS if each.public}
    ordered = sorted(TABLE, key=lambda name: ENDINGS.index(name) + 1 if name in ENDINGS else 0)

    for name in ordered:
        shut = TABLE[name][: len(SHUT_OUT) * 2] if name in public else "SSS"
        wanted = TABLE[name] + shut
        found = [letter(await ask(server, standing, who, name)) for who in (*INSIDE, *SHUT_OUT)]
        assert found == list(wanted.replace(" ", "")), name


async def test_what_is_hidden_looks_like_what_is_not_there(
    server: Running, standing: Standing
) -> None:
    differing = []
    for name, row in TABLE.items():
        for who, wanted in zip(INSIDE, row.replace(" ", ""), strict=True):
            if wanted == "N" and "{" in name:
                hidden = await ask(server, standing, who, name)
                absent = await ask(server, standing, who, name, absent=True)
                if look(hidden) != look(absent):
                    differing.append((name, who))

    assert differing == []


async def test_sockets_let_in_whom_the_table_says(server: Running, standing: Standing) -> None:
    channel = standing.place.ids["channel"]
    for event, row in EVENTS.items():
        found = [
            await letter_by_socket(standing.people[who], event, argument(event, channel))
            for who in (*INSIDE, *SHUT_OUT)
        ]
        assert found == [*row.replace(" ", ""), *"SSS"], event


async def test_a_hidden_channel_looks_by_socket_like_one_that_is_not_there(
    standing: Standing,
) -> None:
    stranger, channel = standing.people["removed"], standing.place.ids["channel"]
    async with raw_socket(stranger.server, stranger.http, stranger.token) as socket:
        assert await socket.handshake() == "40"

        told = [
            (
                await socket.ask(event, argument(event, channel)),
                await socket.ask(event, argument(event, new_id())),
            )
            for event in EVENTS
        ]

    assert [hidden for hidden, _ in told] == [absent for _, absent in told]
    assert {hidden["code"] for hidden, _ in told} == {"not_found"}


async def ask(
    server: Running, standing: Standing, who: str, name: str, *, absent: bool = False
) -> Answer:
    """Send an operation's request as somebody, about what is there or about what is not."""
    ids = dict(standing.place.ids)
    ids |= await spare(server, standing) if name.startswith("DELETE") else {}
    if absent:
        ids |= {what: new_id() for what in ids if what not in ("form", "token", "session")}
        ids["session"] = "f" * 64
    method, _, path = name.partition(" ")
    body: Any = bodies(standing.place).get(name)
    headers = {"If-Match": '"99"'}
    # All sit at one address, which may guess at few links: each guess is the first.
    server.app[FAMILY].tries.forgive(neighbourhood("127.0.0.1"))
    return await standing.people[who].ask(method, path.format_map(ids), body, headers=headers)


async def spare(server: Running, standing: Standing) -> dict[str, str]:
    """Give the member a device, a session and the like that may be taken away."""
    house, member, now = server.house, standing.member, server.clock()
    made = Device.enrol(member.identity, member.id, DeviceId(new_id()), now=now)
    device = RegisteredDevice(
        id=made.id,
        professional=member.id,
        identity_key=member.identity.public,
        certificate=encode(made.certificate),
        registered_at=now,
    )
    await house.stores.devices.create(device)
    person = Actor(professional=member.id, role=Role.PROFESSIONAL, profession=Profession.PHYSICIAN)
    _, session = await house.sessions.open(person, device=None, agent=Agent())
    passkey = Passkey(
        id=hashlib.sha256(device.id.encode()).hexdigest(),
        professional=member.id,
        credential=b"c",
        public_key=b"k",
        sign_count=0,
        name="",
        created_at=now,
    )
    await house.stores.passkeys.create(passkey)
    subscription = Subscription(
        id=passkey.id,
        professional=member.id,
        device=device.id,
        endpoint="",
        p256dh=b"",
        auth=b"",
        since=now,
    )
    await house.stores.subscriptions.keep(subscription)
    feed, _ = await house.care.agenda.agendas.make_feed(person, "Téléphone")
    spared = {"device": device.id, "session": session.id, "feed": feed.id}
    return spared | {"passkey": passkey.id, "subscription": passkey.id}


def letter(answer: Answer) -> str:
    if answer.code is None and answer.status == HTTPStatus.NOT_FOUND:
        return "N"  # Families are told by a page.
    return LETTERS.get(answer.code or "", ".")


def look(answer: Answer) -> tuple[object, ...]:
    """Give all of an answer that somebody could compare, but for its date."""
    headers = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status, answer.body, headers


def argument(event: str, channel: str) -> dict[str, Any]:
    if event == "watch":
        return {"channels": [channel]}
    if event == "read":
        return {"channel": channel}
    if event == "mark":
        return {"channel": channel, **MARK}
    entry = {"id": new_id(), "kind": "entry", "epoch": 0, "body": UNREADABLE}
    return {"channel": channel, **entry}


async def letter_by_socket(person: Person, event: str, argument: dict[str, Any]) -> str:
    async with raw_socket(person.server, person.http, person.token) as socket:
        if await socket.handshake() == "44":
            return LETTERS[socket.acks[0]["data"]["code"]]
        answer = await socket.ask(event, argument)
    return LETTERS.get(answer.get("code", ""), ".")
