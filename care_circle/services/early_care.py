"""Use cases of early care: prescribe, cancel, open a forfait, say whose it is, close it, read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from care_circle.access import Action, NotFound
from care_circle.actor import Actor
from care_circle.circle import Circle, CircleClosed
from care_circle.convention import require_active
from care_circle.definition.early_care_terms import Discipline, EarlyCareTerms
from care_circle.definition.form import FormRecord
from care_circle.definition.pathway import Pathway
from care_circle.documents.answers import Known
from care_circle.documents.document import Document
from care_circle.documents.record_form import require_recordable
from care_circle.early_care import forfait as rules
from care_circle.early_care import prescription as prescribing
from care_circle.early_care.forfait import (
    Forfait,
    ForfaitOpen,
    NotOfTheDiscipline,
    Opening,
    Outlook,
)
from care_circle.early_care.prescription import Prescriber, Prescription, PrescriptionState, Wish
from care_circle.early_care.store import Forfaits, Prescriptions
from care_circle.services.files import everything
from care_circle.services.guard import Guard, Way
from care_circle.store import Documents, People
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, ForfaitId, PrescriptionId, ProfessionalId

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyCareService:
    """Prescriptions and forfaits; every read and write is recorded.

    All methods raise NotFound where the actor may not know of the child, NoActiveConvention
    for a member without a convention in force, and Forbidden where the role does not do this.
    Why care was prescribed and what was said of sessions is for the circle's members only.
    """

    prescriptions: Prescriptions
    forfaits: Forfaits
    documents: Documents
    people: People
    guard: Guard
    surroundings: Surroundings
    terms: EarlyCareTerms
    pathway: Pathway

    async def prescribe(self, actor: Actor, child: ChildId, wish: Wish) -> Prescription:
        """Write and sign a prescription.

        Raises:
            ChildNotIncluded, CircleClosed: The child is not, or no more, in the pathway.
            NotAPrescriber: The actor does not prescribe for this child.
            UnknownDiscipline, BeyondTheTerms, ReasonMissing: It cannot be prescribed like that.
            BadAnswers: It does not fit the pathway's form of a prescription.
            NotOfTheDiscipline, NoActiveConvention: Whom they would like cannot take it.
        """
        prescription = PrescriptionId(self.surroundings.new_id())
        way = await self.guard.child(
            actor, Action.PRESCRIBE_CARE, child, kind="prescription", thing=prescription
        )
        by = await self._prescriber(actor, way)
        written = prescribing.prescribe(prescription, wish, by, terms=self.terms)
        await self._require_able(wish.professional, self.terms.discipline(wish.discipline))
        known = Known(birth=way.child.identity.birth_date, today=by.today)
        said = prescribing.answers_of(wish)
        require_recordable(self.pathway, FormRecord.PRESCRIPTION, said, known=known)
        await self.prescriptions.add(written)
        return written

    async def cancel(
        self, actor: Actor, prescription: PrescriptionId, *, reason: str
    ) -> Prescription:
        """Call a prescription off.

        Raises:
            NotAPrescriber: The actor does not prescribe for this child.
            PrescriptionUsed: A forfait is opened on it.
            ReasonMissing: There is no reason, or a very long one.
        """
        held = await self.prescriptions.prescription(prescription)
        way = await self.guard.child(
            actor, Action.PRESCRIBE_CARE, held.child, kind="prescription", thing=prescription
        )
        by = await self._prescriber(actor, way)
        return await self.prescriptions.change(
            prescription,
            lambda found: prescribing.cancel(found, by, reason=reason, terms=self.terms),
        )

    async def prescriptions_of(self, actor: Actor, child: ChildId) -> tuple[Prescription, ...]:
        """Give a child's prescriptions, the oldest first."""
        way = await self.guard.child(actor, Action.READ_EARLY_CARE, child)
        found = prescribing.in_order(await self.prescriptions.of_child(child))
        return found if _is_inside(actor, way) else tuple(map(prescribing.unexplained, found))

    async def waiting(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Prescription, ...]:
        """Page through the prescriptions that nobody has answered, without their reasons."""
        await self.guard.network(actor, Action.LIST_WAITING_CARE, kind="prescription")
        found = await self.prescriptions.waiting(after=after, limit=limit)
        return tuple(map(prescribing.unexplained, found))

    async def open_forfait(
        self,
        actor: Actor,
        prescription: PrescriptionId,
        *,
        professional: ProfessionalId | None = None,
    ) -> Forfait:
        """Open the one forfait of a prescription; asked again, it is the same.

        A finished forfait of the discipline is followed by this one, as its renewal.

        Raises:
            CircleClosed: The child has left the pathway.
            PrescriptionCancelled, PrescriptionLapsed: It opens nothing any more.
            ForfaitOpen, NoRenewalLeft, ReviewMissing: The one before stands in the way.
            NotOfTheDiscipline: The professional is of another profession.
            NoActiveConvention: The professional has no convention in force today.
        """
        asked = await self.prescriptions.prescription(prescription)
        way = await self._managed(actor, asked.child, asked.forfait_to_be)
        if way.circle is None or way.circle.closed_at is not None:
            raise CircleClosed
        discipline = self.terms.discipline(asked.discipline)
        await self._require_able(professional, discipline)
        before = await self._before(asked)
        if any(each.id == asked.forfait_to_be for each in before):
            return await self.forfaits.forfait(asked.forfait_to_be)
        opening = Opening(
            by=actor.professional,
            today=self.surroundings.today(),
            discipline=discipline,
            before=before,
            reviewed_on=await self._reviewed_on(way.circle, discipline),
        )
        opened = rules.open_forfait(
            asked, opening, professional=professional, rules=self.terms.rules
        )
        return await self._opened(actor, opened)

    async def forfaits_of(self, actor: Actor, child: ChildId) -> tuple[Forfait, ...]:
        """Give a child's forfaits, the newest first."""
        way = await self.guard.child(actor, Action.READ_EARLY_CARE, child)
        found = rules.newest_first(await self.forfaits.of_child(child))
        return found if _is_inside(actor, way) else tuple(map(rules.discreet, found))

    async def forfait(self, actor: Actor, forfait: ForfaitId) -> Forfait:
        """Read a forfait with its sessions."""
        found = await self.forfaits.forfait(forfait)
        way = await self.guard.child(
            actor, Action.READ_EARLY_CARE, found.child, kind="forfait", thing=forfait
        )
        return found if _is_inside(actor, way) else rules.discreet(found)

    async def assign(
        self, actor: Actor, forfait: ForfaitId, professional: ProfessionalId | None
    ) -> Forfait:
        """Say whose forfait it is, or that it is nobody's.

        Raises:
            NotOfTheDiscipline: The professional is of another profession.
            NoActiveConvention: The professional has no convention in force today.
            ForfaitClosed: Nothing follows any more.
        """
        found = await self.forfaits.forfait(forfait)
        way = await self._managed(actor, found.child, forfait)
        await self._require_able(professional, self.terms.discipline(found.discipline))
        return await self._changed(
            actor, way, forfait, lambda held: rules.assign(held, professional)
        )

    async def close(self, actor: Actor, forfait: ForfaitId, *, reason: str) -> Forfait:
        """Close a forfait before its time.

        Raises:
            ReasonMissing: There is no reason, or a very long one.
        """
        found = await self.forfaits.forfait(forfait)
        way = await self._managed(actor, found.child, forfait)
        today, now = self.surroundings.today(), self.surroundings.now()

        def decide(held: Forfait) -> Forfait:
            return rules.close(held, by=actor.professional, now=now, today=today, reason=reason)

        return await self._changed(actor, way, forfait, decide)

    def outlook(self, forfait: Forfait) -> Outlook:
        """Give what a forfait looks like today."""
        return rules.outlook(forfait, self.terms.rules, on=self.surroundings.today())

    def standing(self, prescription: Prescription) -> tuple[PrescriptionState, date | None]:
        """Give where a prescription stands today, and by when it is to be opened."""
        today = self.surroundings.today()
        return prescription.state(today), prescription.open_by(self.terms)

    async def _managed(self, actor: Actor, child: ChildId, forfait: ForfaitId) -> Way:
        return await self.guard.child(
            actor, Action.MANAGE_FORFAIT, child, kind="forfait", thing=forfait
        )

    async def _changed(
        self, actor: Actor, way: Way, forfait: ForfaitId, decide: Callable[[Forfait], Forfait]
    ) -> Forfait:
        changed = await self.forfaits.change(forfait, decide)
        return changed if _is_inside(actor, way) else rules.discreet(changed)

    async def _opened(self, actor: Actor, opened: Forfait) -> Forfait:
        """Take the prescription, end the forfait before, keep the new one, in this order.

        Each step may be made again, so whoever asks again after a fault carries on with it.
        """
        today, now = self.surroundings.today(), self.surroundings.now()
        await self.prescriptions.change(
            opened.prescription, lambda held: prescribing.use(held, today=today)
        )
        try:
            if opened.renews is not None:
                await self.forfaits.change(
                    opened.renews,
                    lambda held: rules.follow(held, by=actor.professional, now=now, today=today),
                )
            return await self.forfaits.add(opened)
        except ForfaitOpen:
            await self.prescriptions.change(opened.prescription, prescribing.give_back)
            raise

    async def _prescriber(self, actor: Actor, way: Way) -> Prescriber:
        if way.circle is None:
            raise NotFound
        return Prescriber(
            actor=actor,
            conventions=await self.people.conventions_of(actor.professional),
            child=way.child,
            circle=way.circle,
            today=self.surroundings.today(),
            now=self.surroundings.now(),
        )

    async def _before(self, prescription: Prescription) -> tuple[Forfait, ...]:
        held = await self.forfaits.of_child(prescription.child)
        return tuple(each for each in held if each.discipline == prescription.discipline)

    async def _require_able(
        self, professional: ProfessionalId | None, discipline: Discipline
    ) -> None:
        if professional is None:
            return
        found = await self.people.professional(professional)
        if found.profession is not discipline.profession:
            raise NotOfTheDiscipline
        conventions = await self.people.conventions_of(professional)
        require_active(conventions, on=self.surroundings.today())

    async def _reviewed_on(self, circle: Circle, discipline: Discipline) -> date | None:
        """Give the day on which somebody of the discipline last signed the pathway's review."""
        form = self.terms.rules.review_form
        if form is None:
            return None
        written = await everything(
            lambda after: self.documents.of_child(circle.child, after=after, limit=_PAGE)
        )
        days = []
        for document in written:
            signed, author = document.versions[0].signed_at, document.versions[0].author
            if signed is None or not _reviews(document, form, discipline):
                continue
            if (await self.people.professional(author)).profession is discipline.profession:
                days.append(signed.astimezone(self.surroundings.zone).date())
        return max(days, default=None)


def _reviews(document: Document, form: str, discipline: Discipline) -> bool:
    """Tell whether a document is a review that stands, and of this discipline if it names one."""
    named = document.current.answers.get("discipline", discipline.code)
    return document.form == form and document.strike is None and named == discipline.code


def _is_inside(actor: Actor, way: Way) -> bool:
    return way.circle is not None and actor.professional in way.circle.roster
