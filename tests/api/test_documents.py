"""Documents over HTTP: begun before there is a circle, prefilled, computed, drawn, printed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest

from care_circle.role import Profession
from tests.support.actors import Person, stranger
from tests.support.network import Member, Network, network_of
from tests.support.server import Running

Body = dict[str, Any]
VISIT: dict[str, Any] = {
    "visit_date": "2026-11-20",
    "parents_concerned": False,
    "conclusion": "reassuring",
    "weight_kg": 10.25,
    "head_circumference_cm": 46.0,
    "oxygen_at_home": False,
}


class Town(NamedTuple):
    """A child's circle: a coordinator, a physician, and an orthoptist in it."""

    network: Network
    ana: Person
    ben: Member
    ida: Member


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(stranger(server)) for _ in range(2)]
        network = await network_of(ana)
        ben = await network.join(people[0], name="Ben")
        ida = await network.join(people[1], name="Ida", profession=Profession.ORTHOPTIST)
        assert (await network.include_child(ben.id)).status == 200
        yield Town(network, ana, ben, ida)


async def gathered(town: Town) -> None:
    """Open the circle and bring both in."""
    assert (await town.network.open_circle()).status == 201
    assert (await town.network.admit(town.ben)).status == 200
    assert (await town.network.admit(town.ida, role="orthoptist")).status == 200


async def begun(town: Town, form: str, answers: dict[str, Any], by: Person | None = None) -> Body:
    answer = await (by or town.ben.person).post(
        f"/children/{town.network.child}/documents", {"form": form, "answers": answers}
    )
    assert answer.status == 201, answer
    body: Body = answer.body
    return body


async def signed(town: Town, form: str, answers: dict[str, Any], by: Person | None = None) -> Body:
    draft = await begun(town, form, answers, by)
    answer = await (by or town.ben.person).ask(
        "POST", f"/documents/{draft['id']}/signature", headers={"If-Match": '"1"'}
    )
    assert answer.status == 200, answer
    body: Body = answer.body
    return body


async def test_the_office_writes_what_is_due_before_there_is_a_circle(town: Town) -> None:
    fitting = {"identity_proof": "cni", "authority": "both"}
    form = await town.ana.get("/pathway/forms/F04")
    fields = {each["code"]: each for part in form.body["sections"] for each in part["fields"]}
    answers = {code: fields[code]["choices"][0]["code"] for code in fitting}

    written = await signed(town, "F04", answers, by=town.ana)
    refused = await town.ben.person.post(
        f"/children/{town.network.child}/documents", {"form": "F04", "answers": {}}
    )
    await gathered(town)
    listed = await town.ana.get(f"/children/{town.network.child}/documents")
    for_eyes = await town.ida.person.get(f"/children/{town.network.child}/documents")

    assert (written["circle"], written["state"]) == (None, "signed")
    assert refused.status == 404
    assert [each["id"] for each in listed.body["items"]] == [written["id"]]
    # The orthoptist does not see how the family lives (CON-1).
    assert for_eyes.body["items"] == []


async def test_a_visit_takes_up_what_the_last_one_found_and_says_from_where(town: Town) -> None:
    await gathered(town)
    before = await signed(town, "F24", VISIT)

    told = await town.ben.person.get(f"/children/{town.network.child}/forms/F25/first_answers")
    first = {each["code"]: each for each in told.body["items"]}

    assert first["oxygen_at_home"]["answer"] is False
    assert first["oxygen_at_home"]["document"] == before["id"]
    assert (first["oxygen_at_home"]["form"], first["oxygen_at_home"]["origin"]) == (
        "F24",
        "document",
    )
    assert first["visit_date"]["origin"] == "visit"
    assert "weight_kg" not in first


async def test_first_answers_show_nothing_that_one_may_not_read(town: Town) -> None:
    await gathered(town)
    await signed(town, "F24", VISIT)

    told = await town.ida.person.get(f"/children/{town.network.child}/forms/F36/first_answers")

    assert told.status == 200
    assert all(each["document"] is None or each["form"] == "F24" for each in told.body["items"])


async def test_a_computed_number_is_the_server_s_and_a_day_before_birth_is_refused(
    town: Town,
) -> None:
    await gathered(town)

    draft = await begun(town, "F25", {"visit_date": "2026-11-20", "corrected_months": 99})
    impossible = await town.ben.person.ask(
        "PUT",
        f"/documents/{draft['id']}/draft",
        {"answers": {"visit_date": "1999-01-01"}},
        headers={"If-Match": '"1"'},
    )

    assert draft["versions"][0]["answers"]["corrected_months"] != 99
    assert impossible.status == 422
    assert {"pointer": "/answers/visit_date", "detail": "too_early"} in impossible.body["errors"]


async def test_what_is_wrong_is_told_at_the_field_with_its_range_and_at_the_row(
    town: Town,
) -> None:
    await gathered(town)
    path = f"/children/{town.network.child}/documents"

    heavy = await town.ben.person.post(path, {"form": "F24", "answers": {"weight_kg": 400}})
    row = await town.ben.person.post(
        path, {"form": "F12", "answers": {"goals": [{"goal": "Marcher"}, {"goal": 3}]}}
    )

    (outside,) = heavy.body["errors"]
    assert (outside["pointer"], outside["detail"]) == ("/answers/weight_kg", "out_of_range")
    assert outside["minimum"] < outside["maximum"] < 400
    assert row.body["errors"] == [{"pointer": "/answers/goals/1/goal", "detail": "wrong_type"}]


async def test_a_form_that_a_record_keeps_is_not_begun_as_a_document(town: Town) -> None:
    await gathered(town)

    refused = await town.ben.person.post(
        f"/children/{town.network.child}/documents", {"form": "F13", "answers": {}}
    )

    assert (refused.status, refused.code) == (409, "kept_elsewhere")


async def test_a_second_document_of_a_visit_is_refused(town: Town) -> None:
    await gathered(town)
    await begun(town, "F24", {})

    again = await town.ben.person.post(
        f"/children/{town.network.child}/documents", {"form": "F24", "answers": {}}
    )

    assert (again.status, again.code) == (409, "already_written")


async def test_measures_of_several_visits_make_one_series(server: Running, town: Town) -> None:
    await gathered(town)
    await signed(town, "F24", VISIT)
    # Of one day, what was signed first stands first.
    server.clock.move(minutes=1)
    await signed(town, "F25", VISIT | {"weight_kg": 11.5})

    drawn = await town.ida.person.get(f"/children/{town.network.child}/growth")
    weights = next(each for each in drawn.body["items"] if each["series"]["code"] == "29463-7")

    assert [each["value"] for each in weights["series"]["measures"]] == [10.25, 11.5]
    assert weights.keys() == {"series"}


@pytest.mark.parametrize("language", ["fr", "en", "tlh"])
async def test_a_document_is_printed_as_tagged_paper(town: Town, language: str) -> None:
    await gathered(town)
    visit = await signed(town, "F24", VISIT)

    paper = await town.ben.person.get(f"/documents/{visit['id']}/paper?language={language}")

    assert (paper.status, paper.headers["Content-Type"]) == (200, "application/pdf")
    assert paper.headers["Content-Disposition"] == 'inline; filename="document.pdf"'
    assert isinstance(paper.body, bytes)
    assert paper.body.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in paper.body
