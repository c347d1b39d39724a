"""Sessions that run out: what a device holds can be read, and all goes on after signing in."""

import pytest
from playwright.async_api import Request

from tests.support.browser_shell import ALL_SENT, CHROMIUM, STATES, Scene, Window

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

STANDS = "() => [ronde.standing.kind, ronde.status.signedIn, ronde.me?.professional ?? null]"
PACKAGES_TAKEN = 30
WAITING = """async () => (await ronde.api.ask(
  "GET", `/devices/${ronde.standing.device}/key_packages`)).waiting"""
WAKES = "() => document.dispatchEvent(new Event('visibilitychange'))"


async def expire(tab: Window) -> None:
    """Let the session run out, as the server does after a while, while no tab looks."""
    await tab.ask(
        """async () => {
          const {id} = await (await fetch("/api/v1/session")).json();
          await fetch(`/api/v1/sessions/${id}`, {method: "DELETE"});
        }"""
    )


async def test_a_page_opened_after_the_session_ran_out_shows_what_is_here(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.says(channel, "Dit avant.")
    await tab.until(ALL_SENT, [channel, 1])
    await expire(tab)
    await tab.page.close()

    again = await scene.lea.opens()
    await again.until("() => !ronde.status.signedIn")
    stands = await again.ask(STANDS)
    await again.says(channel, "Dit trop tard.")
    held = await again.ask(STATES, channel)
    await scene.lea.sign_in(again, scene.story.clock)

    assert stands == ["ready", False, scene.id]
    assert held == [["Dit avant.", "sent"], ["Dit trop tard.", "waiting"]]
    await again.until(ALL_SENT, [channel, 2])
    assert await scene.ben.texts(channel) == ["Dit avant.", "Dit trop tard."]


async def test_a_page_opened_offline_learns_of_the_end_of_its_session_later(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.says(channel, "Dit avant.")
    await tab.until(ALL_SENT, [channel, 1])
    await expire(tab)
    await tab.page.close()

    await scene.lea.context.set_offline(True)
    again = await scene.lea.opens()
    offline = await again.ask(STANDS), await again.texts(channel)
    await scene.lea.context.set_offline(False)
    await again.until("() => !ronde.status.signedIn")

    assert offline == (["ready", True, scene.id], ["Dit avant."])
    assert (await again.ask(STANDS))[0] == "ready"
    assert await again.texts(channel) == ["Dit avant."]


async def test_signing_in_again_in_one_tab_is_enough_for_the_other(scene: Scene) -> None:
    channel, first = scene.story.channel, scene.tab
    await first.ask("() => ronde.synchronise()")
    second = await scene.lea.opens()
    await expire(first)
    for tab in (first, second):
        await tab.ask("() => ronde.synchronise()")
        await tab.until("() => !ronde.status.signedIn")

    await scene.lea.sign_in(first, scene.story.clock)
    await second.ask(WAKES)

    await second.until("() => ronde.status.signedIn && ronde.status.online")
    await second.says(channel, "Dit dans la seconde.")
    await first.reads(channel, ["Dit dans la seconde."])


async def test_a_device_that_the_server_knows_is_not_told_again_by_each_page(scene: Scene) -> None:
    told: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/devices"):
            told.append(request.url)

    scene.lea.context.on("request", note)
    again = await scene.lea.opens()
    await again.until("() => ronde.status.online")
    opened = len(told)
    await expire(again)
    await again.ask("() => ronde.synchronise()")
    await again.until("() => !ronde.status.signedIn")
    await scene.lea.sign_in(again, scene.story.clock)
    await again.until("() => ronde.status.online")

    assert (opened, len(told)) == (0, 1)


async def test_a_machine_that_slept_for_a_day_comes_back_by_itself(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.reads(channel, [])
    device = await tab.ask("() => ronde.standing.device")
    machine = await scene.lea.context.new_cdp_session(tab.page)

    await machine.send("Page.setWebLifecycleState", {"state": "frozen"})
    for _ in range(PACKAGES_TAKEN):
        claim = f"/circles/{scene.story.circle}/key_packages/claim"
        await scene.story.ana.line.ask("POST", claim, {"devices": [device]})
    await scene.ben.say(channel, "Dit dans la nuit.")
    scene.server.clock.move(hours=24)
    await machine.send("Page.setWebLifecycleState", {"state": "active"})
    await tab.ask(WAKES)
    await tab.until("() => !ronde.status.signedIn")
    await scene.lea.sign_in(tab, scene.story.clock)

    await tab.reads(channel, ["Dit dans la nuit."])
    await tab.says(channel, "Bonjour.")
    await tab.until(ALL_SENT, [channel, 2])
    await tab.until(f"async () => (await ({WAITING})()) > 40")
