"""Circles: open, read with the signed chain, admit and release by signed statements."""

from http import HTTPStatus

from aiohttp import web

from care_circle.circle import Circle
from care_circle.services.glance import CircleGlance
from crypto.ids import ChildId, CircleId
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import CIRCLES, GLANCE
from server.wire import Struct, answer, read

operations = Operations()


class CircleForm(Struct, frozen=True, kw_only=True):
    """A circle the client named, and the statement by which its coordinator adds herself."""

    circle: CircleId
    genesis: bytes


class StatementForm(Struct, frozen=True, kw_only=True):
    """A membership statement signed on a coordinator's device (R2)."""

    statement: bytes


@operations.add(
    "POST",
    "/children/{child}/circle",
    body=CircleForm,
    answer=Circle,
    status=HTTPStatus.CREATED,
)
async def open_circle(request: web.Request) -> web.Response:
    """Open a child's circle."""
    person, form = person_of(request), await read(request, CircleForm)

    circle = await request.app[CIRCLES].open(
        person,
        ChildId(request.match_info["child"]),
        circle=form.circle,
        genesis=form.genesis,
    )

    place = f"/api/v1/circles/{circle.id}"
    return answer(circle, status=HTTPStatus.CREATED, version=len(circle.chain), location=place)


@operations.add("GET", "/circles", answer=Listing[Circle])
async def list_circles(request: web.Request) -> web.Response:
    """Page through the circles one is in."""
    person, page = person_of(request), page_of(request)

    found = await request.app[CIRCLES].mine(person, after=page.after, limit=page.limit)

    return answer_page(request, found, page, cursor=lambda each: each.id)


@operations.add("GET", "/circles/{circle}", answer=Circle)
async def read_circle(request: web.Request) -> web.Response:
    """Read a circle: members past and present, and the chain that proves it."""
    circle = await request.app[CIRCLES].circle(person_of(request), _circle(request))

    return answer(circle, version=len(circle.chain))


@operations.add("GET", "/circles/{circle}/members", answer=CircleGlance)
async def read_members(request: web.Request) -> web.Response:
    """Show a circle at a glance: the child in a few lines, and who is round it now."""
    glance = await request.app[GLANCE].circle(person_of(request), _circle(request))

    return answer(glance)


@operations.add("POST", "/circles/{circle}/admissions", body=StatementForm, answer=Circle)
async def admit_member(request: web.Request) -> web.Response:
    """Let a professional in; the statement itself says on which chain it stands."""
    person, form = person_of(request), await read(request, StatementForm)

    circle = await request.app[CIRCLES].admit(person, _circle(request), form.statement)

    return answer(circle, version=len(circle.chain))


@operations.add("POST", "/circles/{circle}/releases", body=StatementForm, answer=Circle)
async def release_member(request: web.Request) -> web.Response:
    """End somebody's stay; the statement itself says on which chain it stands."""
    person, form = person_of(request), await read(request, StatementForm)

    circle = await request.app[CIRCLES].release(person, _circle(request), form.statement)

    return answer(circle, version=len(circle.chain))


@operations.add("POST", "/circles/{circle}/closure", answer=Circle)
async def close_circle(request: web.Request) -> web.Response:
    """Close a circle for good."""
    circle = await request.app[CIRCLES].close(person_of(request), _circle(request))

    return answer(circle, version=len(circle.chain))


def _circle(request: web.Request) -> CircleId:
    return CircleId(request.match_info["circle"])
