"""What `ronde.py build` left in `web/dist`, read once and served from memory.

All of it together is a few hundred kilobytes; a file that the manifest does not name does
not exist.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

FOLDER = Path(__file__).resolve().parents[1] / "web" / "dist"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_NEVER = re.compile(r"q=0(?:\.0{0,3})?", re.ASCII)
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


class ClientNotBuilt(Exception):
    """There is no built client beside this server: `python3 ronde.py build` makes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFile:
    """One file, as it is and as it was compressed beforehand."""

    content: bytes = field(repr=False)
    media_type: str
    compressed: Mapping[str, bytes] = field(repr=False)

    def accepted(self, accept_encoding: str) -> tuple[bytes, str | None]:
        """Return the smallest form that a browser takes, and the name of its encoding."""
        offered = _offered(accept_encoding)
        for encoding, _ in ENCODINGS:
            if encoding in offered and encoding in self.compressed:
                return self.compressed[encoding], encoding
        return self.content, None


def _offered(accept_encoding: str) -> frozenset[str]:
    """Name the encodings that a browser takes; one of weight nought it does not (RFC 9110)."""
    words = (word.partition(";") for word in accept_encoding.lower().split(","))
    return frozenset(
        name.strip() for name, _, weight in words if _NEVER.fullmatch(weight.strip()) is None
    )


def packed(text: str, media_type: str) -> ClientFile:
    """Make a file of a text that is no file, compressed once for all who ask.

    It says nothing about anybody, so its length tells nothing either.
    """
    content = text.encode()
    compressed = {"gzip": gzip.compress(content, compresslevel=9, mtime=0)}
    return ClientFile(content=content, media_type=media_type, compressed=compressed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFiles:
    """A release of the browser client: its entry points by name, its files by path.

    `preload` comes with the script on every page, `session` where somebody is signed in.
    """

    release: str
    script: str
    style: str
    preload: tuple[str, ...]
    session: tuple[str, ...]
    digests: Mapping[str, str] = field(repr=False)
    files: Mapping[str, ClientFile] = field(repr=False)


class _Described(msgspec.Struct, frozen=True):
    sha256: str
    bytes: int


class _Manifest(msgspec.Struct, frozen=True):
    release: str
    script: str
    style: str
    preload: tuple[str, ...]
    files: dict[str, _Described]
    session: tuple[str, ...] = ()


def load(folder: Path = FOLDER) -> ClientFiles | None:
    """Read a built client; None where there is none, or one that was not built to its end."""
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=_Manifest)
        files = {name: _read(folder / name, each.sha256) for name, each in manifest.files.items()}
    except (OSError, msgspec.MsgspecError, ClientNotBuilt):
        return None
    return ClientFiles(
        release=manifest.release,
        script=manifest.script,
        style=manifest.style,
        preload=manifest.preload,
        session=manifest.session,
        digests={name: each.sha256 for name, each in manifest.files.items()},
        files=files,
    )


def _read(path: Path, sha256: str) -> ClientFile:
    """Read a file and what lies compressed beside it.

    Raises:
        ClientNotBuilt: It is not the file that the manifest describes.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ClientNotBuilt
    beside = ((name, path.with_name(path.name + ending)) for name, ending in ENCODINGS)
    return ClientFile(
        content=content,
        media_type=_TYPES.get(path.suffix, "application/octet-stream"),
        compressed={name: each.read_bytes() for name, each in beside if each.exists()},
    )
