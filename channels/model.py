"""What a channel's log is, and who may give it which entry.

The server cannot read an entry. All it guards is that every device sees the same
entries in the same order, that two commits never share an epoch, and that nobody
off the roster is still listening when something new is said.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol

from care_circle.convention import NoActiveConvention
from care_circle.task import MAX_ASSIGNEES, TaskState
from crypto.ids import (
    ChannelId,
    CircleId,
    DeviceId,
    DocumentId,
    EntryId,
    ProfessionalId,
    TaskId,
    is_id,
)
from crypto.session.log import Kind

PackageRef = NewType("PackageRef", bytes)

MAX_ENTRY = 64 * 1024
MAX_COMMIT = 1024 * 1024
# What JSON readers hold exactly; no group will ever come near.
MAX_EPOCH = 1 << 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: a professional, on one of their devices."""

    professional: ProfessionalId
    device: DeviceId


class CommitFault(StrEnum):
    """Which check of the delivery service a bundle failed (R14)."""

    BUNDLE = "bundle"
    MESSAGE = "message"
    SENDER = "sender"
    ADDED = "added"
    REMOVED = "removed"
    EXTERNAL = "external"
    PACKAGE = "package"
    WELCOME = "welcome"
    GROUP_INFO = "group_info"


class Refusal(Exception):
    """A rule of channels said no, and nothing was stored; one class for each reason."""


class NotAMember(Refusal):
    """The asker has no part in the circle, or what is asked for does not exist."""


class NotInGroup(Refusal):
    """The device is on the roster but holds no leaf of the channel's group yet."""


class StaleEpoch(Refusal):
    """The entry was made in an epoch that is not the channel's."""


class IdTaken(Refusal):
    """The device has already used this entry id for other content."""


class ChannelFrozen(Refusal):
    """Somebody off the roster still holds a leaf: nothing is said before a commit removes it."""


class TooLarge(Refusal):
    """The body is beyond what its kind may weigh."""


class BadEntry(Refusal):
    """The request breaks a rule of form: an id, a kind or a card where none may be."""


class BadCommit(Refusal):
    """The delivery service cannot stand behind a commit; `fault` says which check failed."""

    def __init__(self, fault: "CommitFault") -> None:
        super().__init__(fault.value)
        self.fault = fault


class BadCard(Refusal):
    """A task card where none may be, or one that is not in the form of a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The part of a task that the server may know (R15): no title, no text."""

    task: TaskId
    assignees: tuple[ProfessionalId, ...] = ()
    due: date | None = None
    state: TaskState
    document: DocumentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a device asks to append: a sealed body and what must be known to place it."""

    id: EntryId
    kind: Kind
    epoch: int
    body: bytes = field(repr=False)
    card: Card | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One place of a channel's log: `seq` from 1, `at` the server's clock in ms since 1970, UTC.

    `by` is whose device the sender was then: devices come and go, the log stays.
    """

    channel: ChannelId
    seq: int
    id: EntryId
    kind: Kind
    epoch: int
    sender: DeviceId
    by: ProfessionalId
    at: int
    body: bytes = field(repr=False)
    card: Card | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One conversation of a circle; its name is content and therefore not here."""

    id: ChannelId
    circle: CircleId
    created_by: ProfessionalId
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredDevice:
    """One live MLS client: `signature_key` is its leaf key as registered, 32 bytes Ed25519."""

    id: DeviceId
    professional: ProfessionalId
    signature_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """Who may take part in a circle's channels now.

    `identity_keys` comes from the circle's verified membership chain (R2): Ed25519
    public keys of 32 bytes, one for each professional on the roster. `devices` are the
    live ones of those professionals; a lost or revoked device is not among them. Those in
    `lapsed` are on the roster without a convention in force today: they keep their place
    in the group, but until the convention is renewed they get and give nothing.
    `coordinators` are those whom the chain lets remove anybody.
    """

    circle: CircleId
    identity_keys: Mapping[ProfessionalId, bytes] = field(repr=False)
    devices: Mapping[DeviceId, RegisteredDevice] = field(repr=False)
    lapsed: frozenset[ProfessionalId] = frozenset()
    coordinators: frozenset[ProfessionalId] = frozenset()

    @property
    def receivers(self) -> Container[DeviceId]:
        """Tell the devices that may be given what is said now."""
        if not self.lapsed:
            return self.devices
        held = self.devices.values()
        return frozenset(one.id for one in held if one.professional not in self.lapsed)

    def others(self, professional: ProfessionalId) -> tuple[ProfessionalId, ...]:
        """Name those besides somebody who may be given what is said now."""
        shut_out = {professional, *self.lapsed}
        return tuple(one for one in self.identity_keys if one not in shut_out)

    def check(self, asker: Asker) -> None:
        """Let a professional of the roster pass, on a live device of their own.

        Raises:
            NotAMember: It is anybody else.
            NoActiveConvention: The professional's convention is not in force today.
        """
        known = self.devices.get(asker.device)
        if known is None or known.professional != asker.professional:
            raise NotAMember
        if asker.professional in self.lapsed:
            raise NoActiveConvention


class GroupView(Protocol):
    """What the rules need to know of a channel's MLS group, secrets not included."""

    @property
    def epoch(self) -> int:
        """Tell the epoch the next entry must be made in."""
        ...

    @property
    def devices(self) -> Mapping[DeviceId, ProfessionalId]:
        """Tell the devices that hold a leaf, and whose each is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel as its log left it."""

    channel: Channel
    group: GroupView

    @property
    def epoch(self) -> int:
        """Tell the epoch the next entry must be made in."""
        return self.group.epoch


def is_frozen(state: ChannelState, participants: Participants) -> bool:
    """Tell whether somebody off the roster still holds a leaf, so that posting must wait (R13).

    A lost device of a member does not freeze the channel: the server gives it nothing any
    more, and only its owner or a coordinator may remove it.
    """
    return any(owner not in participants.identity_keys for owner in state.group.devices.values())


def check_form(envelope: Envelope) -> None:
    """Refuse what no channel would take, before any channel is looked at.

    Raises:
        BadEntry: The id has not the shape of one, the epoch is no epoch, the body is empty.
        BadCard: A card comes with anything but an entry, or is no card.
        TooLarge: The body is over 64 KiB, or 1 MiB for a commit or a creation.
    """
    heavy = envelope.kind in (Kind.COMMIT, Kind.CREATE)
    if len(envelope.body) > (MAX_COMMIT if heavy else MAX_ENTRY):
        raise TooLarge
    if not is_id(envelope.id) or not 0 <= envelope.epoch <= MAX_EPOCH or not envelope.body:
        raise BadEntry
    if envelope.card is not None:
        _check_card_form(envelope, envelope.card)


def _check_card_form(envelope: Envelope, card: Card) -> None:
    if envelope.kind is not Kind.ENTRY or not is_id(card.task):
        raise BadCard
    if card.document is not None and not is_id(card.document):
        raise BadCard
    if len(card.assignees) > MAX_ASSIGNEES or len(set(card.assignees)) != len(card.assignees):
        raise BadCard


def admit(
    state: ChannelState, envelope: Envelope, *, asker: Asker, participants: Participants
) -> None:
    """Decide whether an envelope may have the next place in the log.

    Two commits in one epoch would split the group, so the first one wins (RFC 9420,
    section 14); an entry of an old epoch could be read by somebody since removed, so it
    is refused as well. A commit that joins from outside comes from a device without a
    leaf: the delivery service judges it (R14).

    Raises:
        NotAMember: The sender is not a live device of anybody on the roster.
        BadEntry: A channel is created once.
        StaleEpoch: The epoch is over, or has not come.
        NotInGroup: The sender holds no leaf of the group.
        ChannelFrozen: A leaf off the roster must be removed first (R13).
    """
    participants.check(asker)
    if envelope.kind is Kind.CREATE:
        raise BadEntry
    if envelope.epoch != state.epoch:
        raise StaleEpoch
    if envelope.kind is Kind.COMMIT:
        return
    if asker.device not in state.group.devices:
        raise NotInGroup
    if is_frozen(state, participants):
        raise ChannelFrozen
