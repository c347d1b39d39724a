"""The shell in a real browser: one device however many tabs, and nothing typed is lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser

from crypto.ids import ProfessionalId
from tests.support.browser_shell import (
    CHROMIUM,
    Surfer,
    Window,
    bring_in,
    bundle,
    chromium,
    enrol_in_browser,
    surfer,
)
from tests.support.clock import StandingClock
from tests.support.journey import Companion, Journey, journey
from tests.support.server import Running, running

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")


@dataclass(slots=True, kw_only=True)
class Scene:
    """A circle of two with headless devices, and one member in a browser."""

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
async def scene(story: Journey, browser: Browser, files: Path) -> AsyncIterator[Scene]:
    ben = await story.join("Ben")
    await story.gather(ben)
    lea = await surfer(browser, files, story.url, "Lea")
    tab, professional, code = await enrol_in_browser(story, lea)
    await bring_in(story, professional)
    yield Scene(story=story, ben=ben, lea=lea, tab=tab, id=professional, code=code)
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
