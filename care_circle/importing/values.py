"""One value of a source in its one written form, or the reason why it is none."""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from care_circle.ages import GestationalAge, NotAGestationalAge
from care_circle.contact import BadEmail, BadPhone, entered_email, phone_number
from care_circle.importing.fields import Field, Kind
from care_circle.ins import is_name
from care_circle.role import (
    PROFESSION_LABELS,
    TRE_G15,
    TRE_R95,
    Profession,
    ProfessionCode,
    UnknownProfession,
    profession_coded,
)

_FRENCH_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,9}([.,]\d{1,6})?", re.ASCII)
_GESTATION = re.compile(
    r"(\d{1,2})\s*(?:sa|semaines?)?\s*(?:\+?\s*([0-6])\s*(?:j|jours?)?)?", re.ASCII | re.IGNORECASE
)
_DIGITS = re.compile(r"[0-9A-Z]{1,20}", re.ASCII)
_RPPS = re.compile(r"8?(\d{11})", re.ASCII)
_NATIONAL = re.compile(r"0[1-9]\d{8}", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_LONGEST_TEXT = 200


class Reason(StrEnum):
    """Why a line or a value of it is refused, or told without being refused."""

    MISSING = "missing"
    NOT_A_NAME = "not_a_name"
    NOT_A_DAY = "not_a_day"
    TWO_DIGIT_YEAR = "two_digit_year"
    NO_SUCH_DAY = "no_such_day"
    IN_THE_FUTURE = "in_the_future"
    IMPOSSIBLE_DAY = "impossible_day"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_WORD = "not_a_word"
    NOT_A_GESTATION = "not_a_gestation"
    NOT_A_PHONE = "not_a_phone"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_CODE = "not_a_code"
    NOT_AN_RPPS = "not_an_rpps"
    NOT_A_PROFESSION = "not_a_profession"
    NOT_A_PLACE = "not_a_place"
    NOT_A_FINESS = "not_a_finess"
    TELLING = "telling"
    TOO_LONG = "too_long"
    FORMULA = "formula"
    LINE_BREAK = "line_break"
    CONTROL_CHARACTER = "control_character"
    BAD_QUOTES = "bad_quotes"
    WRONG_CELLS = "wrong_cells"
    SAME_ID_BEFORE = "same_id_before"
    FORGOTTEN = "forgotten"
    UNKNOWN_HERE = "unknown_here"
    UNREACHABLE = "unreachable"
    NOT_QUALIFIED = "not_qualified"
    WRONG_SYSTEM = "wrong_system"
    WRONG_KEY = "wrong_key"
    TO_COMPLETE = "to_complete"
    TOO_MANY = "too_many"


class Unreadable(ValueError):
    """A value is none of its kind; `reason` says why, and nothing of the value."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a source writes: its words for yes and no, and the prefix its phone numbers lack."""

    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    blanks: frozenset[str] = frozenset()
    phone_prefix: str = "+33"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Where a field stands in a source: its headings, its words, what its numbers are times."""

    field: Field
    names: tuple[str, ...]
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    times: int = 1


def folded(text: str) -> str:
    """Give a heading or a word as it is compared: letters and digits, no accents, no case."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    return "".join(letter for letter in plain if letter.isalnum()).casefold()


def tidied(text: str) -> str:
    """Give a cell without the blanks around it, and with plain spaces within."""
    return _SPACES.sub(" ", text).strip()


def read_value(text: str, column: Column, manner: Manner) -> str:
    """Give a value in its written form; the empty text where the source says nothing.

    Raises:
        Unreadable: It is no value of the field's kind.
    """
    if folded(text) in column.words:
        return column.words[folded(text)]
    if not text or text.casefold() in manner.blanks:
        return ""
    return _READERS[column.field.kind](text, column, manner)


def _text(text: str, _column: Column, _manner: Manner) -> str:
    if len(text) > _LONGEST_TEXT:
        raise Unreadable(Reason.TOO_LONG)
    return text


def _name(text: str, _column: Column, _manner: Manner) -> str:
    if not is_name(text):
        raise Unreadable(Reason.NOT_A_NAME)
    return text


def _names(text: str, column: Column, manner: Manner) -> str:
    """Read given names, apart by commas where there are some, else by spaces."""
    parts = [part for part in map(str.strip, text.split("," if "," in text else " ")) if part]
    return ",".join(_name(part, column, manner) for part in parts)


def _day(text: str, _column: Column, _manner: Manner) -> str:
    french, iso = _FRENCH_DAY.fullmatch(text), _ISO_DAY.fullmatch(text)
    if french is not None:
        day, month, year = map(int, french.groups())
    elif iso is not None:
        year, month, day = map(int, iso.groups())
    elif re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", text, re.ASCII):
        raise Unreadable(Reason.TWO_DIGIT_YEAR)
    else:
        raise Unreadable(Reason.NOT_A_DAY)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Unreadable(Reason.NO_SUCH_DAY) from None


def _number(text: str, column: Column) -> float:
    plain = text.replace(" ", "").replace("\N{MINUS SIGN}", "-")
    if _DECIMAL.fullmatch(plain) is None:
        raise Unreadable(Reason.NOT_A_NUMBER)
    return round(float(plain.replace(",", ".")) * column.times, 6)


def _decimal(text: str, column: Column, _manner: Manner) -> str:
    return written_number(_number(text, column))


def _whole(text: str, column: Column, _manner: Manner) -> str:
    number = _number(text, column)
    if not number.is_integer():
        raise Unreadable(Reason.NOT_WHOLE)
    return str(int(number))


def written_number(number: float) -> str:
    """Write a number: no zeros at its end, a point, never an exponent."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _flag(text: str, _column: Column, manner: Manner) -> str:
    word = folded(text)
    if word in manner.yes or word in manner.no:
        return "true" if word in manner.yes else "false"
    raise Unreadable(Reason.NOT_A_WORD)


def _word(text: str, column: Column, _manner: Manner) -> str:
    if text in column.field.words:
        return text
    raise Unreadable(Reason.NOT_A_WORD)


def _gestation(text: str, _column: Column, _manner: Manner) -> str:
    found = _GESTATION.fullmatch(text)
    if found is None:
        raise Unreadable(Reason.NOT_A_GESTATION)
    return gestation(int(found[1]), int(found[2] or 0))


def gestation(weeks: int, days: int) -> str:
    """Write a gestational age.

    Raises:
        Unreadable: It is none.
    """
    try:
        age = GestationalAge(weeks=weeks, days=days)
    except NotAGestationalAge:
        raise Unreadable(Reason.NOT_A_GESTATION) from None
    return f"{age.weeks}+{age.days}"


def _phone(text: str, _column: Column, manner: Manner) -> str:
    """Read a number as people write it; one without a country gets the source's own."""
    digits = re.sub(r"[\s.()/-]", "", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif _NATIONAL.fullmatch(digits) is not None:
        digits = manner.phone_prefix + digits[1:]
    try:
        return phone_number(digits)
    except BadPhone:
        raise Unreadable(Reason.NOT_A_PHONE) from None


def _email(text: str, _column: Column, _manner: Manner) -> str:
    try:
        return entered_email(text)
    except BadEmail:
        raise Unreadable(Reason.NOT_AN_EMAIL) from None


def _digits(text: str, _column: Column, _manner: Manner) -> str:
    plain = text.replace(" ", "").upper()
    if _DIGITS.fullmatch(plain) is None:
        raise Unreadable(Reason.NOT_A_CODE)
    return plain


def _rpps(text: str, _column: Column, _manner: Manner) -> str:
    """Read eleven digits, or the national identifier that is an 8 before them (RPPS-3)."""
    found = _RPPS.fullmatch(text.replace(" ", ""))
    if found is None:
        raise Unreadable(Reason.NOT_AN_RPPS)
    return found[1]


def _profession(text: str, _column: Column, _manner: Manner) -> str:
    word = folded(text)
    if word in _PROFESSIONS:
        return _PROFESSIONS[word].value
    code, bar, system = text.partition("|")
    systems = (system,) if bar else (TRE_G15, TRE_R95)
    for each in systems:
        try:
            return profession_coded(ProfessionCode(system=each, code=code)).value
        except UnknownProfession:
            continue
    raise Unreadable(Reason.NOT_A_PROFESSION)


_PROFESSIONS: Final = {
    **{folded(each): each for each in Profession},
    **{folded(label.fr): each for each, label in PROFESSION_LABELS.items()},
    **{folded(label.en): each for each, label in PROFESSION_LABELS.items()},
}
_READERS: Final[Mapping[Kind, Callable[[str, Column, Manner], str]]] = {
    Kind.TEXT: _text,
    Kind.NAME: _name,
    Kind.NAMES: _names,
    Kind.DAY: _day,
    Kind.WHOLE: _whole,
    Kind.DECIMAL: _decimal,
    Kind.FLAG: _flag,
    Kind.WORD: _word,
    Kind.GESTATION: _gestation,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.DIGITS: _digits,
    Kind.RPPS: _rpps,
    Kind.PROFESSION: _profession,
}
