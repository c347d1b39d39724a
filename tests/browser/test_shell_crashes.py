"""A tab that dies at any write of its session: the next one goes on where it stood."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from care_circle.role import Role
from crypto.ids import ChannelId
from tests.support.browser_shell import (
    CHROMIUM,
    Surfer,
    Window,
    bring_in,
    enrol_in_browser,
    surfer,
)
from tests.support.journey import Companion, Journey
from tests.support.node import ROOT

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
class Mortal:
    """A coordinator in a browser, who opens channels and dies of it."""

    story: Journey
    ben: Companion
    lea: Surfer


@pytest.fixture
async def mortal(story: Journey, browser: Browser, shell_files: Path) -> Mortal:
    ben = await story.join("Ben")
    await story.gather(ben)
    lea = await surfer(browser, shell_files, story.url, "Lea")
    tab, professional, _ = await enrol_in_browser(story, lea, role=Role.COORDINATOR)
    await bring_in(story, professional, role=Role.COORDINATOR)
    await tab.ask("() => ronde.synchronise()")
    await tab.page.close()
    return Mortal(story=story, ben=ben, lea=lea)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_tab_that_dies_at_any_write_loses_nothing_and_says_nothing_twice(
    mortal: Mortal, moment: str
) -> None:
    known = [mortal.story.channel]
    for at in range(1, MOST_WRITES):
        kept, survived = await die(mortal, at, moment)
        heirs = await mortal.lea.opens()
        found = await heirs.ask(OTHERS, [mortal.story.circle, known])
        assert len(found) <= 1
        assert found or not kept
        for channel in found:
            await heirs.until(SETTLED, channel)
            await heirs.ask(FINISH, [channel, mortal.ben.id])
            await heirs.until(SETTLED, channel)
            await everybody_reads(mortal, heirs, channel, kept)
            known.append(channel)
        assert heirs.troubles == []
        await heirs.page.close()
        if survived:
            break
    else:
        pytest.fail("the story has more writes than were tried")


async def die(mortal: Mortal, at: int, moment: str) -> tuple[list[str], bool]:
    """Let a tab die at a write; tells what it was promised to keep, and whether it lived."""
    tab = await mortal.lea.loads(script=DYING)
    await tab.until("() => globalThis.ronde")
    await tab.until("() => !ronde.status.syncing")
    await tab.ask(ARM, [at, moment, [mortal.story.circle, mortal.ben.id]])
    await tab.until("() => death.dead || over")
    kept, dead = await tab.ask("() => [kept, death.dead]")
    await tab.page.close()
    return kept, not dead


async def everybody_reads(
    mortal: Mortal, heirs: Window, channel: ChannelId, kept: list[str]
) -> None:
    await mortal.ben.device.synchronise()
    read = await mortal.ben.texts(channel)
    assert await heirs.texts(channel) == read
    assert read[-1] == "enfin"
    assert sorted(set(read)) == sorted(read)
    assert set(kept) <= set(read)
    group = mortal.ben.device.session.channels[channel].group
    assert group is not None
    code = await heirs.ask("async (c) => (await ronde.conversation(c)).circleCode()", channel)
    assert code == mortal.ben.device.circle_code(channel)
