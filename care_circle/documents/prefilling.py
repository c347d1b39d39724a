"""What a form can say by itself: facts of the register, last measures, the day, the author.

Nothing is typed twice, and nothing is signed unseen: each first answer comes with where it
is from, and becomes the author's own once they sign.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from care_circle.ages import GestationalAge
from care_circle.definition.form import NUMBERS, Answer, Answers, Field, Form, Prefill, Single
from care_circle.documents.answers import fits

LOINC = "http://loinc.org"
_GRAMS: Mapping[str, float] = {"g": 1, "kg": 1000, "mg": 0.001}
_METRES: Mapping[str, float] = {"m": 1, "cm": 0.01, "mm": 0.001}


class Origin(StrEnum):
    """Where a first answer comes from."""

    REGISTER = "register"
    DOCUMENT = "document"
    VISIT = "visit"
    AUTHOR = "author"
    FORM = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefilled:
    """The first answer of a field; of a document also which, its form, its field and its day."""

    code: str
    answer: Answer = field(repr=False)
    origin: Origin
    document: str | None = None
    form: str | None = None
    source: str | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed document as a source of measures, with the form it was filled on.

    `on` is the day of its signature where the network works.
    """

    id: str
    form: Form
    at: datetime
    on: date
    answers: Answers = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What is known of a child before anything is written; `facts` by the names forms use.

    A gestational age is a `GestationalAge`, a day a `date`, a word its code.
    """

    facts: Mapping[str, object] = field(repr=False)
    documents: Sequence[Signed] = field(default=(), repr=False)
    author: str | None = None
    visit_date: date | None = None


def prefilled(form: Form, register: Register) -> tuple[Prefilled, ...]:
    """Give the first answers of a form, in its order; what would not fit is left out.

    Questions of rows are not prefilled: nobody knows how many rows there will be.
    """
    asked = (
        each
        for section in form.sections
        if form.rows_of(section) is None
        for each in section.fields
        if each.prefill is not None and each.compute is None
    )
    found = (_prefilled(each, each.prefill, register) for each in asked if each.prefill)
    return tuple(each for each in found if each is not None)


def _prefilled(asked: Field, prefill: Prefill, register: Register) -> Prefilled | None:
    if prefill.last or prefill.last_coded is not None:
        return _last(asked, prefill, register)
    if prefill.fact is not None:
        return _fitting(asked, _fact(asked, register.facts.get(prefill.fact)), Origin.REGISTER)
    if prefill.visit_date:
        return _fitting(asked, _fact(asked, register.visit_date), Origin.VISIT)
    if prefill.author:
        return _fitting(asked, register.author, Origin.AUTHOR)
    values = prefill.values if asked.is_listed else prefill.values[:1]
    return _fitting(asked, values if asked.is_listed else next(iter(values), None), Origin.FORM)


def _fitting(
    asked: Field, answer: Single | Sequence[Single] | None, origin: Origin
) -> Prefilled | None:
    if answer is None or answer == ():
        return None
    held: Answer = answer if isinstance(answer, bool | int | float | str) else tuple(answer)
    if asked.is_listed and not isinstance(held, tuple):
        held = (held,)
    return Prefilled(code=asked.code, answer=held, origin=origin) if fits(asked, held) else None


def _fact(asked: Field, fact: object) -> Single | None:
    """Say a fact of the register as the field takes it: an age in days, weeks, or as 28+3."""
    match fact:
        case GestationalAge():
            if asked.type not in NUMBERS:
                return f"{fact.weeks}+{fact.days}"
            return fact.in_days if asked.unit == "d" else fact.weeks
        case date():
            return fact.isoformat()
        case bool() | int() | float() | str():
            return fact
        case _:
            return None


def _last(asked: Field, prefill: Prefill, register: Register) -> Prefilled | None:
    """Give the newest signed answer to any of the questions named, in the field's own unit."""
    newest = sorted(register.documents, key=lambda each: (each.at, each.id), reverse=True)
    for signed in newest:
        for source in _sources(signed, prefill):
            held = signed.answers.get(source.code)
            answer = _converted(held, source.unit, asked)
            if answer is not None and fits(asked, answer):
                return Prefilled(
                    code=asked.code,
                    answer=answer,
                    origin=Origin.DOCUMENT,
                    document=signed.id,
                    form=signed.form.code,
                    source=source.code,
                    on=signed.on,
                )
    return None


def _sources(signed: Signed, prefill: Prefill) -> Iterable[Field]:
    named = {code for form, code in prefill.last if signed.form.is_called(form)}
    for each in signed.form.fields():
        coded = any(code.system == LOINC and code.code == prefill.last_coded for code in each.codes)
        if each.code in named or coded:
            yield each


def _converted(held: Answer | None, unit: str | None, asked: Field) -> Answer | None:
    """Say a measure in another unit of weight or length; any other change of unit is none."""
    if not isinstance(held, int | float) or isinstance(held, bool) or unit == asked.unit:
        return held
    for table in (_GRAMS, _METRES):
        given, wanted = table.get(unit or ""), table.get(asked.unit or "")
        if given is not None and wanted is not None:
            number = round(held * given / wanted, 6)
            return int(number) if number == int(number) else number
    return None
