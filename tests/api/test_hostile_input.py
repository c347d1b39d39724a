"""What no client of ours would send: every field of every body, every path, every query."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import product
from typing import Any, NamedTuple

import pytest

from server.app import OPERATIONS
from tests.support.actors import Person, stranger
from tests.support.network import Member, Network, child_form, network_of
from tests.support.requests import SLOT, Place, bodies, furnished, name_of
from tests.support.server import Running

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

PUBLIC = ("POST /enrolments", "POST /enrolments/confirmation", "POST /sessions")
CLINICAL = (
    "POST /devices", "POST /circles/{circle}/channels", "POST /channels/{channel}/entries",
    "POST /devices/{device}/key_packages", "POST /circles/{circle}/key_packages/claim",
    "POST /circles/{circle}/documents", "PUT /documents/{document}/draft",
    "POST /documents/{document}/amendments", "POST /documents/{document}/strike",
)  # fmt: skip


class Town(NamedTuple):
    """A coordinator, a member of the circle, somebody signed in nowhere, and what there is."""

    ana: Person
    ben: Member
    nobody: Person
    network: Network
    place: Place

    def sender(self, name: str) -> Person:
        """Say who gets furthest with an operation."""
        if name in PUBLIC:
            return self.nobody
        return self.ben.person if name in CLINICAL else self.ana


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        network = await network_of(ana)
        ben = await network.join(await stack.enter_async_context(stranger(server)), name="Ben")
        await network.settle(ben)
        nobody = await stack.enter_async_context(stranger(server))
        yield Town(ana, ben, nobody, network, await furnished(network, ben))


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
    evil = (*(json.dumps(text).encode() for text in TEXTS), *RAW)
    samples = bodies(town.place)

    broken = []
    for name, body in samples.items():
        method, _, path = name.partition(" ")
        for place, value in product(places(body), evil):
            answer = await town.sender(name).ask(
                method,
                path.format_map(town.place.ids),
                data=spoilt(body, place, value),
                headers={"If-Match": '"1"'},
            )
            if answer.status >= 500 or (answer.status >= 400 and answer.code is None):
                broken.append((name, place, value[:40], answer.status))

    assert set(samples) == {name_of(each) for each in OPERATIONS if each.body}
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
