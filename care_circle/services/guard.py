"""The one guarded way to people, children and circles: relation, table, record, in that order.

Every use case goes through here, so there is one place where access is decided and one
where it is written down.
"""

from dataclasses import dataclass

from care_circle.access import Action, Relation, require
from care_circle.actor import Actor
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.leaving.departure import CLOSED_BY_LEAVING, ChildLeft
from care_circle.leaving.store import Leavings
from care_circle.role import Role
from care_circle.store import Children, Circles, People
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, CircleId, ProfessionalId

_STAFF = frozenset({Role.COORDINATOR, Role.SECRETARY, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What the guard let through to: a child, and its circle where there is one."""

    child: Child
    circle: Circle | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Decides and records, for every service alike.

    Without `leavings` nobody ever leaves.
    """

    people: People
    children: Children
    circles: Circles
    surroundings: Surroundings
    leavings: Leavings | None = None

    async def network(self, actor: Actor, action: Action, *, kind: str, thing: str = "") -> None:
        """Let somebody do what is done for the network as a whole.

        Raises:
            NotFound: They may not know of it.
            Forbidden: They may know of it, but not do this.
        """
        require(actor, action, (Relation.NETWORK,))
        await self.surroundings.record(actor.professional, action, kind, thing)

    async def person(
        self, actor: Actor, action: Action, professional: ProfessionalId, *, kind: str, thing: str
    ) -> None:
        """Let somebody at a person's record: their own or a colleague's.

        Raises:
            NotFound: They may not know of it.
            Forbidden: They may know of it, but not do this.
        """
        own = (Relation.SELF,) if actor.professional == professional else ()
        require(actor, action, (*own, Relation.NETWORK))
        await self.surroundings.record(actor.professional, action, kind, thing)

    async def child(
        self, actor: Actor, action: Action, child: ChildId, *, kind: str = "child", thing: str = ""
    ) -> Way:
        """Let somebody at what belongs to a child; `kind` and `thing` name it for the record.

        Raises:
            NotFound: There is no such child, or they may not know of it.
            NoActiveConvention: They are a member whose convention is not in force today.
            Forbidden: They may know of it, but not do this.
            ChildLeft: The child has left the pathway, and this is over.
        """
        circle = await self.circles.of_child(child)
        require(actor, action, await self._relations(actor, circle))
        found = await self.children.child(child)
        if action in CLOSED_BY_LEAVING:
            await self.require_here(child)
        await self.surroundings.record(actor.professional, action, kind, thing or child)
        return Way(child=found, circle=circle)

    async def require_here(self, child: ChildId) -> None:
        """Insist that a child has not left the pathway.

        Raises:
            ChildLeft: It has, today or before.
        """
        leaving = None if self.leavings is None else await self.leavings.leaving(child)
        if leaving is not None and leaving.on <= self.surroundings.today():
            raise ChildLeft

    async def circle(
        self,
        actor: Actor,
        action: Action,
        circle: CircleId,
        *,
        kind: str = "circle",
        thing: str = "",
    ) -> Circle:
        """Let somebody at what belongs to a circle; `kind` and `thing` name it for the record.

        Raises:
            NotFound: There is no such circle, or they may not know of it.
            NoActiveConvention: They are a member whose convention is not in force today.
            Forbidden: They may know of it, but not do this.
        """
        found = await self.circles.circle(circle)
        require(actor, action, await self._relations(actor, found))
        await self.surroundings.record(actor.professional, action, kind, thing or circle)
        return found

    async def _relations(self, actor: Actor, circle: Circle | None) -> tuple[Relation, ...]:
        here = (Relation.NETWORK,) if actor.role in _STAFF else (Relation.STRANGER,)
        if circle is None or not circle.was_member(actor.professional):
            return here
        if actor.professional not in circle.roster:
            return (*here, Relation.FORMER)
        active = actor.role is Role.COORDINATOR or await self._has_convention(actor)
        return (*here, Relation.MEMBER if active else Relation.LAPSED)

    async def _has_convention(self, actor: Actor) -> bool:
        today = self.surroundings.today()
        conventions = await self.people.conventions_of(actor.professional)
        return any(convention.is_active(today) for convention in conventions)
