"""Imports over HTTP: a report first, then what is chosen of it, once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from care_circle.role import Role
from tests.support.actors import Person, founded, stranger
from tests.support.imports import EXPORT, QUALIFIED, child, lines_of, send, take_over
from tests.support.imports_fhir import whole
from tests.support.network import child_form
from tests.support.server import Running, running


@pytest.fixture
async def trial(tmp_path: Path) -> AsyncIterator[Person]:
    """Give a coordinator of a network that carries identifiers made for tests."""
    async with running(tmp_path, ins="test") as server, stranger(server) as person:
        yield await founded(person)


async def test_a_file_is_reported_on_line_by_line_and_then_taken_over(ana: Person) -> None:
    report = await send(ana, [child(), child(id="D-2", given="Basile", born="31/02/2024")])
    before = (await ana.get("/children")).body["items"]
    lines = await lines_of(ana, report)
    done = await take_over(ana, report)
    after = (await ana.get("/children")).body["items"]

    assert report.status == 201, report
    assert report.body["counts"] == {"new": 1, "refused": 1}
    assert before == []
    assert [each["status"] for each in lines] == ["new", "refused"]
    assert (
        lines[1]["problems"][0]["sentence"]["fr"] == "« Date de naissance » : ce jour n'existe pas"
    )
    assert done["application"]["results"] == {"created": 1}
    assert [each["identity"]["birth_family_name"] for each in after] == ["Quenouille"]
    assert after[0]["perinatal"]["gestational_age"] == {"weeks": 28, "days": 3}
    assert after[0]["contacts"][0]["phone"] == "+33639980102"


async def test_the_same_file_twice_changes_nothing(ana: Person) -> None:
    await take_over(ana, await send(ana, [child()]))
    first = (await ana.get("/children")).body["items"]
    again = await send(ana, [child()])
    done = await take_over(ana, again)

    assert again.body["counts"] == {"same": 1}
    assert done["application"]["wanted"] == 0
    assert (await ana.get("/children")).body["items"] == first


async def test_a_changed_line_changes_what_nobody_touched_and_leaves_what_was_edited_here(
    ana: Person,
) -> None:
    await take_over(ana, await send(ana, [child()]))
    held = (await ana.get("/children")).body["items"][0]
    identity = held["identity"] | {"birth_family_name": "Quenouille-Dupré", "ins": None}
    described = await ana.ask("PATCH", f"/children/{held['id']}", {"identity": identity})
    report = await send(ana, [child(family="Quenouillet", weight="1100")])
    line = (await lines_of(ana, report))[0]
    done = await take_over(ana, report)
    after = (await ana.get(f"/children/{held['id']}")).body
    again = await send(ana, [child(family="Quenouillet", weight="1100")])

    assert described.status == 200, described
    assert {each["field"]: each["why"] for each in line["differences"]} == {
        "birth_family_name": "edited_here",
        "birth_weight_g": None,
    }
    assert done["application"]["results"] == {"updated": 1}
    assert after["perinatal"]["birth_weight_g"] == 1100
    assert after["identity"]["birth_family_name"] == "Quenouille-Dupré"
    assert again.body["counts"] == {"conflict": 1}


async def test_a_child_who_may_be_here_waits_for_a_choice(ana: Person) -> None:
    form = child_form(None) | {"contacts": []}
    form["identity"] |= {"birth_family_name": "QUENOUILLE", "birth_date": "2024-08-20"}
    here = await ana.post("/children", form)
    report = await send(ana, [child(), child(id="D-2"), child(id="D-3", given="Basile")])
    lines = await lines_of(ana, report)
    left = await take_over(ana, report)
    chosen = await take_over(
        ana, report, lines=[], choices=[{"line": 1, "wanted": here.body["id"]}]
    )
    linked = (await ana.get(f"/children/{here.body['id']}")).body

    assert [each["status"] for each in lines] == ["duplicate", "duplicate", "new"]
    assert lines[0]["candidates"] == [here.body["id"]]
    assert lines[1]["candidates"] == [here.body["id"], "line:1"]
    assert left["application"]["results"] == {"created": 1}
    assert chosen["application"]["results"] == {"linked": 1}
    assert len((await ana.get("/children")).body["items"]) == 2
    assert linked["identity"]["birth_family_name"] == "QUENOUILLE"
    assert linked["contacts"][0]["given_name"] == "Odile"


async def test_a_choice_that_was_not_offered_and_another_digest_are_refused(ana: Person) -> None:
    report = await send(ana, [child(), child(id="D-2")])
    path = f"/imports/{report.body['id']}/application"
    asked = {"digest": report.body["digest"]}

    other = await ana.post(path, {"digest": "0" * 64})
    unknown = await ana.post(path, asked | {"lines": [3]})
    strange = await ana.post(path, asked | {"choices": [{"line": 2, "wanted": "line:1"}]})

    assert (other.status, other.code) == (409, "other_report")
    assert (unknown.status, unknown.code) == (422, "bad_choice")
    assert (strange.status, strange.code) == (422, "bad_choice")


async def test_a_bundle_brings_a_place_a_physician_and_a_child_who_know_each_other(
    ana: Person,
) -> None:
    report = await send(ana, whole(), source="fhir")
    done = await take_over(ana, report)
    held = (await ana.get("/children")).body["items"][0]
    people = (await ana.get("/professionals")).body["items"]
    physician = next(each for each in people if each["family_name"] == "Lavandier")
    again = await send(ana, whole(), source="fhir")

    assert report.body["counts"] == {"new": 3}
    assert report.body["ignored_columns"] == ["Encounter"]
    assert done["application"]["results"] == {"created": 3}
    assert held["perinatal"]["gestational_age"] == {"weeks": 28, "days": 3}
    assert held["perinatal"]["birth_weight_g"] == 1040
    assert held["referring_physician"] == physician["id"]
    assert physician["structure"] == (await ana.get("/structures")).body["items"][0]["id"]
    assert physician["rpps"] == "10987650001"
    assert again.body["counts"] == {"same": 3}


async def test_what_was_read_is_forgotten_when_asked(ana: Person) -> None:
    report = await send(ana, [child()])
    path = f"/imports/{report.body['id']}"

    gone = await ana.delete(path)
    lines = await ana.get(f"{path}/lines")

    assert gone.status == 204
    assert (lines.status, lines.code) == (409, "report_over")
    assert (await ana.get(path)).body["state"] == "over"


async def test_the_export_of_thirty_lines_comes_in_whole_and_the_second_time_not_at_all(
    trial: Person,
) -> None:
    report = await send(trial, EXPORT.read_bytes())
    done = await take_over(trial, report)
    held = (await trial.get("/children?limit=200")).body["items"]
    again = await send(trial, EXPORT.read_bytes())
    repeated = await take_over(trial, again)

    assert report.body["counts"] == {"new": 25, "duplicate": 1, "refused": 4}
    assert report.body["ignored_columns"] == ["Commentaire du secrétariat"]
    assert done["application"]["results"] == {"created": 25}
    assert len(held) == 25
    assert sum(each["identity"]["ins"] is not None for each in held) == 2
    assert again.body["counts"] == {"same": 25, "duplicate": 1, "refused": 4}
    assert repeated["application"]["results"] == {}


async def test_a_qualified_identity_is_not_changed_by_a_file(trial: Person) -> None:
    await take_over(trial, await send(trial, [child(**QUALIFIED)]))
    report = await send(trial, [child(**QUALIFIED, family="Quenouillet")])
    line = (await lines_of(trial, report))[0]

    assert line["status"] == "conflict"
    assert [(each["field"], each["why"]) for each in line["differences"]] == [
        ("birth_family_name", "qualified")
    ]


async def test_a_professional_comes_without_account_or_convention_and_keeps_address_and_profession(
    ana: Person,
) -> None:
    told = {
        "Identifiant": "P-1", "Nom": "Lavandier", "Prénom": "Bastien", "Profession": "Kiné",
        "E-mail": "bastien.lavandier@ronde.example", "RPPS": "10987650001",
    }  # fmt: skip
    await take_over(ana, await send(ana, [told], source="generic"))
    people = (await ana.get("/professionals")).body["items"]
    made = next(each for each in people if each["family_name"] == "Lavandier")
    changed = told | {"Profession": "10", "E-mail": "autre@ronde.example", "Prénom": "Baptiste"}
    report = await send(ana, [changed], source="generic")
    line = (await lines_of(ana, report))[0]
    await take_over(ana, report)
    after = (await ana.get(f"/professionals/{made['id']}")).body
    conventions = await ana.get(f"/professionals/{made['id']}/conventions")

    assert (made["profession"], made["role"]) == ("physiotherapist", "professional")
    assert conventions.body["conventions"] == []
    assert await ana.server.house.stores.accounts.find(made["id"]) is None
    assert {each["field"]: each["why"] for each in line["differences"]} == {
        "profession": "guarded",
        "email": "guarded",
        "given_name": None,
    }
    assert (after["given_name"], after["profession"]) == ("Baptiste", "physiotherapist")


async def test_a_file_that_cannot_be_read_is_refused_with_its_line_and_leaves_nothing(
    ana: Person,
) -> None:
    broken = 'N° de dossier;Nom;DDN\nA;B;20/08/2024\nA;"B;C\n'.encode()
    refused = await send(ana, broken)
    lacking = await send(ana, [{"N° de dossier": "A", "Nom": "B"}])
    strange = await send(ana, [child()], source="unheard_of")

    assert (refused.status, refused.code) == (422, "file_refused")
    assert refused.body["errors"] == [{"pointer": "/lines/3", "detail": "open_quote"}]
    assert lacking.body["errors"] == [{"pointer": "/lines/1", "detail": "Date de naissance"}]
    assert strange.body["detail"] == "unknown_source"
    assert (await ana.get("/imports")).body["items"] == []


async def test_an_administrator_brings_professionals_and_sees_no_child(
    ana: Person, server: Running
) -> None:
    async with stranger(server) as zoe:
        await founded(zoe, role=Role.ADMINISTRATOR, name="Zoé")
        of_ana = await send(ana, [child()])
        refused = await send(zoe, [child()])
        listed = (await zoe.get("/imports")).body["items"]
        hidden = await zoe.get(f"/imports/{of_ana.body['id']}/lines")

    assert (refused.status, refused.code) == (404, "not_found")
    assert listed == []
    assert (hidden.status, hidden.code) == (404, "not_found")


async def test_who_brought_whom_is_in_the_trace(ana: Person) -> None:
    await take_over(ana, await send(ana, [child()]))
    made = (await ana.get("/children")).body["items"][0]

    trace = await ana.server.house.audit.read(limit=500)

    told = {(each.who, each.action, each.id) for each in trace}
    assert (ana.id, "register_child", made["id"]) in told
    assert "import_children" in {each.action for each in trace if each.who == ana.id}
