"""Where providers call in with receipts and answers: public, believed by proof only."""

from http import HTTPStatus

from aiohttp import web

from server.operations import Operations
from server.receipts import Receipts
from server.security import CONFIG
from server.senders.calling_back import LONGEST_BODY, Call
from server.services import HOUSE
from server.wire import body_of

RECEIPTS: web.AppKey[Receipts] = web.AppKey("receipts", Receipts)

operations = Operations(prefix="")


@operations.add(
    "POST",
    "/receipts/{provider}",
    public=True,
    takes_bytes=True,
    limit=LONGEST_BODY,
    status=HTTPStatus.NO_CONTENT,
)
async def take_receipt(request: web.Request) -> web.Response:
    """Take what a provider tells and signs itself."""
    return await _taken(request)


@operations.add(
    "POST",
    "/receipts/{provider}/{secret}",
    public=True,
    takes_bytes=True,
    limit=LONGEST_BODY,
    status=HTTPStatus.NO_CONTENT,
)
async def take_receipt_by_secret(request: web.Request) -> web.Response:
    """Take what a provider tells that signs nothing, and was given an address nobody else knows."""
    return await _taken(request)


@operations.add("GET", "/receipts/{provider}/{secret}", public=True, status=HTTPStatus.NO_CONTENT)
async def take_receipt_in_query(request: web.Request) -> web.Response:
    """Take what a provider tells in the query of such an address."""
    return await _taken(request)


async def _taken(request: web.Request) -> web.Response:
    call = Call(
        url=f"{request.app[CONFIG].public_url}{request.raw_path}",
        secret=request.match_info.get("secret", ""),
        query=dict(request.query),
        headers=request.headers,
        body=await body_of(request, LONGEST_BODY),
        at=request.app[HOUSE].clock(),
    )
    await request.app[RECEIPTS].called(request.match_info["provider"], call)
    return web.Response(status=HTTPStatus.NO_CONTENT)
