import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from care_circle.role import Profession, Role
from crypto.ids import new_id
from tests.support.actors import Person, founded, stranger
from tests.support.care_answers import WHOLE
from tests.support.network import Member, Network, child_form, network_of
from tests.support.server import Running

SLOT: dict[str, Any] = {
    "start": "2026-12-03T14:30:00",
    "duration_minutes": 45,
    "place_label": "12 rue des Lilas, rez-de-chaussée",
}


class Town(NamedTuple):
    """A network with a child's circle: a coordinator, a physician in it, somebody outside."""

    network: Network
    ana: Person
    ben: Member
    eve: Member


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(stranger(server)) for _ in range(2)]
        network = await network_of(ana)
        ben = await network.join(people[0], name="Ben")
        eve = await network.join(people[1], name="Eve", profession=Profession.PSYCHOLOGIST)
        await network.settle(ben)
        yield Town(network, ana, ben, eve)


async def drafted(town: Town, answers: dict[str, Any] | None = None) -> tuple[str, str]:
    """Begin the 24-month document; give its path and its entity tag."""
    form = {"form": "F26", "visit": "V24", "answers": WHOLE if answers is None else answers}
    answer = await town.ben.person.post(f"/circles/{town.network.circle}/documents", form)
    assert answer.status == 201, answer
    return answer.headers["Location"].removeprefix("/api/v1"), answer.headers["ETag"]


# People.


async def test_a_structure_is_registered_and_read_back(ana: Person, ben: Person) -> None:
    form = {"name": "PMI des Tilleuls", "neutral_label": "3 place des Tilleuls"}

    made = await ana.post("/structures", form)
    read = await ben.get(made.headers["Location"].removeprefix("/api/v1"))
    by_physician = await ben.post("/structures", form)
    listed = await ben.get("/structures")

    assert (made.status, read.body) == (201, made.body)
    assert listed.body == {"items": [made.body], "next": None}
    assert by_physician.status == 404


async def test_a_professional_needs_a_profession_and_an_address_of_their_own(ana: Person) -> None:
    form = {
        "family_name": "Lemoine",
        "given_name": "Paul",
        "role": "professional",
        "email": "paul@ronde.example",
    }
    without = await ana.post("/professionals", form)
    dotted = await ana.post("/professionals", form | {"email": "paul..l@ronde.example"})
    made = await ana.post("/professionals", form | {"profession": "physiotherapist"})
    twice = await ana.post(
        "/professionals", form | {"profession": "nurse", "email": "PAUL@ronde.example"}
    )

    assert (without.status, without.code) == (422, "profession_missing")
    assert (dotted.status, dotted.code) == (422, "bad_email")
    assert made.status == 201
    assert (twice.status, twice.code) == (409, "already_there")


async def test_the_directory_comes_in_pages(ana: Person, ben: Person) -> None:
    first = await ben.get("/professionals?limit=1")
    link = first.headers["Link"]
    second = await ben.get(link[link.index("/professionals") : link.index(">")])

    ids = [first.body["items"][0]["id"], second.body["items"][0]["id"]]
    assert sorted(ids) == sorted([ana.id, ben.id])
    assert first.body["next"] == ids[0]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=../x", "limit=-1"])
async def test_a_page_that_cannot_be_is_refused(ana: Person, query: str) -> None:
    answer = await ana.get(f"/professionals?{query}")

    assert (answer.status, answer.code) == (400, "malformed")


async def test_a_convention_is_signed_when_its_four_documents_are_there(
    ana: Person, ben: Person
) -> None:
    begun = await ana.post(f"/professionals/{ben.id}/conventions")
    path = begun.headers["Location"].removeprefix("/api/v1")
    days = {"signed_on": "2026-11-21", "active_from": "2026-11-21"}

    early = await ana.ask("PUT", f"{path}/signature", days)
    for piece in begun.body["pieces"]:
        await ana.post(f"{path}/pieces", {"code": piece["code"]})
    signed = await ana.ask("PUT", f"{path}/signature", days)
    trained = await ana.post(f"{path}/trainings", {"module": "tool", "on": "2026-11-21"})
    own = await ben.get(f"/professionals/{ben.id}/conventions")
    by_ben = await ben.ask("PUT", f"{path}/end", {"last_day": "2026-12-31"})

    assert len(begun.body["pieces"]) == 4
    assert (early.status, early.code) == (409, "pieces_missing")
    assert (signed.status, trained.status) == (200, 200)
    assert [one["id"] for one in own.body["conventions"]] == [begun.body["id"]]
    assert by_ben.status == 404


# Children.


async def test_a_child_is_included_by_the_rules_and_only_then_gets_a_circle(town: Town) -> None:
    child = await town.ana.get(f"/children/{town.network.child}")
    asked = await town.ana.get(f"/children/{town.network.child}/eligibility")

    assert child.body["decision"]["reasons"] == ["INC-1"]
    assert asked.body["assessment"]["outcome"] == "included"


async def test_what_is_missing_for_an_inclusion_is_named(town: Town) -> None:
    form = child_form(town.ben.id)
    form["perinatal"] = {}
    form["identity"]["birth_family_name"] = "Autrement"
    made = await town.ana.post("/children", form)
    path = f"/children/{made.body['id']}"

    unknown = await town.ana.post(f"{path}/inclusion")
    await town.ana.ask("PATCH", path, {"perinatal": child_form()["perinatal"]})
    unasked = await town.ana.post(f"{path}/inclusion")

    assert (unknown.status, unknown.code) == (409, "not_includable")
    assert unknown.body["errors"][0] == {"pointer": "", "detail": "undetermined"}
    assert {"pointer": "/gestational_age", "detail": "missing"} in unknown.body["errors"]
    assert (unasked.status, unasked.code) == (409, "guards_unmet")
    assert unasked.body["errors"] == [{"pointer": "", "detail": "consent_recorded"}]


async def test_a_child_is_not_registered_twice_by_mistake(town: Town) -> None:
    again = await town.ana.post("/children", child_form())
    meant = await town.ana.post("/children", child_form() | {"although_alike": True})

    assert (again.status, again.code, meant.status) == (409, "likely_duplicate", 201)


@pytest.mark.parametrize(
    ("where", "value", "code"),
    [
        ("birth_date", "2030-01-01", "born_tomorrow"),
        ("birth_family_name", "", "bad_name"),
        ("birth_place", "Toulouse", "bad_birth_place"),
        ("ins", {"number": "1", "kind": "urn:oid:1.2.250.1.213.1.4.10"}, "bad_ins"),
    ],
)
async def test_an_impossible_identity_is_refused_by_its_own_name(
    ana: Person, where: str, value: object, code: str
) -> None:
    form = child_form()
    form["identity"][where] = value

    answer = await ana.post("/children", form)

    assert (answer.status, answer.code) == (422, code)
    assert "Quenouille" not in str(answer.body)


async def test_the_calendar_counts_from_the_corrected_birth(town: Town) -> None:
    calendar = await town.ben.person.get(f"/children/{town.network.child}/calendar")

    visits = {one["visit"]: one["window"] for one in calendar.body["visits"]}
    assert calendar.status == 200
    assert visits["V24"] is not None


# Strangers.


async def test_a_stranger_gets_the_same_404_for_what_exists_and_what_does_not(
    town: Town, nobody: Person
) -> None:
    document, _ = await drafted(town)
    booked = await town.ana.post(
        f"/children/{town.network.child}/appointments",
        {"professional": town.ben.id, "slot": SLOT},
    )
    there = [
        f"/children/{town.network.child}",
        f"/children/{town.network.child}/consent",
        f"/children/{town.network.child}/appointments",
        f"/circles/{town.network.circle}",
        f"/circles/{town.network.circle}/documents",
        f"/circles/{town.network.circle}/tasks",
        f"/circles/{town.network.circle}/channels",
        document,
        f"/appointments/{booked.body['id']}",
    ]
    absent = [path.replace(path.split("/")[2], new_id()) for path in there]

    for known, unknown in zip(there, absent, strict=True):
        seen, unseen = await town.eve.person.get(known), await town.eve.person.get(unknown)
        assert (seen.status, seen.body) == (404, unseen.body), known
        assert (await nobody.get(known)).status == 401
    assert [(await town.ben.person.get(path)).status for path in there] == [200] * len(there)


async def test_an_administrator_reads_no_child(town: Town, server: Running) -> None:
    async with stranger(server) as zoe:
        await founded(zoe, role=Role.ADMINISTRATOR, name="Zoe")

        answers = [
            await zoe.get(f"/children/{town.network.child}"),
            await zoe.get(f"/circles/{town.network.circle}"),
            await zoe.get("/children"),
        ]

    assert [answer.status for answer in answers] == [404] * 3


# Circles.


async def test_a_circle_shows_its_signed_chain_to_its_members(town: Town) -> None:
    read = await town.ben.person.get(f"/circles/{town.network.circle}")
    mine = await town.ben.person.get("/circles")

    assert len(read.body["chain"]) == 2
    assert read.headers["ETag"] == '"2"'
    assert [one["id"] for one in mine.body["items"]] == [town.network.circle]


async def test_a_statement_brought_twice_changes_nothing_and_an_old_one_is_stale(
    town: Town,
) -> None:
    path = f"/circles/{town.network.circle}/admissions"
    repeated = await town.ana.post(
        path, {"statement": base64.b64encode(town.network.chain[1]).decode()}
    )
    before = town.network.chain
    await town.network.admit(town.eve, role="psychologist")
    town.network.chain = before
    stale = await town.network.release(town.ben)

    assert (repeated.status, len(repeated.body["chain"])) == (200, 2)
    assert (stale.status, stale.code) == (409, "stale_chain")


async def test_only_a_convention_of_that_day_opens_the_circle(town: Town, server: Running) -> None:
    server.clock.move(days=101)
    await town.ana.sign_in()
    refused = await town.network.admit(town.eve, role="psychologist")
    await town.network.sign_convention(town.eve.id)
    admitted = await town.network.admit(town.eve, role="psychologist")

    assert (refused.status, refused.code) == (403, "no_active_convention")
    assert admitted.status == 200


async def test_an_expired_convention_shuts_the_circle_and_says_so(
    town: Town, server: Running
) -> None:
    server.clock.move(days=101)
    await town.ben.person.sign_in()

    lapsed = await town.ben.person.get(f"/circles/{town.network.circle}")
    outside = await town.eve.person.sign_in()

    assert (lapsed.status, lapsed.code) == (403, "no_active_convention")
    assert outside.status == 201


async def test_who_leaves_the_circle_is_a_stranger_again(town: Town) -> None:
    document, _ = await drafted(town)
    told: list[bool] = []

    async def changed() -> None:
        told.append(True)

    town.ana.server.house.changes.subscribe(changed)
    released = await town.network.release(town.ben)

    after = [
        await town.ben.person.get(path) for path in (f"/circles/{town.network.circle}", document)
    ]
    assert released.status == 200
    assert told == [True]
    assert [answer.status for answer in after] == [404, 404]


async def test_two_statements_made_at_once_are_not_both_taken(town: Town) -> None:
    before = town.network.chain
    first = await town.network.admit(town.eve, role="psychologist")
    town.network.chain = before
    second = await town.network.release(town.ben)

    read = await town.ana.get(f"/circles/{town.network.circle}")
    assert (first.status, second.status) == (200, 409)
    assert len(read.body["chain"]) == 3


# Documents.


async def test_a_document_is_drafted_saved_signed_and_amended(town: Town) -> None:
    ben = town.ben.person
    path, tag = await drafted(town, {})
    saved = await ben.ask("PUT", f"{path}/draft", {"answers": WHOLE}, headers={"If-Match": tag})
    signed = await ben.post(f"{path}/signature", headers={"If-Match": saved.headers["ETag"]})
    amended = await ben.post(
        f"{path}/amendments",
        {"answers": WHOLE | {"weight_kg": 11.6}, "reason": "pesée refaite"},
        headers={"If-Match": signed.headers["ETag"]},
    )

    assert [answer.status for answer in (saved, signed, amended)] == [200] * 3
    assert (signed.body["state"], amended.body["state"]) == ("signed", "amended")
    assert [one["answers"]["weight_kg"] for one in amended.body["versions"]] == [11.4, 11.6]
    assert (await town.ana.get(path)).body == amended.body


async def test_a_write_must_name_the_edition_it_is_based_on(town: Town) -> None:
    path, tag = await drafted(town)
    form = {"answers": WHOLE | {"weight_kg": 12}}

    bare = await town.ben.person.ask("PUT", f"{path}/draft", form)
    wild = await town.ben.person.ask("PUT", f"{path}/draft", form, headers={"If-Match": "*"})
    good = await town.ben.person.ask("PUT", f"{path}/draft", form, headers={"If-Match": tag})
    late = await town.ben.person.ask("PUT", f"{path}/draft", form, headers={"If-Match": tag})

    assert [bare.status, wild.status, good.status, late.status] == [428, 412, 200, 412]
    assert (await town.ben.person.get(path)).body == good.body


async def test_an_unfinished_document_cannot_be_signed_and_the_fields_are_named(
    town: Town,
) -> None:
    path, tag = await drafted(town, {"visit_kind": "in_person"})

    refused = await town.ben.person.post(f"{path}/signature", headers={"If-Match": tag})

    assert (refused.status, refused.code) == (422, "bad_answers")
    assert {"pointer": "/answers/weight_kg", "detail": "missing"} in refused.body["errors"]
    assert (await town.ben.person.get(path)).body["state"] == "draft"


async def test_answers_that_do_not_fit_are_refused_without_being_quoted(town: Town) -> None:
    form = {"form": "F26", "answers": {"weight_kg": 400, "Zéphyrine va bien": True}}

    refused = await town.ben.person.post(f"/circles/{town.network.circle}/documents", form)

    assert refused.code == "bad_answers"
    assert "Zéphyrine" not in str(refused.body)


async def test_the_coordinator_reads_what_is_signed_and_signs_nothing(town: Town) -> None:
    path, tag = await drafted(town)

    refused = await town.ana.post(f"{path}/signature", headers={"If-Match": tag})
    draft = await town.ana.get(path)
    await town.ben.person.post(f"{path}/signature", headers={"If-Match": tag})
    signed = await town.ana.get(path)

    assert (refused.status, draft.status, signed.status) == (403, 404, 200)


async def test_documents_of_a_circle_are_listed(town: Town) -> None:
    path, _ = await drafted(town)

    listed = await town.ben.person.get(f"/circles/{town.network.circle}/documents")

    assert [one["id"] for one in listed.body["items"]] == [path.rpartition("/")[2]]


async def test_the_pathway_is_data_for_whoever_is_signed_in(town: Town) -> None:
    pathway = await town.ben.person.get("/pathway")
    form = await town.ben.person.get("/pathway/forms/F26")

    assert "V24" in [visit["code"] for visit in pathway.body["visits"]]
    assert [section["code"] for section in form.body["sections"]] == [
        "consultation", "development", "scale_asq", "vision", "hearing", "biometrics",
    ]  # fmt: skip


# Appointments.


async def test_an_appointment_is_booked_moved_and_cancelled_with_its_notices(town: Town) -> None:
    path = f"/children/{town.network.child}/appointments"
    booked = await town.ana.post(path, {"professional": town.ben.id, "visit": "V24", "slot": SLOT})
    here = booked.headers["Location"].removeprefix("/api/v1")
    moved = await town.ana.ask("PUT", f"{here}/slot", SLOT | {"start": "2026-12-04T09:00:00"})
    cancelled = await town.ana.post(f"{here}/cancellation")

    assert [one.status for one in (booked, moved, cancelled)] == [201, 200, 200]
    planned = {(one["rule"], one["medium"]) for one in booked.body["notices"]}
    assert planned == {(r, m) for r in ("booked", "before") for m in ("email", "sms")}
    assert (moved.body["status"], cancelled.body["status"]) == ("moved", "cancelled")
    assert (moved.headers["ETag"], cancelled.headers["ETag"]) == ('"1"', '"2"')
    listed = await town.ben.person.get(path)
    assert [one["id"] for one in listed.body["items"]] == [booked.body["id"]]
    assert "famille.example" not in str(listed.body)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"start": "2026-11-20T14:30:00"}, 422, "in_the_past"),
        ({"start": "2027-03-28T02:30:00"}, 422, "no_such_time"),
        ({"duration_minutes": 4}, 422, "bad_duration"),
        ({"place_label": "Cabinet du psychologue"}, 422, "telling_label"),
        ({"zone": "Europe/Toulouse"}, 422, "unknown_zone"),
        ({"start": "2026-12-03T14:30:00+01:00"}, 400, "malformed"),
    ],
)
async def test_a_slot_that_cannot_be_is_refused(
    town: Town, change: dict[str, object], status: int, code: str
) -> None:
    answer = await town.ana.post(
        f"/children/{town.network.child}/appointments",
        {"professional": town.ben.id, "slot": SLOT | change},
    )

    assert (answer.status, answer.code) == (status, code)


async def test_the_trace_names_who_was_let_through_and_no_content(
    town: Town, server: Running
) -> None:
    path, _ = await drafted(town)
    await town.ben.person.get(path)

    lines = await server.house.audit.read(limit=500)

    assert (lines[-1].action, lines[-1].who) == ("read_document", town.ben.id)
    assert lines[-1].id == path.rpartition("/")[2]
    assert all(line.at <= server.clock() for line in lines)
    assert server.clock() - lines[0].at < timedelta(hours=1)


async def test_whoever_has_the_pathway_is_not_sent_it_again(town: Town) -> None:
    first = await town.ana.get("/pathway")
    tag = first.headers["ETag"]

    again = await town.ana.ask("GET", "/pathway", headers={"If-None-Match": tag})
    other = await town.ana.ask("GET", "/pathway", headers={"If-None-Match": '"another"'})

    assert (again.status, again.headers["ETag"], again.body) == (304, tag, b"")
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "private, no-cache"
    assert (other.status, other.body) == (200, first.body)
