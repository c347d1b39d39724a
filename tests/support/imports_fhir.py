"""A FHIR Bundle of an invented tool: a place, a physician, a child and its mother."""

import json
from typing import Any

CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition/"


def bundle(*resources: dict[str, Any]) -> bytes:
    """Write resources as a bundle."""
    entries = [{"resource": each} for each in resources]
    whole = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(whole).encode()


def organization() -> dict[str, Any]:
    """Give a place."""
    return {
        "resourceType": "Organization",
        "id": "o1",
        "name": "PMI des Tilleuls",
        "address": [{"line": ["3 place des Tilleuls"]}],
        "identifier": [{"system": "https://finess.esante.gouv.fr", "value": "300000015"}],
    }


def practitioner() -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a physician and the role in that place."""
    person = {
        "resourceType": "Practitioner",
        "id": "p1",
        "name": [{"family": "Lavandier", "given": ["Bastien"]}],
        "telecom": [{"system": "email", "value": "bastien.lavandier@ronde.example"}],
        "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810987650001"}],
    }
    system = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "Practitioner/p1"},
        "organization": {"reference": "Organization/o1"},
        "code": [{"coding": [{"system": system, "code": "10"}]}],
    }
    return person, role


def patient() -> dict[str, Any]:
    """Give a child born at 28+3, whose identity is provisional."""
    return {
        "resourceType": "Patient",
        "id": "c1",
        "name": [
            {"use": "official", "family": "Quenouille", "given": ["Zéphyrine", "Marie"]},
            {"use": "usual", "family": "Quenouille", "given": ["Zézé"]},
        ],
        "gender": "female",
        "birthDate": "2024-08-20",
    }


def observation(code: str, value: float, unit: str) -> dict[str, Any]:
    """Give a measure of the child."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/c1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "code": unit, "system": "http://unitsofmeasure.org"},
    }


def mother() -> dict[str, Any]:
    """Give the child's mother."""
    return {
        "resourceType": "RelatedPerson",
        "id": "m1",
        "patient": {"reference": "Patient/c1"},
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "name": [{"family": "Quenouille", "given": ["Odile"]}],
        "telecom": [{"system": "phone", "value": "+33639980102"}],
    }


def episode() -> dict[str, Any]:
    """Say that the physician looks after the child."""
    return {
        "resourceType": "EpisodeOfCare",
        "id": "e1",
        "status": "active",
        "patient": {"reference": "Patient/c1"},
        "careManager": {"reference": "Practitioner/p1"},
    }


def whole() -> bytes:
    """Give all of them, and something that no import has a place for."""
    measures = (observation("18185-9", 199, "d"), observation("8339-4", 1.04, "kg"))
    beside = {"resourceType": "Encounter", "id": "x1"}
    people = (organization(), *practitioner(), patient(), mother(), episode())
    return bundle(*people, *measures, beside)
