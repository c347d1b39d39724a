"""Use cases of the coordination: all children, everybody's convention, what is late."""

from dataclasses import dataclass
from datetime import date

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.circle import Circle
from care_circle.convention import Footing, footing
from care_circle.header import ChildHeader, PlannedAppointment, described, in_order
from care_circle.professional import Professional
from care_circle.progress import unsettled
from care_circle.role import Role
from care_circle.services.files import Files, everything
from care_circle.services.guard import Guard
from care_circle.store import People, Tasks
from care_circle.task import ENDED, TaskCard
from crypto.ids import ChildId, ProfessionalId

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
    tasks: Tasks
    guard: Guard
    files: Files

    async def children(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[ChildHeader, ...]:
        """Page through all children, each in a few lines, by id."""
        await self.guard.network(actor, Action.LIST_CHILDREN, kind="child")
        found = await self.files.children.page(after=after, limit=limit)
        return tuple([self.files.header(await self.files.of_child(child.id)) for child in found])

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
        found = await self.files.children.page(after=after, limit=limit)
        return tuple([await self._lateness(actor, child.id) for child in found])

    async def _lateness(self, actor: Actor, child: ChildId) -> Lateness:
        file = await self.files.of_child(child)
        past = unsettled(file.appointments, now=self.files.surroundings.now())
        return Lateness(
            child=self.files.header(file),
            appointments=in_order(map(described, past)),
            tasks=await self._overdue(actor, file.circle),
        )

    async def _overdue(self, actor: Actor, circle: Circle | None) -> tuple[TaskCard, ...]:
        if circle is None or actor.professional not in circle.roster:
            return ()
        today = self.files.surroundings.today()
        cards = await everything(
            lambda after: self.tasks.of_circle(circle.id, after=after, limit=_PAGE)
        )
        return tuple(
            card
            for card in cards
            if card.state not in ENDED and card.due is not None and card.due < today
        )

    async def _colleague(self, person: Professional) -> Colleague:
        conventions = await self.people.conventions_of(person.id)
        today = self.files.surroundings.today()
        active = [each for each in conventions if each.is_active(today)]
        needed = person.role is Role.PROFESSIONAL
        return Colleague(
            person=person,
            convention=footing(conventions, on=today) if needed else None,
            active_to=max((each.active_to for each in active if each.active_to), default=None),
            trained=any(each.is_trained() for each in active),
        )
