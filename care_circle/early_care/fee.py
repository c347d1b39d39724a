"""What is owed for a visit of the calendar: one fee for each child and visit.

It follows from the signed document, whoever looks first: a fee is made when a statement is
put together, under the document's id, and taken back when the document was struck.
"""

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from care_circle.definition.pathway import Pathway
from care_circle.documents.document import Document
from care_circle.early_care.due import Cause, Due, Side, TakenBack, settle, take_back
from care_circle.month import Month
from crypto.ids import ChildId, DocumentId, ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """One visit's amount, owed to who signed its document first; `on` is the day of signing."""

    id: DocumentId
    child: ChildId
    visit: str
    professional: ProfessionalId
    on: date
    due: Due


def fee_of(document: Document, pathway: Pathway, *, zone: ZoneInfo) -> Fee | None:
    """Give the fee a document stands for: it is a visit's own form, signed, and stands."""
    first = document.versions[0]
    if document.visit is None or first.signed_at is None or document.strike is not None:
        return None
    visit = pathway.visit(document.visit)
    form = pathway.form_of(document.form, document.form_version)
    if visit.form is None or not form.is_called(visit.form):
        return None
    return Fee(
        id=document.id,
        child=document.child,
        visit=visit.code,
        professional=first.author,
        on=first.signed_at.astimezone(zone).date(),
        due=Due(cents=pathway.consultation_cents if visit.cents is None else visit.cents),
    )


def drop_struck(fee: Fee, document: Document) -> Fee:
    """Take a fee back because its document was entered in error; once."""
    strike = document.strike
    if strike is None or fee.due.taken_back is not None:
        return fee
    taken = TakenBack(by=strike.by, at=strike.at, cause=Cause.STRUCK)
    return replace(fee, due=take_back(fee.due, taken))


def settle_fee(fee: Fee, side: Side, month: Month) -> Fee:
    """Note the locked statement that holds a fee; a second time changes nothing."""
    return replace(fee, due=settle(fee.due, side, month))
