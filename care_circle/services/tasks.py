"""Use cases on task cards: list them.

Writing a task happens in a channel, which judges the change before it appends it and brings
the card up to the log after it.
"""

from dataclasses import dataclass

from care_circle.access import Action, Relation, require
from care_circle.actor import Actor
from care_circle.services.guard import Guard
from care_circle.store import Tasks
from care_circle.surroundings import Surroundings
from care_circle.task import TaskCard
from crypto.ids import CircleId


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksService:
    """What the server knows of tasks: never a word of them."""

    tasks: Tasks
    guard: Guard
    surroundings: Surroundings

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
