"""Devices that stand in two groups: what one says waits, and leaves once they agree (R11)."""

import base64
import json
from typing import Any, Final

import pytest
from playwright.async_api import Route

from tests.support.browser_shell import ALL_SENT, CHROMIUM, STATES, Scene, Window

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

ELSEWHERE: Final = base64.b64encode(bytes(32)).decode()
TROUBLE = "async (c) => (await ronde.conversation(c)).trouble?.kind ?? null"
RECONCILE = "async (c) => await (await ronde.conversation(c)).reconcile()"
COMMITS = """async (c) => (await ronde.api.ask("GET", `/channels/${c}/entries?since=0`)).items
  .filter(({kind}) => kind === "commit").length"""
AWAKE = "() => !ronde.status.syncing"


class Liar:
    """Says of everybody else, whatever the epoch, that they stand in another group."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def begin(self) -> None:
        await self.scene.lea.context.route("**/marks", self._answer)

    async def end(self) -> None:
        await self.scene.lea.context.unroute("**/marks", self._answer)

    async def _answer(self, route: Route) -> None:
        honest = await route.fetch()
        told: Any = await honest.json()
        device = self.scene.ben.device.session.device.id
        lies = [
            {"professional": self.scene.ben.id, "device": device, "delivered": 0, "read": 0}
            | {"epoch": epoch, "transcript": ELSEWHERE}
            for epoch in range(12)
        ]
        await route.fulfill(response=honest, body=json.dumps(told | {"marks": lies}))


async def forked(scene: Scene) -> tuple[Window, Liar]:
    """Open a channel about which the server lies from then on."""
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.says(channel, "Dit avant.")
    await tab.until(ALL_SENT, [channel, 1])
    liar = Liar(scene)
    await liar.begin()
    await tab.ask("() => ronde.synchronise()")
    await tab.until(f"async (c) => (await ({TROUBLE})(c)) === 'forked'", channel)
    await tab.until(AWAKE)
    return tab, liar


async def test_nothing_leaves_while_devices_do_not_agree_and_all_of_it_once_they_do(
    scene: Scene,
) -> None:
    channel = scene.story.channel
    tab, liar = await forked(scene)

    await tab.says(channel, "Dit pendant.")
    await tab.ask("() => ronde.saveDraft('feed', {text: 'À moitié'})")
    await tab.ask("() => ronde.synchronise()")
    held = await tab.ask(STATES, channel)
    heard = await scene.ben.texts(channel)
    await liar.end()
    await scene.ben.device.synchronise()
    await tab.ask("() => ronde.synchronise()")

    assert held == [["Dit avant.", "sent"], ["Dit pendant.", "waiting"]]
    assert heard == ["Dit avant."]
    await tab.until(ALL_SENT, [channel, 2])
    await tab.until(f"async (c) => (await ({TROUBLE})(c)) === null", channel)
    assert await scene.ben.texts(channel) == ["Dit avant.", "Dit pendant."]
    assert await tab.ask("() => ronde.draft('feed')") == {"text": "À moitié"}


async def test_what_waits_for_a_fork_still_waits_in_a_page_opened_anew(scene: Scene) -> None:
    channel = scene.story.channel
    tab, liar = await forked(scene)
    await tab.says(channel, "Dit pendant.")
    await tab.page.close()

    again = await scene.lea.opens()
    await again.ask("() => ronde.synchronise()")
    shown = await again.ask(STATES, channel), await again.ask(TROUBLE, channel)
    heard = await scene.ben.texts(channel)
    await liar.end()
    await scene.ben.device.synchronise()
    await again.ask(RECONCILE, channel)

    assert shown == ([["Dit avant.", "sent"], ["Dit pendant.", "waiting"]], "forked")
    assert heard == ["Dit avant."]
    await again.until(ALL_SENT, [channel, 2])


async def test_who_asks_to_be_brought_up_to_date_need_wait_for_nobody(scene: Scene) -> None:
    channel = scene.story.channel
    tab, liar = await forked(scene)
    await tab.says(channel, "Dit pendant.")
    await liar.end()

    # Ben's device stays away: it has told nothing of where it stands.
    await tab.ask(RECONCILE, channel)

    await tab.until(ALL_SENT, [channel, 2])
    assert await tab.ask(TROUBLE, channel) is None


async def test_a_server_that_lies_on_and_on_makes_nobody_come_in_on_and_on(scene: Scene) -> None:
    tab, _ = await forked(scene)
    before = await tab.ask(COMMITS, scene.story.channel)

    for _ in range(5):
        await tab.ask("() => ronde.synchronise()")

    assert await tab.ask(COMMITS, scene.story.channel) == before


async def test_a_split_among_others_is_told_and_keeps_nothing_back(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")

    async def split(route: Route) -> None:
        honest = await route.fetch()
        told: Any = await honest.json()
        await route.fulfill(response=honest, body=json.dumps(told | {"forked": True}))

    await scene.lea.context.route("**/marks", split)
    await tab.says(channel, "Part quand même.")
    await tab.until(f"async (c) => (await ({TROUBLE})(c)) === 'parted'", channel)

    await tab.until(ALL_SENT, [channel, 1])
    assert await scene.ben.texts(channel) == ["Part quand même."]
