"""What a device remembers of its circles and channels, all of it in one byte string.

Immutable: every step of the session makes a new one. The shell writes it into the
vault before it does what the step asks, so a crash at any point loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from crypto.canonical import HASH_LENGTH, Blob, read_id, write_text
from crypto.entry import NO_PREVIOUS, Member
from crypto.history import EpochKey, Past, Tenure
from crypto.identity import Device, Pins
from crypto.ids import ChannelId, CircleId, DeviceId, ProfessionalId
from crypto.membership import Roster
from crypto.mls.codec import Reader, Writer
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.suite import KeyPair
from crypto.session.log import read_code
from crypto.session.memory import Awaiting, Chains, holder, read_chains, write_chains
from crypto.session.outgoing import Outgoing, Pending, Wanted


class Phase(StrEnum):
    """Where a device stands in a channel."""

    WAITING = "waiting"
    MEMBER = "member"
    REMOVED = "removed"


_PHASES: Final = tuple(Phase)


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
    authors: Chains = field(default_factory=dict)
    past: Chains = field(default_factory=dict)
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
            phase=_PHASES[read_code(reader, len(_PHASES))],
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


def _read_memory(reader: Reader, channel: ChannelState) -> ChannelState:
    return replace(
        channel,
        epochs=reader.vector(EpochKey.read),
        tenures=reader.vector(Tenure.read),
        given=reader.vector(Past.read),
        givers=tuple(ProfessionalId(giver) for giver in reader.vector(read_id)),
        debts=tuple(DeviceId(device) for device in reader.vector(read_id)),
        awaiting=reader.vector(Awaiting.read),
        authors=read_chains(reader),
        past=read_chains(reader),
        unread=reader.uint32s(),
        own_counter=reader.uint32(),
        own_head=reader.fixed(HASH_LENGTH),
        outbox=reader.vector(Outgoing.read),
    )
