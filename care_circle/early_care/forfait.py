"""A forfait of early care: so many sessions, so long, for one child and discipline (F14).

Its sessions are part of it, so that the quota is one atom: of two who claim the last place,
one is refused. A session that is taken back stays readable and gives its place back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from care_circle.access import Forbidden
from care_circle.ages import add_months
from care_circle.definition.early_care_terms import Discipline, EarlyCareRules, Part
from care_circle.early_care.prescription import Prescription, require_reason
from care_circle.early_care.session import Session, without_words
from care_circle.mending import Mendable, Mender
from crypto.ids import (
    CareSessionId,
    ChildId,
    CircleId,
    ForfaitId,
    PrescriptionId,
    ProfessionalId,
)


class ForfaitOpen(Mendable, Exception):
    """The child has an open forfait of this discipline: it is finished first."""

    mended_by = Mender.COORDINATOR


class NoRenewalLeft(Mendable, Exception):
    """The child has had as many forfaits of this discipline as the pathway has."""

    mended_by = Mender.COORDINATOR


class ReviewMissing(Mendable, Exception):
    """A renewal asks for the signed review of the forfait before it."""

    mended_by = Mender.PROFESSIONAL


class NotOfTheDiscipline(Forbidden, Mendable):
    """The discipline is another profession's."""

    mended_by = Mender.COORDINATOR


class NoSuchSession(Exception):
    """The forfait has no session of this id."""


class ForfaitClosed(Mendable, Exception):
    """The forfait is closed."""

    mended_by = Mender.COORDINATOR


class ForfaitState(StrEnum):
    """Where a forfait stands on a day; ENDED is used up, over, or followed by a renewal."""

    OPEN = "open"
    ENDED = "ended"
    CLOSED = "closed"


class Warned(StrEnum):
    """What there is to warn of; QUOTA is the share that is used, LEFT the number that is left."""

    QUOTA = "quota"
    LEFT = "left"
    USED_UP = "used_up"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The last day of a forfait: RENEWED when another one follows, else for a reason."""

    by: ProfessionalId
    at: datetime
    last_day: date
    renewed: bool
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Amounts in cents as they were at the opening, None where nobody has published one."""

    assessment: int | None = None
    session: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forfait:
    """A forfait from its opening to its last day, both included, with all its sessions.

    `number` counts the child's forfaits of the discipline from 1; `renews` is the one before.
    """

    id: ForfaitId
    child: ChildId
    circle: CircleId
    prescription: PrescriptionId
    discipline: str
    professional: ProfessionalId | None
    number: int
    renews: ForfaitId | None
    assessments: int
    allowed: int
    opened_on: date
    valid_until: date
    opened_by: ProfessionalId
    tariff: Tariff
    sessions: tuple[Session, ...] = ()
    closing: Closing | None = None

    @property
    def quota(self) -> int:
        """All meetings it holds, assessment included."""
        return self.assessments + self.allowed

    @property
    def done(self) -> int:
        """How many count."""
        return sum(session.counts for session in self.sessions)

    @property
    def missed(self) -> int:
        """How many the family missed."""
        return sum(session.stands and not session.held.done for session in self.sessions)

    @property
    def left(self) -> int:
        """How many are left."""
        return self.quota - self.done

    @property
    def last_day(self) -> date:
        """The last day on which a session may have been held."""
        if self.closing is None:
            return self.valid_until
        return min(self.valid_until, self.closing.last_day)

    @property
    def first_done_on(self) -> date | None:
        """The day of the first session that counts."""
        return min((each.held.on for each in self.sessions if each.counts), default=None)

    @property
    def next_part(self) -> Part:
        """What the next meeting is, if nobody says otherwise: the assessment comes first."""
        return Part.ASSESSMENT if self.left_of(Part.ASSESSMENT) else Part.SESSION

    def left_of(self, part: Part) -> int:
        """Tell how many meetings of one sort are left."""
        held = self.assessments if part is Part.ASSESSMENT else self.allowed
        return held - sum(each.counts and each.held.part is part for each in self.sessions)

    def state(self, on: date) -> ForfaitState:
        """Tell where it stands on a day."""
        if self.closing is not None:
            return ForfaitState.ENDED if self.closing.renewed else ForfaitState.CLOSED
        return ForfaitState.ENDED if self.left <= 0 or on > self.valid_until else ForfaitState.OPEN

    def session(self, session: CareSessionId) -> Session:
        """Give one of its sessions.

        Raises:
            NoSuchSession: There is none of this id.
        """
        for each in self.sessions:
            if each.id == session:
                return each
        raise NoSuchSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a forfait looks like on a day: `days_left` counts that day; which form reviews it."""

    state: ForfaitState
    days_left: int
    warnings: tuple[Warned, ...]
    review_form: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a coordinator opens a forfait with; `before` are the child's of the discipline."""

    by: ProfessionalId
    today: date
    discipline: Discipline
    before: tuple[Forfait, ...] = ()
    reviewed_on: date | None = None


def open_forfait(
    prescription: Prescription,
    opening: Opening,
    *,
    professional: ProfessionalId | None,
    rules: EarlyCareRules,
) -> Forfait:
    """Open the one forfait of a prescription.

    It is a renewal if the child had one of the discipline before: what was opened and never
    used does not count.

    Raises:
        ForfaitOpen: The one before is not finished.
        NoRenewalLeft: The pathway has no further one.
        ReviewMissing: The one before has no review signed since its opening.
    """
    discipline, former = opening.discipline, last_of(opening.before)
    if former is not None:
        _require_renewable(former, opening, rules)
    return Forfait(
        id=prescription.forfait_to_be,
        child=prescription.child,
        circle=prescription.circle,
        prescription=prescription.id,
        discipline=prescription.discipline,
        professional=professional,
        number=1 if former is None else former.number + 1,
        renews=None if former is None else former.id,
        assessments=prescription.assessments,
        allowed=prescription.sessions,
        opened_on=opening.today,
        valid_until=add_months(opening.today, prescription.months) - timedelta(days=1),
        opened_by=opening.by,
        tariff=Tariff(
            assessment=discipline.assessment_cents,
            session=discipline.session_cents,
            most=discipline.year_cents,
        ),
    )


def last_of(before: tuple[Forfait, ...]) -> Forfait | None:
    """Give the forfait that a new one would renew, if one of them was of use."""
    of_use = [each for each in before if each.closing is None or each.done]
    return max(of_use, key=lambda each: (each.number, each.opened_on), default=None)


def newest_first(forfaits: Iterable[Forfait]) -> tuple[Forfait, ...]:
    """Give forfaits, the one opened last first."""
    return tuple(sorted(forfaits, key=lambda each: (each.opened_on, each.id), reverse=True))


def discreet(forfait: Forfait) -> Forfait:
    """Give a forfait as those outside the circle see it: without a word that was written."""
    closing = forfait.closing
    return replace(
        forfait,
        sessions=tuple(map(without_words, forfait.sessions)),
        closing=None if closing is None else replace(closing, reason=""),
    )


def follow(forfait: Forfait, *, by: ProfessionalId, now: datetime, today: date) -> Forfait:
    """End a finished forfait because another one follows; a second time changes nothing.

    Raises:
        ForfaitOpen: It is not finished.
    """
    if forfait.closing is not None:
        return forfait
    if forfait.state(today) is ForfaitState.OPEN:
        raise ForfaitOpen
    closing = Closing(by=by, at=now, last_day=min(today, forfait.valid_until), renewed=True)
    return replace(forfait, closing=closing)


def close(
    forfait: Forfait, *, by: ProfessionalId, now: datetime, today: date, reason: str
) -> Forfait:
    """Close a forfait before its time; a second time changes nothing.

    Raises:
        ReasonMissing: There is no reason, or a very long one.
    """
    require_reason(reason)
    if forfait.closing is not None:
        return forfait
    closing = Closing(by=by, at=now, last_day=today, renewed=False, reason=reason)
    return replace(forfait, closing=closing)


def assign(forfait: Forfait, professional: ProfessionalId | None) -> Forfait:
    """Say whose forfait it is; nobody's is claimed on by whoever has the profession.

    Raises:
        ForfaitClosed: Nothing follows any more.
    """
    if forfait.closing is not None:
        raise ForfaitClosed
    return replace(forfait, professional=professional)


def warnings(forfait: Forfait, rules: EarlyCareRules, *, on: date) -> tuple[Warned, ...]:
    """Tell what there is to warn of on a day, the gentlest first; nothing once it is closed."""
    if forfait.closing is not None:
        return ()
    begun = forfait.done > 0
    holds = {
        Warned.QUOTA: begun and rules.has_used_share(done=forfait.done, quota=forfait.quota),
        Warned.LEFT: begun and forfait.left <= rules.warn_left,
        Warned.USED_UP: forfait.left <= 0,
        Warned.OVER: on > forfait.valid_until,
    }
    return tuple(each for each in Warned if holds[each])


def outlook(forfait: Forfait, rules: EarlyCareRules, *, on: date) -> Outlook:
    """Give what a forfait looks like on a day."""
    return Outlook(
        state=forfait.state(on),
        days_left=max((forfait.last_day - on).days + 1, 0),
        warnings=warnings(forfait, rules, on=on),
        review_form=rules.review_form,
    )


def _require_renewable(former: Forfait, opening: Opening, rules: EarlyCareRules) -> None:
    if former.state(opening.today) is ForfaitState.OPEN:
        raise ForfaitOpen
    if former.number > opening.discipline.renewals:
        raise NoRenewalLeft
    if rules.review_form is None:
        return
    if opening.reviewed_on is None or opening.reviewed_on < former.opened_on:
        raise ReviewMissing
