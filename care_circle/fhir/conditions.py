"""Conditions as FHIR's enableWhen where it can say them, and as FHIRPath where it cannot."""

from collections.abc import Mapping, Sequence

from care_circle.definition.condition import Condition, Operator
from care_circle.definition.form import Field, FieldType
from care_circle.definition.source import Plain
from care_circle.fhir.terms import ENABLED, Json
from care_circle.fhir.values import item_type, value_of

_SIGNS = {
    Operator.IS: "=",
    Operator.HAS: "=",
    Operator.BELOW: "<",
    Operator.UP_TO: "<=",
    Operator.FROM: ">=",
    Operator.ABOVE: ">",
}
_TESTS = {"=": "is", "<": "below", "<=": "up_to", ">=": "from", ">": "above"}

Asked = Mapping[str, tuple[str, Field]]
"""The questions that conditions may speak of: by code, their linkId and themselves."""


def enabling(condition: Condition, asked: Asked) -> Json:
    """Say a condition: `enableWhen` and `enableBehavior`, or an expression beside it."""
    joined = condition.operator in (Operator.ALL, Operator.ANY)
    tests = [_test(part, asked) for part in (condition.parts if joined else (condition,))]
    said: list[Plain] = [test for test in tests if test is not None]
    if len(said) < len(tests):
        expression: Json = {
            "language": "text/fhirpath",
            "expression": fhirpath(condition, {code: link for code, (link, _) in asked.items()}),
        }
        return {"extension": [{"url": ENABLED, "valueExpression": expression}]}
    behaviour = condition.operator.value if len(said) > 1 else Operator.ALL.value
    return {"enableWhen": said, "enableBehavior": behaviour}


def _test(condition: Condition, asked: Asked) -> Json | None:
    """Say one test, None where enableWhen has no words for it."""
    negated = condition.operator is Operator.NOT
    inner = condition.parts[0] if negated else condition
    if inner.parts or (negated and inner.operator not in (Operator.IS, Operator.HAS)):
        return None
    link, field = asked[inner.fact]
    if inner.operator is Operator.KNOWN:
        return {"question": link, "operator": "exists", "answerBoolean": bool(inner.expected)}
    sign = "!=" if negated else _SIGNS[inner.operator]
    value = inner.expected if inner.operator in (Operator.IS, Operator.HAS) else inner.bound
    if field.type is FieldType.WHOLE and isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    key, held = value_of(field, value)
    if key in ("valueUri", "valueAttachment") or item_type(field) == "attachment":
        return None
    return {"question": link, "operator": sign, key.replace("value", "answer", 1): held}


def fhirpath(condition: Condition, links: Mapping[str, str]) -> str:
    """Say a condition in FHIRPath, for programs that fill our forms."""
    match condition.operator:
        case Operator.ALL | Operator.ANY:
            word = " and " if condition.operator is Operator.ALL else " or "
            return word.join(f"({fhirpath(part, links)})" for part in condition.parts)
        case Operator.NOT:
            return f"({fhirpath(condition.parts[0], links)}).not()"
        case Operator.KNOWN:
            exists = f"{answers_to(links[condition.fact])}.exists()"
            return exists if condition.expected else f"{exists}.not()"
        case Operator.IS | Operator.HAS:
            path = answers_to(links[condition.fact])
            value = _literal(condition.expected)
            if isinstance(condition.expected, str):
                return f"({path} | {path}.code).where($this = {value}).exists()"
            return f"{path} = {value}"
        case _:
            sign = _SIGNS[condition.operator]
            return f"{answers_to(links[condition.fact])} {sign} {_literal(condition.bound)}"


def answers_to(link: str) -> str:
    """Give the FHIRPath of the answers to a question."""
    return f"%resource.descendants().where(linkId = {_literal(link)}).answer.value"


def _literal(value: bool | float | str) -> str:  # noqa: FBT001 -- one value of many kinds
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{quoted}'"
    return f"{value:g}" if float(value).is_integer() else repr(value)


def joined(tests: Sequence[Json], behaviour: str) -> Json | None:
    """Join conditions that were read, None where there are none."""
    if not tests:
        return None
    held: list[Plain] = list(tests)
    return tests[0] if len(tests) == 1 else {behaviour: held}


def read_test(sign: str, fact: str, value: Plain, *, listed: bool) -> Json | None:
    """Read one test as a definition says it, None where the language has no words for it."""
    if sign == "exists":
        return {"fact": fact, "known": value} if isinstance(value, bool) else None
    key = "has" if listed else "is"
    if sign in ("=", "!="):
        test: Json = {"fact": fact, key: value}
        return test if sign == "=" else {"not": test}
    return {"fact": fact, _TESTS[sign]: value} if sign in _TESTS and not listed else None
