"""The pages without a mouse, on paper, and for whoever wants nothing to move."""

import re
from typing import Any, Final

import pytest
from playwright.async_api import Page, expect
from pyotp.totp import TOTP

from channels.headless_people import admit_member, open_circle
from crypto.ids import ChildId
from tests.support.discussion import Room, composer, gathered, say, shows
from tests.support.guests import Guests
from tests.support.journey import PASSWORD, Journey
from tests.support.network import child_form

pytestmark = pytest.mark.timeout(300)

MOST_TABS: Final = 60
SENT: Final = ".reach[aria-label='Envoyé'], .reach[aria-label^='Reçu'], .reach[aria-label^='Lu']"
VALUE: Final = "(text) => document.querySelector('.desk-main .composer-field')?.value === text"
_FOCUSED: Final = """(where) => document.activeElement?.matches(where) ?? false"""
_MOVES: Final = """() => {
  const seconds = (text) => Math.max(...text.split(",").map((each) => {
    return Number.parseFloat(each) / (each.trim().endsWith("ms") ? 1000 : 1);
  }));
  const of = (each) => {
    const {transitionDuration, animationDuration} = getComputedStyle(each);
    return Math.max(seconds(transitionDuration), seconds(animationDuration));
  };
  return Math.max(...[...document.querySelectorAll("body *")].map(of));
}"""


@pytest.fixture
async def room(story: Journey, guests: Guests) -> Room:
    return await gathered(story, guests)


async def test_from_the_door_to_a_sent_and_corrected_message_without_a_mouse(room: Room) -> None:
    page = room.page
    await switch_to(page, "déconnecter")
    await page.wait_for_url(re.compile("/sign-in"))
    await sign_in(room)
    await room.lea.sees("Bonjour Léa")

    await switch_to(page, "Zéphyrine")
    await page.wait_for_url(re.compile(f"/circles/{room.story.circle}"))
    await reach(page, ".composer-field")
    await page.keyboard.type("Une ligne,")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("et une autre.")
    await page.keyboard.press("Enter")
    await shows(page, "et une autre.")
    await page.locator(SENT).wait_for()
    await page.keyboard.press("ArrowUp")
    await room.lea.sees("Vous modifiez votre message")
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" Corrigé.")
    await page.keyboard.press("Enter")

    await shows(page, "et une autre. Corrigé.")
    await room.arrive("Une ligne,\net une autre.")


async def test_escape_lets_go_and_gives_back_the_place_where_one_wrote(room: Room) -> None:
    page = room.page
    await say(page, "Un premier message.")
    await page.locator(SENT).wait_for()
    await page.keyboard.press("ArrowUp")
    await room.lea.sees("Vous modifiez votre message")
    await page.keyboard.press("Escape")
    await page.locator(".composer-context .quote").wait_for(state="detached")
    let_go = await composer(page).input_value()

    await page.keyboard.type("Une phrase")
    await page.keyboard.press("Control+/")
    await page.get_by_role("dialog", name="Raccourcis du clavier").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
    await page.keyboard.type(" qui attend")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Aller à").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
    await page.keyboard.type(" toujours.")

    assert let_go == ""
    await expect(composer(page)).to_have_value("Une phrase qui attend toujours.")


async def test_another_circle_is_a_few_letters_away_and_the_draft_waits_in_this_one(
    room: Room,
) -> None:
    page, other = room.page, await second_circle(room)
    await room.guests.sit(room.lea)
    await composer(page).fill("À finir")
    await page.get_by_role("navigation").get_by_text(other).first.wait_for()

    await switch_to(page, "Théod")
    await page.get_by_role("heading", name=other).wait_for()
    await switch_to(page, "Zéph")
    await page.get_by_role("heading", name="Zéphyrine").wait_for()

    await page.wait_for_function(VALUE, arg="À finir")


async def test_the_menu_of_a_message_is_walked_by_arrows_and_gives_the_focus_back(
    room: Room,
) -> None:
    page = room.page
    await say(page, "À commenter.")
    await page.locator(SENT).wait_for()
    await reach(page, ".message-tools button", back=True)

    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Répondre", exact=True).wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("menu").wait_for(state="detached")
    await page.wait_for_function(_FOCUSED, arg=".message-tools button")
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Répondre", exact=True).wait_for()
    while not await page.evaluate("() => document.activeElement?.textContent === 'Répondre'"):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.locator(".composer-context .quote").wait_for()
    await expect(composer(page)).to_be_focused()
    await page.keyboard.type("C'est noté.")
    await page.keyboard.press("Enter")

    await shows(page, "C'est noté.")
    await expect(page.locator(".message .quote-text")).to_have_text("À commenter.")


async def test_a_printed_document_is_the_document_alone(room: Room) -> None:
    draft = {"form": "F26", "visit": "V24", "answers": {"visit_kind": "remote"}}
    path = f"/circles/{room.story.circle}/documents"
    made = await room.ben.line.ask("POST", path, draft)
    await room.lea.goes(f"/documents/{made['id']}")
    on_screen = await visible(room.page, "nav, button")

    await room.page.emulate_media(media="print")

    assert on_screen > 0
    assert await visible(room.page, "nav, .nav, [role=status], dialog") == 0
    assert await visible(room.page, ".nav button, .page-actions button, .button") == 0
    await expect(room.page.get_by_role("heading", level=1)).to_be_visible()
    await expect(room.page.get_by_text("Imprimé le")).to_be_visible()


async def test_nothing_moves_for_whoever_asked_for_stillness(room: Room) -> None:
    await say(room.page, "Un message.")
    moving = await room.page.evaluate(_MOVES)

    await room.page.emulate_media(reduced_motion="reduce")
    still = await room.page.evaluate(_MOVES)
    await room.page.keyboard.press("Control+k")
    await room.page.get_by_role("combobox", name="Aller à").wait_for()

    assert moving > 0.05
    assert still <= 0.01
    assert await room.page.evaluate(_MOVES) <= 0.01


async def visible(page: Page, where: str) -> int:
    """Count what is drawn of some elements."""
    drawn = [await one.is_visible() for one in await page.locator(where).all()]
    return sum(drawn)


async def reach(page: Page, where: str, *, back: bool = False) -> None:
    """Walk by the tabulator until something has the focus."""
    for _ in range(MOST_TABS):
        if await page.evaluate(_FOCUSED, where):
            return
        await page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"the keyboard does not reach {where}")


async def switch_to(page: Page, name: str) -> None:
    """Go somewhere by its name."""
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Aller à")).to_be_focused()
    await page.keyboard.type(name)
    await page.locator(".switcher-option", has_text=re.compile(name)).first.wait_for()
    await page.keyboard.press("Enter")


async def sign_in(room: Room) -> None:
    """Sign in as the form is when one comes to it: its first field has the focus."""
    keyboard = room.page.keyboard
    await reach(room.page, "[name=email]")
    await keyboard.type(room.lea.email)
    await reach(room.page, "[name=password]")
    await keyboard.type(PASSWORD)
    await reach(room.page, "[name=code]")
    await keyboard.type(TOTP(room.lea.secret).at(room.story.clock(), counter_offset=1))
    await keyboard.press("Enter")


async def second_circle(room: Room) -> str:
    """Open another child's circle with Léa in it; gives the child's name."""
    story, ask = room.story, room.story.ana.line.ask
    form: dict[str, Any] = child_form(room.ben.id)
    form["identity"] |= {"birth_given_names": ["Théodule"], "birth_date": "2024-09-03"}
    registered = await ask("POST", "/children", form)
    word = {
        "contact": registered["contacts"][0]["id"],
        "word": "agreed",
        "on": story.clock().date().isoformat(),
        "language": "fr",
        "document": "CONSENTEMENT-1",
    }
    await ask("POST", f"/children/{registered['id']}/consent", word)
    await ask("POST", f"/children/{registered['id']}/inclusion")
    await open_for(story, ChildId(registered["id"]), room)
    return "Théodule Quenouille"


async def open_for(story: Journey, child: ChildId, room: Room) -> None:
    device = story.ana.device
    circle = await open_circle(device, child)
    channel = await device.open_channel(circle)
    await admit_member(device, circle, room.lea.id)
    await device.add(channel, room.lea.id)
