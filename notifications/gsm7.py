"""The alphabet of short messages: 160 characters of GSM 03.38, or fewer.

One character outside it would turn the whole message into UCS-2 and 160 into 70, so
texts are brought into it first: « ê » loses its accent, « œ » becomes « oe ». Those of
the extension table count double (3GPP TS 23.038, section 6.2.1.1).
"""

import unicodedata

LIMIT = 160

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
}


class NotGsm7(Exception):
    """The text holds a character that has no likeness in the alphabet."""


def transliterate(text: str) -> str:
    """Bring a text into the alphabet, keeping what it says.

    Raises:
        NotGsm7: A character has no likeness in it, as those of other scripts.
    """
    return "".join(map(_likeness, text))


def septets(text: str) -> int:
    """Count what a text in the alphabet takes of the 160, extension characters twice.

    Raises:
        NotGsm7: A character is not in the alphabet.
    """
    if not all(letter in _BASIC or letter in _EXTENSION for letter in text):
        raise NotGsm7
    return len(text) + sum(letter in _EXTENSION for letter in text)


def _likeness(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENSION:
        return letter
    spelled = _SPELLED.get(letter, unicodedata.normalize("NFKD", letter))
    plain = "".join(part for part in spelled if not unicodedata.combining(part))
    if not plain or not all(part in _BASIC for part in plain):
        raise NotGsm7
    return plain
