"""The quality board: which children have what, how many, and the same as a table."""

from typing import Annotated

import msgspec
from aiohttp import web

from care_circle.follow_up.board import Filter
from care_circle.follow_up.findings import FindingCode
from care_circle.follow_up.report_csv import board_table
from care_circle.services.board import BoardLine
from care_circle.services.children import Changes
from crypto.ids import ChildId, ProfessionalId, StructureId, is_id
from server.bulk import BulkLine, line_by_line
from server.forms.channels import Id
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, number_of, page_of
from server.pathway_house import PATHWAY_CARE
from server.routes.duties import AttemptForm
from server.routes.readings import answer_table
from server.services import CHILDREN
from server.wire import Malformed, Struct, answer, read

operations = Operations()

_OLDEST = 120


class TotalsView(Struct, frozen=True, kw_only=True):
    """How many children fit the filter, and how many of them have each finding."""

    children: int
    findings: dict[FindingCode, int]


class AssignmentForm(Struct, frozen=True, kw_only=True):
    """A referring physician for several children at once."""

    physician: ProfessionalId
    children: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=200)]


class RemindersForm(AttemptForm, frozen=True, kw_only=True):
    """How several families were reminded, under an id the client made (F18)."""

    children: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=200)]


class BulkView(Struct, frozen=True, kw_only=True):
    """What became of each."""

    lines: tuple[BulkLine, ...]


@operations.add("POST", "/coordination/board/physicians", body=AssignmentForm, answer=BulkView)
async def assign_physician(request: web.Request) -> web.Response:
    """Give several children their referring physician; asked again, nothing changes."""
    person, form = person_of(request), await read(request, AssignmentForm)
    await request.app[PATHWAY_CARE].board.require(person)
    changes = Changes(referring_physician=form.physician)

    lines = await line_by_line(
        form.children,
        lambda child: request.app[CHILDREN].describe(person, ChildId(child), changes),
    )

    return answer(BulkView(lines=lines))


@operations.add(
    "POST", "/coordination/board/physicians/withdrawals", body=AssignmentForm, answer=BulkView
)
async def withdraw_physician(request: web.Request) -> web.Response:
    """Take back that several children were given a referring physician; another one stays."""
    person, form = person_of(request), await read(request, AssignmentForm)
    await request.app[PATHWAY_CARE].board.require(person)

    lines = await line_by_line(
        form.children,
        lambda child: request.app[CHILDREN].withdraw_physician(
            person, ChildId(child), form.physician
        ),
    )

    return answer(BulkView(lines=lines))


@operations.add("POST", "/coordination/board/reminders", body=RemindersForm, answer=BulkView)
async def remind_families(request: web.Request) -> web.Response:
    """Write down that several families were asked again to have a visit booked."""
    person, form = person_of(request), await read(request, RemindersForm)
    care = request.app[PATHWAY_CARE]
    await care.board.require(person)
    attempt = form.attempt(person.professional)

    lines = await line_by_line(
        form.children, lambda child: care.duties.remind(person, ChildId(child), attempt)
    )

    return answer(BulkView(lines=lines))


@operations.add("GET", "/coordination/board", answer=Listing[BoardLine])
async def read_board(request: web.Request) -> web.Response:
    """Page through the children that fit the filter, each with what is to be mended."""
    person, page, wanted = person_of(request), page_of(request), wanted_of(request)

    found = await request.app[PATHWAY_CARE].board.page(
        person, wanted, after=page.after, limit=page.limit
    )

    return answer_page(request, found, page, cursor=lambda each: each.child.id)


@operations.add("GET", "/coordination/board/totals", answer=TotalsView)
async def read_totals(request: web.Request) -> web.Response:
    """Count the children that fit the filter by what is found of them."""
    totals = await request.app[PATHWAY_CARE].board.totals(person_of(request), wanted_of(request))

    return answer(TotalsView(children=totals.children, findings=totals.findings))


@operations.add("GET", "/coordination/board/csv", gives_bytes=True)
async def export_board(request: web.Request) -> web.Response:
    """Give all children that fit as a table, the longest waiting first; a row each finding."""
    person, wanted = person_of(request), wanted_of(request)

    lines = await request.app[PATHWAY_CARE].board.everything(person, wanted)

    return answer_table(board_table(lines), "tableau.csv")


def wanted_of(request: web.Request) -> Filter:
    """Read the board's filter from the query.

    Raises:
        Malformed: A value is none of what the filter takes.
    """
    finding, department = request.query.get("finding"), request.query.get("department")
    if finding is not None and finding not in list(FindingCode):
        raise Malformed((("/finding", "a finding's code"),))
    if department is not None and not (department.isascii() and department.isalnum()):
        raise Malformed((("/department", "a department's number"),))
    structure, physician = _id(request, "structure"), _id(request, "physician")
    asked = "age" in request.query
    return Filter(
        finding=None if finding is None else FindingCode(finding),
        structure=None if structure is None else StructureId(structure),
        department=department,
        physician=None if physician is None else ProfessionalId(physician),
        age=number_of(request, "age", default=0, least=0, most=_OLDEST) if asked else None,
    )


def _id(request: web.Request, name: str) -> str | None:
    text = request.query.get(name)
    if text is not None and not is_id(text):
        raise Malformed(((f"/{name}", "an id"),))
    return text
