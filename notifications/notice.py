"""One thing to tell one person by one medium: the value, its states, and who carries it.

A notice says that something is there, has moved or waits; never why. `planning.py` and
`errand.py` say when there is one, `delivery.py` how it gets out.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from datetime import time as day_time
from enum import StrEnum

from crypto.ids import AppointmentId, ContactId, NoticeId, id_of
from notifications import hours

WITHDRAWN = "withdrawn"
NO_DECENT_HOUR_LEFT = "no_decent_hour_left"
# Later than this before the appointment, only a telephone call helps.
TOO_LATE = timedelta(hours=2)


class Rule(StrEnum):
    """What a notice tells; the first five are of an appointment, the others of an errand."""

    BOOKED = "booked"
    BEFORE = "before"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    MISSED = "missed"
    TO_BOOK = "to_book"
    QUESTIONNAIRE = "questionnaire"
    WAITING = "waiting"
    GREETING = "greeting"
    DIGEST = "digest"


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
MAYBE_TOLD = frozenset({State.SENDING, State.SENT, State.UNKNOWN})


class CarrierKind(StrEnum):
    """What kind of record a notice lives in."""

    APPOINTMENT = "appointment"
    ERRAND = "errand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """The record a notice lives in, and is written with."""

    kind: CarrierKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One line of what the pathway has families told: a code (N2) and its occasion.

    `days` from the occasion, negative before it; `time` is the hour on the family's clocks,
    None for the hour of the occasion itself.
    """

    code: str
    rule: Rule
    days: int = 0
    time: day_time | None = None


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
class Then:
    """What follows the first session of a series, as its notice may say: how often, how long."""

    every_weeks: int
    sessions: int
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFacts:
    """All that notices may know of an appointment; nothing else can leak.

    `start` is the naive wall time on the clocks of `zone`. `sequence` starts at 0 and
    rises by every change a family should hear of (time, place, duration, cancelled or
    called back), as iCalendar's SEQUENCE does (RFC 5545, section 3.8.7.4). `heard` is the
    last sequence that another appointment's notice told the family of, `then` what this
    one's news says of the others of its series.
    """

    appointment: AppointmentId
    start: datetime = field(repr=False)
    zone: str
    duration_minutes: int
    place_label: str = field(repr=False)
    sequence: int
    cancelled: bool
    missed: bool = False
    heard: int | None = None
    then: Then | None = None
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """How much waits for a professional, in numbers alone."""

    messages: int
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTo:
    """Who saw to a notice that failed, by calling the family for one, and when (ms UTC)."""

    by: str
    at: int
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell one contact by one medium, complete in itself.

    It carries what its text shows, so a retry renders the same bytes; a change of the
    appointment makes a new notice and withdraws this one. Instants are ms UTC.

    `code` is the line of the pathway that asks for it (N1), or "" for none. `start` is
    None, `place_label` empty and `duration_minutes` 0 where there is no appointment.
    `zone` is the family's (quiet hours), `place_zone` that of the wall time `start`.
    `next_at` is when the worker must look again: the next attempt, the end of a lease,
    or an alert not yet raised; None when nothing is left to do. `first_try` opens the
    provider's key window. `provider` names who has, or may have, the last attempt.
    `doubtful`: an attempt may have arrived without our knowing. `withdrawn`: no longer
    true while already being sent, so never to be tried again. `ref` is the provider's
    reference, `answer` the last answer in one stable word, `link` the SHA-256 (hex) of the
    token in the family's link, `delivered_at` when the provider says it arrived. `reached`
    is the fingerprint of the address it was sent to. A notice sent again by a person is
    another one: `again_of` names the first of its line, `again` counts, `asked_by` says who.
    `is_backup`: a mail for a text message that failed, though nobody asked for mails.
    `seen_to`: somebody told the family in another way, so that nobody need do so any more.
    `unread` is what a digest counts.
    """

    id: NoticeId
    carrier: Carrier
    code: str
    rule: Rule
    contact: ContactId
    medium: Medium
    language: str
    zone: str
    sequence: int = 0
    start: datetime | None = field(default=None, repr=False)
    place_zone: str
    duration_minutes: int = 0
    place_label: str = field(default="", repr=False)
    then: Then | None = None
    not_before: int
    expires: int
    next_at: int | None
    state: State = State.PLANNED
    attempts: int = 0
    first_try: int | None = None
    provider: str | None = None
    doubtful: bool = False
    withdrawn: bool = False
    alerted: bool = False
    ref: str | None = None
    answer: str | None = None
    link: str | None = None
    delivered_at: int | None = None
    reached: str | None = None
    again_of: NoticeId | None = None
    again: int = 0
    asked_by: str | None = None
    is_backup: bool = False
    seen_to: SeenTo | None = None
    unread: Unread | None = None


def next_hour(ms: int, rule: Rule, zone: str) -> int:
    """Give the first instant from this one on at which a notice of a rule may leave (ms UTC).

    Families are left in peace at night and on Sundays; who reads a digest chose its hour.

    Raises:
        UnknownZone: The zone is not in the time zone database.
    """
    return ms if rule is Rule.DIGEST else hours.next_decent(ms, zone)


def next_due(notices: tuple[Notice, ...]) -> int | None:
    """Give the instant (ms UTC) at which the worker must look at these, if ever."""
    return min((n.next_at for n in notices if n.next_at is not None), default=None)


def notice_id(
    carrier: Carrier, telling: Telling, *, contact: ContactId, medium: Medium, sequence: int = 0
) -> NoticeId:
    """Name a notice by what it tells, so that planning it twice cannot make two of it."""
    what = f"{telling.rule}:{telling.code}"
    return NoticeId(id_of(f"{what}:{carrier.kind}:{carrier.id}:{contact}:{medium}:{sequence}"))


def untried(
    notice: Notice, other: NoticeId, *, medium: Medium, not_before: int, expires: int
) -> Notice:
    """Give the same thing to tell as another notice, planned and never tried (ms UTC)."""
    return Notice(
        id=other,
        carrier=notice.carrier,
        code=notice.code,
        rule=notice.rule,
        contact=notice.contact,
        medium=medium,
        language=notice.language,
        zone=notice.zone,
        sequence=notice.sequence,
        start=notice.start,
        place_zone=notice.place_zone,
        duration_minutes=notice.duration_minutes,
        place_label=notice.place_label,
        then=notice.then,
        unread=notice.unread,
        not_before=not_before,
        expires=expires,
        next_at=not_before,
        is_backup=medium is not notice.medium,
    )


def withdraw(notice: Notice, at: int) -> Notice:
    """Take back what is no longer true; what was sent stays as the record of it."""
    if notice.state is State.SENDING:
        return replace(notice, withdrawn=True)
    if notice.state not in {State.PLANNED, State.CLAIMED}:
        return notice
    if notice.doubtful:
        return replace(notice, state=State.UNKNOWN, withdrawn=True, next_at=at, answer=WITHDRAWN)
    return replace(notice, state=State.CANCELLED, next_at=None, answer=WITHDRAWN)


def was_withdrawn(notice: Notice) -> bool:
    """Tell whether a notice was taken back unsent, so that it may be planned anew."""
    return notice.state is State.CANCELLED and notice.answer == WITHDRAWN


def failed(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Give the notices that failed, or may have, and that nobody made good since.

    Of a digest that came late, or perhaps not, nobody need hear: another one follows.
    """
    lines = {each.again_of for each in notices if each.state is State.SENT}
    return tuple(
        each
        for each in notices
        if each.state in ALARMING
        and each.seen_to is None
        and (each.again_of or each.id) not in lines
        and (each.rule is not Rule.DIGEST or each.state is State.DEAD)
    )


def needs_a_person(notices: tuple[Notice, ...]) -> bool:
    """Tell whether somebody must see to a family because of these."""
    return bool(failed(notices))
