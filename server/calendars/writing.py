"""A private feed as an iCalendar object (RFC 5545): as neutral as a notice, the same bytes twice.

No METHOD, since it is published and not sent; one UID for the life of an appointment, the
same as in the family's invitation; what was called off stays for a month as CANCELLED.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from care_circle.appointment import Status
from care_circle.services.agendas import FeedEvent
from notifications.hours import from_ms, zone_named

_SUMMARY = {"fr": "Rendez-vous", "en": "Appointment"}
_REFRESH = "PT30M"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStyle:
    """How a feed is written: the name of the calendar, the domain of its UIDs, the language."""

    name: str
    domain: str
    language: str


def write_feed(events: Iterable[FeedEvent], style: FeedStyle) -> bytes:
    """Write a feed; the same events give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Ronde//Agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", style.name)
    calendar.add("x-published-ttl", _REFRESH)
    for each in events:
        calendar.add_component(_event(each, style))
    calendar.add_missing_timezones(
        first_date=datetime(2026, 1, 1, tzinfo=UTC).date(),
        last_date=datetime(2040, 1, 1, tzinfo=UTC).date(),
    )
    return bytes(calendar.to_ical())


def tag_of(body: bytes) -> str:
    """Give the entity tag of a feed (RFC 9110, section 8.8.3), without quotes."""
    return hashlib.sha256(body).hexdigest()[:32]


def _event(each: FeedEvent, style: FeedStyle) -> Event:
    appointment = each.appointment
    slot, off = appointment.slot, appointment.status is Status.CANCELLED
    start = slot.start.replace(tzinfo=zone_named(slot.zone))
    summary = _SUMMARY.get(style.language, _SUMMARY["fr"])
    changed = from_ms(each.at).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{appointment.id}@{style.domain}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=slot.duration_minutes))
    event.add("summary", summary if each.initials is None else f"{summary} {each.initials}")
    event.add("location", slot.place_label)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if off else "OPAQUE")
    return event
