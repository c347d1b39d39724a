"""A document being filled reaches the server by itself once it can, whatever stood in the way."""

import pytest
from playwright.async_api import Page

from tests.support.browser_pages import Visitor, sign_in_over
from tests.support.guests import Guests
from tests.support.journey import Companion, Journey

END_SESSION = """async () => {
  const {id} = await (await fetch("/api/v1/session")).json();
  await fetch(`/api/v1/sessions/${id}`, {method: "DELETE"});
}"""
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def ben(story: Journey) -> Companion:
    return await story.join("Ben")


@pytest.fixture
async def lea(story: Journey, guests: Guests, ben: Companion) -> Visitor:
    """Bring Lea, who has a half-filled visit of 24 months before her."""
    await story.gather(ben)
    one = await guests.member("Lea", "Roche", service_workers="allow")
    draft = {"form": "F26", "visit": "V24", "answers": {"visit_kind": "remote"}}
    made = await ben.line.ask("POST", f"/circles/{story.circle}/documents", draft)
    await one.goes(f"/documents/{made['id']}")
    return one


async def weighs(page: Page, ben: Companion) -> object:
    """Read from the server what the draft says of the weight."""
    found = await ben.line.ask("GET", "/documents/" + page.url.rsplit("/", 1)[1])
    return found["versions"][-1]["answers"].get("weight_kg")


async def test_what_was_typed_without_a_network_is_saved_when_it_comes_back(
    lea: Visitor, ben: Companion
) -> None:
    await lea.context.set_offline(True)
    await lea.page.get_by_label("Poids").fill("11,4")
    await lea.sees("Hors ligne : vos réponses sont gardées sur cet appareil.")

    await lea.context.set_offline(False)
    await lea.sees("Enregistré à")

    assert await weighs(lea.page, ben) == 11.4


async def test_what_was_typed_after_the_session_s_end_is_saved_once_signed_in(
    lea: Visitor, ben: Companion, story: Journey
) -> None:
    await lea.page.evaluate(END_SESSION)
    await lea.page.get_by_role("dialog", name="Votre session est terminée").wait_for()
    await lea.page.keyboard.press("Escape")
    await lea.page.get_by_label("Poids").fill("11,4")
    await lea.sees("Votre session est terminée. Reconnectez-vous pour continuer.")

    await lea.presses("Se reconnecter")
    await sign_in_over(story, lea)
    await lea.sees("Enregistré à")

    assert await weighs(lea.page, ben) == 11.4
