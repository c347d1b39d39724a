"""Which signs the press can show, and what stands for those that it cannot.

PDF/UA-1 refuses a paper with a sign that no font has a picture for, and what families and
carers write holds all signs there are. So a sign without a picture is replaced by an empty
square before the press sees it; whoever prints says once what the square means.
"""

import re
import unicodedata
from typing import Final

SUBSTITUTE: Final = "\u25a1"
"""An empty square, which the fonts have."""

BREAK: Final = "\u200b"
"""Where a line may end within a word; takes no room."""

LONG_WORD: Final = 30
"""Signs beyond which a word may be broken: more than any line of a narrow column holds."""

_PIECE: Final = 10
_JOINER: Final = "\u200d"
_SKINS: Final = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_LATIN_END: Final = "\u017f"
_LINE_ENDS: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_KNOWN: Final = """
20-7E A0-377 37A-37F 384-38A 38C 38E-3A1 3A3-4FF 510-513 51A-51D 531-556 559-58A 58D-58F 591-5C7
5D0-5EA 5EF-5F4 606-60C 615 61B-61C 61F 621-63A 640-655 65A 660-66D 674 679-67B 67E-680 683-684
686-687 691 698 6A4 6A9 6AF 6BE 6CC 6F0-6F9 900-97F E3F E81-E82 E84 E87-E88 E8A E8D E94-E97
E99-E9F EA1-EA3 EA5 EA7 EAA-EAB EAD-EB9 EBB-EBC EC8-ECD 10D0-10FF 13A0-13F5 13F8-13FD 17B4-17B5
180B-180F 1AB0-1ACE 1D00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D
1F80-1FB4 1FB6-1FC4 1FC6-1FD3 1FD6-1FDB 1FDD-1FEF 1FF2-1FF4 1FF6-1FFE 2000-2040 2042 2044-2052
2054-2064 2066-2071 2074-208E 2090-209C 20A0-20C0 20D0-20F0 2100-211E 2120 2122 2124 2126-2151
2153-2184 2189 2190-23FF 2422-2423 2460-2606 2609-262F 2638-268B 2690-269C 26A0-26A7 26AA-26AF
26B2 2701-2704 2706-2709 270C-2714 2717-2726 272A-274B 274D 274F-2752 2756 2758-275E 2761-277F
2794 2798-27AF 27B1-2B73 2B76-2B95 2B97-2BFF 2C60-2CF3 2CF9-2CFF 2E02-2E05 2E08-2E0A 2E17-2E18
2E1F 2E22-2E25 2E2E 3000 3012 3016-3017 301A-301B 3030 3036 306E A46A-A46B A640-A641 A648-A649
A656-A657 A708-A716 A71B-A727 A72D A730 A735 A765 A789-A78E A790-A791 A793 A7AA A7F8-A7F9 AB52
AB66 AB70-ABBF FB00-FB06 FB13-FB17 FB1D-FB36 FB38-FB3C FB3E FB40-FB41 FB43-FB44 FB46-FB4F
FB52-FB81 FB8A-FB95 FB9E-FB9F FBAA-FBAD FBE8-FBE9 FBFC-FBFF FE00-FE01 FE20-FE2F FE66 FE70-FE74
FE76-FEFC FEFF FFF9-FFFD 10140-1018E 102E0-102FB 1BCA0-1BCA3 1D106-1D107 1D173-1D17A 1D400-1D454
1D456-1D49C 1D49E-1D49F 1D4A2 1D4A5-1D4A6 1D4A9-1D4AC 1D4AE-1D4B9 1D4BB 1D4BD-1D4C3 1D4C5-1D505
1D507-1D50A 1D50D-1D514 1D516-1D51C 1D51E-1D539 1D53B-1D53E 1D540-1D544 1D546 1D54A-1D550
1D552-1D6A5 1D6A8-1D7CB 1D7CE-1D7FF 1EE00-1EE03 1EE05-1EE1F 1EE21-1EE22 1EE24 1EE27 1EE29-1EE32
1EE34-1EE37 1EE39 1EE3B 1EE42 1EE47 1EE49 1EE4B 1EE4D-1EE4F 1EE51-1EE52 1EE54 1EE57 1EE59 1EE5B
1EE5D 1EE5F 1EE61-1EE62 1EE64 1EE67-1EE6A 1EE6C-1EE72 1EE74-1EE77 1EE79-1EE7C 1EE7E 1EE80-1EE89
1EE8B-1EE9B 1EEA1-1EEA3 1EEA5-1EEA9 1EEAB-1EEBB 1EEF0-1EEF1 1F12F 1F6D1 1F780-1F7D8 1F7E0-1F7EB
1F800-1F80B 1F810-1F847 1F850-1F859 1F860-1F887 1F890-1F8AD 1F8B0-1F8B1 E0001 E0020-E007F
"""
"""Code points, hexadecimal, that the fonts within typst 0.15 have a picture for in every weight.

Found by reading the fonts' tables and setting each sign; a test sets them all. Left out are
those of private use, which mean nothing outside the font they come from.
"""


def _class() -> str:
    """Write the known code points as the inside of a class of a regular expression."""
    ranges = (piece.partition("-") for piece in _KNOWN.split())
    return "".join(
        f"{re.escape(chr(int(first, 16)))}-{re.escape(chr(int(last or first, 16)))}"
        for first, _, last in ranges
    )


_STRANGE: Final = re.compile(rf"[^\n{_class()}][{_JOINER}\ufe0e\ufe0f]*")
_BEYOND_LATIN: Final = re.compile(rf"[^\n -~\u00a0-{_LATIN_END}{SUBSTITUTE}{BREAK}]")
_LONG: Final = re.compile(rf"[^\s{BREAK}]{{{LONG_WORD + 1},}}")


def known() -> str:
    """Give every sign that the press can show, in the order of Unicode."""
    ranges = (piece.partition("-") for piece in _KNOWN.split())
    return "".join(
        chr(code)
        for first, _, last in ranges
        for code in range(int(first, 16), int(last or first, 16) + 1)
    )


def shown(text: str) -> str:
    """Give a text as the press can set it: strange signs replaced, long words breakable.

    A mark above or below a strange sign goes with it, and so do the pieces of one emoji:
    they are one square. Tabs become spaces, every end of a line a plain one.
    """
    plain = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return _LONG.sub(_breakable, _STRANGE.sub(_substitute, plain))


def latin(text: str) -> str:
    """Give a text with nothing but Latin letters: for signs that clash only side by side."""
    return _BEYOND_LATIN.sub(SUBSTITUTE, text)


def _substitute(found: re.Match[str]) -> str:
    at = found.start()
    before = found.string[at - 1] if at else ""
    if before == _JOINER or (before and _STRANGE.match(before) and _is_part(found[0][0])):
        return ""
    return SUBSTITUTE


def _is_part(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M") or sign in _SKINS


def _breakable(found: re.Match[str]) -> str:
    word = found[0]
    pieces = (word[start : start + _PIECE] for start in range(0, len(word), _PIECE))
    return BREAK.join(pieces)
