"""One appointment as a calendar file that a family takes along: no guests, no reason."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event, Timezone

from care_circle.appointment import Appointment
from server.family.link import start_of
from server.senders.invitation import Organizer
from server.senders.time_zone import time_zone


def calendar_file(
    appointment: Appointment, organizer: Organizer, *, summary: str, now: datetime
) -> bytes:
    """Write an iCalendar object (RFC 5545) to publish, under the UID the invitations have.

    So a calendar that has the invitation keeps one entry, and a later change finds it.
    """
    start = start_of(appointment)
    minutes = timedelta(minutes=appointment.slot.duration_minutes)
    end = (start.astimezone(now.tzinfo) + minutes).astimezone(start.tzinfo)
    event = Event()
    event.add("uid", f"{appointment.id}@{organizer.domain}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", summary)
    event.add("location", appointment.slot.place_label)
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", "-//Ronde//Notices//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    clocks = "\r\n".join(time_zone(appointment.slot.zone, start.year))
    calendar.add_component(Timezone.from_ical(clocks))
    calendar.add_component(event)
    return bytes(calendar.to_ical())
