"""Going without a network, and being sent away: sessions end, and what must not stay is wiped."""

from collections.abc import Callable

import pytest
from playwright.async_api import Request

from tests.support.browser_shell import (
    ALL_SENT,
    BACKED_UP,
    BEGIN,
    CHROMIUM,
    Scene,
    Surfer,
    Window,
)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

OUT = "(wipe) => ronde.signOut({wipe})"
ENDED = "async () => (await fetch('/api/v1/session')).status === 401"
NOTED = "() => Object.keys(localStorage).sort().map((name) => [name, localStorage.getItem(name)])"
KEPT = "() => ronde.draft('feed')"
WIPED = "() => ronde.standing.removed === true"


async def leave_offline(scene: Scene, *, wipe: bool) -> None:
    """Sign out where there is no network, and close the window."""
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.lea.context.set_offline(True)
    await scene.tab.ask(OUT, wipe)
    await scene.tab.page.close()


def listening(one: Surfer) -> tuple[list[str], Callable[[], None]]:
    """Note what a browser asks about sessions from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        path = request.url.partition("/api/v1")[2]
        if path.startswith("/session"):
            asked.append(f"{request.method} {path.partition('/sessions/')[0] or '/sessions/…'}")

    one.context.on("request", note)
    return asked, lambda: one.context.remove_listener("request", note)


async def test_a_session_left_without_a_network_ends_at_the_next_contact(scene: Scene) -> None:
    await leave_offline(scene, wipe=False)

    await scene.lea.context.set_offline(False)
    away = await scene.lea.opens()

    await away.until(ENDED)
    assert await away.ask("() => ronde.standing.kind") == "signed-out"
    assert "ronde.leaving" not in dict(await away.ask(NOTED))


async def test_what_is_noted_for_the_next_contact_names_nobody(scene: Scene) -> None:
    await leave_offline(scene, wipe=True)

    away = await scene.lea.context.new_page()
    await scene.lea.context.set_offline(False)
    await away.route("**/blank", lambda route: route.fulfill(body="", content_type="text/html"))
    await away.goto(scene.lea.url + "/blank")

    assert await away.evaluate(NOTED) == [["ronde.leaving", "wipe"], ["ronde.locked", "1"]]


async def test_a_session_that_was_left_ends_before_anybody_signs_in(scene: Scene) -> None:
    await leave_offline(scene, wipe=False)
    await scene.lea.context.set_offline(False)
    await scene.lea.context.route("**/api/v1/session", lambda route: route.abort())
    away = await scene.lea.opens()
    await scene.lea.context.unroute("**/api/v1/session")
    asked, deaf = listening(scene.lea)

    await scene.lea.sign_in(away, scene.story.clock)
    deaf()

    assert asked[:3] == ["GET /session", "DELETE /sessions/…", "POST /sessions"]
    assert await away.ask("() => [ronde.standing.kind, ronde.status.signedIn]") == ["ready", True]
    await away.ask("() => ronde.synchronise()")
    assert await away.ask("() => ronde.status.signedIn")


async def test_a_device_wiped_without_a_network_leaves_the_account_at_the_next_contact(
    scene: Scene,
) -> None:
    await leave_offline(scene, wipe=True)

    await scene.lea.context.set_offline(False)
    away = await scene.lea.opens()
    await away.until(ENDED)
    listed = await scene.story.ana.line.ask("GET", f"/professionals/{scene.id}/devices")

    assert listed["devices"] == []
    assert await away.ask("async () => (await indexedDB.databases()).length") == 0


async def removed_elsewhere(scene: Scene) -> Window:
    """Take Lea's device from her account, as she would on another one."""
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.says(channel, "Dit avant.")
    await tab.until(ALL_SENT, [channel, 1])
    await tab.ask("() => ronde.saveDraft('feed', {text: 'À moitié'})")
    await tab.until(BACKED_UP)
    await tab.ask("() => ronde.api.ask('DELETE', `/devices/${ronde.standing.device}`)")
    return tab


async def test_a_device_removed_elsewhere_is_wiped_at_its_next_contact(scene: Scene) -> None:
    tab = await removed_elsewhere(scene)

    await tab.ask("() => ronde.synchronise()")
    await tab.until(WIPED)
    again = await scene.lea.opens()

    for one in (tab, again):
        assert await one.ask("() => ronde.standing") == {"kind": "signed-out", "removed": True}
        assert await one.ask("() => ronde.circles") == []
        assert await one.ask(KEPT) is None


async def test_a_session_that_has_run_out_wipes_nothing(scene: Scene) -> None:
    tab = scene.tab
    await tab.ask("() => ronde.saveDraft('feed', {text: 'À moitié'})")
    scene.server.clock.move(hours=13)

    await tab.ask("() => ronde.synchronise()")
    await tab.until("() => !ronde.status.signedIn")

    assert await tab.ask("() => ronde.standing.kind") == "ready"
    assert await tab.ask(KEPT) == {"text": "À moitié"}


async def test_whoever_signs_in_where_a_device_was_wiped_is_told_why_nothing_is_here(
    scene: Scene,
) -> None:
    tab = await removed_elsewhere(scene)
    await tab.ask("() => ronde.synchronise()")
    await tab.until(WIPED)

    await scene.lea.sign_in(tab, scene.story.clock)
    again = await scene.lea.opens()

    for one in (tab, again):
        standing = await one.ask("() => ronde.standing")
        assert (standing["kind"], standing["removed"]) == ("no-device", True)
        assert await one.ask("() => ronde.circles") == []


async def test_who_removed_a_device_may_use_the_browser_again_by_the_code(scene: Scene) -> None:
    tab = await removed_elsewhere(scene)
    await tab.ask("() => ronde.synchronise()")
    await tab.until(WIPED)
    await scene.lea.sign_in(tab, scene.story.clock)

    await tab.ask(BEGIN, {"kind": "restore", "code": scene.code, "replaces": True})
    scene.server.clock.move(seconds=3)
    await tab.ask("() => ronde.synchronise()")

    await tab.reads(scene.story.channel, ["Dit avant."])
    assert not dict(await tab.ask(NOTED))["ronde.device"].startswith("removed")
