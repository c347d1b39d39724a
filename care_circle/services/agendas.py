"""Use cases on one's own agenda: read it, let a calendar program read it, say when one is busy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care_circle.access import Action, NotFound, Relation, require
from care_circle.actor import Actor
from care_circle.agenda.busy import BusyTimes, ReadCalendar, busy_times
from care_circle.agenda.feed import (
    MOST_FEEDS,
    Feed,
    InitialsNotAllowed,
    TooManyFeeds,
    feed_id,
    feed_name,
    fingerprint,
    is_token,
    new_token,
)
from care_circle.agenda.spans import Hold, Span, owner_of
from care_circle.agenda.store import BusyCalendars, Feeds
from care_circle.agenda.terms import AgendaTerms
from care_circle.appointment import Appointment, Status
from care_circle.convention import Footing, footing
from care_circle.professional import Professional
from care_circle.role import Role
from care_circle.services.diary import Diary
from care_circle.services.offers import Places
from care_circle.store import Appointments, Children, People
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, ProfessionalId
from notifications.hours import to_ms

HORIZON = timedelta(days=366)
"""How far ahead an imported calendar counts, and a feed tells."""

BEHIND = timedelta(days=30)
"""How far back a feed tells, and how long of what was called off."""

MOST_DAYS = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Some days of somebody: appointments in order of time, and when they are busy elsewhere."""

    zone: str
    appointments: tuple[Appointment, ...]
    busy: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One appointment as a feed tells it; `at` is when it was last booked or moved, ms UTC."""

    appointment: Appointment
    at: int
    initials: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaService:
    """One's own agenda, and nobody else's."""

    appointments: Appointments
    children: Children
    people: People
    places: Places
    diary: Diary
    feeds: Feeds
    calendars: BusyCalendars
    surroundings: Surroundings
    terms: AgendaTerms

    async def agenda(self, actor: Actor, first: date, *, days: int) -> Agenda:
        """Give some days of one's own agenda, at most six weeks."""
        await self._own(actor, Action.READ_AGENDA)
        me = await self.people.professional(actor.professional)
        zone = await self.zone_of(me.id)
        within = _days(first, min(max(days, 1), MOST_DAYS), zone)
        if await self._is_lapsed(me):
            return Agenda(zone=zone, appointments=(), busy=())
        found = [event.appointment for event in await self._events(me.id, within, off=None)]
        busy = await self.calendars.of(me.id)
        spans = () if busy is None else busy.spans
        return Agenda(
            zone=zone,
            appointments=tuple(found),
            busy=tuple(each for each in spans if each.meets(within)),
        )

    async def make_feed(
        self, actor: Actor, name: str, *, initials: bool = False
    ) -> tuple[Feed, str]:
        """Make the feed of one device, and give its token, which is shown this once.

        Making it again for the same device replaces the token.

        Raises:
            BadFeedName: The device has no name that can be shown.
            InitialsNotAllowed: The network does not let feeds name a child.
            TooManyFeeds: The person has ten already.
        """
        called = feed_name(name)
        if initials and not self.terms.feed_initials:
            raise InitialsNotAllowed
        key = feed_id(actor.professional, called)
        await self._own(actor, Action.WRITE_AGENDA, key)
        held = await self.feeds.of(actor.professional)
        if len(held) >= MOST_FEEDS and all(each.id != key for each in held):
            raise TooManyFeeds
        token = new_token()
        feed = Feed(
            id=key,
            professional=actor.professional,
            name=called,
            fingerprint=fingerprint(token),
            made_at=self.surroundings.now(),
            initials=initials,
        )
        await self.feeds.keep(feed)
        return feed, token

    async def feeds_of(self, actor: Actor) -> tuple[Feed, ...]:
        """Give one's own feeds, the newest first."""
        await self._own(actor, Action.READ_AGENDA)
        held = await self.feeds.of(actor.professional)
        return tuple(sorted(held, key=lambda each: each.made_at, reverse=True))

    async def revoke(self, actor: Actor, feed: str) -> None:
        """Take a feed back: its address leads nowhere from now on.

        Raises:
            NotFound: One has no such feed.
        """
        await self._own(actor, Action.WRITE_AGENDA, feed)
        held = await self.feeds.feed(feed)
        if held is None or held.professional != actor.professional:
            raise NotFound
        await self.feeds.drop(feed)

    async def read_feed(self, token: str) -> tuple[FeedEvent, ...]:
        """Give what a feed tells, to whoever has its token.

        A professional whose convention is not in force is told nothing.

        Raises:
            NotFound: No feed has that token.
        """
        feed = await self.feeds.behind(fingerprint(token)) if is_token(token) else None
        if feed is None:
            raise NotFound
        me = await self.people.professional(feed.professional)
        await self.surroundings.record(feed.professional, Action.READ_FEED, "feed", feed.id)
        today = self.surroundings.today()
        if feed.used_on != today:
            await self.feeds.used(feed.id, today)
        if await self._is_lapsed(me):
            return ()
        now = self.surroundings.now()
        within = Span(start=to_ms(now - BEHIND), end=to_ms(now + HORIZON))
        events = await self._events(me.id, within, off=to_ms(now - BEHIND))
        if not (feed.initials and self.terms.feed_initials):
            return events
        return tuple([await self._with_initials(each) for each in events])

    async def import_busy(self, actor: Actor, read: ReadCalendar) -> BusyTimes:
        """Keep when one is busy, in the place of what was imported before.

        Raises:
            CalendarRefused: That is more than anybody's year.
        """
        await self._own(actor, Action.WRITE_AGENDA)
        now = self.surroundings.now()
        busy = busy_times(actor.professional, read, now=now, horizon=now + HORIZON)
        await self.calendars.keep(busy)
        return busy

    async def busy(self, actor: Actor) -> BusyTimes | None:
        """Give what one imported, if anything."""
        await self._own(actor, Action.READ_AGENDA)
        return await self.calendars.of(actor.professional)

    async def forget_busy(self, actor: Actor) -> None:
        """Forget what one imported."""
        await self._own(actor, Action.WRITE_AGENDA)
        await self.calendars.drop(actor.professional)

    async def zone_of(self, professional: ProfessionalId) -> str:
        """Name the clocks somebody works by: the structure's, or else the network's."""
        return (await self.places.of(professional)).zone or self.surroundings.zone.key

    async def _own(self, actor: Actor, action: Action, thing: str = "") -> None:
        require(actor, action, (Relation.SELF,))
        await self.surroundings.record(actor.professional, action, "agenda", thing)

    async def _is_lapsed(self, me: Professional) -> bool:
        if me.role is not Role.PROFESSIONAL:
            return False
        conventions = await self.people.conventions_of(me.id)
        return footing(conventions, on=self.surroundings.today()) is not Footing.ACTIVE

    async def _events(
        self, me: ProfessionalId, within: Span, *, off: int | None
    ) -> tuple[FeedEvent, ...]:
        """Give the appointments within a span, and since `off` (ms UTC) those called off."""
        events = []
        for hold in await self.diary.held(owner_of(me, kind="professional"), within):
            found = await self._found(hold)
            if found is None:
                continue
            gone = _gone_at(found, hold)
            if gone is None or (off is not None and gone >= off):
                events.append(FeedEvent(appointment=found, at=gone or hold.made))
        return _in_order(events)

    async def _found(self, hold: Hold) -> Appointment | None:
        """Give the appointment of a hold, unless it is held by another one by now."""
        try:
            found = await self.appointments.appointment(hold.appointment)
        except NotFound:
            return None
        return found if found.hold == hold.token else None

    async def _with_initials(self, event: FeedEvent) -> FeedEvent:
        initials = await self._initials(event.appointment.child)
        return FeedEvent(appointment=event.appointment, at=event.at, initials=initials)

    async def _initials(self, child: ChildId) -> str:
        identity = (await self.children.child(child)).identity
        given = identity.usual_given_name or identity.birth_given_names[0]
        names = (given, identity.usual_family_name or identity.birth_family_name)
        return "".join(f"{name[:1].upper()}." for name in names)


def _gone_at(appointment: Appointment, hold: Hold) -> int | None:
    """Give when an appointment was called off, ms UTC, None while it stands."""
    if appointment.status is not Status.CANCELLED:
        return None
    if appointment.called_off is not None:
        return to_ms(appointment.called_off.at)
    return hold.freed or hold.made


def _in_order(events: Iterable[FeedEvent]) -> tuple[FeedEvent, ...]:
    return tuple(
        sorted(events, key=lambda each: (each.appointment.slot.start, each.appointment.id))
    )


def _days(first: date, days: int, zone: str) -> Span:
    """Give the span of some days on somebody's clocks."""
    start = datetime.combine(first, time(), tzinfo=ZoneInfo(zone))
    return Span(start=to_ms(start), end=to_ms(start + timedelta(days=days)))


def horizon(now: datetime) -> Span:
    """Give the span in which an imported calendar counts."""
    return Span(start=to_ms(now - timedelta(days=1)), end=to_ms(now + HORIZON))
