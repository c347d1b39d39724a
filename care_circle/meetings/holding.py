"""Holding a meeting: called, moved or called off, its minutes written, signed and corrected.

Who may is said by the pathway's form, and what fits too; without a form it is a coordinator.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from care_circle.access import Forbidden
from care_circle.actor import Actor
from care_circle.appointment import MAX_AHEAD, NoSuchTime, TooFarAhead
from care_circle.child import Child, require_included
from care_circle.circle import Circle, CircleClosed
from care_circle.definition.form import Answer, Answers, Form, Row
from care_circle.documents.answers import Known
from care_circle.documents.document import StaleEdition, WrongProfession, role_of
from care_circle.documents.record_answers import beside
from care_circle.early_care.prescription import Cancellation, require_reason
from care_circle.meetings.meeting import (
    BadMeeting,
    Calling,
    Decision,
    Meeting,
    MeetingOver,
    MeetingState,
    Minutes,
    MinutesSigned,
    NotHeldYet,
    NotOfTheCircle,
    Report,
)
from care_circle.role import Role
from crypto.ids import MeetingId, ProfessionalId, is_id
from notifications.hours import instant, local

MAX_WORDS = 2000
MAX_LINE = 300
MAX_PEOPLE = 50
MAX_DECISIONS = 50
LONGEST_MINUTES = 1440


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
