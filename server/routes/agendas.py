"""One's own agenda: its days, the feeds that calendars read, and when one is busy elsewhere."""

import asyncio
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import hdrs, web

from care_circle.agenda.busy import BusyTimes, ReadCalendar
from care_circle.agenda.feed import MAX_NAME, Feed
from care_circle.agenda.spans import Span, merged
from care_circle.appointment import Appointment, Slot, Status
from care_circle.services.agendas import HORIZON, horizon
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import instant
from server.agenda_house import AGENDA, FEED_LIMIT
from server.calendars.lines import MOST_BYTES
from server.calendars.reading import read_calendar
from server.calendars.writing import FeedStyle, tag_of, write_feed
from server.identity import person_of
from server.operations import Operations
from server.security import CONFIG, network_of
from server.services import HOUSE
from server.wire import Malformed, Struct, answer, body_of, nothing, read

operations = Operations()
public = Operations(prefix="")

_CALENDAR = "text/calendar"
_SHOWN = 60
_USUAL_DAYS = 7
_NAMES = {"fr": "Rendez-vous", "en": "Appointments"}


class AgendaEntry(Struct, frozen=True, kw_only=True):
    """One appointment of one's own; `at` is when it begins, ms UTC."""

    id: AppointmentId
    child: ChildId
    professional: ProfessionalId
    visit: str | None
    care: str | None
    series: str | None
    status: Status
    slot: Slot
    at: int


class BusySpan(Struct, frozen=True, kw_only=True):
    """From an instant to before another, both ms UTC."""

    start: int
    end: int


class AgendaView(Struct, frozen=True, kw_only=True):
    """Some days of one's own: appointments, and when one is busy elsewhere."""

    zone: str
    appointments: tuple[AgendaEntry, ...]
    busy: tuple[BusySpan, ...]


class FeedForm(Struct, frozen=True, kw_only=True):
    """A feed to make, named after the device that will read it."""

    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
    initials: bool = False


class FeedView(Struct, frozen=True, kw_only=True):
    """A feed as its owner knows it, without its address."""

    id: str
    name: str
    initials: bool
    made_at: datetime
    used_on: date | None


class FeedsView(Struct, frozen=True, kw_only=True):
    """One's feeds, and whether the network lets them name a child by initials."""

    feeds: tuple[FeedView, ...]
    initials_allowed: bool


class NewFeedView(Struct, frozen=True, kw_only=True):
    """A new feed; its address is shown this once."""

    feed: FeedView
    address: str


class BusyView(Struct, frozen=True, kw_only=True):
    """What a calendar file says: how many events, how many unreadable, when one is busy.

    `imported_at` is None while nothing is kept. Of `busy` the first days are shown.
    """

    imported_at: datetime | None
    until: datetime
    events: int
    unread: int
    times: int
    busy: tuple[BusySpan, ...]


@operations.add("GET", "/me/agenda", answer=AgendaView)
async def read_agenda(request: web.Request) -> web.Response:
    """Give some days of one's own agenda: from `?from=` (a day), `?days=` of them."""
    person, asked = person_of(request), request.query
    first = _day(asked.get("from")) or request.app[HOUSE].clock().date()

    agenda = await request.app[AGENDA].agendas.agenda(person, first, days=_count(asked.get("days")))

    return answer(
        AgendaView(
            zone=agenda.zone,
            appointments=tuple(map(_entry, agenda.appointments)),
            busy=tuple(BusySpan(start=each.start, end=each.end) for each in agenda.busy),
        )
    )


@operations.add("GET", "/me/feeds", answer=FeedsView)
async def list_feeds(request: web.Request) -> web.Response:
    """List one's own feeds, without their addresses."""
    agendas = request.app[AGENDA].agendas

    held = await agendas.feeds_of(person_of(request))

    allowed = agendas.terms.feed_initials
    return answer(FeedsView(feeds=tuple(map(_feed, held)), initials_allowed=allowed))


@operations.add("POST", "/me/feeds", body=FeedForm, answer=NewFeedView, status=HTTPStatus.CREATED)
async def make_feed(request: web.Request) -> web.Response:
    """Make the feed of one device; for the same name the address is a new one."""
    person, form = person_of(request), await read(request, FeedForm)

    feed, token = await request.app[AGENDA].agendas.make_feed(
        person, form.name, initials=form.initials
    )

    address = f"{request.app[CONFIG].public_url}/feeds/{token}.ics"
    return answer(NewFeedView(feed=_feed(feed), address=address), status=HTTPStatus.CREATED)


@operations.add("DELETE", "/me/feeds/{feed}", status=HTTPStatus.NO_CONTENT)
async def revoke_feed(request: web.Request) -> web.Response:
    """Take a feed back: its address leads nowhere from now on."""
    await request.app[AGENDA].agendas.revoke(person_of(request), request.match_info["feed"])

    return nothing()


@public.add("GET", "/feeds/{token}.ics", public=True, gives_bytes=True)
async def read_feed(request: web.Request) -> web.Response:
    """Give a private feed to whoever holds its address (RFC 5545)."""
    app = request.app
    app[FEED_LIMIT].spend(network_of(request), now=app[HOUSE].clock())

    events = await app[AGENDA].agendas.read_feed(request.match_info["token"])

    domain = app[CONFIG].mail_from.rpartition("@")[2] or "localhost"
    style = FeedStyle(name=_NAMES["fr"], domain=domain, language="fr")
    body = await asyncio.to_thread(write_feed, events, style)
    return _calendar(request, body)


@operations.add("POST", "/me/busy/preview", answer=BusyView, takes_bytes=True, limit=MOST_BYTES)
async def preview_busy(request: web.Request) -> web.Response:
    """Say what a calendar file would say of when one is busy; nothing is kept."""
    found = await _read_calendar(request)

    until = request.app[HOUSE].clock() + HORIZON
    return answer(_read(found, merged(found.spans), until))


@operations.add("POST", "/me/busy", answer=BusyView, takes_bytes=True, limit=MOST_BYTES)
async def import_busy(request: web.Request) -> web.Response:
    """Keep when one is busy by a calendar file, in the place of what was imported before."""
    person, found = person_of(request), await _read_calendar(request)

    return answer(_busy(await request.app[AGENDA].agendas.import_busy(person, found)))


@operations.add("GET", "/me/busy", answer=BusyView)
async def read_busy(request: web.Request) -> web.Response:
    """Give what one's imported calendar says."""
    busy = await request.app[AGENDA].agendas.busy(person_of(request))

    nothing_kept = ReadCalendar(spans=(), events=0, unread=0)
    if busy is None:
        return answer(_read(nothing_kept, (), request.app[HOUSE].clock()))
    return answer(_busy(busy))


@operations.add("DELETE", "/me/busy", status=HTTPStatus.NO_CONTENT)
async def forget_busy(request: web.Request) -> web.Response:
    """Forget what one's imported calendar said."""
    await request.app[AGENDA].agendas.forget_busy(person_of(request))

    return nothing()


async def _read_calendar(request: web.Request) -> ReadCalendar:
    person, app = person_of(request), request.app
    data = await body_of(request, MOST_BYTES)
    zone = await app[AGENDA].agendas.zone_of(person.professional)
    domain = app[CONFIG].mail_from.rpartition("@")[2]
    within = horizon(app[HOUSE].clock())
    # A year of appointments takes a tenth of a second to read: nobody else is to wait for it.
    return await asyncio.to_thread(read_calendar, data, zone=zone, within=within, domain=domain)


def _calendar(request: web.Request, body: bytes) -> web.Response:
    tag = f'"{tag_of(body)}"'
    headers = {hdrs.ETAG: tag, hdrs.CACHE_CONTROL: "private, no-cache"}
    asked = request.headers.get(hdrs.IF_NONE_MATCH, "")
    if tag in (each.strip().removeprefix("W/") for each in asked.split(",")):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers[hdrs.CONTENT_DISPOSITION] = 'attachment; filename="agenda.ics"'
    return web.Response(body=body, content_type=_CALENDAR, charset="utf-8", headers=headers)


def _entry(appointment: Appointment) -> AgendaEntry:
    slot = appointment.slot
    return AgendaEntry(
        id=appointment.id,
        child=appointment.child,
        professional=appointment.professional,
        visit=appointment.visit,
        care=appointment.care,
        series=appointment.series,
        status=appointment.status,
        slot=slot,
        at=instant(slot.start, slot.zone),
    )


def _feed(feed: Feed) -> FeedView:
    return FeedView(
        id=feed.id,
        name=feed.name,
        initials=feed.initials,
        made_at=feed.made_at,
        used_on=feed.used_on,
    )


def _busy(busy: BusyTimes) -> BusyView:
    kept = ReadCalendar(spans=busy.spans, events=busy.events, unread=busy.unread)
    return _read(kept, busy.spans, busy.horizon, imported_at=busy.imported_at)


def _read(
    found: ReadCalendar,
    spans: tuple[Span, ...],
    until: datetime,
    *,
    imported_at: datetime | None = None,
) -> BusyView:
    return BusyView(
        imported_at=imported_at,
        until=until,
        events=found.events,
        unread=found.unread,
        times=len(spans),
        busy=tuple(BusySpan(start=each.start, end=each.end) for each in spans[:_SHOWN]),
    )


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed((("/from", "a day, as in 2026-12-31"),)) from None


def _count(text: str | None) -> int:
    if not text:
        return _USUAL_DAYS
    if not (text.isascii() and text.isdigit() and len(text) < len("100")):
        raise Malformed((("/days", "a number of days"),))
    return int(text)
