"""Professionals and structures of the register in the written form that imports compare.

A professional comes without an account and without a convention: both are somebody's act.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from care_circle.importing.values import folded
from care_circle.professional import Professional
from care_circle.role import Profession, Role
from care_circle.structure import Structure, register
from crypto.ids import ProfessionalId, StructureId

Values = Mapping[str, str]

GUARDED_OF_PEOPLE: Final = frozenset({"email", "profession", "rpps"})
"""What an account and its rights hang on: a person changes it, never a file."""

GUARDED_OF_PLACES: Final = frozenset({"name", "neutral_label", "finess"})
"""A structure is registered once; what families are told of it is not changed by a file."""


def professional_of(professional: ProfessionalId, values: Values) -> Professional:
    """Make a professional of what a line says.

    Raises:
        BadName, BadRpps, BadEmail, BadPhone, ProfessionMissing: The rule of that name.
    """
    structure = values.get("structure")
    return Professional(
        id=professional,
        family_name=values["family_name"],
        given_name=values["given_name"],
        role=Role.PROFESSIONAL,
        email=values["email"],
        profession=Profession(values["profession"]),
        structure=StructureId(structure) if structure else None,
        rpps=values.get("rpps"),
        phone=values.get("phone"),
    )


def professional_changed(held: Professional, wanted: Values) -> Professional:
    """Change of a professional what is wanted, and leave the rest as it stands."""
    structure = wanted.get("structure")
    return replace(
        held,
        family_name=wanted.get("family_name", held.family_name),
        given_name=wanted.get("given_name", held.given_name),
        phone=wanted.get("phone", held.phone),
        rpps=wanted.get("rpps", held.rpps),
        structure=StructureId(structure) if structure else held.structure,
    )


def values_of_professional(held: Professional) -> dict[str, str]:
    """Write what is known of a professional as imports write it."""
    values = {
        "family_name": held.family_name,
        "given_name": held.given_name,
        "email": held.email,
        "profession": held.profession.value if held.profession else "",
        "structure": held.structure or "",
        "rpps": held.rpps or "",
        "phone": held.phone or "",
    }
    return {code: text for code, text in values.items() if text}


def professionals_alike(
    known: Iterable[Professional], values: Values
) -> tuple[ProfessionalId, ...]:
    """Find who has the same RPPS number, the same e-mail address, or the same names."""
    return tuple(
        held.id
        for held in known
        if (held.rpps is not None and held.rpps == values.get("rpps"))
        or held.email.casefold() == values.get("email", "").casefold()
        or _names(held.family_name, held.given_name)
        == _names(values.get("family_name", ""), values.get("given_name", ""))
    )


def structure_of(structure: StructureId, values: Values) -> Structure:
    """Make a structure of what a line says.

    Raises:
        BadName, BadFiness, TellingLabel, UnwritableLabel, NamesStructure: The rule of that name.
    """
    return register(
        Structure(
            id=structure,
            name=values["name"],
            neutral_label=values["neutral_label"],
            finess=values.get("finess"),
        )
    )


def values_of_structure(held: Structure) -> dict[str, str]:
    """Write what is known of a structure as imports write it."""
    values = {"name": held.name, "neutral_label": held.neutral_label, "finess": held.finess or ""}
    return {code: text for code, text in values.items() if text}


def structures_alike(known: Iterable[Structure], values: Values) -> tuple[StructureId, ...]:
    """Find what has the same FINESS number, or the same name."""
    return tuple(
        held.id
        for held in known
        if (held.finess is not None and held.finess == values.get("finess"))
        or folded(held.name) == folded(values.get("name", ""))
    )


def _names(family_name: str, given_name: str) -> tuple[str, str]:
    return folded(family_name), folded(given_name)
