"""What the register knows of a child, in the words that forms ask for it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo

from care_circle.ages import Reckoning, completed_months, corrected_origin, is_corrected
from care_circle.appointment import Appointment, Status
from care_circle.child import Child
from care_circle.definition.pathway import Pathway
from care_circle.definition.perinatal import FLAGS, NUMBERS
from care_circle.documents.answers import Known
from care_circle.documents.document import Document, DocumentState
from care_circle.documents.prefilling import Signed

_KEPT = (Status.BOOKED, Status.MOVED, Status.HONOURED)
_SIGNED = (DocumentState.SIGNED, DocumentState.AMENDED)


def days_of(child: Child, reckoning: Reckoning, *, on: date) -> Known:
    """Give the days that answers about a child are held against."""
    birth, gestation = child.identity.birth_date, child.perinatal.gestational_age
    early = is_corrected(gestation, reckoning)
    return Known(
        birth=birth,
        corrected_from=corrected_origin(birth, gestation, reckoning) if early else None,
        today=on,
    )


def facts_of(child: Child, reckoning: Reckoning, *, on: date) -> Mapping[str, object]:
    """Give the facts of birth and identity by the names forms use; None where unknown."""
    perinatal, birth = child.perinatal, child.identity.birth_date
    origin = corrected_origin(birth, perinatal.gestational_age, reckoning)
    facts: dict[str, object] = {name: getattr(perinatal, name) for name in (*NUMBERS, *FLAGS)}
    return facts | {
        "gestational_age": perinatal.gestational_age,
        "birth_date": birth,
        "sex": child.identity.sex.value,
        "discharged_on": perinatal.discharged_on,
        "corrected_age_months": max(completed_months(origin, on), 0),
    }


def signed_of(
    documents: Iterable[Document], pathway: Pathway, *, zone: tzinfo
) -> tuple[Signed, ...]:
    """Give the documents that stand signed, each with its form, as sources of first answers."""
    return tuple(
        Signed(
            id=each.id,
            form=pathway.form_of(each.form, each.form_version),
            at=_signed_at(each),
            on=_signed_at(each).astimezone(zone).date(),
            answers=each.current.answers,
        )
        for each in documents
        if each.state in _SIGNED
    )


def day_of_visit(appointments: Iterable[Appointment], visit: str | None, *, on: date) -> date:
    """Give the day a visit was held, by its newest appointment up to today; else today."""
    days = [
        each.slot.start.date()
        for each in appointments
        if visit is not None and each.visit == visit and each.status in _KEPT
    ]
    return max((day for day in days if day <= on), default=on)


def _signed_at(document: Document) -> datetime:
    return document.current.signed_at or document.current.saved_at
