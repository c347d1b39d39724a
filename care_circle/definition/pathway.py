"""A pathway as data: its parameters, its visits, its forms, its rules, its quotas.

Nothing of a pathway is a constant in code: amounts, windows and limits differ between
regions and will change. Each value carries how well it is founded. `pathway_reading.py`
reads the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from care_circle.ages import CountedFrom, Reckoning, Window, due_on, window
from care_circle.consent import Signatures
from care_circle.definition.early_care_terms import Discipline, EarlyCareRules, EarlyCareTerms
from care_circle.definition.form import Form
from care_circle.definition.inclusion import Rules
from care_circle.definition.indicators import Indicator
from care_circle.definition.perinatal import Perinatal
from care_circle.labels import Label, Mark

COCON: Final = Path(__file__).parents[1] / "pathways" / "cocon"


class UnknownForm(Exception):
    """The pathway has no form of this code, or none of this version."""


class UnknownVisit(Exception):
    """The pathway has no visit of this code."""


class UnknownExit(Exception):
    """The pathway has no exit of this code."""


class Occasion(StrEnum):
    """What a family is told of."""

    BOOKED = "booked"
    BEFORE = "before"
    CHANGED = "changed"
    TO_BOOK = "to_book"
    QUESTIONNAIRE = "questionnaire"
    MISSED = "missed"
    WAITING = "waiting"
    FAILED = "failed"


class Told(StrEnum):
    """Whom a reminder is for."""

    HOLDERS = "holders"
    CHOSEN_HOLDER = "chosen_holder"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number or word that regions choose, and how well it is founded."""

    value: bool | int | float | str
    mark: Mark
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLabel:
    """One stage of the pathway, as people call it."""

    code: str
    label: Label
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of the calendar: when it is due, within which days, with which form.

    `minutes` is how long it takes, `cents` what it is worth.
    """

    code: str
    label: Label
    mark: Mark
    counted: CountedFrom
    months: int
    before_days: int
    after_days: int
    form: str | None = None
    minutes: int | None = None
    cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One document of the convention's checklist."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """From how many running cares on a child is spoken of together, and how often a year."""

    active_cares: int
    least_per_year: int
    most_per_year: int
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What is told to whom, on which occasion, days before (negative) or after it.

    `sms` holds the text message in each language that the pathway words itself.
    """

    code: str
    on: Occasion
    to: Told
    mark: Mark
    days: int = 0
    time: str | None = None
    sms: Mapping[str, str] | None = None
    label: Label | None = None
    visit: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """One reason to leave; with `relay` another structure goes on.

    `form` is the one it is written on, where that is not the usual one. `fact` is the
    exclusion it follows, as the rules of inclusion name it.
    """

    code: str
    label: Label
    mark: Mark
    relay: bool
    form: str | None = None
    fact: str | None = None


# Whoever shows an application, as event loops do in debug mode, would show forty forms.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pathway:
    """A whole pathway definition; `marks` gives the evidence of each parameter by name.

    `forms` are the newest versions by code, `former` those that documents may still be of.
    """

    id: str
    version: str
    label: Label
    reckoning: Reckoning
    signatures: Signatures
    parameters: Mapping[str, Parameter]
    marks: Mapping[str, Mark]
    checklist: tuple[Piece, ...]
    visits: tuple[Visit, ...]
    forms: Mapping[str, Form]
    inclusion: Rules
    former: tuple[Form, ...] = ()
    stages: tuple[StageLabel, ...] = ()
    disciplines: tuple[Discipline, ...] = ()
    early_care: EarlyCareRules | None = None
    meetings: Meetings | None = None
    reminders: tuple[Reminder, ...] = ()
    exits: tuple[Exit, ...] = ()
    indicators: tuple[Indicator, ...] = ()

    def form(self, code: str, version: str | None = None) -> Form:
        """Give a form by its code, or one it had before; the newest unless a version is named.

        Raises:
            UnknownForm: There is none.
        """
        held = (*self.forms.values(), *self.former)
        for form in held:
            if form.is_called(code) and version in (None, form.version):
                return form
        raise UnknownForm

    def form_of(self, code: str, version: str) -> Form:
        """Give the form a document was begun on, or its newest version where that is gone.

        Raises:
            UnknownForm: There is none of this code at all.
        """
        try:
            return self.form(code, version)
        except UnknownForm:
            return self.form(code)

    def visit(self, code: str) -> Visit:
        """Give a visit.

        Raises:
            UnknownVisit: There is none of this code.
        """
        for visit in self.visits:
            if visit.code == code:
                return visit
        raise UnknownVisit

    def exit(self, code: str) -> Exit:
        """Give a reason to leave.

        Raises:
            UnknownExit: There is none of this code.
        """
        for each in self.exits:
            if each.code == code:
                return each
        raise UnknownExit

    @property
    def terms(self) -> EarlyCareTerms | None:
        """The terms of early care, None where the pathway has none."""
        if self.early_care is None:
            return None
        return EarlyCareTerms(disciplines=self.disciplines, rules=self.early_care)

    @property
    def consultation_minutes(self) -> int | None:
        """How long a visit takes, unless it says so itself."""
        return self.number("consultation_minutes")

    @property
    def consultation_cents(self) -> int | None:
        """What a visit is worth in cents, unless it says so itself."""
        return self.number("consultation_cents")

    def number(self, name: str) -> int | None:
        """Give a parameter that is a whole number, None where the pathway does not set it."""
        held = self.parameters.get(name)
        return held.value if held is not None and isinstance(held.value, int) else None


def visit_window(
    visit: Visit, *, birth: date, perinatal: Perinatal, reckoning: Reckoning
) -> Window | None:
    """Give a child's days for a visit, or None while the day it counts from is unknown."""
    due = due_on(
        visit.counted,
        visit.months,
        birth=birth,
        gestation=perinatal.gestational_age,
        discharge=perinatal.discharged_on,
        reckoning=reckoning,
    )
    if due is None:
        return None
    return window(due, before_days=visit.before_days, after_days=visit.after_days)
