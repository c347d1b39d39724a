"""What no client of ours would send: every field of every body, every path, every query."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest

from crypto.ids import new_id
from server.app import OPERATIONS
from tests.support.actors import Person, stranger
from tests.support.network import Member, Network, child_form, network_of
from tests.support.server import Running

SLOT: dict[str, Any] = {
    "start": "2026-12-03T14:30:00",
    "zone": "Europe/Paris",
    "duration_minutes": 45,
    "place_label": "12 rue des Lilas",
    "map_address": "12 rue des Lilas, Nîmes",
}
LEFT_ALONE = "a field of the sample is left as it is"
TEXTS = (
    "", "\x00", "a\x00b", "x" * 600, "x" * 50_000, "\u202eabc", "\r\nBcc: x@y.example",
    "a/b", "../..", "\u0663\u0663", "\x7f", "a" * 26, "\U0001f600" * 70,
)  # fmt: skip
RAW = (
    b'"\\ud800"', b"1e999", b"NaN", b"Infinity", b"9" * 50_000, b"-" + b"9" * 30,
    b"18446744073709551616", b"1e-999", b"true", b"null", b"[]", b"{}", b"[" * 3000,
    b'"9999-12-31"', b'"0001-01-01"', b'"9999-12-31T23:59:00"', b'"0001-01-01T00:00:00"',
    b'"2026-12-03T14:30:00Z"', b'"Factory"', b'"Pacific/Kiritimati"', b'"/etc/passwd"',
)  # fmt: skip


class Town(NamedTuple):
    """Who asks, and the samples by operation: who may send it, where to, and what."""

    ana: Person
    ben: Member
    network: Network
    samples: dict[str, tuple[Person, str, dict[str, Any]]]


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        network = await network_of(ana)
        ben = await network.join(await stack.enter_async_context(stranger(server)), name="Ben")
        assert (await network.include_child(ben.id)).status == 200
        assert (await network.open_circle()).status == 201
        assert (await network.admit(ben)).status == 200
        nobody = await stack.enter_async_context(stranger(server))
        samples = await samples_of(network, ana, ben, nobody)
        yield Town(ana, ben, network, samples)


async def samples_of(
    network: Network, ana: Person, ben: Member, nobody: Person
) -> dict[str, tuple[Person, str, dict[str, Any]]]:
    """Give one good body, or nearly, for each operation that takes one."""
    child, circle, contact = network.child, network.circle, network.contacts[0]
    family = child_form(ben.id)
    family["identity"] |= {"birth_place": "75101", "usual_given_name": "Z", "ins": None}
    family["perinatal"] |= {"discharged_on": "2024-11-02", "growth_sd": -2.5}
    family["contacts"][0] |= {
        "authorities": [{"status": "holder", "since": "2024-08-20", "until": None}],
        "zone": "Europe/Paris", "language": "fr", "opted_out": ["sms"],
    }  # fmt: skip
    booked = await ana.post(
        f"/children/{child}/appointments", {"professional": ben.id, "slot": SLOT}
    )
    draft = await ben.person.post(f"/circles/{circle}/documents", {"form": "v24", "answers": {}})
    signed = (await ana.get(f"/professionals/{ben.id}/conventions")).body["conventions"][0]["id"]
    some = "AAAA" * 20
    card = {"task": new_id(), "assignees": [ben.id], "due": "2027-01-01", "state": "requested"}
    entry = {"id": new_id(), "kind": "entry", "epoch": 0, "body": some, "card": card}
    answers = {"weight_kg": 11.4, "visit_kind": "in_person", "visit_on": "2026-11-20"}
    at = f"/appointments/{booked.body['id']}"
    document, convention = f"/documents/{draft.body['id']}", f"/conventions/{signed}"
    days = {"signed_on": "2026-01-01", "active_from": "2026-01-01", "active_to": "2028-01-01"}
    return {
        "POST /enrolments": (nobody, "/enrolments", {"token": "x", "password": "y" * 20}),
        "POST /enrolments/confirmation": (
            nobody, "/enrolments/confirmation", {"token": "x", "code": "123456"},
        ),
        "POST /sessions": (
            nobody, "/sessions",
            {"email": "a@b.example", "password": "y", "code": "1", "device": None, "bearer": True},
        ),
        "POST /devices": (ben.person, "/devices", {"certificate": some, "identity_key": some}),
        "POST /structures": (
            ana, "/structures",
            {"name": "PMI", "neutral_label": "3 place des Tilleuls", "finess": "750000001"},
        ),
        "POST /professionals": (
            ana, "/professionals",
            {
                "family_name": "L", "given_name": "P", "role": "professional",
                "email": "paul@ronde.example", "profession": "nurse", "structure": None,
                "rpps": "12345678901", "phone": "+33639980103",
            },
        ),
        "PUT /professionals/{professional}/attestation": (
            ana, f"/professionals/{ben.id}/attestation", {"statement": some, "replaces": some},
        ),
        "POST /conventions/{convention}/pieces": (
            ana, f"{convention}/pieces", {"code": "x", "on": "2026-01-01"},
        ),
        "PUT /conventions/{convention}/signature": (ana, f"{convention}/signature", days),
        "PUT /conventions/{convention}/end": (ana, f"{convention}/end", {"last_day": "2029-01-01"}),
        "POST /conventions/{convention}/trainings": (
            ana, f"{convention}/trainings", {"module": "tool", "on": "2026-11-21"},
        ),
        "POST /children": (ana, "/children", family | {"although_alike": True}),
        "PATCH /children/{child}": (
            ana, f"/children/{child}",
            {
                "identity": family["identity"], "perinatal": family["perinatal"],
                "referring_physician": ben.id, "left_territory_on": "2026-01-01",
            },
        ),
        "PUT /children/{child}/contacts/{contact}": (
            ana, f"/children/{child}/contacts/{contact}", family["contacts"][0],
        ),
        "POST /children/{child}/consent": (
            ana, f"/children/{child}/consent",
            {
                "contact": contact, "word": "agreed", "on": "2026-11-20", "language": "fr",
                "document": "C-1",
            },
        ),
        "POST /children/{child}/circle": (
            ana, f"/children/{child}/circle", {"circle": circle, "genesis": some},
        ),
        "POST /circles/{circle}/admissions": (
            ana, f"/circles/{circle}/admissions", {"statement": some},
        ),
        "POST /circles/{circle}/releases": (
            ana, f"/circles/{circle}/releases", {"statement": some},
        ),
        "POST /circles/{circle}/channels": (
            ben.person, f"/circles/{circle}/channels",
            {"channel": new_id(), "id": new_id(), "body": some},
        ),
        "POST /channels/{channel}/entries": (ben.person, f"/channels/{new_id()}/entries", entry),
        "POST /devices/{device}/key_packages": (
            ben.person, f"/devices/{ben.device.id}/key_packages",
            {"packages": [some], "last_resort": some},
        ),
        "POST /circles/{circle}/key_packages/claim": (
            ben.person, f"/circles/{circle}/key_packages/claim", {"devices": [ben.device.id]},
        ),
        "POST /circles/{circle}/documents": (
            ben.person, f"/circles/{circle}/documents",
            {"form": "v24", "visit": "V24", "answers": answers},
        ),
        "PUT /documents/{document}/draft": (
            ben.person, f"{document}/draft", {"answers": answers},
        ),
        "POST /documents/{document}/amendments": (
            ben.person, f"{document}/amendments", {"answers": answers, "reason": "x"},
        ),
        "POST /documents/{document}/strike": (ben.person, f"{document}/strike", {"reason": "x"}),
        "POST /children/{child}/appointments": (
            ana, f"/children/{child}/appointments",
            {"professional": ben.id, "visit": "V24", "slot": SLOT},
        ),
        "PUT /appointments/{appointment}/slot": (ana, f"{at}/slot", SLOT),
        "PUT /appointments/{appointment}/outcome": (ana, f"{at}/outcome", {"honoured": True}),
    }  # fmt: skip


def places(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Name every field of a body, however deep."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]  # a list
    for step, below in steps:
        yield (*above, step)
        if isinstance(below, dict | list):
            yield from places(below, (*above, step))


def spoilt(value: Any, place: tuple[str | int, ...], by: bytes) -> bytes:  # noqa: ANN401 -- JSON
    """Write a body with one field replaced by raw JSON."""
    mark = json.dumps(LEFT_ALONE)

    def put(held: Any, rest: tuple[str | int, ...]) -> Any:  # noqa: ANN401 -- JSON
        if not rest:
            return LEFT_ALONE
        copy = held.copy()
        copy[rest[0]] = put(held[rest[0]], rest[1:])
        return copy

    return json.dumps(put(value, place)).encode().replace(mark.encode(), by)


async def test_no_field_of_any_body_breaks_the_server_or_what_is_read_afterwards(
    town: Town,
) -> None:
    with_body = {
        f"{each.method} {each.path.removeprefix('/api/v1')}" for each in OPERATIONS if each.body
    }
    evil = (*(json.dumps(text).encode() for text in TEXTS), *RAW)

    broken = []
    for name, (who, path, body) in town.samples.items():
        for place in places(body):
            for value in evil:
                answer = await who.ask(
                    name.partition(" ")[0],
                    path,
                    data=spoilt(body, place, value),
                    headers={"If-Match": '"1"'},
                )
                if answer.status >= 500 or (answer.status >= 400 and answer.code is None):
                    broken.append((name, place, value[:40], answer.status))

    assert set(town.samples) == with_body
    assert broken == []
    assert await everything_is_read(town) == []


async def everything_is_read(town: Town) -> list[tuple[str, int]]:
    """Read whatever was stored; give what cannot be read."""
    ana, failed = town.ana, []
    listed = (await ana.get("/children?limit=200")).body["items"]
    paths = [
        f"/children/{child['id']}{what}"
        for child in listed
        for what in ("", "/calendar", "/eligibility", "/consent", "/appointments?limit=200")
    ]
    for path in (*paths, "/professionals?limit=200"):
        answer = await ana.get(path)
        if answer.status != 200:
            failed.append((path, answer.status))
    return failed


@pytest.mark.parametrize(
    "name", ["%00", "%0A", "%7F", "x" * 600, "%FF", "%ED%A0%80", "é", "%E2%80%AE", "a%20b", "a:b"]
)
async def test_what_is_no_name_is_found_nowhere_and_noted_nowhere(
    town: Town, server: Running, name: str
) -> None:
    before = len(await server.house.audit.read())
    answers = {
        (await who.ask(each.method, path, {}, headers={"If-Match": '"1"'})).status
        for each in OPERATIONS
        for who in (town.ana, town.ben.person)
        if (path := filled(each.path, name)) is not None
    }

    assert answers == {404}
    assert len(await server.house.audit.read()) == before


def filled(path: str, name: str) -> str | None:
    """Put a name where a path has a variable; None where it has none."""
    opening, closing = path.find("{"), path.rfind("}")
    if opening < 0:
        return None
    between = path[opening : closing + 1].split("/")
    steps = [name if step.startswith("{") else step for step in between]
    return (path[:opening] + "/".join(steps) + path[closing + 1 :]).removeprefix("/api/v1")


@pytest.mark.parametrize(
    "query",
    [
        "limit=00010000",
        "limit=0001" + "9" * 5000,
        "limit=%D9%A3",
        "limit=",
        "limit=1e2",
        "limit=+5",
    ],
)
async def test_a_limit_in_disguise_is_refused(ana: Person, query: str) -> None:
    answers = [
        await ana.get(f"{path}?{query}") for path in ("/children", "/professionals", "/tasks")
    ]

    assert [(one.status, one.code) for one in answers] == [(400, "malformed")] * 3


@pytest.mark.parametrize(
    ("start", "zone", "code"),
    [
        ("9999-12-31T23:59:00", "Pacific/Marquesas", "too_far_ahead"),
        ("2040-01-01T09:00:00", "Europe/Paris", "too_far_ahead"),
        ("0001-01-01T00:00:00", "Pacific/Kiritimati", "in_the_past"),
        ("2026-11-20T09:00:00", "Europe/Paris", "in_the_past"),
        ("2027-03-28T02:30:00", "Europe/Paris", "no_such_time"),
        ("2026-12-03T09:00:30", "Europe/Paris", "no_such_time"),
        ("2026-12-03T09:00:00", "Europe", "unknown_zone"),
        ("2026-12-03T09:00:00", "../../etc/passwd", "unknown_zone"),
        ("2026-12-03T09:00:00", "", "unknown_zone"),
    ],
)
async def test_an_appointment_at_no_reasonable_time_is_refused_by_name(
    town: Town, start: str, zone: str, code: str
) -> None:
    form = {"professional": town.ben.id, "slot": SLOT | {"start": start, "zone": zone}}

    refused = await town.ana.post(f"/children/{town.network.child}/appointments", form)

    assert (refused.status, refused.code) == (422, code)


@pytest.mark.parametrize(
    ("where", "field", "value", "code"),
    [
        ("perinatal", "discharged_on", "9999-12-31", "impossible_day"),
        ("perinatal", "discharged_on", "2024-08-19", "impossible_day"),
        ("identity", "birth_date", "0001-01-01", "impossible_day"),
        ("identity", "birth_date", "9999-12-31", "born_tomorrow"),
        ("identity", "birth_place", "\u0661\u0662\u0663\u0664\u0665", "bad_birth_place"),
        ("identity", "birth_family_name", "Que\u202enouille", "bad_name"),
    ],
)
async def test_an_impossible_fact_is_refused_at_once_and_on_correction(
    town: Town, where: str, field: str, value: str, code: str
) -> None:
    form = child_form(town.ben.id) | {"although_alike": True}
    form[where] |= {field: value}

    new = await town.ana.post("/children", form)
    known = await town.ana.ask("PATCH", f"/children/{town.network.child}", {where: form[where]})

    assert [(one.status, one.code) for one in (new, known)] == [(422, code)] * 2


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ({"email": "a\x00b@famille.example"}, "bad_email"),
        ({"email": "a\x7f@famille.example"}, "bad_email"),
        ({"email": "a\u202eb@famille.example"}, "bad_email"),
        ({"email": "a@famille.example\r\nBcc: b@c.example"}, "bad_email"),
        ({"email": "<a@famille.example>"}, "bad_email"),
        ({"phone": "+33\u0666\u0663\u0669\u0669\u0668\u0660\u0661\u0660\u0662"}, "bad_phone"),
        ({"phone": "+33639980102;ext=1"}, "bad_phone"),
        ({"phone": "+33639980102\n"}, "bad_phone"),
        ({}, "unreachable"),
    ],
)
async def test_a_contact_no_notice_could_go_to_is_refused(
    town: Town, way: dict[str, str], code: str
) -> None:
    path = f"/children/{town.network.child}/contacts/{town.network.contacts[0]}"

    refused = await town.ana.ask("PUT", path, {"family_name": "Quenouille"} | way)

    assert (refused.status, refused.code) == (422, code)
