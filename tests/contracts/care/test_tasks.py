"""Tasks on a real store, for those who have them."""

from dataclasses import replace

from care_circle.circle import Circle
from care_circle.task import TaskChange, TaskState, project
from crypto.ids import ChannelId, TaskId, new_id
from tests.support.care import NOW, TODAY, Somebody
from tests.support.care_network import Network


async def test_an_open_task_is_listed_for_those_who_have_it(
    network: Network, doc: Somebody, kim: Somebody, circle: Circle
) -> None:
    asked = TaskChange(
        task=TaskId(new_id()),
        circle=circle.id,
        channel=ChannelId(new_id()),
        by=doc.id,
        assignees=(kim.id,),
        due=TODAY,
        state=TaskState.REQUESTED,
        document=None,
        at=NOW,
        seq=1,
    )
    done = replace(asked, by=kim.id, state=TaskState.COMPLETED, seq=2)

    card = await network.tasks.tasks.change(asked.task, lambda held: project(held, asked))
    waiting = await network.tasks.mine(kim.actor)
    ended = await network.tasks.tasks.change(asked.task, lambda held: project(held, done))

    assert waiting == (card,)
    assert await network.tasks.mine(kim.actor) == ()
    assert await network.tasks.of_circle(doc.actor, circle.id) == (ended,)
