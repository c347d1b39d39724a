"""The check of what somebody filled in against the definition of the form.

What is found wrong is told in words of the definition only, never of the answer. Rows of a
section that repeats are checked one by one; their problems name the row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isnan

from care_circle.definition.condition import evaluate
from care_circle.definition.form import Answers, Field, FieldType, Form, Rows, Section
from care_circle.moments import is_day, is_moment, is_time_of_day

MAX_TEXT = 2000
MAX_LINE = 255
MAX_LISTED = 100
"""Answers to one question, or rows of one section, where the form says nothing."""


class Wrong(StrEnum):
    """What can be wrong with an answer."""

    UNKNOWN_FIELD = "unknown_field"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_CHOICE = "not_a_choice"
    TOO_LONG = "too_long"
    TOO_PRECISE = "too_precise"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProblem:
    """What is wrong with one field, in words of the definition only, never of the answer.

    `path` leads there: the field's code, after the section's code and the row's place in it.
    """

    field: str
    wrong: Wrong
    minimum: float | None = None
    maximum: float | None = None
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The days that answers are held against, None where the caller does not know them.

    `corrected_from` is the day corrected months are counted from, for a child born early.
    """

    birth: date | None = None
    corrected_from: date | None = None
    today: date | None = None


class BadAnswers(Exception):
    """Some answers do not fit the form: `problems` says which."""

    def __init__(self, problems: tuple[AnswerProblem, ...]) -> None:
        super().__init__(", ".join(sorted({problem.wrong for problem in problems})))
        self.problems = problems


def check_answers(
    form: Form, answers: Answers, *, whole: bool, known: Known | None = None
) -> tuple[AnswerProblem, ...]:
    """List what is wrong with the answers; a draft may be incomplete, a `whole` form may not."""
    check = _Check(form=form, whole=whole, known=known or Known())
    return tuple(check.block(None, answers, outer={}, path=()))


def require_fitting(
    form: Form, answers: Answers, *, whole: bool, known: Known | None = None
) -> None:
    """Insist that the answers fit the form.

    Raises:
        BadAnswers: They do not.
    """
    problems = check_answers(form, answers, whole=whole, known=known)
    if problems:
        raise BadAnswers(problems)


def fits(field: Field, answer: object) -> bool:
    """Tell whether an answer is one that a field takes, whatever else is answered."""
    return _wrong(field, answer, {}, Known(), whole=False) is None


def applies(form: Form, section: Section, facts: Mapping[str, object]) -> bool | None:
    """Tell whether a section is asked, with all that it lies in; None while that is open."""
    verdicts = [
        True if each.when is None else evaluate(each.when, facts)
        for each in form.enclosing(section)
    ]
    if False in verdicts:
        return False
    return None if None in verdicts else True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    form: Form
    whole: bool
    known: Known

    def block(
        self,
        rows: Section | None,
        answers: Mapping[str, object],
        *,
        outer: Mapping[str, object],
        path: tuple[str | int, ...],
    ) -> Iterator[AnswerProblem]:
        """Check the answers of a form, or of one row of a section that repeats."""
        facts = {**outer, **answers}
        known: set[str] = set()
        for section in self.form.sections:
            if section.repeats is not None and section is not rows and self._outer(section) is rows:
                known.add(section.code)
                yield from self._rows(section, answers, facts, path)
            if self.form.rows_of(section) is rows:
                known |= {each.code for each in section.fields}
                yield from self._section(section, answers, facts, path)
        for code in sorted(answers.keys() - known):
            yield AnswerProblem(field=code, wrong=Wrong.UNKNOWN_FIELD, path=(*path, code))

    def _outer(self, section: Section) -> Section | None:
        """Give the repeating section whose rows hold the rows of this one."""
        return (
            None if section.within is None else self.form.rows_of(self.form.section(section.within))
        )

    def _section(
        self,
        section: Section,
        answers: Mapping[str, object],
        facts: Mapping[str, object],
        path: tuple[str | int, ...],
    ) -> Iterator[AnswerProblem]:
        there = applies(self.form, section, facts)
        for field in section.fields:
            yield from self._field(field, there, answers, facts, (*path, field.code))
        empty = not any(field.code in answers for field in section.fields)
        if self.whole and section.required and section.repeats is None and there is True and empty:
            yield AnswerProblem(field=section.code, wrong=Wrong.MISSING, path=(*path, section.code))

    def _rows(
        self,
        section: Section,
        answers: Mapping[str, object],
        facts: Mapping[str, object],
        path: tuple[str | int, ...],
    ) -> Iterator[AnswerProblem]:
        held, here = answers.get(section.code, ()), (*path, section.code)
        there = applies(self.form, section, facts)
        rows = [row for row in _listed(held) or () if isinstance(row, Mapping)]
        if _listed(held) is None or len(rows) < len(_listed(held) or ()):
            yield AnswerProblem(field=section.code, wrong=Wrong.WRONG_TYPE, path=here)
            return
        if rows and there is not True and (self.whole or there is False):
            yield AnswerProblem(field=section.code, wrong=Wrong.NOT_APPLICABLE, path=here)
            return
        wrong = _count(section.repeats or Rows(), len(rows), whole=self.whole and there is True)
        if wrong is not None:
            yield AnswerProblem(field=section.code, wrong=wrong, path=here)
        for index, row in enumerate(rows):
            yield from self.block(section, row, outer=facts, path=(*here, index))

    def _field(
        self,
        field: Field,
        there: bool | None,  # noqa: FBT001 -- a verdict, as a condition gives it
        answers: Mapping[str, object],
        facts: Mapping[str, object],
        path: tuple[str | int, ...],
    ) -> Iterator[AnswerProblem]:
        own = True if field.when is None else evaluate(field.when, facts)
        asked = False if False in (there, own) else None if None in (there, own) else True
        wrong: Wrong | None
        if field.code not in answers:
            least = 1 if field.required else 0
            if field.several is not None:
                least = max(least, field.several.least)
            lacking = self.whole and least > 0 and asked is True and field.compute is None
            wrong = Wrong.MISSING if lacking else None
        elif asked is not True and (self.whole or asked is False):
            wrong = Wrong.NOT_APPLICABLE
        else:
            answer = answers[field.code]
            wrong = _wrong(field, answer, facts, self.known, whole=self.whole)
        if wrong is not None:
            yield AnswerProblem(
                field=field.code,
                wrong=wrong,
                minimum=field.minimum,
                maximum=field.maximum,
                path=path,
            )


def _wrong(
    field: Field, answer: object, facts: Mapping[str, object], known: Known, *, whole: bool
) -> Wrong | None:
    """Tell what is wrong with an answer that is asked for, or None."""
    if not field.is_listed:
        return _check_single(field, answer) or _check_limits(field, answer, facts, known)
    held = _listed(answer)
    if not held:
        return Wrong.WRONG_TYPE
    rows = field.several or Rows(most=None if field.other else len(field.choices))
    found = (
        _check_single(field, each) or _check_limits(field, each, facts, known) for each in held
    )
    return (
        next((wrong for wrong in found if wrong is not None), None)
        or (Wrong.NOT_A_CHOICE if _clash(field, held) else None)
        or _count(rows, len(held), whole=whole)
    )


def _clash(field: Field, held: Sequence[object]) -> bool:
    """Tell whether choices are said twice, or beside one that excludes the others."""
    if not field.choices:
        return False
    alone = {choice.code for choice in field.choices if choice.exclusive}
    return len(set(map(str, held))) < len(held) or (
        len(held) > 1 and any(each in alone for each in held)
    )


def _check_limits(
    field: Field, answer: object, facts: Mapping[str, object], known: Known
) -> Wrong | None:
    """Hold a day against the days that it may not be before or after."""
    if field.type is not FieldType.DATE or not isinstance(answer, str):
        return None
    least, most = _day(field.not_before, facts, known), _day(field.not_after, facts, known)
    day = date.fromisoformat(answer)
    if least is not None and day < least:
        return Wrong.TOO_EARLY
    return Wrong.TOO_LATE if most is not None and day > most else None


def _day(said: str | None, facts: Mapping[str, object], known: Known) -> date | None:
    match said:
        case None:
            return None
        case "birth":
            return known.birth
        case "today":
            return known.today
        case _:
            found = said if is_day(said) else facts.get(said)
            is_one = isinstance(found, str) and is_day(found)
            return date.fromisoformat(str(found)) if is_one else None


def _listed(answer: object) -> Sequence[object] | None:
    return answer if isinstance(answer, Sequence) and not isinstance(answer, str) else None


def _count(rows: Rows, count: int, *, whole: bool) -> Wrong | None:
    if count > (MAX_LISTED if rows.most is None else rows.most):
        return Wrong.TOO_MANY
    return Wrong.TOO_FEW if whole and count < rows.least else None


def _check_single(field: Field, answer: object) -> Wrong | None:
    match field.type:
        case FieldType.FLAG:
            return None if isinstance(answer, bool) else Wrong.WRONG_TYPE
        case FieldType.WHOLE | FieldType.DECIMAL:
            return _check_number(field, answer)
        case FieldType.CHOICE | FieldType.CHOICES:
            if answer in {choice.code for choice in field.choices}:
                return None
            return _check_text(answer, MAX_LINE) if field.other else Wrong.NOT_A_CHOICE
        case FieldType.NOTE:
            return Wrong.UNKNOWN_FIELD
        case FieldType.TEXT:
            return _check_text(answer, field.most or MAX_TEXT)
        case FieldType.DATE | FieldType.TIME | FieldType.MOMENT:
            fits = {"date": is_day, "time": is_time_of_day, "moment": is_moment}[field.type]
            return None if isinstance(answer, str) and fits(answer) else Wrong.WRONG_TYPE
        case _:
            return _check_text(answer, field.most or MAX_LINE)


def _check_text(answer: object, most: int) -> Wrong | None:
    if not isinstance(answer, str):
        return Wrong.WRONG_TYPE
    return Wrong.TOO_LONG if len(answer) > most else None


def _check_number(field: Field, answer: object) -> Wrong | None:
    if not isinstance(answer, int | float) or isinstance(answer, bool):
        return Wrong.WRONG_TYPE
    if field.type is FieldType.WHOLE and not isinstance(answer, int):
        return Wrong.WRONG_TYPE
    # A comparison with "not a number" is always false, so it is out of range as well.
    above = field.minimum is None or answer >= field.minimum
    below = field.maximum is None or answer <= field.maximum
    if not (above and below) or isnan(answer):
        return Wrong.OUT_OF_RANGE
    fine = field.decimals is None or round(answer, field.decimals) == answer
    return None if fine else Wrong.TOO_PRECISE
