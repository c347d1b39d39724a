"""Imports from the tools in use before: a file, its report, what is taken over of it."""

from enum import StrEnum
from http import HTTPStatus
from typing import Final, TypeVar

from aiohttp import web

from care_circle.importing.csv_table import MOST_BYTES
from care_circle.importing.fields import Sort
from care_circle.importing.matching import Status
from crypto.ids import ImportId
from server.forms.imports import (
    ApplicationForm,
    ImportView,
    LineView,
    SourcesView,
    import_view,
    line_view,
    source_view,
)
from server.identity import person_of
from server.import_house import IMPORTS
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.wire import LARGE, Malformed, answer, body_of, nothing, read

UPLOAD_SECONDS: Final = 300
"""Five megabytes over a bad telephone line."""

_LONGEST_NUMBER = 6

Word = TypeVar("Word", bound=StrEnum)
operations = Operations()


@operations.add("GET", "/imports/sources", answer=SourcesView)
async def list_sources(request: web.Request) -> web.Response:
    """Show the tools that people may come from, and how their columns are understood."""
    found = await request.app[IMPORTS].sources_for(person_of(request))

    return answer(SourcesView(sources=tuple(map(source_view, found))))


@operations.add(
    "POST",
    "/imports",
    answer=ImportView,
    status=HTTPStatus.CREATED,
    takes_bytes=True,
    limit=MOST_BYTES,
)
async def read_import(request: web.Request) -> web.Response:
    """Read a file of `source` (and perhaps `sort`), and report on it; nothing is changed yet."""
    person = person_of(request)

    run = await request.app[IMPORTS].read(
        person,
        await body_of(request, MOST_BYTES, seconds=UPLOAD_SECONDS),
        source=request.query.get("source", ""),
        sort=_word(request, "sort", Sort),
    )

    place = f"/api/v1/imports/{run.id}"
    return answer(import_view(run), status=HTTPStatus.CREATED, location=place)


@operations.add("GET", "/imports", answer=Listing[ImportView])
async def list_imports(request: web.Request) -> web.Response:
    """Page through the imports there were."""
    person, page = person_of(request), page_of(request)

    found = await request.app[IMPORTS].page(person, after=page.after, limit=page.limit)

    return answer_page(request, tuple(map(import_view, found)), page, cursor=lambda each: each.id)


@operations.add("GET", "/imports/{import}", answer=ImportView)
async def show_import(request: web.Request) -> web.Response:
    """Read how far an import is."""
    return answer(import_view(await request.app[IMPORTS].run(person_of(request), _id(request))))


@operations.add("GET", "/imports/{import}/lines", answer=Listing[LineView])
async def list_import_lines(request: web.Request) -> web.Response:
    """Page through a report, perhaps the lines of one `status` only."""
    person, page = person_of(request), page_of(request)

    found, source = await request.app[IMPORTS].lines(
        person,
        _id(request),
        after=_number(page.after),
        limit=page.limit,
        status=_word(request, "status", Status),
    )

    views = [line_view(each, source) for each in found]
    return answer_page(request, views, page, cursor=lambda each: str(each.number))


@operations.add(
    "POST",
    "/imports/{import}/application",
    body=ApplicationForm,
    answer=ImportView,
    status=HTTPStatus.ACCEPTED,
)
async def apply_import(request: web.Request) -> web.Response:
    """Begin to take over what is wanted of a report; how far it is shows in the import."""
    person, form = person_of(request), await read(request, ApplicationForm, limit=LARGE)

    run = await request.app[IMPORTS].apply(person, _id(request), form.wanted())

    return answer(import_view(run), status=HTTPStatus.ACCEPTED)


@operations.add("POST", "/imports/{import}/stop", answer=ImportView)
async def stop_import(request: web.Request) -> web.Response:
    """Stop taking over after the line at hand; what is done stays done."""
    return answer(import_view(await request.app[IMPORTS].stop(person_of(request), _id(request))))


@operations.add("DELETE", "/imports/{import}", status=HTTPStatus.NO_CONTENT)
async def forget_import(request: web.Request) -> web.Response:
    """Forget what was read; that there was an import stays."""
    await request.app[IMPORTS].forget(person_of(request), _id(request))

    return nothing()


def _id(request: web.Request) -> ImportId:
    return ImportId(request.match_info["import"])


def _word(request: web.Request, name: str, kind: type[Word]) -> Word | None:
    text = request.query.get(name)
    if text is None:
        return None
    if text not in list(kind):
        raise Malformed(((f"/{name}", "one of the listed values"),))
    return kind(text)


def _number(after: str) -> int:
    if not after.isascii() or not (after.isdigit() or after == "") or len(after) > _LONGEST_NUMBER:
        raise Malformed((("/after", "a cursor this list gave"),))
    return int(after or 0)
