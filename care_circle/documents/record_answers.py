"""A record's own values and what its form asks beside them, held against that form together.

A meeting has a day, people and decisions whatever the pathway; its form says which of them
must be told, how long they may be, and may ask for more. What it asks beside is kept as
answers, next to the record's own values and never under their codes.
"""

from collections.abc import Mapping

from care_circle.definition.form import Answer, Answers, Form
from care_circle.documents.answers import AnswerProblem, BadAnswers, Known, Wrong, require_fitting
from care_circle.documents.computing import computed

Own = Mapping[str, Answer | None]
"""A record's own values by their reserved codes; None where there is none."""


def beside(form: Form | None, own: Own, answers: Answers, *, known: Known) -> Answers:
    """Hold own values and further answers against a form, and give the further ones.

    Numbers that the form computes are made anew. A pathway without a form for the record
    asks for nothing beside.

    Raises:
        BadAnswers: Something does not fit, or an answer stands under a code of the record's.
    """
    clash = own.keys() & answers.keys() if form is not None else answers.keys()
    if clash:
        raise BadAnswers(tuple(_unknown(code) for code in sorted(clash)))
    if form is None:
        return {}
    whole = computed(form, dict(answers) | _asked(form, own), known)
    require_fitting(form, whole, whole=True, known=known)
    return {code: answer for code, answer in whole.items() if code not in own}


def _asked(form: Form, own: Own) -> dict[str, Answer]:
    """Give those of a record's values that the form asks for, rows without what it does not."""
    single = {
        each.code for section in form.sections if not section.repeats for each in section.fields
    }
    rows = {
        each.code: {inner.code for inner in each.fields} for each in form.sections if each.repeats
    }
    asked: dict[str, Answer] = {}
    for code, value in own.items():
        if value is None or value in ("", ()):
            continue
        if code in single:
            asked[code] = value
        elif code in rows and isinstance(value, tuple):
            asked[code] = tuple(
                {key: held for key, held in row.items() if key in rows[code]}
                for row in value
                if isinstance(row, Mapping)
            )
    return asked


def _unknown(code: str) -> AnswerProblem:
    return AnswerProblem(field=code, wrong=Wrong.UNKNOWN_FIELD, path=(code,))
