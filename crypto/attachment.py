"""A file that belongs to an entry, sealed with a key of its own: R8.

STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", 2015) over AES-256-GCM: the file is cut into chunks, each
sealed under a nonce that says which chunk it is and whether it is the last one, so a chunk
that is missing, moved, added or changed is found out when its place comes. What the server
stores is the nonces' random prefix, then the chunks; the key, the true size and the hash of
it all travel in the signed entry.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.mls.suite import Secret, equal

KEY_LENGTH: Final = 32
PREFIX_LENGTH: Final = 7
TAG_LENGTH: Final = 16
CHUNK: Final = 65_536
MAX_SIZE: Final = 10 * 1024 * 1024
SMALLEST: Final = 1_024
"""No file looks smaller than this to the server."""
LABEL: Final = b"ronde attachment v1"
"""Bound to every chunk, so that nothing sealed for another purpose is taken for one."""


class AttachmentFault(StrEnum):
    """Why a file is refused."""

    TOO_LARGE = "too_large"
    MISMATCHED = "mismatched"
    UNREADABLE = "unreadable"


class BadAttachment(Exception):
    """Bytes that are not the file its author sealed, whole and in order."""

    def __init__(self, fault: AttachmentFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A file for the server, and what the entry must say of it: key, size, SHA-256."""

    key: Secret
    size: int
    sha256: bytes
    sealed: bytes = field(repr=False)


def seal(data: bytes) -> SealedFile:
    """Seal a file of at most `MAX_SIZE` bytes under a fresh key, its size blurred.

    Raises:
        BadAttachment: It is too large.
    """
    if len(data) > MAX_SIZE:
        raise BadAttachment(AttachmentFault.TOO_LARGE)
    key, padding = new_key(), bytes(padded_size(len(data)) - len(data))
    sealed = b"".join(seal_stream(key, (data, padding)))
    sha256 = hashlib.sha256(sealed).digest()
    return SealedFile(key=key, size=len(data), sha256=sha256, sealed=sealed)


def open_(sealed: bytes, *, key: bytes, size: int, sha256: bytes) -> bytes:
    """Open what `seal` made, as the signed entry describes it; gives all of it or nothing.

    The hash is looked at first: AES-GCM binds no key, so without it a member could have one
    blob open to two different files.

    Raises:
        BadAttachment: It is not that file.
    """
    if not 0 <= size <= MAX_SIZE or len(sealed) != sealed_size(size):
        raise BadAttachment(AttachmentFault.MISMATCHED)
    if not equal(hashlib.sha256(sealed).digest(), sha256):
        raise BadAttachment(AttachmentFault.MISMATCHED)
    padded = b"".join(open_stream(key, (sealed,)))
    if padded.count(0, size) != len(padded) - size:
        raise BadAttachment(AttachmentFault.MISMATCHED)
    return padded[:size]


def new_key() -> Secret:
    """Make the key of one file: 32 random bytes, never used for another."""
    return Secret(secrets.token_bytes(KEY_LENGTH))


def padded_size(size: int) -> int:
    """Blur a size (R15): up to `SMALLEST`, then by at most 12 percent.

    Padmé (Nikitin, Barman, Lueks, Underwood, Hubaux and Ford, "Reducing Metadata Leakage
    from Encrypted Files and Communication with PURBs", 2019): a size keeps as many leading
    bits as its exponent has.
    """
    if size <= SMALLEST:
        return SMALLEST
    exponent = size.bit_length() - 1
    blurred = (1 << (exponent - exponent.bit_length())) - 1
    return (size + blurred) & ~blurred


def sealed_size(size: int) -> int:
    """Tell how many bytes the server is given for a file of this size."""
    padded = padded_size(size)
    return PREFIX_LENGTH + padded + -(-padded // CHUNK) * TAG_LENGTH


MAX_SEALED: Final = sealed_size(MAX_SIZE)
"""What the largest file weighs once it is sealed."""


def seal_stream(key: bytes, data: Iterable[bytes]) -> Iterator[bytes]:
    """Seal a stream as it comes: the prefix, then a sealed chunk for every 64 KiB."""
    cipher, prefix = _cipher(key), secrets.token_bytes(PREFIX_LENGTH)
    yield prefix
    for counter, (chunk, last) in enumerate(_pieces(data, CHUNK)):
        yield cipher.encrypt(nonce(prefix, counter, last=last), chunk, LABEL)


def open_stream(key: bytes, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """Open a stream as it comes; only when it has ended without a refusal was it whole.

    Raises:
        BadAttachment: A chunk is missing, moved, added or changed, or the key is another's.
    """
    cipher, prefix = _cipher(key), bytearray()
    rest = _after_prefix(sealed, prefix)
    for counter, (chunk, last) in enumerate(_pieces(rest, CHUNK + TAG_LENGTH)):
        # One file has one form: nothing stands for "nothing more" but the last chunk itself.
        if len(prefix) < PREFIX_LENGTH or (counter and len(chunk) <= TAG_LENGTH):
            raise BadAttachment(AttachmentFault.UNREADABLE)
        try:
            yield cipher.decrypt(nonce(bytes(prefix), counter, last=last), chunk, LABEL)
        except InvalidTag:
            raise BadAttachment(AttachmentFault.UNREADABLE) from None


def nonce(prefix: bytes, counter: int, *, last: bool) -> bytes:
    """Name a chunk's place: prefix, counter from 0 (4 bytes), 1 for the last one or 0."""
    return prefix + counter.to_bytes(4, "big") + bytes((last,))


def _after_prefix(sealed: Iterable[bytes], prefix: bytearray) -> Iterator[bytes]:
    """Move the first seven bytes into `prefix`, and give what follows."""
    for part in sealed:
        missing = PREFIX_LENGTH - len(prefix)
        prefix += part[:missing]
        yield part[missing:]


def _pieces(data: Iterable[bytes], length: int) -> Iterator[tuple[bytes, bool]]:
    """Cut a stream into pieces of one length; the last, marked so, may be shorter.

    It is empty only if the whole stream is.
    """
    held = bytearray()
    for part in data:
        held += part
        while len(held) > length:
            yield bytes(held[:length]), False
            del held[:length]
    yield bytes(held), True


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_LENGTH:
        raise BadAttachment(AttachmentFault.UNREADABLE)
    return AESGCM(key)
