"""The shell in a real browser: one device however many tabs, and nothing typed is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser

from crypto.ids import ProfessionalId
from tests.support.browser_shell import (
    ALL_SENT,
    BACKED_UP,
    BEGIN,
    CHROMIUM,
    STATES,
    Surfer,
    Window,
    bring_in,
    bundle,
    chromium,
    enrol_in_browser,
    forget_device,
    surfer,
)
from tests.support.clock import StandingClock
from tests.support.journey import Companion, Journey, journey
from tests.support.server import Running, running

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")


@dataclass(slots=True, kw_only=True)
class Scene:
    """A circle of two with headless devices, and one member in a browser."""

    server: Running
    story: Journey
    ben: Companion
    lea: Surfer
    tab: Window
    id: ProfessionalId
    code: str


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shell")
    bundle(folder)
    return folder


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, clock=StandingClock(datetime.now(UTC))) as started:
        yield started


@pytest.fixture
async def story(server: Running) -> AsyncIterator[Journey]:
    async with journey(server) as begun:
        yield begun


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def scene(
    server: Running, story: Journey, browser: Browser, files: Path
) -> AsyncIterator[Scene]:
    ben = await story.join("Ben")
    await story.gather(ben)
    lea = await surfer(browser, files, story.url, "Lea")
    tab, professional, code = await enrol_in_browser(story, lea)
    await bring_in(story, professional)
    yield Scene(
        server=server, story=story, ben=ben, lea=lea, tab=tab, id=professional, code=code
    )
    assert lea.troubles == []


async def test_what_is_said_in_a_browser_is_read_by_all_and_answered(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.says(channel, "La visite des deux ans est fixée.")
    await tab.until(
        "async (channel) => (await ronde.conversation(channel)).entries.at(-1).seq !== null",
        channel,
    )

    await scene.ben.say(channel, "Merci, je viendrai.")

    said = ["La visite des deux ans est fixée.", "Merci, je viendrai."]
    await tab.reads(channel, said)
    assert await scene.story.ana.texts(channel) == said


async def test_two_tabs_are_one_device_and_say_everything_once(scene: Scene) -> None:
    channel, first = scene.story.channel, scene.tab
    await first.ask("() => ronde.synchronise()")
    second = await scene.lea.opens()
    said = [f"{n} par {where}" for n in range(8) for where in ("l'une", "l'autre")]

    await asyncio.gather(
        *(tab.says(channel, text) for tab, text in zip([first, second] * 8, said, strict=True))
    )

    for tab in (first, second):
        await tab.until(ALL_SENT, [channel, len(said)])
    read = await scene.story.ana.texts(channel)
    assert sorted(read) == sorted(said)
    assert await first.texts(channel) == await second.texts(channel) == read


async def test_what_is_written_without_a_network_waits_and_leaves_in_order(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.texts(channel)
    said = [f"Phrase {n}" for n in range(3)]

    await scene.lea.context.set_offline(True)
    for text in said:
        await tab.says(channel, text)
    held = await tab.ask(STATES, channel)
    again = await scene.lea.opens()
    kept = await again.ask(STATES, channel)
    waiting = await again.ask("() => ronde.status.waiting")
    await scene.lea.context.set_offline(False)

    assert held == kept == [[text, "waiting"] for text in said]
    assert waiting == 3
    for one in (tab, again):
        await one.until(ALL_SENT, [channel, 3], seconds=20)
    assert await scene.story.ana.texts(channel) == said


async def test_a_store_that_was_evicted_is_missed_and_comes_back_by_the_code(scene: Scene) -> None:
    channel = scene.story.channel
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.ben.say(channel, "Dit avant.")
    await scene.tab.reads(channel, ["Dit avant."])
    await scene.tab.until(BACKED_UP)
    await scene.tab.page.close()
    await forget_device(scene.lea)

    tab = await scene.lea.opens()
    standing = await tab.ask("() => ronde.standing")
    code = await tab.ask(BEGIN, {"kind": "restore", "code": scene.code})
    # The server knows a new device everywhere after two seconds.
    scene.server.clock.move(seconds=3)
    await tab.ask("() => ronde.synchronise()")
    await tab.reads(channel, ["Dit avant."])
    await tab.says(channel, "Me revoilà.")

    assert standing == {"kind": "no-device", "lost": True, "others": True, "recoverable": True}
    assert code is None
    await tab.until(ALL_SENT, [channel, 2])
    assert await scene.ben.texts(channel) == ["Dit avant.", "Me revoilà."]
