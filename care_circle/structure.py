"""A place where professionals work: hospital, practice, PMI, CAMSP."""

import re
from dataclasses import dataclass, field

from care_circle.ins import BadName, is_name
from care_circle.neutral import NamesStructure, is_name_of, neutral_label, require_writable
from crypto.ids import StructureId
from notifications.words import Words

_FINESS = re.compile(r"[0-9][0-9AB][0-9]{7}")


class BadFiness(ValueError):
    """A FINESS number is nine characters: digits, or A or B in second place (Corsica)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A structure of the network.

    `neutral_label` is what a family's notice may show of it: a street or a building, never a
    speciality. `finess` is the national number of health establishments.
    """

    id: StructureId
    name: str = field(repr=False)
    neutral_label: str = field(repr=False)
    finess: str | None = None

    def __post_init__(self) -> None:
        """Refuse a FINESS number of the wrong shape.

        Raises:
            BadFiness: It is not nine characters of the right kind.
        """
        if self.finess is not None and _FINESS.fullmatch(self.finess) is None:
            raise BadFiness


def register(structure: Structure, forbidden: Words | None = None) -> Structure:
    """Take a structure into the register.

    The list of telling words grows, so it judges what comes in, not what is stored. `forbidden`:
    the words that this network refuses.

    Raises:
        BadName: The name is missing or no name.
        TellingLabel: The neutral label says too much, or nothing.
        UnwritableLabel: A text message has no such letters.
        NamesStructure: The neutral label is how the structure is called.
    """
    if not is_name(structure.name):
        raise BadName
    neutral_label(structure.neutral_label, forbidden)
    require_writable(structure.neutral_label)
    if is_name_of(structure.neutral_label, structure.name):
        raise NamesStructure
    return structure


def department_of(structure: Structure) -> str | None:
    """Give the department a structure lies in, as its FINESS number begins; None without one.

    Overseas it takes three characters: 971 to 978.
    """
    if structure.finess is None:
        return None
    overseas = structure.finess.startswith("97")
    return structure.finess[: 3 if overseas else 2]
