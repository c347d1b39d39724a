"""How a text is written for a mobile network: in GSM 03.38, or in UCS-2 where that cannot say it.

3GPP TS 23.038, section 6.2.1 (the default alphabet and its extension table); TS 23.040,
section 9.2.3.24.1 for the header of messages in several parts.
"""

import zlib
from dataclasses import dataclass, field

from notifications import gsm7

GSM7_CODING = 0
UCS2_CODING = 8

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_ESCAPE = 0x1B
_LETTERS = {letter: bytes([code]) for code, letter in enumerate(_BASIC) if code != _ESCAPE} | {
    letter: bytes([_ESCAPE, code]) for letter, code in _EXTENSION.items()
}
_SAID = {code[1]: letter for letter, code in _LETTERS.items() if len(code) > 1}
_WHOLE = {GSM7_CODING: 160, UCS2_CODING: 140}
# With the header of parts: 153 septets, 67 characters of two bytes.
_PART = {GSM7_CODING: 153, UCS2_CODING: 134}
_MOST_PARTS = 255


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as it goes over the air: one septet a byte in GSM 03.38, two bytes in UCS-2.

    `parts` begin with a user data header where there are several (`has_header`).
    """

    coding: int
    parts: tuple[bytes, ...] = field(repr=False)

    @property
    def has_header(self) -> bool:
        """Tell whether each part begins with a user data header."""
        return len(self.parts) > 1


def is_gsm7(text: str) -> bool:
    """Tell whether a text stays within the alphabet of 160 characters a message."""
    try:
        gsm7.septets(text)
    except gsm7.NotGsm7:
        return False
    return True


def encoded(text: str) -> Encoded:
    """Write a text for the air, in as many parts as it takes."""
    coding = GSM7_CODING if is_gsm7(text) else UCS2_CODING
    letters = [_LETTERS[each] if coding == GSM7_CODING else _two_bytes(each) for each in text]
    if sum(map(len, letters)) <= _WHOLE[coding]:
        return Encoded(coding, (b"".join(letters),))
    parts = _cut(letters, _PART[coding])[:_MOST_PARTS]
    # The same text has the same mark at every attempt: a phone then knows a second copy's parts.
    header = bytes([5, 0, 3, zlib.crc32(text.encode()) % 256, len(parts)])
    return Encoded(
        coding, tuple(header + bytes([place]) + part for place, part in enumerate(parts, start=1))
    )


def decoded(data: bytes, coding: int) -> str:
    """Read what came over the air; what cannot be read stands as a question mark."""
    if coding == UCS2_CODING:
        return data.decode("utf-16-be", "replace")
    if coding == GSM7_CODING:
        return _septets_read(data)
    return data.decode("latin-1")


def _two_bytes(letter: str) -> bytes:
    return letter.encode("utf-16-be", "replace")


def _cut(letters: list[bytes], size: int) -> list[bytes]:
    """Fill parts letter by letter, so that none is torn apart."""
    parts = [b""]
    for letter in letters:
        if len(parts[-1]) + len(letter) > size:
            parts.append(b"")
        parts[-1] += letter
    return parts


def _septets_read(data: bytes) -> str:
    said, codes = "", iter(data)
    for code in codes:
        if code == _ESCAPE:
            said += _SAID.get(next(codes, 0), "?")
        else:
            said += _BASIC[code] if code < len(_BASIC) else "?"
    return said
