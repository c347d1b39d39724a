"""What a browser must notice each time anew, and must not forget for another tab's sake."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser

from care_circle.role import Role
from tests.support.browser_shell import (
    BEGIN,
    CHROMIUM,
    Scene,
    Window,
    bring_in,
    enrol_in_browser,
    surfer,
)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

DISMISS = """async () => {
  const told = ronde.status.warnings.map(({kind}) => kind);
  for (const {id} of ronde.status.warnings) await ronde.dismissWarning(id);
  return told;
}"""
WELCOME = "([circle, who]) => ronde.coordination.welcome(circle, who)"
ATTEST = "([who, seen]) => ronde.coordination.attest(who, {seen})"
STOCKED = """async () => (await ronde.api.ask(
  "GET", `/devices/${ronde.standing.device}/key_packages`)).waiting > 0"""
NUMBER = "([who, key]) => ronde.safetyNumber(who, key ?? undefined)"
CHANGED = "(who) => ronde.changedKey(who)"


async def lose_everything(scene: Scene, her: Window) -> None:
    """Let Lea begin anew under another identity, and be welcomed again."""
    await scene.tab.ask("() => ronde.signOut({wipe: true})")
    await scene.lea.sign_in(scene.tab, scene.story.clock)
    await scene.tab.ask(BEGIN, {"kind": "lost"})
    key = await scene.tab.ask("() => ronde.device.identityKey()")
    await her.ask(ATTEST, [scene.id, key])
    await scene.tab.ask("() => ronde.signedIn()")
    await scene.tab.until(STOCKED)
    await her.ask(WELCOME, [scene.story.circle, scene.id])


async def test_an_identity_that_changes_once_more_is_told_once_more(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    zoe = await surfer(browser, shell_files, scene.story.url, "Zoe")
    her, zoes_id, _ = await enrol_in_browser(scene.story, zoe, role=Role.COORDINATOR)
    await bring_in(scene.story, zoes_id, role=Role.COORDINATOR)
    await her.ask("() => ronde.synchronise()")

    told = []
    for _ in range(2):
        scene.server.clock.move(minutes=2)
        scene.lea.later = timedelta()
        await lose_everything(scene, her)
        told.append(await her.ask(DISMISS))

    assert told == [["identity_changed"], ["identity_changed"]]


async def test_the_key_that_is_compared_is_the_one_that_a_coordinator_signed(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    zoe = await surfer(browser, shell_files, scene.story.url, "Zoe")
    her, zoes_id, _ = await enrol_in_browser(scene.story, zoe, role=Role.COORDINATOR)
    await bring_in(scene.story, zoes_id, role=Role.COORDINATOR)
    await her.ask("() => ronde.synchronise()")
    before = await her.ask(NUMBER, [scene.id, None])
    unchanged = await her.ask(CHANGED, scene.id)
    scene.server.clock.move(minutes=2)

    await lose_everything(scene, her)
    key = await her.ask(CHANGED, scene.id)
    compared = await her.ask(NUMBER, [scene.id, key])
    still = await her.ask(NUMBER, [scene.id, None])
    await scene.tab.ask("() => ronde.synchronise()")
    read_out = await scene.tab.ask(NUMBER, [zoes_id, None])
    await her.ask("([who, key]) => ronde.acceptIdentity(who, key)", [scene.id, key])
    after = await her.ask(NUMBER, [scene.id, None])

    assert unchanged is None
    assert key == await scene.tab.ask("() => ronde.device.identityKey()")
    assert still == before != compared
    assert compared == read_out == after
    assert await her.ask(CHANGED, scene.id) is None
