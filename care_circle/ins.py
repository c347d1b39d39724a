"""The child's identity and its national number (INS), with the rules that tie them.

INS-1: the number is carried only when the identity is qualified. Newborns often have
none yet: the file lives on a local identifier, its identity provisional.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_NUMBER = re.compile(r"[1-8]\d{4}(\d\d|2[AB])\d{6}\d{2}", re.ASCII)
_PLACE = re.compile(r"(\d\d|2[AB])\d{3}", re.ASCII)
_KEY_BASE = 97
_CORSICA = {"2A": "19", "2B": "18"}
_NAME_LENGTH = 100


class BadIns(ValueError):
    """An INS is thirteen characters and a key of two that fits them."""


class InsNotQualified(ValueError):
    """Only a qualified identity carries an INS, and a qualified identity always does."""


class BadName(ValueError):
    """A name is one to a hundred characters, none of them a control character."""


class BadBirthPlace(ValueError):
    """A birth place is an INSEE code of five characters."""


class Sex(StrEnum):
    """As FHIR's administrative gender."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class Reliability(StrEnum):
    """How sure an identity is (French core profile, `identityReliability`)."""

    PROVISIONAL = "PROV"
    QUALIFIED = "VALI"


class InsKind(StrEnum):
    """The system an INS belongs to; tests and demonstrations use the last two only."""

    NIR = "urn:oid:1.2.250.1.213.1.4.8"
    NIA = "urn:oid:1.2.250.1.213.1.4.9"
    TEST = "urn:oid:1.2.250.1.213.1.4.10"
    DEMO = "urn:oid:1.2.250.1.213.1.4.11"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ins:
    """An INS: fifteen characters, the key included, and the system it belongs to."""

    number: str = field(repr=False)
    kind: InsKind

    def __post_init__(self) -> None:
        """Refuse a number of the wrong shape or with a wrong key (INS-8).

        Raises:
            BadIns: It cannot be an INS.
        """
        if _NUMBER.fullmatch(self.number) is None:
            raise BadIns
        if int(self.number[13:]) != nir_key(self.number[:13]):
            raise BadIns

    @property
    def use(self) -> str:
        """FHIR's identifier use: an awaiting number (NIA) is temporary (INS-2)."""
        return "temp" if self.kind is InsKind.NIA else "official"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the child is at civil registration, and what they are called every day.

    `birth_place` is an INSEE code of five characters.
    """

    birth_family_name: str = field(repr=False)
    birth_given_names: tuple[str, ...] = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex = field(default=Sex.UNKNOWN, repr=False)
    usual_family_name: str = field(default="", repr=False)
    usual_given_name: str = field(default="", repr=False)
    birth_place: str | None = field(default=None, repr=False)
    reliability: Reliability = Reliability.PROVISIONAL
    ins: Ins | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse an identity that breaks an invariant (INS-1, INS-3).

        Raises:
            BadName: The family name is missing, or a name is no name.
            BadBirthPlace: The birth place is not an INSEE code.
            InsNotQualified: There is an INS without qualification, or the reverse.
        """
        given = (*self.birth_given_names, self.birth_family_name)
        usual = [name for name in (self.usual_family_name, self.usual_given_name) if name]
        if not all(is_name(name) for name in (*given, *usual)):
            raise BadName
        if self.birth_place is not None and _PLACE.fullmatch(self.birth_place) is None:
            raise BadBirthPlace
        if (self.reliability is Reliability.QUALIFIED) != (self.ins is not None):
            raise InsNotQualified


def nir_key(digits: str) -> int:
    """Compute the key of a number of thirteen characters, Corsican departments included.

    It is 97 less the remainder of the number by 97; 2A counts as 19 and 2B as 18.
    """
    department = digits[5:7]
    plain = digits[:5] + _CORSICA.get(department, department) + digits[7:]
    return _KEY_BASE - int(plain) % _KEY_BASE


def is_name(text: str) -> bool:
    """Tell whether a text can be a name."""
    return bool(text.strip()) and len(text) <= _NAME_LENGTH and text.isprintable()


def missing_for_ins(identity: Identity) -> tuple[str, ...]:
    """Name what keeps an identity from leaving the house as an INS identity (INS-4)."""
    wanted = {
        "ins": identity.ins,
        "birth_given_names": identity.birth_given_names,
        "birth_place": identity.birth_place,
    }
    return tuple(name for name, value in wanted.items() if not value)
