"""Days and times as a language's own file has them said; French keeps forms of its own."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date, format_time

from notifications.language import Language
from notifications.notice import Notice, Rule
from notifications.saying import Saying
from notifications.typography import NO_BREAK
from server.spoken import short_date, spoken_date, spoken_time

_FRENCH = "fr"
# A common year and a leap year hold every name of a day and of a month beside each other.
_DAYS = tuple(date(2027, 1, 1) + timedelta(days=count) for count in range(731))
_REMEMBERED = 1024
"""How many days are kept in words: a worst Monday says the same few again and again."""


def full_date(day: date, language: Language) -> str:
    """Say a date with its weekday and year."""
    return _full_date(_bare(day), language)


@lru_cache(maxsize=_REMEMBERED)
def _full_date(day: date, language: Language) -> str:
    if language.code == _FRENCH:
        return spoken_date(day, language.code)
    return format_date(day, language.date, locale=language.locale)


def weekday(day: date, language: Language) -> str:
    """Say a date with its weekday, without the year."""
    return _weekday(_bare(day), language)


@lru_cache(maxsize=_REMEMBERED)
def _weekday(day: date, language: Language) -> str:
    if language.code == _FRENCH:
        return spoken_date(day, language.code, year=False)
    return format_date(day, language.day, locale=language.locale)


def brief_date(day: date, language: Language) -> str:
    """Say a date in the fewest signs that the language allows."""
    return _brief_date(_bare(day), language)


@lru_cache(maxsize=_REMEMBERED)
def _brief_date(day: date, language: Language) -> str:
    if language.code == _FRENCH:
        return short_date(day, language.code)
    return format_date(day, language.short_date, locale=language.locale)


def _bare(day: date) -> date:
    """Give a day without its hour: two hours of two zones may be equal on different days."""
    return date(day.year, day.month, day.day)


def clock(moment: datetime, language: Language, *, space: str = NO_BREAK) -> str:
    """Say a time; `space` is what stands between a number and its unit."""
    if language.code == _FRENCH:
        return spoken_time(moment, language.code, space=space)
    return format_time(moment.time(), language.time, locale=language.locale)


def then(notice: Notice, language: Language, *, say: Callable[[date, Language], str]) -> str:
    """Say what follows the first appointment of a series, as a clause; empty where nothing does."""
    series = notice.then
    if series is None:
        return ""
    weekly = language.then_weekly if series.every_weeks == 1 else language.then_weeks
    clause = language.then_cancelled if notice.rule is Rule.CANCELLED else weekly
    if not clause:
        return ""
    return Saying.of(clause).filled(
        {"date": say(series.last, language), "weeks": str(series.every_weeks)}
    )


@lru_cache(maxsize=64)
def longest(language: Language) -> tuple[str, str]:
    """Give the longest brief date and the longest time there are, as texts must hold them."""
    days = max((brief_date(day, language) for day in _DAYS), key=len)
    noon = datetime(2027, 1, 1)  # noqa: DTZ001 -- a wall clock, of no place
    moments = (noon + timedelta(minutes=count) for count in range(0, 24 * 60, 10))
    return days, max((clock(moment, language, space="") for moment in moments), key=len)
