"""An appointment for a visit, and in the same value what the family is to be told of it.

The time is what people agreed on: the wall clock's hour in a zone, from which instants
are computed. Every change plans the notices anew in the same write (architecture §5).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from care_circle.mending import Mendable, Mender, Proposing
from care_circle.neutral import is_neutral_address, neutral_label
from care_circle.telling.answer import FamilyAnswer
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.hours import instant, local, to_ms, zone_named
from notifications.notice import (
    AppointmentFacts,
    Notice,
    Recipient,
    Rule,
    Telling,
    Then,
    needs_a_person,
)
from notifications.planning import plan_appointment

MIN_MINUTES = 5
MAX_MINUTES = 480
MAX_REASON = 500
MAX_AHEAD = timedelta(days=10 * 366)
# No two clocks on earth show wall times further apart than this.
_ZONES_APART = timedelta(days=2)


class InThePast(ValueError, Proposing):
    """An appointment is made for later than now."""


class TooFarAhead(ValueError, Proposing):
    """An appointment is made for the next ten years at most; later is a slip of the pen."""


class NoSuchTime(ValueError, Proposing):
    """The clocks of that zone skip this hour that night, or the time names its own offset."""


class TimeTwice(ValueError, Proposing):
    """The clocks of that zone show this hour twice that night: nobody could say which is meant."""


class BadDuration(ValueError):
    """An appointment takes 5 to 480 minutes."""


class BadAddress(ValueError):
    """A map address is printable, at most 200 characters, and no word of it tells why."""


class BadReason(ValueError):
    """Why an appointment is called off is printable and at most 500 characters."""


class TwoPurposes(ValueError):
    """An appointment is for a visit, or for a care, or for neither; not for both."""


class NotInCircle(Exception, Mendable):
    """An appointment is with a professional of the child's circle; a coordinator admits them."""

    mended_by = Mender.COORDINATOR


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
        BadAddress: The address is too long, not printable, or tells why.
        TellingLabel: The place label says too much, or nothing.
        UnknownZone: There is no such time zone.
        InThePast: It has begun.
        TooFarAhead: It is more than ten years away.
        TimeTwice: The clocks show that hour twice.
    """
    start, address = slot.start, slot.map_address
    if start.tzinfo is not None or start.second or start.microsecond:
        raise NoSuchTime
    # First of all, because at the ends of the calendar no zone can be reckoned with.
    _check_year(start - now.replace(tzinfo=None))
    if local(instant(start, slot.zone), slot.zone).replace(tzinfo=None, fold=0) != start:
        raise NoSuchTime
    if instant(start, slot.zone) != _last_instant(start, slot.zone):
        raise TimeTwice
    check_minutes(slot.duration_minutes)
    if address is not None and not is_neutral_address(address):
        raise BadAddress
    neutral_label(slot.place_label)
    if not slot.is_after(now):
        raise InThePast


def check_minutes(minutes: int) -> None:
    """Refuse a duration.

    Raises:
        BadDuration: It is outside 5 to 480 minutes.
    """
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise BadDuration


def _last_instant(wall: datetime, zone: str) -> int:
    """Give the last instant (ms UTC) at which the clocks of a zone show a wall time."""
    return to_ms(wall.replace(tzinfo=zone_named(zone), fold=1))


def _check_year(ahead: timedelta) -> None:
    if ahead > MAX_AHEAD:
        raise TooFarAhead
    if ahead < -_ZONES_APART:
        raise InThePast


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff:
    """Who called an appointment off, when and why; the family is never told why."""

    by: ProfessionalId
    at: datetime
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What an appointment is for: a visit of the pathway, a care by its discipline, or neither."""

    visit: str | None = None
    care: str | None = None

    def __post_init__(self) -> None:
        """Refuse both at once.

        Raises:
            TwoPurposes: It names a visit and a care.
        """
        if self.visit is not None and self.care is not None:
            raise TwoPurposes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an appointment is in a series: the first says what follows, the others were heard of."""

    series: str | None = None
    then: Then | None = None
    heard: int | None = None


ALONE = Part()


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """An appointment; `sequence` rises with every change the family must hear of.

    `care` is the discipline it is for. `series` is what ties recurring sessions; `then` is
    what the notice of the first of them says of the others. `heard` is the last sequence that
    another one's notice told the family of. `hold` is the token of the time it takes.
    """

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
    care: str | None = None
    called_off: CalledOff | None = None
    series: str | None = None
    then: Then | None = None
    heard: int | None = None
    hold: str = ""

    @property
    def needs_a_person(self) -> bool:
        """Tell whether a notice failed, or may have: somebody must see to the family."""
        return needs_a_person(self.notices)


def book(
    appointment: AppointmentId,
    slot: Slot,
    *,
    child: ChildId,
    professional: ProfessionalId,
    visit: str | None,
    by: ProfessionalId,
    recipients: tuple[Recipient, ...],
    tellings: tuple[Telling, ...],
    now: datetime,
    care: str | None = None,
    part: Part = ALONE,
    hold: str = "",
) -> Appointment:
    """Book a slot and plan its notices.

    Raises:
        NoSuchTime: The wall time does not exist there.
        BadDuration: It is outside 5 to 480 minutes.
        BadAddress: The address is too long, not printable, or tells why.
        TellingLabel: The place label says too much, or nothing.
        UnknownZone: There is no such time zone.
        InThePast: The slot has begun.
        TooFarAhead: It is more than ten years away.
        TimeTwice: The clocks show that hour twice.
    """
    check_slot(slot, now=now)
    booked = Appointment(
        id=appointment,
        child=child,
        professional=professional,
        visit=visit,
        slot=slot,
        booked_by=by,
        care=care,
        series=part.series,
        then=part.then,
        heard=part.heard,
        hold=hold,
    )
    return plan(booked, recipients, tellings=tellings, now=now)


def move(
    appointment: Appointment,
    slot: Slot,
    *,
    recipients: tuple[Recipient, ...],
    tellings: tuple[Telling, ...],
    now: datetime,
    hold: str | None = None,
    part: Part | None = None,
) -> Appointment:
    """Move an appointment to another slot; to the same one, nothing changes.

    With `part` it moves together with others of its series, and only the first is told of.

    Raises:
        AppointmentOver: It is no longer open.
        NoSuchTime: The wall time does not exist there.
        BadDuration: It is outside 5 to 480 minutes.
        BadAddress: The address is too long, not printable, or tells why.
        TellingLabel: The place label says too much, or nothing.
        UnknownZone: There is no such time zone.
        InThePast: The new slot has begun.
        TooFarAhead: It is more than ten years away.
        TimeTwice: The clocks show that hour twice.
    """
    if appointment.status not in OPEN:
        raise AppointmentOver
    if slot == appointment.slot:
        return appointment
    check_slot(slot, now=now)
    sequence = appointment.sequence + 1
    moved = replace(appointment, slot=slot, status=Status.MOVED, sequence=sequence)
    if hold is not None:
        moved = replace(moved, hold=hold)
    return plan(_told_with(moved, part), recipients, tellings=tellings, now=now)


def cancel(
    appointment: Appointment,
    *,
    recipients: tuple[Recipient, ...],
    tellings: tuple[Telling, ...],
    now: datetime,
    called_off: CalledOff | None = None,
    part: Part | None = None,
) -> Appointment:
    """Call an appointment off; again, nothing changes.

    With `part` it goes together with others of its series, and only the first is told of.

    Raises:
        AppointmentOver: It has begun, so it was honoured or missed.
        BadReason: The reason is too long or not printable.
    """
    if called_off is not None and not _is_sayable(called_off.reason):
        raise BadReason
    if appointment.status is Status.CANCELLED:
        return appointment
    if appointment.status not in OPEN or not appointment.slot.is_after(now):
        raise AppointmentOver
    sequence = appointment.sequence + 1
    cancelled = replace(
        appointment, status=Status.CANCELLED, sequence=sequence, called_off=called_off
    )
    return plan(_told_with(cancelled, part), recipients, tellings=tellings, now=now)


def reopen(
    appointment: Appointment,
    *,
    recipients: tuple[Recipient, ...],
    tellings: tuple[Telling, ...],
    now: datetime,
) -> Appointment:
    """Take back what was said of whether the family came.

    Raises:
        AppointmentOver: It was cancelled.
    """
    if appointment.status is Status.CANCELLED:
        raise AppointmentOver
    if appointment.status in OPEN:
        return appointment
    status = Status.MOVED if appointment.sequence else Status.BOOKED
    return plan(replace(appointment, status=status), recipients, tellings=tellings, now=now)


def announce(
    appointment: Appointment,
    then: Then | None,
    *,
    recipients: tuple[Recipient, ...],
    tellings: tuple[Telling, ...],
    now: datetime,
) -> Appointment:
    """Let an appointment tell of its series, since the one that should have never did."""
    unheard = replace(appointment, then=then, heard=None)
    return plan(unheard, recipients, tellings=tellings, now=now)


def _told_with(appointment: Appointment, part: Part | None) -> Appointment:
    """Say of an appointment that another one's notice tells of its last change."""
    if part is None:
        return replace(appointment, then=None)
    heard = appointment.sequence if part.heard is not None else appointment.heard
    return replace(appointment, then=part.then, heard=heard)


def _is_sayable(reason: str) -> bool:
    return len(reason) <= MAX_REASON and all(c.isprintable() or c == "\n" for c in reason)


def close(
    appointment: Appointment,
    *,
    honoured: bool,
    recipients: tuple[Recipient, ...],
    tellings: tuple[Telling, ...],
    now: datetime,
) -> Appointment:
    """Say whether the family came; a slip is corrected by saying the other.

    Raises:
        AppointmentOver: It was cancelled.
        NotYetHeld: It has not begun.
    """
    if appointment.status is Status.CANCELLED:
        raise AppointmentOver
    if appointment.slot.is_after(now):
        raise NotYetHeld
    closed = replace(appointment, status=Status.HONOURED if honoured else Status.MISSED)
    return plan(closed, recipients, tellings=tellings, now=now)


def plan(
    appointment: Appointment,
    recipients: tuple[Recipient, ...],
    *,
    tellings: tuple[Telling, ...],
    now: datetime,
) -> Appointment:
    """Plan the notices anew for those who are to be told now, by the pathway's own lines."""
    slot = appointment.slot
    facts = AppointmentFacts(
        appointment=appointment.id,
        start=slot.start,
        zone=slot.zone,
        duration_minutes=slot.duration_minutes,
        place_label=slot.place_label,
        sequence=appointment.sequence,
        cancelled=appointment.status is Status.CANCELLED,
        missed=appointment.status is Status.MISSED,
        heard=appointment.heard,
        then=appointment.then,
        recipients=recipients,
    )
    lines = _lines_of(appointment, tellings)
    planned = plan_appointment(facts, appointment.notices, tellings=lines, now=now)
    return replace(appointment, notices=planned)


def _lines_of(appointment: Appointment, tellings: tuple[Telling, ...]) -> tuple[Telling, ...]:
    """Give what is told of an appointment: of a series' later sessions no early reminder.

    Sixty sessions with two reminders each would bury a family; the one nearest stays.
    """
    if appointment.series is None or appointment.heard is None:
        return tellings
    before = [each.days for each in tellings if each.rule is Rule.BEFORE]
    last = max(before, default=0)
    return tuple(each for each in tellings if each.rule is not Rule.BEFORE or each.days == last)
