"""Use cases on circles: open, admit, release, read."""

from dataclasses import dataclass

from care_circle import circle as rules
from care_circle.access import Action, Relation, require
from care_circle.actor import Actor
from care_circle.circle import Circle, CircleExists, Newcomer, read_statement
from care_circle.consent import require_given
from care_circle.definition.pathway import Pathway
from care_circle.services.guard import Guard
from care_circle.store import Children, Circles, People
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, CircleId


@dataclass(frozen=True, slots=True, kw_only=True)
class CirclesService:
    """Who is round which child. Statements are signed on a coordinator's device."""

    circles: Circles
    children: Children
    people: People
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway

    async def open(
        self, actor: Actor, child: ChildId, *, circle: CircleId, genesis: bytes
    ) -> Circle:
        """Open a child's circle; the client names it, because the statement does.

        The same request again gets the same circle.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
            Forbidden: The actor is no coordinator.
            CircleExists: The child has one already.
            ChildNotIncluded: The child is not in the pathway.
            ParentOpposed: A holder of authority refused.
            ConsentMissing: The family's agreement is not complete.
            BadChain: The statement is not a valid first one.
            NotTheSigner: Somebody else signed it.
            IdentityNotAttested: It names another key than the attested one.
        """
        way = await self.guard.child(actor, Action.OPEN_CIRCLE, child, kind="circle", thing=circle)
        if way.circle is not None:
            if (way.circle.id, way.circle.chain[0]) != (circle, genesis):
                raise CircleExists
            return way.circle
        said = await self.children.consent(child)
        holders = way.child.holders(self.surroundings.today())
        require_given(said, holders, self.pathway.signatures)
        coordinator = await self.people.professional(actor.professional)
        opened = rules.open_circle(
            circle, way.child, genesis, coordinator=coordinator, now=self.surroundings.now()
        )
        await self.circles.add(opened)
        return opened

    async def admit(self, actor: Actor, circle: CircleId, statement: bytes) -> Circle:
        """Let a professional in by a signed statement; again, it changes nothing.

        Raises:
            NotFound: There is no such circle or professional, or the actor may not know.
            Forbidden: The actor is no coordinator of this circle.
            CircleClosed: The circle is closed.
            StaleChain: Another statement came first.
            BadChain: The chain does not take the statement.
            NotTheSigner: Somebody else signed it.
            WrongStatement: It says another action or role.
            IdentityNotAttested: It names another key than the attested one.
            NoSeatForRole: Secretaries and administrators have no seat.
            NoActiveConvention: The professional has no convention in force today.
        """
        await self.guard.circle(actor, Action.ADMIT_MEMBER, circle)
        professional = read_statement(statement).professional
        newcomer = Newcomer(
            professional=await self.people.professional(professional),
            conventions=await self.people.conventions_of(professional),
        )
        now, today = self.surroundings.now(), self.surroundings.today()
        return await self.circles.change(
            circle,
            lambda held: rules.admit(
                held, statement, newcomer=newcomer, by=actor.professional, now=now, today=today
            ),
        )

    async def release(self, actor: Actor, circle: CircleId, statement: bytes) -> Circle:
        """End somebody's stay by a signed statement; again, it changes nothing.

        Raises:
            NotFound: There is no such circle, or the actor may not know of it.
            Forbidden: The actor is no coordinator of this circle.
            StaleChain: Another statement came first.
            BadChain: The chain does not take the statement.
            NotTheSigner: Somebody else signed it.
            WrongStatement: It does not remove anybody.
        """
        await self.guard.circle(actor, Action.RELEASE_MEMBER, circle)
        now = self.surroundings.now()
        return await self.circles.change(
            circle,
            lambda held: rules.release(held, statement, by=actor.professional, now=now),
        )

    async def close(self, actor: Actor, circle: CircleId) -> Circle:
        """Close a circle for good.

        Raises:
            NotFound: There is no such circle, or the actor may not know of it.
            Forbidden: The actor is no coordinator of this circle.
        """
        await self.guard.circle(actor, Action.CLOSE_CIRCLE, circle)
        now = self.surroundings.now()
        return await self.circles.change(circle, lambda held: rules.close(held, now=now))

    async def circle(self, actor: Actor, circle: CircleId) -> Circle:
        """Read a circle: its members past and present, and the signed chain.

        Raises:
            NotFound: There is none, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        return await self.guard.circle(actor, Action.READ_CIRCLE, circle)

    async def mine(self, actor: Actor, *, after: str = "", limit: int = 100) -> tuple[Circle, ...]:
        """Page through the circles the actor is in now, by id."""
        require(actor, Action.LIST_CIRCLES, (Relation.SELF,))
        await self.surroundings.record(actor.professional, Action.LIST_CIRCLES, "circle", "")
        return await self.circles.of_member(actor.professional, after=after, limit=limit)
