"""Answers as they stand on paper, in the words of their form."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from babel.numbers import format_decimal

from care_circle.definition.form import Field, FieldType, Form, Section
from care_circle.labels import Label
from notifications.typography import NO_BREAK
from server.printing.sheet import Block, Grid, Pair, Pairs
from server.spoken import spoken_date, spoken_time

_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_YES = {"fr": ("Oui", "Non"), "en": ("Yes", "No")}
_UNITS: Mapping[str, Label] = {
    "d": Label(fr="jours", en="days"),
    "wk": Label(fr="semaines", en="weeks"),
    "mo": Label(fr="mois", en="months"),
    "a": Label(fr="ans", en="years"),
    "/min": Label(fr="par minute", en="per minute"),
}

Named = Callable[[str], str]
"""Gives the name of a professional or a structure by its id."""


def told(label: Label, language: str) -> str:
    """Say a label in the language of the paper."""
    return label.fr if language == "fr" else label.en


def blocks_of(
    form: Form, answers: Mapping[str, object], language: str, named: Named
) -> tuple[Block, ...]:
    """Set a form's answers section by section; what was not answered is not there.

    A section that repeats is a table, one row each; rows within rows are told in its cells.
    """
    blocks: list[Block] = []
    for section in form.sections:
        heading = told(section.label, language)
        if section.repeats is not None:
            rows = _rows(answers.get(section.code))
            if rows:
                blocks.append(_table(heading, section, rows, language, named))
        elif form.rows_of(section) is None:
            pairs = _pairs(section, answers, language, named)
            if pairs:
                blocks.append(Pairs(heading=heading, rows=pairs))
    return tuple(blocks)


def said(field: Field, answer: object, language: str, named: Named) -> str:
    """Say one answer, or several joined by commas."""
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return ", ".join(said(field, each, language, named) for each in answer)
    match field.type:
        case FieldType.FLAG:
            return _YES.get(language, _YES["en"])[0 if answer is True else 1]
        case FieldType.WHOLE | FieldType.DECIMAL if isinstance(answer, int | float):
            return _measure(field, answer, language)
        case FieldType.DATE:
            return spoken_date(date.fromisoformat(str(answer)), language)
        case FieldType.MOMENT:
            moment = datetime.fromisoformat(str(answer))
            return f"{spoken_date(moment.date(), language)}, {spoken_time(moment, language)}"
        case FieldType.CHOICE | FieldType.CHOICES:
            labels = {choice.code: choice.label for choice in field.choices}
            held = labels.get(str(answer))
            return str(answer) if held is None else told(held, language)
        case FieldType.PROFESSIONAL | FieldType.STRUCTURE:
            return named(str(answer))
        case _:
            return str(answer)


def _measure(field: Field, number: float, language: str) -> str:
    written: str = format_decimal(number, locale=_LOCALES.get(language, "en_GB"))
    if field.unit is None or field.unit.startswith("{") or field.unit == "1":
        return written
    word = _UNITS.get(field.unit)
    return f"{written}{NO_BREAK}{field.unit if word is None else told(word, language)}"


def _pairs(
    section: Section, answers: Mapping[str, object], language: str, named: Named
) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            label=told(field.label, language),
            value=said(field, answers[field.code], language, named),
        )
        for field in section.fields
        if field.code in answers and not field.hidden
    )


def _table(
    heading: str,
    section: Section,
    rows: Sequence[Mapping[str, object]],
    language: str,
    named: Named,
) -> Grid:
    shown = [each for each in section.fields if any(each.code in row for row in rows)]
    return Grid(
        heading=heading,
        columns=tuple(told(field.label, language) for field in shown),
        rows=tuple(
            tuple(
                said(field, row[field.code], language, named) if field.code in row else ""
                for field in shown
            )
            for row in rows
        ),
        right=tuple(
            place
            for place, field in enumerate(shown)
            if field.type in (FieldType.WHOLE, FieldType.DECIMAL)
        ),
    )


def _rows(answer: object) -> Sequence[Mapping[str, object]]:
    if not isinstance(answer, Sequence) or isinstance(answer, str):
        return ()
    return [row for row in answer if isinstance(row, Mapping)]
