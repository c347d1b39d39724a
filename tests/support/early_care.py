"""Terms, prescriptions and forfaits of an invented pathway, for rules and stores."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from care_circle.actor import Actor
from care_circle.child import Child
from care_circle.circle import Circle, Newcomer, admit, open_circle
from care_circle.convention import Convention
from care_circle.definition.early_care_terms import Discipline, EarlyCareRules, EarlyCareTerms, Part
from care_circle.early_care.claiming import Claimant
from care_circle.early_care.forfait import Forfait, Opening, open_forfait
from care_circle.early_care.prescription import Prescription
from care_circle.early_care.session import Held
from care_circle.labels import Label, Mark
from care_circle.role import Profession, Role
from crypto.ids import ChildId, CircleId, PrescriptionId, ProfessionalId, new_id
from tests.support.care import NOW, TODAY, Somebody, addition, convention, genesis

PARIS = ZoneInfo("Europe/Paris")
COORDINATOR = ProfessionalId(new_id())
SWIMMING = Discipline(
    code="swimming",
    profession=Profession.PHYSIOTHERAPIST,
    label=Label(fr="Natation", en="Swimming"),
    mark=Mark.ASSUMED,
    assessments=1,
    sessions=10,
    validity_months=12,
    renewals=1,
    assessment_cents=5000,
    session_cents=3000,
    year_cents=34000,
)
SINGING = replace(
    SWIMMING,
    code="singing",
    profession=Profession.SPEECH_THERAPIST,
    assessment_cents=None,
    session_cents=None,
    year_cents=None,
)
RULES = EarlyCareRules(
    prescribers=(Profession.PHYSICIAN,),
    warn_percent=80,
    warn_left=3,
    mark=Mark.ASSUMED,
    review_form="REVIEW",
    opening_days=7,
    first_session_days=30,
)
TERMS = EarlyCareTerms(disciplines=(SWIMMING, SINGING), rules=RULES)


def circle_of(about: Child, by: Somebody, *members: Somebody) -> Circle:
    """Open a child's circle and let people in."""
    name = CircleId(new_id())
    circle = open_circle(name, about, genesis(name, by), coordinator=by.record, now=NOW)
    for member in members:
        newcomer = Newcomer(professional=member.record, conventions=(convention(member.id),))
        circle = admit(
            circle,
            addition(circle, member, by),
            newcomer=newcomer,
            by=by.id,
            now=NOW,
            today=TODAY,
        )
    return circle


def prescription(**changes: Any) -> Prescription:  # noqa: ANN401 - any field of one
    made = Prescription(
        id=PrescriptionId(new_id()),
        child=ChildId(new_id()),
        circle=CircleId(new_id()),
        discipline="swimming",
        assessments=1,
        sessions=10,
        months=6,
        reason="elle n'aime pas l'eau",
        prescriber=ProfessionalId(new_id()),
        signed_on=date(2026, 9, 1),
        signed_at=datetime(2026, 9, 1, 9, 0, tzinfo=UTC),
    )
    return replace(made, **changes)


def forfait(
    on: Prescription | None = None,
    *,
    opened_on: date = date(2026, 9, 3),
    professional: ProfessionalId | None = None,
    discipline: Discipline = SWIMMING,
    **opening: Any,  # noqa: ANN401 - any field of an opening
) -> Forfait:
    opened = Opening(by=COORDINATOR, today=opened_on, discipline=discipline, **opening)
    asked = on or prescription(discipline=discipline.code)
    return open_forfait(asked, opened, professional=professional, rules=RULES)


def held(on: date, *, hour: int = 9, **changes: Any) -> Held:  # noqa: ANN401 - any field of one
    made = Held(on=on, at=time(hour, 0), minutes=45, part=Part.SESSION, done=True, place="pool")
    missed = {} if changes.get("done", True) else {"minutes": None}
    return replace(made, **{**missed, **changes})


def claimant(
    professional: ProfessionalId | None = None,
    *,
    conventions: tuple[Convention, ...] | None = None,
    profession: Profession = Profession.PHYSIOTHERAPIST,
    now: datetime = datetime(2027, 6, 1, 9, 0, tzinfo=UTC),
    **known: Any,  # noqa: ANN401 - any field of one
) -> Claimant:
    me = professional or ProfessionalId(new_id())
    return Claimant(
        actor=Actor(professional=me, role=Role.PROFESSIONAL, profession=profession),
        conventions=(convention(me),) if conventions is None else conventions,
        profession=Profession.PHYSIOTHERAPIST,
        now=now,
        zone=PARIS,
        **known,
    )
