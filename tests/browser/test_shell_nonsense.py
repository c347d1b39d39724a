"""A server that talks nonsense: nothing of it is taken, nothing breaks, and it is asked again."""

import asyncio
import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import pytest
from playwright.async_api import Route, WebSocketRoute

from tests.support.browser_shell import CHROMIUM, Scene, Window

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

SEED: Final = 20_261_122
FRAMES: Final = 300
ROUNDS: Final = 25
JUNK: Final[tuple[Any, ...]] = (
    None, True, -1, 0.5, 1e300, 2**53, "", "x", "é\u0000", "__proto__", [], [[]], [None], {},
    {"id": {}},
)  # fmt: skip
STANDS = """async (channel) => {
  const conversation = await ronde.conversation(channel);
  const {standing, circles, me} = ronde;
  const {phase, members, head, entries, trouble} = conversation;
  return JSON.stringify([
    standing, me.professional, circles.map(({id, channels}) => [id, channels]),
    phase, members, head, entries.map(({id, seq, state}) => [id, seq, state]), trouble,
    conversation.circleCode(), ronde.status.warnings,
  ]);
}"""
CALM = "() => !ronde.status.confused && !ronde.status.syncing && ronde.status.online"
WHOLE = ('42["{}",{}]', "42{}", "43999[{}]", "0{}", "4{}", "{}")


async def opened_on_a_line(scene: Scene) -> tuple[Window, list[WebSocketRoute]]:
    """Open a tab whose live connection somebody can speak into."""
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    await scene.lea.context.route_web_socket("**/socket.io/**", through)
    await scene.tab.page.close()
    tab = await scene.lea.opens()
    await scene.ben.say(scene.story.channel, "Dit vraiment.")
    await tab.reads(scene.story.channel, ["Dit vraiment."])
    await tab.until(CALM)
    return tab, lines


def places_in(told: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 -- JSON
    """List where something stands in an answer: what holds it, and under which name."""
    if isinstance(told, dict):
        inner: list[tuple[Any, Any]] = [(told, name) for name in told]
    elif isinstance(told, list):
        inner = [(told, at) for at in range(len(told))]
    else:
        return []
    return inner + [place for holder, name in inner for place in places_in(holder[name])]


def spoilt(honest: Any, chance: random.Random) -> Any:  # noqa: ANN401 -- JSON
    """Give an answer of another shape: something put in another's place, or taken out."""
    told = deepcopy(honest)
    places = places_in(told)
    if not places or chance.random() < 0.1:
        return chance.choice(JUNK)
    holder, name = chance.choice(places)
    if isinstance(holder, dict) and chance.random() < 0.3:
        del holder[name]
    else:
        holder[name] = chance.choice([one for one in JUNK if one != holder[name]])
    return told


def frames(honest: list[Any], chance: random.Random) -> list[str]:
    """Make what no server of ours would push."""
    made = []
    for _ in range(FRAMES):
        said = json.dumps(spoilt(chance.choice(honest), chance))
        shape = chance.choice(WHOLE)
        name = chance.choice(["item", "mark", "presence", "other"])
        frame = shape.replace("{}", name, 1).replace("{}", said) if "[" in shape else shape
        frame = frame.replace("{}", said)
        made.append(frame[: chance.randrange(1, len(frame))] if chance.random() < 0.2 else frame)
    # A line that the server ends, or calls over, is another matter: see the sessions.
    return [one for one in made if one[:2] not in ("41", "44") and one[:1] != "1"]


async def honest_frames(scene: Scene, tab: Window) -> list[Any]:
    """Collect what the server would push of this channel."""
    channel = scene.story.channel
    page = await tab.ask("(c) => ronde.api.ask('GET', `/channels/${c}/entries?since=0`)", channel)
    marks = await tab.ask("(c) => ronde.api.ask('GET', `/channels/${c}/marks`)", channel)
    here = {"channel": channel, "present": [scene.id]}
    return [*page["items"], *({**mark, "channel": channel} for mark in marks["marks"]), here]


async def test_frames_that_cannot_be_read_break_nothing_and_change_nothing(scene: Scene) -> None:
    tab, lines = await opened_on_a_line(scene)
    before = await tab.ask(STANDS, scene.story.channel)
    nonsense = frames(await honest_frames(scene, tab), random.Random(SEED))

    for frame in nonsense:
        lines[-1].send(frame)
    lines[-1].send('42["item",{"channel":7}]')
    await tab.until("() => ronde.status.confused")
    await tab.until(CALM)

    assert len(nonsense) > FRAMES // 2
    assert await tab.ask(STANDS, scene.story.channel) == before
    assert tab.troubles == []
    await scene.ben.say(scene.story.channel, "Et après.")
    await tab.reads(scene.story.channel, ["Dit vraiment.", "Et après."])


async def lying(scene: Scene, chance: random.Random) -> Callable[[Route], Any]:
    """Answer with shapes that no server of ours would give."""

    async def answer(route: Route) -> None:
        honest = await route.fetch()
        if honest.status != 200 or route.request.method != "GET":
            await route.fulfill(response=honest)
            return
        told = spoilt(await honest.json(), chance)
        body = json.dumps(told) if chance.random() < 0.9 else json.dumps(told)[:-1] + "<"
        await route.fulfill(content_type="application/json", body=body)

    await scene.lea.context.route("**/api/v1/**", answer)
    return answer


async def test_answers_that_cannot_be_read_break_nothing_and_change_nothing(scene: Scene) -> None:
    tab, _ = await opened_on_a_line(scene)
    channel = scene.story.channel
    before = await tab.ask(STANDS, channel)

    lie = await lying(scene, random.Random(SEED))
    for _ in range(ROUNDS):
        await tab.ask(
            """async (channel) => {
              await Promise.allSettled([
                ronde.synchronise(), ronde.circle(ronde.circles[0].id),
                ronde.conversation(channel).then((one) => one.refresh()),
              ]);
            }""",
            channel,
        )
    await scene.lea.context.unroute("**/api/v1/**", lie)
    await tab.ask("() => ronde.synchronise()")
    await tab.until(CALM)

    assert tab.troubles == []
    assert await tab.ask(STANDS, channel) == before


@pytest.mark.parametrize("told", [{}, {"professional": 7}, [], None, {"professional": "x"}])
async def test_an_answer_that_names_nobody_shuts_nobody_out(
    scene: Scene,
    told: Any,  # noqa: ANN401 -- JSON
) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(content_type="application/json", body=json.dumps(told))

    await scene.lea.context.route("**/api/v1/me", answer)
    tab = await scene.lea.opens()
    await asyncio.sleep(0.3)
    await scene.lea.context.unroute("**/api/v1/me", answer)

    assert await tab.ask("() => ronde.standing.kind") == "ready"
    assert tab.troubles == []
