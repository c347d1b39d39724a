"""What is to be told to a family, and when: planned as data inside the appointment.

A notice says that an appointment is there, has moved or is off; never why. It is
planned by a pure rule in the same write as the fact it tells, so that no appointment
can move without its notices moving too. `delivery.py` says how one gets out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from crypto.ids import AppointmentId, ContactId, NoticeId, id_of
from notifications import hours

WITHDRAWN = "withdrawn"
REMINDER_DAYS = 2
REMINDER_TIME = time(10)
# A reminder that would follow its own booking notice within a day says nothing new.
REMINDER_APART = timedelta(hours=24)
# Later than this before the appointment, only a telephone call helps (reliability.md §4).
TOO_LATE = timedelta(hours=2)


class Rule(StrEnum):
    """What a notice tells."""

    BOOKED = "booked"
    REMINDER = "reminder"
    CHANGED = "changed"
    CANCELLED = "cancelled"


class Medium(StrEnum):
    """The way a notice takes; never called a channel here."""

    EMAIL = "email"
    SMS = "sms"


class State(StrEnum):
    """How far a notice got: the last five are ends."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# Ends that a person must hear of: the family may not have been told.
ALARMING = frozenset({State.UNKNOWN, State.DEAD, State.EXPIRED})
_MAYBE_TOLD = frozenset({State.SENDING, State.SENT, State.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One contact of the family, the media that contact agreed to, and how to speak to it.

    `zone` is the IANA zone the family lives in, which may not be the appointment's.
    """

    contact: ContactId
    media: tuple[Medium, ...]
    language: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFacts:
    """All that notices may know of an appointment; nothing else can leak.

    `start` is the naive wall time on the clocks of `zone`. `sequence` starts at 0 and
    rises by every change a family should hear of (time, place, duration, cancelled or
    called back), as iCalendar's SEQUENCE does (RFC 5545, section 3.8.7.4).
    """

    appointment: AppointmentId
    start: datetime = field(repr=False)
    zone: str
    duration_minutes: int
    place_label: str = field(repr=False)
    sequence: int
    cancelled: bool
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell one contact by one medium, complete in itself.

    It carries what its text shows, so a retry renders the same bytes; a change of the
    appointment makes a new notice and withdraws this one. Instants are ms UTC.

    `zone` is the family's (quiet hours), `place_zone` that of the wall time `start`.
    `next_at` is when the worker must look again: the next attempt, the end of a lease,
    or an alert not yet raised; None when nothing is left to do. `first_try` opens the
    provider's key window. `doubtful`: an attempt may have arrived without our knowing.
    `withdrawn`: no longer true while already being sent, so never to be tried again.
    `ref` is the provider's reference, `code` the last answer in one stable word, `link`
    the SHA-256 (hex) of the token in the family's link.
    """

    id: NoticeId
    appointment: AppointmentId
    sequence: int
    rule: Rule
    contact: ContactId
    medium: Medium
    language: str
    zone: str
    start: datetime = field(repr=False)
    place_zone: str
    duration_minutes: int
    place_label: str = field(repr=False)
    not_before: int
    expires: int
    next_at: int | None
    state: State = State.PLANNED
    attempts: int = 0
    first_try: int | None = None
    doubtful: bool = False
    withdrawn: bool = False
    alerted: bool = False
    ref: str | None = None
    code: str | None = None
    link: str | None = None


def plan_appointment(
    facts: AppointmentFacts, previous: tuple[Notice, ...], *, now: datetime
) -> tuple[Notice, ...]:
    """Give an appointment's notices as they must be from now on.

    Booked is told at once, two days before comes a reminder; a change withdraws what
    is pending of the old sequence and tells those who may have heard of it; so does a
    cancellation. Planning the same facts again changes nothing.

    Raises:
        UnknownZone: The zone of the appointment or of a recipient does not exist.
    """
    hours.zone_named(facts.zone)
    at = hours.to_ms(now)
    plan = {notice.id: _keep(notice, facts, at) for notice in previous}
    kept = tuple(plan.values())
    for recipient in facts.recipients:
        for medium in recipient.media:
            for notice in _wanted(facts, recipient, medium, previous=kept, at=at):
                if notice.id not in plan or _was_called_off(plan[notice.id]):
                    plan[notice.id] = notice
    return tuple(plan.values())


def next_due(notices: tuple[Notice, ...]) -> int | None:
    """Give the instant (ms UTC) at which the worker must look at these, if ever."""
    return min((n.next_at for n in notices if n.next_at is not None), default=None)


def notice_id(
    facts: AppointmentFacts, rule: Rule, *, contact: ContactId, medium: Medium
) -> NoticeId:
    """Name a notice by what it tells, so that planning it twice cannot make two of it."""
    name = f"{rule}:{facts.appointment}:{contact}:{medium}:{facts.sequence}"
    return NoticeId(id_of(name))


def _keep(notice: Notice, facts: AppointmentFacts, at: int) -> Notice:
    """Withdraw what is no longer true; what was sent stays as the record of it."""
    untrue = notice.sequence != facts.sequence or facts.cancelled
    if notice.rule is Rule.CANCELLED:
        untrue = notice.sequence != facts.sequence or not facts.cancelled
    wanted = any(
        recipient.contact == notice.contact and notice.medium in recipient.media
        for recipient in facts.recipients
    )
    return notice if wanted and not untrue else _withdraw(notice, at)


def _withdraw(notice: Notice, at: int) -> Notice:
    if notice.state is State.SENDING:
        return replace(notice, withdrawn=True)
    if notice.state not in {State.PLANNED, State.CLAIMED}:
        return notice
    if notice.doubtful:
        return replace(notice, state=State.UNKNOWN, withdrawn=True, next_at=at, code=WITHDRAWN)
    return replace(notice, state=State.CANCELLED, next_at=None, code=WITHDRAWN)


def _wanted(
    facts: AppointmentFacts,
    recipient: Recipient,
    medium: Medium,
    *,
    previous: tuple[Notice, ...],
    at: int,
) -> Iterator[Notice]:
    start = hours.instant(facts.start, facts.zone)
    if start <= at:
        return
    mine = [n for n in previous if n.contact == recipient.contact and n.medium is medium]
    expires = start if facts.cancelled else start - TOO_LATE // hours.MILLISECOND
    rule = _news(facts, mine)
    if rule is not None:
        yield _notice(facts, recipient, medium, rule=rule, at=at, expires=expires)
    reminder = hours.days_before(start, recipient.zone, days=REMINDER_DAYS, at=REMINDER_TIME)
    apart = reminder - hours.next_decent(at, recipient.zone)
    if not facts.cancelled and apart >= REMINDER_APART // hours.MILLISECOND:
        yield _notice(facts, recipient, medium, rule=Rule.REMINDER, at=reminder, expires=expires)


def _news(facts: AppointmentFacts, mine: list[Notice]) -> Rule | None:
    """Say what a contact must hear, given all that was ever planned for it by a medium."""
    if any(
        notice.sequence == facts.sequence
        and notice.rule is not Rule.REMINDER
        and not _was_called_off(notice)
        for notice in mine
    ):
        return None
    told = [n for n in mine if n.doubtful or n.state in _MAYBE_TOLD]
    last = max(told, key=lambda notice: notice.sequence, default=None)
    expects = last is not None and last.rule is not Rule.CANCELLED
    if facts.cancelled:
        return Rule.CANCELLED if expects else None
    return Rule.CHANGED if expects else Rule.BOOKED


def _was_called_off(notice: Notice) -> bool:
    """Tell whether a notice was taken back unsent, so that it may be planned anew."""
    return notice.state is State.CANCELLED and notice.code == WITHDRAWN


def _notice(
    facts: AppointmentFacts,
    recipient: Recipient,
    medium: Medium,
    *,
    rule: Rule,
    at: int,
    expires: int,
) -> Notice:
    """Plan one notice, or its expiry at once when no decent hour is left for it."""
    not_before = hours.next_decent(at, recipient.zone)
    late = not_before >= expires
    return Notice(
        id=notice_id(facts, rule, contact=recipient.contact, medium=medium),
        appointment=facts.appointment,
        sequence=facts.sequence,
        rule=rule,
        contact=recipient.contact,
        medium=medium,
        language=recipient.language,
        zone=recipient.zone,
        start=facts.start,
        place_zone=facts.zone,
        duration_minutes=facts.duration_minutes,
        place_label=facts.place_label,
        not_before=not_before,
        expires=expires,
        next_at=at if late else not_before,
        state=State.EXPIRED if late else State.PLANNED,
        code="no_decent_hour_left" if late else None,
    )
