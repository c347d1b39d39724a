"""A simple prescription of early care: which discipline, why, how much, for how long (F13).

The referring physician writes it under a convention (seed 001). It is signed as it is
written, and may be cancelled until a forfait is opened on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from care_circle.access import Forbidden
from care_circle.actor import Actor
from care_circle.ages import add_months
from care_circle.child import Child, require_included
from care_circle.circle import Circle, CircleClosed
from care_circle.convention import Convention, require_active
from care_circle.definition.early_care_terms import Discipline, EarlyCareTerms
from care_circle.definition.form import Answer
from care_circle.documents.document import ReasonMissing
from care_circle.mending import Mendable, Mender
from crypto.ids import ChildId, CircleId, ForfaitId, PrescriptionId, ProfessionalId, id_of

MAX_REASON = 500


class NotAPrescriber(Forbidden, Mendable):
    """Early care is prescribed by the referring physician, or by who the pathway says."""

    mended_by = Mender.PHYSICIAN


class BeyondTheTerms(ValueError, Mendable):
    """More sessions, or more months, than the pathway has for a forfait of the discipline."""

    mended_by = Mender.PHYSICIAN


class PrescriptionCancelled(Mendable, Exception):
    """The prescription is cancelled: nothing is opened on it any more."""

    mended_by = Mender.PHYSICIAN


class PrescriptionLapsed(Mendable, Exception):
    """Nothing was opened on the prescription within its months."""

    mended_by = Mender.PHYSICIAN


class PrescriptionUsed(Mendable, Exception):
    """A forfait is opened on the prescription: it is closed, the prescription stays."""

    mended_by = Mender.COORDINATOR


class PrescriptionState(StrEnum):
    """Where a prescription stands on a day."""

    SIGNED = "signed"
    CANCELLED = "cancelled"
    USED = "used"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a prescriber asks for: sessions beside the assessment, months from the opening.

    Where a number is None, it is all that the pathway has. `professional` is whom they would
    like, which the coordinator decides.
    """

    discipline: str
    reason: str = field(repr=False)
    sessions: int | None = None
    months: int | None = None
    professional: ProfessionalId | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescriber:
    """Whoever prescribes, with all their conventions, before a child and its circle."""

    actor: Actor
    conventions: tuple[Convention, ...]
    child: Child
    circle: Circle
    today: date
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """That something was called off: by whom, when, why."""

    by: ProfessionalId
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """A signed prescription; `forfait` is the one opened on it.

    `assessments` and `sessions` are meetings, `months` how long a forfait lasts from its
    opening. The prescription itself waits for that as many months.
    """

    id: PrescriptionId
    child: ChildId
    circle: CircleId
    discipline: str
    assessments: int
    sessions: int
    months: int
    reason: str = field(repr=False)
    prescriber: ProfessionalId
    signed_on: date
    signed_at: datetime
    professional: ProfessionalId | None = None
    urgent: bool = False
    forfait: ForfaitId | None = None
    cancellation: Cancellation | None = None

    @property
    def lapses_on(self) -> date:
        """The first day on which nothing can be opened on it any more."""
        return add_months(self.signed_on, self.months)

    @property
    def forfait_to_be(self) -> ForfaitId:
        """The one forfait that can be opened on it, so that opening may be asked twice."""
        return ForfaitId(id_of(f"forfait on {self.id}"))

    @property
    def waits(self) -> bool:
        """Whether nobody has answered it yet, by a forfait or by calling it off."""
        return self.forfait is None and self.cancellation is None

    def state(self, on: date) -> PrescriptionState:
        """Tell where it stands on a day."""
        if self.cancellation is not None:
            return PrescriptionState.CANCELLED
        if self.forfait is not None:
            return PrescriptionState.USED
        return PrescriptionState.LAPSED if on >= self.lapses_on else PrescriptionState.SIGNED

    def open_by(self, terms: EarlyCareTerms) -> date | None:
        """Give the last day on which its forfait is opened in time, if the pathway says one."""
        days = terms.rules.opening_days
        return None if days is None else self.signed_on + timedelta(days=days)


def prescribe(
    prescription: PrescriptionId, wish: Wish, by: Prescriber, *, terms: EarlyCareTerms
) -> Prescription:
    """Write and sign a prescription.

    Raises:
        ChildNotIncluded: The child is not in the pathway.
        CircleClosed: The child has left it.
        NotAPrescriber: The writer may not prescribe for this child.
        NoActiveConvention: The writer has no convention in force today.
        UnknownDiscipline: The pathway has no such discipline.
        BeyondTheTerms: It asks for more than a forfait holds, or for nothing.
        ReasonMissing: There is no reason, or a very long one.
    """
    require_included(by.child)
    if by.circle.closed_at is not None:
        raise CircleClosed
    _require_prescriber(by, terms)
    require_active(by.conventions, on=by.today)
    discipline = terms.discipline(wish.discipline)
    sessions, months = _within(discipline, wish)
    require_reason(wish.reason)
    return Prescription(
        id=prescription,
        child=by.child.id,
        circle=by.circle.id,
        discipline=discipline.code,
        assessments=discipline.assessments,
        sessions=sessions,
        months=months,
        reason=wish.reason,
        prescriber=by.actor.professional,
        signed_on=by.today,
        signed_at=by.now,
        professional=wish.professional,
        urgent=wish.urgent,
    )


def _within(discipline: Discipline, wish: Wish) -> tuple[int, int]:
    """Give the sessions and the months that are prescribed, the most where none are named.

    Raises:
        BeyondTheTerms: They are more than a forfait holds, or nothing.
    """
    sessions = discipline.sessions if wish.sessions is None else wish.sessions
    months = discipline.validity_months if wish.months is None else wish.months
    if not 0 <= sessions <= discipline.sessions or not discipline.assessments + sessions:
        raise BeyondTheTerms
    if not 1 <= months <= discipline.validity_months:
        raise BeyondTheTerms
    return sessions, months


def cancel(
    prescription: Prescription, by: Prescriber, *, reason: str, terms: EarlyCareTerms
) -> Prescription:
    """Call a prescription off; a second time changes nothing.

    Raises:
        NotAPrescriber: It is called off by whoever may prescribe for this child.
        PrescriptionUsed: A forfait is opened on it.
        ReasonMissing: There is no reason, or a very long one.
    """
    _require_prescriber(by, terms)
    require_reason(reason)
    if prescription.cancellation is not None:
        return prescription
    if prescription.forfait is not None:
        raise PrescriptionUsed
    off = Cancellation(by=by.actor.professional, at=by.now, reason=reason)
    return replace(prescription, cancellation=off)


def use(prescription: Prescription, *, today: date) -> Prescription:
    """Take a prescription for its forfait; a second time changes nothing.

    Raises:
        PrescriptionCancelled: It is called off.
        PrescriptionLapsed: It waited for too long.
    """
    match prescription.state(today):
        case PrescriptionState.CANCELLED:
            raise PrescriptionCancelled
        case PrescriptionState.LAPSED:
            raise PrescriptionLapsed
        case PrescriptionState.USED:
            return prescription
        case PrescriptionState.SIGNED:
            return replace(prescription, forfait=prescription.forfait_to_be)


def give_back(prescription: Prescription) -> Prescription:
    """Let go of a prescription whose forfait could not be opened."""
    return replace(prescription, forfait=None)


def require_reason(reason: str) -> None:
    """Insist on a reason of 1 to 500 characters.

    Raises:
        ReasonMissing: There is none, or a very long one.
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ReasonMissing


def answers_of(wish: Wish) -> dict[str, Answer | None]:
    """Give what is prescribed by the codes of the pathway's form for it."""
    return {
        "discipline": wish.discipline,
        "reason": wish.reason,
        "sessions": wish.sessions,
        "months": wish.months,
        "professional": wish.professional,
        "urgent": wish.urgent,
    }


def in_order(prescriptions: Iterable[Prescription]) -> tuple[Prescription, ...]:
    """Give prescriptions in the order in which they were signed."""
    return tuple(sorted(prescriptions, key=lambda each: (each.signed_at, each.id)))


def unexplained(prescription: Prescription) -> Prescription:
    """Give a prescription as those outside the circle see it: without its reasons."""
    off = prescription.cancellation
    return replace(
        prescription, reason="", cancellation=None if off is None else replace(off, reason="")
    )


def _require_prescriber(by: Prescriber, terms: EarlyCareTerms) -> None:
    if by.actor.professional not in by.circle.roster:
        raise NotAPrescriber
    if by.actor.professional == by.child.referring_physician:
        return
    if by.actor.profession not in terms.rules.prescribers:
        raise NotAPrescriber
