"""Prescriptions and forfaits for the bench's children, as years of early care leave them.

How many are prescribed, opened and used is assumed: a region that is neither idle nor tidy.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from care_circle.circle import Circle
from care_circle.definition.early_care_terms import Discipline, Part
from care_circle.definition.pathway import Pathway
from care_circle.early_care.due import Due
from care_circle.early_care.forfait import Forfait, Opening, open_forfait
from care_circle.early_care.prescription import Prescription, use
from care_circle.early_care.session import Held, Session
from crypto.ids import CareSessionId, PrescriptionId, ProfessionalId, new_id

_PRESCRIBED_PERCENT = 55
_OPENED_PERCENT = 85
_MOST_DAYS_AGO = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """One child's early care."""

    prescriptions: tuple[Prescription, ...] = ()
    forfaits: tuple[Forfait, ...] = ()


def care_of(
    circle: Circle, physician: ProfessionalId, pathway: Pathway, chance: random.Random, today: date
) -> Care:
    """Give a child up to two disciplines of early care, some of it prescribed and no more."""
    if pathway.terms is None or chance.randrange(100) >= _PRESCRIBED_PERCENT:
        return Care()
    prescriptions, forfaits = [], []
    for discipline in chance.sample(pathway.disciplines, chance.randrange(1, 3)):
        signed = today - timedelta(days=chance.randrange(_MOST_DAYS_AGO))
        written = _prescription(circle, physician, discipline, signed)
        if chance.randrange(100) < _OPENED_PERCENT:
            opened = open_forfait(
                written,
                Opening(by=physician, today=signed, discipline=discipline),
                professional=physician,
                rules=pathway.terms.rules,
            )
            forfaits.append(_used(opened, chance, today))
            written = use(written, today=signed)
        prescriptions.append(written)
    return Care(prescriptions=tuple(prescriptions), forfaits=tuple(forfaits))


def _prescription(
    circle: Circle, physician: ProfessionalId, discipline: Discipline, signed: date
) -> Prescription:
    return Prescription(
        id=PrescriptionId(new_id()),
        child=circle.child,
        circle=circle.id,
        discipline=discipline.code,
        assessments=discipline.assessments,
        sessions=discipline.sessions,
        months=discipline.validity_months,
        reason="Banc d'essai",
        prescriber=physician,
        signed_on=signed,
        signed_at=datetime.combine(signed, time(9), UTC),
    )


def _used(forfait: Forfait, chance: random.Random, today: date) -> Forfait:
    """Hold some sessions, one a week, of as many as there are and the days allow."""
    weeks = (min(today, forfait.last_day) - forfait.opened_on).days // 7
    held = chance.randrange(min(weeks, forfait.quota) + 1)
    days = (forfait.opened_on + timedelta(weeks=number + 1) for number in range(held))
    sessions = tuple(_session(forfait, day, number) for number, day in enumerate(days))
    return replace(forfait, sessions=sessions)


def _session(forfait: Forfait, day: date, number: int) -> Session:
    part = Part.ASSESSMENT if number < forfait.assessments else Part.SESSION
    return Session(
        id=CareSessionId(new_id()),
        professional=forfait.opened_by,
        held=Held(on=day, at=time(10), part=part, done=True, place="practice", minutes=45),
        claimed_at=datetime.combine(day, time(18), UTC),
        due=Due(cents=forfait.tariff.session),
    )
