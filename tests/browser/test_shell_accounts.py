"""One browser, several people: what one left behind is nothing to another."""

from datetime import timedelta

import pytest
from playwright.async_api import Route

from tests.support.browser_shell import ALL_SENT, CHROMIUM, Scene, Window
from tests.support.journey import PASSWORD

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

SIGN_IN = """async ([email, password, code]) => {
  await ronde.api.ask("POST", "/sessions", {email, password, code});
  await ronde.signedIn();
}"""
LEAVE_BEHIND = """async () => {
  await ronde.synchronise();
  await ronde.api.read("/day");
  await ronde.saveDraft("composer", "à moitié dit");
}"""
SEEN = """async () => ({
  standing: ronde.standing.kind,
  circles: ronde.circles.length,
  warnings: ronde.status.warnings.length,
  draft: await ronde.draft("composer"),
  day: await ronde.api.kept("/day"),
})"""
NOTHING = {"circles": 0, "warnings": 0, "draft": None, "day": None}
OUT = "() => ronde.signOut({wipe: false})"


async def ben_signs_in(scene: Scene, tab: Window) -> None:
    """Let Ben come in at Lea's browser."""
    code = scene.ben.code(timedelta(seconds=30))
    await tab.ask(SIGN_IN, [scene.ben.email, PASSWORD, code])


async def test_another_account_sees_nothing_of_the_device_that_is_here(scene: Scene) -> None:
    await scene.tab.ask(LEAVE_BEHIND)
    await scene.tab.ask(OUT)

    await ben_signs_in(scene, scene.tab)

    assert await scene.tab.ask(SEEN) == {"standing": "other-account", **NOTHING}


async def test_another_account_sees_nothing_when_the_page_opens_without_a_server(
    scene: Scene,
) -> None:
    await scene.tab.ask(LEAVE_BEHIND)
    await scene.tab.ask(OUT)
    await ben_signs_in(scene, scene.tab)
    await scene.lea.context.route("**/api/**", lambda route: route.abort())

    seen = await (await scene.lea.opens()).ask(SEEN)

    assert seen == {"standing": "signed-out", **NOTHING}


async def test_what_another_account_asks_for_is_not_kept_for_the_owner_of_the_device(
    scene: Scene,
) -> None:
    await scene.tab.ask(LEAVE_BEHIND)
    await scene.tab.ask(OUT)
    await ben_signs_in(scene, scene.tab)
    await scene.tab.ask("() => ronde.api.read('/me/preferences')")
    await scene.tab.ask(OUT)

    await scene.lea.sign_in(scene.tab, scene.story.clock)
    kept = await scene.tab.ask("() => ronde.api.kept('/me/preferences')")
    draft = await scene.tab.ask("() => ronde.draft('composer')")
    name = await scene.tab.ask("() => ronde.me.given_name")

    assert (kept, draft, name) == (None, "à moitié dit", "Lea")


async def test_another_account_may_empty_the_browser_and_use_it(scene: Scene) -> None:
    await scene.tab.ask(LEAVE_BEHIND)
    await scene.tab.ask(OUT)
    await ben_signs_in(scene, scene.tab)

    await scene.tab.ask("() => ronde.signOut({wipe: true})")
    scene.server.clock.move(minutes=1)
    await ben_signs_in(scene, scene.tab)

    assert await scene.tab.ask(SEEN) == {"standing": "no-device", **NOTHING}


@pytest.mark.parametrize("wipe", [False, True])
async def test_whoever_closes_the_window_while_signing_out_is_out(
    scene: Scene, *, wipe: bool
) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.says(channel, "Encore là.")
    await tab.until(ALL_SENT, [channel, 1])

    async def never(route: Route) -> None:
        if route.request.method == "GET" and "/session" not in route.request.url:
            await route.fallback()

    await scene.lea.context.route("**/api/**", never)
    await tab.ask("(wipe) => void ronde.signOut({wipe})", wipe)
    await tab.until("() => localStorage.getItem('ronde.leaving') !== null")
    await tab.page.close()
    away = await scene.lea.opens()
    seen = await away.ask(SEEN)
    left = await away.ask("async () => (await indexedDB.databases()).map(({name}) => name)")

    assert seen == {"standing": "signed-out", **NOTHING}
    assert left == ([] if wipe else ["ronde"])
