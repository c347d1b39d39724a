"""Use cases of the coordination: all children, everybody's convention, what is late."""

from dataclasses import dataclass
from datetime import date

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.convention import Footing, footing
from care_circle.follow_up.follow_up import FollowUp
from care_circle.follow_up.header import ChildHeader, PlannedAppointment, past
from care_circle.professional import Professional
from care_circle.role import Role
from care_circle.services.files import everything
from care_circle.services.follower import Follower
from care_circle.services.guard import Guard
from care_circle.store import Children, People, Tasks
from care_circle.task import ENDED, TaskCard
from crypto.ids import CircleId, ProfessionalId

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the directory; who needs no convention has no footing."""

    person: Professional
    convention: Footing | None
    active_to: date | None
    trained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """What of one child is late: visits (in the header), unsettled appointments, tasks."""

    child: ChildHeader
    appointments: tuple[PlannedAppointment, ...]
    tasks: tuple[TaskCard, ...]


def is_late(looked: Lateness) -> bool:
    """Tell whether anything of a child is late."""
    return bool(looked.child.late_visits or looked.appointments or looked.tasks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinationService:
    """What the office looks at; all methods raise NotFound or Forbidden for others."""

    people: People
    children_register: Children
    tasks: Tasks
    guard: Guard
    follower: Follower

    async def children(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[ChildHeader, ...]:
        """Page through all children, each in a few lines, by id."""
        await self.guard.network(actor, Action.LIST_CHILDREN, kind="child")
        found = await self.children_register.page(after=after, limit=limit)
        followed = [await self.follower.of(child.id) for child in found]
        return tuple(map(self.follower.header, followed))

    async def colleagues(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Colleague, ...]:
        """Page through the directory with everybody's convention, by id."""
        await self.guard.network(actor, Action.READ_CONVENTION, kind="professional")
        found = await self.people.professionals(after=after, limit=limit)
        return tuple([await self._colleague(person) for person in found])

    async def colleague(self, actor: Actor, professional: ProfessionalId) -> Colleague:
        """Give one of the directory, with their convention."""
        await self.guard.network(
            actor, Action.READ_CONVENTION, kind="professional", thing=professional
        )
        return await self._colleague(await self.people.professional(professional))

    async def late(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[tuple[Lateness, ...], str | None]:
        """Look at some children for what is late; also gives where to go on, if anywhere.

        Tasks are told of the circles the actor is in: cards are their members'.
        """
        await self.guard.network(actor, Action.LIST_CHILDREN, kind="child")
        found = await self._looked_at(actor, after=after, limit=limit)
        return tuple(filter(is_late, found)), found[-1].child.id if len(found) == limit else None

    async def desk(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Lateness, ...]:
        """Page through all children by id, each with what is late: one reading for both.

        Tasks are told of the circles the actor is in.
        """
        await self.guard.network(actor, Action.LIST_CHILDREN, kind="child")
        return await self._looked_at(actor, after=after, limit=limit)

    async def _looked_at(self, actor: Actor, *, after: str, limit: int) -> tuple[Lateness, ...]:
        found = await self.children_register.page(after=after, limit=limit)
        return tuple(
            [await self._lateness(actor, await self.follower.of(child.id)) for child in found]
        )

    async def _lateness(self, actor: Actor, followed: FollowUp) -> Lateness:
        circle = followed.circle if actor.professional in followed.roster else None
        return Lateness(
            child=self.follower.header(followed),
            appointments=past(followed, now=self.follower.surroundings.now()),
            tasks=() if circle is None else await self._overdue(circle),
        )

    async def _overdue(self, circle: CircleId) -> tuple[TaskCard, ...]:
        today = self.follower.surroundings.today()
        cards = await everything(
            lambda after: self.tasks.of_circle(circle, after=after, limit=_PAGE)
        )
        return tuple(
            card
            for card in cards
            if card.state not in ENDED and card.due is not None and card.due < today
        )

    async def _colleague(self, person: Professional) -> Colleague:
        conventions = await self.people.conventions_of(person.id)
        today = self.follower.surroundings.today()
        active = [each for each in conventions if each.is_active(today)]
        needed = person.role is Role.PROFESSIONAL
        return Colleague(
            person=person,
            convention=footing(conventions, on=today) if needed else None,
            active_to=max((each.active_to for each in active if each.active_to), default=None),
            trained=any(each.is_trained() for each in active),
        )
