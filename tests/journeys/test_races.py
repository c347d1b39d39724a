"""Several devices at the same moment: one order for all, nothing lost, nothing twice."""

import asyncio

from care_circle.role import Role
from channels.content import Message
from channels.headless_people import admit_member, release_member
from crypto.membership import dismiss
from crypto.session.effects import EntryStored
from tests.support.journey import Journey, at_once, together


async def test_two_devices_that_write_at_once_are_both_heard_once(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)

    for turn in range(4):
        await at_once(
            story.ana.say(story.channel, f"ana {turn}"), ben.say(story.channel, f"ben {turn}")
        )

    texts = await together(story.channel, story.ana, ben)
    assert sorted(texts) == sorted(f"{who} {turn}" for turn in range(4) for who in ("ana", "ben"))
    assert [text for text in texts if text.startswith("ben")] == [f"ben {n}" for n in range(4)]


async def test_of_two_coordinators_commits_one_wins_and_the_other_is_made_again(
    story: Journey,
) -> None:
    ben = await story.join("Ben")
    eli = await story.join("Eli", None, role=Role.COORDINATOR)
    cleo, dora = await story.join("Cleo"), await story.join("Dora")
    await story.gather(ben, eli)
    for newcomer in (cleo, dora):
        await admit_member(story.ana.device, story.circle, newcomer.id)
    await eli.device.synchronise()

    story.ana.line.starting_gun = eli.line.starting_gun = asyncio.Barrier(2)
    await at_once(
        story.ana.device.add(story.channel, cleo.id), eli.device.add(story.channel, dora.id)
    )

    assert [*story.ana.line.refused, *eli.line.refused] == ["stale_epoch"]
    everybody = (story.ana, ben, eli, cleo, dora)
    await together(story.channel, *everybody)
    await at_once(*(one.say(story.channel, one.name) for one in everybody))
    texts = await together(story.channel, *everybody)
    assert sorted(texts) == sorted(one.name for one in everybody)


async def test_a_message_and_a_removal_at_once_never_reach_the_one_removed(
    story: Journey,
) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben, cleo)
    await ben.say(story.channel, "avant")
    await cleo.device.synchronise()

    await at_once(
        release_member(story.ana.device, story.circle, cleo.id),
        ben.say(story.channel, "pendant"),
    )
    await ben.say(story.channel, "après")

    assert await together(story.channel, story.ana, ben) == ["avant", "pendant", "après"]
    cleo.line.straight.sign_in(ben.line.straight.token)
    await cleo.device.catch_up(story.channel)
    assert "après" not in await cleo.texts(story.channel)


async def test_who_writes_first_removes_the_one_whom_nobody_removed_yet(story: Journey) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben, cleo)
    ana, roster = story.ana.device, story.ana.device.roster(story.circle)
    gone = dismiss(roster, cleo.id, signer=ana.session.device, now=story.clock())
    await ana.say_statement(story.circle, "releases", gone)

    _, events = await ben.device.post(story.channel, Message(text="Nous deux."))

    assert any(isinstance(event, EntryStored) for event in events)
    assert await together(story.channel, story.ana, ben) == ["Nous deux."]
