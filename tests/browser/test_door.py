"""The way in, and the frame round every page: forms that help, a session that ends."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect
from pyotp.totp import TOTP

from tests.support.browser_pages import Visitor, come_in, sign_in_again, visitor
from tests.support.journey import PASSWORD, Journey
from tests.support.server import Running

pytestmark = pytest.mark.timeout(300)

_END_SESSION = """async () => {
  const {id} = await (await fetch("/api/v1/session")).json();
  await fetch(`/api/v1/sessions/${id}`, {method: "DELETE"});
}"""


@pytest.fixture
async def lea(story: Journey, browser: Browser) -> AsyncIterator[Visitor]:
    """Bring Léa into Ben's circle, by her browser."""
    await story.gather(await story.join("Ben"))
    async with visitor(browser, story.url, "Lea", "Lavigne") as one:
        await come_in(story, one)
        yield one
        assert one.troubles == []


async def test_a_form_says_what_is_missing_and_leads_there(
    server: Running, browser: Browser
) -> None:
    async with visitor(browser, server.url, "Eve", "Ollier") as eve:
        await eve.goes("/sign-in")
        tops = [
            await eve.page.locator(each).first.evaluate("e => e.getBoundingClientRect().top")
            for each in ("h1", ".page-lead", "input")
        ]

        await eve.presses("Se connecter")
        await eve.page.get_by_role("link", name=re.compile("Saisissez votre mot de passe")).click()

        await expect(eve.page.get_by_label("Mot de passe", exact=True)).to_be_focused()
        await expect(eve.page.locator("[aria-invalid=true]")).to_have_count(3)
        assert tops == sorted(tops)


async def test_a_weak_password_is_told_in_words_before_anything_is_sent(
    server: Running, browser: Browser
) -> None:
    async with visitor(browser, server.url, "Eve", "Ollier") as eve:
        await eve.goes("/invitation#unknown")

        await eve.page.get_by_label("Choisissez un mot de passe").fill("bonjour")
        await eve.presses("Continuer")
        await eve.sees("Encore 8 signes.")
        await eve.presses("En proposer un")
        await eve.presses("Continuer")

        await eve.sees("Cette invitation n'est plus valable")


async def test_who_comes_for_a_page_gets_it_after_the_door(
    story: Journey, lea: Visitor, browser: Browser
) -> None:
    async with visitor(browser, story.url, "Lea", "Lavigne") as elsewhere:
        elsewhere.email, elsewhere.secret = lea.email, lea.secret
        await elsewhere.goes(f"/circles/{story.circle}/members")

        await sign_in_again(story, elsewhere)
        typed = lea.recovery.replace(" ", "-").lower()
        await elsewhere.page.get_by_label("Code de récupération").fill(typed)
        await elsewhere.page.get_by_text("Oui, je le garde").click()
        await elsewhere.presses("Retrouver mes discussions")

        await expect(elsewhere.page).to_have_url(re.compile("/members$"))
        assert elsewhere.troubles == []


async def test_a_session_that_ends_is_opened_again_over_the_page(
    story: Journey, lea: Visitor
) -> None:
    await lea.goes(f"/circles/{story.circle}")
    words = lea.page.locator(".desk-main .composer-field")
    await words.fill("Je voulais dire")

    await lea.page.evaluate(_END_SESSION)
    dialog = lea.page.get_by_role("dialog", name="Votre session est terminée")
    await expect(dialog).to_be_visible()
    code = TOTP(lea.secret).at(story.clock() + timedelta(seconds=30))
    await dialog.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    await dialog.get_by_label("Code à six chiffres").fill(code)
    await dialog.get_by_role("button", name="Se connecter").click()

    await expect(dialog).to_be_hidden()
    await expect(words).to_have_value("Je voulais dire")
    await lea.sees("Vous êtes de nouveau connecté.")


async def test_a_few_letters_and_enter_lead_to_a_circle(story: Journey, lea: Visitor) -> None:
    await lea.goes("/account")

    await lea.page.keyboard.press("Control+k")
    await expect(lea.page.get_by_role("combobox")).to_be_focused()
    await lea.page.keyboard.type("zeph")
    await expect(lea.page.get_by_role("option", name="Zéphyrine Quenouille")).to_be_visible()
    await lea.page.keyboard.press("Enter")

    await expect(lea.page).to_have_url(re.compile(story.circle))
    await expect(lea.page.get_by_role("heading", level=1)).to_be_focused()


async def test_another_language_is_spoken_at_once_and_after_a_reload(lea: Visitor) -> None:
    await lea.goes("/account")

    await lea.page.get_by_text("English").click()
    await lea.sees("Devices and sessions")
    await lea.page.reload()

    await lea.sees("Devices and sessions")
    assert await lea.page.evaluate("document.documentElement.lang") == "en"


async def test_a_wiped_browser_holds_nothing_and_shows_the_door(lea: Visitor) -> None:
    await lea.goes("/account")

    await lea.presses("Se déconnecter et effacer ce navigateur")
    await lea.presses("Tout effacer")

    await lea.sees("Connectez-vous pour retrouver vos cercles.")
    assert await lea.page.evaluate("indexedDB.databases()") == []
