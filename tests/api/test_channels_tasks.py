"""What a channel takes of the cards that tasks carry."""

import pytest

from crypto.ids import new_id
from tests.support import channel_scene
from tests.support.talkers import Talker

server = channel_scene.server
circle = channel_scene.circle
talkers = channel_scene.talkers
eve = channel_scene.eve


def card(talker: Talker, *assignees: Talker, **otherwise: object) -> dict[str, object]:
    return {
        "task": new_id(),
        "assignees": [one.member.device.professional for one in assignees],
        "due": "2026-12-01",
        "state": "requested",
        "document": None,
    } | otherwise


async def test_a_task_s_card_follows_the_log(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    asked = card(ana, ben)
    await ana.say(ana.form() | {"card": asked})

    done = await ben.say(ben.form() | {"card": asked | {"state": "completed"}})

    held = await ana.server.house.stores.tasks.task(asked["task"])  # type: ignore[arg-type]  # an id
    assert held is not None
    assert (held.state, held.seq) == ("completed", done.body["seq"])
    assert [item.get("card") for item in await ana.items(since=2)] == [
        asked,
        asked | {"state": "completed"},
    ]


async def test_a_task_given_to_somebody_off_the_roster_is_refused_and_not_stored(
    talkers: list[Talker], eve: Talker
) -> None:
    ana = talkers[0]

    refused = await ana.say(ana.form() | {"card": card(ana, eve)})

    assert (refused.status, refused.code) == (422, "not_on_the_roster")
    assert len(await ana.items()) == 2


async def test_a_change_of_state_that_may_not_be_is_refused_and_not_stored(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    asked = card(ana, ben)
    await ana.say(ana.form() | {"card": asked})
    await ben.say(ben.form() | {"card": asked | {"state": "completed"}})

    refused = await ben.say(ben.form() | {"card": asked | {"state": "in-progress"}})

    assert (refused.status, refused.code) == (409, "illegal_transition")
    assert len(await ana.items()) == 4


async def test_a_task_s_change_repeated_gets_its_first_answer(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    asked = card(ana, ben)
    form = ana.form() | {"card": asked}
    first = await ana.say(form)
    await ben.say(ben.form() | {"card": asked | {"state": "completed"}})

    again = await ana.say(form)

    assert again.body == first.body


@pytest.mark.parametrize(
    "change", [{"state": "perhaps"}, {"task": ""}, {"due": "tomorrow"}, {"title": "a word"}]
)
async def test_a_card_says_nothing_but_what_a_card_says(
    talkers: list[Talker], change: dict[str, object]
) -> None:
    ana = talkers[0]

    refused = await ana.say(ana.form() | {"card": card(ana) | change})

    assert (refused.status, refused.code) == (400, "malformed")


async def test_only_entries_carry_cards(talkers: list[Talker]) -> None:
    ana = talkers[0]

    refused = await ana.say(ana.form() | {"kind": "history", "card": card(ana)})

    assert (refused.status, refused.code) == (422, "bad_card")
