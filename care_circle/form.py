"""Forms defined as data, and the check of what somebody filled in.

A field says what it takes, between which bounds, under which codes, and when it applies.
Standard scales are named with version, date and scores only: their items are not ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from care_circle.condition import Condition, FactKind, evaluate, read_condition
from care_circle.definition import Label, Mark, Node, distinct
from care_circle.role import Profession, Role

Answer = bool | int | float | str
Answers = Mapping[str, Answer]
MAX_TEXT = 2000


class FieldType(StrEnum):
    """What a field takes."""

    FLAG = "flag"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"


class Wrong(StrEnum):
    """What can be wrong with an answer."""

    UNKNOWN_FIELD = "unknown_field"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_CHOICE = "not_a_choice"
    TOO_LONG = "too_long"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProblem:
    """What is wrong with one field, in words of the definition only, never of the answer."""

    field: str
    wrong: Wrong
    minimum: float | None = None
    maximum: float | None = None


class BadAnswers(Exception):
    """Some answers do not fit the form: `problems` says which."""

    def __init__(self, problems: tuple[AnswerProblem, ...]) -> None:
        super().__init__(", ".join(sorted({problem.wrong for problem in problems})))
        self.problems = problems


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


def check_answers(form: Form, answers: Answers, *, whole: bool) -> tuple[AnswerProblem, ...]:
    """List what is wrong with the answers; a draft may be incomplete, a `whole` form may not."""
    known = {field.code for field in form.fields()}
    problems = [
        AnswerProblem(field=code, wrong=Wrong.UNKNOWN_FIELD)
        for code in sorted(answers)
        if code not in known
    ]
    for field in form.fields():
        problem = _check_field(field, answers, whole=whole)
        if problem is not None:
            problems.append(problem)
    return tuple(problems)


def require_fitting(form: Form, answers: Answers, *, whole: bool) -> None:
    """Insist that the answers fit the form.

    Raises:
        BadAnswers: They do not.
    """
    problems = check_answers(form, answers, whole=whole)
    if problems:
        raise BadAnswers(problems)


def _check_field(field: Field, answers: Answers, *, whole: bool) -> AnswerProblem | None:
    applies = True if field.when is None else evaluate(field.when, answers)
    if field.code not in answers:
        lacking = whole and field.required and applies is True
        return AnswerProblem(field=field.code, wrong=Wrong.MISSING) if lacking else None
    if applies is not True and (whole or applies is False):
        return AnswerProblem(field=field.code, wrong=Wrong.NOT_APPLICABLE)
    wrong = _check_answer(field, answers[field.code])
    if wrong is None:
        return None
    return AnswerProblem(
        field=field.code, wrong=wrong, minimum=field.minimum, maximum=field.maximum
    )


def _check_answer(field: Field, answer: Answer) -> Wrong | None:
    match field.type:
        case FieldType.FLAG:
            return None if isinstance(answer, bool) else Wrong.WRONG_TYPE
        case FieldType.WHOLE | FieldType.DECIMAL:
            return _check_number(field, answer)
        case FieldType.DATE:
            return None if _is_date(answer) else Wrong.WRONG_TYPE
        case FieldType.CHOICE:
            codes = {choice.code for choice in field.choices}
            return None if answer in codes else Wrong.NOT_A_CHOICE
        case FieldType.TEXT:
            if not isinstance(answer, str):
                return Wrong.WRONG_TYPE
            return Wrong.TOO_LONG if len(answer) > MAX_TEXT else None


def _check_number(field: Field, answer: Answer) -> Wrong | None:
    if isinstance(answer, bool | str):
        return Wrong.WRONG_TYPE
    if field.type is FieldType.WHOLE and not isinstance(answer, int):
        return Wrong.WRONG_TYPE
    # A comparison with "not a number" is always false, so it is out of range as well.
    above = field.minimum is None or answer >= field.minimum
    below = field.maximum is None or answer <= field.maximum
    return None if above and below else Wrong.OUT_OF_RANGE


def _is_date(answer: Answer) -> bool:
    try:
        return isinstance(answer, str) and date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        return False
