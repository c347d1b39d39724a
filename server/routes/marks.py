"""Marks: how far each device of a channel has come, which is what receipts are made of."""

from aiohttp import web

from channels.marks import Marks
from crypto.ids import ChannelId
from server.forms.marks import MarkForm, MarkList, MarkView
from server.operations import Operations
from server.routes.channels import asker_of
from server.wire import answer, read

MARKS: web.AppKey[Marks] = web.AppKey("marks", Marks)

operations = Operations()


@operations.add("PUT", "/channels/{channel}/mark", body=MarkForm, answer=MarkView)
async def put_mark(request: web.Request) -> web.Response:
    """Tell how far this device has come; nothing in it ever goes back."""
    asker = asker_of(request)
    form = await read(request, MarkForm)

    mark = await request.app[MARKS].put(asker, _channel(request), **form.words())

    return answer(MarkView.of(mark))


@operations.add("GET", "/channels/{channel}/marks", answer=MarkList)
async def list_marks(request: web.Request) -> web.Response:
    """Tell how far every device of a channel has come, and whether they see one group (R11)."""
    found = await request.app[MARKS].of_channel(asker_of(request), _channel(request))

    return answer(MarkList(marks=tuple(map(MarkView.of, found.marks)), forked=found.forked))


def _channel(request: web.Request) -> ChannelId:
    return ChannelId(request.match_info["channel"])
