"""Early care over HTTP: from the prescription to the statement that is paid."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from crypto.ids import new_id
from tests.support.actors import Person
from tests.support.early_care_town import Town, settled_town
from tests.support.server import Running


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with settled_town(server, ana) as made:
        yield made


async def test_a_prescription_becomes_a_forfait_a_session_and_a_line_that_is_paid(
    town: Town,
) -> None:
    forfait = await town.opened()
    claimed = await town.claim(forfait, part="assessment")
    month = str(town.ana.server.clock().date())[:7]
    before = await town.statement(month)
    await town.pass_days(31)
    validated = await town.validate(month)
    path = f"/professionals/{town.kim.id}/statements/{month}/payment"
    paid = await town.ana.ask("PUT", path, {"on": str(town.ana.server.clock().date())})

    assert (claimed.status, claimed.body["done"], claimed.body["left"]) == (200, 1, 10)
    assert [line["work"] for line in before.body["lines"]] == ["session"]
    assert (before.body["state"], before.body["may_be_validated"]) == ("open", False)
    assert (validated.status, validated.body["state"]) == (200, "validated")
    assert validated.body["lines"] == before.body["lines"]
    assert (paid.status, paid.body["state"]) == (200, "paid")
    assert paid.body["lines"] == before.body["lines"]


async def test_of_two_who_claim_the_last_session_exactly_one_wins(town: Town) -> None:
    forfait = await town.opened(sessions=1)
    await town.admit(town.lea)
    await town.ana.ask("PUT", f"/forfaits/{forfait}/professional", {})

    both = await asyncio.gather(
        town.claim(forfait), town.claim(forfait, by=town.lea, session=new_id())
    )

    assert sorted(answer.status for answer in both) == [200, 409]
    refused = next(answer for answer in both if answer.status == 409)
    assert (refused.code, refused.body["mended_by"]) == ("quota_used_up", "physician")
