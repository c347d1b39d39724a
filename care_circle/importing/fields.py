"""What an import knows of children, professionals and structures, field by field.

A source tool's columns are mapped to these codes by a file in `pathways/imports/`. Here a
value has one written form, whatever the source wrote: days as 2026-01-31, numbers with a
point, gestation as 28+3, flags as true and false. Values are compared in that form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from care_circle.contact import LegalStatus, Relation
from care_circle.definition.perinatal import FLAGS
from care_circle.ins import InsKind, Reliability, Sex
from care_circle.role import Profession

MOST_CONTACTS: Final = 4
"""Persons of one family that a line may bring."""


class Sort(StrEnum):
    """What a line is about, in the order in which an import lands: each may name the former."""

    STRUCTURE = "structure"
    PROFESSIONAL = "professional"
    CHILD = "child"


class Kind(StrEnum):
    """How a value is written."""

    TEXT = "text"
    NAME = "name"
    NAMES = "names"
    DAY = "day"
    WHOLE = "whole"
    DECIMAL = "decimal"
    FLAG = "flag"
    WORD = "word"
    GESTATION = "gestation"
    PHONE = "phone"
    EMAIL = "email"
    DIGITS = "digits"
    RPPS = "rpps"
    PROFESSION = "profession"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its code, how it is written, the words it may be, whether it must be there."""

    code: str
    kind: Kind
    words: tuple[str, ...] = ()
    needed: bool = False


def _words(code: str, words: type[StrEnum]) -> Field:
    return Field(code=code, kind=Kind.WORD, words=tuple(each.value for each in words))


def _contact(number: int) -> tuple[Field, ...]:
    at = f"contact_{number}"
    return (
        Field(code=f"{at}.source_id", kind=Kind.TEXT),
        Field(code=f"{at}.family_name", kind=Kind.NAME),
        Field(code=f"{at}.given_name", kind=Kind.NAME),
        _words(f"{at}.relation", Relation),
        _words(f"{at}.authority", LegalStatus),
        Field(code=f"{at}.email", kind=Kind.EMAIL),
        Field(code=f"{at}.phone", kind=Kind.PHONE),
        Field(code=f"{at}.may_be_told", kind=Kind.FLAG),
    )


_SOURCE_ID = Field(code="source_id", kind=Kind.TEXT, needed=True)
_CHILD = (
    _SOURCE_ID,
    Field(code="birth_family_name", kind=Kind.NAME, needed=True),
    Field(code="birth_given_names", kind=Kind.NAMES),
    Field(code="birth_date", kind=Kind.DAY, needed=True),
    _words("sex", Sex),
    Field(code="usual_family_name", kind=Kind.NAME),
    Field(code="usual_given_name", kind=Kind.NAME),
    Field(code="birth_place", kind=Kind.DIGITS),
    Field(code="ins_number", kind=Kind.DIGITS),
    Field(code="ins_key", kind=Kind.DIGITS),
    _words("ins_system", InsKind),
    _words("reliability", Reliability),
    Field(code="identity_proof", kind=Kind.TEXT),
    Field(code="gestational_age", kind=Kind.GESTATION),
    Field(code="gestational_weeks", kind=Kind.WHOLE),
    Field(code="gestational_days", kind=Kind.WHOLE),
    Field(code="birth_weight_g", kind=Kind.WHOLE),
    Field(code="growth_percentile", kind=Kind.DECIMAL),
    Field(code="growth_sd", kind=Kind.DECIMAL),
    Field(code="head_circumference_sd", kind=Kind.DECIMAL),
    *(Field(code=flag, kind=Kind.FLAG) for flag in FLAGS),
    Field(code="discharged_on", kind=Kind.DAY),
    Field(code="left_territory_on", kind=Kind.DAY),
    Field(code="referring_physician", kind=Kind.TEXT),
    *(field for number in range(1, MOST_CONTACTS + 1) for field in _contact(number)),
)
_PROFESSIONAL = (
    _SOURCE_ID,
    Field(code="family_name", kind=Kind.NAME, needed=True),
    Field(code="given_name", kind=Kind.NAME, needed=True),
    Field(code="profession", kind=Kind.PROFESSION, words=tuple(Profession), needed=True),
    Field(code="email", kind=Kind.EMAIL, needed=True),
    Field(code="phone", kind=Kind.PHONE),
    Field(code="rpps", kind=Kind.RPPS),
    Field(code="structure", kind=Kind.TEXT),
)
_STRUCTURE = (
    _SOURCE_ID,
    Field(code="name", kind=Kind.NAME, needed=True),
    Field(code="neutral_label", kind=Kind.NAME, needed=True),
    Field(code="finess", kind=Kind.DIGITS),
)

FIELDS: Final[Mapping[Sort, Mapping[str, Field]]] = {
    Sort.CHILD: {field.code: field for field in _CHILD},
    Sort.PROFESSIONAL: {field.code: field for field in _PROFESSIONAL},
    Sort.STRUCTURE: {field.code: field for field in _STRUCTURE},
}

QUALIFYING: Final = (
    *("birth_family_name", "birth_given_names", "birth_date", "sex", "birth_place"),
    *("ins_number", "ins_system"),
)
"""The traits and the number that qualification stands for: from then on they are not imported."""

PARTS: Final = frozenset({"gestational_weeks", "gestational_days", "ins_key"})
"""Fields that a source gives in pieces; they are put together into another one."""

KEPT_BESIDE: Final = frozenset({"source_id", "identity_proof"})
"""Fields that are remembered with where a line came from, and are no part of the record."""
