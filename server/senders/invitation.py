"""The calendar part of a notice: the appointment as the family's calendar understands it.

iCalendar (RFC 5545) with the methods of RFC 5546: a REQUEST for what stands, a CANCEL for
what is off; one UID for the life of the appointment and a SEQUENCE that only rises, so a
calendar moves its entry instead of adding another. It rings nobody: we do that.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress

from notifications import hours
from notifications.notice import CarrierKind, Notice, Rule
from server.senders.time_zone import time_zone

_SUMMARY = "Rendez-vous"
_WITH_CALENDAR = frozenset({Rule.BOOKED, Rule.BEFORE, Rule.CHANGED, Rule.CANCELLED})


class NoAppointment(ValueError):
    """The notice tells of nothing that a calendar could hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer:
    """Who invites: a neutral name and an address of the network, never a professional's."""

    name: str
    address: str = field(repr=False)

    @property
    def domain(self) -> str:
        """The domain under which ids of ours are unique in the world."""
        return self.address.rpartition("@")[2] or "localhost"


def is_of_appointment(notice: Notice) -> bool:
    """Tell whether a notice says something that a calendar must hold or let go."""
    kind = notice.carrier.kind
    return (
        kind is CarrierKind.APPOINTMENT
        and notice.rule in _WITH_CALENDAR
        and notice.start is not None
    )


def method_of(notice: Notice) -> str:
    """Say what a calendar should do: REQUEST or CANCEL (RFC 5546, section 1.4)."""
    return "CANCEL" if notice.rule is Rule.CANCELLED else "REQUEST"


def invitation(notice: Notice, organizer: Organizer, *, to: str, summary: str = _SUMMARY) -> bytes:
    """Write the iCalendar object of a notice for one addressee, who sees no other one.

    Raises:
        NoAppointment: The notice tells of none.
    """
    if notice.start is None:
        raise NoAppointment
    start = hours.local(hours.instant(notice.start, notice.place_zone), notice.place_zone)
    end = _later(start, notice.duration_minutes, notice.place_zone)
    event = Event()
    event.add("uid", f"{notice.carrier.id}@{organizer.domain}")
    event.add("sequence", notice.sequence)
    # When it was planned, not when it is sent: a retry must be the same bytes.
    event.add("dtstamp", hours.from_ms(notice.not_before).replace(microsecond=0))
    event.add("dtstart", start)
    # An hour that comes twice is read as its first time (RFC 5545, section 3.3.5).
    event.add("dtend", end.astimezone(UTC) if end.fold else end)
    event.add("summary", summary)
    event.add("location", notice.place_label)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if notice.rule is Rule.CANCELLED else "CONFIRMED")
    event.add("organizer", _address(organizer.address, CN=organizer.name))
    event.add("attendee", _address(to, ROLE="REQ-PARTICIPANT", RSVP="FALSE"))
    calendar = Calendar()
    calendar.add("prodid", "-//Ronde//Notices//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method_of(notice))
    calendar.add_component(time_zone(notice.place_zone, start=start, end=end))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _later(start: datetime, minutes: int, zone: str) -> datetime:
    """Add minutes that pass, not minutes on the clock: the two differ on some nights."""
    return hours.local(hours.to_ms(start) + timedelta(minutes=minutes) // hours.MILLISECOND, zone)


def _address(address: str, **parameters: str) -> vCalAddress:
    value = vCalAddress(f"mailto:{address}")
    value.params.update(parameters)
    return value
