"""The calendar part of a notice: the appointment as the family's calendar understands it.

iCalendar (RFC 5545) with the methods of RFC 5546: a REQUEST for what stands, a CANCEL for
what is off; one UID for the life of the appointment and a SEQUENCE that only rises, so a
calendar moves its entry instead of adding another. It rings nobody: we do that.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from notifications import hours
from notifications.notice import CarrierKind, Notice, Rule
from server.senders.time_zone import time_zone

_SUMMARY = "Rendez-vous"
_LONGEST = 75
_LOCAL_FORM, _UTC_FORM = "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"
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
    cancelled = notice.rule is Rule.CANCELLED
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ronde//Notices//FR",
        f"METHOD:{method_of(notice)}",
        *time_zone(notice.place_zone, start.year),
        "BEGIN:VEVENT",
        f"UID:{notice.carrier.id}@{organizer.domain}",
        f"SEQUENCE:{notice.sequence}",
        # When it was planned, not when it is sent: a retry must be the same bytes.
        f"DTSTAMP:{hours.from_ms(notice.not_before):{_UTC_FORM}}",
        f"DTSTART;TZID={notice.place_zone}:{start:{_LOCAL_FORM}}",
        _end(end, notice.place_zone),
        f"SUMMARY:{_text(summary)}",
        f"LOCATION:{_text(notice.place_label)}",
        "CLASS:PRIVATE",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"ORGANIZER;CN={_parameter(organizer.name)}:mailto:{organizer.address}",
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:{to}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


def _end(end: datetime, zone: str) -> str:
    # An hour that comes twice is read as its first time (RFC 5545, section 3.3.5).
    if end.fold:
        return f"DTEND:{end.astimezone(UTC):{_UTC_FORM}}"
    return f"DTEND;TZID={zone}:{end:{_LOCAL_FORM}}"


def _text(value: str) -> str:
    """Write a text value (section 3.3.11); what nobody sees of it becomes a blank."""
    seen = "".join(sign if sign.isprintable() else " " for sign in value)
    return seen.translate({ord(sign): f"\\{sign}" for sign in "\\;,"})


def _parameter(value: str) -> str:
    """Write a value of a parameter between quotes, which it cannot hold itself (section 3.2)."""
    return '"' + "".join(sign for sign in value if sign.isprintable() and sign != '"') + '"'


def _folded(line: str) -> bytes:
    """End a line, folded so that no part is longer than 75 octets (section 3.1)."""
    whole = line.encode()
    if len(whole) <= _LONGEST:
        return whole + b"\r\n"
    parts, part = [], b""
    for sign in line:
        octets = sign.encode()
        if len(part) + len(octets) > _LONGEST:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join((*parts, part)) + b"\r\n"


def _later(start: datetime, minutes: int, zone: str) -> datetime:
    """Add minutes that pass, not minutes on the clock: the two differ on some nights."""
    return hours.local(hours.to_ms(start) + timedelta(minutes=minutes) // hours.MILLISECOND, zone)
