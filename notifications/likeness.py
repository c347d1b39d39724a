"""Texts folded so that a word is the same word however its letters are dressed.

Capitals, accents, invisible signs, letters that only look like ours, digits in their place:
whoever reads over a shoulder reads the word all the same, so a list of words must see it.
"""

import re
import tomllib
import unicodedata
from functools import partial
from pathlib import Path
from typing import Final

_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Co", "Cn"})
# A blank of Braille, and fillers of other scripts that nobody sees.
_BLANKS: Final = {"\u2800": " "} | dict.fromkeys("\u3164\u115f\u1160\uffa0\u0640", "")
# Kept as data: hardly anybody could tell these letters apart in a program.
_DATA: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _table(name: str) -> dict[str, str]:
    return {alike: letter for letter, others in _DATA[name].items() for alike in others}


_LOOKS: Final = _table("letters")
_CAPITAL_LOOKS: Final = _table("capitals")
_SAME: Final = _table("same")
# Letters in squares and discs that Unicode does not take apart, each block from A to Z.
_FRAMED: Final = (0x1F150, 0x1F170, 0x1F1E6)
_DIGITS: Final = tuple(str.maketrans("01345789@$!|€", f"o{one}eastbgasiie") for one in "il")
_DIGITED = re.compile(r"[\w@$!|€]*[^\W\d_][\w@$!|€]*")


def folded(text: str) -> str:
    """Give a text in lower case, without accents and without what nobody sees."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_plain(letter) for letter in apart)


def as_it_looks(text: str) -> str:
    """Give a text folded, and in Latin letters wherever its letters look like those."""
    # Before folding, which makes other letters of some, and after it.
    latin = "".join(_CAPITAL_LOOKS.get(each, _LOOKS.get(each, _framed(each))) for each in text)
    return "".join(_LOOKS.get(letter, letter) for letter in folded(latin))


def undigited(text: str) -> tuple[str, ...]:
    """Give a text with digits and signs read as letters in every word that has a letter."""
    return tuple(_DIGITED.sub(partial(_read_as, table), text) for table in _DIGITS)


def _read_as(table: dict[int, int], found: re.Match[str]) -> str:
    return found[0].translate(table)


def mixed(text: str) -> bool:
    """Tell whether a single word of a text is written in letters of two scripts."""
    return any(len(_scripts(word)) > 1 for word in re.findall(r"\w+", text))


def _scripts(word: str) -> frozenset[str]:
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha())
    return frozenset(name for name in names if name in _SCRIPTS)


_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


def _plain(letter: str) -> str:
    if letter in _BLANKS:
        return _BLANKS[letter]
    if unicodedata.category(letter) in _INVISIBLE:
        return ""
    return _SAME.get(letter, letter)


def _framed(letter: str) -> str:
    for first in _FRAMED:
        if first <= ord(letter) < first + 26:
            return chr(ord("a") + ord(letter) - first)
    return letter
