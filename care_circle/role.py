"""What a person is in the network (role) and by training (profession).

Codes are those of the French nomenclatures as the directory of professionals uses
them. Psychologists are *not* in TRE_G15: they are bearers of a protected title
(TRE_R95), code 93, sometimes written 193. Several public programs get this wrong.
"""

from dataclasses import dataclass
from enum import StrEnum

from care_circle.labels import Label

TRE_G15 = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"
TRE_R95 = "https://mos.esante.gouv.fr/NOS/TRE_R95-UsagerTitre/FHIR/TRE-R95-UsagerTitre"


class Role(StrEnum):
    """What somebody may do in the network, whatever their training."""

    COORDINATOR = "coordinator"
    SECRETARY = "secretary"
    PROFESSIONAL = "professional"
    ADMINISTRATOR = "administrator"


class Profession(StrEnum):
    """A regulated profession of the pathway."""

    PHYSICIAN = "physician"
    MIDWIFE = "midwife"
    NURSE = "nurse"
    PHYSIOTHERAPIST = "physiotherapist"
    SPEECH_THERAPIST = "speech_therapist"
    ORTHOPTIST = "orthoptist"
    OCCUPATIONAL_THERAPIST = "occupational_therapist"
    PSYCHOMOTOR_THERAPIST = "psychomotor_therapist"
    CHILDCARE_ASSISTANT = "childcare_assistant"
    PSYCHOLOGIST = "psychologist"


class UnknownProfession(ValueError):
    """No profession of the pathway has this code in this nomenclature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionCode:
    """A code and the nomenclature that gives it its meaning."""

    system: str
    code: str


ROLE_LABELS = {
    Role.COORDINATOR: Label(fr="Coordinatrice", en="Coordinator"),
    Role.SECRETARY: Label(fr="Secrétaire", en="Secretary"),
    Role.PROFESSIONAL: Label(fr="Professionnel", en="Professional"),
    Role.ADMINISTRATOR: Label(fr="Administrateur", en="Administrator"),
}

PROFESSION_LABELS = {
    Profession.PHYSICIAN: Label(fr="Médecin", en="Physician"),
    Profession.MIDWIFE: Label(fr="Sage-femme", en="Midwife"),
    Profession.NURSE: Label(fr="Infirmier", en="Nurse"),
    Profession.PHYSIOTHERAPIST: Label(fr="Masseur-kinésithérapeute", en="Physiotherapist"),
    Profession.SPEECH_THERAPIST: Label(fr="Orthophoniste", en="Speech therapist"),
    Profession.ORTHOPTIST: Label(fr="Orthoptiste", en="Orthoptist"),
    Profession.OCCUPATIONAL_THERAPIST: Label(fr="Ergothérapeute", en="Occupational therapist"),
    Profession.PSYCHOMOTOR_THERAPIST: Label(fr="Psychomotricien", en="Psychomotor therapist"),
    Profession.CHILDCARE_ASSISTANT: Label(
        fr="Auxiliaire de puériculture", en="Childcare assistant"
    ),
    Profession.PSYCHOLOGIST: Label(fr="Psychologue", en="Psychologist"),
}

PROFESSION_CODES = {
    Profession.PHYSICIAN: ProfessionCode(system=TRE_G15, code="10"),
    Profession.MIDWIFE: ProfessionCode(system=TRE_G15, code="50"),
    Profession.NURSE: ProfessionCode(system=TRE_G15, code="60"),
    Profession.PHYSIOTHERAPIST: ProfessionCode(system=TRE_G15, code="70"),
    Profession.SPEECH_THERAPIST: ProfessionCode(system=TRE_G15, code="91"),
    Profession.ORTHOPTIST: ProfessionCode(system=TRE_G15, code="92"),
    Profession.OCCUPATIONAL_THERAPIST: ProfessionCode(system=TRE_G15, code="94"),
    Profession.PSYCHOMOTOR_THERAPIST: ProfessionCode(system=TRE_G15, code="96"),
    Profession.CHILDCARE_ASSISTANT: ProfessionCode(system=TRE_G15, code="37"),
    Profession.PSYCHOLOGIST: ProfessionCode(system=TRE_R95, code="93"),
}

_BY_CODE = {code: profession for profession, code in PROFESSION_CODES.items()} | {
    ProfessionCode(system=TRE_R95, code="193"): Profession.PSYCHOLOGIST
}


def profession_coded(code: ProfessionCode) -> Profession:
    """Give the profession a code of the directory stands for.

    Raises:
        UnknownProfession: The code means nothing in that nomenclature.
    """
    if code not in _BY_CODE:
        raise UnknownProfession
    return _BY_CODE[code]
