"""What the office types into its long forms outlives the tab, the session and the network."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from care_circle.role import Role
from tests.support.browser_pages import Visitor, accept, invite, sign_in_over, visitor
from tests.support.journey import Journey

CHILD = "/coordination/children/new"
PROFESSIONAL = "/coordination/professionals/new"
BEGUN = "Vous aviez commencé"
END_SESSION = """async () => {
  const {id} = await (await fetch("/api/v1/session")).json();
  await fetch(`/api/v1/sessions/${id}`, {method: "DELETE"});
}"""
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def odile(story: Journey, browser: Browser) -> AsyncIterator[Visitor]:
    """Bring a coordinator with a device of her own."""
    async with visitor(browser, story.url, "Odile", "Berger", service_workers="allow") as one:
        token = await invite(story, one, role=Role.COORDINATOR, profession=None)
        await accept(story, one, token)
        yield one
        assert one.troubles == []


async def begin_child(page: Page) -> None:
    """Fill half of a child's form, with a second person of the family."""
    await page.get_by_label("Prénoms").fill("Zéphyrine")
    await page.get_by_label("Date de naissance").fill("2026-08-20")
    await page.get_by_text("Fille", exact=True).click()
    await page.get_by_role("button", name="Ajouter quelqu'un").click()
    other = page.get_by_role("group", name="Personne n° 2")
    await other.get_by_label("Prénom").fill("Blaise")
    await other.get_by_label("Téléphone").fill("06 39 98 01 03")
    await other.get_by_label("Lui envoyer les rendez-vous").uncheck()


async def reads_of_child(page: Page) -> list[str | bool]:
    other = page.get_by_role("group", name="Personne n° 2")
    return [
        await page.get_by_label("Prénoms").input_value(),
        await page.get_by_label("Date de naissance").input_value(),
        await page.get_by_label("Fille").is_checked(),
        await other.get_by_label("Prénom").input_value(),
        await other.get_by_label("Téléphone").input_value(),
        await other.get_by_label("Lui envoyer les rendez-vous").is_checked(),
    ]


async def leaves(one: Visitor) -> None:
    """Go to another page, as somebody who is called away."""
    await one.page.get_by_role("link", name="Tâches", exact=True).click()
    await one.page.wait_for_url("**/tasks")
    await one.settles()


async def test_a_child_half_registered_is_there_again_after_the_tab_and_the_session_ended(
    odile: Visitor, story: Journey
) -> None:
    await odile.goes(CHILD)
    await begin_child(odile.page)
    typed = await reads_of_child(odile.page)
    await leaves(odile)
    await odile.page.evaluate(END_SESSION)
    closed, odile.page = odile.page, await odile.context.new_page()
    await closed.close()

    await odile.goes(CHILD)
    await sign_in_over(story, odile)
    await odile.sees(BEGUN)

    assert await reads_of_child(odile.page) == typed
    assert typed == ["Zéphyrine", "2026-08-20", True, "Blaise", "06 39 98 01 03", False]


async def test_what_is_registered_or_not_wanted_is_not_kept(odile: Visitor) -> None:
    page = odile.page
    await odile.goes(CHILD)
    await page.get_by_label("Prénoms").fill("Zéphyrine")
    await leaves(odile)
    await odile.goes(CHILD)
    await odile.presses("Repartir de zéro")
    await page.get_by_text(BEGUN).wait_for(state="detached")
    cleared = await page.get_by_label("Prénoms").input_value()
    await page.get_by_label("Prénoms").fill("Zéphyrine")
    await page.get_by_label("Nom de naissance").fill("Quenouille")
    await page.get_by_label("Date de naissance").fill("2026-08-20")
    parent = page.get_by_role("group", name="Premier parent")
    await parent.get_by_label("Nom", exact=True).fill("Quenouille")
    await parent.get_by_label("Téléphone").fill("06 39 98 01 02")

    await odile.presses("Inscrire l'enfant")
    await page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))
    await odile.goes(CHILD)
    await odile.stands_still()

    assert cleared == ""
    await expect(page.get_by_label("Prénoms")).to_have_value("")
    await expect(page.get_by_text(BEGUN)).to_have_count(0)


async def test_somebody_half_registered_is_there_again_with_their_new_place(
    odile: Visitor,
) -> None:
    page = odile.page
    await odile.goes(PROFESSIONAL)
    await page.get_by_label("Prénom").fill("Emil")
    await page.get_by_label("Rôle").select_option("secretary")
    await page.get_by_label("Structure", exact=True).select_option("new")
    await page.get_by_label("Nom de la structure").fill("Maison du Chemin Vert")
    await leaves(odile)

    await odile.goes(PROFESSIONAL)
    await odile.sees(BEGUN)

    await expect(page.get_by_label("Prénom")).to_have_value("Emil")
    await expect(page.get_by_label("Profession")).to_be_hidden()
    await expect(page.get_by_label("Nom de la structure")).to_have_value("Maison du Chemin Vert")


async def test_a_page_that_could_not_open_opens_by_itself_once_the_network_is_back(
    odile: Visitor,
) -> None:
    page = odile.page
    await odile.context.set_offline(True)
    await page.get_by_role("link", name="Coordination", exact=True).click()
    await page.get_by_role("link", name="Professionnels", exact=True).click()
    await odile.sees("Vous êtes hors ligne")

    await odile.context.set_offline(False)

    await page.get_by_role("link", name="Nouveau professionnel").wait_for()
