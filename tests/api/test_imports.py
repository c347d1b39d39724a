"""Imports over HTTP: a report first, then what is chosen of it, once."""

from tests.support.actors import Person
from tests.support.imports import child, lines_of, send, take_over


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
    assert lines[1]["problems"][0]["sentence"]["fr"] == "« Date de naissance » : ce jour n'existe pas"
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
