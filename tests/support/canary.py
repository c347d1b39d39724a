"""Finds a planted phrase in bytes, in every disguise a program gives to text by accident."""

import base64
import contextlib
import gzip
import json
import quopri
import re
import zlib
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from pathlib import Path
from urllib.parse import quote, quote_plus

_GZIP_MAGIC = b"\x1f\x8b\x08"


def forms(phrase: str) -> dict[str, bytes]:
    """Give each disguise a name and the bytes to look for."""
    utf8 = phrase.encode()
    found = {
        "utf-8": utf8,
        "utf-16-le": phrase.encode("utf-16-le"),
        "utf-16-be": phrase.encode("utf-16-be"),
        "json": json.dumps(phrase)[1:-1].encode(),
        "percent": quote(phrase).encode(),
        "percent-plus": quote_plus(phrase).encode(),
        "hex": utf8.hex().encode(),
        "hex-capitals": utf8.hex().upper().encode(),
        "backslashes": repr(utf8)[2:-1].encode(),
    }
    with contextlib.suppress(UnicodeEncodeError):
        found["latin-1"] = phrase.encode("latin-1")
    for shift in range(3):
        standard = _inner_base64(utf8, shift)
        found[f"base64+{shift}"] = standard
        found[f"base64url+{shift}"] = standard.replace(b"+", b"-").replace(b"/", b"_")
    return found


def sightings(phrase: str, data: bytes) -> list[str]:
    """Name the disguises in which a phrase is in some bytes, packed parts and mails included."""
    seen = []
    for place, content in _layers(data):
        lower = content.lower()
        for name, needle in forms(phrase).items():
            if needle in content or (name.startswith("hex") and needle.lower() in lower):
                seen.append(f"{place}{name}")
    return sorted(set(seen))


def sightings_in_files(phrases: Iterable[str], root: Path) -> list[str]:
    """Look for phrases in every file below a folder, names of files included."""
    found = []
    wanted = tuple(phrases)
    for path in sorted(root.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        data = str(path.relative_to(root)).encode() + b"\n" + content
        found += [
            f"{path.relative_to(root)}: {phrase}: {name}"
            for phrase in wanted
            for name in sightings(phrase, data)
        ]
    return found


def _inner_base64(data: bytes, shift: int) -> bytes:
    """Encode as if `shift` bytes came before, and keep only what the neighbours cannot change."""
    encoded = base64.b64encode(b"\0" * shift + data)
    first = (shift * 8 + 5) // 6
    last = (shift + len(data)) * 8 // 6
    return encoded[first:last]


def _layers(data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    yield "", data
    if depth > 2:
        return
    for start in (match.start() for match in re.finditer(re.escape(_GZIP_MAGIC), data)):
        for place, content in _layers(_unpacked(data[start:]), depth + 1):
            yield f"gzip:{place}", content
    if b"=" in data:
        yield "quoted-printable:", quopri.decodestring(data)
    for content in _mail_parts(data):
        yield "mail:", content


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, 10_000_000)
    except zlib.error:
        return b""


def _mail_parts(data: bytes) -> Iterator[bytes]:
    if b"Content-Transfer-Encoding" not in data:
        return
    for part in message_from_bytes(data).walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content


def packed(text: str) -> bytes:
    """Pack a text as gzip, for the scanner's own positive control."""
    return gzip.compress(text.encode())
