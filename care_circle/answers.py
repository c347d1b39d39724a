"""The check of what somebody filled in against the definition of the form.

What is found wrong is told in words of the definition only, never of the answer.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from care_circle.condition import evaluate
from care_circle.form import Answer, Answers, Field, FieldType, Form

MAX_TEXT = 2000


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
