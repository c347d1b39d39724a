"""Coming back after losses: no lost device stays behind, and a split group is told of."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route

from tests.support.browser_shell import (
    ALL_SENT,
    BACKED_UP,
    BEGIN,
    CHROMIUM,
    Scene,
    Surfer,
    Window,
    forget_device,
    surfer,
)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

OURS = """async ([channel, who]) => (await ronde.conversation(channel)).members
  .filter(({professional}) => professional === who).map(({device}) => device)"""
FORKS = """() => ronde.status.warnings.filter(({kind}) => kind === "group_forked")
  .map(({channel, detail}) => [channel, detail])"""
DISMISS = """async () => {
  for (const {id} of ronde.status.warnings) await ronde.dismissWarning(id);
}"""
MARKS = "async (c) => { await (await ronde.conversation(c)).refresh(); await ronde.synchronise(); }"


async def restored(scene: Scene, one: Surfer, *, replaces: bool = False) -> Window:
    """Open a tab that comes back by Lea's code, in the place of all she had perhaps."""
    tab = await one.opens()
    if not await tab.ask("() => ronde.status.signedIn"):
        await one.sign_in(tab, scene.story.clock)
    await tab.ask(BEGIN, {"kind": "restore", "code": scene.code, "replaces": replaces})
    scene.server.clock.move(seconds=3)
    await tab.ask("() => ronde.synchronise()")
    return tab


async def test_whoever_lost_two_devices_leaves_neither_behind(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    channel = scene.story.channel
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.tab.says(channel, "Dit avant.")
    await scene.tab.until(ALL_SENT, [channel, 1])
    await scene.tab.until(BACKED_UP)
    other = await surfer(browser, shell_files, scene.story.url, "Lea")
    other.secret = scene.lea.secret
    second = await restored(scene, other)
    await second.reads(channel, ["Dit avant."])
    before = await second.ask(OURS, [channel, scene.id])
    first = await scene.tab.ask("() => ronde.standing.device")
    for tab in (scene.tab, second):
        await tab.page.close()

    await forget_device(scene.lea)
    fresh = await scene.lea.opens()
    # The session ends with the device that it spoke for, which is the first.
    for device in sorted(before, key=lambda one: one == first):
        await fresh.ask("(id) => ronde.api.ask('DELETE', `/devices/${id}`)", device)
    scene.server.clock.move(minutes=2)
    scene.lea.later = timedelta()
    await scene.lea.sign_in(fresh, scene.story.clock)
    back = await restored(scene, scene.lea, replaces=True)
    await back.until(
        "async ([c, who]) => (await (OURS)([c, who])).length === 1".replace("OURS", OURS),
        [channel, scene.id],
    )
    mine = await back.ask("() => ronde.standing.device")

    assert len(before) == 2
    assert await back.ask(OURS, [channel, scene.id]) == [mine]
    await back.says(channel, "Me revoilà.")
    await back.until(ALL_SENT, [channel, 2])
    assert await scene.ben.texts(channel) == ["Dit avant.", "Me revoilà."]
    assert other.troubles == []


async def spoil_chains(route: Route) -> None:
    """Answer for the list of circles with chains that lack their last statement's last byte."""
    honest = await (await route.fetch()).json()
    for circle in honest["items"]:
        *rest, last = circle["chain"]
        circle["chain"] = [*rest, base64.b64encode(base64.b64decode(last)[:-1]).decode()]
    await route.fulfill(content_type="application/json", body=json.dumps(honest))


async def test_a_way_back_that_is_refused_halfway_has_changed_nothing(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    channel = scene.story.channel
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.tab.says(channel, "Dit avant.")
    await scene.tab.until(ALL_SENT, [channel, 1])
    await scene.tab.until(BACKED_UP)
    other = await surfer(browser, shell_files, scene.story.url, "Lea")
    other.secret = scene.lea.secret
    tab = await other.opens()
    await other.sign_in(tab, scene.story.clock)
    way = "**/api/v1/circles?*"
    await tab.page.route(way, spoil_chains)

    refused = await tab.ask(
        f"(how) => ({BEGIN})(how).then(() => null, ({{name}}) => name)",
        {"kind": "restore", "code": scene.code},
    )
    await tab.page.unroute(way)
    await tab.page.reload()
    again = await other.opens()
    standing = await again.ask("() => ronde.standing.kind")
    devices = await again.ask("async () => (await ronde.api.ask('GET', '/devices')).devices.length")

    assert refused is not None
    assert (standing, devices) == ("no-device", 1)
    back = await restored(scene, other)
    await back.reads(channel, ["Dit avant."])
    assert other.troubles == []


async def two_browsers(
    scene: Scene, browser: Browser, shell_files: Path
) -> tuple[Surfer, Window, list[str]]:
    """Give Lea a second browser, beside the first; gives the devices of both."""
    channel = scene.story.channel
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.tab.until(BACKED_UP)
    other = await surfer(browser, shell_files, scene.story.url, "Lea")
    other.secret = scene.lea.secret
    second = await restored(scene, other)
    await second.until("async (c) => (await ronde.conversation(c)).phase === 'member'", channel)
    await scene.tab.ask("() => ronde.synchronise()")
    ours: list[str] = await scene.tab.ask(OURS, [channel, scene.id])
    assert len(ours) == 2
    return other, second, ours


async def without(route: Route) -> None:
    """Answer for the account's devices as if there were none."""
    if route.request.method != "GET":
        await route.fallback()
        return
    await route.fulfill(content_type="application/json", body=json.dumps({"devices": []}))


async def test_a_device_that_the_server_leaves_out_of_the_list_stays_in_the_group(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    _, second, ours = await two_browsers(scene, browser, shell_files)
    await scene.lea.context.route("**/api/v1/devices", without)

    again = await scene.lea.opens()
    await again.ask("() => ronde.synchronise()")
    await again.says(scene.story.channel, "Toujours deux.")
    await again.until(ALL_SENT, [scene.story.channel, 1])
    told = await again.ask("() => ronde.device.unlisted([ronde.standing.device])")

    assert await again.ask(OURS, [scene.story.channel, scene.id]) == ours
    assert told == [await second.ask("() => ronde.standing.device")]
    await second.reads(scene.story.channel, ["Toujours deux."])


async def test_whoever_comes_back_takes_the_place_of_no_device_that_they_still_have(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    channel = scene.story.channel
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.tab.until(BACKED_UP)
    first = await scene.tab.ask("() => ronde.standing.device")
    other = await surfer(browser, shell_files, scene.story.url, "Lea")
    other.secret = scene.lea.secret
    await other.context.route("**/api/v1/devices", without)

    second = await restored(scene, other)
    await second.until("async (c) => (await ronde.conversation(c)).phase === 'member'", channel)

    assert first in await second.ask(OURS, [channel, scene.id])
    await scene.ben.say(channel, "À vous deux.")
    for tab in (scene.tab, second):
        await tab.reads(channel, ["À vous deux."])


async def test_a_device_that_its_owner_removes_leaves_even_if_no_list_names_it(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    _, second, _ = await two_browsers(scene, browser, shell_files)
    theirs = await second.ask("() => ronde.standing.device")
    await second.page.close()
    await scene.tab.ask("(id) => ronde.api.ask('DELETE', `/devices/${id}`)", theirs)

    await scene.tab.ask("(id) => ronde.device.remove(id)", theirs)

    mine = await scene.tab.ask("() => ronde.standing.device")
    assert await scene.tab.ask(OURS, [scene.story.channel, scene.id]) == [mine]


async def test_a_group_that_the_server_sees_split_is_told_of_once(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await scene.lea.context.route("**/marks", split)

    await tab.ask(MARKS, channel)
    await tab.until("() => ronde.status.warnings.length > 0")
    told = await tab.ask(FORKS)
    await tab.ask(DISMISS)
    await tab.ask(MARKS, channel)
    again = await tab.ask(FORKS)

    assert told == [[channel, "reported"]]
    assert again == []


async def split(route: Route) -> None:
    """Answer for the marks as a server does that sees two groups in them."""
    answer = await route.fetch()
    places: Any = await answer.json()
    await route.fulfill(response=answer, body=json.dumps({**places, "forked": True}))
