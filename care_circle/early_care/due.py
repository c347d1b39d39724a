"""What is owed for one piece of work, from the day it was done to the statement it is on.

Work, not the statement, says where it stands: stated or not, taken back or not, and whether
taking it back has reached a statement too. So a statement is always "all that is owed by
now", it can be asked for at any time, and what arrives late is on the next one.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from care_circle.mending import Mendable, Mender
from care_circle.month import Month
from crypto.ids import ProfessionalId

MAX_WORDS = 500


class AlreadyTakenBack(Mendable, Exception):
    """It was taken back before."""

    mended_by = Mender.PROFESSIONAL


class TooManyWords(ValueError):
    """A few words are 500 characters at most."""


class Cause(StrEnum):
    """Why work is taken back; a closed list, since it stands on a statement in the clear."""

    UNDONE = "undone"
    ENTERED_TWICE = "entered_twice"
    NOT_HELD = "not_held"
    WRONG_DAY = "wrong_day"
    WRONG_CHILD = "wrong_child"
    STRUCK = "struck"
    OTHER = "other"


class Side(StrEnum):
    """Which way an amount goes."""

    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """That work does not count: by whom, when, why, and perhaps in a few words."""

    by: ProfessionalId
    at: datetime
    cause: Cause
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An amount in cents, None where nobody has published one, and where it stands.

    `stated` is the month whose locked statement holds it; `credited` the one whose locked
    statement takes it back.
    """

    cents: int | None
    stated: Month | None = None
    taken_back: TakenBack | None = None
    credited: Month | None = None

    def owed(self) -> Side | None:
        """Tell what the next statement has to say of it, if anything."""
        if self.stated is None:
            return None if self.taken_back else Side.DEBIT
        return Side.CREDIT if self.taken_back and self.credited is None else None

    def earliest(self, done_on: date) -> Month:
        """Give the first month whose statement may hold what is owed."""
        return Month.of(done_on) if self.stated is None else self.stated.next


def take_back(due: Due, taken: TakenBack) -> Due:
    """Say that work does not count.

    Raises:
        AlreadyTakenBack: It was said before.
        TooManyWords: The words are too long.
    """
    if due.taken_back is not None:
        raise AlreadyTakenBack
    if len(taken.words) > MAX_WORDS:
        raise TooManyWords
    return replace(due, taken_back=taken)


def settle(due: Due, side: Side, month: Month) -> Due:
    """Note the locked statement that holds an amount; a second time changes nothing."""
    match side:
        case Side.DEBIT:
            return due if due.stated else replace(due, stated=month)
        case Side.CREDIT:
            return due if due.credited else replace(due, credited=month)
