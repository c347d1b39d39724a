"""Tasks: their cards only; their words are sealed entries of a channel."""

from aiohttp import web

from care_circle.task import TaskCard
from crypto.ids import CircleId
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import TASKS

operations = Operations()


@operations.add("GET", "/circles/{circle}/tasks", answer=Listing[TaskCard])
async def list_tasks_of_circle(request: web.Request) -> web.Response:
    """Page through a circle's task cards."""
    person, page = person_of(request), page_of(request)

    found = await request.app[TASKS].of_circle(
        person, CircleId(request.match_info["circle"]), after=page.after, limit=page.limit
    )

    return answer_page(request, found, page, cursor=lambda each: each.id)


@operations.add("GET", "/tasks", answer=Listing[TaskCard])
async def list_own_tasks(request: web.Request) -> web.Response:
    """Page through the open tasks one has."""
    person, page = person_of(request), page_of(request)

    found = await request.app[TASKS].mine(person, after=page.after, limit=page.limit)

    return answer_page(request, found, page, cursor=lambda each: each.id)
