"""The forms in which meetings and departures cross the wire."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from care_circle.definition.form import Answer
from care_circle.early_care.prescription import Cancellation
from care_circle.leaving.departure import Departure, Farewell, LooseEnds, RelayState, RelayStep
from care_circle.leaving.store import RelayFile, RelayKind
from care_circle.meetings.meeting import (
    Advice,
    Calling,
    Decision,
    Meeting,
    MeetingState,
    Minutes,
    Report,
)
from care_circle.services.departures import Tidying
from care_circle.services.meetings import ShownMeeting
from care_circle.task import TaskState
from crypto.ids import (
    AppointmentId,
    ChildId,
    CircleId,
    DepartureId,
    DocumentId,
    MeetingId,
    ProfessionalId,
    RelayFileId,
    StructureId,
    TaskId,
    new_id,
)
from server.wire import Struct

WallTime = Annotated[datetime, msgspec.Meta(tz=False)]
Answers = Annotated[dict[str, Answer], msgspec.Meta(max_length=500)]
People = Annotated[tuple[ProfessionalId, ...], msgspec.Meta(max_length=100)]


class CallingForm(Struct, frozen=True, kw_only=True):
    """A meeting to call: when by the wall clock of a zone, where or by which link, with whom."""

    starts_at: WallTime
    zone: str
    minutes: int | None = None
    place: str = ""
    link: str = ""
    subject: str = ""
    invited: People = ()
    answers: Answers = msgspec.field(default_factory=dict)

    def calling(self) -> Calling:
        """Read the form as the domain's value; seconds are dropped."""
        return Calling(
            starts_at=self.starts_at.replace(second=0, microsecond=0),
            zone=self.zone,
            minutes=self.minutes,
            place=self.place,
            link=self.link,
            subject=self.subject,
            invited=self.invited,
            answers=self.answers,
        )


class DecisionForm(Struct, frozen=True, kw_only=True):
    """What was decided; one that has no id yet gets one, which its task is then called by."""

    decision: str
    id: TaskId | None = None
    owner: ProfessionalId | None = None
    by: date | None = None

    def decided(self) -> Decision:
        """Read the form as the domain's value."""
        return Decision(
            id=self.id or TaskId(new_id()), words=self.decision, owner=self.owner, by=self.by
        )


class MinutesForm(Struct, frozen=True, kw_only=True):
    """The minutes of a meeting, as far as they are written."""

    held_on: date
    points: str
    present: People = ()
    decisions: Annotated[tuple[DecisionForm, ...], msgspec.Meta(max_length=100)] = ()
    answers: Answers = msgspec.field(default_factory=dict)

    def report(self) -> Report:
        """Read the form as the domain's value."""
        return Report(
            held_on=self.held_on,
            points=self.points,
            present=self.present,
            decisions=tuple(each.decided() for each in self.decisions),
            answers=self.answers,
        )


class CorrectedMinutesForm(Struct, frozen=True, kw_only=True):
    """Signed minutes as they should have been, and why they were not."""

    minutes: MinutesForm
    reason: str


class MeetingReasonForm(Struct, frozen=True, kw_only=True):
    """Why a meeting is called off."""

    reason: str


class DecisionView(Struct, frozen=True, kw_only=True):
    """A decision, and how its task stands once there is one under the decision's id."""

    id: TaskId
    decision: str
    owner: ProfessionalId | None
    by: date | None
    task: TaskState | None


class MinutesView(Struct, frozen=True, kw_only=True):
    """One version of the minutes; without `signed_at` it is the draft."""

    number: int
    held_on: date
    points: str
    present: tuple[ProfessionalId, ...]
    decisions: tuple[DecisionView, ...]
    answers: dict[str, Answer]
    author: ProfessionalId
    saved_at: datetime
    signed_at: datetime | None
    signed_by: ProfessionalId | None
    reason: str


class MeetingView(Struct, frozen=True, kw_only=True):
    """A meeting; the entity tag is its edition. Outside the circle its words are empty."""

    id: MeetingId
    child: ChildId
    circle: CircleId
    state: MeetingState
    called_by: ProfessionalId
    called_at: datetime
    starts_at: datetime
    zone: str
    minutes: int | None
    place: str
    link: str
    subject: str
    invited: tuple[ProfessionalId, ...]
    answers: dict[str, Answer]
    sequence: int
    edition: int
    advice: tuple[Advice, ...]
    versions: tuple[MinutesView, ...]
    cancellation: Cancellation | None


class FarewellForm(Struct, frozen=True, kw_only=True):
    """Why and when a child leaves, who takes over, and what is seen to in the same act."""

    reason: str
    on: date
    structure: StructureId | None = None
    contact: str = ""
    relay: RelayState | None = None
    relay_on: date | None = None
    answers: Answers = msgspec.field(default_factory=dict)
    close_forfaits: bool = False
    cancel_appointments: Annotated[tuple[AppointmentId, ...], msgspec.Meta(max_length=200)] = ()

    def farewell(self) -> Farewell:
        """Read what is said of the departure."""
        return Farewell(
            reason=self.reason,
            on=self.on,
            structure=self.structure,
            contact=self.contact,
            relay=self.relay,
            relay_on=self.relay_on,
            answers=self.answers,
        )

    def tidying(self) -> Tidying:
        """Read what is seen to with it."""
        return Tidying(
            close_forfaits=self.close_forfaits, cancel_appointments=self.cancel_appointments
        )


class RelayForm(Struct, frozen=True, kw_only=True):
    """What the structure that is to take over was asked or answered, and when."""

    state: RelayState
    on: date
    contact: str | None = None


class TakingBackForm(Struct, frozen=True, kw_only=True):
    """Why a departure is taken back."""

    reason: str


class DepartureView(Struct, frozen=True, kw_only=True):
    """A departure; for whom its form is not, only that there is one, and its day."""

    id: DepartureId
    child: ChildId
    circle: CircleId | None
    reason: str
    on: date
    by: ProfessionalId
    at: datetime
    structure: StructureId | None
    contact: str
    relay: RelayState | None
    steps: tuple[RelayStep, ...]
    form: str | None
    form_version: str | None
    answers: dict[str, Answer]
    stands: bool
    taken_back: Cancellation | None


class DeparturesView(Struct, frozen=True, kw_only=True):
    """A child's departures, the one decided last first, and what one would leave behind."""

    items: tuple[DepartureView, ...]
    loose_ends: LooseEnds


class RelayFileView(Struct, frozen=True, kw_only=True):
    """A relay file that was made: `sha256` is that of its bytes."""

    id: RelayFileId
    kind: RelayKind
    by: ProfessionalId
    at: datetime
    sha256: bytes
    documents: tuple[DocumentId, ...]


def meeting_view(shown: ShownMeeting) -> MeetingView:
    """Write a meeting as somebody may see it."""
    meeting, calling = shown.meeting, shown.meeting.calling
    return MeetingView(
        id=meeting.id,
        child=meeting.child,
        circle=meeting.circle,
        state=meeting.state,
        called_by=meeting.called_by,
        called_at=meeting.called_at,
        starts_at=calling.starts_at,
        zone=calling.zone,
        minutes=calling.minutes,
        place=calling.place,
        link=calling.link,
        subject=calling.subject,
        invited=calling.invited,
        answers=dict(calling.answers),
        sequence=meeting.sequence,
        edition=meeting.edition,
        advice=shown.advice,
        versions=tuple(_minutes_view(each, shown.tasks) for each in meeting.versions),
        cancellation=meeting.cancellation,
    )


def bare_view(meeting: Meeting) -> MeetingView:
    """Write a meeting that is to come."""
    return meeting_view(ShownMeeting(meeting=meeting, advice=(), tasks={}))


def departure_view(departure: Departure) -> DepartureView:
    """Write a departure."""
    return DepartureView(
        id=departure.id,
        child=departure.child,
        circle=departure.circle,
        reason=departure.reason,
        on=departure.on,
        by=departure.by,
        at=departure.at,
        structure=departure.structure,
        contact=departure.contact,
        relay=departure.relay,
        steps=departure.steps,
        form=departure.form,
        form_version=departure.form_version,
        answers=dict(departure.answers),
        stands=departure.stands,
        taken_back=departure.taken_back,
    )


def relay_file_view(file: RelayFile) -> RelayFileView:
    """Write that a relay file was made."""
    return RelayFileView(
        id=file.id,
        kind=file.kind,
        by=file.by,
        at=file.at,
        sha256=file.sha256,
        documents=file.documents,
    )


def _minutes_view(minutes: Minutes, tasks: dict[TaskId, TaskState]) -> MinutesView:
    said = minutes.report
    return MinutesView(
        number=minutes.number,
        held_on=said.held_on,
        points=said.points,
        present=said.present,
        decisions=tuple(
            DecisionView(
                id=each.id,
                decision=each.words,
                owner=each.owner,
                by=each.by,
                task=tasks.get(each.id),
            )
            for each in said.decisions
        ),
        answers=dict(said.answers),
        author=minutes.author,
        saved_at=minutes.saved_at,
        signed_at=minutes.signed_at,
        signed_by=minutes.signed_by,
        reason=minutes.reason,
    )
