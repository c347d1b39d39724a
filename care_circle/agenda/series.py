"""Recurring sessions: on which days they fall, and which of those days are left out.

Each session is an appointment of its own; what ties them is the id of their series. The
hour is the wall clock's, so it stays the same over a change of clocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from care_circle.agenda.territory import Holidays, is_holiday

MOST_SESSIONS = 60
_WEEK = timedelta(weeks=1)
_LONGEST = timedelta(days=2 * 366)


class BadRhythm(ValueError):
    """Sessions are weekly or fortnightly, until a day or so many times, and not both."""


class TooManySessions(ValueError):
    """At most 60 sessions are booked at once, over two years at most."""


class NoSession(ValueError):
    """Every day of the series is left out."""


class LeftOut(StrEnum):
    """Why a day of a series has no session."""

    HOLIDAY = "holiday"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often, until when, and without which days.

    `times` counts sessions that are held, `until` is the last day that may have one.
    """

    every_weeks: int
    until: date | None = None
    times: int | None = None
    holidays: Holidays | None = None
    but: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDay:
    """A day of a series, and why it is left out if it is."""

    on: date
    left_out: LeftOut | None = None


def days_of(first: date, rhythm: Rhythm) -> tuple[SeriesDay, ...]:
    """Give the days of a series from its first on, the ones left out too.

    Raises:
        BadRhythm: It is neither weekly nor fortnightly, or ends in no way, or in two.
        TooManySessions: There are more than 60, or they go on for more than two years.
        NoSession: No day is left.
    """
    if rhythm.every_weeks not in (1, 2) or (rhythm.until is None) is (rhythm.times is None):
        raise BadRhythm
    if rhythm.times is not None and rhythm.times < 1:
        raise BadRhythm
    days = tuple(_walk(first, rhythm))
    if not any(day.left_out is None for day in days):
        raise NoSession
    return days


def held(days: tuple[SeriesDay, ...]) -> tuple[date, ...]:
    """Give the days that have a session."""
    return tuple(day.on for day in days if day.left_out is None)


def shifted(day: date, *, was: date, becomes: date) -> date:
    """Give the day a later session moves to when one of its series moves from day to day."""
    return day + (becomes - was)


def _walk(first: date, rhythm: Rhythm) -> Iterator[SeriesDay]:
    sessions, on = 0, first
    while not _is_over(on, sessions, rhythm):
        if on - first > _LONGEST:
            raise TooManySessions
        left_out = _left_out(on, rhythm)
        sessions += left_out is None
        if sessions > MOST_SESSIONS:
            raise TooManySessions
        yield SeriesDay(on=on, left_out=left_out)
        on += rhythm.every_weeks * _WEEK


def _is_over(on: date, sessions: int, rhythm: Rhythm) -> bool:
    if rhythm.until is not None:
        return on > rhythm.until
    return rhythm.times is not None and sessions >= rhythm.times


def _left_out(on: date, rhythm: Rhythm) -> LeftOut | None:
    if on in rhythm.but:
        return LeftOut.CHOSEN
    if rhythm.holidays is not None and is_holiday(on, rhythm.holidays):
        return LeftOut.HOLIDAY
    return None
