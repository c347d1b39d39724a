"""Forms defined as data; `answers.py` checks what somebody filled in.

A field says what it takes, between which bounds, under which codes, and when it applies.
Standard scales are named with version, date and scores only: their items are not ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from care_circle.condition import Condition, FactKind, read_condition
from care_circle.definition import Label, Mark, Node, distinct
from care_circle.role import Profession, Role

Answer = bool | int | float | str
Answers = Mapping[str, Answer]


class FieldType(StrEnum):
    """What a field takes."""

    FLAG = "flag"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of a public nomenclature, such as LOINC."""

    system: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that can be chosen."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question: bounds are included; `unit` is UCUM; `when` says when it applies."""

    code: str
    label: Label
    type: FieldType
    mark: Mark
    required: bool = False
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    codes: tuple[Code, ...] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a form."""

    code: str
    label: Label
    mark: Mark
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: who may fill and sign it (professions), who may read it (roles in the circle).

    Without `readers` every member of the circle reads it.
    """

    code: str
    version: str
    label: Label
    visit: str | None
    fillers: tuple[Profession, ...]
    readers: tuple[str, ...]
    sections: tuple[Section, ...]

    def fields(self) -> tuple[Field, ...]:
        """Give the fields of all sections, in order."""
        return tuple(field for section in self.sections for field in section.fields)


_FACTS = {
    FieldType.FLAG: FactKind.FLAG,
    FieldType.WHOLE: FactKind.NUMBER,
    FieldType.DECIMAL: FactKind.NUMBER,
    FieldType.CHOICE: FactKind.WORD,
}


def read_form(node: Node) -> Form:
    """Read a form's definition.

    Raises:
        DefinitionError: Naming the field and the place that is wrong.
    """
    node.only("code", "version", "label", "visit", "fillers", "readers", "sections", "note")
    known: dict[str, FactKind] = {}
    sections = tuple(_read_section(item, known) for item in node.at("sections").items())
    visit = node.maybe("visit")
    form = Form(
        code=node.at("code").text(),
        version=node.at("version").text(),
        label=node.at("label").label(),
        visit=None if visit is None else visit.text(),
        fillers=node.at("fillers").choices(Profession),
        readers=_read_readers(node.maybe("readers")),
        sections=distinct(sections, lambda section: section.code, node.at("sections")),
    )
    distinct(form.fields(), lambda field: field.code, node.at("sections"))
    return form


def _read_readers(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    words = (Role.COORDINATOR.value, *Profession)
    for item in node.items():
        if item.text() not in words:
            raise item.wrong(f"{item.text()!r} is no role in a circle")
    return tuple(item.text() for item in node.items())


def _read_section(node: Node, known: dict[str, FactKind]) -> Section:
    name = node.at("code").text()
    here = node.named(name)
    here.only("code", "label", "mark", "fields")
    fields = tuple(_read_field(item, known) for item in here.at("fields").items())
    return Section(
        code=name,
        label=here.at("label").label(),
        mark=here.at("mark").choice(Mark),
        fields=fields,
    )


def _read_field(node: Node, known: dict[str, FactKind]) -> Field:
    """Read a field; its condition may speak of the fields before it only."""
    code = node.at("code").text()
    here = node.named(code)
    here.only(
        *("code", "label", "type", "mark", "required", "unit", "range"),
        *("choices", "codes", "when", "note"),
    )
    kind = here.at("type").choice(FieldType)
    required, unit, when = here.maybe("required"), here.maybe("unit"), here.maybe("when")
    minimum, maximum = _read_range(here, kind)
    field = Field(
        code=code,
        label=here.at("label").label(),
        type=kind,
        mark=here.at("mark").choice(Mark),
        required=required is not None and required.flag(),
        unit=None if unit is None else unit.text(),
        minimum=minimum,
        maximum=maximum,
        choices=_read_choices(here, kind),
        codes=_read_codes(here.maybe("codes")),
        when=None if when is None else read_condition(when, known),
    )
    if kind in _FACTS:
        known[code] = _FACTS[kind]
    return field


def _read_range(node: Node, kind: FieldType) -> tuple[float | None, float | None]:
    found = node.maybe("range")
    if found is None:
        if kind in (FieldType.WHOLE, FieldType.DECIMAL):
            raise node.wrong("a number needs a 'range'")
        return None, None
    if kind not in (FieldType.WHOLE, FieldType.DECIMAL):
        raise found.wrong("only numbers have a range")
    bounds = tuple(item.number() for item in found.items())
    match bounds:
        case (least, most) if least <= most:
            return least, most
        case _:
            raise found.wrong("two numbers are expected, the smaller first")


def _read_choices(node: Node, kind: FieldType) -> tuple[Choice, ...]:
    found = node.maybe("choices")
    if (found is not None) != (kind is FieldType.CHOICE):
        raise node.wrong("'choices' go with the type 'choice' and only with it")
    if found is None:
        return ()
    choices = tuple(
        Choice(code=item.at("code").text(), label=item.at("label").label())
        for item in found.items()
    )
    return distinct(choices, lambda choice: choice.code, found)


def _read_codes(node: Node | None) -> tuple[Code, ...]:
    if node is None:
        return ()
    return tuple(
        Code(system=item.at("system").text(), code=item.at("code").text()) for item in node.items()
    )
