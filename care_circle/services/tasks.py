"""Use cases on task cards: judge a change, project the log, list.

Writing a task happens in a channel; the delivery service asks `judge` before it appends
and calls `project` after it.
"""

from collections.abc import Container
from dataclasses import dataclass

from care_circle.access import Action, Relation, require
from care_circle.actor import Actor
from care_circle.services.guard import Guard
from care_circle.store import Tasks
from care_circle.surroundings import Surroundings
from care_circle.task import TaskCard, TaskChange, change, project
from crypto.ids import CircleId, ProfessionalId, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksService:
    """What the server knows of tasks: never a word of them."""

    tasks: Tasks
    guard: Guard
    surroundings: Surroundings

    async def judge(self, wanted: TaskChange, *, roster: Container[ProfessionalId]) -> None:
        """Judge a change against the card as it stands, without writing anything.

        Raises:
            NotOnTheRoster: Its author, or somebody newly assigned, is not a member.
            NotTheirTask: The change is for the author or an assignee to make.
            IllegalTransition: The state cannot follow the present one.
            TaskElsewhere: The id belongs to another channel.
        """
        change(await self.tasks.task(wanted.task), wanted, roster=roster)

    async def project(self, logged: TaskChange) -> TaskCard:
        """Bring a card up to an entry of the log; again, it changes nothing."""
        return await self.tasks.change(logged.task, lambda held: project(held, logged))

    async def forget(self, task: TaskId) -> None:
        """Drop a card, when its circle is erased."""
        await self.tasks.forget(task)

    async def of_circle(
        self, actor: Actor, circle: CircleId, *, after: str = "", limit: int = 100
    ) -> tuple[TaskCard, ...]:
        """Page through a circle's cards, by id.

        Raises:
            NotFound: There is no such circle, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        await self.guard.circle(actor, Action.READ_TASK, circle)
        return await self.tasks.of_circle(circle, after=after, limit=limit)

    async def mine(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[TaskCard, ...]:
        """Page through the open tasks the actor has, by id."""
        require(actor, Action.READ_TASK, (Relation.SELF,))
        await self.surroundings.record(actor.professional, Action.READ_TASK, "task", "")
        return await self.tasks.of_assignee(actor.professional, after=after, limit=limit)
