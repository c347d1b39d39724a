"""The shell in a real browser: one device however many tabs, and nothing typed is lost."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from care_circle.role import Role
from channels.headless_people import admit_member, attest_identity
from tests.support.browser_shell import (
    ALL_SENT,
    BACKED_UP,
    BEGIN,
    CHROMIUM,
    STATES,
    Scene,
    bring_in,
    enrol_in_browser,
    forget_device,
    surfer,
)
from tests.support.journey import Journey

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

PHASE = "async (channel) => (await ronde.conversation(channel)).phase"


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


async def test_two_tabs_are_one_device_and_say_everything_once(scene: Scene) -> None:
    channel, first = scene.story.channel, scene.tab
    await first.ask("() => ronde.synchronise()")
    second = await scene.lea.opens()
    said = [f"{n} par {where}" for n in range(8) for where in ("l'une", "l'autre")]

    await asyncio.gather(
        *(tab.says(channel, text) for tab, text in zip([first, second] * 8, said, strict=True))
    )

    for tab in (first, second):
        await tab.until(ALL_SENT, [channel, len(said)])
    read = await scene.story.ana.texts(channel)
    assert sorted(read) == sorted(said)
    assert await first.texts(channel) == await second.texts(channel) == read


async def test_what_is_written_without_a_network_waits_and_leaves_in_order(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await tab.texts(channel)
    said = [f"Phrase {n}" for n in range(3)]

    await scene.lea.context.set_offline(True)
    for text in said:
        await tab.says(channel, text)
    held = await tab.ask(STATES, channel)
    again = await scene.lea.opens()
    kept = await again.ask(STATES, channel)
    waiting = await again.ask("() => ronde.status.waiting")
    await scene.lea.context.set_offline(False)

    assert held == kept == [[text, "waiting"] for text in said]
    assert waiting == 3
    for one in (tab, again):
        await one.until(ALL_SENT, [channel, 3])
    assert await scene.story.ana.texts(channel) == said


async def test_a_store_that_was_evicted_is_missed_and_comes_back_by_the_code(scene: Scene) -> None:
    channel = scene.story.channel
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.ben.say(channel, "Dit avant.")
    await scene.tab.reads(channel, ["Dit avant."])
    await scene.tab.until(BACKED_UP)
    await scene.tab.page.close()
    await forget_device(scene.lea)

    tab = await scene.lea.opens()
    standing = await tab.ask("() => ronde.standing")
    code = await tab.ask(BEGIN, {"kind": "restore", "code": scene.code})
    # The server knows a new device everywhere after two seconds.
    scene.server.clock.move(seconds=3)
    await tab.ask("() => ronde.synchronise()")
    await tab.reads(channel, ["Dit avant."])
    await tab.says(channel, "Me revoilà.")

    lost = {"kind": "no-device", "lost": True, "removed": False}
    assert standing == lost | {"others": True, "recoverable": True}
    assert code is None
    await tab.until(ALL_SENT, [channel, 2])
    assert await scene.ben.texts(channel) == ["Dit avant.", "Me revoilà."]


async def test_two_tabs_that_add_the_same_colleague_add_them_once(
    scene: Scene, browser: Browser, shell_files: Path
) -> None:
    story, channel = scene.story, scene.story.channel
    zoe = await surfer(browser, shell_files, story.url, "Zoe")
    first, zoes_id, _ = await enrol_in_browser(story, zoe, role=Role.COORDINATOR)
    await bring_in(story, zoes_id, role=Role.COORDINATOR)
    await first.ask("() => ronde.synchronise()")
    second = await zoe.opens()
    carl = await story.join("Carl")
    await admit_member(story.ana.device, story.circle, carl.id)

    add = "([channel, who]) => ronde.coordination.addMembers(channel, [who])"
    await asyncio.gather(*(tab.ask(add, [channel, carl.id]) for tab in (first, second)))

    await carl.device.synchronise()
    members = "async (c) => (await ronde.conversation(c)).members.map((one) => one.professional)"
    for tab in (first, second):
        assert (await tab.ask(members, channel)).count(carl.id) == 1
    await first.says(channel, "Bienvenue, Carl.")
    await second.reads(channel, ["Bienvenue, Carl."])
    await first.until(ALL_SENT, [channel, 1])
    assert await carl.texts(channel) == ["Bienvenue, Carl."]
    assert zoe.troubles == []


async def test_a_newcomer_whom_nobody_adds_comes_in_by_itself(
    story: Journey, browser: Browser, shell_files: Path
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await ben.say(story.channel, "Dit avant.")
    lea = await surfer(browser, shell_files, story.url, "Lea")
    tab, professional, _ = await enrol_in_browser(story, lea)
    await attest_identity(story.ana.device, professional)
    await story.sign_convention(professional)
    await admit_member(story.ana.device, story.circle, professional)

    await tab.ask("() => ronde.synchronise()")
    waiting = await tab.ask(PHASE, story.channel)
    await tab.ask("() => { const now = Date.now; Date.now = () => now() + 61_000; }")
    await tab.ask("() => ronde.synchronise()")
    await tab.ask("() => ronde.synchronise()")
    await ben.device.synchronise()
    await story.ana.device.synchronise()

    assert waiting == "waiting"
    assert await tab.ask(PHASE, story.channel) == "member"
    await tab.ask("() => ronde.synchronise()")
    await tab.reads(story.channel, ["Dit avant."])


async def test_what_was_read_on_one_device_is_not_new_on_the_next(scene: Scene) -> None:
    channel = scene.story.channel
    await scene.tab.ask("() => ronde.synchronise()")
    await scene.ben.say(channel, "Dit avant.")
    await scene.tab.reads(channel, ["Dit avant."])
    await scene.tab.ask(
        "async (c) => { const it = await ronde.conversation(c); await it.markRead(it.head); }",
        channel,
    )
    await scene.tab.until(BACKED_UP)
    await scene.tab.until(
        """async ([c, me]) => (await ronde.api.ask("GET", `/channels/${c}/marks`)).marks
          .some(({professional, read}) => professional === me && read > 1)""",
        [channel, scene.id],
    )
    await scene.tab.page.close()
    await forget_device(scene.lea)

    tab = await scene.lea.opens()
    await tab.ask(BEGIN, {"kind": "restore", "code": scene.code})
    scene.server.clock.move(seconds=3)
    await tab.ask("() => ronde.synchronise()")
    await tab.reads(channel, ["Dit avant."])

    await tab.until("() => ronde.circles.length === 1 && ronde.circles[0].unread === 0")
    again = await scene.lea.opens()
    assert await again.ask("() => ronde.circles[0].unread") == 0
