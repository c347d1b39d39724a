"""What a device keeps beside its session for R10: what is backed up, what is still owed.

Records are written as epochs come, without the code, and are never taken back. Coming back
is the reverse: all records together give the identity key and, for each channel, the keys
and the leaves of its past, which a new device's session takes in as if it had been given
them (R9): entries are believed for their authors' signatures alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from crypto import recovery
from crypto.bundle import Bundle
from crypto.canonical import KEY_LENGTH, read_id, write_text
from crypto.history import EpochKey, Past, Tenure, split
from crypto.identity import BadCertificate, DeviceCertificate, certificate_of
from crypto.ids import ChannelId, CircleId, EntryId, ProfessionalId, new_id
from crypto.mls.codec import Malformed, Reader, Writer, own_reader
from crypto.mls.group_info import read_tree
from crypto.mls.message import unpack_group_info
from crypto.mls.suite import SUITE_1, KeyPair, Secret
from crypto.policy import vouching
from crypto.recovery import (
    BackupKeys,
    BackupRecord,
    BadRecord,
    IdentityRecord,
    PastRecord,
    read_flag,
)
from crypto.session.effects import ReadAgain
from crypto.session.join import watch
from crypto.session.log import Item
from crypto.session.session import ChainRolledBack
from crypto.session.state import ChannelState, Session
from crypto.session.step import Step, channel_of, circle_of, kept

_MAGIC: Final = b"ronde backup v1"
# A record of 128 epochs and 192 leaves stays well below what the server takes in one.
_EPOCHS_AT_ONCE: Final = 128
_TENURES_AT_ONCE: Final = 192
_NOTHING: Final = -1
# What the other language counts exactly.
_NEVER: Final = (1 << 53) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How much of a channel is backed up: epochs we were in, up to one; so many given pasts."""

    channel: ChannelId
    upto: int = _NOTHING
    given: int = 0

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        write_text(writer, self.channel)
        writer.uint64(self.upto + 1).uint32(self.given)

    @staticmethod
    def read(reader: Reader) -> "Done":
        """Take the wire form."""
        channel, upto = ChannelId(read_id(reader)), reader.uint64() - 1
        if upto >= _NEVER:
            raise Malformed("an epoch that nothing reaches")
        return Done(channel=channel, upto=upto, given=reader.uint32())


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A record to append to the backup, and what is done once the server has it."""

    id: EntryId
    body: bytes = field(repr=False)
    done: Done | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a device needs for backing up; the code is not part of it."""

    public_key: bytes
    proof: Secret
    identity: bool = False
    channels: Mapping[ChannelId, Done] = field(default_factory=dict)

    def noted(self, owed: Owed) -> "Backup":
        """Return the backup once the server has a record."""
        if owed.done is None:
            return replace(self, identity=True)
        return replace(self, channels={**self.channels, owed.done.channel: owed.done})

    def encode(self) -> bytes:
        """Return the bytes to keep, sealed, beside the session."""
        writer = Writer().opaque(_MAGIC).opaque(self.public_key).opaque(self.proof)
        writer.uint8(self.identity)
        return writer.vector(self.channels[one] for one in sorted(self.channels)).bytes()

    @staticmethod
    def decode(data: bytes) -> "Backup":
        """Read what `encode` wrote.

        Raises:
            Malformed: It is something else.
        """
        reader = own_reader(data)
        if reader.opaque() != _MAGIC:
            raise Malformed("no backup of ours")
        public_key, proof = reader.fixed(KEY_LENGTH), Secret(reader.fixed(KEY_LENGTH))
        identity, channels = read_flag(reader), reader.vector(Done.read)
        reader.end()
        return Backup(
            public_key=public_key,
            proof=proof,
            identity=identity,
            channels={one.channel: one for one in channels},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredChannel:
    """What the records say of one channel, and of its circle's chain as last seen."""

    circle: CircleId
    length: int
    head: bytes
    pasts: tuple[Past, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What the records of a backup amount to; `refused` counts those that were not ours."""

    identity: KeyPair | None
    channels: Mapping[ChannelId, RecoveredChannel]
    refused: int


def begin(keys: BackupKeys) -> Backup:
    """Begin backing up under a code, with nothing done yet."""
    return Backup(public_key=keys.pair.public, proof=keys.proof)


def owed(session: Session, backup: Backup) -> tuple[Owed, ...]:
    """Seal what the session knows and the backup does not hold, to be appended in order.

    Asking again before the answer gives the same in other records: one too many does no harm.
    """
    return tuple(_sealed(session, backup, *one) for one in _wanted(session, backup))


def settled(backup: Backup, session: Session) -> Backup:
    """Take all that a session holds for backed up: it has just come from there."""
    channels = {state.id: _done(state) for state in session.channels.values()}
    return replace(backup, identity=session.identity is not None, channels=channels)


def recover(
    records: Iterable[bytes], *, professional: ProfessionalId, keys: BackupKeys
) -> Recovered:
    """Open a backup's records, in their order, and put together what they say.

    What is not ours is passed over and counted: it must not keep us from the rest.
    """
    identity, refused = None, 0
    channels: dict[ChannelId, list[PastRecord]] = {}
    for data in records:
        try:
            record = recovery.open_(data, professional=professional, keys=keys)
        except BadRecord:
            refused += 1
            continue
        match record:
            case IdentityRecord():
                public = SUITE_1.signature_public(record.private)
                identity = KeyPair(private=record.private, public=public)
            case PastRecord():
                channels.setdefault(record.channel, []).append(record)
    found = {channel: _together(said) for channel, said in channels.items()}
    return Recovered(identity=identity, channels=found, refused=refused)


def put_back(session: Session, said: RecoveredChannel, channel: ChannelId) -> Step:
    """Give a session the past of a channel; its circle's chain must be known by now.

    Leaves that the chain does not vouch for are left out, whoever recorded them.

    Raises:
        UnknownCircle: `trust` never saw the circle's chain.
        ChainRolledBack: The chain we are shown is not the one of the backup, gone on.
    """
    heads = circle_of(session, said.circle).roster.heads
    if len(heads) < said.length or heads[said.length - 1] != said.head:
        raise ChainRolledBack
    session = watch(session, channel, said.circle)
    state, ours = channel_of(session, channel), session.device.professional
    pasts = [_vouched(session, said.circle, past) for past in said.pasts]
    news = tuple(past for past in pasts if past not in state.given)
    givers = (*state.givers, *(ours for _ in news))
    state = replace(state, given=(*state.given, *news), givers=givers)
    again = (ReadAgain(channel=channel, seqs=state.unread),) if state.unread and news else ()
    return kept(session, state, *again)


def certificates_in(newest: Item, professional: ProfessionalId) -> tuple[DeviceCertificate, ...]:
    """List the certificates of somebody's devices in a group, by its newest creation or commit.

    One that is lost is the one for `rejoin` to replace.

    Raises:
        BadBundle, Malformed, BadCertificate: The item does not show a group of ours.
    """
    tree = unpack_group_info(Bundle.decode(newest.body).group_info).tree_bytes()
    if tree is None:
        return ()
    leaves = (certificate_of(node.credential.identity) for _, node in read_tree(tree).members())
    return tuple(one for one in leaves if one.professional == professional)


_Wanted = tuple[BackupRecord, Done | None]


def _wanted(session: Session, backup: Backup) -> Iterator[_Wanted]:
    if session.identity is not None and not backup.identity:
        yield IdentityRecord(private=session.identity.private), None
    for channel in sorted(session.channels):
        state = session.channels[channel]
        yield from _wanted_of(session, state, backup.channels.get(channel, Done(channel=channel)))


def _wanted_of(session: Session, state: ChannelState, done: Done) -> Iterator[_Wanted]:
    for past in _witnessed(state, done.upto):
        if past.epochs:
            done = replace(done, upto=past.epochs[-1].epoch)
        yield _record(session, state, past, witnessed=True), done
    for past in state.given[done.given :]:
        done = replace(done, given=done.given + 1)
        yield _record(session, state, past, witnessed=False), done


def _witnessed(state: ChannelState, upto: int) -> Iterator[Past]:
    """Cut what is new into pieces: keys, and who came to a leaf or had left it by then."""
    news = [known for known in state.epochs if known.epoch > upto]
    for at in range(0, len(news), _EPOCHS_AT_ONCE):
        epochs = tuple(news[at : at + _EPOCHS_AT_ONCE])
        numbers = {known.epoch for known in epochs}
        changed = [one for one in state.tenures if _changes(one, state.epochs, numbers)]
        # Leaves before keys: whoever has the keys of an epoch then knows its members as well.
        *rest, last = _cut(changed) or [()]
        yield from (Past(epochs=(), tenures=tenures) for tenures in rest)
        yield Past(epochs=epochs, tenures=last)


def _cut(tenures: Sequence[Tenure]) -> list[tuple[Tenure, ...]]:
    starts = range(0, len(tenures), _TENURES_AT_ONCE)
    return [tuple(tenures[at : at + _TENURES_AT_ONCE]) for at in starts]


def _changes(tenure: Tenure, epochs: Sequence[EpochKey], numbers: set[int]) -> bool:
    if tenure.first in numbers:
        return True
    if tenure.last is None:
        return False
    ended = next((known.epoch for known in epochs if known.epoch > tenure.last), None)
    return ended in numbers


def _record(session: Session, state: ChannelState, past: Past, *, witnessed: bool) -> PastRecord:
    roster = circle_of(session, state.circle).roster
    return PastRecord(
        channel=state.id,
        circle=state.circle,
        length=len(roster.statements),
        head=roster.head,
        witnessed=witnessed,
        past=past,
    )


def _sealed(session: Session, backup: Backup, record: BackupRecord, done: Done | None) -> Owed:
    body = recovery.seal(
        record,
        professional=session.device.professional,
        public_key=backup.public_key,
        proof=backup.proof,
    )
    return Owed(id=EntryId(new_id()), body=body, done=done)


def _done(state: ChannelState) -> Done:
    upto = state.epochs[-1].epoch if state.epochs else _NOTHING
    return Done(channel=state.id, upto=upto, given=len(state.given))


def _together(records: Sequence[PastRecord]) -> RecoveredChannel:
    newest = max(records, key=lambda one: one.length)
    lived = [one.past for one in records if one.witnessed]
    given = dict.fromkeys(one.past for one in records if not one.witnessed)
    epochs = {known.epoch: known for past in lived for known in past.epochs}
    tenures = _united(tenure for past in lived for tenure in past.tenures)
    return RecoveredChannel(
        circle=newest.circle,
        length=newest.length,
        head=newest.head,
        pasts=(*split(epochs.values(), tenures), *given),
    )


def _united(tenures: Iterable[Tenure]) -> tuple[Tenure, ...]:
    """Take each stay at a leaf once, ended if any record saw its end; the later go behind."""
    stays: dict[tuple[int, int, DeviceCertificate], Tenure] = {}
    for one in tenures:
        place = (one.first, one.leaf, one.certificate)
        held = stays.get(place)
        if held is None or _end(one) < _end(held):
            stays[place] = one
    return tuple(sorted(stays.values(), key=lambda one: (one.first, one.leaf)))


def _end(tenure: Tenure) -> float:
    return inf if tenure.last is None else tenure.last


def _vouched(session: Session, circle: CircleId, past: Past) -> Past:
    vouched = vouching(circle_of(session, circle).roster)

    def holds(tenure: Tenure) -> bool:
        try:
            vouched(tenure.certificate, None)
        except BadCertificate:
            return False
        return True

    return replace(past, tenures=tuple(one for one in past.tenures if holds(one)))
