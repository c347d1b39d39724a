"""A sealed entry of a channel's log: signed by its author, then encrypted. R6 and R7.

The content key belongs to an epoch and the entry key to one entry, so whoever was
given an epoch's key reads that epoch and no other. The signature is inside: the
server sees who sent an entry but cannot show anybody else who wrote it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from crypto import aes256
from crypto.canonical import (
    HASH_LENGTH,
    SIGNATURE_LENGTH,
    read_count,
    read_id,
    read_suite,
    read_text,
    write_text,
)
from crypto.ids import ChannelId, DeviceId, EntryId, ProfessionalId, is_id
from crypto.mls.codec import Malformed, Reader, Writer, decode, encode
from crypto.mls.suite import SUITE_1, BadKey, BadSignature, BadTag, Secret

LABEL: Final = "ronde entry v1"
CONTENT_LABEL: Final = "ronde content v1"
VERSION: Final = 1
PADDING: Final = 256
NO_PREVIOUS: Final = bytes(HASH_LENGTH)
MAX_BODY: Final = 32_768
MAX_ENVELOPE: Final = 34_816
MAX_TYPE: Final = 32


class EntryFault(StrEnum):
    """Why an entry is not taken for what it claims to be."""

    MALFORMED = "malformed"
    UNREADABLE = "unreadable"
    MISMATCHED = "mismatched"
    NOT_A_MEMBER = "not_a_member"
    FORGED = "forged"


class BadEntry(Exception):
    """An entry that its named author did not write, or not in this place."""

    def __init__(self, fault: EntryFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Who held a leaf at some epoch, and the leaf's signature key (32 bytes)."""

    leaf: int
    professional: ProfessionalId
    device: DeviceId
    signature_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an author signs.

    `previous` is the hash of the author's entry before this one and `counter` its place
    among that device's entries in the channel, from 1: together they show what is
    withheld. `circle_length` and `circle_head` name the membership chain the author
    saw, so a removal cannot be hidden from some (DECISIONS 10).
    """

    channel: ChannelId
    epoch: int
    professional: ProfessionalId
    leaf: int
    id: EntryId
    type: str
    thread: EntryId | None
    previous: bytes
    counter: int
    circle_length: int
    circle_head: bytes
    body: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        write_text(writer, self.channel)
        writer.uint64(self.epoch)
        write_text(writer, self.professional)
        writer.uint32(self.leaf)
        write_text(writer, self.id)
        write_text(writer, self.type)
        write_text(writer, self.thread or "")
        writer.opaque(self.previous).uint32(self.counter)
        writer.uint32(self.circle_length).opaque(self.circle_head)
        writer.opaque(self.body)

    @staticmethod
    def read(reader: Reader) -> "Entry":
        """Take the wire form."""
        return Entry(
            channel=ChannelId(read_id(reader)),
            epoch=read_count(reader),
            professional=ProfessionalId(read_id(reader)),
            leaf=reader.uint32(),
            id=EntryId(read_id(reader)),
            type=read_text(reader, limit=MAX_TYPE),
            thread=_read_thread(reader),
            previous=reader.fixed(HASH_LENGTH),
            counter=reader.uint32(),
            circle_length=reader.uint32(),
            circle_head=reader.fixed(HASH_LENGTH),
            body=_read_body(reader),
        )

    @property
    def hash(self) -> bytes:
        """What the author's next entry names as `previous`: 32 bytes over what is signed.

        Over the plaintext, so that sealing again in a later epoch chains as before.
        """
        return SUITE_1.ref_hash("ronde entry hash v1", encode(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The outer, sealed form: the only thing the server ever holds of an entry."""

    channel: ChannelId
    epoch: int
    id: EntryId
    sealed: bytes

    def header(self) -> bytes:
        """Return the bytes in clear, which the cipher binds: the associated data."""
        writer = Writer().uint8(VERSION).uint16(SUITE_1.id)
        write_text(writer, self.channel)
        writer.uint64(self.epoch)
        write_text(writer, self.id)
        return writer.bytes()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.raw(self.header()).opaque(self.sealed)

    @staticmethod
    def read(reader: Reader) -> "Envelope":
        """Take the wire form."""
        if reader.uint8() != VERSION:
            raise Malformed("an envelope of another version")
        read_suite(reader, SUITE_1.id)
        return Envelope(
            channel=ChannelId(read_id(reader)),
            epoch=read_count(reader),
            id=EntryId(read_id(reader)),
            sealed=reader.opaque(),
        )

    def encode(self) -> bytes:
        """Return the bytes that an `entry` item carries."""
        return encode(self)

    @staticmethod
    def decode(data: bytes) -> "Envelope":
        """Read an envelope without opening it.

        Raises:
            BadEntry: It is none, or too large.
        """
        if len(data) > MAX_ENVELOPE:
            raise BadEntry(EntryFault.MALFORMED)
        try:
            return decode(Envelope.read, data)
        except Malformed:
            raise BadEntry(EntryFault.MALFORMED) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedEntry:
    """An entry whose author is proven: what was signed, and whose leaf signed it."""

    entry: Entry
    author: Member


Members = Callable[[int, int], Member | None]
"""Who held a leaf at an epoch: (epoch, leaf) to the member, or None."""


def content_key(
    export: Callable[[str, bytes, int], bytes], channel: ChannelId, epoch: int
) -> Secret:
    """Derive an epoch's content key with the group's exporter (R6): 32 bytes."""
    context = Writer()
    write_text(context, channel)
    return Secret(export(CONTENT_LABEL, context.uint64(epoch).bytes(), aes256.KEY_LENGTH))


def entry_key(key: bytes, entry: EntryId) -> Secret:
    """Derive the key of one entry from its epoch's content key: 32 bytes."""
    writer = Writer().opaque(b"entry")
    write_text(writer, entry)
    return SUITE_1.expand(key, writer.bytes(), aes256.KEY_LENGTH)


def seal(entry: Entry, *, key: bytes, signature_key: bytes) -> Envelope:
    """Sign an entry with the author's leaf key, pad it and seal it under the content key.

    Raises:
        BadEntry: No reader would take it: a body too large, a type too long.
    """
    content = encode(entry)
    _read_entry(content)
    signature = SUITE_1.sign_with_label(signature_key, LABEL, content)
    plaintext = _pad(Writer().opaque(content).opaque(signature).bytes())
    unsealed = Envelope(channel=entry.channel, epoch=entry.epoch, id=entry.id, sealed=b"")
    sealed = aes256.seal(entry_key(key, entry.id), unsealed.header(), plaintext)
    return replace(unsealed, sealed=sealed)


def open_(envelope: Envelope, *, key: bytes, members: Members) -> OpenedEntry:
    """Decrypt an envelope and prove its author, a member at that epoch.

    Raises:
        BadEntry: The key does not fit, the inside speaks of another place than the
            outside, or the signature is not that member's.
    """
    try:
        plaintext = aes256.open_(entry_key(key, envelope.id), envelope.header(), envelope.sealed)
    except BadTag:
        raise BadEntry(EntryFault.UNREADABLE) from None
    content, signature = _unpad(plaintext)
    entry = _read_entry(content)
    if (entry.channel, entry.epoch, entry.id) != (envelope.channel, envelope.epoch, envelope.id):
        raise BadEntry(EntryFault.MISMATCHED)
    author = members(entry.epoch, entry.leaf)
    if author is None or author.professional != entry.professional:
        raise BadEntry(EntryFault.NOT_A_MEMBER)
    try:
        SUITE_1.verify_with_label(author.signature_key, LABEL, content, signature)
    except (BadKey, BadSignature):
        raise BadEntry(EntryFault.FORGED) from None
    return OpenedEntry(entry=entry, author=author)


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % PADDING)


def _unpad(plaintext: bytes) -> tuple[bytes, bytes]:
    reader = Reader(plaintext)
    try:
        content, signature = reader.opaque(), reader.fixed(SIGNATURE_LENGTH)
    except Malformed:
        raise BadEntry(EntryFault.MALFORMED) from None
    if plaintext != _pad(plaintext[: reader.position]):
        raise BadEntry(EntryFault.MALFORMED)
    return content, signature


def _read_entry(content: bytes) -> Entry:
    try:
        return decode(Entry.read, content)
    except Malformed:
        raise BadEntry(EntryFault.MALFORMED) from None


def _read_thread(reader: Reader) -> EntryId | None:
    text = read_text(reader, limit=64)
    if text and not is_id(text):
        raise Malformed("a thread that is no entry")
    return EntryId(text) if text else None


def _read_body(reader: Reader) -> bytes:
    body = reader.opaque()
    if len(body) > MAX_BODY:
        raise Malformed("a body that is too long")
    return body
