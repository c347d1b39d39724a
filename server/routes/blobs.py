"""Sealed files beside a channel's log (R8): bytes in, the same bytes out."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from channels.blobs import BlobService
from crypto.attachment import MAX_SEALED
from crypto.ids import BlobId, ChannelId, EntryId
from server.operations import Operations
from server.routes.channels import asker_of
from server.wire import answer_bytes, body_of, nothing

BLOBS: web.AppKey[BlobService] = web.AppKey("blobs", BlobService)
UPLOAD_SECONDS: Final = 300
"""Ten megabytes over a bad telephone line."""

operations = Operations()


@operations.add(
    "PUT",
    "/channels/{channel}/blobs/{blob}",
    status=HTTPStatus.NO_CONTENT,
    takes_bytes=True,
    limit=MAX_SEALED,
)
async def upload_blob(request: web.Request) -> web.Response:
    """Upload a sealed file for the entry named by `entry`; safe to repeat."""
    asker = asker_of(request)

    await request.app[BLOBS].upload(
        asker,
        ChannelId(request.match_info["channel"]),
        BlobId(request.match_info["blob"]),
        entry=EntryId(request.query.get("entry", "")),
        receive=lambda: body_of(request, MAX_SEALED, seconds=UPLOAD_SECONDS),
    )

    return nothing()


@operations.add("GET", "/channels/{channel}/blobs/{blob}", gives_bytes=True)
async def fetch_blob(request: web.Request) -> web.StreamResponse:
    """Fetch a sealed file."""
    asker = asker_of(request)

    async with request.app[BLOBS].fetching(
        asker, ChannelId(request.match_info["channel"]), BlobId(request.match_info["blob"])
    ) as sealed:
        return await answer_bytes(request, sealed)
