"""A child's file in heads: who, when and how far, without an answer, a note or a contact."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from care_circle.ages import GestationalAge, Window
from care_circle.appointment import Appointment, Slot, Status
from care_circle.definition.pathway import Pathway
from care_circle.documents.document import Document, DocumentState
from care_circle.early_care.glance import NOTHING, EarlyCareGlance
from care_circle.follow_up.expected import Expected
from care_circle.follow_up.findings import Finding
from care_circle.follow_up.progress import (
    ChildFile,
    Leaving,
    Loss,
    Stage,
    VisitStanding,
    VisitState,
)
from care_circle.ins import Sex
from crypto.ids import AppointmentId, DocumentId, ProfessionalId

Asked = Mapping[str, Collection[str]]
"""By form, the fields of which the yearly report asks whether they are filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMark:
    """Where a visit stands; its label is the pathway's."""

    visit: str
    state: VisitState
    window: Window | None = None
    appointment: AppointmentId | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentHead:
    """An appointment without its notices."""

    id: AppointmentId
    professional: ProfessionalId
    visit: str | None
    status: Status
    slot: Slot
    booked_by: ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHead:
    """A document without its answers. `signed_at` is the first signature.

    `filled` names, of the fields the yearly report asks about, those that have an answer.
    """

    id: DocumentId
    form: str
    version: str
    visit: str | None
    state: DocumentState
    author: ProfessionalId
    edition: int
    saved_at: datetime
    signed_at: datetime | None
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """All heads of one child; `given_name` and `family_name` are those in use."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    gestational_age: GestationalAge | None = field(default=None, repr=False)
    discharged_on: date | None = field(default=None, repr=False)
    included_on: date | None = None
    reasons: tuple[str, ...] = ()
    opened_on: date | None = None
    closed_on: date | None = None
    left_on: date | None = None
    leaving: Leaving | None = None
    stage: Stage
    loss: Loss | None = None
    visits: tuple[VisitMark, ...] = ()
    appointments: tuple[AppointmentHead, ...] = ()
    documents: tuple[DocumentHead, ...] = ()
    expected: tuple[Expected, ...] = ()
    early_care: EarlyCareGlance = NOTHING
    meetings: tuple[date, ...] = ()
    findings: tuple[Finding, ...] = ()


def standings(visits: Collection[VisitMark], pathway: Pathway) -> tuple[VisitStanding, ...]:
    """Give visits with their labels; of those the pathway has no more nothing is told."""
    labels = {visit.code: visit.label for visit in pathway.visits}
    return tuple(
        VisitStanding(
            visit=each.visit,
            label=labels[each.visit],
            state=each.state,
            window=each.window,
            appointment=each.appointment,
            done_on=each.done_on,
        )
        for each in visits
        if each.visit in labels
    )


def mark_of(visit: VisitStanding) -> VisitMark:
    """Take the label off a visit."""
    return VisitMark(
        visit=visit.visit,
        state=visit.state,
        window=visit.window,
        appointment=visit.appointment,
        done_on=visit.done_on,
    )


def appointment_heads(file: ChildFile) -> tuple[AppointmentHead, ...]:
    """Give the heads of a child's appointments, in the order of time."""
    ordered = sorted(file.appointments, key=lambda each: (each.slot.start, each.id))
    return tuple(map(_appointment_head, ordered))


def document_heads(file: ChildFile, asked: Asked) -> tuple[DocumentHead, ...]:
    """Give the heads of a child's documents, in the order of time."""
    ordered = sorted(file.documents, key=lambda each: (each.versions[0].saved_at, each.id))
    return tuple(_document_head(each, asked.get(each.form, ())) for each in ordered)


def _appointment_head(appointment: Appointment) -> AppointmentHead:
    return AppointmentHead(
        id=appointment.id,
        professional=appointment.professional,
        visit=appointment.visit,
        status=appointment.status,
        slot=appointment.slot,
        booked_by=appointment.booked_by,
    )


def _document_head(document: Document, asked: Collection[str]) -> DocumentHead:
    answers = document.current.answers
    return DocumentHead(
        id=document.id,
        form=document.form,
        version=document.form_version,
        visit=document.visit,
        state=document.state,
        author=document.author,
        edition=document.edition,
        saved_at=document.current.saved_at,
        signed_at=document.versions[0].signed_at,
        filled=tuple(sorted(code for code in asked if answers.get(code) not in (None, ""))),
    )
