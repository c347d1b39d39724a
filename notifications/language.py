"""A language families are written to in: data beside its templates, one file for each.

`language.toml` says how the language is called, which way it runs, what its short messages
are written in, and how its dates are put, as Unicode's date patterns (UTS 35).
"""

import tomllib
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, Self, TypeVar

from notifications.gsm7 import Alphabet

Kind = TypeVar("Kind", bound=StrEnum)

FILE: Final = "language.toml"
_NEEDED: Final = ("name", "locale", "summary")

LEFT_TO_RIGHT_ISOLATE = "\u2066"
FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"


class BadLanguageFile(ValueError):
    """A language's file cannot be used; `complaint` says why."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = complaint


class Direction(StrEnum):
    """Which way a language runs, as HTML's `dir` has it."""

    LTR = "ltr"
    RTL = "rtl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How one language is written.

    `code` is its BCP 47 tag and the name of its folder, `name` how it calls itself, `locale`
    the one whose names of days and months it uses, `summary` what a calendar calls an
    appointment. Four are patterns: a date with its
    year, one without, a short one, a time. The last three say what follows the first of a
    series, by {date} and {weeks}; empty, they say nothing.
    """

    code: str
    name: str
    locale: str
    summary: str
    direction: Direction = Direction.LTR
    sms: Alphabet = Alphabet.GSM_7
    date: str = "EEEE d MMMM y"
    day: str = "EEEE d MMMM"
    short_date: str = "EEE dd/MM"
    time: str = "HH:mm"
    then_weekly: str = ""
    then_weeks: str = ""
    then_cancelled: str = ""

    @classmethod
    def read(cls, code: str, text: str) -> Self:
        """Read a language from TOML.

        Raises:
            BadLanguageFile: It is not TOML, or says what no language can say.
        """
        try:
            said = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadLanguageFile(f"this is not TOML: {error}") from error
        known = {each.name for each in fields(cls)} - {"code"}
        for key, value in said.items():
            if key not in known:
                raise BadLanguageFile(f"unknown key {key!r}")
            if not isinstance(value, str) or not value.strip() or not value.isprintable():
                raise BadLanguageFile(f"{key!r} is a text of one line")
        for key in _NEEDED:
            if key not in said:
                raise BadLanguageFile(f"{key!r} is missing")
        said["direction"] = _one_of(Direction, "direction", said.get("direction", "ltr"))
        said["sms"] = _one_of(Alphabet, "sms", said.get("sms", "gsm-7"))
        return cls(code=code, **said)

    def apart(self, value: str, *, latin: bool = True) -> str:
        """Keep a value in one piece among words that run the other way.

        `latin` is for what runs left to right whatever it begins with: an address, a number,
        a time. Telephones make links of all that follows an address up to a blank, so that
        one stands before the sign that ends the isolation.
        """
        if self.direction is Direction.LTR or not value:
            return value
        if not latin:
            return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"
        blank = " " if "://" in value else ""
        return f"{LEFT_TO_RIGHT_ISOLATE}{value}{blank}{POP_ISOLATE}"


def _one_of(kind: type[Kind], key: str, said: str) -> Kind:
    if said not in list(kind):
        raise BadLanguageFile(f"{key!r} is one of {', '.join(kind)}")
    return kind(said)
