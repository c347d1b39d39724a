"""A duty of the office: what the pathway asks of its people because of one child.

A duty has the id of its child, reason and subject, so that it is raised once however often
its reason is found. It ends done or dismissed, by somebody and perhaps with a note, or
settled when its reason goes away by itself; what was settled is raised again if the reason
comes back, what somebody ended is not, though they may open it again within a day. What a
family itself asks for is raised as often as it asks.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from care_circle.child import Child
from care_circle.follow_up.findings import Finding, FindingCode
from care_circle.telling.answer import Wish
from care_circle.telling.proof import Deed
from crypto.ids import ChildId, DutyId, ProfessionalId, id_of

MAX_NOTE = 1000
MAX_ATTEMPTS = 100
REOPENED_WITHIN = timedelta(days=1)
"""How long after its ending a duty may be opened again."""


class DutyEnded(Exception):
    """Somebody has ended the duty otherwise, or it has settled."""


class TooLateToReopen(Exception):
    """A duty is opened again within a day of its ending at the latest."""


class EndedBySomebodyElse(Exception):
    """A duty is opened again by whoever ended it, or by a coordinator."""


class NoteTooLong(ValueError):
    """A note on a duty, or the outcome of an attempt, is at most 1000 characters."""


class TooManyAttempts(Exception):
    """A duty holds a hundred attempts at most."""


class TriedTomorrow(ValueError):
    """An attempt was made today at the latest."""


class NothingToRemind(Exception):
    """No visit of the child is to be booked, or its duties have ended."""


class Reason(StrEnum):
    """Why there is a duty: the code of the finding that it is about, or what a family said."""

    LOST = FindingCode.LOST.value
    VISIT_LATE = FindingCode.VISIT_LATE.value
    VISIT_TO_BOOK = FindingCode.VISIT_TO_BOOK.value
    NOTICE_FAILED = FindingCode.NOTICE_FAILED.value
    PRESCRIPTION_WITHOUT_FORFAIT = FindingCode.PRESCRIPTION_WITHOUT_FORFAIT.value
    PRESCRIPTION_WITHOUT_SESSION = FindingCode.PRESCRIPTION_WITHOUT_SESSION.value
    MEETING_DUE = FindingCode.MEETING_DUE.value
    AGE_REACHED = FindingCode.AGE_REACHED.value
    CANNOT_COME = "cannot_come"
    CALL_BACK = "call_back"
    SAYS_BOOKED = "says_booked"
    PAPER_WANTED = "paper_wanted"
    REPLY_CAME = "reply_came"
    NUMBER_TO_VERIFY = "number_to_verify"
    LINK_SHUT = "link_shut"


SAID_BY_FAMILY = frozenset(
    {
        *(Reason.CANNOT_COME, Reason.CALL_BACK, Reason.SAYS_BOOKED, Reason.PAPER_WANTED),
        *(Reason.REPLY_CAME, Reason.NUMBER_TO_VERIFY, Reason.LINK_SHUT),
    }
)
"""What no finding asks for: a family said it, and a person answers. One settles: a wrong number,
once the address was changed."""

BY_THEMSELVES = tuple(
    reason
    for reason in Reason
    if reason is not Reason.VISIT_TO_BOOK and reason not in SAID_BY_FAMILY
)
"""What is a duty as soon as it is found; a visit to book is one once a family was reminded."""

REMINDED_OF = (Reason.LOST, Reason.VISIT_LATE, Reason.VISIT_TO_BOOK)
"""What a family is reminded of: a visit to have booked."""


class DutyState(StrEnum):
    """Where a duty stands."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"
    SETTLED = "settled"


class ContactMedium(StrEnum):
    """How somebody tried to reach a family."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"
    PROFESSIONAL = "professional"


class ContactOutcome(StrEnum):
    """What came of it."""

    REACHED = "reached"
    MESSAGE_LEFT = "message_left"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to reach a family (F18); `id` is the client's, so that it is kept once."""

    id: str
    on: date
    medium: ContactMedium
    outcome: ContactOutcome
    by: ProfessionalId
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a duty ended; nobody ended what settled by itself."""

    state: DutyState
    by: ProfessionalId | None
    at: datetime
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One duty. `subject` is a visit's code or an id; `coordinators` are the circle's.

    `wish`: whom of the family to call, and when it suits them, where they said so.
    """

    id: DutyId
    child: ChildId
    reason: Reason
    subject: str
    coordinators: tuple[ProfessionalId, ...]
    raised_at: datetime
    since: date | None = None
    attempts: tuple[Attempt, ...] = ()
    ending: Ending | None = None
    wish: Wish | None = None

    @property
    def state(self) -> DutyState:
        """Where it stands."""
        return DutyState.OPEN if self.ending is None else self.ending.state


def duty_id(child: ChildId, reason: Reason, subject: str) -> DutyId:
    """Name the one duty of a child for a reason and a subject."""
    return DutyId(id_of(f"duty:{child}:{reason}:{subject}"))


def duties_asked(
    child: ChildId,
    findings: Iterable[Finding],
    *,
    coordinators: tuple[ProfessionalId, ...],
    now: datetime,
    of: Collection[Reason] = BY_THEMSELVES,
) -> tuple[Duty, ...]:
    """Give the duties `of` some reasons that findings ask for, as they are when they are new."""
    reasons = {reason.value: reason for reason in of}
    return tuple(
        Duty(
            id=duty_id(child, reasons[each.code], each.subject),
            child=child,
            reason=reasons[each.code],
            subject=each.subject,
            coordinators=coordinators,
            raised_at=now,
            since=each.since,
        )
        for each in findings
        if each.code.value in reasons
    )


def raised(held: Duty | None, asked: Duty) -> Duty:
    """Raise a duty: a new one, one that had settled, or one that is open and stays."""
    if held is None:
        return asked
    if held.state is DutyState.SETTLED:
        return replace(asked, attempts=held.attempts)
    return replace(held, coordinators=asked.coordinators)


def asked_for(held: Duty | None, asked: Duty) -> Duty:
    """Raise what a family asks for: anew if it had ended, else with the newest wish.

    The same asked again changes nothing, and a wish without half-days takes none back.
    """
    if held is None:
        return asked
    if held.ending is not None:
        return replace(asked, attempts=held.attempts)
    said = asked.wish is not None and (asked.wish.half_days or held.wish is None)
    return replace(held, coordinators=asked.coordinators, wish=asked.wish if said else held.wish)


def settled(held: Duty, *, now: datetime) -> Duty:
    """End a duty whose reason is gone; what was ended stays as it was."""
    if held.ending is not None:
        return held
    return replace(held, ending=Ending(state=DutyState.SETTLED, by=None, at=now))


def is_verified(held: Duty, child: Child) -> bool:
    """Tell whether the address that a duty has somebody verify was changed since.

    By the proof, and not by what stands: the duty is raised before the family's word is
    written, and must not settle in between. Its subject is `contact:medium`.
    """
    return any(
        line.deed is Deed.READDRESSED
        and f"{contact.id}:{line.medium}" == held.subject
        and line.saying.at >= held.raised_at
        for contact in child.contacts
        for line in contact.media_log
    )


def end(held: Duty, state: DutyState, *, by: ProfessionalId, note: str, now: datetime) -> Duty:
    """Say that a duty is done, or that it is none; the same said again changes nothing.

    Raises:
        DutyEnded: It ended otherwise.
        NoteTooLong: The note is too long.
    """
    _check_note(note)
    if held.ending is None:
        return replace(held, ending=Ending(state=state, by=by, at=now, note=note))
    if held.ending.state is not state:
        raise DutyEnded
    return held


def reopened(held: Duty, *, by: ProfessionalId, leads: bool, now: datetime) -> Duty:
    """Take an ending back; a duty that is open stays as it is.

    `leads`: whether somebody is a coordinator, who may take back what others ended.

    Raises:
        DutyEnded: Nobody ended it, its reason went away.
        EndedBySomebodyElse: It is for whoever ended it, or a coordinator.
        TooLateToReopen: It ended more than a day ago.
    """
    ending = held.ending
    if ending is None:
        return held
    if ending.by is None:
        raise DutyEnded
    if ending.by != by and not leads:
        raise EndedBySomebodyElse
    if now - ending.at > REOPENED_WITHIN:
        raise TooLateToReopen
    return replace(held, ending=None)


def note_attempt(held: Duty, attempt: Attempt, *, today: date) -> Duty:
    """Write down an attempt to reach the family; the same one again changes nothing.

    Raises:
        NoteTooLong: Its note is too long.
        TooManyAttempts: There are a hundred.
        TriedTomorrow: It is not made yet.
    """
    _check_note(attempt.note)
    if attempt.on > today:
        raise TriedTomorrow
    if attempt.id in {each.id for each in held.attempts}:
        return held
    if len(held.attempts) >= MAX_ATTEMPTS:
        raise TooManyAttempts
    return replace(held, attempts=(*held.attempts, attempt))


def reminded(held: Duty | None, asked: Duty, attempt: Attempt, *, today: date) -> Duty:
    """Write down on a duty, raised if there is none, that the family was reminded.

    Raises:
        NothingToRemind: Somebody has ended it.
        NoteTooLong, TooManyAttempts, TriedTomorrow: The attempt cannot be kept.
    """
    duty = raised(held, asked)
    if duty.state is not DutyState.OPEN:
        raise NothingToRemind
    return note_attempt(duty, attempt, today=today)


def _check_note(note: str) -> None:
    if len(note) > MAX_NOTE:
        raise NoteTooLong
