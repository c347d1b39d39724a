"""The recovery code of somebody with two browsers: made anew in one, asked for in the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.browser_shell import (
    BACKED_UP,
    BEGIN,
    CHROMIUM,
    Scene,
    Surfer,
    Window,
    surfer,
)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

RESTORE = "restore"
REFUSED = """async (code) => {
  try { await ronde.device.takeUpCode(code); } catch (error) { return error.code; }
}"""
CODE = "() => [ronde.standing.backedUp, ronde.standing.codeReplaced]"
RECORDS = "async () => (await ronde.api.ask('GET', '/backup')).records.length"


@pytest.fixture
async def second(
    scene: Scene, browser: Browser, shell_files: Path
) -> AsyncIterator[tuple[Surfer, Window]]:
    """Give Lea another browser, which came in by her code."""
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.tab.until(BACKED_UP)
    other = await surfer(browser, shell_files, scene.story.url, "Lea")
    other.secret = scene.lea.secret
    tab = await other.opens()
    await other.sign_in(tab, scene.story.clock)
    await tab.ask(BEGIN, {"kind": RESTORE, "code": scene.code})
    scene.server.clock.move(seconds=3)
    await tab.ask("() => ronde.synchronise()")
    await scene.tab.ask("() => ronde.synchronise()")
    yield other, tab
    assert other.troubles == []


async def learn_something(scene: Scene, tab: Window) -> None:
    """Let the group go into an epoch whose key the backup does not hold."""
    carl = await scene.story.join("Carl")
    await scene.story.bring(carl)
    await tab.ask("() => ronde.synchronise()")


async def test_a_code_made_in_another_browser_is_asked_for_and_taken_up(
    scene: Scene, second: tuple[Surfer, Window]
) -> None:
    _, tab = second
    code = await scene.tab.ask("() => ronde.device.renewCode()")
    another = await scene.lea.opens()

    await learn_something(scene, tab)
    await tab.until("() => ronde.standing.codeReplaced")
    replaced = await tab.ask(CODE)
    mistyped = await tab.ask(REFUSED, scene.code)
    await scene.tab.until(BACKED_UP)
    before = await tab.ask(RECORDS)
    await tab.ask("(code) => ronde.device.takeUpCode(code)", code)

    assert (replaced, mistyped) == ([False, True], "wrong_code")
    assert await tab.ask(CODE) == [True, False]
    assert await another.ask(CODE) == [True, False]
    await tab.until(
        "async (before) => (await (RECORDS)()) > before".replace("RECORDS", RECORDS), before
    )


async def test_a_browser_whose_backup_is_replaced_asks_once_and_no_more(
    scene: Scene, second: tuple[Surfer, Window]
) -> None:
    other, tab = second
    asked: list[str] = []
    await scene.tab.ask("() => ronde.device.renewCode()")
    other.context.on(
        "request",
        lambda one: asked.append(one.url) if one.url.endswith("/backup/records") else None,
    )

    await learn_something(scene, tab)
    await tab.until("() => ronde.standing.codeReplaced")
    for _ in range(3):
        await tab.ask("() => ronde.synchronise()")
    again = await other.opens()

    assert len(asked) == 1
    assert await again.ask(CODE) == [False, True]
