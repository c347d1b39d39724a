"""Statements as PDF over HTTP: for whoever may read them."""

from collections.abc import AsyncIterator

import pytest

from tests.support.actors import Person
from tests.support.early_care_town import Town, settled_town
from tests.support.server import Running


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with settled_town(server, ana) as made:
        yield made


async def test_a_statement_is_printed_for_its_professional_and_the_office(town: Town) -> None:
    await town.claim(await town.opened(), part="assessment")
    path = f"/professionals/{town.kim.id}/statements/{town.month}/paper"

    own = await town.kim.person.get(path)
    office = await town.ana.get(f"{path}?language=en")
    others = await town.lea.person.get(path)

    assert (own.status, own.headers["Content-Type"]) == (200, "application/pdf")
    assert b"pdfuaid" in own.body
    assert b"/Lang(fr)" in own.body
    assert b"/Lang(en)" in office.body
    assert (others.status, others.code) == (404, "not_found")
