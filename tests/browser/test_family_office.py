"""The office keeps what a family says of its media: verified, refused, and the proof of it."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from care_circle.role import Role
from tests.support.browser_pages import NARROW, Visitor, accept, invite, visitor
from tests.support.journey import Journey

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def odile(story: Journey, browser: Browser) -> AsyncIterator[Visitor]:
    """Bring a coordinator with a device of her own."""
    async with visitor(browser, story.url, "Odile", "Berger") as one:
        token = await invite(story, one, role=Role.COORDINATOR, profession=None)
        await accept(story, one, token)
        yield one
        assert one.troubles == []


async def test_the_office_verifies_a_number_notes_a_refusal_and_reads_the_proof(
    odile: Visitor,
) -> None:
    page = odile.page
    await odile.goes("/coordination/children/new")
    await page.get_by_label("Prénoms").fill("Zéphyrine")
    await page.get_by_label("Nom de naissance").fill("Quenouille")
    await page.get_by_label("Date de naissance").fill("2026-08-20")
    parent = page.get_by_role("group", name="Premier parent")
    await parent.get_by_label("Nom", exact=True).fill("Quenouille")
    await parent.get_by_label("Téléphone").fill("06 39 98 01 02")
    await parent.get_by_label("Écrire en").select_option("ar")
    await parent.get_by_label("Un interprète est nécessaire").check()
    await parent.get_by_label("Numéro vérifié de vive voix").check()
    await page.get_by_role("button", name="Inscrire l'enfant").click()
    family = page.get_by_role("region", name="Famille")
    await expect(family.get_by_text(re.compile("SMS\\s: confirmé"))).to_be_visible()
    await expect(family.get_by_text("Interprète nécessaire")).to_be_visible()

    await family.get_by_role("button", name="Corriger").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Preuves de ce qui a été dit").click()
    proof = await dialog.get_by_text("confirmé · à la coordination").inner_text()
    faults = await odile.axe()
    await odile.shoot("family-office")
    await page.set_viewport_size(NARROW)
    wider = await odile.overflow()
    await odile.shoot("family-office-narrow")
    await dialog.get_by_role("button", name="N'en veut plus").click()
    await expect(family.get_by_text(re.compile("SMS\\s: refusé le"))).to_be_visible()

    assert "+33639980102" in proof
    assert (faults, wider) == ([], 0)
