"""The press: sheets in, PDF out, tagged for those who hear a page (PDF/UA-1).

What was written reaches the template as one JSON value, never as markup, so that no sign
in it can mean anything. No font of the machine is used: paper looks the same everywhere.
"""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import msgspec

from notifications.typography import NO_BREAK
from server.printing.sheet import Block, Drawing, Grid, Pairs, Prose, Sheet
from server.spoken import spoken_time

_TEMPLATE: Final = Path(__file__).parent / "sheet.typ"
_KINDS: Final = {Pairs: "pairs", Prose: "prose", Grid: "grid", Drawing: "drawing"}
_WORDS: Final = {
    "fr": {"page": "page", "of": "sur", "printed": "Imprimé le", "signed": "Signé"},
    "en": {"page": "page", "of": "of", "printed": "Printed on", "signed": "Signed"},
}


async def print_sheet(sheet: Sheet) -> bytes:
    """Set a sheet as PDF/UA-1, beside the event loop: it takes some tens of milliseconds."""
    return await asyncio.to_thread(_set, sheet)


def _set(sheet: Sheet) -> bytes:
    # Late: whoever never prints pays nothing for the press.
    import typst  # noqa: PLC0415

    pdf = typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(_told(sheet), ensure_ascii=False)},
        pdf_standards="ua-1",
    )
    return bytes(pdf)


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
