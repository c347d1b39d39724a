"""A child's own measures over time, ready to be drawn, said and set in a table.

Which measures are followed is read from the forms: a number field that carries a LOINC
code is a measure, and all signed values of one code make a series, whatever the form. No
reference curve is shipped: those of general use are not free to copy (domain paper, §1.7).
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Final

from care_circle.ages import GestationalAge, Reckoning, corrected_origin
from care_circle.definition.form import Field, FieldType, Form
from care_circle.documents.document import Document, DocumentState
from care_circle.labels import Label
from crypto.ids import DocumentId

LOINC: Final = "http://loinc.org"
DAYS_A_MONTH: Final = 30.4375
_NUMBERS = (FieldType.WHOLE, FieldType.DECIMAL)
_SIGNED = (DocumentState.SIGNED, DocumentState.AMENDED)
_STEPS = (1, 2, 5, 10)
_MOST_TICKS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One signed value: `months` is the age in months of 30.4375 days, from birth or term."""

    on: date
    months: float = field(repr=False)
    value: float = field(repr=False)
    document: DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All values of one code in one unit (UCUM), the oldest first."""

    code: str
    label: Label
    unit: str
    measures: tuple[Measure, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis from `low` to `high` with a mark every `step`."""

    low: float
    high: float
    step: float

    def place(self, value: float) -> float:
        """Tell how far along the axis a value stands, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def marks(self) -> tuple[float, ...]:
        """Give the marked values, from the lowest on."""
        count = round((self.high - self.low) / self.step)
        return tuple(self.low + at * self.step for at in range(count + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document with the form it was written on."""

    document: Document
    form: Form

    @property
    def signed_at(self) -> datetime:
        """When it was last signed; while nobody did, when it was written."""
        return self.document.current.signed_at or self.document.current.saved_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What ages are counted from; corrected for as long as the pathway corrects.

    `zone` is the one whose days the network counts.
    """

    birth: date = field(repr=False)
    gestation: GestationalAge | None = field(repr=False)
    reckoning: Reckoning
    zone: tzinfo

    def months(self, on: date) -> float:
        """Give an age in months: corrected until correction ends, then from birth."""
        corrected = (
            on - corrected_origin(self.birth, self.gestation, self.reckoning)
        ).days / DAYS_A_MONTH
        if corrected < self.reckoning.corrected_until_months:
            return corrected
        return (on - self.birth).days / DAYS_A_MONTH


def series_of(readings: Iterable[Reading], origin: Origin) -> tuple[Series, ...]:
    """Gather the measures of signed documents by code and unit; a struck document counts not.

    A form without a date field that says when the measure was taken is dated by its signature;
    of one day, what was signed first stands first.
    """
    found: dict[tuple[str, str], tuple[Label, list[Measure]]] = {}
    for reading in sorted(readings, key=lambda each: (each.signed_at, each.document.id)):
        for measured, code, value in _values(reading):
            on = _day_of(reading, origin.zone)
            measure = Measure(
                on=on, months=origin.months(on), value=value, document=reading.document.id
            )
            key = (code, measured.unit or "")
            found.setdefault(key, (measured.label, []))[1].append(measure)
    return tuple(
        Series(
            code=code,
            label=label,
            unit=unit,
            measures=tuple(sorted(held, key=lambda each: each.on)),
        )
        for (code, unit), (label, held) in sorted(found.items(), key=lambda pair: pair[0])
    )


def axis_over(values: Iterable[float]) -> Axis:
    """Lay an axis under some values, its ends on round numbers, at most eight marks.

    Raises:
        ValueError: There are no values.
    """
    held = tuple(values)
    if not held:
        raise ValueError("an axis needs a value")
    low, high = min(held), max(held)
    span = high - low or abs(high) or 1.0
    step = _round_step(span / _MOST_TICKS)
    first, last = math.floor(low / step) * step, math.ceil(high / step) * step
    return Axis(low=first, high=last if last > first else first + step, step=step)


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least * 0.999)


def _values(reading: Reading) -> Iterator[tuple[Field, str, float]]:
    document = reading.document
    if document.state not in _SIGNED:
        return
    for each in reading.form.fields():
        code = next((held.code for held in each.codes if held.system == LOINC), None)
        value = document.current.answers.get(each.code)
        if code is None or each.type not in _NUMBERS:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield each, code, float(value)


def _day_of(reading: Reading, zone: tzinfo) -> date:
    """Give the day a document speaks of: its first date field, else that of its signature."""
    answers = reading.document.current.answers
    for each in reading.form.fields():
        value = answers.get(each.code)
        if each.type is FieldType.DATE and isinstance(value, str):
            return date.fromisoformat(value)
    return reading.signed_at.astimezone(zone).date()
