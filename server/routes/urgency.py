"""Calling those who are away to an urgent message: its author says so, no server can read it."""

from datetime import timedelta

from aiohttp import web

from channels.model import Asker, BadEntry
from crypto.ids import ChannelId, EntryId
from notifications import hours
from server.channel_house import CHANNEL_HOUSE
from server.digesting import DIGESTS
from server.forms.channels import Id
from server.identity import actor_of, device_of
from server.limits import Allowance, RateLimit
from server.operations import Operations
from server.services import HOUSE
from server.wire import Struct, nothing, read

operations = Operations()

CALLS = Allowance(tries=12, seconds=3600)
"""How often somebody may call colleagues to something urgent: more often it is not."""

CALL_LIMIT: web.AppKey[RateLimit] = web.AppKey("call_limit", RateLimit)
_FRESH = timedelta(minutes=15)
_BACK = 100
"""How many entries back somebody's own urgent message may stand."""


class UrgentForm(Struct, frozen=True, kw_only=True):
    """One's own message that is urgent."""

    entry: Id


@operations.add("POST", "/channels/{channel}/urgent", body=UrgentForm)
async def call_to_urgent(request: web.Request) -> web.Response:
    """Call the members who are away to a message of one's own, just written, as urgent."""
    actor, form = actor_of(request), await read(request, UrgentForm)
    asker = Asker(professional=actor.professional, device=device_of(actor))
    channel, house = ChannelId(request.match_info["channel"]), request.app[CHANNEL_HOUSE]
    now = request.app[HOUSE].clock()

    way = await house.service.door.enter(asker, channel)
    store = house.service.store
    head = (await store.heads((channel,)))[channel]
    items = await store.read(channel, since=max(0, head - _BACK), limit=_BACK)
    since = hours.to_ms(now - _FRESH)
    if not any(i.id == form.entry and i.by == asker.professional and i.at >= since for i in items):
        raise BadEntry
    request.app[CALL_LIMIT].spend(asker.professional, now=now)
    away = way.participants.others(asker.professional)
    house.bell.ring_urgently(away)
    here = house.sockets.present()
    for somebody in away:
        if somebody not in here:
            await request.app[DIGESTS].tell_urgent(somebody, EntryId(form.entry))

    return nothing()
