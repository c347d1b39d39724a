"""A child's documents read together: all of them, first answers of a form, measures, paper."""

from http import HTTPStatus

from aiohttp import web

from care_circle.documents.growth import Series
from care_circle.documents.prefilling import Prefilled
from crypto.ids import ChildId, DocumentId
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.pathway_house import PATHWAY_CARE
from server.routes.documents import DocumentView, DraftForm, answer_document, document_view
from server.services import DOCUMENTS
from server.wire import Struct, answer, read

operations = Operations()


class SeriesView(Struct, frozen=True, kw_only=True):
    """All values of one code; whoever draws them lays axes of their own."""

    series: Series


@operations.add(
    "POST",
    "/children/{child}/documents",
    body=DraftForm,
    answer=DocumentView,
    status=HTTPStatus.CREATED,
)
async def draft_for_child(request: web.Request) -> web.Response:
    """Begin a document about a child, with or without a circle."""
    person, form = person_of(request), await read(request, DraftForm)

    document = await request.app[DOCUMENTS].draft_for(
        person, _child(request), form=form.form, answers=form.answers, visit=form.visit
    )

    return answer_document(document, status=HTTPStatus.CREATED)


@operations.add("GET", "/children/{child}/documents", answer=Listing[DocumentView])
async def list_documents_of_child(request: web.Request) -> web.Response:
    """Page through the documents about a child that one may read."""
    person, page = person_of(request), page_of(request)

    found = await request.app[DOCUMENTS].of_child(
        person, _child(request), after=page.after, limit=page.limit
    )

    views = [document_view(each) for each in found]
    return answer_page(request, views, page, cursor=lambda each: each.id)


@operations.add("GET", "/children/{child}/forms/{form}/first_answers", answer=Listing[Prefilled])
async def read_first_answers(request: web.Request) -> web.Response:
    """Give what a form about a child can say by itself, each answer with where it is from."""
    found = await request.app[PATHWAY_CARE].readings.first_answers(
        person_of(request),
        _child(request),
        form=request.match_info["form"],
        visit=request.query.get("visit"),
    )

    return answer(Listing(items=found))


@operations.add("GET", "/children/{child}/growth", answer=Listing[SeriesView])
async def read_growth(request: web.Request) -> web.Response:
    """Give a child's measures over time."""
    found = await request.app[PATHWAY_CARE].readings.growth(person_of(request), _child(request))

    return answer(Listing(items=tuple(SeriesView(series=each) for each in found)))


@operations.add("GET", "/documents/{document}/paper", gives_bytes=True)
async def print_document(request: web.Request) -> web.Response:
    """Print a document: tagged PDF in the language that is asked for, French unless said."""
    pdf = await request.app[PATHWAY_CARE].papers.document(
        person_of(request),
        DocumentId(request.match_info["document"]),
        language=request.query.get("language", ""),
    )

    return answer_paper(pdf, "document.pdf")


def answer_paper(pdf: bytes, name: str) -> web.Response:
    """Answer with a PDF that is shown in the browser; `name` tells nothing of anybody."""
    return web.Response(
        body=pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def answer_table(table: str, name: str) -> web.Response:
    """Answer with a CSV in UTF-8 that is kept as a file; `name` tells nothing of anybody."""
    return web.Response(
        body=table.encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _child(request: web.Request) -> ChildId:
    return ChildId(request.match_info["child"])
