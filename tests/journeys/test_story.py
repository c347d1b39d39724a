"""One child, four people, from the first invitation to the last word that Dora may read."""

from datetime import date

import pytest

from care_circle.role import Profession
from channels.content import DocumentLink, Message, Reaction, Task, TaskChange
from channels.content_parts import ChecklistItem
from channels.headless_line import Refused
from channels.headless_people import release_member
from crypto.ids import DocumentId, TaskId, new_id
from crypto.session.effects import RemovedFromChannel
from crypto.session.log import Card
from crypto.session.step import NotInChannel
from tests.support.journey import Journey, together


async def test_four_people_talk_and_the_one_who_leaves_reads_nothing_more(story: Journey) -> None:
    ana = story.ana
    ben = await story.join("Ben", Profession.PHYSICIAN)
    cleo = await story.join("Cleo", Profession.PHYSIOTHERAPIST)
    dora = await story.join("Dora", Profession.PSYCHOLOGIST)
    await story.gather(ben, cleo, dora)
    channel, four = story.channel, (ana, ben, cleo, dora)

    await ana.say(channel, "Bonjour à tous.")
    assert await together(channel, *four) == ["Bonjour à tous."]
    question = await ben.say(channel, "Qui a vu la marche ?")
    await cleo.post(channel, Message(text="Moi, lundi.", reply_to=question, mentions=(ben.id,)))
    await dora.post(channel, Reaction(to=question, emoji="👍"))
    assert await together(channel, *four) == [
        "Bonjour à tous.", "Qui a vu la marche ?", "Moi, lundi.",
    ]  # fmt: skip

    task = TaskId(new_id())
    words = Task(task=task, title="Bilan moteur", checklist=(ChecklistItem(text="marche"),))
    due = date(2026, 12, 1)
    card = Card(task=task, state="requested", assignees=(cleo.id,), due=due)
    await ben.post(channel, words, card=card)
    done = TaskChange(
        task=task, state="completed", checklist=(ChecklistItem(text="marche", done=True),)
    )
    await cleo.device.synchronise()
    await cleo.post(
        channel, done, card=Card(task=task, state="completed", assignees=(cleo.id,), due=due)
    )
    await ana.post(channel, DocumentLink(document=DocumentId(new_id()), label="Visite des 24 mois"))
    await together(channel, *four)
    cards = await dora.line.ask("GET", f"/circles/{story.circle}/tasks")
    assert [(one["id"], one["state"]) for one in cards["items"]] == [(task, "completed")]
    assert [type(one).__name__ for one in await dora.history(channel)] == [
        "Message", "Message", "Message", "Reaction", "Task", "TaskChange", "DocumentLink",
    ]  # fmt: skip

    before = ana.authenticator(channel)
    await release_member(ana.device, story.circle, dora.id)
    await ben.device.synchronise()
    await ben.say(channel, "Entre nous trois.")

    assert (await together(channel, ana, ben, cleo))[-1] == "Entre nous trois."
    assert ana.authenticator(channel) != before
    await _reads_nothing_more(story)


async def _reads_nothing_more(story: Journey) -> None:
    channel = story.channel
    dora = story.people["Dora"]
    events = await dora.device.synchronise()
    assert not events
    with pytest.raises(Refused, match="not_found"):
        await dora.device.catch_up(channel)
    # Even if the server handed her the log, she has no key for it.
    dora.line.straight.sign_in(story.ana.line.straight.token)
    left = await dora.device.catch_up(channel)
    assert RemovedFromChannel(channel=channel) in left
    assert "Entre nous trois." not in await dora.texts(channel)
    with pytest.raises(NotInChannel):
        await dora.say(channel, "Et moi ?")
