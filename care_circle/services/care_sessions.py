"""Use cases on the sessions of forfaits: claim, undo, correct, and what is one's own."""

from dataclasses import dataclass, field

from care_circle.access import Action, Relation, require
from care_circle.actor import Actor
from care_circle.definition.early_care_terms import EarlyCareTerms
from care_circle.definition.form import FormRecord
from care_circle.definition.pathway import Pathway
from care_circle.documents.answers import Known
from care_circle.documents.record_form import require_recordable
from care_circle.early_care import claiming
from care_circle.early_care.claiming import Claimant
from care_circle.early_care.due import Cause, TakenBack
from care_circle.early_care.forfait import Forfait, discreet, newest_first
from care_circle.early_care.session import Held, Session, answers_of
from care_circle.early_care.store import Forfaits
from care_circle.services.files import everything
from care_circle.services.guard import Guard, Way
from care_circle.store import Circles, People
from care_circle.surroundings import Surroundings
from crypto.ids import CareSessionId, ForfaitId

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Why a session is taken back, and perhaps a few words about it."""

    cause: Cause
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareSessionsService:
    """Sessions of early care; every read and write is recorded.

    All methods raise NotFound where the actor may not know of the child, and Forbidden where
    the role does not do this. Somebody whose convention has ended still claims what was held
    while it was in force.
    """

    forfaits: Forfaits
    circles: Circles
    people: People
    guard: Guard
    surroundings: Surroundings
    terms: EarlyCareTerms
    pathway: Pathway

    async def claim(
        self, actor: Actor, forfait: ForfaitId, session: CareSessionId, held: Held
    ) -> Forfait:
        """Put a session on a forfait; the very same one again changes nothing.

        Raises:
            SessionIdTaken: The id stands for another session.
            NotOfTheDiscipline, NotTheirForfait: It is not theirs to claim.
            BadAnswers: It does not fit the pathway's form of a session.
            BadSession, SessionInTheFuture, SlotClaimed: It cannot be true.
            NoConventionThatDay, BeforeOpening, AfterItsEnd: Its day is not covered.
            QuotaUsedUp: There is none left.
        """
        found, way = await self._reached(actor, Action.CLAIM_SESSION, forfait)
        known = Known(birth=way.child.identity.birth_date, today=self.surroundings.today())
        require_recordable(self.pathway, FormRecord.SESSION, answers_of(held), known=known)
        by = Claimant(
            actor=actor,
            conventions=await self.people.conventions_of(actor.professional),
            profession=self.terms.discipline(found.discipline).profession,
            now=self.surroundings.now(),
            zone=self.surroundings.zone,
            elsewhere=await self._elsewhere(actor, found),
        )
        return await self.forfaits.change(
            forfait, lambda kept: claiming.claim(kept, session, held, by)
        )

    async def undo(self, actor: Actor, forfait: ForfaitId, session: CareSessionId) -> Forfait:
        """Take a session back on the day on which one claimed it.

        Raises:
            NoSuchSession: There is none.
            NotTheirForfait: Somebody else claimed it.
            TooLateToUndo: It was claimed on an earlier day.
            AlreadyTakenBack: It was taken back before.
        """
        await self._reached(actor, Action.CLAIM_SESSION, forfait)
        taken = self._taken(actor, Reversal(cause=Cause.UNDONE))
        zone = self.surroundings.zone
        return await self.forfaits.change(
            forfait, lambda kept: claiming.undo(kept, session, taken, zone=zone)
        )

    async def correct(
        self, actor: Actor, forfait: ForfaitId, session: CareSessionId, reversal: Reversal
    ) -> Forfait:
        """Take a session back at any time; if it was stated, a credit line follows.

        Raises:
            NoSuchSession: There is none.
            NotTheirForfait: It is neither theirs, nor are they a coordinator.
            AlreadyTakenBack: It was taken back before.
            TooManyWords: The words are too long.
        """
        _, way = await self._reached(actor, Action.CORRECT_SESSION, forfait)
        taken = self._taken(actor, reversal)
        changed = await self.forfaits.change(
            forfait, lambda kept: claiming.correct(kept, session, taken, by=actor)
        )
        inside = way.circle is not None and actor.professional in way.circle.roster
        return changed if inside else discreet(changed)

    async def mine(self, actor: Actor) -> tuple[Forfait, ...]:
        """Give the forfaits one may claim on: one's own, and nobody's of one's profession."""
        require(actor, Action.READ_OWN_CARE, (Relation.SELF,))
        await self.surroundings.record(
            actor.professional, Action.READ_OWN_CARE, "professional", actor.professional
        )
        own = await self.forfaits.of_holder(actor.professional)
        return newest_first((*own, *await self._nobodys(actor)))

    async def _nobodys(self, actor: Actor) -> tuple[Forfait, ...]:
        codes = {
            each.code for each in self.terms.disciplines if each.profession is actor.profession
        }
        if not codes:
            return ()
        circles = await everything(
            lambda after: self.circles.of_member(actor.professional, after=after, limit=_PAGE)
        )
        found = [each for one in circles for each in await self.forfaits.of_child(one.child)]
        return tuple(
            each
            for each in found
            if each.professional is None and each.closing is None and each.discipline in codes
        )

    async def _reached(
        self, actor: Actor, action: Action, forfait: ForfaitId
    ) -> tuple[Forfait, Way]:
        found = await self.forfaits.forfait(forfait)
        way = await self.guard.child(actor, action, found.child, kind="forfait", thing=forfait)
        return found, way

    async def _elsewhere(self, actor: Actor, forfait: Forfait) -> tuple[Session, ...]:
        """Give one's sessions with the child on its other forfaits."""
        return tuple(
            session
            for other in await self.forfaits.of_child(forfait.child)
            if other.id != forfait.id
            for session in other.sessions
            if session.professional == actor.professional
        )

    def _taken(self, actor: Actor, reversal: Reversal) -> TakenBack:
        return TakenBack(
            by=actor.professional,
            at=self.surroundings.now(),
            cause=reversal.cause,
            words=reversal.words,
        )
