"""Use cases behind the head of a page: a child in a few lines, and who is round it."""

from dataclasses import dataclass, field
from datetime import datetime

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.circle import Participation
from care_circle.convention import Footing, footing
from care_circle.follow_up.header import ChildHeader
from care_circle.professional import IdentityAttestation
from care_circle.role import Profession, Role
from care_circle.services.files import Files
from care_circle.services.guard import Guard
from care_circle.store import People
from crypto.ids import ChildId, CircleId, ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in a circle. `role` and `identity_key` are what the signed chain says.

    `attestation` is what a coordinator signed of them, for clients that verify it themselves;
    a coordinator needs no convention, and has none.
    """

    professional: ProfessionalId
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    role: str
    profession: Profession | None
    since: datetime
    convention: Footing | None
    identity_key: bytes
    attestation: IdentityAttestation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleGlance:
    """A circle as its pages show it at their head."""

    id: CircleId
    child: ChildHeader
    members: tuple[Member, ...]
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GlanceService:
    """Shows a child or a circle at a glance to whoever may read it."""

    people: People
    guard: Guard
    files: Files

    async def header(self, actor: Actor, child: ChildId) -> ChildHeader:
        """Sum a child up.

        Raises:
            NotFound: There is none, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        way = await self.guard.child(actor, Action.READ_CHILD, child)
        return self.files.header(await self.files.of_child(child, way.circle))

    async def circle(self, actor: Actor, circle: CircleId) -> CircleGlance:
        """Show a circle: the child, and who is round it now.

        Raises:
            NotFound: There is none, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        found = await self.guard.circle(actor, Action.READ_CIRCLE, circle)
        return CircleGlance(
            id=found.id,
            child=await self.header(actor, found.child),
            members=tuple([await self._member(stay) for stay in found.members]),
            opened_at=found.opened_at,
            closed_at=found.closed_at,
        )

    async def _member(self, stay: Participation) -> Member:
        person = await self.people.professional(stay.professional)
        conventions = await self.people.conventions_of(person.id)
        today = self.files.surroundings.today()
        needed = person.role is Role.PROFESSIONAL
        return Member(
            professional=person.id,
            given_name=person.given_name,
            family_name=person.family_name,
            role=stay.role,
            profession=person.profession,
            since=stay.since,
            convention=footing(conventions, on=today) if needed else None,
            identity_key=stay.identity_key,
            attestation=person.attestation,
        )
