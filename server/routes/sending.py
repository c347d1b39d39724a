"""The pause button: whether anything leaves the house, and who stopped it."""

from datetime import datetime
from typing import Annotated

import msgspec
from aiohttp import web

from care_circle.services.sending import SendingStanding
from care_circle.telling.pause import MAX_REASON
from crypto.ids import ProfessionalId
from server.identity import person_of
from server.operations import Operations
from server.sending_house import SENDING
from server.wire import Struct, answer, read

operations = Operations()


class SendingForm(Struct, frozen=True, kw_only=True):
    """Pause, and why; or go on, `confirmed` once it is known what leaves then."""

    paused: bool
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""
    confirmed: bool = False


class SendingView(Struct, frozen=True, kw_only=True):
    """Whether sending is paused; if so since when, by whom and why."""

    paused: bool
    by: ProfessionalId | None
    by_name: str | None
    since: datetime | None
    reason: str


@operations.add("GET", "/sending", answer=SendingView)
async def read_sending(request: web.Request) -> web.Response:
    """Tell whether sending is paused."""
    return answer(_view(await request.app[SENDING].switch.standing(person_of(request))))


@operations.add("PUT", "/sending", body=SendingForm, answer=SendingView)
async def put_sending(request: web.Request) -> web.Response:
    """Pause all sending, or let it go on."""
    person, form = person_of(request), await read(request, SendingForm)
    switch = request.app[SENDING].switch

    if form.paused:
        standing = await switch.pause(person, reason=form.reason)
    else:
        standing = await switch.resume(person, confirmed=form.confirmed)

    return answer(_view(standing))


def _view(standing: SendingStanding) -> SendingView:
    sending = standing.sending
    return SendingView(
        paused=sending.paused,
        by=sending.by,
        by_name=standing.by_name,
        since=sending.since,
        reason=sending.reason,
    )
