"""Ages and dates of a child born too early: term, corrected age, months, windows.

All rules are those of the domain paper (section 5.2); the numbers in them are
parameters of the pathway and come as `Reckoning`, because teams differ on them.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_DAYS_PER_WEEK = 7
_MONTHS_PER_YEAR = 12
_YOUNGEST_WEEKS, _OLDEST_WEEKS = 15, 45
_WRITTEN = re.compile(r"(\d{1,2})\+([0-6])", re.ASCII)


class NotAGestationalAge(ValueError):
    """Weeks and days of amenorrhoea are 15+0 to 45+6, days below seven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GestationalAge:
    """Completed weeks of amenorrhoea and days beyond them, as in 28+3."""

    weeks: int
    days: int = 0

    def __post_init__(self) -> None:
        """Refuse what no birth can be.

        Raises:
            NotAGestationalAge: Weeks outside 15 to 45, or days outside 0 to 6.
        """
        if (
            not _YOUNGEST_WEEKS <= self.weeks <= _OLDEST_WEEKS
            or not 0 <= self.days < _DAYS_PER_WEEK
        ):
            raise NotAGestationalAge

    @property
    def in_days(self) -> int:
        """Days since the last period began."""
        return self.weeks * _DAYS_PER_WEEK + self.days

    @classmethod
    def written(cls, text: str) -> "GestationalAge":
        """Read the form "28+3".

        Raises:
            NotAGestationalAge: The text has another form.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise NotAGestationalAge
        return cls(weeks=int(found[1]), days=int(found[2]))


class CountedFrom(StrEnum):
    """From which day a visit is counted."""

    DISCHARGE = "discharge"
    CORRECTED = "corrected"
    CHRONOLOGICAL = "chronological"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """The pathway's parameters for ages.

    term: gestation at term (40+0, assumed). corrected_below: born at or after it, a child
    is never corrected (37+0, assumed). corrected_until_months: last month counted from
    term (24, sourced). kept_until_years: end of retention (28th birthday).
    """

    term: GestationalAge
    corrected_below: GestationalAge
    corrected_until_months: int
    kept_until_years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a visit is due, and the first and last day on which it still counts."""

    due: date
    opens: date
    closes: date


def term_date(birth: date, gestation: GestationalAge, reckoning: Reckoning) -> date:
    """Give the day on which the child would have been born at term."""
    return birth + timedelta(days=reckoning.term.in_days - gestation.in_days)


def add_months(day: date, months: int) -> date:
    """Give the same day of a later month, or that month's last day if it is shorter."""
    year, month = divmod(day.year * _MONTHS_PER_YEAR + day.month - 1 + months, _MONTHS_PER_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def add_years(day: date, years: int) -> date:
    """Give the same day of a later year; 29 February becomes the 28th where there is none."""
    return add_months(day, years * _MONTHS_PER_YEAR)


def is_corrected(gestation: GestationalAge | None, reckoning: Reckoning) -> bool:
    """Tell whether this child's age is corrected at all; an unknown term never is."""
    return gestation is not None and gestation.in_days < reckoning.corrected_below.in_days


def corrected_origin(birth: date, gestation: GestationalAge | None, reckoning: Reckoning) -> date:
    """Give the day from which corrected months are counted."""
    if gestation is None or not is_corrected(gestation, reckoning):
        return birth
    return term_date(birth, gestation, reckoning)


def completed_months(origin: date, on: date) -> int:
    """Count the months completed since a day; negative before it.

    The clamp of `add_months` holds here too: a child of 31 January is one month old on the
    last day of February.
    """
    months = (on.year - origin.year) * _MONTHS_PER_YEAR + on.month - origin.month
    return months if add_months(origin, months) <= on else months - 1


def age_in_months(
    birth: date, gestation: GestationalAge | None, reckoning: Reckoning, *, on: date
) -> int:
    """Give the age a carer would say: corrected up to the limit, chronological after it.

    Before term a corrected age is negative; the caller shows weeks then.
    """
    corrected = completed_months(corrected_origin(birth, gestation, reckoning), on)
    if corrected <= reckoning.corrected_until_months:
        return corrected
    return completed_months(birth, on)


def due_on(
    counted: CountedFrom,
    months: int,
    *,
    birth: date,
    gestation: GestationalAge | None,
    discharge: date | None,
    reckoning: Reckoning,
) -> date | None:
    """Give the day a visit is due, or None when the day it counts from is not known."""
    match counted:
        case CountedFrom.DISCHARGE:
            return None if discharge is None else add_months(discharge, months)
        case CountedFrom.CORRECTED:
            return add_months(corrected_origin(birth, gestation, reckoning), months)
        case CountedFrom.CHRONOLOGICAL:
            return add_months(birth, months)


def window(due: date, *, before_days: int, after_days: int) -> Window:
    """Give the days round a due date on which a visit counts."""
    return Window(
        due=due, opens=due - timedelta(days=before_days), closes=due + timedelta(days=after_days)
    )


def retention_end(birth: date, reckoning: Reckoning) -> date:
    """Give the day until which the child's file is kept (the 28th birthday)."""
    return add_years(birth, reckoning.kept_until_years)
