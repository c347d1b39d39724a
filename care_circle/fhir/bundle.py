"""The relay as one FHIR R4 document: a Bundle whose first entry is its Composition.

The family's contacts are not in it; documents are those that the pathway lets go, each as
the whole QuestionnaireResponse that its form makes of it.
"""

import uuid
from collections.abc import Iterable, Iterator
from html import escape

from care_circle.definition.source import Plain
from care_circle.documents.document import DocumentState
from care_circle.documents.growth import LOINC, Reading
from care_circle.fhir import resources as fhir
from care_circle.fhir.resources import name_of, reference, said
from care_circle.fhir.response import Circumstances, ResponseStatus, response_of
from care_circle.fhir.terms import OURS, Json
from care_circle.fhir.texts import FRENCH, text_of
from care_circle.labels import Label
from care_circle.leaving.relay import Dossier

TRANSFER = "18761-7"
"""LOINC: a summary for a transfer."""

RELAY = Label(fr="Dossier de relais", en="Relay file")
LEAVING = Label(fr="Sortie et relais", en="Leaving and relay")

_STATUSES = {
    DocumentState.SIGNED: ResponseStatus.COMPLETED,
    DocumentState.AMENDED: ResponseStatus.AMENDED,
}

Entry = tuple[str, Json]
"""A resource with the name that it goes by in the Bundle."""


def relay_bundle(dossier: Dossier) -> Json:
    """Say all that goes along as one document; the newest version of each thing."""
    subject = reference("Patient", dossier.child.id)
    people = list(_people(dossier))
    team: Entry = (name_of("CareTeam", "circle"), fhir.care_team(dossier, subject))
    plan = list(_plan(dossier, subject))
    measures = list(_measures(dossier, subject))
    answers = [
        _response(each, subject)
        for each in sorted(dossier.readings, key=lambda each: each.signed_at)
    ]
    care = [
        (name_of("ServiceRequest", each.id), fhir.service_request(each, dossier, subject))
        for each in dossier.prescriptions
    ]
    due = list(_due(dossier, subject))
    sections = [
        _section(Label(fr="Cercle de soins", en="Care circle"), [team], _members(dossier)),
        _section(Label(fr="Projet de l'enfant", en="The child's plan"), plan[:1], _goals(dossier)),
        _section(Label(fr="Mesures", en="Measurements"), measures, _values(dossier)),
        _section(
            Label(fr="Documents", en="Documents"),
            answers,
            (each.form.label.fr for each in dossier.readings),
        ),
        _section(Label(fr="Soins précoces", en="Early care"), care, _care(dossier)),
        _section(fhir.DUE, due[:1], (each.label.fr for each in dossier.due)),
    ]
    patient: Entry = (name_of("Patient", dossier.child.id), fhir.patient(dossier))
    rest = [patient, *people, team, *plan, *measures, *answers, *care, *due]
    composition = _composition(dossier, subject, [each for each in sections if each])
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": f"{OURS}/relay", "value": _number(dossier)},
        "timestamp": dossier.now.isoformat(),
        "entry": [_entry(each) for each in (composition, *rest)],
    }


def _composition(dossier: Dossier, subject: Json, sections: list[Plain]) -> Entry:
    left = dossier.departure
    keeper = None if left is None or left.structure is None else left.structure
    kind: Json = {"coding": [{"system": LOINC, "code": TRANSFER}]}
    resource = said(
        resourceType="Composition",
        language=FRENCH,
        status="final",
        type=kind | text_of(RELAY, FRENCH, "text"),
        subject=subject,
        date=dossier.now.isoformat(),
        author=[reference("Practitioner", dossier.by)],
        confidentiality="R",
        section=[*sections, *_relay(dossier, keeper)] or None,
        **text_of(RELAY, FRENCH, "title"),
    )
    return name_of("Composition", _number(dossier)), resource


def _relay(dossier: Dossier, keeper: str | None) -> Iterator[Json]:
    """Say who takes over, where the file is made for a departure."""
    left = dossier.departure
    if left is None:
        return
    lines = [
        next((e.label.fr for e in dossier.pathway.exits if e.code == left.reason), left.reason),
        left.on.isoformat(),
        fhir.relay_words(left.relay),
    ]
    entry: list[Plain] = []
    if keeper is not None and keeper in dossier.structures:
        entry.append(reference("Organization", keeper))
    yield said(
        text=_narrative(filter(None, lines)),
        entry=entry or None,
        **text_of(LEAVING, FRENCH, "title"),
    )


def _people(dossier: Dossier) -> Iterator[Entry]:
    for person in sorted(dossier.people.values(), key=lambda each: each.id):
        structure = None if person.structure is None else dossier.structures.get(person.structure)
        reachable = dossier.is_to_be_reached(person)
        yield (
            name_of("Practitioner", person.id),
            fhir.practitioner(person, reachable=reachable),
        )
        yield (
            name_of("PractitionerRole", person.id),
            fhir.practitioner_role(person, structure),
        )
    for held in sorted(dossier.structures.values(), key=lambda each: each.id):
        yield name_of("Organization", held.id), fhir.organization(held)


def _plan(dossier: Dossier, subject: Json) -> Iterator[Entry]:
    """Give the plan and then its goals."""
    plan = dossier.plan
    if plan is None:
        return
    names = [name_of("Goal", f"{plan.document}/{at}") for at, _ in enumerate(plan.goals)]
    yield name_of("CarePlan", plan.document), fhir.care_plan(plan, names, subject, dossier)
    for name, goal in zip(names, plan.goals, strict=True):
        yield name, fhir.goal(goal, subject)


def _measures(dossier: Dossier, subject: Json) -> Iterator[Entry]:
    for series in dossier.series:
        for at, measure in enumerate(series.measures):
            key = f"{measure.document}/{series.code}/{series.unit}/{at}"
            yield name_of("Observation", key), fhir.observation(series, measure, subject)


def _response(reading: Reading, subject: Json) -> Entry:
    document = reading.document
    around = Circumstances(
        status=_STATUSES[document.state],
        subject=str(subject["reference"]),
        author=name_of("Practitioner", document.current.author),
        authored=reading.signed_at,
    )
    return (
        name_of("QuestionnaireResponse", document.id),
        response_of(reading.form, document.current.answers, around),
    )


def _due(dossier: Dossier, subject: Json) -> Iterator[Entry]:
    """Give the list of what is due and then each of it."""
    yield name_of("List", "due"), fhir.due_list(dossier, subject)
    for visit in dossier.due:
        yield name_of("Appointment", visit.visit), fhir.proposed(visit, subject)


def _section(title: Label, entries: Iterable[Entry], lines: Iterable[str]) -> Json:
    """Give a section that has something to say, else nothing."""
    held: list[Plain] = [{"reference": name} for name, _ in entries]
    if not held:
        return {}
    return text_of(title, FRENCH, "title") | {"text": _narrative(lines), "entry": held}


def _narrative(lines: Iterable[str]) -> Json:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    inner = f"<ul>{items}</ul>" if items else "<p>—</p>"
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>',
    }


def _members(dossier: Dossier) -> Iterator[str]:
    return (f"{each.given_name} {each.family_name}" for each in dossier.members)


def _goals(dossier: Dossier) -> Iterator[str]:
    return (each.words for each in (() if dossier.plan is None else dossier.plan.goals))


def _values(dossier: Dossier) -> Iterator[str]:
    for series in dossier.series:
        for each in series.measures:
            yield f"{series.label.fr} : {each.value:g} {series.unit} ({each.on.isoformat()})"


def _care(dossier: Dossier) -> Iterator[str]:
    for each in dossier.prescriptions:
        yield fhir.discipline_label(dossier, each.discipline).fr


def _number(dossier: Dossier) -> str:
    """Number a file by child and moment: the same one made twice is the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{OURS}/{dossier.child.id}/{dossier.now}"))


def _entry(entry: Entry) -> Json:
    name, resource = entry
    return {"fullUrl": name, "resource": resource}
