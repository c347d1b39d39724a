"""R11 on real devices: each tells its place, and one that stands elsewhere finds its way back."""

import base64
from typing import Any

from crypto.session.effects import Concern
from server.channel_house import CHANNEL_HOUSE
from tests.support.journey import Journey, together, warnings
from tests.support.server import Running


async def test_devices_that_agree_tell_their_places_and_nothing_else(
    story: Journey, server: Running
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await story.ana.say(story.channel, "bonjour")

    events = await ben.device.synchronise() + await story.ana.device.synchronise()

    marks = server.app[CHANNEL_HOUSE].marks._known.values()
    heads = {mark.professional: mark.read for mark in marks}
    assert warnings(events) == []
    assert heads[ben.id] == heads[story.ana.id] > 0
    assert len({(mark.epoch, mark.transcript) for mark in marks}) == 1


async def test_a_device_that_stands_elsewhere_says_so_and_comes_back_in(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await story.ana.device.synchronise()

    def astray(method: str, path: str, answer: Any) -> Any:  # noqa: ANN401 -- JSON
        if method != "GET" or not path.endswith("/marks"):
            return answer
        elsewhere = base64.b64encode(b"x" * 32).decode()
        return {"marks": [mark | {"transcript": elsewhere} for mark in answer["marks"]]}

    ben.line.tamper = astray
    events = await ben.device.synchronise()
    ben.line.tamper = None

    assert [warning.kind for warning in warnings(events)] == [Concern.GROUP_FORKED]
    await together(story.channel, story.ana, ben)
    await story.ana.say(story.channel, "de retour")
    await ben.device.synchronise()
    assert (await ben.texts(story.channel))[-1] == "de retour"
