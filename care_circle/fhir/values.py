"""Answers and choices as FHIR values: which key, which shape, and back."""

from collections.abc import Mapping

from care_circle.definition.form import Choice, Field, FieldType, Single
from care_circle.definition.source import Plain
from care_circle.fhir.terms import ITEM_TYPES, KEPT_BY, UCUM, VALUES, Json


def item_type(field: Field) -> str:
    """Give the type of a question's item."""
    if field.fhir is not None:
        return field.fhir
    if field.type in (FieldType.CHOICE, FieldType.CHOICES) and field.other:
        return "open-choice"
    return ITEM_TYPES[field.type]


def value_of(field: Field, answer: Single) -> tuple[str, Plain]:
    """Say an answer as FHIR does: `("valueInteger", 3)`."""
    chosen = next((each for each in field.choices if each.code == answer), None)
    if chosen is not None:
        return option_of(chosen)
    if field.choices:
        return "valueString", answer
    match field.type:
        case FieldType.PROFESSIONAL | FieldType.STRUCTURE:
            return "valueReference", {"reference": f"{KEPT_BY[field.type]}/{answer}"}
        case FieldType.REFERENCE:
            return "valueReference", _reference(str(answer))
        case FieldType.FILE:
            return "valueAttachment", {"title": answer}
        case FieldType.MOMENT:
            return "valueDateTime", _with_seconds(str(answer))
        case FieldType.TIME:
            return "valueTime", _with_seconds(str(answer))
        case _:
            return _plain_value(field, answer)


def _plain_value(field: Field, answer: Single) -> tuple[str, Plain]:
    kind = item_type(field)
    if kind == "quantity":
        unit: Json = {} if field.unit is None else {"system": UCUM, "code": field.unit}
        shown: Json = {} if field.unit is None else {"unit": field.unit}
        return "valueQuantity", {"value": answer, **shown, **unit}
    if kind == "choice":
        return "valueCoding", {"display": answer}
    return VALUES.get(kind, "valueString"), answer


def option_of(choice: Choice) -> tuple[str, Plain]:
    """Say a choice as FHIR does."""
    match choice.kind:
        case "integer":
            return "valueInteger", int(choice.code)
        case "date" | "string":
            return f"value{choice.kind.capitalize()}", choice.code
        case "time":
            return "valueTime", _with_seconds(choice.code)
        case "reference":
            reference = _reference(choice.code)
            shown: Json = {"display": choice.label.fr} if choice.label.fr != choice.code else {}
            return "valueReference", reference | shown
        case _:
            return "valueCoding", coding_of(choice)


def coding_of(choice: Choice) -> Json:
    """Say a choice as a coding: by its first code of a nomenclature, or by its own."""
    first = next(iter(choice.codes), None)
    if choice.kind == "display":
        return {"display": choice.label.fr}
    if first is None:
        return {"code": choice.code, "display": choice.label.fr}
    some = {"system": first.system, "version": first.version, "code": first.code}
    held: Json = {key: value for key, value in some.items() if value is not None}
    return held | {"display": choice.label.fr}


def answer_in(field: Field, held: Mapping[str, Plain]) -> Single | None:
    """Read an answer's value; None where it is none that the field could hold."""
    for choice in field.choices:
        key, value = option_of(choice)
        if key in held and _same(held[key], value):
            return choice.code
    found = next(((key, value) for key, value in held.items() if key.startswith("value")), None)
    if found is None:
        return None
    return _read(field, *found)


def _read(field: Field, key: str, value: Plain) -> Single | None:
    match key, value:
        case "valueReference", dict():
            return _referred(field, value)
        case "valueAttachment", dict():
            return _text(value.get("title")) or _text(value.get("url"))
        case "valueQuantity", dict():
            same = value.get("code", value.get("unit")) in (None, field.unit)
            return _number(value.get("value")) if same else None
        case "valueCoding", dict():
            return _text(value.get("display")) or _text(value.get("code"))
        case (("valueDateTime" | "valueTime"), str()):
            return without_seconds(value)
        case _:
            return value if isinstance(value, bool | int | float | str) else None


def _same(one: Plain, other: Plain) -> bool:
    """Compare what was answered with a choice: of codings, system and code alone."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = ("system", "code") if "code" in other else ("reference", "code", "display")
        return all(one.get(key) == other.get(key) for key in keys)
    return one == other


def _referred(field: Field, value: Mapping[str, Plain]) -> str | None:
    said = _text(value.get("reference")) or _text(value.get("display"))
    kind = KEPT_BY.get(field.type)
    return said if said is None or kind is None else said.removeprefix(f"{kind}/")


def _reference(said: str) -> Json:
    return {"reference": said} if "/" in said or said.startswith("#") else {"display": said}


def _text(value: Plain) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Plain) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _with_seconds(said: str) -> str:
    """Say a time with the seconds that FHIR insists on."""
    day, mark, clock = said.rpartition("T")
    time = clock[:5]
    rest = clock[5:]
    return f"{day}{mark}{time}{rest if rest.startswith(':') else ':00' + rest}"


def without_seconds(said: str) -> str:
    """Leave out seconds that are none."""
    day, mark, clock = said.rpartition("T")
    if clock[5:8] == ":00" and clock[8:9] != ".":
        clock = clock[:5] + clock[8:]
    return f"{day}{mark}{clock}"
