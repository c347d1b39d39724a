"""The forms that a pathway expects of a child by some day, and that are not there yet.

A form says after which event it is expected and how many days later. One that a record of
its own keeps (a prescription, a circle) is not looked for here, nor are the forms of visits:
whether a visit was held is told by the visit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from care_circle.definition.form import Form, FormRecord
from care_circle.definition.pathway import Pathway
from care_circle.documents.document import DocumentState
from care_circle.follow_up.progress import ChildFile

_SIGNED = (DocumentState.SIGNED, DocumentState.AMENDED)
_FORFAIT = "forfait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A form that nobody has signed yet, and the last day on which it is in time."""

    form: str
    by: date


def expected_forms(file: ChildFile, pathway: Pathway) -> tuple[Expected, ...]:
    """Give the forms that are expected of a child, the first one due first."""
    found = [
        Expected(form=form.code, by=by)
        for form in pathway.forms.values()
        if form.record is FormRecord.DOCUMENT and not form.visits
        for by in _lacking(file, form, pathway)
    ]
    return tuple(sorted(found, key=lambda each: (each.by, each.form)))


def _lacking(file: ChildFile, form: Form, pathway: Pathway) -> Iterator[date]:
    """Give the days by which a form should have been signed after something, and was not.

    What was signed before the event is as good, but for forfaits: each has its own.
    """
    if form.due is None:
        return
    signed = _signed_on(file, form)
    for event in _events(file, form, form.due.after, pathway):
        if signed is None or (form.due.after == _FORFAIT and signed < event):
            yield event + timedelta(days=form.due.days)


def _events(file: ChildFile, form: Form, after: str, pathway: Pathway) -> Iterator[date]:
    """Give the days of an event; of forfaits, those whose discipline is the form's filler's."""
    child = file.child
    days = {
        "inclusion": None if child.decision is None else child.decision.on,
        "birth": child.identity.birth_date,
        "discharge": child.perinatal.discharged_on,
    }
    if after in days:
        day = days[after]
        if day is not None:
            # Nobody is late with a child who was not in the pathway yet.
            yield day if child.decision is None else max(day, child.decision.on)
    elif after == _FORFAIT:
        mine = {d.code for d in pathway.disciplines if d.profession.value in form.fillers}
        for forfait in file.early_care.forfaits:
            if forfait.discipline in mine and not forfait.closed and forfait.number == 1:
                yield forfait.opened_on
    elif after in pathway.forms:
        first = _signed_on(file, pathway.forms[after])
        if first is not None:
            yield first


def _signed_on(file: ChildFile, form: Form) -> date | None:
    """Give the day on which a form was last signed for a child."""
    days = (
        file.day_of(each.current.signed_at)
        for each in file.documents
        if form.is_called(each.form) and each.state in _SIGNED and each.current.signed_at
    )
    return max(days, default=None)
