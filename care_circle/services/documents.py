"""Use cases on pathway documents: draft, edit, sign, amend, strike, read."""

from collections.abc import Mapping
from dataclasses import dataclass

from care_circle.access import Action, Forbidden, NotFound
from care_circle.actor import Actor
from care_circle.definition.form import Answer, Form
from care_circle.definition.pathway import Pathway
from care_circle.documents import pen as rules
from care_circle.documents.document import Document, is_readable
from care_circle.documents.pen import Pen
from care_circle.documents.register import days_of
from care_circle.services.guard import Guard, Way
from care_circle.store import Documents, People
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, CircleId, DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsService:
    """Documents of the pathway; every read and write is recorded.

    All methods raise NotFound where the actor may not know of the document,
    NoActiveConvention for a member without a convention in force, and Forbidden where the
    role or profession does not do this.
    """

    documents: Documents
    people: People
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway

    def form(self, code: str, version: str | None = None) -> Form:
        """Give a form's definition, which is no secret; the newest unless a version is named.

        Raises:
            UnknownForm: There is none of this code and version.
        """
        return self.pathway.form(code, version)

    async def draft(
        self,
        actor: Actor,
        circle: CircleId,
        *,
        form: str,
        answers: Mapping[str, Answer],
        visit: str | None = None,
    ) -> Document:
        """Begin a document for the child of a circle; see `draft_for`."""
        found = await self.guard.circles.circle(circle)
        return await self.draft_for(actor, found.child, form=form, answers=answers, visit=visit)

    async def draft_for(
        self,
        actor: Actor,
        child: ChildId,
        *,
        form: str,
        answers: Mapping[str, Answer],
        visit: str | None = None,
    ) -> Document:
        """Begin a document; for a child without a circle yet, the office does.

        Raises:
            UnknownForm: There is no such form.
            UnknownVisit: There is no such visit.
            WrongVisit: The form is not for it.
            KeptElsewhere: The form's record is no document.
            AlreadyWritten: The child has one already, and may have one only.
            BadAnswers: An answer does not fit the form.
        """
        document = DocumentId(self.surroundings.new_id())
        way = await self.guard.child(
            actor, Action.DRAFT_DOCUMENT, child, kind="document", thing=document
        )
        if visit is not None:
            self.pathway.visit(visit)
        pen = await self._pen(actor, way, self.pathway.form(form))
        begun = rules.draft(document, pen, answers, visit=visit)
        await self.documents.add(begun)
        return begun

    async def edit(
        self, actor: Actor, document: DocumentId, answers: Mapping[str, Answer], *, edition: int
    ) -> Document:
        """Replace a draft's answers.

        Raises:
            StaleEdition: Somebody wrote in between.
            NotADraft: It is signed.
            Struck: It is marked as entered in error.
            BadAnswers: An answer does not fit the form.
        """
        pen = await self._turn(actor, Action.DRAFT_DOCUMENT, document)
        return await self.documents.change(
            document, lambda held: rules.edit(held, pen, answers, edition=edition)
        )

    async def sign(self, actor: Actor, document: DocumentId, *, edition: int) -> Document:
        """Sign a draft that is whole.

        Raises:
            StaleEdition: Somebody wrote in between.
            NotADraft: It is signed.
            Struck: It is marked as entered in error.
            BadAnswers: An answer is missing or does not fit.
        """
        pen = await self._turn(actor, Action.SIGN_DOCUMENT, document)
        return await self.documents.change(
            document, lambda held: rules.sign(held, pen, edition=edition)
        )

    async def amend(
        self,
        actor: Actor,
        document: DocumentId,
        answers: Mapping[str, Answer],
        *,
        edition: int,
        reason: str,
    ) -> Document:
        """Add a further signed version with its reason.

        Raises:
            StaleEdition: Somebody wrote in between.
            NotSignedYet: It is a draft.
            Struck: It is marked as entered in error.
            ReasonMissing: There is no reason, or a very long one.
            BadAnswers: An answer is missing or does not fit.
        """
        pen = await self._turn(actor, Action.AMEND_DOCUMENT, document)
        return await self.documents.change(
            document,
            lambda held: rules.amend(held, pen, answers, edition=edition, reason=reason),
        )

    async def strike(
        self, actor: Actor, document: DocumentId, *, edition: int, reason: str
    ) -> Document:
        """Mark a document as entered in error.

        Raises:
            StaleEdition: Somebody wrote in between.
            Struck: It is marked already.
            ReasonMissing: There is no reason, or a very long one.
        """
        pen = await self._turn(actor, Action.STRIKE_DOCUMENT, document)
        return await self.documents.change(
            document, lambda held: rules.strike(held, pen, edition=edition, reason=reason)
        )

    async def document(self, actor: Actor, document: DocumentId) -> Document:
        """Read a document with all its versions."""
        found = await self.documents.document(document)
        way = await self.guard.child(
            actor, Action.READ_DOCUMENT, found.child, kind="document", thing=document
        )
        if not self.is_readable(found, actor, way):
            raise NotFound if _is_member(actor, way) else Forbidden
        return found

    async def of_circle(
        self, actor: Actor, circle: CircleId, *, after: str = "", limit: int = 100
    ) -> tuple[Document, ...]:
        """Page through the documents of a circle's child that the actor may read, by id."""
        found = await self.guard.circles.circle(circle)
        return await self.of_child(actor, found.child, after=after, limit=limit)

    async def of_child(
        self, actor: Actor, child: ChildId, *, after: str = "", limit: int = 100
    ) -> tuple[Document, ...]:
        """Page through a child's documents that the actor may read, by id.

        A page is shorter than `limit` only where nothing follows it.
        """
        way = await self.guard.child(actor, Action.READ_DOCUMENT, child)
        readable: list[Document] = []
        while len(readable) < limit:
            found = await self.documents.of_child(child, after=after, limit=limit)
            readable += (document for document in found if self.is_readable(document, actor, way))
            if len(found) < limit:
                break
            after = found[-1].id
        return tuple(readable[:limit])

    def is_readable(self, document: Document, actor: Actor, way: Way) -> bool:
        """Tell whether somebody who was let through to the child may read one document."""
        form = self.pathway.form_of(document.form, document.form_version)
        return is_readable(document.state, form, actor, member=_is_member(actor, way))

    async def _turn(self, actor: Actor, action: Action, document: DocumentId) -> Pen:
        found = await self.documents.document(document)
        way = await self.guard.child(actor, action, found.child, kind="document", thing=document)
        return await self._pen(actor, way, self.pathway.form_of(found.form, found.form_version))

    async def _pen(self, actor: Actor, way: Way, form: Form) -> Pen:
        today = self.surroundings.today()
        return Pen(
            actor=actor,
            conventions=await self.people.conventions_of(actor.professional),
            child=way.child.id,
            circle=way.circle,
            form=form,
            known=days_of(way.child, self.pathway.reckoning, on=today),
            today=today,
            now=self.surroundings.now(),
        )


def _is_member(actor: Actor, way: Way) -> bool:
    return way.circle is not None and actor.professional in way.circle.roster
