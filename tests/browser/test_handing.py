"""A signed document given to the family from its page, in a real browser, without a mouse."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from playwright.async_api import Browser, expect

from care_circle.role import Profession
from tests.support.browser_pages import NARROW, TABLET, WIDE, Visitor, come_in, visitor
from tests.support.care_answers import WHOLE
from tests.support.journey import Companion, Journey

pytestmark = pytest.mark.timeout(300)
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}


@pytest.fixture(params=LOOKS)
async def helene(
    request: pytest.FixtureRequest, story: Journey, browser: Browser
) -> AsyncIterator[Visitor]:
    async with visitor(browser, story.url, "Hélène", "Faure", **LOOKS[request.param]) as one:
        yield one


async def signed(story: Journey, ben: Companion) -> str:
    """Let Ben write and sign the visit of 24 months."""
    today = story.clock().date().isoformat()
    body = {"form": "F26", "visit": "V24", "answers": WHOLE | {"visit_date": today}}
    made = await ben.line.ask("POST", f"/children/{story.child}/documents", body)
    await ben.line.ask("POST", f"/documents/{made['id']}/signature", {}, version=made["edition"])
    return str(made["id"])


async def test_a_document_is_given_with_a_code_seen_once_and_taken_back_by_keyboard(
    helene: Visitor, story: Journey, request: pytest.FixtureRequest
) -> None:
    look, page = request.node.callspec.params["helene"], helene.page
    ben = await story.join("Ben", Profession.PHYSICIAN)
    await story.gather(ben)
    await come_in(story, helene)
    await helene.goes(f"/documents/{await signed(story, ben)}")

    await page.get_by_role("button", name="Donner à la famille").press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Seront prévenus").wait_for()
    wrong = await helene.axe()
    await helene.shoot(f"handing-{look}")
    await dialog.get_by_role("checkbox").press("Space")
    await dialog.get_by_role("button", name="Donner", exact=True).press("Enter")
    code = await dialog.get_by_text(re.compile(r"^\d{3} \d{3}$")).inner_text()
    wrong += await helene.axe()
    await helene.shoot(f"handing-code-{look}")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(1)
    await dialog.get_by_role("button", name="J'ai noté le code").press("Enter")
    await helene.sees("pas encore ouvert")
    wrong += await helene.axe()
    await expect(page.get_by_text(code)).to_have_count(0)
    await page.get_by_role("button", name="Ne plus donner").press("Enter")
    await dialog.get_by_role("button", name="Ne plus donner").press("Enter")
    await helene.sees(re.compile("repris le"))

    assert (wrong, await helene.overflow(), helene.troubles) == ([], 0, [])
    await expect(page.get_by_role("button", name="Ne plus donner")).to_have_count(0)
