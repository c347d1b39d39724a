"""The use case of a child's line of life."""

from dataclasses import dataclass

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.follow_up.line_of_life import LineOfLife, line_of
from care_circle.services.follower import Follower
from care_circle.services.guard import Guard
from crypto.ids import ChildId


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpService:
    """Shows what was, what is due and what is late."""

    guard: Guard
    follower: Follower

    async def line(self, actor: Actor, child: ChildId) -> LineOfLife:
        """Show a child's line of life.

        Raises:
            NotFound: There is none, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        way = await self.guard.child(actor, Action.READ_CHILD, child)
        member = way.circle is not None and actor.professional in way.circle.roster
        followed = await self.follower.of(child)
        return line_of(
            followed,
            self.follower.header(followed),
            self.follower.pathway,
            actor=actor,
            member=member,
            moment=self.follower.moment(),
        )
