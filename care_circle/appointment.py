"""An appointment for a visit, and in the same value what the family is to be told of it.

The time is what people agreed on: the wall clock's hour in a zone, from which instants
are computed. Every change plans the notices anew in the same write (architecture §5).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from care_circle.neutral import neutral_label
from care_circle.telling.answer import FamilyAnswer
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import instant, local, to_ms
from notifications.notice import ALARMING, AppointmentFacts, Notice, Recipient, plan_appointment

MIN_MINUTES = 5
MAX_MINUTES = 480
MAX_ADDRESS = 200
MAX_AHEAD = timedelta(days=10 * 366)
# No two clocks on earth show wall times further apart than this.
_ZONES_APART = timedelta(days=2)


class InThePast(ValueError):
    """An appointment is made for later than now."""


class TooFarAhead(ValueError):
    """An appointment is made for the next ten years at most; later is a slip of the pen."""


class NoSuchTime(ValueError):
    """The clocks of that zone skip this hour that night, or the time names its own offset."""


class BadDuration(ValueError):
    """An appointment takes 5 to 480 minutes."""


class BadAddress(ValueError):
    """A map address is printable and at most 200 characters."""


class AppointmentOver(Exception):
    """The appointment was cancelled, or took place, or did not."""


class NotYetHeld(Exception):
    """Whether an appointment was honoured is known once it has begun."""


class Status(StrEnum):
    """Where an appointment stands; `moved` is booked for another time than the first."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    HONOURED = "honoured"
    MISSED = "missed"


OPEN = (Status.BOOKED, Status.MOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When and where: a naive wall time in an IANA zone, minutes, a neutral label, an address.

    Only time and label ever reach a notice.
    """

    start: datetime = field(repr=False)
    zone: str
    duration_minutes: int
    place_label: str = field(repr=False)
    map_address: str | None = field(default=None, repr=False)

    def is_after(self, now: datetime) -> bool:
        """Tell whether it begins after an aware time."""
        return instant(self.start, self.zone) > to_ms(now)


def check_slot(slot: Slot, *, now: datetime) -> None:
    """Refuse a slot that has begun, that no clock shows, or whose label tells why.

    Time zones and the list of telling words change, so this judges what comes in and not
    what is stored.

    Raises:
        NoSuchTime: The wall time does not exist there, or is not a naive whole minute.
        BadDuration: It is outside 5 to 480 minutes.
        BadAddress: The address is too long or not printable.
        TellingLabel: The place label says too much, or nothing.
        UnknownZone: There is no such time zone.
        InThePast: It has begun.
        TooFarAhead: It is more than ten years away.
    """
    start, address = slot.start, slot.map_address
    if start.tzinfo is not None or start.second or start.microsecond:
        raise NoSuchTime
    # First of all, because at the ends of the calendar no zone can be reckoned with.
    _check_year(start - now.replace(tzinfo=None))
    if local(instant(start, slot.zone), slot.zone).replace(tzinfo=None, fold=0) != start:
        raise NoSuchTime
    if not MIN_MINUTES <= slot.duration_minutes <= MAX_MINUTES:
        raise BadDuration
    if address is not None and (len(address) > MAX_ADDRESS or not address.isprintable()):
        raise BadAddress
    neutral_label(slot.place_label)
    if not slot.is_after(now):
        raise InThePast


def _check_year(ahead: timedelta) -> None:
    if ahead > MAX_AHEAD:
        raise TooFarAhead
    if ahead < -_ZONES_APART:
        raise InThePast


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """An appointment; `sequence` rises with every change the family must hear of."""

    id: AppointmentId
    child: ChildId
    professional: ProfessionalId
    visit: str | None
    slot: Slot
    booked_by: ProfessionalId
    status: Status = Status.BOOKED
    answers: tuple[FamilyAnswer, ...] = ()
    sequence: int = 0
    notices: tuple[Notice, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        """Tell whether a notice failed, or may have: somebody must see to the family."""
        return any(notice.state in ALARMING for notice in self.notices)


def book(
    appointment: AppointmentId,
    slot: Slot,
    *,
    child: ChildId,
    professional: ProfessionalId,
    visit: str | None,
    by: ProfessionalId,
    recipients: tuple[Recipient, ...],
    now: datetime,
) -> Appointment:
    """Book a slot and plan its notices.

    Raises:
        NoSuchTime: The wall time does not exist there.
        BadDuration: It is outside 5 to 480 minutes.
        BadAddress: The address is too long or not printable.
        TellingLabel: The place label says too much, or nothing.
        UnknownZone: There is no such time zone.
        InThePast: The slot has begun.
        TooFarAhead: It is more than ten years away.
    """
    check_slot(slot, now=now)
    booked = Appointment(
        id=appointment,
        child=child,
        professional=professional,
        visit=visit,
        slot=slot,
        booked_by=by,
    )
    return plan(booked, recipients, now=now)


def move(
    appointment: Appointment, slot: Slot, *, recipients: tuple[Recipient, ...], now: datetime
) -> Appointment:
    """Move an appointment to another slot; to the same one, nothing changes.

    Raises:
        AppointmentOver: It is no longer open.
        NoSuchTime: The wall time does not exist there.
        BadDuration: It is outside 5 to 480 minutes.
        BadAddress: The address is too long or not printable.
        TellingLabel: The place label says too much, or nothing.
        UnknownZone: There is no such time zone.
        InThePast: The new slot has begun.
        TooFarAhead: It is more than ten years away.
    """
    if appointment.status not in OPEN:
        raise AppointmentOver
    if slot == appointment.slot:
        return appointment
    check_slot(slot, now=now)
    moved = replace(appointment, slot=slot, status=Status.MOVED, sequence=appointment.sequence + 1)
    return plan(moved, recipients, now=now)


def cancel(
    appointment: Appointment, *, recipients: tuple[Recipient, ...], now: datetime
) -> Appointment:
    """Call an appointment off; again, nothing changes.

    Raises:
        AppointmentOver: It has begun, so it was honoured or missed.
    """
    if appointment.status is Status.CANCELLED:
        return appointment
    if appointment.status not in OPEN or not appointment.slot.is_after(now):
        raise AppointmentOver
    cancelled = replace(appointment, status=Status.CANCELLED, sequence=appointment.sequence + 1)
    return plan(cancelled, recipients, now=now)


def close(appointment: Appointment, *, honoured: bool, now: datetime) -> Appointment:
    """Say whether the family came; a slip is corrected by saying the other.

    Raises:
        AppointmentOver: It was cancelled.
        NotYetHeld: It has not begun.
    """
    if appointment.status is Status.CANCELLED:
        raise AppointmentOver
    if appointment.slot.is_after(now):
        raise NotYetHeld
    return replace(appointment, status=Status.HONOURED if honoured else Status.MISSED)


def plan(
    appointment: Appointment, recipients: tuple[Recipient, ...], *, now: datetime
) -> Appointment:
    """Plan the notices anew for those who are to be told now."""
    slot = appointment.slot
    facts = AppointmentFacts(
        appointment=appointment.id,
        start=slot.start,
        zone=slot.zone,
        duration_minutes=slot.duration_minutes,
        place_label=slot.place_label,
        sequence=appointment.sequence,
        cancelled=appointment.status is Status.CANCELLED,
        recipients=recipients,
    )
    return replace(appointment, notices=plan_appointment(facts, appointment.notices, now=now))
