"""What a device remembers of its circles and channels, all of it in one byte string.

Immutable: every step of the session makes a new one. The shell writes it into the
vault before it does what the step asks, so a crash at any point loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from crypto.author import AuthorChain
from crypto.canonical import HASH_LENGTH, Blob, read_id, read_text, write_text
from crypto.entry import MAX_TYPE, NO_PREVIOUS, Member
from crypto.history import EpochKey, Past, Tenure
from crypto.identity import Device, Pins
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, ProfessionalId, is_id
from crypto.membership import Roster
from crypto.mls.codec import Malformed, Reader, Writer
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.suite import KeyPair
from crypto.session.log import Card, Kind

_MAX_CODE: Final = 64
_KINDS: Final = tuple(Kind)

Author = tuple[ProfessionalId, DeviceId]
"""Whose chain of entries it is. A certificate is its professional's word alone, who could
give a device of theirs the name of another's: so the professional is part of the key."""


class Phase(StrEnum):
    """Where a device stands in a channel."""

    WAITING = "waiting"
    MEMBER = "member"
    REMOVED = "removed"


_PHASES: Final = tuple(Phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The one ciphertext of an outgoing entry, kept until the log answers: `reliability.md` §4.

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
        entry, kind = EntryId(read_id(reader)), _KINDS[_code(reader, len(_KINDS))]
        body, type_ = reader.opaque(), read_text(reader, limit=MAX_TYPE)
        thread = read_text(reader, limit=_MAX_CODE)
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
            kind=_KINDS[_code(reader, len(_KINDS))],
            epoch=reader.uint64(),
            body=reader.opaque(),
            group=Group.decode(reader.opaque()),
            refused=_flag(reader),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """A newcomer that nobody has handed the past to yet, and whose turn it is.

    All members keep this alike, from the log alone: if the giver is removed first, they
    agree on the next one.
    """

    recipient: DeviceId
    giver: DeviceId
    since: int

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        write_text(writer, self.recipient)
        write_text(writer, self.giver)
        writer.uint64(self.since)

    @staticmethod
    def read(reader: Reader) -> "Awaiting":
        """Take the wire form."""
        return Awaiting(
            recipient=DeviceId(read_id(reader)),
            giver=DeviceId(read_id(reader)),
            since=reader.uint64(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """One channel as this device knows it.

    `epochs` and `tenures` are what we witnessed; `given` pasts are others' word, each kept
    whole so that one bad giver spoils nothing else; `givers` names who gave each. `authors`
    are the chains of what we read as it came, `past` of what we read later; `unread` are the
    places of entries still without a key. `own_counter` and `own_head` are where our next
    entry continues.
    `newest` is the latest epoch the log spoke of; beyond the group's, we are behind.
    `doubt` is the epoch to which a commit that we refused would have led. `stalled` is
    the place of a commit that waits for a fresher chain, and how often ours had been
    checked when it came; `checked` is the same count when we entered the epoch. `blocked`
    is the length of the chain under which the log refused a change of ours for good.
    """

    id: ChannelId
    circle: CircleId
    phase: Phase = Phase.WAITING
    group: Group | None = None
    pending: Pending | None = None
    wanted: Wanted = field(default_factory=Wanted)
    attempt: int = 0
    cursor: int = 0
    newest: int = 0
    doubt: int = 0
    stalled: tuple[int, int] = (0, 0)
    checked: int = 0
    blocked: int = 0
    epochs: tuple[EpochKey, ...] = ()
    tenures: tuple[Tenure, ...] = ()
    given: tuple[Past, ...] = ()
    givers: tuple[ProfessionalId, ...] = ()
    debts: tuple[DeviceId, ...] = ()
    awaiting: tuple[Awaiting, ...] = ()
    authors: Mapping[Author, AuthorChain] = field(default_factory=dict)
    past: Mapping[Author, AuthorChain] = field(default_factory=dict)
    unread: tuple[int, ...] = ()
    own_counter: int = 0
    own_head: bytes = NO_PREVIOUS
    outbox: tuple[Outgoing, ...] = ()

    @property
    def behind(self) -> bool:
        """Tell whether the log went on to an epoch that we could not follow into."""
        return self.group is not None and self.newest > self.group.epoch

    @property
    def members(self) -> tuple[Tenure, ...]:
        """List who holds a leaf now, as far as we know."""
        return tuple(tenure for tenure in self.tenures if tenure.last is None)

    @property
    def furthest(self) -> int:
        """Return the latest epoch that we were in; -1 before the first.

        A group only goes on. Whoever leads us into an epoch we have seen shows us an old
        tree again, with people in it who have left since and who know its secrets.
        """
        return max((known.epoch for known in self.epochs), default=-1)

    def witnessed(self, epoch: int) -> EpochKey | None:
        """Return the key of an epoch that we were in ourselves."""
        # The newest is asked for most.
        return next((known for known in reversed(self.epochs) if known.epoch == epoch), None)

    def member(self, epoch: int, leaf: int) -> Member | None:
        """Return who held a leaf at an epoch that we were in ourselves."""
        return holder(self.tenures, epoch, leaf)

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        write_text(writer, self.id)
        write_text(writer, self.circle)
        writer.uint8(_PHASES.index(self.phase))
        writer.optional(None if self.group is None else Blob(self.group.encode()))
        writer.optional(self.pending).put(self.wanted).uint32(self.attempt)
        writer.uint64(self.cursor).uint64(self.newest).uint64(self.doubt)
        writer.uint64(self.stalled[0]).uint64(self.stalled[1])
        writer.uint64(self.checked).uint64(self.blocked)
        writer.vector(self.epochs).vector(self.tenures).vector(self.given)
        writer.vector(Blob(giver.encode()) for giver in self.givers)
        writer.vector(Blob(device.encode()) for device in self.debts)
        writer.vector(self.awaiting)
        write_chains(writer, self.authors)
        write_chains(writer, self.past)
        writer.uint32s(self.unread).uint32(self.own_counter).opaque(self.own_head)
        writer.vector(self.outbox)

    @staticmethod
    def read(reader: Reader) -> "ChannelState":
        """Take the wire form."""
        channel = ChannelState(
            id=ChannelId(read_id(reader)),
            circle=CircleId(read_id(reader)),
            phase=_PHASES[_code(reader, len(_PHASES))],
        )
        group = reader.optional(Blob.read)
        channel = replace(
            channel,
            group=None if group is None else Group.decode(group.data),
            pending=reader.optional(Pending.read),
            wanted=Wanted.read(reader),
            attempt=reader.uint32(),
            cursor=reader.uint64(),
            newest=reader.uint64(),
            doubt=reader.uint64(),
            stalled=(reader.uint64(), reader.uint64()),
            checked=reader.uint64(),
            blocked=reader.uint64(),
        )
        return _read_memory(reader, channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleState:
    """A circle's chain as last verified, and the longest one that each member claimed to see.

    `checks` counts how often the server was asked for it.
    """

    chain: tuple[bytes, ...]
    roster: Roster
    checks: int = 0
    claims: Mapping[ProfessionalId, int] = field(default_factory=dict)

    @property
    def outdated(self) -> bool:
        """Tell whether an active member has seen statements that we have not."""
        return bool(self.longer_claims)

    @property
    def longer_claims(self) -> tuple[ProfessionalId, ...]:
        """List the active members who claim to have seen more statements than we hold."""
        known, active = len(self.chain), self.roster.active
        return tuple(who for who, length in self.claims.items() if length > known and who in active)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything one device knows: its keys, whom it pinned, its circles and channels.

    `identity` is None on a device that may not certify others. `resorts` are the
    references of the packages that stay when they are used.
    """

    device: Device
    identity: KeyPair | None = None
    pins: Pins = field(default_factory=Pins)
    packages: tuple[KeyPackageSecrets, ...] = ()
    resorts: frozenset[bytes] = frozenset()
    circles: Mapping[CircleId, CircleState] = field(default_factory=dict)
    channels: Mapping[ChannelId, ChannelState] = field(default_factory=dict)

    def keep(self, channel: ChannelState) -> "Session":
        """Return the session with a channel as it is now."""
        return replace(self, channels={**self.channels, channel.id: channel})


def holder(tenures: tuple[Tenure, ...], epoch: int, leaf: int) -> Member | None:
    """Find who held a leaf at an epoch."""
    for tenure in reversed(tenures):
        if tenure.leaf == leaf and tenure.spans(epoch):
            return tenure.member()
    return None


def write_chains(writer: Writer, chains: Mapping[Author, AuthorChain]) -> None:
    """Append author chains, sorted by author."""
    writer.vector(_Chain(author, chains[author]) for author in sorted(chains))


@dataclass(frozen=True, slots=True)
class _Chain:
    author: Author
    chain: AuthorChain

    def write(self, writer: Writer) -> None:
        write_text(writer, self.author[0])
        write_text(writer, self.author[1])
        writer.put(self.chain)

    @staticmethod
    def read(reader: Reader) -> "_Chain":
        author = ProfessionalId(read_id(reader)), DeviceId(read_id(reader))
        return _Chain(author, AuthorChain.read(reader))


def _read_memory(reader: Reader, channel: ChannelState) -> ChannelState:
    return replace(
        channel,
        epochs=reader.vector(EpochKey.read),
        tenures=reader.vector(Tenure.read),
        given=reader.vector(Past.read),
        givers=tuple(ProfessionalId(giver) for giver in reader.vector(read_id)),
        debts=tuple(DeviceId(device) for device in reader.vector(read_id)),
        awaiting=reader.vector(Awaiting.read),
        authors={each.author: each.chain for each in reader.vector(_Chain.read)},
        past={each.author: each.chain for each in reader.vector(_Chain.read)},
        unread=reader.uint32s(),
        own_counter=reader.uint32(),
        own_head=reader.fixed(HASH_LENGTH),
        outbox=reader.vector(Outgoing.read),
    )


def _code(reader: Reader, known: int) -> int:
    code = reader.uint8()
    if code >= known:
        raise Malformed("a code that stands for nothing")
    return code


def _flag(reader: Reader) -> bool:
    return bool(_code(reader, 2))
