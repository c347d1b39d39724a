"""What a family answers through the link of a notice: coming or not, and when to call back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crypto.ids import ContactId

MOST_ANSWERS = 60
"""So many changes of mind are kept of one appointment; more are for the telephone."""


class TooManyAnswers(Exception):
    """The family has changed its mind so often that only a call can help."""


class Act(StrEnum):
    """Everything that can be said through a link."""

    COMING = "coming"
    NOT_COMING = "not_coming"
    CALL_ME = "call_me"
    BOOKED_ALREADY = "booked_already"
    RECEIVED = "received"
    PAPER = "paper"
    CONFIRM = "confirm"
    STOP = "stop"
    RESUME = "resume"
    NOT_ME = "not_me"


class HalfDay(StrEnum):
    """Half a working day of any week, on which somebody may be called."""

    MONDAY_MORNING = "mon_am"
    MONDAY_AFTERNOON = "mon_pm"
    TUESDAY_MORNING = "tue_am"
    TUESDAY_AFTERNOON = "tue_pm"
    WEDNESDAY_MORNING = "wed_am"
    WEDNESDAY_AFTERNOON = "wed_pm"
    THURSDAY_MORNING = "thu_am"
    THURSDAY_AFTERNOON = "thu_pm"
    FRIDAY_MORNING = "fri_am"
    FRIDAY_AFTERNOON = "fri_pm"


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAnswer:
    """Whether one person of the family says they come, to an appointment as it was then.

    `sequence` is the appointment's: once it has moved, the answer no longer holds.
    """

    contact: ContactId
    coming: bool
    sequence: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom to call back, and when it suits them; no half-day named means any."""

    contact: ContactId
    half_days: tuple[HalfDay, ...] = ()


Answers = tuple[FamilyAnswer, ...]


def with_answer(answers: Answers, said: FamilyAnswer) -> Answers:
    """Add what somebody says; the same said again changes nothing.

    Raises:
        TooManyAnswers: They have changed their mind dozens of times.
    """
    if answer_of(answers, said.contact, said.sequence) is said.coming:
        return answers
    if len(answers) >= MOST_ANSWERS:
        raise TooManyAnswers
    return (*answers, said)


def answer_of(answers: Answers, contact: ContactId, sequence: int) -> bool | None:
    """Give the last word of one person on an appointment as it stands; None if there is none."""
    said = [each for each in answers if each.contact == contact and each.sequence == sequence]
    return said[-1].coming if said else None


def standing_answers(answers: Answers, sequence: int) -> Answers:
    """Give each person's last word on an appointment as it stands."""
    last = {each.contact: each for each in answers if each.sequence == sequence}
    return tuple(last.values())


def half_days(codes: Iterable[str]) -> tuple[HalfDay, ...]:
    """Read half-days in the order of the week; what is none is passed over."""
    told = set(codes)
    return tuple(each for each in HalfDay if each.value in told)
