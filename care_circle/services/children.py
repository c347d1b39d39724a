"""Use cases on children: register, describe, ask the parents, assess, include."""

from dataclasses import dataclass, replace
from datetime import date

from care_circle import child as rules
from care_circle import consent as consents
from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.ages import Window
from care_circle.child import Child, LikelyDuplicate, contact_id, may_be_same, without_proofs
from care_circle.consent import Consent, Standing, Step, Word
from care_circle.contact import BadLanguage, Contact
from care_circle.definition.inclusion import Assessment, Guard, assess, decide, unmet_guards
from care_circle.definition.pathway import Pathway, visit_window
from care_circle.definition.perinatal import Perinatal
from care_circle.ins import Identity
from care_circle.role import Role
from care_circle.services.guard import Guard as Gate
from care_circle.store import Children, People
from care_circle.surroundings import Surroundings
from care_circle.telling import agreement
from care_circle.telling.proof import Deed, Saying, Way
from crypto.ids import ChildId, ContactId, ProfessionalId
from notifications.notice import Medium

_IDENTIFIER_LETTERS = 10
_OFFICE = frozenset({Role.COORDINATOR, Role.SECRETARY})
_BY_HAND = {
    Deed.CONFIRMED: agreement.confirm,
    Deed.STOPPED: agreement.stop,
    Deed.RESUMED: agreement.resume,
    Deed.DISOWNED: agreement.disown,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChild:
    """What is said of a child who enters the register."""

    identity: Identity
    perinatal: Perinatal
    contacts: tuple[Contact, ...] = ()
    referring_physician: ProfessionalId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is corrected or completed; what is None stays as it is."""

    identity: Identity | None = None
    perinatal: Perinatal | None = None
    referring_physician: ProfessionalId | None = None
    left_territory_on: date | None = None
    chosen_holder: ContactId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """What the rules say of a child, and what else must come first."""

    assessment: Assessment
    unmet: tuple[Guard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueVisit:
    """A visit of the calendar with this child's days; None while they are unknown."""

    visit: str
    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenService:
    """The register of children; `languages` are those that families are written to in."""

    children: Children
    people: People
    guard: Gate
    surroundings: Surroundings
    pathway: Pathway
    languages: tuple[str, ...] = ("fr", "en")

    async def register(self, actor: Actor, new: NewChild, *, although_alike: bool = False) -> Child:
        """Register a child, unless one that looks the same is there (INS-5).

        Contacts get ids of ours, whatever id they came with: notices are addressed by them.

        Raises:
            Forbidden: The actor's role does not register children.
            NotFound: The same, for those who need not know; or there is no such physician.
            LikelyDuplicate: A child of that day and those first letters is there.
            AlreadyThere: The INS belongs to another child.
            BadLanguage: A contact reads a language that nobody writes here.
            BornTomorrow: The birth date is in the future.
            ImpossibleDay: The birth or the discharge cannot have been then.
        """
        made = Child(
            id=ChildId(self.surroundings.new_id()),
            local_identifier=self.surroundings.new_id()[:_IDENTIFIER_LETTERS].upper(),
            identity=new.identity,
            perinatal=new.perinatal,
            contacts=tuple(self._named_anew(actor, contact) for contact in new.contacts),
            referring_physician=new.referring_physician,
        )
        child = rules.register(made, on=self.surroundings.today())
        await self.guard.network(actor, Action.REGISTER_CHILD, kind="child", thing=child.id)
        await self._require_known(child.referring_physician)
        twins = await self.children.born_on(child.identity.birth_date)
        if not although_alike and any(may_be_same(t.identity, child.identity) for t in twins):
            raise LikelyDuplicate
        await self.children.add(child)
        return child

    async def child(self, actor: Actor, child: ChildId) -> Child:
        """Read a child's record.

        Raises:
            NotFound: There is none, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        found = (await self.guard.child(actor, Action.READ_CHILD, child)).child
        return found if actor.role in _OFFICE else without_proofs(found)

    async def page(self, actor: Actor, *, after: str = "", limit: int = 100) -> tuple[Child, ...]:
        """Page through the register, by id.

        Raises:
            NotFound: The register is the office's.
        """
        await self.guard.network(actor, Action.LIST_CHILDREN, kind="child")
        return await self.children.page(after=after, limit=limit)

    async def describe(self, actor: Actor, child: ChildId, changes: Changes) -> Child:
        """Correct or complete what is known of a child.

        Raises:
            NotFound: There is none, or the actor may not know of it, or no such physician.
            Forbidden: The actor's role does not write it.
            AlreadyThere: The INS belongs to another child.
            BornTomorrow: The birth date is in the future.
            ImpossibleDay: The birth or the discharge cannot have been then.
        """
        await self.guard.child(actor, Action.WRITE_CHILD, child)
        await self._require_known(changes.referring_physician)
        today = self.surroundings.today()
        return await self.children.change(
            child,
            lambda held: rules.describe(
                held,
                on=today,
                identity=changes.identity,
                perinatal=changes.perinatal,
                referring_physician=changes.referring_physician,
                left_territory_on=changes.left_territory_on,
                chosen_holder=changes.chosen_holder,
            ),
        )

    async def withdraw_physician(
        self, actor: Actor, child: ChildId, physician: ProfessionalId
    ) -> Child:
        """Take back that somebody is a child's referring physician; another one stays.

        Raises:
            NotFound: There is none, or the actor may not know of it, or no such physician.
            Forbidden: The actor's role does not write it.
        """
        await self.guard.child(actor, Action.WRITE_CHILD, child)
        await self.people.professional(physician)
        return await self.children.change(
            child, lambda held: rules.without_physician(held, physician)
        )

    async def put_contact(self, actor: Actor, child: ChildId, contact: Contact) -> Child:
        """Replace a contact of this family, or add one, whose id is then ours to give.

        The id given is made of the child's and the one asked for: asked for again, it is the
        same person again, and no family can name a person of another one.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
            Forbidden: The actor's role does not write it.
            BadLanguage: The contact reads a language that nobody writes here.
        """
        way = await self.guard.child(actor, Action.WRITE_CHILD, child)
        self._require_spoken(contact)
        known = contact.id in {held.id for held in way.child.contacts}
        put = contact if known else replace(contact, id=contact_id(child, contact.id))
        saying = self._by_hand_of(actor)
        return await self.children.change(child, lambda held: rules.put_contact(held, put, saying))

    async def note_medium(
        self, actor: Actor, child: ChildId, contact: ContactId, medium: Medium, deed: Deed
    ) -> Child:
        """Note what somebody of the family told the office of a medium, as proof (NOT-3).

        They want it no longer or again, it was verified by word of mouth, or it is not theirs.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
            Forbidden: The actor's role does not write it.
            UnknownContact: The family has no such contact.
            TooManySayings: It went back and forth hundreds of times.
        """
        await self.guard.child(actor, Action.WRITE_CHILD, child)
        rule, saying = _BY_HAND[deed], self._by_hand_of(actor)
        return await self.children.change(
            child,
            lambda held: rules.change_contact(held, contact, lambda one: rule(one, medium, saying)),
        )

    async def record_word(
        self,
        actor: Actor,
        child: ChildId,
        *,
        contact: ContactId,
        word: Word,
        on: date,
        language: str,
        document: str,
    ) -> Consent:
        """Write down what a holder of authority said.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
            Forbidden: The actor is no coordinator.
            UnknownContact: The family has no such contact.
            SaidTomorrow: The day is in the future.
        """
        way = await self.guard.child(actor, Action.WRITE_CONSENT, child, kind="consent")
        way.child.contact(contact)
        today = self.surroundings.today()
        step = Step(
            contact=contact,
            word=word,
            on=on,
            language=language,
            document=document,
            by=actor.professional,
        )
        return await self.children.change_consent(
            child, lambda held: consents.record(held, step, today=today)
        )

    async def consent(self, actor: Actor, child: ChildId) -> tuple[Consent, Standing]:
        """Read what was said, and where the family stands today.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
        """
        way = await self.guard.child(actor, Action.READ_CONSENT, child, kind="consent")
        said = await self.children.consent(child)
        holders = way.child.holders(self.surroundings.today())
        return said, consents.standing(said, holders, self.pathway.signatures)

    async def eligibility(self, actor: Actor, child: ChildId) -> Eligibility:
        """Ask the pathway's rules about a child, without deciding anything.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        way = await self.guard.child(actor, Action.ASSESS_CHILD, child)
        return await self._eligibility(way.child)

    async def include(self, actor: Actor, child: ChildId) -> Child:
        """Take a child into the pathway.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
            Forbidden: The actor is no coordinator.
            NotIncludable: The rules exclude it, do not include it, or cannot tell.
            GuardsUnmet: Convention, consent or age stand against it today.
            AlreadyIncluded: It was decided before.
        """
        way = await self.guard.child(actor, Action.INCLUDE_CHILD, child)
        asked = await self._eligibility(way.child)
        decision = decide(
            asked.assessment,
            asked.unmet,
            by=actor.professional,
            on=self.surroundings.today(),
        )
        return await self.children.change(child, lambda held: rules.include(held, decision))

    async def calendar(self, actor: Actor, child: ChildId) -> tuple[DueVisit, ...]:
        """Give a child's visits with their days.

        Raises:
            NotFound: There is no such child, or the actor may not know of it.
            NoActiveConvention: The actor is a member without a convention in force.
        """
        found = (await self.guard.child(actor, Action.READ_CHILD, child)).child
        return tuple(
            DueVisit(
                visit=visit.code,
                window=visit_window(
                    visit,
                    birth=found.identity.birth_date,
                    perinatal=found.perinatal,
                    reckoning=self.pathway.reckoning,
                ),
            )
            for visit in self.pathway.visits
        )

    def _named_anew(self, actor: Actor, contact: Contact) -> Contact:
        self._require_spoken(contact)
        named = replace(contact, id=ContactId(self.surroundings.new_id()))
        return agreement.written(named, self._by_hand_of(actor))

    def _require_spoken(self, contact: Contact) -> None:
        if contact.language not in self.languages:
            raise BadLanguage

    def _by_hand_of(self, actor: Actor) -> Saying:
        return Saying(way=Way.OFFICE, at=self.surroundings.now(), by=actor.professional)

    async def _eligibility(self, child: Child) -> Eligibility:
        today = self.surroundings.today()
        said = await self.children.consent(child.id)
        standing = consents.standing(said, child.holders(today), self.pathway.signatures)
        facts = child.facts(refused=said.is_refused(), on=today)
        return Eligibility(
            assessment=assess(self.pathway.inclusion, facts),
            unmet=unmet_guards(
                self.pathway.inclusion,
                birth=child.identity.birth_date,
                on=today,
                convention_active=await self._has_convention(child.referring_physician, today),
                consent_given=standing is Standing.GIVEN,
            ),
        )

    async def _require_known(self, physician: ProfessionalId | None) -> None:
        """Refuse an id of nobody: ids stand in clear in the store, and it could be any words."""
        if physician is not None:
            await self.people.professional(physician)

    async def _has_convention(self, physician: ProfessionalId | None, on: date) -> bool:
        if physician is None:
            return False
        conventions = await self.people.conventions_of(physician)
        return any(convention.is_active(on) for convention in conventions)
