"""The press: sheets in, PDF out, tagged for those who hear a page (PDF/UA-1).

What was written reaches the template as one JSON value, never as markup, so that no sign
in it can mean anything. No font of the machine is used: paper looks the same everywhere.
No sign is refused: what no font can show is replaced, and the paper says so (`signs.py`).
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec
from typst import Compiler, TypstError

from notifications.typography import NO_BREAK
from server.printing.sheet import Block, Drawing, Grid, Pairs, Prose, Sheet
from server.printing.signs import SUBSTITUTE, latin, shown
from server.spoken import spoken_time

_TEMPLATE: Final = Path(__file__).parent / "sheet.typ"
_KINDS: Final = {Pairs: "pairs", Prose: "prose", Grid: "grid", Drawing: "drawing"}
_WORDS: Final = {
    "fr": {
        "page": "page",
        "of": "sur",
        "printed": "Imprimé le",
        "signed": "Signé",
        "strange": f"{SUBSTITUTE}{NO_BREAK}: un signe que l'impression ne connaît pas.",
    },
    "en": {
        "page": "page",
        "of": "of",
        "printed": "Printed on",
        "signed": "Signed",
        "strange": f"{SUBSTITUTE}: a sign that printing does not know.",
    },
}
_TURN: Final = Lock()
"""Whose turn it is at the press: it sets one sheet at a time."""


async def print_sheet(sheet: Sheet) -> bytes:
    """Set a sheet as PDF/UA-1, beside the event loop: it takes some tens of milliseconds."""
    return await asyncio.to_thread(_set, sheet)


def _set(sheet: Sheet) -> bytes:
    plain = _told(sheet)
    told = _rewritten(plain, shown)
    try:
        return _pressed(told, plain)
    except TypstError:
        # Signs that the fonts have one by one, but not on top of one another.
        return _pressed(_rewritten(told, latin), plain)


def _pressed(told: object, plain: object) -> bytes:
    held, meant = (json.dumps(each, ensure_ascii=False) for each in (told, plain))
    has_strange = held.count(SUBSTITUTE) > meant.count(SUBSTITUTE)
    inputs = {"sheet": held, "strange": "yes" if has_strange else ""}
    with _TURN:
        pdf = _press().compile(sys_inputs=inputs, format="pdf", pdf_standards="ua-1")
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single file")
    return pdf


@cache
def _press() -> Compiler:
    """Set the press up, once: each new one takes one of the 65,536 numbers that typst has."""
    return Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), ignore_system_fonts=True)


def _rewritten(value: object, write: Callable[[str], str]) -> object:
    """Write every text within some JSON anew."""
    if isinstance(value, str):
        return write(value)
    if isinstance(value, Mapping):
        return {key: _rewritten(held, write) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_rewritten(held, write) for held in value]
    return value


def _told(sheet: Sheet) -> dict[str, object]:
    words = _WORDS.get(sheet.language, _WORDS["en"])
    at = sheet.printed_at
    day = f"{at:%d/%m/%Y}" if sheet.language == "fr" else f"{at:%d %B %Y}"
    return {
        "title": sheet.title,
        "language": sheet.language,
        "state": sheet.state,
        "about": [asdict(pair) for pair in sheet.about],
        "blocks": [_block(block) for block in sheet.blocks],
        "signed": list(sheet.signed),
        "reference": sheet.reference,
        "printed": f"{words['printed']} {day}{NO_BREAK}{spoken_time(at, sheet.language)}",
        "words": words,
    }


def _block(block: Block) -> dict[str, object]:
    held: dict[str, object] = msgspec.to_builtins(block)
    return {"kind": _KINDS[type(block)], **held}
