"""Use cases on structures, professionals and conventions."""

from dataclasses import dataclass
from datetime import date

from care_circle.access import Action, Forbidden
from care_circle.actor import Actor
from care_circle.contact import entered_email
from care_circle.convention import (
    Convention,
    Training,
    TrainingModule,
    attest_training,
    end,
    propose,
    receive,
    sign,
)
from care_circle.definition.pathway import Pathway
from care_circle.professional import (
    Professional,
    attest,
    read_attestation,
)
from care_circle.role import Profession, Role
from care_circle.services.guard import Guard
from care_circle.store import People
from care_circle.structure import Structure, register
from care_circle.surroundings import Surroundings
from crypto.ids import ConventionId, ProfessionalId, StructureId
from notifications.words import SHIPPED, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfessional:
    """What is said of a person who joins the network."""

    family_name: str
    given_name: str
    role: Role
    email: str
    profession: Profession | None = None
    structure: StructureId | None = None
    rpps: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleService:
    """Who works in the network, and under which agreement."""

    people: People
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway
    forbidden: Words = SHIPPED

    async def register_structure(
        self, actor: Actor, *, name: str, neutral_label: str, finess: str | None = None
    ) -> Structure:
        """Register a place of work.

        Raises:
            Forbidden: The actor's role does not register structures.
            NotFound: The same, for those who need not know.
            BadName: The name is missing or no name.
            BadFiness: The FINESS number has the wrong shape.
            TellingLabel, UnwritableLabel, NamesStructure: No family may be told that label.
        """
        structure = register(
            Structure(
                id=StructureId(self.surroundings.new_id()),
                name=name,
                neutral_label=neutral_label,
                finess=finess,
            ),
            self.forbidden,
        )
        await self.guard.network(
            actor, Action.REGISTER_STRUCTURE, kind="structure", thing=structure.id
        )
        await self.people.add_structure(structure)
        return structure

    async def structure(self, actor: Actor, structure: StructureId) -> Structure:
        """Read a structure.

        Raises:
            NotFound: There is none.
        """
        await self.guard.network(actor, Action.READ_DIRECTORY, kind="structure", thing=structure)
        return await self.people.structure(structure)

    async def structures(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Structure, ...]:
        """Page through the places of work, by id."""
        await self.guard.network(actor, Action.READ_DIRECTORY, kind="structure")
        return await self.people.structures(after=after, limit=limit)

    async def register(self, actor: Actor, new: NewProfessional) -> Professional:
        """Register a person.

        Raises:
            Forbidden: The actor's role does not register people, or not administrators.
            NotFound: The same, for those who need not know; or there is no such structure.
            AlreadyThere: The e-mail address is taken.
            BadRpps: The RPPS number is not eleven digits.
            ProfessionMissing: A professional has no profession.
            BadEmail: The e-mail address is none.
            BadPhone: The phone number is not in international form.
        """
        entered_email(new.email)
        professional = Professional(
            id=ProfessionalId(self.surroundings.new_id()),
            family_name=new.family_name,
            given_name=new.given_name,
            role=new.role,
            email=new.email,
            profession=new.profession,
            structure=new.structure,
            rpps=new.rpps,
            phone=new.phone,
        )
        await self.guard.network(
            actor, Action.REGISTER_PROFESSIONAL, kind="professional", thing=professional.id
        )
        if new.role is Role.ADMINISTRATOR and actor.role is not Role.ADMINISTRATOR:
            raise Forbidden
        if new.structure is not None:
            # Ids stand in clear in the store: what names nothing could be any words.
            await self.people.structure(new.structure)
        await self.people.add_professional(professional)
        return professional

    async def professional(self, actor: Actor, professional: ProfessionalId) -> Professional:
        """Read a colleague's record, attested identity key included.

        Raises:
            NotFound: There is none.
        """
        await self.guard.person(
            actor, Action.READ_PROFESSIONAL, professional, kind="professional", thing=professional
        )
        return await self.people.professional(professional)

    async def directory(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Professional, ...]:
        """Page through the people of the network."""
        await self.guard.network(actor, Action.READ_DIRECTORY, kind="professional")
        return await self.people.professionals(after=after, limit=limit)

    async def attest_identity(
        self,
        actor: Actor,
        professional: ProfessionalId,
        statement: bytes,
        *,
        replaces: bytes | None = None,
    ) -> Professional:
        """Bind an identity key to a professional by a coordinator's signed word (R1).

        A coordinator who has no attested key yet attests her own, signed by that very key.

        Raises:
            NotFound: There is no such professional, or the actor need not know.
            Forbidden: The actor is no coordinator.
            BadAttestation: The signature is not this coordinator's, or names somebody else.
            IdentityKeyChanged: Another key is attested and `replaces` does not name it.
        """
        await self.guard.person(
            actor, Action.ATTEST_IDENTITY, professional, kind="professional", thing=professional
        )
        coordinator = await self.people.professional(actor.professional)
        attestation = read_attestation(statement, of=professional, coordinator=coordinator)
        return await self.people.change_professional(
            professional, lambda held: attest(held, attestation, replaces=replaces)
        )

    async def propose_convention(self, actor: Actor, professional: ProfessionalId) -> Convention:
        """Begin a convention with the pathway's checklist.

        Raises:
            NotFound: There is no such professional, or the actor need not know.
            Forbidden: The actor is no coordinator.
        """
        convention = propose(
            ConventionId(self.surroundings.new_id()),
            professional,
            tuple(piece.code for piece in self.pathway.checklist),
        )
        await self._write(actor, convention.id)
        await self.people.professional(professional)
        await self.people.add_convention(convention)
        return convention

    async def receive_piece(
        self, actor: Actor, convention: ConventionId, code: str, *, on: date | None = None
    ) -> Convention:
        """Tick a document of the checklist, today unless a day is given.

        Raises:
            NotFound: There is no such convention, or the actor need not know.
            Forbidden: The actor is no coordinator.
            UnknownPiece: The checklist has no such document.
        """
        await self._write(actor, convention)
        day = on or self.surroundings.today()
        return await self.people.change_convention(
            convention, lambda held: receive(held, code, on=day)
        )

    async def sign_convention(
        self,
        actor: Actor,
        convention: ConventionId,
        *,
        signed_on: date,
        active_from: date,
        active_to: date | None = None,
    ) -> Convention:
        """Note a convention's signature and the days it is in force.

        Raises:
            NotFound: There is no such convention, or the actor need not know.
            Forbidden: The actor is no coordinator.
            PiecesMissing: A document has not come back.
            BadPeriod: The days do not follow each other.
        """
        await self._write(actor, convention)
        return await self.people.change_convention(
            convention,
            lambda held: sign(held, on=signed_on, active_from=active_from, active_to=active_to),
        )

    async def end_convention(
        self, actor: Actor, convention: ConventionId, *, last_day: date
    ) -> Convention:
        """Say a convention's last day.

        Raises:
            NotFound: There is no such convention, or the actor need not know.
            Forbidden: The actor is no coordinator.
            NotSigned: It never was in force.
            BadPeriod: It would end before it begins.
        """
        await self._write(actor, convention)
        return await self.people.change_convention(
            convention, lambda held: end(held, last_day=last_day)
        )

    async def attest_training(
        self, actor: Actor, convention: ConventionId, module: TrainingModule, *, on: date
    ) -> Convention:
        """Attest that a module of the training was followed.

        Raises:
            NotFound: There is no such convention, or the actor need not know.
            Forbidden: The actor is no coordinator.
            NotSigned: The training follows the signature.
        """
        await self._write(actor, convention)
        training = Training(module=module, on=on, coordinator=actor.professional)
        return await self.people.change_convention(
            convention, lambda held: attest_training(held, training)
        )

    async def conventions(
        self, actor: Actor, professional: ProfessionalId
    ) -> tuple[Convention, ...]:
        """Read a professional's conventions: their own, or as the office.

        Raises:
            NotFound: They are not the actor's to know.
        """
        await self.guard.person(
            actor, Action.READ_CONVENTION, professional, kind="professional", thing=professional
        )
        return await self.people.conventions_of(professional)

    async def _write(self, actor: Actor, convention: ConventionId) -> None:
        await self.guard.network(
            actor, Action.WRITE_CONVENTION, kind="convention", thing=convention
        )
