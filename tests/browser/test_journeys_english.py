"""The whole client in English: no sentence of the catalogue's French side is left on any page."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.async_api import Locator, Page

from care_circle.role import Role
from channels.content import Message, Task
from crypto.ids import TaskId, new_id
from crypto.session.log import Card
from server.words_catalogue import CATALOGUE, LOCALES, read_words
from tests.support.browser_pages import Visitor
from tests.support.guests import Guests
from tests.support.journey import Journey

pytestmark = pytest.mark.timeout(300)

_SPEAK: Final = "localStorage.setItem('ronde.language', 'en');"
_SAID: Final = """() => {
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    // What stands there for a browser without scripts has no language but the server's.
    const {data, parentElement} = walk.currentNode;
    if (parentElement.closest("noscript") === null) said.push(data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const each of document.querySelectorAll(`[${name}]`)) said.push(each.getAttribute(name));
  }
  return said;
}"""
_LETTERS: Final = 6
_PLACE: Final = re.compile(r"\{[a-z_]+\}")


# What people and places are called, and the languages by their own names.
_NAMES: Final = re.compile(r"Zéphyrine|[Ff]rançais|Hélène|Barthélemy|\ARéunion\Z")
_FRENCH: Final = re.compile(
    r"[àâçéèêëîïôûùœ]|\b(?:le|la|les|des|du|une|vous|votre|vos|pour|avec|dans|est|sont|pas|ou)\b",
    re.IGNORECASE,
)


class French:
    """Knows the sentences that the pages say in French and nobody says in English."""

    def __init__(self) -> None:
        words = read_words(LOCALES / "en" / CATALOGUE)
        english = {text for said in words.values() for text in _texts(said)}
        ours = {french for french in words if french not in english}
        self._plain = {french for french in ours if not _PLACE.search(french)}
        self._shapes = [_shape(french) for french in ours if _is_telling(french)]

    def among(self, said: list[str]) -> set[str]:
        texts = {re.sub(r"[\s\u00a0\u202f]+", " ", one).strip() for one in said}
        return {one for one in texts if one in self._plain or self._fits(one) or is_french(one)}

    def _fits(self, text: str) -> bool:
        return any(shape.fullmatch(text) for shape in self._shapes)


def is_french(text: str) -> bool:
    """Tell French that is in no catalogue by its accents and its small words."""
    others = _NAMES.sub("", text)
    # The switcher writes what fits letter by letter.
    return len(text) > 1 and bool(_FRENCH.search(others))


def _texts(said: object) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, list | tuple):
        yield from map(str, said)


def _is_telling(french: str) -> bool:
    """Tell whether enough is left of a sentence without its placeholders to know it by."""
    return bool(_PLACE.search(french)) and len(re.findall(r"\w", _PLACE.sub("", french))) > _LETTERS


def _shape(french: str) -> re.Pattern[str]:
    return re.compile(".+?".join(re.escape(part) for part in _PLACE.split(french)))


def test_a_sentence_left_in_french_would_be_found() -> None:
    french = French()

    found = french.among(
        ["Vous n'êtes plus là.", "Réponse à Ana", "Envoyer", "Send", "Reply to Ana", "Documents"]
    )

    assert found == {"Vous n'êtes plus là.", "Réponse à Ana", "Envoyer"}


async def test_no_french_is_left_for_whoever_reads_english(story: Journey, guests: Guests) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    lea = await guests.member("Lea", "Faure", locale="en-GB")
    await live(story, lea)
    made = await ben.line.ask(
        "POST",
        f"/circles/{story.circle}/documents",
        {"form": "F26", "visit": "V24", "answers": {"visit_kind": "remote"}},
    )
    circle = f"/circles/{story.circle}"
    left: dict[str, set[str]] = {}

    await lea.context.add_init_script(_SPEAK)
    await lea.goes(circle)
    await lea.sees("Weigh the child")
    for path in (
        "/", "/circles", circle, f"{circle}/tasks", f"{circle}/documents",
        f"{circle}/appointments", f"{circle}/members", "/tasks", f"/documents/{made['id']}",
        "/account", "/account/devices", "/account/access", "/account/identity",
        "/account/colleagues", "/account/notifications", "/circles/no-such-circle",
    ):  # fmt: skip
        await lea.goes(path)
        left[path] = await french_on(lea.page)
    await lea.goes(circle)
    left |= await french_behind_buttons(lea.page)

    assert {where: words for where, words in left.items() if words} == {}


async def test_no_french_is_left_for_a_coordinator_who_reads_english(
    story: Journey, guests: Guests
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    cora = await guests.colleague("Cora", "Marchetti", role=Role.COORDINATOR, profession=None)
    left: dict[str, set[str]] = {}

    await cora.context.add_init_script(_SPEAK)
    for path in (
        "/coordination", "/coordination/children", "/coordination/children/new",
        f"/coordination/children/{story.child}", f"/coordination/circles/{story.child}",
        "/coordination/professionals", "/coordination/professionals/new",
        f"/coordination/professionals/{ben.id}", f"/coordination/attest/{ben.id}",
        "/coordination/late",
    ):  # fmt: skip
        await cora.goes(path)
        left[path] = await french_on(cora.page)

    assert {where: words for where, words in left.items() if words} == {}


async def test_the_doors_speak_english_to_a_stranger(story: Journey, guests: Guests) -> None:
    stranger = await guests.stranger("Eve", "Nobody", locale="en-GB")
    await stranger.context.add_init_script(_SPEAK)
    left = set()

    for path in ("/sign-in", "/invitation#no-such-token", "/invitation"):
        await stranger.goes(path)
        left |= await french_on(stranger.page)

    assert left == set()


async def live(story: Journey, reader: Visitor) -> None:
    """Say a few things in English, so that every kind of entry stands in the discussion."""
    ana, channel = story.ana, story.channel
    await ana.post(channel, Message(text="Fever since this morning.", urgent=True))
    task = TaskId(new_id())
    card = Card(task=task, state="requested", assignees=(reader.id,), due=story.clock().date())
    await ana.post(channel, Task(task=task, title="Weigh the child"), card=card)


async def french_on(page: Page) -> set[str]:
    return French().among(await page.evaluate(_SAID))


async def french_behind_buttons(page: Page) -> dict[str, set[str]]:
    """Open what opens over a circle's page, one after the other."""
    message = page.locator("article.message").first
    ways: dict[str, Locator] = {
        "add": page.get_by_role("button", name="Add", exact=True),
        "message": message.get_by_role("button", name="What to do with this message"),
        "search": page.get_by_role("button", name="Search the discussion"),
        "task": page.locator(".task-card-title").first,
    }
    left: dict[str, set[str]] = {}
    for name, way in ways.items():
        await message.hover()
        await way.click()
        await page.locator("[popover]:popover-open, dialog[open]").first.wait_for()
        left[name] = await french_on(page)
        await page.keyboard.press("Escape")
    for name, keys in {"switcher": "Control+k", "help": "Control+/"}.items():
        await page.keyboard.press(keys)
        await page.locator("dialog[open]").wait_for()
        left[name] = await french_on(page)
        await page.keyboard.press("Escape")
        await page.locator("dialog[open]").wait_for(state="detached")
    return left
