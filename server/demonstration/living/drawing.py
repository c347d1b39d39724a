"""Small files made by code: a growth curve, a photograph of nobody, a letter of one page."""

import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

Colour = tuple[int, int, int]
Paint = Callable[[float, float], Colour]

PAPER: Colour = (250, 248, 244)
INK: Colour = (43, 91, 97)
BAND: Colour = (226, 237, 236)
LINE: Colour = (205, 212, 210)
DOT: Colour = (165, 48, 42)
GRAIN = 3
_SIDE = (480, 321)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A file, and what its entry says of it."""

    content: bytes = field(repr=False)
    media_type: str
    width: int | None = None
    height: int | None = None


def drawn(name: str) -> Drawn:
    """Draw what a name of the script asks for: its ending and first word say what.

    The same name always gives the same bytes.
    """
    if name.endswith(".pdf"):
        return Drawn(content=letter(name.removesuffix(".pdf")), media_type="application/pdf")
    width, height = _SIDE
    paint = curve if name.startswith("courbe") else _picture(sum(name.encode()))
    return Drawn(
        content=png(width, height, paint), media_type="image/png", width=width, height=height
    )


def curve(x: float, y: float) -> Colour:
    """Paint a growth curve: a band, its middle, and dots that climb along it."""
    low, middle, high = (0.95 - 0.75 * math.sqrt(x) * part for part in (0.8, 0.95, 1.1))
    measured = middle + 0.03 * math.sin(x * 9)
    if _near(x * 6 % 1, 0.5, 0.06) and _near(y, measured, 0.016):
        return DOT
    if _near(y, middle, 0.004):
        return INK
    if high < y < low:
        return BAND
    return LINE if _near(x * 12 % 1, 0, 0.02) or _near(y * 8 % 1, 0, 0.02) else PAPER


def png(width: int, height: int, paint: Paint) -> bytes:
    """Write an image in eight-bit colours (PNG, third edition); coordinates go from 0 to 1."""
    rows = bytearray()
    for row in range(0, height, GRAIN):
        line = bytearray(1)
        for column in range(0, width, GRAIN):
            line += bytes(paint(column / width, row / height)) * GRAIN
        rows += line * GRAIN
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def letter(title: str) -> bytes:
    """Write a page of PDF 1.4 with a title and a few lines that stand for words."""
    words = title.encode("cp1252", "replace").replace(b"(", b"\\(").replace(b")", b"\\)")
    lines = b"".join(
        b"0.85 g 72 %d %d 7 re f " % (680 - 24 * n, 380 - 41 * n % 97) for n in range(9)
    )
    page = b"BT /F1 18 Tf 72 730 Td (%s) Tj ET %s" % (words, lines)
    sheet = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        sheet + b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    return _document(bodies)


def _document(bodies: tuple[bytes, ...]) -> bytes:
    """Put objects into a file with its table of places."""
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    begins, count = len(written), len(bodies) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, begins)
    return bytes(written)


def _picture(seed: int) -> Paint:
    """Paint soft hills in the colours of a name: a photograph of nobody."""
    warm, turn = 120 + seed % 90, seed % 7

    def paint(x: float, y: float) -> Colour:
        hill = 0.55 + 0.12 * math.sin(6 * x + turn) + 0.05 * math.sin(17 * x)
        if _near(math.hypot((x - 0.2 - turn / 12) * 1.5, y - 0.25), 0, 0.12):
            return (243, 217, 177)
        return (warm // 2, 120 - turn * 4, 105) if y > hill else (214 - turn * 3, 232, warm + 30)

    return paint


def _near(one: float, other: float, within: float) -> bool:
    return abs(one - other) < within


def _chunk(kind: bytes, body: bytes) -> bytes:
    sum_ = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", sum_)
