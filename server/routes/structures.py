"""Structures: the places where professionals work."""

from http import HTTPStatus

from aiohttp import web

from care_circle.structure import Structure
from crypto.ids import StructureId
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import PEOPLE
from server.wire import Struct, answer, read

operations = Operations()


class StructureForm(Struct, frozen=True, kw_only=True):
    """A place of work; `neutral_label` is all a family's notice may show of it."""

    name: str
    neutral_label: str
    finess: str | None = None


@operations.add(
    "POST", "/structures", body=StructureForm, answer=Structure, status=HTTPStatus.CREATED
)
async def register_structure(request: web.Request) -> web.Response:
    """Register a structure."""
    person, form = person_of(request), await read(request, StructureForm)

    structure = await request.app[PEOPLE].register_structure(
        person, name=form.name, neutral_label=form.neutral_label, finess=form.finess
    )

    place = f"/api/v1/structures/{structure.id}"
    return answer(structure, status=HTTPStatus.CREATED, location=place)


@operations.add("GET", "/structures", answer=Listing[Structure])
async def list_structures(request: web.Request) -> web.Response:
    """Page through the places of work."""
    person, page = person_of(request), page_of(request)

    found = await request.app[PEOPLE].structures(person, after=page.after, limit=page.limit)

    return answer_page(request, found, page, cursor=lambda each: each.id)


@operations.add("GET", "/structures/{structure}", answer=Structure)
async def read_structure(request: web.Request) -> web.Response:
    """Read a structure."""
    person = person_of(request)

    structure = await request.app[PEOPLE].structure(
        person, StructureId(request.match_info["structure"])
    )

    return answer(structure)
