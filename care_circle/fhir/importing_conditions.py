"""Conditions of a Questionnaire's items as the language says them."""

from collections.abc import Sequence

from care_circle.definition.source import Plain
from care_circle.fhir.conditions import joined, read_test
from care_circle.fhir.context import Asked, Context
from care_circle.fhir.element import Element
from care_circle.fhir.terms import Json
from care_circle.fhir.values import without_seconds
from care_circle.moments import is_day, is_moment, is_time_of_day

_ALWAYS = "so it is always asked"
_ANSWERS = {
    "flag": ("answerBoolean",),
    "whole": ("answerInteger", "answerDecimal", "answerQuantity"),
    "decimal": ("answerDecimal", "answerInteger", "answerQuantity"),
    "date": ("answerDate",),
    "time": ("answerTime",),
    "moment": ("answerDateTime",),
}
_WRITTEN = {"date": is_day, "time": is_time_of_day, "moment": is_moment}
_ORDERED = ("whole", "decimal", "date", "time", "moment")


def read_enabling(element: Element, context: Context, rows: Sequence[str]) -> Json | None:
    """Read when an item is asked, None where it always is.

    A part that the language cannot say is dropped where the others still ask for what they
    asked for (`any` asks less); of `all` it is dropped too, which asks more: both are told.
    """
    conditions, behaviour = element.objects("enableWhen"), element.text("enableBehavior")
    tests: list[Json] = []
    for condition in conditions:
        test = _read(context.element(condition, element.link, "enableWhen."), context, rows)
        if isinstance(test, str):
            rest = _ALWAYS if len(conditions) == 1 else "the other conditions stand"
            element.drop("enableWhen", f"{test}, {rest}")
        else:
            tests.append(test)
    if len(conditions) > 1 and behaviour not in ("all", "any"):
        element.drop("enableBehavior", "neither all nor any: any of the conditions is enough")
        behaviour = "any"
    if len(conditions) == 1 and behaviour == "any":
        element.drop("enableBehavior", "of one condition it is said as all")
    return joined(tests, behaviour or "any")


def _read(element: Element, context: Context, rows: Sequence[str]) -> Json | str:
    """Read one test, or say why there is none."""
    link, sign = element.text("question"), element.text("operator")
    asked = context.asked.get(link or "")
    if asked is None:
        return f"no question {link!r} comes before it"
    if list(asked.rows) != list(rows[: len(asked.rows)]):
        return f"{link!r} is answered once for each row elsewhere"
    key = next((key for key in element.held if key.startswith("answer")), "")
    value = element.take(key)
    element.left()
    if sign != "exists":
        value = _value(asked, key, value)
        if value is None:
            return f"the answer it asks of {link!r} is none that can be given"
    listed = "several" in asked.said or asked.said["type"] == "choices"
    kind = asked.said["type"]
    ordered = sign not in ("<", "<=", ">", ">=") or kind in _ORDERED
    comparable = sign == "exists" or kind not in ("file", "professional", "structure", "reference")
    if sign is None or not ordered or not comparable or (listed and not _can_be_had(sign, value)):
        return f"{sign!r} of {link!r} cannot be asked"
    test = read_test(sign, str(asked.said["code"]), value, listed=listed)
    return f"{sign!r} of {link!r} cannot be asked" if test is None else test


def _can_be_had(sign: str, value: Plain) -> bool:
    return sign == "exists" or (sign in ("=", "!=") and isinstance(value, str))


def _value(asked: Asked, key: str, value: Plain) -> Plain:
    """Give the answer that is compared with, as the question's own answers are."""
    kind = str(asked.said["type"])
    if kind in _ANSWERS:
        if key not in _ANSWERS[kind]:
            return None
        if isinstance(value, dict):
            value = value.get("value") if _unit(value) in (None, asked.said.get("unit")) else None
        if kind in _WRITTEN:
            said = without_seconds(value) if isinstance(value, str) and kind != "date" else value
            return said if isinstance(said, str) and _WRITTEN[kind](said) else None
        is_flag = kind == "flag"
        return (
            value if isinstance(value, bool) is is_flag and isinstance(value, int | float) else None
        )
    if asked.said.get("choices"):
        return choice_meant(asked.said, value)
    if isinstance(value, dict):
        value = value.get("display") or value.get("code")
    return value if isinstance(value, str) and value else None


def _unit(quantity: Json) -> Plain:
    return quantity.get("code") or quantity.get("unit")


def choice_meant(said: Json, value: Plain) -> str | None:
    """Find the choice that a value of FHIR means; text is one's own words where those may stand."""
    choices = said.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and means(choice, value):
            return str(choice["code"])
    text = value.get("display") if isinstance(value, dict) else value
    return text if said.get("other") and isinstance(text, str) and text else None


def means(choice: Json, value: Plain) -> bool:
    """Tell whether a value of FHIR means a choice: by system and code, or as it is written."""
    if not isinstance(value, dict):
        written = without_seconds(value) if isinstance(value, str) else value
        return choice["code"] in (str(value), written) and not isinstance(value, bool)
    codes = choice.get("codes")
    first = codes[0] if isinstance(codes, list) and codes else {"code": choice["code"]}
    if not isinstance(first, dict):
        return False
    if "reference" in value:
        return value["reference"] == choice["code"]
    if value.get("code") is None:
        label = choice["label"]
        return isinstance(label, dict) and value.get("display") in label.values()
    same = value.get("system") in (None, first.get("system"))
    return same and value.get("code") == first.get("code")
