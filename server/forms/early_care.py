"""The forms in which early care crosses the wire."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Cause, TakenBack
from care_circle.early_care.forfait import Closing, Forfait, ForfaitState, Outlook, Warned
from care_circle.early_care.prescription import Cancellation, Prescription, PrescriptionState, Wish
from care_circle.early_care.session import Held, Session
from care_circle.services.care_sessions import Reversal
from crypto.ids import (
    CareSessionId,
    ChildId,
    CircleId,
    ForfaitId,
    PrescriptionId,
    ProfessionalId,
)
from server.wire import Struct

WallTime = Annotated[datetime, msgspec.Meta(tz=False)]


class PrescriptionForm(Struct, frozen=True, kw_only=True):
    """Care to prescribe: sessions beside the assessment, months from the opening.

    Without a number it is all that the pathway has.
    """

    discipline: str
    reason: str
    sessions: int | None = None
    months: int | None = None
    professional: ProfessionalId | None = None
    urgent: bool = False

    def wish(self) -> Wish:
        """Read the form as the domain's value."""
        return Wish(
            discipline=self.discipline,
            reason=self.reason,
            sessions=self.sessions,
            months=self.months,
            professional=self.professional,
            urgent=self.urgent,
        )


class WhyForm(Struct, frozen=True, kw_only=True):
    """Why something is called off or closed."""

    reason: str


class HolderForm(Struct, frozen=True, kw_only=True):
    """Whose forfait it is; nobody's may be claimed on by whoever has the profession."""

    professional: ProfessionalId | None = None


class SessionForm(Struct, frozen=True, kw_only=True):
    """A session: when by the wall clock of the network, where, held (so many minutes) or missed."""

    start: WallTime
    part: Part
    done: bool
    place: str
    minutes: int | None = None
    note: str = ""

    def held(self) -> Held:
        """Read the form as the domain's value; seconds are dropped."""
        return Held(
            on=self.start.date(),
            at=self.start.time().replace(second=0, microsecond=0),
            minutes=self.minutes,
            part=self.part,
            done=self.done,
            place=self.place,
            note=self.note,
        )


class CorrectionForm(Struct, frozen=True, kw_only=True):
    """Why a session is taken back, and perhaps a few words about it."""

    cause: Cause
    words: str = ""

    def reversal(self) -> Reversal:
        """Read the form as the domain's value."""
        return Reversal(cause=self.cause, words=self.words)


class PrescriptionView(Struct, frozen=True, kw_only=True):
    """A prescription as it stands today; outside the circle its reason is empty."""

    id: PrescriptionId
    child: ChildId
    circle: CircleId
    discipline: str
    assessments: int
    sessions: int
    months: int
    reason: str
    prescriber: ProfessionalId
    professional: ProfessionalId | None
    urgent: bool
    signed_on: date
    open_by: date | None
    lapses_on: date
    state: PrescriptionState
    forfait: ForfaitId | None
    cancellation: Cancellation | None


class SessionView(Struct, frozen=True, kw_only=True):
    """A session; `stated` and `credited` are months, as in 2026-11."""

    id: CareSessionId
    professional: ProfessionalId
    start: datetime
    minutes: int | None
    part: Part
    done: bool
    place: str
    note: str
    claimed_at: datetime
    cents: int | None
    taken_back: TakenBack | None
    stated: str | None
    credited: str | None


class ForfaitView(Struct, frozen=True, kw_only=True):
    """A forfait as it stands today: what is done and left, what to warn of, its sessions."""

    id: ForfaitId
    child: ChildId
    circle: CircleId
    prescription: PrescriptionId
    discipline: str
    professional: ProfessionalId | None
    number: int
    renews: ForfaitId | None
    state: ForfaitState
    opened_on: date
    valid_until: date
    last_day: date
    days_left: int
    quota: int
    assessments: int
    done: int
    missed: int
    left: int
    next_part: Part
    first_done_on: date | None
    warnings: tuple[Warned, ...]
    review_form: str | None
    sessions: tuple[SessionView, ...]
    closing: Closing | None


def prescription_view(
    prescription: Prescription, *, state: PrescriptionState, open_by: date | None
) -> PrescriptionView:
    """Write a prescription as it stands."""
    return PrescriptionView(
        id=prescription.id,
        child=prescription.child,
        circle=prescription.circle,
        discipline=prescription.discipline,
        assessments=prescription.assessments,
        sessions=prescription.sessions,
        months=prescription.months,
        reason=prescription.reason,
        prescriber=prescription.prescriber,
        professional=prescription.professional,
        urgent=prescription.urgent,
        signed_on=prescription.signed_on,
        open_by=open_by,
        lapses_on=prescription.lapses_on,
        state=state,
        forfait=prescription.forfait,
        cancellation=prescription.cancellation,
    )


def forfait_view(forfait: Forfait, outlook: Outlook) -> ForfaitView:
    """Write a forfait as it looks."""
    return ForfaitView(
        id=forfait.id,
        child=forfait.child,
        circle=forfait.circle,
        prescription=forfait.prescription,
        discipline=forfait.discipline,
        professional=forfait.professional,
        number=forfait.number,
        renews=forfait.renews,
        state=outlook.state,
        opened_on=forfait.opened_on,
        valid_until=forfait.valid_until,
        last_day=forfait.last_day,
        days_left=outlook.days_left,
        quota=forfait.quota,
        assessments=forfait.assessments,
        done=forfait.done,
        missed=forfait.missed,
        left=forfait.left,
        next_part=forfait.next_part,
        first_done_on=forfait.first_done_on,
        warnings=outlook.warnings,
        review_form=outlook.review_form,
        sessions=tuple(map(_session_view, forfait.sessions)),
        closing=forfait.closing,
    )


def _session_view(session: Session) -> SessionView:
    held, due = session.held, session.due
    return SessionView(
        id=session.id,
        professional=session.professional,
        start=datetime.combine(held.on, held.at),
        minutes=held.minutes,
        part=held.part,
        done=held.done,
        place=held.place,
        note=held.note,
        claimed_at=session.claimed_at,
        cents=due.cents,
        taken_back=due.taken_back,
        stated=None if due.stated is None else due.stated.text,
        credited=None if due.credited is None else due.credited.text,
    )
