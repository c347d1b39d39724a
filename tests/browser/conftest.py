"""Fixtures of the tests in a browser: the built shell, a browser, people in one circle."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from server.clock import system_clock
from tests.support.browser_shell import (
    Scene,
    Window,
    bring_in,
    bundle,
    chromium,
    enrol_in_browser,
    surfer,
)
from tests.support.clock import StandingClock
from tests.support.guests import Guests, receiving
from tests.support.journey import Journey, journey
from tests.support.server import Running, running


@pytest.fixture(scope="session")
def shell_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shell")
    bundle(folder)
    return folder


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    # The browser's clock is the real one; a certificate must not be of another year.
    async with running(tmp_path, clock=StandingClock(system_clock())) as started:
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
async def lone_tab(server: Running, browser: Browser, shell_files: Path) -> Window:
    """Open the shell where nobody is signed in."""
    return await (await surfer(browser, shell_files, server.url, "Lea")).opens()


@pytest.fixture
async def scene(
    server: Running, story: Journey, browser: Browser, shell_files: Path
) -> AsyncIterator[Scene]:
    """Gather Ana, Ben and, in a browser, Lea; no tab may complain of anything."""
    ben = await story.join("Ben")
    await story.gather(ben)
    lea = await surfer(browser, shell_files, story.url, "Lea")
    tab, professional, code = await enrol_in_browser(story, lea)
    await bring_in(story, professional)
    yield Scene(server=server, story=story, ben=ben, lea=lea, tab=tab, id=professional, code=code)
    assert lea.troubles == []


@pytest.fixture
async def guests(story: Journey, browser: Browser) -> AsyncIterator[Guests]:
    async with receiving(story, browser) as come:
        yield come
