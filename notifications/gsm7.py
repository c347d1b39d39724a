"""The alphabets of short messages: 160 characters of GSM 03.38, or 70 of any script.

One character outside it would turn the whole message into UCS-2 and 160 into 70, so
texts are brought into it first: « ê » loses its accent, « œ » becomes « oe ». Those of
the extension table count double (3GPP TS 23.038, section 6.2.1.1). Only a language that
says so is written in UCS-2, never one that happened to hold a letter too many.
"""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

LIMIT: Final = 160


class Alphabet(StrEnum):
    """What a language's short messages are written in, as the language itself declares."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


LIMITS: Final[Mapping[Alphabet, int]] = {Alphabet.GSM_7: LIMIT, Alphabet.UCS_2: 70}
"""How much one message holds: septets, or UTF-16 units."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_SPELLED = {
    "œ": "oe",
    "Œ": "OE",
    "\u2019": "'",
    "\u2018": "'",
    "\u201c": '"',
    "\u201d": '"',
    "«": '"',
    "»": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2011": "-",
    "\u2026": "...",
    "\u00a0": " ",
    "\u202f": " ",
    "°": "o",
    "\t": " ",
    "\u00d7": "x",
    "·": ".",
    "•": "-",
    "\u2010": "-",
    "\u2012": "-",
    "\u2212": "-",
    "đ": "d",
    "Đ": "D",
    "ł": "l",
    "Ł": "L",
    "\u0131": "i",
    "ð": "d",
    "þ": "th",
}


class TooLong(Exception):
    """The text does not fit one message."""


class NotGsm7(Exception):
    """The text holds a character that has no likeness in the alphabet."""


def transliterate(text: str) -> str:
    """Bring a text into the alphabet, keeping what it says.

    Raises:
        NotGsm7: A character has no likeness in it, as those of other scripts.
    """
    if text.isascii() and _BASIC.issuperset(text):
        return text
    return "".join(map(_likeness, unicodedata.normalize("NFC", text)))


def septets(text: str) -> int:
    """Count what a text in the alphabet takes of the 160, extension characters twice.

    Raises:
        NotGsm7: A character is not in the alphabet.
    """
    if _BASIC.issuperset(text):
        return len(text)
    if not all(letter in _BASIC or letter in _EXTENSION for letter in text):
        raise NotGsm7
    return len(text) + sum(letter in _EXTENSION for letter in text)


def message(text: str, alphabet: Alphabet) -> str:
    """Give a text as one message in an alphabet.

    Raises:
        NotGsm7: A character has no likeness in GSM-7, and the alphabet is that one.
        TooLong: It takes more than one message.
    """
    said = transliterate(text) if alphabet is Alphabet.GSM_7 else text
    taken = septets(said) if alphabet is Alphabet.GSM_7 else units(said)
    if taken > LIMITS[alphabet]:
        raise TooLong
    return said


def units(text: str) -> int:
    """Count the UTF-16 units of a text, of which a message in UCS-2 holds seventy."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _likeness(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENSION:
        return letter
    if unicodedata.category(letter) == "Cf":
        return ""  # Nobody sees it: a joiner, or a mark of direction.
    spelled = _SPELLED.get(letter, unicodedata.normalize("NFKD", letter))
    plain = "".join(part for part in spelled if not unicodedata.combining(part))
    if not plain or not all(part in _BASIC for part in plain):
        raise NotGsm7
    return plain
