"""A duty that was ended by mistake is open again, within a day and for those who may."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crypto.ids import new_id
from server.vigil import vigil_of
from tests.support.server import Running
from tests.support.standing import Standing, everybody

OFFICE = ("coordinator", "elsewhere", "secretary")


@pytest.fixture
async def standing(server: Running) -> AsyncIterator[Standing]:
    """Let ten months go by, so that a visit is late and the office owes something."""
    async with everybody(server) as made:
        server.clock.move(days=300)
        await vigil_of(server.house).look()
        for who in OFFICE:
            await made.people[who].sign_in()
        yield made


async def late_visit(standing: Standing) -> dict[str, Any]:
    listed = (await standing.people["coordinator"].get("/coordination/duties")).body["items"]
    found: dict[str, Any] = next(each for each in listed if each["reason"] == "visit_late")
    return found


async def ended_by(standing: Standing, who: str) -> str:
    path = f"/duties/{(await late_visit(standing))['id']}/ending"
    await standing.people[who].ask("PUT", path, {"state": "done", "note": "vue"})
    return path


async def test_whoever_ended_a_duty_opens_it_again_and_it_is_written_down(
    server: Running, standing: Standing
) -> None:
    sam = standing.people["secretary"]
    path = await ended_by(standing, "secretary")

    opened = await sam.ask("DELETE", path)
    again = await sam.ask("DELETE", path)

    trace = [each async for each in _trace(server)]
    assert (opened.status, opened.body["state"], opened.body["ending"]) == (200, "open", None)
    assert (again.status, again.body["state"]) == (200, "open")
    assert (await late_visit(standing))["id"] == opened.body["id"]
    assert [each for each in trace if each[0] == "reopen_duty"] == 2 * [
        ("reopen_duty", "duty", opened.body["id"])
    ]


async def _trace(server: Running) -> AsyncIterator[tuple[str, str, str]]:
    after = 0
    while lines := await server.house.audit.read(after=after):
        for line in lines:
            yield line.action, line.kind, line.id
        after += len(lines)


async def test_what_a_coordinator_ended_a_secretary_does_not_open_but_another_coordinator_does(
    standing: Standing,
) -> None:
    path = await ended_by(standing, "coordinator")

    by_secretary = await standing.people["secretary"].ask("DELETE", path)
    by_colleague = await standing.people["elsewhere"].ask("DELETE", path)

    assert (by_secretary.status, by_secretary.code) == (403, "ended_by_somebody_else")
    assert (by_colleague.status, by_colleague.body["state"]) == (200, "open")


async def test_an_ending_is_taken_back_for_a_day_and_no_longer(
    server: Running, standing: Standing
) -> None:
    path = await ended_by(standing, "coordinator")

    server.clock.move(days=1, seconds=1)
    await standing.people["coordinator"].sign_in()
    refused = await standing.people["coordinator"].ask("DELETE", path)

    assert (refused.status, refused.code) == (409, "too_late_to_reopen")


async def test_a_duty_whose_reason_is_gone_meanwhile_settles_instead_of_opening(
    standing: Standing,
) -> None:
    ana, path = standing.people["coordinator"], await ended_by(standing, "coordinator")
    child = f"/children/{standing.place.ids['child']}"
    await ana.ask("PATCH", child, {"left_territory_on": "2027-01-01"})

    opened = await ana.ask("DELETE", path)
    settled = await ana.ask("DELETE", path)

    assert (opened.status, opened.body["state"]) == (200, "settled")
    assert (settled.status, settled.code) == (409, "duty_ended")


async def test_several_are_opened_again_at_once_each_told_by_itself(standing: Standing) -> None:
    ana, nobody = standing.people["coordinator"], new_id()
    listed = (await ana.get("/coordination/duties")).body["items"]
    ids = [each["id"] for each in listed]
    await ana.post("/coordination/duties/endings", {"state": "done", "duties": ids})

    told = await ana.post("/coordination/duties/reopenings", {"duties": [*ids, nobody]})

    left = (await ana.get("/coordination/duties")).body["items"]
    assert told.body["lines"] == [
        *({"id": each, "done": True, "code": None} for each in ids),
        {"id": nobody, "done": False, "code": "not_found"},
    ]
    assert {each["id"] for each in left} == set(ids)
