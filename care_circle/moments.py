"""Days, times of day and moments as answers write them, and which of two comes first.

A day is `2026-11-22`, a time `18:00` or `18:00:30`, a moment both with `Z` or an offset
such as `+01:00`, because a moment without one is none.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from math import isnan
from typing import TypeVar

Place = TypeVar("Place", date, time, datetime, float)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)


def is_day(text: str) -> bool:
    """Tell whether this is a day that a calendar shows: not the 31st of February."""
    return _DAY.fullmatch(text) is not None and _reads(date.fromisoformat, text)


def is_time_of_day(text: str) -> bool:
    """Tell whether this is a time that a clock shows."""
    return _TIME.fullmatch(text) is not None and _reads(time.fromisoformat, text)


def is_moment(text: str) -> bool:
    """Tell whether this is a moment: a day that there is, a time and an offset."""
    return _MOMENT.fullmatch(text) is not None and _reads(datetime.fromisoformat, text)


def ordered(one: float | str, other: float | str) -> int | None:
    """Compare two numbers, days, times or moments: -1, 0, 1, or None if they do not compare."""
    if isinstance(one, str) and isinstance(other, str):
        if is_day(one) and is_day(other):
            return _order(date.fromisoformat(one), date.fromisoformat(other))
        if is_time_of_day(one) and is_time_of_day(other):
            return _order(time.fromisoformat(one), time.fromisoformat(other))
        if is_moment(one) and is_moment(other):
            return _order(datetime.fromisoformat(one), datetime.fromisoformat(other))
        return None
    if isinstance(one, str) or isinstance(other, str) or isnan(one) or isnan(other):
        return None
    return _order(one, other)


def _order(one: Place, other: Place) -> int:
    return (one > other) - (one < other)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
