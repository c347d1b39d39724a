"""A child's early care summed up for the follow-up, out of prescriptions and forfaits."""

from dataclasses import dataclass
from datetime import date, timedelta

from typing_extensions import override

from care_circle.definition.early_care_terms import NO_EARLY_CARE, EarlyCareTerms
from care_circle.definition.pathway import Pathway
from care_circle.early_care.forfait import Forfait, warnings
from care_circle.early_care.glance import (
    EarlyCareGlance,
    EarlyCareGlances,
    ForfaitGlance,
    PrescriptionGlance,
)
from care_circle.early_care.prescription import Prescription
from care_circle.early_care.store import Forfaits, Prescriptions
from crypto.ids import ChildId


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGlances(EarlyCareGlances):
    """Looks a child's early care up where it is kept."""

    prescriptions: Prescriptions
    forfaits: Forfaits
    pathway: Pathway

    @override
    async def of_child(self, child: ChildId) -> EarlyCareGlance:
        terms = self.pathway.terms or NO_EARLY_CARE
        prescribed = await self.prescriptions.of_child(child)
        return EarlyCareGlance(
            prescriptions=tuple(
                _prescription(each, terms) for each in prescribed if each.cancellation is None
            ),
            forfaits=tuple(_forfait(each, terms) for each in await self.forfaits.of_child(child)),
        )


def _prescription(prescription: Prescription, terms: EarlyCareTerms) -> PrescriptionGlance:
    days = terms.rules.first_session_days
    return PrescriptionGlance(
        id=prescription.id,
        discipline=prescription.discipline,
        prescriber=prescription.prescriber,
        signed_on=prescription.signed_on,
        lapses_on=prescription.lapses_on,
        open_by=prescription.open_by(terms),
        session_by=None if days is None else _days_after(prescription.signed_on, days),
        forfait=prescription.forfait,
    )


def _forfait(forfait: Forfait, terms: EarlyCareTerms) -> ForfaitGlance:
    closing = forfait.closing
    # On its first day nothing can be over, so what is warned of then is how much is used.
    used = warnings(forfait, terms.rules, on=forfait.opened_on)
    return ForfaitGlance(
        id=forfait.id,
        prescription=forfait.prescription,
        discipline=forfait.discipline,
        professional=forfait.professional,
        number=forfait.number,
        quota=forfait.quota,
        done=forfait.done,
        near_end=bool(used),
        opened_on=forfait.opened_on,
        last_day=forfait.last_day,
        first_session_on=forfait.first_done_on,
        closed=closing is not None,
        renewed=closing is not None and closing.renewed,
    )


def _days_after(day: date, days: int) -> date:
    return day + timedelta(days=days)
