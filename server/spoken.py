"""Dates and times as people say them, in the languages that families read."""

from datetime import date, datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from notifications.typography import NO_BREAK

_LOCALES = {"fr": "fr_FR", "en": "en_GB"}


def spoken_date(day: date, language: str = "fr", *, year: bool = True) -> str:
    """Say a date in words; French says « 1er » where Babel says « 1 »."""
    number = "d'er'" if language == "fr" and day.day == 1 else "d"
    return _written(day, f"EEEE {number} MMMM{' y' if year else ''}", language)


def short_date(day: date, language: str = "fr") -> str:
    """Say a date in the fewest signs that still name its weekday."""
    return _written(day, "EEE dd/MM", language)


def spoken_time(moment: datetime, language: str = "fr", *, space: str = NO_BREAK) -> str:
    """Say a time on the 24-hour clock: « 14 h 30 », « 9 h », 14:30."""
    if language != "fr":
        return f"{moment:%H:%M}"
    minutes = f"{space}{moment:%M}" if moment.minute else ""
    return f"{moment.hour}{space}h{minutes}"


def _written(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=_LOCALES.get(language, language))


def language_name(code: str) -> str:
    """Give what a language calls itself; its code where nobody knows."""
    try:
        return Locale.parse(code, sep="-").get_language_name() or code
    except (UnknownLocaleError, ValueError):
        return code
