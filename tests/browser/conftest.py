"""Fixtures of the tests in a browser: the built shell, a browser, people in one circle."""

import inspect
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from server.clock import system_clock
from tests.support.browser_shell import (
    Scene,
    Window,
    bring_in,
    bundle,
    enrol_in_browser,
    surfer,
)
from tests.support.chromium import Shared
from tests.support.clock import StandingClock
from tests.support.guests import Guests, receiving
from tests.support.journey import Journey, journey
from tests.support.server import Running, running

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests here share one loop, in which the browser lives that they share."""
    loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(loop, append=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    """Let whatever a test here asks for live in the same loop as the test."""
    made = fixturedef.func
    if inspect.iscoroutinefunction(made) or inspect.isasyncgenfunction(made):
        # What `pytest_asyncio.fixture(loop_scope="session")` writes on a function.
        vars(made).setdefault("_loop_scope", "session")
    return (yield)


@pytest.fixture(scope="session")
def shell_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shell")
    bundle(folder)
    return folder


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    # The browser's clock is the real one; a certificate must not be of another year. What waits
    # is due by the millisecond: a clock that stands between two never comes to it.
    standing = StandingClock(system_clock().replace(microsecond=0))
    async with running(tmp_path, clock=standing) as started:
        yield started


@pytest.fixture
async def story(server: Running) -> AsyncIterator[Journey]:
    async with journey(server) as begun:
        yield begun


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared() -> AsyncIterator[Shared]:
    async with async_playwright() as web:
        yield Shared(web)


@pytest.fixture
async def browser(shared: Shared) -> AsyncIterator[Browser]:
    """Give a browser that is kept from test to test; its profiles are not."""
    yield await shared.browser()
    await shared.leave()


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
