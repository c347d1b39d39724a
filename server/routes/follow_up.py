"""A child's line of life: what was, what is due, what is late."""

from aiohttp import web

from care_circle.follow_up.line_of_life import LineOfLife
from crypto.ids import ChildId
from server.identity import person_of
from server.operations import Operations
from server.pathway_house import PATHWAY_CARE
from server.wire import answer

operations = Operations()


@operations.add("GET", "/children/{child}/life-line", answer=LineOfLife)
async def read_line_of_life(request: web.Request) -> web.Response:
    """Show a child's line of life, with those documents one may read."""
    line = await request.app[PATHWAY_CARE].follow_up.line(
        person_of(request), ChildId(request.match_info["child"])
    )

    return answer(line)
