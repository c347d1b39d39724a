"""Meetings, departures and relay files over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from care_circle.definition.pathway import COCON
from care_circle.definition.pathway_reading import read_pathway
from care_circle.fhir.response import answers_of
from tests.support.actors import Answer, Person
from tests.support.care_answers import WHOLE
from tests.support.early_care_town import Town, settled_town
from tests.support.server import Running


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with settled_town(server, ana) as made:
        yield made


def today(town: Town, days: int = 0) -> str:
    return str(town.ana.server.clock().date() + timedelta(days=days))


def calling(town: Town, **otherwise: object) -> dict[str, object]:
    form = {
        "starts_at": f"{today(town, 10)}T18:30:00",
        "zone": "Europe/Paris",
        "minutes": 45,
        "link": "https://visio.ronde.example/a",
        "subject": "Marche et sommeil",
        "invited": [town.doc.id, town.kim.id],
    }
    return form | otherwise


def minutes(town: Town, **otherwise: object) -> dict[str, object]:
    form = {
        "held_on": today(town),
        "points": "Elle marche en se tenant.",
        "present": [town.doc.id],
        "decisions": [
            {"decision": "Reprendre la kiné", "owner": town.kim.id, "by": today(town, 30)}
        ],
        "answers": {"family_told": True},
    }
    return form | otherwise


async def call(town: Town, **otherwise: object) -> Answer:
    return await town.ana.post(
        f"/children/{town.network.child}/meetings", calling(town, **otherwise)
    )


async def write(town: Town, meeting: dict[str, Any], **otherwise: object) -> Answer:
    return await town.ana.ask(
        "PUT",
        f"/meetings/{meeting['id']}/minutes",
        minutes(town, **otherwise),
        headers={"If-Match": f'"{meeting["edition"]}"'},
    )


async def sign(town: Town, meeting: dict[str, Any]) -> Answer:
    return await town.ana.ask(
        "POST",
        f"/meetings/{meeting['id']}/signature",
        headers={"If-Match": f'"{meeting["edition"]}"'},
    )


async def depart(town: Town, *, by: Person | None = None, **otherwise: object) -> Answer:
    form = {"reason": "camsp", "on": today(town), "contact": "Secrétariat"} | otherwise
    return await (by or town.ana).post(f"/children/{town.network.child}/departures", form)


async def test_a_meeting_is_called_held_and_signed_and_its_decisions_wait_for_their_tasks(
    town: Town,
) -> None:
    called = await call(town)
    written = await write(town, called.body)
    signed = await sign(town, written.body)
    read = await town.kim.person.get(f"/meetings/{called.body['id']}")

    assert (called.status, called.body["state"]) == (201, "called")
    assert called.body["advice"] == ["too_few_cares"]
    assert (signed.status, signed.body["state"]) == (200, "signed")
    [decision] = read.body["versions"][-1]["decisions"]
    assert (decision["decision"], decision["task"]) == ("Reprendre la kiné", None)
    assert len(decision["id"]) == 26
    assert read.body["versions"][-1]["answers"] == {"family_told": True}


async def test_of_two_who_write_the_minutes_the_second_is_told(town: Town) -> None:
    called = await call(town)

    both = await asyncio.gather(write(town, called.body), write(town, called.body, points="Autre"))

    assert sorted(answer.status for answer in both) == [200, 412]


async def test_a_meeting_that_does_not_fit_the_forms_is_refused_at_the_field(town: Town) -> None:
    alone = await call(town, invited=[town.doc.id])
    outside = await call(town, invited=[town.doc.id, town.lea.id])
    own = await call(town, answers={"subject": "x"})
    late = await write(town, (await call(town)).body, held_on=today(town, 1))

    assert (alone.status, alone.code) == (422, "bad_answers")
    assert alone.body["errors"][0]["pointer"] == "/answers/invited"
    assert (outside.status, outside.code) == (422, "not_of_the_circle")
    assert (own.status, own.code) == (422, "bad_answers")
    assert (late.status, late.code) == (422, "bad_answers")


async def test_only_those_whom_the_form_names_call_a_meeting_and_the_office_reads_no_words(
    town: Town,
) -> None:
    called = await call(town)

    refused = await town.doc.person.post(f"/children/{town.network.child}/meetings", calling(town))
    stranger = await town.lea.person.get(f"/meetings/{called.body['id']}")

    assert (refused.status, refused.code) == (403, "wrong_profession")
    assert (stranger.status, stranger.code) == (404, "not_found")


async def test_a_meeting_called_off_is_neither_held_nor_among_those_to_come(town: Town) -> None:
    called = await call(town)
    before = await town.kim.person.get("/meetings/mine")
    off = await town.ana.post(f"/meetings/{called.body['id']}/cancellation", {"reason": "Grippe"})
    after = await town.kim.person.get("/meetings/mine")
    written = await write(town, off.body)

    assert [each["id"] for each in before.body["items"]] == [called.body["id"]]
    assert (off.body["state"], after.body["items"]) == ("cancelled", [])
    assert (written.status, written.code) == (409, "meeting_over")


async def test_the_follow_up_counts_meetings_and_sees_a_child_leave(town: Town) -> None:
    path = f"/children/{town.network.child}/header"
    before = (await town.ana.get(path)).body["stage"]
    left = await depart(town)
    after = (await town.ana.get(path)).body["stage"]

    assert left.status == 201, left
    assert (before, after) == ("support", "exit")


async def test_open_forfaits_refuse_a_departure_unless_they_are_closed_with_it(town: Town) -> None:
    forfait = await town.opened()

    behind = await town.ana.get(f"/children/{town.network.child}/departures")
    refused = await depart(town)
    left = await depart(town, close_forfaits=True)
    read = await town.ana.get(f"/forfaits/{forfait}")

    assert behind.body["loose_ends"]["forfaits"] == [forfait]
    assert (refused.status, refused.code, refused.body["mended_by"]) == (
        409,
        "forfaits_open",
        "coordinator",
    )
    assert left.status == 201
    assert (read.body["state"], read.body["last_day"]) == ("closed", today(town))


async def test_appointments_after_a_departure_are_called_off_or_fall_silent_as_one_chooses(
    town: Town,
) -> None:
    booked = [await book(town, days=days) for days in (5, 6)]
    ids = [each.body["id"] for each in booked]

    strange = await depart(town, cancel_appointments=["a" * 26])
    behind = await town.ana.get(f"/children/{town.network.child}/departures")
    left = await depart(town, cancel_appointments=ids[:1])
    called_off, quiet = [await town.ana.get(f"/appointments/{name}") for name in ids]
    again = await book(town, days=7)

    assert (strange.status, strange.code) == (404, "not_found")
    assert behind.body["loose_ends"]["appointments"] == sorted(ids)
    assert left.status == 201
    assert called_off.body["status"] == "cancelled"
    assert quiet.body["status"] == "booked"
    assert {each["state"] for each in quiet.body["notices"]} <= {"cancelled", "sent"}
    assert (again.status, again.code) == (409, "child_left")


async def test_after_a_departure_nothing_new_is_written_but_everything_is_read(town: Town) -> None:
    documents = f"/circles/{town.network.circle}/documents"
    draft = await town.doc.person.post(documents, {"form": "F15", "answers": {}})
    await depart(town)

    begun = await town.doc.person.post(documents, {"form": "F15", "answers": {}})
    signed = await town.doc.person.ask(
        "POST", f"/documents/{draft.body['id']}/signature", headers={"If-Match": '"1"'}
    )
    prescribed = await town.prescribe()
    meeting = await call(town)
    read = await town.doc.person.get(f"/documents/{draft.body['id']}")

    refused = [each.code for each in (begun, signed, prescribed, meeting)]
    assert refused == ["child_left"] * 4
    assert read.status == 200


async def test_a_departure_is_taken_back_within_its_days_and_not_after(town: Town) -> None:
    left = await depart(town)
    undoing = f"/departures/{left.body['id']}/undoing"

    silent = await town.ana.post(undoing, {"reason": ""})
    back = await town.ana.post(undoing, {"reason": "Erreur de dossier"})
    again = await depart(town)
    await town.pass_days(31)
    late = await town.ana.post(f"/departures/{again.body['id']}/undoing", {"reason": "Retour"})

    assert (silent.status, silent.code) == (422, "reason_missing")
    assert (back.status, back.body["stands"]) == (200, False)
    assert again.status == 201
    assert (late.status, late.code) == (409, "too_late_to_take_back")


async def test_a_move_is_written_on_the_child_and_taken_off_with_the_departure(town: Town) -> None:
    path = f"/children/{town.network.child}"
    left = await depart(town, reason="moving", answers={"new_region": "abroad"})
    moved = (await town.ana.get(path)).body["left_territory_on"]
    back = await town.ana.post(
        f"/departures/{left.body['id']}/undoing", {"reason": "Finalement non"}
    )
    home = (await town.ana.get(path)).body["left_territory_on"]

    assert (left.status, left.body["form"]) == (201, "F19")
    assert (moved, back.status, home) == (today(town), 200, None)


async def test_a_child_leaves_by_refusal_only_once_the_refusal_is_recorded(town: Town) -> None:
    early = await depart(town, reason="refusal")
    word = {
        "contact": town.network.contacts[0],
        "word": "withdrawn",
        "on": today(town),
        "language": "fr",
        "document": "R-1",
    }
    await town.ana.post(f"/children/{town.network.child}/consent", word)
    left = await depart(town, reason="refusal")
    back = await town.ana.post(f"/departures/{left.body['id']}/undoing", {"reason": "Erreur"})

    assert (early.status, early.code) == (409, "exclusion_not_recorded")
    assert left.status == 201
    assert (back.status, back.code) == (409, "still_excluded")


async def test_the_relay_is_asked_for_and_answered_and_only_some_read_why(town: Town) -> None:
    left = await depart(town, relay="asked")
    heard = await town.doc.person.post(
        f"/departures/{left.body['id']}/relay", {"state": "accepted", "on": today(town)}
    )
    physio = await town.kim.person.get(f"/children/{town.network.child}/departures")

    assert [step["state"] for step in heard.body["steps"]] == ["asked", "accepted"]
    [seen] = physio.body["items"]
    assert (seen["reason"], seen["steps"], seen["stands"]) == ("", [], True)


async def test_the_bundle_is_a_document_that_others_can_read(town: Town) -> None:
    document = await signed_visit(town)
    await town.opened()
    await depart(town, close_forfaits=True, relay="accepted")

    made = await town.ana.get(f"/children/{town.network.child}/relay/bundle")
    bundle = Bundle.model_validate(made.body)
    entries = made.body["entry"]
    named = {each["fullUrl"] for each in entries}
    kinds = [each["resource"]["resourceType"] for each in entries]
    [response] = [
        e["resource"] for e in entries if e["resource"]["resourceType"] == "QuestionnaireResponse"
    ]
    form = read_pathway(COCON).form("F26")

    assert made.headers["Content-Type"].startswith("application/fhir+json")
    assert (bundle.type, kinds[0]) == ("document", "Composition")
    assert len(named) == len(entries)
    assert set(references(made.body)) <= named
    assert {"Patient", "CareTeam", "ServiceRequest", "Observation", "List"} <= set(kinds)
    assert "RelatedPerson" not in kinds
    assert dict(answers_of(form, response).answers) == document["versions"][-1]["answers"]


async def test_the_titles_of_the_bundle_are_said_in_both_languages(town: Town) -> None:
    await signed_visit(town)
    await depart(town, close_forfaits=True, relay="accepted")

    made = (await town.ana.get(f"/children/{town.network.child}/relay/bundle")).body

    composition = made["entry"][0]["resource"]
    titled = [composition, *composition["section"]]
    english = {
        each["title"]: each["_title"]["extension"][0]["extension"][1]["valueString"]
        for each in titled
        if "_title" in each
    }
    assert composition["language"] == "fr"
    assert english["Dossier de relais"] == "Relay file"
    assert english["Sortie et relais"] == "Leaving and relay"
    assert {each["title"] for each in titled} - set(english) <= {"Documents"}


async def test_a_forfait_closed_by_leaving_names_the_exit_by_its_code(town: Town) -> None:
    forfait = await town.opened()
    await depart(town, close_forfaits=True)

    read = (await town.ana.get(f"/children/{town.network.child}/forfaits")).body["items"]
    rules = (await town.ana.get("/pathway/early_care")).body

    [closed] = [each for each in read if each["closing"] is not None]
    assert closed["id"] == forfait
    assert closed["closing"]["reason"] in {each["code"] for each in rules["exits"]}
    assert all(each["label"]["fr"] and each["label"]["en"] for each in rules["exits"])


async def test_what_is_for_some_readers_only_stays_behind(town: Town) -> None:
    await signed_visit(town)

    made = await town.ana.get(f"/children/{town.network.child}/relay/bundle")

    assert "INS" not in json.dumps(made.body)
    assert "Apolline" not in json.dumps(made.body)


async def test_paper_is_made_by_coordinator_and_physician_and_each_file_is_recorded(
    town: Town,
) -> None:
    await signed_visit(town)
    path = f"/children/{town.network.child}/relay"

    paper = await town.doc.person.get(f"{path}/paper?language=en")
    refused = await town.kim.person.get(f"{path}/paper")
    listed = await town.ana.get(f"{path}/files")

    assert (paper.status, paper.headers["Content-Type"]) == (200, "application/pdf")
    assert b"pdfuaid" in paper.body
    assert (refused.status, refused.code) == (403, "forbidden")
    [file] = listed.body["items"]
    assert (file["kind"], file["by"], len(file["documents"])) == ("paper", town.doc.id, 1)


async def test_minutes_are_printed(town: Town) -> None:
    called = await call(town)
    await write(town, called.body)

    paper = await town.kim.person.get(f"/meetings/{called.body['id']}/paper")

    assert (paper.status, paper.headers["Content-Type"]) == (200, "application/pdf")


async def book(town: Town, *, days: int) -> Answer:
    slot = {
        "start": f"{today(town, days)}T14:30:00",
        "zone": "Europe/Paris",
        "duration_minutes": 45,
        "place_label": "12 rue des Lilas",
    }
    path = f"/children/{town.network.child}/appointments"
    return await town.ana.post(path, {"professional": town.doc.id, "slot": slot})


async def signed_visit(town: Town) -> Any:  # noqa: ANN401 -- JSON
    begun = await town.doc.person.post(
        f"/circles/{town.network.circle}/documents",
        {"form": "F26", "visit": "V24", "answers": WHOLE},
    )
    assert begun.status == 201, begun
    signed = await town.doc.person.ask(
        "POST", f"/documents/{begun.body['id']}/signature", headers={"If-Match": '"1"'}
    )
    assert signed.status == 200, signed
    return signed.body


def references(value: object) -> list[str]:
    """Collect every reference there is."""
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [each for held in value.values() for each in references(held)]
    if isinstance(value, list):
        return [each for held in value for each in references(held)]
    return []
