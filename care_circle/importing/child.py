"""A child of the register in the written form that imports compare, and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from care_circle import child as rules
from care_circle.ages import GestationalAge
from care_circle.child import Child, contact_id
from care_circle.contact import Authority, Contact, LegalStatus, Relation
from care_circle.definition.perinatal import FLAGS, NUMBERS, Perinatal
from care_circle.importing.fields import MOST_CONTACTS
from care_circle.importing.values import folded, written_number
from care_circle.ins import Identity, Ins, InsKind, Reliability, Sex
from care_circle.telling.proof import Saying
from crypto.ids import ChildId, ContactId, ProfessionalId

Values = Mapping[str, str]
Pairs = Mapping[str, ContactId]
"""By contact of a line (contact_1): the person of the family that it is about."""

_NAMES: Final = ("birth_family_name", "usual_family_name", "usual_given_name")
_WAYS: Final = ("family_name", "given_name", "email", "phone")


def identity_of(values: Values) -> Identity:
    """Give the identity that values say.

    Raises:
        BadName, BadBirthPlace, InsNotQualified, BadIns: They say none.
    """
    number = values.get("ins_number")
    given = values.get("birth_given_names", "")
    return Identity(
        birth_family_name=values["birth_family_name"],
        birth_given_names=tuple(name for name in given.split(",") if name),
        birth_date=date.fromisoformat(values["birth_date"]),
        sex=Sex(values.get("sex") or Sex.UNKNOWN),
        usual_family_name=values.get("usual_family_name", ""),
        usual_given_name=values.get("usual_given_name", ""),
        birth_place=values.get("birth_place") or None,
        reliability=Reliability.QUALIFIED if number else Reliability.PROVISIONAL,
        ins=Ins(number=number, kind=InsKind(values["ins_system"])) if number else None,
    )


def perinatal_of(values: Values) -> Perinatal:
    """Give the facts of birth that values say.

    Raises:
        ImpossibleMeasure, NotAGestationalAge: One cannot be.
    """
    facts: dict[str, Any] = {code: values[code] == "true" for code in FLAGS if values.get(code)}
    facts |= {code: float(values[code]) for code in NUMBERS if values.get(code)}
    if "birth_weight_g" in facts:
        facts["birth_weight_g"] = int(facts["birth_weight_g"])
    if values.get("gestational_age"):
        facts["gestational_age"] = GestationalAge.written(values["gestational_age"])
    if values.get("discharged_on"):
        facts["discharged_on"] = date.fromisoformat(values["discharged_on"])
    return Perinatal(**facts)


def born(
    child: ChildId,
    values: Values,
    *,
    local_identifier: str,
    pairs: Pairs,
    defaults: Values,
    on: date,
    saying: Saying,
) -> Child:
    """Make a child of what a line says, as somebody would register it by hand.

    Raises:
        BornTomorrow, ImpossibleDay, BadName: As `care_circle.child.register`.
    """
    made = Child(
        id=child,
        local_identifier=local_identifier,
        identity=identity_of(values),
        perinatal=perinatal_of(values),
        referring_physician=_physician(values),
        left_territory_on=_day(values, "left_territory_on"),
    )
    for at, contact in pairs.items():
        said = _contact(None, contact, at, {**_at(defaults, at), **values})
        made = rules.put_contact(made, said, saying)
    return rules.register(made, on=on)


def changed(
    child: Child, wanted: Values, *, pairs: Pairs, defaults: Values, on: date, saying: Saying
) -> Child:
    """Change of a child what is wanted, and leave the rest as it stands.

    Raises:
        BornTomorrow, ImpossibleDay, BadName: As `care_circle.child.describe`.
    """
    if not wanted:
        return child
    whole = {**values_of(child, pairs), **wanted}
    described = rules.describe(
        child,
        on=on,
        identity=identity_of(whole),
        perinatal=perinatal_of(whole),
        referring_physician=_physician(wanted),
        left_territory_on=_day(wanted, "left_territory_on"),
    )
    for at, contact in pairs.items():
        if _at(wanted, at):
            held = _held(child, contact)
            given = wanted if held else {**_at(defaults, at), **wanted}
            described = rules.put_contact(described, _contact(held, contact, at, given), saying)
    return described


def pairs_of(
    child: ChildId, values: Values, system: str, family: tuple[Contact, ...] = ()
) -> Pairs:
    """Say for each contact of a line whom of the family it is about, or will be.

    It is who came from there before; else who has the same names, or one of the addresses;
    else a new person, under an id that is always the same.
    """
    there = {contact.id for contact in family}
    found: dict[str, ContactId] = {}
    for number in range(1, MOST_CONTACTS + 1):
        at = f"contact_{number}"
        if values.get(f"{at}.family_name"):
            name = values.get(f"{at}.source_id") or at
            ours = contact_id(child, ContactId(f"import:{system}:{name}"))
            alike = _alike(family, values, at, {*found.values()})
            found[at] = ours if ours in there or alike is None else alike
    return found


def values_of(child: Child, pairs: Pairs) -> dict[str, str]:
    """Write what is known of a child as imports write it; what is not known is left out."""
    identity, perinatal = child.identity, child.perinatal
    values = {name: getattr(identity, name) for name in _NAMES}
    values |= {
        "birth_given_names": ",".join(identity.birth_given_names),
        "birth_date": identity.birth_date.isoformat(),
        "sex": "" if identity.sex is Sex.UNKNOWN else identity.sex.value,
        "birth_place": identity.birth_place or "",
        "referring_physician": child.referring_physician or "",
        **_days(child),
    }
    if identity.ins is not None:
        values |= {"ins_number": identity.ins.number, "ins_system": identity.ins.kind.value}
    if perinatal.gestational_age is not None:
        age = perinatal.gestational_age
        values["gestational_age"] = f"{age.weeks}+{age.days}"
    numbers = {code: getattr(perinatal, code) for code in NUMBERS}
    flags = {code: getattr(perinatal, code) for code in FLAGS}
    values |= {code: written_number(it) for code, it in numbers.items() if it is not None}
    values |= {code: "true" if it else "false" for code, it in flags.items() if it is not None}
    for at, contact in pairs.items():
        held = _held(child, contact)
        values |= {} if held is None else _values_of_contact(held, at)
    return {code: text for code, text in values.items() if text}


def _days(child: Child) -> dict[str, str]:
    days = {
        "discharged_on": child.perinatal.discharged_on,
        "left_territory_on": child.left_territory_on,
    }
    return {code: day.isoformat() for code, day in days.items() if day is not None}


def _values_of_contact(contact: Contact, at: str) -> dict[str, str]:
    authority = contact.authorities[-1].status if contact.authorities else LegalStatus.NONE
    return {f"{at}.{name}": getattr(contact, name) or "" for name in _WAYS} | {
        f"{at}.relation": contact.relation.value,
        f"{at}.authority": authority.value,
        f"{at}.may_be_told": "true" if contact.may_be_told else "false",
    }


def _contact(held: Contact | None, contact: ContactId, at: str, values: Values) -> Contact:
    """Make a person of the family, or change of one what values say."""
    said: dict[str, Any] = {
        name: values[f"{at}.{name}"] for name in _WAYS if values.get(f"{at}.{name}")
    }
    if values.get(f"{at}.relation"):
        said["relation"] = Relation(values[f"{at}.relation"])
    if values.get(f"{at}.authority"):
        said["authorities"] = (Authority(status=LegalStatus(values[f"{at}.authority"])),)
    if values.get(f"{at}.may_be_told"):
        said["may_be_told"] = values[f"{at}.may_be_told"] == "true"
    return Contact(id=contact, **said) if held is None else replace(held, **said)


def _alike(
    family: tuple[Contact, ...], values: Values, at: str, taken: set[ContactId]
) -> ContactId | None:
    """Find who of the family has the same names, or the same e-mail address or number."""
    for contact in family:
        same_names = all(
            folded(values.get(f"{at}.{name}", "")) == folded(getattr(contact, name))
            for name in ("family_name", "given_name")
        )
        same_way = any(
            values.get(f"{at}.{way}") and values[f"{at}.{way}"] == getattr(contact, way)
            for way in ("email", "phone")
        )
        if (same_names or same_way) and contact.id not in taken:
            return contact.id
    return None


def _held(child: Child, contact: ContactId) -> Contact | None:
    return next((held for held in child.contacts if held.id == contact), None)


def _at(values: Values, at: str) -> dict[str, str]:
    return {code: text for code, text in values.items() if code.startswith(f"{at}.")}


def _physician(values: Values) -> ProfessionalId | None:
    found = values.get("referring_physician")
    return ProfessionalId(found) if found else None


def _day(values: Values, code: str) -> date | None:
    return date.fromisoformat(values[code]) if values.get(code) else None
