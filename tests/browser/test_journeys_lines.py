"""The pages when the network, the server, the session or the browser's memory goes away."""

import asyncio
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, FilePayload, Route, expect

from crypto.membership import dismiss
from server.clock import system_clock
from tests.support.browser_pages import sign_in_again, sign_in_over
from tests.support.browser_shell import PATIENCE_S
from tests.support.discussion import (
    Cable,
    Cut,
    Room,
    choose,
    code,
    comes_true,
    composer,
    gathered,
    say,
    shows,
    takes_up_last,
    texts,
)
from tests.support.guests import Guests, receiving
from tests.support.journey import Companion, Journey, begun
from tests.support.server import Running
from tests.support.server_process import ServerProcess

pytestmark = pytest.mark.timeout(300)

HALF, REST = "La petite dort mieux, mais ", "elle tousse encore la nuit."
_VALUE: Final = """(text) => document.querySelector(".desk-main .composer-field")?.value === text"""
_BACKED_UP: Final = """async () => {
  const {records} = await (await fetch("/api/v1/backup")).json();
  return records.length > 1;
}"""
# The draft of a discussion is in the browser's own store.
_KEPT: Final = """(wanted) => new Promise((done) => {
  const opening = indexedDB.open("ronde");
  opening.onsuccess = () => {
    const range = IDBKeyRange.bound("draft/", "draft/z");
    const asking = opening.result.transaction("values").objectStore("values").count(range);
    asking.onsuccess = () => { opening.result.close(); done((asking.result > 0) === wanted); };
  };
})"""
_END_SESSION: Final = """async () => {
  const {id} = await (await fetch("/api/v1/session")).json();
  await fetch(`/api/v1/sessions/${id}`, {method: "DELETE"});
}"""


@pytest.fixture
async def room(story: Journey, guests: Guests) -> Room:
    return await gathered(story, guests, service_workers="allow")


async def test_two_tabs_side_by_side_show_one_discussion_and_one_draft_each(room: Room) -> None:
    first = room.lea.page
    second = await room.lea.context.new_page()
    await second.goto(first.url)
    await composer(second).wait_for()

    await say(first, "Dit dans la première.")
    await shows(second, "Dit dans la première.")
    await say(second, "Dit dans la seconde.")
    await shows(first, "Dit dans la seconde.")
    await expect(composer(first)).to_have_value("")
    await composer(first).fill("encore")
    await takes_up_last(second)
    await composer(second).fill("Corrigé dans la seconde.")
    await composer(second).press("Enter")
    await shows(first, "Corrigé dans la seconde.")

    await expect(composer(first)).to_have_value("encore")
    assert await texts(first) == await texts(second)
    await room.arrive("Dit dans la première.", "Dit dans la seconde.")


async def test_the_network_cut_in_the_middle_of_a_sentence_costs_nothing(room: Room) -> None:
    page = room.lea.page
    cable = await Cable.of(room.lea)
    await room.guests.sit(room.lea)
    await room.field.press_sequentially(HALF)

    await cable.cut()
    await room.field.press_sequentially(REST)
    await room.field.press("Enter")
    await shows(page, HALF + REST)
    await room.lea.sees(re.compile("Hors ligne . 1 message en attente"))
    await room.field.fill("Et la suite")
    await room.ben.say(room.story.channel, "Dit pendant la coupure.")
    await cable.mend()

    await shows(page, "Dit pendant la coupure.")
    await room.arrive("Dit pendant la coupure.", HALF + REST)
    assert await room.field.input_value() == "Et la suite"


async def test_what_is_typed_while_a_file_leaves_stays_in_the_field(room: Room) -> None:
    page, held = room.lea.page, asyncio.Event()

    async def slowly(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/blobs/*", slowly)
    await choose(page, FilePayload(name="bilan.txt", mimeType="text/plain", buffer=b"Bilan."))
    await room.field.fill("Le bilan.")
    await room.field.press("Enter")
    await room.field.press("End")
    await room.field.press_sequentially(" Et la suite")
    held.set()

    await shows(page, "Le bilan.")
    await expect(room.field).to_have_value(" Et la suite")
    await room.arrive("Le bilan.")


async def test_a_page_opened_without_a_network_reads_and_keeps_what_is_written(room: Room) -> None:
    page = room.lea.page
    cable = await Cable.of(room.lea)
    await room.guests.sit(room.lea)
    await say(page, "Dit avant.")
    await page.evaluate("() => navigator.serviceWorker.ready")
    await page.reload()
    await shows(page, "Dit avant.")

    await cable.cut()
    await page.reload()
    await shows(page, "Dit avant.")
    await say(page, "Dit sans réseau.")
    await comes_true(page, _KEPT, False)
    await room.field.fill("Une suite qui attend")
    await comes_true(page, _KEPT, True)
    await page.reload()
    await shows(page, "Dit sans réseau.")
    await page.wait_for_function(_VALUE, arg="Une suite qui attend")
    await cable.mend()

    await room.arrive("Dit avant.", "Dit sans réseau.")


async def test_an_expired_session_is_renewed_over_the_page_and_loses_no_word(room: Room) -> None:
    page = room.lea.page
    await room.field.fill("Une phrase à moitié")

    await page.evaluate(_END_SESSION)
    dialog = page.get_by_role("dialog", name="Votre session est terminée")
    await dialog.wait_for()
    await sign_in_over(room.story, room.lea)
    await dialog.wait_for(state="detached")

    kept = await room.field.input_value()
    await room.field.press("End")
    await room.field.press_sequentially(", puis entière.")
    await room.field.press("Enter")

    assert kept == "Une phrase à moitié"
    await room.arrive("Une phrase à moitié, puis entière.")


async def test_a_page_opened_after_the_session_ran_out_is_read_and_asks_to_sign_in(
    room: Room,
) -> None:
    page = room.lea.page
    await room.guests.sit(room.lea)
    await say(page, "Dit avant.")
    await room.arrive("Dit avant.")

    await page.evaluate(_END_SESSION)
    await page.reload()
    await shows(page, "Dit avant.")
    await page.get_by_role("dialog", name="Votre session est terminée").wait_for()
    await sign_in_over(room.story, room.lea)
    await room.lea.sees("Vous êtes de nouveau connecté.")
    await say(page, "Dit après.")

    await room.arrive("Dit avant.", "Dit après.")


async def test_an_expired_session_loses_no_answer_of_a_half_filled_document(room: Room) -> None:
    draft = {"form": "F26", "visit": "V24", "answers": {"visit_kind": "remote"}}
    path = f"/circles/{room.story.circle}/documents"
    made = await room.ben.line.ask("POST", path, draft)
    page = room.lea.page
    await room.lea.goes(f"/documents/{made['id']}")
    weight = page.get_by_label("Poids")
    await weight.fill("11")
    await room.lea.sees("Enregistré à")

    await page.evaluate(_END_SESSION)
    await page.get_by_role("dialog", name="Votre session est terminée").wait_for()
    await page.keyboard.press("Escape")
    await weight.fill("11,4")
    await room.lea.sees("Votre session est terminée. Reconnectez-vous pour continuer.")
    await room.lea.presses("Se reconnecter")
    await sign_in_over(room.story, room.lea)
    await room.lea.sees("Vous êtes de nouveau connecté.")
    kept = await weight.input_value()
    await room.lea.sees("Enregistré à")
    await page.reload()
    await room.lea.settles()
    await weight.wait_for()

    assert kept == "11,4"
    await expect(weight).to_have_value("11,4")


async def test_a_wiped_browser_reads_everything_again_by_the_recovery_code(
    room: Room, server: Running
) -> None:
    page = room.lea.page
    await say(page, "Dit avant que tout soit effacé.")
    await room.arrive("Dit avant que tout soit effacé.")
    await comes_true(page, _BACKED_UP)
    speaking = await room.lea.context.new_cdp_session(page)
    await page.goto("about:blank")
    wanted = {"origin": room.story.url, "storageTypes": "all"}
    await speaking.send("Storage.clearDataForOrigin", wanted)
    await room.lea.context.clear_cookies()

    await room.lea.goes("/")
    await sign_in_again(room.story, room.lea)
    await room.lea.sees("Nouvel appareil")
    await page.get_by_label("code de récupération").fill(room.lea.recovery)
    await page.get_by_text("Non, celui-ci le remplace").click()
    await room.lea.presses("Retrouver mes discussions")
    await page.get_by_role("heading", name="Nouvel appareil").wait_for(state="detached")
    # The server knows a new device everywhere after two seconds.
    server.clock.move(seconds=3)
    await room.guests.sit(room.lea)
    await shows(page, "Dit avant que tout soit effacé.")
    await say(page, "Me revoilà.")

    await room.arrive("Dit avant que tout soit effacé.", "Me revoilà.")


@pytest.mark.parametrize("moment", ["asked", "answered"])
async def test_a_page_reloaded_in_the_middle_of_a_commit_agrees_with_everybody_after(
    story: Journey, guests: Guests, moment: str
) -> None:
    ben, eve = await story.join("Ben"), await story.join("Eve")
    await story.gather(ben, eve)
    lea = await guests.member("Léa", "Faure", service_workers="block")
    room = Room(story=story, guests=guests, ben=ben, lea=lea)
    await room.arrive()
    cut = Cut(moment)
    await lea.context.route("**/api/v1/channels/*/entries", cut.hold)
    await lea.context.route_web_socket("**/socket.io/**", lambda line: line.close())
    await guests.sit(lea)
    await send_away(story, eve)

    await say(lea.page, "Qui écrit d'abord retire celle qui est partie.")
    async with asyncio.timeout(PATIENCE_S):
        await cut.reached.wait()
    await lea.page.reload()
    await shows(lea.page, "Qui écrit d'abord retire celle qui est partie.")

    await room.arrive("Qui écrit d'abord retire celle qui est partie.")
    await story.ana.device.synchronise()
    assert ben.members(story.channel) == {story.ana.id, ben.id, lea.id}
    codes = {one.device.circle_code(story.channel) for one in (story.ana, ben)}
    assert {await code(lea)} == codes


async def test_a_server_that_is_killed_while_somebody_writes_gets_it_all_later(
    tmp_path: Path, browser: Browser
) -> None:
    server = ServerProcess(folder=tmp_path)
    invitation = await server.first_invitation()
    await server.start()
    try:
        async with (
            begun(server.url, invitation, folder=tmp_path, clock=system_clock) as story,
            receiving(story, browser) as guests,
        ):
            ben = await story.join("Ben")
            await story.gather(ben)
            lea = await guests.member("Léa", "Faure", service_workers="allow")
            room = Room(story=story, guests=guests, ben=ben, lea=lea)
            await say(lea.page, "Dit avant la panne.")
            await room.arrive("Dit avant la panne.")

            await room.field.press_sequentially(HALF)
            await server.kill()
            await room.field.press_sequentially(REST)
            await room.field.press("Enter")
            await shows(lea.page, HALF + REST)
            await room.field.fill("Et la suite")
            await server.start()

            await room.arrive("Dit avant la panne.", HALF + REST)
            assert await room.field.input_value() == "Et la suite"
    finally:
        await server.kill()


async def send_away(story: Journey, gone: Companion) -> None:
    """Say that somebody has left; who writes next removes their device (R13)."""
    device = story.ana.device
    roster = device.roster(story.circle)
    said = dismiss(roster, gone.id, signer=device.session.device, now=story.clock())
    await device.say_statement(story.circle, "releases", said)
