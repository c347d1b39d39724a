"""French typography: the spaces that must not break, put where a typist put plain ones."""

import re

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"

_BEFORE_COLON = re.compile(r"[ \u00a0\u202f](?=[:»])")
_BEFORE_HIGH = re.compile(r"[ \u00a0\u202f](?=[;!?])")
_AFTER_QUOTE = re.compile(r"(?<=«)[ \u00a0\u202f]")


def french(text: str) -> str:
    """Set no-break spaces: a wide one by « : » and quotes, a narrow one before « ; ! ? »."""
    wide = _AFTER_QUOTE.sub(NO_BREAK, _BEFORE_COLON.sub(NO_BREAK, text))
    return _BEFORE_HIGH.sub(NARROW_NO_BREAK, wide)
