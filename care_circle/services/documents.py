"""Use cases on pathway documents: draft, edit, sign, amend, strike, read."""

from collections.abc import Mapping
from dataclasses import dataclass

from care_circle import document as rules
from care_circle.access import Action, NotFound
from care_circle.actor import Actor
from care_circle.circle import Circle
from care_circle.document import Document, Pen, require_readable
from care_circle.form import Answer, Form
from care_circle.pathway import Pathway
from care_circle.services.guard import Guard
from care_circle.store import Documents, People
from care_circle.surroundings import Surroundings
from crypto.ids import CircleId, DocumentId


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
        """Begin a document.

        Raises:
            UnknownForm: There is no such form.
            UnknownVisit: There is no such visit.
            BadAnswers: An answer does not fit the form.
        """
        document = DocumentId(self.surroundings.new_id())
        found = await self.guard.circle(
            actor, Action.DRAFT_DOCUMENT, circle, kind="document", thing=document
        )
        if visit is not None:
            self.pathway.visit(visit)
        pen = await self._pen(actor, found, self.pathway.form(form))
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
        await self.guard.circle(
            actor, Action.READ_DOCUMENT, found.circle, kind="document", thing=document
        )
        require_readable(found, self.pathway.form_of(found.form, found.form_version), actor)
        return found

    async def of_circle(
        self, actor: Actor, circle: CircleId, *, after: str = "", limit: int = 100
    ) -> tuple[Document, ...]:
        """Page through the documents of a circle that the actor may read, by id.

        A page is shorter than `limit` only where nothing follows it.
        """
        await self.guard.circle(actor, Action.READ_DOCUMENT, circle)
        readable: list[Document] = []
        while len(readable) < limit:
            found = await self.documents.of_circle(circle, after=after, limit=limit)
            readable += (document for document in found if self._is_readable(document, actor))
            if len(found) < limit:
                break
            after = found[-1].id
        return tuple(readable[:limit])

    async def _turn(self, actor: Actor, action: Action, document: DocumentId) -> Pen:
        found = await self.documents.document(document)
        circle = await self.guard.circle(
            actor, action, found.circle, kind="document", thing=document
        )
        return await self._pen(actor, circle, self.pathway.form_of(found.form, found.form_version))

    async def _pen(self, actor: Actor, circle: Circle, form: Form) -> Pen:
        return Pen(
            actor=actor,
            conventions=await self.people.conventions_of(actor.professional),
            circle=circle,
            form=form,
            today=self.surroundings.today(),
            now=self.surroundings.now(),
        )

    def _is_readable(self, document: Document, actor: Actor) -> bool:
        try:
            form = self.pathway.form_of(document.form, document.form_version)
            require_readable(document, form, actor)
        except NotFound:
            return False
        return True
