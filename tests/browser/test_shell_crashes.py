"""A tab that dies at any write of its session: the next one goes on where it stood."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from care_circle.role import Role
from crypto.ids import ChannelId, ProfessionalId
from tests.support.browser_shell import (
    CHROMIUM,
    Surfer,
    Window,
    bring_in,
    bundle,
    chromium,
    enrol_in_browser,
    surfer,
)
from tests.support.clock import StandingClock
from tests.support.journey import Companion, Journey, journey
from tests.support.node import ROOT
from tests.support.server import running

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

DYING = ROOT / "tests" / "support" / "dying_tab.js"
MOST_WRITES = 60
STORY = """async ([circle, ben]) => {
  globalThis.kept = [];
  const say = async (text) => {
    const message = {
      kind: "message", text, replyTo: null, mentions: [], attachments: [], urgent: false,
    };
    await (await ronde.conversation(channel)).post(message);
    kept.push(text);
  };
  const channel = await ronde.coordination.openChannel(circle);
  await say("avant");
  await ronde.coordination.addMembers(channel, [ben]);
  await say("après");
}"""
ARM = """([at, moment, argument]) => {
  death.arm(at, moment);
  globalThis.over = false;
  void STORY(argument).catch(() => undefined).finally(() => { globalThis.over = true; });
}""".replace("STORY", f"({STORY})")
OTHERS = """async ([circle, known]) => {
  await ronde.synchronise();
  const {channels} = ronde.circles.find(({id}) => id === circle);
  return channels.filter((channel) => !known.includes(channel));
}"""
SETTLED = """async (channel) => {
  const {entries, phase} = await ronde.conversation(channel);
  return phase === "member" && ronde.status.waiting === 0 && !ronde.status.syncing
    && entries.every(({seq}) => seq !== null);
}"""
FINISH = """async ([channel, ben]) => {
  await ronde.coordination.addMembers(channel, [ben]);
  const message = {
    kind: "message", text: "enfin", replyTo: null, mentions: [], attachments: [], urgent: false,
  };
  await (await ronde.conversation(channel)).post(message);
}"""


@dataclass(slots=True, kw_only=True)
class Scene:
    """A coordinator in a browser, who opens channels and dies of it."""

    story: Journey
    ben: Companion
    lea: Surfer
    id: ProfessionalId


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    bundle(tmp_path)
    async with (
        running(tmp_path, clock=StandingClock(datetime.now(UTC))) as server,
        journey(server) as story,
        chromium() as browser,
    ):
        ben = await story.join("Ben")
        await story.gather(ben)
        lea = await surfer(browser, tmp_path, story.url, "Lea")
        tab, professional, _ = await enrol_in_browser(story, lea, role=Role.COORDINATOR)
        await bring_in(story, professional, role=Role.COORDINATOR)
        await tab.ask("() => ronde.synchronise()")
        await tab.page.close()
        yield Scene(story=story, ben=ben, lea=lea, id=professional)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_tab_that_dies_at_any_write_loses_nothing_and_says_nothing_twice(
    scene: Scene, moment: str
) -> None:
    known = [scene.story.channel]
    for at in range(1, MOST_WRITES):
        kept, survived = await die(scene, at, moment)
        heirs = await scene.lea.opens()
        found = await heirs.ask(OTHERS, [scene.story.circle, known])
        assert len(found) <= 1
        assert found or not kept
        for channel in found:
            await heirs.until(SETTLED, channel)
            await heirs.ask(FINISH, [channel, scene.ben.id])
            await heirs.until(SETTLED, channel)
            await everybody_reads(scene, heirs, channel, kept)
            known.append(channel)
        assert heirs.troubles == []
        await heirs.page.close()
        if survived:
            break
    else:
        pytest.fail("the story has more writes than were tried")


async def die(scene: Scene, at: int, moment: str) -> tuple[list[str], bool]:
    """Let a tab die at a write; tells what it was promised to keep, and whether it lived."""
    tab = await scene.lea.loads(script=DYING)
    await tab.until("() => globalThis.ronde")
    await tab.until("() => !ronde.status.syncing")
    await tab.ask(ARM, [at, moment, [scene.story.circle, scene.ben.id]])
    await tab.until("() => death.dead || over")
    kept, dead = await tab.ask("() => [kept, death.dead]")
    await tab.page.close()
    return kept, not dead


async def everybody_reads(
    scene: Scene, heirs: Window, channel: ChannelId, kept: list[str]
) -> None:
    await scene.ben.device.synchronise()
    read = await scene.ben.texts(channel)
    assert await heirs.texts(channel) == read
    assert read[-1] == "enfin"
    assert sorted(set(read)) == sorted(read)
    assert set(kept) <= set(read)
    group = scene.ben.device.session.channels[channel].group
    assert group is not None
    code: Any = await heirs.ask("async (c) => (await ronde.conversation(c)).circleCode()", channel)
    assert code == scene.ben.device.circle_code(channel)
