"""Files without a network, or too late: a photo taken in a basement is not lost."""

import json

import pytest
from playwright.async_api import Route

from server.routes.blobs import BLOBS
from tests.support.browser_shell import ALL_SENT, CHROMIUM, STATES, Scene, Window
from tests.support.node import ROOT

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

SIZE = 20_000
MOST_WRITES = 20
DYING = ROOT / "tests" / "support" / "dying_tab.js"
SEND = """async ([channel, size]) => {
  const bytes = new Uint8Array(size).map((_, at) => at % 251);
  const file = new File([bytes], "bilan.pdf", {type: "application/pdf"});
  const entry = ronde.newEntry();
  const attachment = await ronde.files.attach(file, {channel, entry});
  const message = {
    kind: "message", text: "Voici.", replyTo: null, mentions: [],
    attachments: [attachment], urgent: false,
  };
  await (await ronde.conversation(channel)).post(message, {entry});
}"""
FETCH = """async (channel) => {
  const {entries} = await ronde.conversation(channel);
  const [attachment] = entries.at(-1).inside.content.attachments;
  const blob = await ronde.files.fetchAttachment(channel, attachment);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return bytes.length === 20_000 && bytes.every((byte, at) => byte === at % 251);
}"""
KEPT = """() => new Promise((done) => {
  const opening = indexedDB.open("ronde");
  opening.onsuccess = () => {
    const range = IDBKeyRange.bound("file/", "file/z");
    const asking = opening.result.transaction("values").objectStore("values").getAllKeys(range);
    asking.onsuccess = () => { opening.result.close(); done(asking.result.length); };
  };
})"""
PARKED = """async (channel) => (await ronde.conversation(channel)).entries
  .filter(({state}) => state === "parked").map(({id, code}) => [id, code])"""
RETRY = "async ([channel, id]) => { await (await ronde.conversation(channel)).retry(id); }"
SEND_AGAIN = """([at, moment, channel, id]) => {
  death.arm(at, moment);
  globalThis.over = false;
  const sent = ({state, seq}) => state === "sent" && seq !== null;
  const again = async () => {
    const conversation = await ronde.conversation(channel);
    const entry = await conversation.retry(id);
    while (!conversation.entries.some((one) => one.id === entry && sent(one))) {
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  void again().catch(() => undefined).finally(() => { globalThis.over = true; });
}"""
SENT_BUT_PARKED = """async ([channel, count]) => {
  const {entries} = await ronde.conversation(channel);
  const said = entries.filter(({inside, state}) => inside.kind === "content" && state !== "parked");
  return said.length === count && said.every(({seq, state}) => seq !== null && state === "sent");
}"""
A_DAY_LATER = "() => { const now = Date.now; Date.now = () => now() + 25 * 3_600_000; }"


async def arrives(scene: Scene, tab: Window) -> None:
    """Wait until the message is in the log; its file then comes from the server."""
    await tab.until(ALL_SENT, [scene.story.channel, 1])
    await tab.until(f"async () => await ({KEPT})() === 0")
    assert await tab.ask(FETCH, scene.story.channel)


async def test_a_file_that_is_sent_without_a_network_leaves_when_it_is_back(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")

    await scene.lea.context.set_offline(True)
    await tab.ask(SEND, [channel, SIZE])
    held = await tab.ask(STATES, channel), await tab.ask(FETCH, channel)
    await tab.page.close()
    again = await scene.lea.opens()
    still = await again.ask(STATES, channel), await again.ask(FETCH, channel)
    await scene.lea.context.set_offline(False)

    assert held == still == ([["Voici.", "waiting"]], True)
    await arrives(scene, again)
    assert await scene.ben.texts(channel) == ["Voici."]


async def test_a_file_that_waited_for_longer_than_a_day_is_sent_again(scene: Scene) -> None:
    channel, tab = scene.story.channel, scene.tab
    await tab.ask("() => ronde.synchronise()")
    await scene.lea.context.route("**/entries", lambda route: route.abort())
    await scene.lea.context.route_web_socket("**/socket.io/**", lambda line: line.close())
    await tab.page.close()
    early = await scene.lea.opens()
    await early.ask(SEND, [channel, SIZE])
    await early.page.close()

    scene.server.clock.move(hours=25)
    dropped = await scene.server.app[BLOBS].tidy()
    await scene.lea.context.unroute("**/entries")
    late = await scene.lea.opens()
    await late.ask(A_DAY_LATER)
    await late.until("() => !ronde.status.signedIn")
    await scene.lea.sign_in(late, scene.story.clock)

    assert dropped == 1
    await arrives(scene, late)


async def test_a_file_of_a_refused_message_goes_with_it_when_it_is_sent_again(
    scene: Scene,
) -> None:
    channel, tab = scene.story.channel, scene.tab
    entry, code = await refused(scene, tab)

    await tab.ask(RETRY, [channel, entry])

    assert code == "channel_full"
    await arrives(scene, tab)
    assert await scene.ben.texts(channel) == ["Voici."]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_tab_that_dies_while_it_sends_again_says_nothing_twice(
    scene: Scene, moment: str
) -> None:
    channel, tab, refusals, survived = scene.story.channel, scene.tab, 0, False
    for at in range(1, MOST_WRITES):
        if not await tab.ask(PARKED, channel):
            await refused(scene, tab)
            refusals += 1
        await tab.page.close()

        survived = await dies_sending_again(scene, at, moment)

        tab = await scene.lea.opens()
        parked = len(await tab.ask(PARKED, channel))
        await tab.until(SENT_BUT_PARKED, [channel, refusals - parked])
        assert await scene.ben.texts(channel) == ["Voici."] * (refusals - parked)
        if survived:
            break

    assert survived


async def dies_sending_again(scene: Scene, at: int, moment: str) -> bool:
    """Let a tab die at the nth write of sending a parked message again; tells if it lived."""
    channel, dying = scene.story.channel, await scene.lea.loads(script=DYING)
    await dying.until("() => globalThis.ronde")
    await dying.until("() => !ronde.status.syncing")
    [[entry, _]] = await dying.ask(PARKED, channel)
    await dying.ask(SEND_AGAIN, [at, moment, channel, entry])
    await dying.until("() => death.dead || over")
    dead: bool = await dying.ask("() => death.dead")
    await dying.page.close()
    # What a dead tab stumbles over is what was asked for.
    dying.troubles.clear()
    return not dead


async def refused(scene: Scene, tab: Window) -> tuple[str, str]:
    """Have a message refused for its file; gives the entry and the code."""
    channel, answers = scene.story.channel, [cut]

    # Every upload is answered here: one that was let go before a cut ended would arrive after it.
    async def answer(route: Route) -> None:
        await answers[-1](route)

    await tab.ask("() => ronde.synchronise()")
    await scene.lea.context.route("**/blobs/**", answer)
    await scene.lea.context.set_offline(True)
    await tab.ask(SEND, [channel, SIZE])
    answers.append(full)
    await scene.lea.context.set_offline(False)
    await tab.until(f"async (c) => (await ({PARKED})(c)).length === 1", channel)
    await scene.lea.context.unroute("**/blobs/**")
    [[entry, code]] = await tab.ask(PARKED, channel)
    return entry, code


async def cut(route: Route) -> None:
    """Answer as a line does that is down."""
    await route.abort("internetdisconnected")


async def full(route: Route) -> None:
    """Answer as a server does whose channel holds too many files."""
    problem = {"status": 409, "code": "channel_full", "title": "Plein"}
    await route.fulfill(
        status=409, body=json.dumps(problem), content_type="application/problem+json"
    )
