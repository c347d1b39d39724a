"""People, measures, care and days of a relay as FHIR R4 resources: plain dictionaries.

References are the `urn:uuid:` names that a document Bundle resolves by itself; each is made
of our own id, so the same thing has the same name in every file.
"""

import uuid
from collections.abc import Iterable

from care_circle.definition.source import Plain
from care_circle.documents.growth import LOINC, Measure, Series
from care_circle.early_care.forfait import Forfait, ForfaitState
from care_circle.early_care.prescription import Prescription, PrescriptionState
from care_circle.fhir.terms import OURS, Json
from care_circle.fhir.texts import FRENCH, text_of
from care_circle.follow_up.progress import VisitStanding
from care_circle.ins import Identity, Ins, InsKind, Reliability
from care_circle.labels import Label
from care_circle.leaving.departure import RelayState
from care_circle.leaving.relay import Dossier
from care_circle.meetings.plan import Goal, Plan
from care_circle.professional import Professional
from care_circle.role import PROFESSION_CODES, PROFESSION_LABELS, ROLE_LABELS
from care_circle.structure import Structure

RPPS = "https://rpps.esante.gouv.fr"
FINESS = "https://finess.esante.gouv.fr"
UCUM = "http://unitsofmeasure.org"
DUE = Label(fr="À venir", en="What is due")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, OURS)
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_VITAL_SIGNS = frozenset({"29463-7", "8302-2", "8306-3", "9843-4", "39156-5"})
"""LOINC's codes of weight, height, length, head circumference and BMI (R4, vital signs)."""

_IDENTITY = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
_RELIABILITY = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
_NUMBERS = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
_NUMBER_OF = {InsKind.NIR: "INS-NIR", InsKind.NIA: "INS-NIA"}
_BIRTH_NAMES = (
    "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name"
)
_BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
_INSEE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
_COMMUNES = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
_ACTIVITY = {"completed": "completed", "cancelled": "cancelled", "on-hold": "on-hold"}
_REQUEST_STATUS = {
    PrescriptionState.SIGNED: "active",
    PrescriptionState.USED: "active",
    PrescriptionState.CANCELLED: "revoked",
    PrescriptionState.LAPSED: "unknown",
}


def name_of(kind: str, id_: str) -> str:
    """Name a thing as a Bundle does; the kind keeps two things of one id apart."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{kind}/{id_}')}"


def reference(kind: str, id_: str, display: str | None = None) -> Json:
    """Point at a resource of the same Bundle."""
    return said(reference=name_of(kind, id_), display=display)


def patient(dossier: Dossier) -> Json:
    """Say who the child is; with its national number only where that may leave the house."""
    child, ins = dossier.child, dossier.ins
    identity = child.identity
    ours: Json = {"use": "secondary", "system": f"{OURS}/child", "value": child.local_identifier}
    status = Reliability.PROVISIONAL if ins is None else Reliability.QUALIFIED
    names: list[Plain] = [_official(identity)]
    if identity.usual_family_name or identity.usual_given_name:
        names.append(_usual(identity))
    return said(
        resourceType="Patient",
        extension=[_reliability(status), *_birth_place(identity)],
        identifier=[ours] if ins is None else [_ins(ins), ours],
        active=True,
        name=names,
        gender=identity.sex.value,
        birthDate=identity.birth_date.isoformat(),
    )


def _ins(ins: Ins) -> Json:
    """Say a national number in its system; one of a test has no type."""
    kind = _NUMBER_OF.get(ins.kind)
    coded: Json | None = None if kind is None else {"coding": [{"system": _NUMBERS, "code": kind}]}
    return said(use=ins.use, type=coded, system=str(ins.kind), value=ins.number)


def _official(identity: Identity) -> Json:
    given: list[Plain] = list(identity.birth_given_names)
    listed: Json = {"url": _BIRTH_NAMES, "valueString": " ".join(identity.birth_given_names)}
    return said(
        extension=[listed] if given else None,
        use="official",
        family=identity.birth_family_name,
        given=given or None,
    )


def _birth_place(identity: Identity) -> list[Plain]:
    if identity.birth_place is None:
        return []
    coding: Json = {"system": _COMMUNES, "code": identity.birth_place}
    inner: Json = {"url": _INSEE, "valueCoding": coding}
    return [{"url": _BIRTH_PLACE, "valueAddress": {"extension": [inner]}}]


def _usual(identity: Identity) -> Json:
    return said(
        use="usual",
        family=identity.usual_family_name or identity.birth_family_name,
        given=[identity.usual_given_name] if identity.usual_given_name else None,
    )


def _reliability(how: Reliability) -> Json:
    coding: Json = {"system": _RELIABILITY, "code": how.value}
    inner: Json = {"url": "identityStatus", "valueCoding": coding}
    return {"url": _IDENTITY, "extension": [inner]}


def practitioner(person: Professional, *, reachable: bool) -> Json:
    """Say who somebody is; how to reach them only where the file is to say so."""
    telecom: list[Plain] = []
    if reachable:
        telecom.append({"system": "email", "value": person.email, "use": "work"})
        if person.phone is not None:
            telecom.append({"system": "phone", "value": person.phone, "use": "work"})
    rpps: list[Plain] = [{"system": RPPS, "value": person.rpps}] if person.rpps else []
    return said(
        resourceType="Practitioner",
        identifier=rpps or None,
        active=True,
        name=[{"family": person.family_name, "given": [person.given_name]}],
        telecom=telecom or None,
    )


def practitioner_role(person: Professional, structure: Structure | None) -> Json:
    """Say what somebody is, and where they work."""
    profession = person.profession
    label = ROLE_LABELS[person.role] if profession is None else PROFESSION_LABELS[profession]
    coding: list[Plain] = []
    if profession is not None:
        code = PROFESSION_CODES[profession]
        coding.append({"system": code.system, "code": code.code, "display": label.fr})
    return said(
        resourceType="PractitionerRole",
        active=True,
        practitioner=reference("Practitioner", person.id),
        organization=None if structure is None else reference("Organization", structure.id),
        code=[said(coding=coding or None, text=label.fr)],
    )


def organization(structure: Structure) -> Json:
    """Say which structure it is."""
    finess: list[Plain] = [{"system": FINESS, "value": structure.finess}]
    return said(
        resourceType="Organization",
        identifier=finess if structure.finess else None,
        active=True,
        name=structure.name,
    )


def care_team(dossier: Dossier, subject: Json) -> Json:
    """Say who is round the child."""
    people: list[Plain] = [
        {"member": reference("PractitionerRole", person.id)} for person in dossier.members
    ]
    return said(
        resourceType="CareTeam",
        status="active",
        name="Cercle de soins",
        subject=subject,
        participant=people or None,
    )


def observation(series: Series, measure: Measure, subject: Json) -> Json:
    """Say one measure, in the unit it was taken in."""
    vital = series.code in _VITAL_SIGNS
    category: Json = {"system": _CATEGORY, "code": "vital-signs" if vital else "exam"}
    return said(
        resourceType="Observation",
        status="final",
        category=[{"coding": [category]}],
        code=said(
            coding=[{"system": LOINC, "code": series.code}],
            text=series.label.fr,
        ),
        subject=subject,
        effectiveDateTime=measure.on.isoformat(),
        valueQuantity=said(
            value=measure.value,
            unit=series.unit or None,
            system=UCUM if series.unit else None,
            code=series.unit or None,
        ),
        derivedFrom=[reference("QuestionnaireResponse", measure.document)],
    )


def goal(of: Goal, subject: Json) -> Json:
    """Say a goal; one whose state nobody coded is taken as pursued."""
    return said(
        resourceType="Goal",
        lifecycleStatus=of.status or "active",
        description={"text": of.words or "—"},
        subject=subject,
        target=None if of.by is None else [{"dueDate": of.by.isoformat()}],
    )


def care_plan(plan: Plan, goals: Iterable[str], subject: Json, dossier: Dossier) -> Json:
    """Say the child's plan: its period ends on the day it is reviewed.

    What is done for a goal, and by whom, is an activity with that goal.
    """
    named = list(goals)
    return said(
        resourceType="CarePlan",
        status="active",
        intent="plan",
        subject=subject,
        period=said(
            start=dossier.day_of(plan.signed_at).isoformat(),
            end=None if plan.review_on is None else plan.review_on.isoformat(),
        ),
        created=plan.signed_at.isoformat(),
        author=reference("Practitioner", plan.author),
        careTeam=[reference("CareTeam", "circle")],
        goal=[{"reference": each} for each in named] or None,
        activity=[_activity(*pair, dossier) for pair in zip(plan.goals, named, strict=True)]
        or None,
    )


def _activity(of: Goal, name: str, dossier: Dossier) -> Json:
    known = of.owner is not None and of.owner in dossier.people
    detail = said(
        status=_ACTIVITY.get(of.status or "", "in-progress"),
        description=of.actions or of.words or "—",
        goal=[{"reference": name}],
        performer=[reference("Practitioner", of.owner)] if known and of.owner else None,
    )
    return {"detail": detail}


def service_request(prescribed: Prescription, dossier: Dossier, subject: Json) -> Json:
    """Say a prescription of early care, and how far the forfait on it got."""
    forfait = next((f for f in dossier.forfaits if f.prescription == prescribed.id), None)
    state = prescribed.state(dossier.today)
    over = forfait is not None and forfait.state(dossier.today) is not ForfaitState.OPEN
    label = discipline_label(dossier, prescribed.discipline)
    return said(
        resourceType="ServiceRequest",
        status="completed" if over else _REQUEST_STATUS[state],
        intent="order",
        priority="urgent" if prescribed.urgent else "routine",
        code={"text": label.fr},
        subject=subject,
        authoredOn=prescribed.signed_at.isoformat(),
        requester=reference("Practitioner", prescribed.prescriber),
        quantityQuantity={"value": prescribed.assessments + prescribed.sessions},
        occurrencePeriod=None if forfait is None else _period(forfait),
        reasonCode=[{"text": prescribed.reason}],
        note=None if forfait is None else [{"text": f"{forfait.done} / {forfait.quota}"}],
    )


def _period(forfait: Forfait) -> Json:
    return {"start": forfait.opened_on.isoformat(), "end": forfait.last_day.isoformat()}


def proposed(visit: VisitStanding, subject: Json) -> Json:
    """Say a visit that is due, with its days, as an appointment that somebody is to make."""
    window = visit.window
    return said(
        resourceType="Appointment",
        status="proposed",
        description=visit.label.fr,
        requestedPeriod=None
        if window is None
        else [{"start": window.opens.isoformat(), "end": window.closes.isoformat()}],
        participant=[{"actor": subject, "status": "needs-action"}],
    )


def due_list(dossier: Dossier, subject: Json) -> Json:
    """List what is due."""
    entries: list[Plain] = [
        {"item": reference("Appointment", visit.visit)} for visit in dossier.due
    ]
    return said(
        resourceType="List",
        status="current",
        mode="snapshot",
        subject=subject,
        date=dossier.now.isoformat(),
        entry=entries or None,
        **text_of(DUE, FRENCH, "title"),
    )


def discipline_label(dossier: Dossier, code: str) -> Label:
    """Give a discipline's label; its code where the pathway has it no more."""
    for each in dossier.pathway.disciplines:
        if each.code == code:
            return each.label
    return Label(fr=code, en=code)


def relay_words(state: RelayState | None) -> str:
    """Say what the structure that takes over answered."""
    words = {RelayState.ASKED: "demandé", RelayState.ACCEPTED: "accepté"}
    return "" if state is None else words.get(state, "refusé")


def said(**values: Plain) -> Json:
    """Leave out what there is not: FHIR has no empty value."""
    return {key: value for key, value in values.items() if value is not None}
