"""Numbers made from other answers: sums, means, differences, quotients, months between days.

The server makes them when a form is saved or signed, and the page shows them meanwhile; both
round by `floor(x · 10ⁿ + ½) / 10ⁿ`, so that they agree. Where a term is missing there is no
result, and whatever somebody sent under a computed field's code is left out.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from typing import cast

from care_circle.ages import completed_months
from care_circle.definition.condition import evaluate
from care_circle.definition.form import (
    Answer,
    Answers,
    Computation,
    Field,
    FieldType,
    Form,
    Operation,
    Row,
    Section,
    Single,
)
from care_circle.documents.answers import Known, applies
from care_circle.moments import is_day

DECIMALS = 2
"""Digits behind the point of a decimal number that does not say how many."""


def computed(form: Form, answers: Answers, known: Known) -> dict[str, Answer]:
    """Give the answers with every computed number made anew, rows included.

    `known` are the days of the child; without them there are no months since birth.
    """
    made = _block(form, None, answers, {}, known)
    return {code: _answer(form, code, answer, made, known) for code, answer in made.items()}


def _answer(
    form: Form, code: str, answer: object, outer: Mapping[str, object], known: Known
) -> Answer:
    section = next((each for each in form.sections if each.code == code and each.repeats), None)
    if section is None or not _rows(answer):
        return cast("Answer", answer)
    rows: list[Row] = []
    for row in _rows(answer):
        made = _block(form, section, row, outer, known)
        facts = {**outer, **made}
        held = {inner: _answer(form, inner, it, facts, known) for inner, it in made.items()}
        rows.append(cast("Row", held))
    return tuple(rows)


def _rows(answer: object) -> Sequence[Mapping[str, object]]:
    if not isinstance(answer, Sequence) or isinstance(answer, str):
        return ()
    return [row for row in answer if isinstance(row, Mapping)]


def _block(
    form: Form,
    rows: Section | None,
    answers: Mapping[str, object],
    outer: Mapping[str, object],
    known: Known,
) -> dict[str, object]:
    """Compute the fields of a form, or of one row, that are not in rows of their own."""
    made = dict(answers)
    for section in form.sections:
        if form.rows_of(section) is not rows:
            continue
        for field in section.fields:
            if field.compute is None:
                continue
            made.pop(field.code, None)
            facts = {**outer, **made}
            asked = field.when is None or evaluate(field.when, facts) is True
            if asked and applies(form, section, facts) is True:
                number = result(form, field, facts, known)
                if number is not None:
                    made[field.code] = number
    return made


def result(form: Form, field: Field, facts: Mapping[str, object], known: Known) -> Single | None:
    """Compute one field, rounded as it asks; None where a term is missing."""
    computation = field.compute
    if computation is None:
        return None
    if computation.operation is Operation.MONTHS:
        return _months(computation, facts, known)
    terms = [_term(form, term, facts) for term in computation.terms]
    number = _number(computation.operation, [term for term in terms if term is not None])
    if None in terms or number is None or not math.isfinite(number):
        return None
    return _rounded(number, field)


def _number(operation: Operation, terms: Sequence[float]) -> float | None:
    if not terms:
        return None
    match operation:
        case Operation.MEAN:
            return sum(terms) / len(terms)
        case Operation.DIFFERENCE:
            return reduce(lambda one, other: one - other, terms)
        case Operation.QUOTIENT:
            if 0 in terms[1:]:
                return None
            return reduce(lambda one, other: one / other, terms)
        case _:
            return sum(terms)


def _term(form: Form, term: str | float, facts: Mapping[str, object]) -> float | None:
    """Give the number a term stands for; of choices with scores, the sum of what is chosen."""
    if not isinstance(term, str):
        return term
    held = facts.get(term)
    field = next((each for each in form.fields() if each.code == term), None)
    if field is not None and field.choices and held is not None:
        chosen = held if isinstance(held, Sequence) and not isinstance(held, str) else (held,)
        scores = {choice.code: choice.score for choice in field.choices}
        found = [scores.get(str(code)) for code in chosen]
        return None if None in found else sum(score for score in found if score is not None)
    return float(held) if isinstance(held, int | float) and not isinstance(held, bool) else None


def _rounded(number: float, field: Field) -> Single:
    if field.type is FieldType.WHOLE:
        return math.floor(number + 0.5)
    scale = math.pow(10, DECIMALS if field.decimals is None else field.decimals)
    return math.floor(number * scale + 0.5) / scale


def _months(computation: Computation, facts: Mapping[str, object], known: Known) -> int | None:
    first, last = (_day(str(term), facts, known) for term in computation.terms)
    return None if first is None or last is None else completed_months(first, last)


def _day(term: str, facts: Mapping[str, object], known: Known) -> date | None:
    match term:
        case "birth":
            return known.birth
        case "corrected":
            return known.corrected_from or known.birth
        case _:
            held = facts.get(term)
            return date.fromisoformat(held) if isinstance(held, str) and is_day(held) else None
