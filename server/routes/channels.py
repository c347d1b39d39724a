"""Channels: open one, append to its log, read it; all that sockets do, without a socket."""

from http import HTTPStatus

from aiohttp import web

from channels.model import Asker
from channels.service import ChannelService
from crypto.ids import ChannelId, CircleId
from server.forms.channels import (
    MOST,
    PAGE,
    ChannelForm,
    ChannelList,
    EntryForm,
    ItemForm,
    NewChannel,
    Page,
    Placed,
    page,
)
from server.identity import actor_of, device_of
from server.operations import Operations
from server.paging import number_of
from server.wire import LARGE, answer, read

CHANNELS: web.AppKey[ChannelService] = web.AppKey("channels", ChannelService)

operations = Operations()


@operations.add(
    "POST",
    "/circles/{circle}/channels",
    body=NewChannel,
    answer=ItemForm,
    status=HTTPStatus.CREATED,
)
async def open_channel(request: web.Request) -> web.Response:
    """Open a channel of a circle with its creator's device alone in the group."""
    asker = asker_of(request)
    form = await read(request, NewChannel, limit=LARGE)

    item = await request.app[CHANNELS].open_channel(
        asker,
        CircleId(request.match_info["circle"]),
        channel=ChannelId(form.channel),
        envelope=form.envelope(),
    )

    place = f"/api/v1/channels/{item.channel}/entries"
    return answer(ItemForm.of(item), status=HTTPStatus.CREATED, location=place)


@operations.add("GET", "/circles/{circle}/channels", answer=ChannelList)
async def list_channels(request: web.Request) -> web.Response:
    """List the channels of a circle."""
    asker = asker_of(request)

    found = await request.app[CHANNELS].channels_of(asker, CircleId(request.match_info["circle"]))

    return answer(ChannelList(channels=tuple(ChannelForm.of(channel) for channel in found)))


@operations.add(
    "POST",
    "/channels/{channel}/entries",
    body=EntryForm,
    answer=Placed,
    status=HTTPStatus.CREATED,
)
async def append_entry(request: web.Request) -> web.Response:
    """Append an entry to a channel's log; safe to repeat with the same id."""
    asker = asker_of(request)
    form = await read(request, EntryForm, limit=LARGE)

    item = await request.app[CHANNELS].append(asker, _channel(request), form.envelope())

    return answer(Placed(seq=item.seq, at=item.at), status=HTTPStatus.CREATED)


@operations.add("GET", "/channels/{channel}/entries", answer=Page)
async def read_entries(request: web.Request) -> web.Response:
    """Read a channel's log after a sequence number."""
    asker = asker_of(request)
    since = number_of(request, "since", default=0, least=0, most=1 << 53)
    limit = number_of(request, "limit", default=PAGE, least=1, most=MOST)

    items = await request.app[CHANNELS].read(asker, _channel(request), since=since, limit=limit)

    return answer(page(items, limit))


def asker_of(request: web.Request) -> Asker:
    """Tell who is asking, and on which device: channels are for devices.

    Raises:
        NotSignedIn: There is no valid session on the request.
        NoDevice: The session speaks for no device.
    """
    actor = actor_of(request)
    return Asker(professional=actor.professional, device=device_of(actor))


def _channel(request: web.Request) -> ChannelId:
    return ChannelId(request.match_info["channel"])
