"""A photo as a phone takes it: a JPEG whose EXIF block tells where, and what it is called."""

import struct
from typing import Final

CAPTION: Final = b"Chez Zephyrine, sur le canape\0"
_START = b"\xff\xd8"
_APP1 = b"\xff\xe1"
_ASCII, _LONG, _RATIONAL = 2, 4, 5
_DESCRIPTION, _GPS, _NORTH, _LATITUDE = 0x010E, 0x8825, 1, 2
_ENTRY = struct.Struct("<HHII")
_IFD0 = 8


def with_place(jpeg: bytes) -> bytes:
    """Put an EXIF block with a caption and a latitude behind a JPEG's first marker."""
    assert jpeg.startswith(_START)
    said = b"Exif\0\0" + _tiff()
    return _START + _APP1 + struct.pack(">H", len(said) + 2) + said + jpeg[2:]


def _tiff() -> bytes:
    """Write two directories: what it is, and where it was taken."""
    gps = _IFD0 + 2 + 2 * _ENTRY.size + 4
    latitude = gps + 2 + 2 * _ENTRY.size + 4
    caption = latitude + 24
    first = [
        _ENTRY.pack(_DESCRIPTION, _ASCII, len(CAPTION), caption),
        _ENTRY.pack(_GPS, _LONG, 1, gps),
    ]
    place = [
        _ENTRY.pack(_NORTH, _ASCII, 2, int.from_bytes(b"N\0\0\0", "little")),
        _ENTRY.pack(_LATITUDE, _RATIONAL, 3, latitude),
    ]
    degrees = struct.pack("<6I", 45, 1, 30, 1, 612, 100)
    return (
        b"II*\0"
        + struct.pack("<I", _IFD0)
        + _directory(first)
        + _directory(place)
        + degrees
        + CAPTION
    )


def _directory(entries: list[bytes]) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
