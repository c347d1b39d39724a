"""Pathway documents: draft, save, sign, amend, strike, read with all versions."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web

from care_circle.definition.form import Answer
from care_circle.documents.document import Document, DocumentState, Strike, Version
from crypto.ids import ChildId, CircleId, DocumentId, ProfessionalId
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import DOCUMENTS
from server.wire import Struct, answer, base_version, read

operations = Operations()

Answers = Annotated[dict[str, Answer], msgspec.Meta(max_length=500)]


class DraftForm(Struct, frozen=True, kw_only=True):
    """A document to begin: which form, perhaps for which visit, and the answers so far."""

    form: str
    visit: str | None = None
    answers: Answers = msgspec.field(default_factory=dict)


class AnswersForm(Struct, frozen=True, kw_only=True):
    """All answers of a draft."""

    answers: Answers


class AmendmentForm(Struct, frozen=True, kw_only=True):
    """All answers of a further version, and why there is one."""

    answers: Answers
    reason: str


class StrikeForm(Struct, frozen=True, kw_only=True):
    """Why a document was entered in error."""

    reason: str


class DocumentView(Struct, frozen=True, kw_only=True):
    """A document with all its versions; the entity tag is its edition."""

    id: DocumentId
    child: ChildId
    circle: CircleId | None
    form: str
    form_version: str
    visit: str | None
    author: ProfessionalId
    state: DocumentState
    edition: int
    versions: tuple[Version, ...]
    strike: Strike | None


@operations.add(
    "POST",
    "/circles/{circle}/documents",
    body=DraftForm,
    answer=DocumentView,
    status=HTTPStatus.CREATED,
)
async def draft_document(request: web.Request) -> web.Response:
    """Begin a document."""
    person, form = person_of(request), await read(request, DraftForm)

    document = await request.app[DOCUMENTS].draft(
        person,
        CircleId(request.match_info["circle"]),
        form=form.form,
        answers=form.answers,
        visit=form.visit,
    )

    return answer_document(document, status=HTTPStatus.CREATED)


@operations.add("GET", "/circles/{circle}/documents", answer=Listing[DocumentView])
async def list_documents(request: web.Request) -> web.Response:
    """Page through the documents of a circle that one may read."""
    person, page = person_of(request), page_of(request)

    found = await request.app[DOCUMENTS].of_circle(
        person, CircleId(request.match_info["circle"]), after=page.after, limit=page.limit
    )

    views = [document_view(each) for each in found]
    return answer_page(request, views, page, cursor=lambda each: each.id)


@operations.add("GET", "/documents/{document}", answer=DocumentView)
async def read_document(request: web.Request) -> web.Response:
    """Read a document with all its versions."""
    return answer_document(await request.app[DOCUMENTS].document(person_of(request), _id(request)))


@operations.add("PUT", "/documents/{document}/draft", body=AnswersForm, answer=DocumentView)
async def save_draft(request: web.Request) -> web.Response:
    """Replace a draft's answers."""
    person, edition = person_of(request), base_version(request)
    form = await read(request, AnswersForm)

    document = await request.app[DOCUMENTS].edit(
        person, _id(request), form.answers, edition=edition
    )

    return answer_document(document)


@operations.add("POST", "/documents/{document}/signature", answer=DocumentView)
async def sign_document(request: web.Request) -> web.Response:
    """Sign a draft that is whole."""
    person, edition = person_of(request), base_version(request)

    document = await request.app[DOCUMENTS].sign(person, _id(request), edition=edition)

    return answer_document(document)


@operations.add("POST", "/documents/{document}/amendments", body=AmendmentForm, answer=DocumentView)
async def amend_document(request: web.Request) -> web.Response:
    """Add a further signed version; nothing is overwritten."""
    person, edition = person_of(request), base_version(request)
    form = await read(request, AmendmentForm)

    document = await request.app[DOCUMENTS].amend(
        person, _id(request), form.answers, edition=edition, reason=form.reason
    )

    return answer_document(document)


@operations.add("POST", "/documents/{document}/strike", body=StrikeForm, answer=DocumentView)
async def strike_document(request: web.Request) -> web.Response:
    """Mark a document as entered in error."""
    person, edition = person_of(request), base_version(request)
    form = await read(request, StrikeForm)

    document = await request.app[DOCUMENTS].strike(
        person, _id(request), edition=edition, reason=form.reason
    )

    return answer_document(document)


def answer_document(document: Document, *, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Answer with a document, its edition as its entity tag."""
    place = f"/api/v1/documents/{document.id}" if status is HTTPStatus.CREATED else None
    return answer(document_view(document), status=status, version=document.edition, location=place)


def document_view(document: Document) -> DocumentView:
    """Show a document as it crosses the wire."""
    return DocumentView(
        id=document.id,
        child=document.child,
        circle=document.circle,
        form=document.form,
        form_version=document.form_version,
        visit=document.visit,
        author=document.author,
        state=document.state,
        edition=document.edition,
        versions=document.versions,
        strike=document.strike,
    )


def _id(request: web.Request) -> DocumentId:
    return DocumentId(request.match_info["document"])
