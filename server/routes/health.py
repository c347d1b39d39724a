"""Whether the process lives, and whether it can serve; for whoever watches over it."""

from aiohttp import web

from server.operations import Operations
from server.services import HOUSE
from server.wire import Struct, answer

operations = Operations(prefix="")


class Health(Struct, frozen=True, kw_only=True):
    """One word on how things stand."""

    status: str


@operations.add("GET", "/healthz", answer=Health, public=True)
async def live(_request: web.Request) -> web.Response:
    """Tell that the process answers."""
    return answer(Health(status="alive"))


@operations.add("GET", "/readyz", answer=Health, public=True)
async def ready(request: web.Request) -> web.Response:
    """Tell that the store answers too."""
    await request.app[HOUSE].engine.heads(["audit"])

    return answer(Health(status="ready"))
