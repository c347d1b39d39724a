"""What a device wants to leave it: entries and pasts, commits on their way, changes wished for.

Each is stored before it is sent, and kept until the log shows it or refuses it for good.
"""

from dataclasses import dataclass, field
from typing import Final

from crypto.canonical import HASH_LENGTH, Blob, read_id, read_text, write_text
from crypto.entry import MAX_TYPE, NO_PREVIOUS
from crypto.ids import ChannelId, DeviceId, EntryId, is_id
from crypto.mls.codec import Malformed, Reader, Writer
from crypto.mls.group import Group
from crypto.session.log import AppendRequest, Card, Kind, read_code

_MAX_THREAD: Final = 64
_KINDS: Final = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The one ciphertext of an outgoing entry, kept until the log answers.

    `held` means that the log refused it for its epoch: it waits for the next one.
    """

    epoch: int
    body: bytes
    hash: bytes = NO_PREVIOUS
    held: bool = False

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint64(self.epoch).opaque(self.body).opaque(self.hash).uint8(self.held)

    @staticmethod
    def read(reader: Reader) -> "Sealed":
        """Take the wire form."""
        return Sealed(
            epoch=reader.uint64(),
            body=reader.opaque(),
            hash=reader.fixed(HASH_LENGTH),
            held=_flag(reader),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Something of ours that the log has not taken yet: an entry, or a past for a newcomer.

    `body` is what goes inside the seal, or the whole bundle of a past.
    """

    id: EntryId
    kind: Kind
    body: bytes = field(repr=False)
    type: str = ""
    thread: EntryId | None = None
    card: Card | None = None
    sealed: Sealed | None = None

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        write_text(writer, self.id)
        writer.uint8(_KINDS.index(self.kind)).opaque(self.body)
        write_text(writer, self.type)
        write_text(writer, self.thread or "")
        writer.optional(self.card).optional(self.sealed)

    @staticmethod
    def read(reader: Reader) -> "Outgoing":
        """Take the wire form."""
        entry, kind = EntryId(read_id(reader)), _KINDS[read_code(reader, len(_KINDS))]
        body, type_ = reader.opaque(), read_text(reader, limit=MAX_TYPE)
        thread = read_text(reader, limit=_MAX_THREAD)
        if thread and not is_id(thread):
            raise Malformed("a thread that is no entry")
        return Outgoing(
            id=entry,
            kind=kind,
            body=body,
            type=type_,
            thread=EntryId(thread) if thread else None,
            card=reader.optional(Card.read),
            sealed=reader.optional(Sealed.read),
        )

    def request(self, channel: ChannelId, sealed: Sealed) -> AppendRequest:
        """Return what the log is asked for."""
        return AppendRequest(
            channel=channel,
            id=self.id,
            kind=self.kind,
            epoch=sealed.epoch,
            body=sealed.body,
            card=self.card,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A creation or a commit on its way, with the group it leads to: R5.

    The group is adopted when the log shows this very body, and forgotten when it shows
    another commit of the same epoch; what the log answered in between changes nothing.
    """

    id: EntryId
    kind: Kind
    epoch: int
    body: bytes = field(repr=False)
    group: Group
    refused: bool = False

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        write_text(writer, self.id)
        writer.uint8(_KINDS.index(self.kind)).uint64(self.epoch).opaque(self.body)
        writer.opaque(self.group.encode()).uint8(self.refused)

    @staticmethod
    def read(reader: Reader) -> "Pending":
        """Take the wire form."""
        return Pending(
            id=EntryId(read_id(reader)),
            kind=_KINDS[read_code(reader, len(_KINDS))],
            epoch=reader.uint64(),
            body=reader.opaque(),
            group=Group.decode(reader.opaque()),
            refused=_flag(reader),
        )

    def request(self, channel: ChannelId) -> AppendRequest:
        """Return what the log is asked for."""
        return AppendRequest(
            channel=channel,
            id=self.id,
            kind=self.kind,
            epoch=self.epoch,
            body=self.body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The change of the group that somebody asked for, until the group looks like it.

    `adds` are encoded key packages, `removes` devices; `rotate` asks for new path keys.
    """

    adds: tuple[bytes, ...] = ()
    removes: tuple[DeviceId, ...] = ()
    rotate: bool = False

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.vector(Blob(package) for package in self.adds)
        writer.vector(Blob(device.encode()) for device in self.removes)
        writer.uint8(self.rotate)

    @staticmethod
    def read(reader: Reader) -> "Wanted":
        """Take the wire form."""
        adds = tuple(blob.data for blob in reader.vector(Blob.read))
        removes = tuple(DeviceId(device) for device in reader.vector(read_id))
        return Wanted(adds=adds, removes=removes, rotate=_flag(reader))


def _flag(reader: Reader) -> bool:
    return bool(read_code(reader, 2))
