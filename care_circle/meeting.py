"""A meeting about one child: called, moved or cancelled, held, its minutes written and signed.

The network's sheet has one or two a year by video as soon as a child has several cares
(F16, F17); the numbers are the pathway's, and they warn without refusing. Each decision
carries the id that its task is to have: tasks are sealed, so a member's device makes them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from care_circle.access import Forbidden
from care_circle.actor import Actor
from care_circle.ages import add_months
from care_circle.answers import Known
from care_circle.appointment import MAX_AHEAD, NoSuchTime, TooFarAhead
from care_circle.child import Child, require_included
from care_circle.circle import Circle, CircleClosed
from care_circle.document import StaleEdition, WrongProfession, role_of
from care_circle.form import Answer, Answers, Form, Row
from care_circle.mending import Mendable, Mender
from care_circle.pathway import Meetings as MeetingTerms
from care_circle.prescription import Cancellation, require_reason
from care_circle.record_answers import beside
from care_circle.role import Role
from crypto.ids import ChildId, CircleId, MeetingId, ProfessionalId, TaskId, is_id
from notifications.hours import instant, local

MAX_WORDS = 2000
MAX_LINE = 300
MAX_PEOPLE = 50
MAX_DECISIONS = 50
LONGEST_MINUTES = 1440
_MONTHS_IN_A_YEAR = 12


class NotOfTheCircle(ValueError):
    """Somebody invited, present or in charge of a decision is not, and never was, a member."""


class BadMeeting(ValueError):
    """A time, a text, a list of people or a decision is out of bounds, or said twice."""


class MeetingOver(Exception):
    """The meeting was held or called off: it is neither moved nor called off any more."""


class NotHeldYet(Mendable, Exception):
    """There are no minutes to sign."""

    mended_by = Mender.COORDINATOR


class MinutesSigned(Mendable, Exception):
    """The minutes are signed: they are corrected with a reason."""

    mended_by = Mender.COORDINATOR


class MeetingState(StrEnum):
    """Where a meeting stands."""

    CALLED = "called"
    CANCELLED = "cancelled"
    HELD = "held"
    SIGNED = "signed"


class Advice(StrEnum):
    """What the pathway would have otherwise; nothing of it refuses anything.

    TOO_FEW_CARES: fewer cares run than make a meeting due. OFTEN: as many were held in the
    year before as the pathway has at most.
    """

    TOO_FEW_CARES = "too_few_cares"
    OFTEN = "often"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """When, where, about what and with whom; `answers` are what the form asks beside.

    `starts_at` is a naive wall time in an IANA zone; `link` that of a video call.
    """

    starts_at: datetime = field(repr=False)
    zone: str
    minutes: int | None = None
    place: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    invited: tuple[ProfessionalId, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, whose it is, by which day; `id` is what its task is called."""

    id: TaskId
    words: str = field(repr=False)
    owner: ProfessionalId | None = None
    by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was said and decided, as somebody writes it."""

    held_on: date
    points: str = field(repr=False)
    present: tuple[ProfessionalId, ...] = ()
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One version of the minutes; without `signed_at` it is the draft, `reason` a correction's."""

    number: int
    report: Report = field(repr=False)
    author: ProfessionalId
    saved_at: datetime
    signed_at: datetime | None = None
    signed_by: ProfessionalId | None = None
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting; `edition` grows by one with every write and guards against lost ones.

    `sequence` counts how often it was moved.
    """

    id: MeetingId
    child: ChildId
    circle: CircleId
    called_by: ProfessionalId
    called_at: datetime
    calling: Calling = field(repr=False)
    edition: int = 1
    sequence: int = 0
    versions: tuple[Minutes, ...] = field(default=(), repr=False)
    cancellation: Cancellation | None = field(default=None, repr=False)

    @property
    def state(self) -> MeetingState:
        """Where it stands."""
        if self.cancellation is not None:
            return MeetingState.CANCELLED
        if not self.versions:
            return MeetingState.CALLED
        # A correction under way leaves what was signed signed.
        signed = any(version.signed_at is not None for version in self.versions)
        return MeetingState.SIGNED if signed else MeetingState.HELD

    @property
    def held_on(self) -> date | None:
        """The day on which it was held, once that is written."""
        return self.versions[-1].report.held_on if self.versions else None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided, by the newest version."""
        return self.versions[-1].report.decisions if self.versions else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chair:
    """Whoever calls a meeting or writes its minutes, on the pathway's form for it, if any."""

    actor: Actor
    child: Child
    circle: Circle
    form: Form | None
    known: Known
    now: datetime


def call(meeting: MeetingId, calling: Calling, by: Chair) -> Meeting:
    """Call a meeting.

    One that took place already may be written down afterwards.

    Raises:
        ChildNotIncluded: The child is not in the pathway.
        CircleClosed: The circle is closed.
        WrongProfession: The form is not for the actor to fill.
        NotOfTheCircle: Somebody invited is no member.
        BadMeeting, NoSuchTime, UnknownZone, TooFarAhead: It cannot be held like that.
        BadAnswers: It does not fit the form.
    """
    require_included(by.child)
    _require_chair(by)
    return Meeting(
        id=meeting,
        child=by.child.id,
        circle=by.circle.id,
        called_by=by.actor.professional,
        called_at=by.now,
        calling=_checked(calling, by),
    )


def move(meeting: Meeting, calling: Calling, by: Chair, *, edition: int) -> Meeting:
    """Call a meeting to another time or place, or with others; said again, nothing changes.

    Raises:
        StaleEdition: Somebody wrote in between.
        MeetingOver: It was held or called off.
        CircleClosed, WrongProfession, NotOfTheCircle, BadMeeting, NoSuchTime, UnknownZone,
        TooFarAhead, BadAnswers: As for calling one.
    """
    _require_chair(by)
    checked = _checked(calling, by)
    if checked == meeting.calling and meeting.state is MeetingState.CALLED:
        return meeting
    _require_turn(meeting, edition)
    if meeting.state is not MeetingState.CALLED:
        raise MeetingOver
    moved = (checked.starts_at, checked.zone) != (meeting.calling.starts_at, meeting.calling.zone)
    return _written(meeting, calling=checked, sequence=meeting.sequence + moved)


def cancel(meeting: Meeting, by: Chair, *, reason: str) -> Meeting:
    """Call a meeting off; a second time changes nothing.

    Raises:
        WrongProfession: It is not for the actor to do.
        MeetingOver: It was held.
        ReasonMissing: There is no reason, or a very long one.
    """
    _require_writer(by)
    require_reason(reason)
    if meeting.cancellation is not None:
        return meeting
    if meeting.state is not MeetingState.CALLED:
        raise MeetingOver
    off = Cancellation(by=by.actor.professional, at=by.now, reason=reason)
    return _written(meeting, cancellation=off)


def report(meeting: Meeting, said: Report, by: Chair, *, edition: int) -> Meeting:
    """Write the minutes, or write their draft anew.

    Raises:
        StaleEdition: Somebody wrote in between.
        MeetingOver: It was called off.
        MinutesSigned: They are signed.
        CircleClosed, WrongProfession: It is not for the actor to do, or not any more.
        NotOfTheCircle, BadMeeting, BadAnswers: They cannot be like that.
    """
    _require_chair(by)
    _require_turn(meeting, edition)
    if meeting.state is MeetingState.CANCELLED:
        raise MeetingOver
    if meeting.state is MeetingState.SIGNED:
        raise MinutesSigned
    return _written(meeting, versions=(_version(1, said, by),))


def sign(meeting: Meeting, by: Chair, *, edition: int) -> Meeting:
    """Sign the minutes.

    Raises:
        StaleEdition: Somebody wrote in between.
        MeetingOver: It was called off.
        NotHeldYet: There are no minutes.
        MinutesSigned: They are signed.
        CircleClosed, WrongProfession: It is not for the actor to do, or not any more.
    """
    _require_chair(by)
    _require_turn(meeting, edition)
    match meeting.state:
        case MeetingState.CANCELLED:
            raise MeetingOver
        case MeetingState.CALLED:
            raise NotHeldYet
        case MeetingState.SIGNED:
            raise MinutesSigned
        case MeetingState.HELD:
            return _written(meeting, versions=(_signed(meeting.versions[-1], by),))


def correct(meeting: Meeting, said: Report, by: Chair, *, edition: int, reason: str) -> Meeting:
    """Add a further signed version of the minutes, with the reason for it; the others stay.

    Raises:
        StaleEdition: Somebody wrote in between.
        NotHeldYet: Nothing is signed: the draft is written anew.
        MeetingOver: It was called off.
        ReasonMissing: There is no reason, or a very long one.
        CircleClosed, WrongProfession: It is not for the actor to do, or not any more.
        NotOfTheCircle, BadMeeting, BadAnswers: They cannot be like that.
    """
    _require_chair(by)
    _require_turn(meeting, edition)
    if meeting.state is MeetingState.CANCELLED:
        raise MeetingOver
    if meeting.state is not MeetingState.SIGNED:
        raise NotHeldYet
    require_reason(reason)
    added = _signed(_version(len(meeting.versions) + 1, said, by), by)
    return _written(meeting, versions=(*meeting.versions, replace(added, reason=reason)))


def days_held(meetings: Iterable[Meeting]) -> tuple[date, ...]:
    """Give the days on which meetings were held, the first one first."""
    return tuple(sorted(each.held_on for each in meetings if each.held_on is not None))


def in_order(meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Give meetings by when they are or were to be held, the latest first."""
    ordered = sorted(meetings, key=lambda each: (each.calling.starts_at, each.id), reverse=True)
    return tuple(ordered)


def is_ahead(meeting: Meeting, *, now: datetime) -> bool:
    """Tell whether a meeting is called and has not begun."""
    begins = local(instant(meeting.calling.starts_at, meeting.calling.zone), meeting.calling.zone)
    return meeting.state is MeetingState.CALLED and begins > now


def advice(
    terms: MeetingTerms | None, *, running: int, held: Collection[date], on: date
) -> tuple[Advice, ...]:
    """Tell what the pathway would have otherwise of a meeting on a day.

    `running` counts the cares that run, `held` are the days of the child's other meetings.
    """
    if terms is None:
        return ()
    since = add_months(on, -_MONTHS_IN_A_YEAR)
    recent = sum(since < day <= on for day in held)
    holds = {
        Advice.TOO_FEW_CARES: running < terms.active_cares,
        Advice.OFTEN: recent >= terms.most_per_year,
    }
    return tuple(each for each in Advice if holds[each])


def discreet(meeting: Meeting) -> Meeting:
    """Give a meeting as those outside the circle see it: without a word that was written."""
    off = meeting.cancellation
    return replace(
        meeting,
        calling=replace(meeting.calling, place="", link="", subject="", answers={}),
        versions=tuple(
            replace(
                version,
                report=replace(version.report, points="", decisions=(), answers={}),
                reason="",
            )
            for version in meeting.versions
        ),
        cancellation=None if off is None else replace(off, reason=""),
    )


def _checked(calling: Calling, by: Chair) -> Calling:
    _require_time(calling, by.now)
    words = (calling.place, calling.link)
    if len(calling.subject) > MAX_WORDS or any(len(each) > MAX_LINE for each in words):
        raise BadMeeting
    if not all(each.isprintable() for each in words):
        raise BadMeeting
    _require_people(calling.invited, by.circle.roster)
    told = local(instant(calling.starts_at, calling.zone), calling.zone)
    own: dict[str, Answer | None] = {
        "starts_at": told.isoformat(timespec="minutes"),
        "minutes": calling.minutes,
        "place": calling.place,
        "link": calling.link,
        "subject": calling.subject,
        "invited": _people(calling.invited),
    }
    return replace(calling, answers=_beside(by, own, calling.answers))


def _require_time(calling: Calling, now: datetime) -> None:
    start = calling.starts_at
    if start.tzinfo is not None or start.second or start.microsecond:
        raise NoSuchTime
    # Before any zone is reckoned with: at the ends of the calendar there is none.
    if abs(start - now.replace(tzinfo=None)) > MAX_AHEAD:
        raise TooFarAhead
    shown = local(instant(start, calling.zone), calling.zone)
    if shown.replace(tzinfo=None, fold=0) != start:
        raise NoSuchTime
    if calling.minutes is not None and not 1 <= calling.minutes <= LONGEST_MINUTES:
        raise BadMeeting


def _version(number: int, said: Report, by: Chair) -> Minutes:
    """Make a version of the minutes, once it is sure that it can be."""
    if len(said.points) > MAX_WORDS or len(said.decisions) > MAX_DECISIONS:
        raise BadMeeting
    ever = frozenset(stay.professional for stay in by.circle.participations)
    _require_people(said.present, ever)
    names = [each.id for each in said.decisions]
    if len(set(names)) != len(names) or not all(map(is_id, names)):
        raise BadMeeting
    for each in said.decisions:
        if not each.words.strip() or len(each.words) > MAX_LINE:
            raise BadMeeting
        if each.owner is not None and each.owner not in ever:
            raise NotOfTheCircle
    own: dict[str, Answer | None] = {
        "held_on": said.held_on.isoformat(),
        "points": said.points,
        "present": _people(said.present),
        "decisions": tuple(map(_row, said.decisions)),
    }
    kept = replace(said, answers=_beside(by, own, said.answers))
    return Minutes(number=number, report=kept, author=by.actor.professional, saved_at=by.now)


def _row(decision: Decision) -> Row:
    row: dict[str, str] = {"decision": decision.words}
    if decision.owner is not None:
        row["owner"] = decision.owner
    if decision.by is not None:
        row["by"] = decision.by.isoformat()
    return row


def _people(people: tuple[ProfessionalId, ...]) -> tuple[Row, ...]:
    return tuple({"professional": str(each)} for each in people)


def _beside(by: Chair, own: Mapping[str, Answer | None], answers: Answers) -> Answers:
    return beside(by.form, own, answers, known=by.known)


def _require_people(people: tuple[ProfessionalId, ...], among: Collection[ProfessionalId]) -> None:
    if len(people) > MAX_PEOPLE or len(set(people)) != len(people):
        raise BadMeeting
    if not set(people) <= set(among):
        raise NotOfTheCircle


def _require_chair(by: Chair) -> None:
    if by.circle.closed_at is not None:
        raise CircleClosed
    _require_writer(by)


def _require_writer(by: Chair) -> None:
    """Insist on who the form is for; without a form it is a coordinator."""
    if by.actor.professional not in by.circle.roster:
        raise Forbidden
    fillers = (Role.COORDINATOR.value,) if by.form is None else by.form.fillers
    if role_of(by.actor) not in fillers:
        raise WrongProfession


def _require_turn(meeting: Meeting, edition: int) -> None:
    if meeting.edition != edition:
        raise StaleEdition


def _signed(minutes: Minutes, by: Chair) -> Minutes:
    return replace(minutes, signed_at=by.now, signed_by=by.actor.professional)


def _written(meeting: Meeting, **changes: object) -> Meeting:
    return replace(meeting, edition=meeting.edition + 1, **changes)  # type: ignore[arg-type]  # fields of a meeting
