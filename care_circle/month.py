"""A calendar month, by which work is stated and paid."""

import re
from dataclasses import dataclass
from datetime import date

from care_circle.ages import add_months

_WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


class BadMonth(ValueError):
    """A month is written as in 2026-11."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Month:
    """A month of a year, 1 to 12; earlier ones are less."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """Give the month of a day."""
        return cls(year=day.year, number=day.month)

    @classmethod
    def written(cls, text: str) -> "Month":
        """Read the form 2026-11.

        Raises:
            BadMonth: The text has another form, or lies outside this century.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise BadMonth
        return cls(year=int(found[1]), number=int(found[2]))

    @property
    def first_day(self) -> date:
        """The day it begins."""
        return date(self.year, self.number, 1)

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month.of(add_months(self.first_day, 1))

    @property
    def previous(self) -> "Month":
        """The month before it."""
        return Month.of(add_months(self.first_day, -1))

    def is_over(self, today: date) -> bool:
        """Tell whether its last day has passed."""
        return today >= self.next.first_day

    @property
    def text(self) -> str:
        """The form 2026-11."""
        return f"{self.year:04}-{self.number:02}"
