"""A meeting about one child: what it is, where it stands, how it counts; `holding.py` holds it.

The network's sheet has one or two a year by video as soon as a child has several cares
(F16, F17); the numbers are the pathway's, and they warn without refusing. Each decision
carries the id that its task is to have: tasks are sealed, so a member's device makes them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from care_circle.ages import add_months
from care_circle.definition.form import Answer
from care_circle.definition.pathway import Meetings as MeetingTerms
from care_circle.early_care.prescription import Cancellation
from care_circle.mending import Mendable, Mender
from crypto.ids import ChildId, CircleId, MeetingId, ProfessionalId, TaskId
from notifications.hours import instant, local

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
