"""A phrase in everything that somebody types into a circle; then: who else has it? Nobody."""

import io
import re
from collections.abc import Iterator
from typing import Final

import pytest
import structlog
from playwright.async_api import FilePayload, Page

from server.logs import configure_logs
from tests.support.canary_search import found
from tests.support.discussion import Room, choose, composer, gathered, say, shows, takes_up_last
from tests.support.eavesdropper import Eavesdropper, kept_by
from tests.support.guests import Guests
from tests.support.journey import Journey
from tests.support.server import Running

pytestmark = pytest.mark.timeout(300)

TEXT: Final = "Le hamac grince quand souffle la tramontane"
EDITED: Final = "Le hamac grince même sans la tramontane"
TITLE: Final = "Raboter le marchepied de la roulotte"
DETAILS: Final = "Avec la varlope du grand-oncle Anselme"
STEP: Final = "Poncer d'abord la troisième latte"
COMMENT: Final = "Fait hier entre deux averses de grésil"
NAME: Final = "Esquisse du marchepied bancal.txt"
CONTENT: Final = "Trois lattes de frêne, chevillées en biais"
SOUGHT: Final = "varlope ou rabot de menuisier"
DRAFT: Final = "Une idée inachevée sur le toit de zinc"
REPLY: Final = "Plutôt une toile cirée par-dessus"
PLANTED: Final = (
    *(TEXT, EDITED, TITLE, DETAILS, STEP, COMMENT, NAME, CONTENT, SOUGHT, DRAFT, REPLY),
)


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """Everything the server logs from here on, as it does at its most talkative."""
    told = io.StringIO()
    configure_logs("debug", told)
    yield told
    structlog.reset_defaults()


@pytest.fixture
async def room(story: Journey, guests: Guests) -> Room:
    return await gathered(story, guests, service_workers="allow")


async def test_nothing_that_is_typed_into_a_circle_leaves_its_members_devices(
    room: Room, server: Running, journal: io.StringIO
) -> None:
    ears = Eavesdropper()
    ears.listen(room.lea.context)
    await room.guests.sit(room.lea)

    await type_everything(room)
    heard, sent, kept = await ears.all_heard(), ears.all_sent(), await kept_by(room.page)
    stored = b"\n".join(path.read_bytes() for path in sorted(server.folder.glob("ronde.sqlite3*")))
    shown = (await room.page.locator("body").inner_text()).encode()

    assert found(PLANTED, shown)
    # What is looked through is there to be looked through.
    assert b"/blobs/" in sent
    assert ears.frames > len(PLANTED) // 2
    assert f"channel/{room.story.channel}".encode() in kept
    assert len(stored) > 100_000
    assert '"route": "/api/v1' in journal.getvalue()
    for place in (sent, heard, stored, kept, journal.getvalue().encode()):
        assert found(PLANTED, place) == []
    assert b"AN EXTRACTABLE KEY" not in kept


async def test_what_somebody_is_called_is_found_where_it_may_be(room: Room) -> None:
    ears = Eavesdropper()
    ears.listen(room.lea.context)

    await room.guests.sit(room.lea)

    assert found(["Zéphyrine"], await ears.all_heard()) != []


async def type_everything(room: Room) -> None:
    """Say, correct, attach, give, comment, answer, look for, and leave something half written."""
    page = room.page
    await say(page, TEXT)
    await takes_up_last(page)
    await composer(page).fill(EDITED)
    await composer(page).press("Enter")
    await shows(page, EDITED)
    file = FilePayload(name=NAME, mimeType="text/plain", buffer=CONTENT.encode())
    await choose(page, file)
    await composer(page).press("Enter")
    await page.get_by_role("button", name=re.compile(re.escape(NAME[:20]))).wait_for()
    await give_task(page)
    await answer_apart(page)
    await look_for(page)
    await composer(page).fill(DRAFT)
    await page.wait_for_timeout(400)
    await page.wait_for_function("() => !document.querySelector(\"[aria-label^='En attente']\")")


async def give_task(page: Page) -> None:
    await page.get_by_role("button", name="Ajouter", exact=True).click()
    await page.get_by_role("menuitem", name="Une tâche").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Ce qu'il faut faire").fill(TITLE)
    await dialog.get_by_label("Précisions").fill(DETAILS)
    await dialog.get_by_role("button", name="Ajouter une étape").click()
    await dialog.get_by_label("Étape", exact=True).fill(STEP)
    await dialog.get_by_role("button", name="Donner la tâche").click()
    await page.locator(".task-card-title", has_text=TITLE).click()
    await dialog.get_by_label("Un commentaire").fill(COMMENT)
    await dialog.get_by_role("button", name="Commenter").click()
    await dialog.locator(".comment", has_text=COMMENT).wait_for()
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")


async def answer_apart(page: Page) -> None:
    """Answer in a thread of its own."""
    message = page.locator("article.message", has_text=EDITED).first
    await message.hover()
    await message.get_by_role("button", name="Que faire de ce message").click()
    await page.get_by_role("menuitem", name="Répondre à part").click()
    field = page.locator(".thread-panel .composer-field")
    await field.fill(REPLY)
    await field.press("Enter")
    await page.locator(".thread-panel .message-text", has_text=REPLY).wait_for()
    await page.get_by_role("button", name="Fermer les réponses").click()


async def look_for(page: Page) -> None:
    """Look for words that are not there, then for some that are."""
    await page.get_by_role("button", name="Chercher dans la discussion").click()
    field = page.get_by_role("searchbox", name="Mots à chercher")
    await field.fill(SOUGHT)
    await page.get_by_text("Rien trouvé sur cet appareil").first.wait_for()
    await field.fill("marchepied")
    await page.locator(".hit").first.wait_for()
    # The first Escape empties a search field, the second closes what it stands in.
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
