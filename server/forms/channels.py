"""The forms in which channels cross the wire, the same over HTTP and in sockets."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import msgspec

from care_circle.task import TaskState
from channels.model import MAX_EPOCH, Card, Channel, Envelope, Item
from crypto.ids import ChannelId, CircleId, DeviceId, DocumentId, EntryId, ProfessionalId, TaskId
from crypto.session.log import Kind
from server.wire import Struct

PAGE = 50
MOST = 200
# A page ends after this many bytes of bodies, so that no answer outgrows a receiver's buffer.
PAGE_BYTES = 512 * 1024

Epoch = Annotated[int, msgspec.Meta(ge=0, le=MAX_EPOCH)]
Sequence0 = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
ClientId = Annotated[str, msgspec.Meta(pattern="^[a-z2-7]{26}$")]
"""An id that a client makes and we keep: it has the shape of one, and holds no words."""


class CardForm(Struct, frozen=True, kw_only=True):
    """A task card: what the server may know of a task (R15)."""

    task: Id
    assignees: Annotated[tuple[Id, ...], msgspec.Meta(max_length=32)]
    due: date | None = None
    state: TaskState
    document: Id | None = None

    def card(self) -> Card:
        """Read the form as the domain's value."""
        return Card(
            task=TaskId(self.task),
            assignees=tuple(ProfessionalId(assignee) for assignee in self.assignees),
            due=self.due,
            state=self.state,
            document=None if self.document is None else DocumentId(self.document),
        )

    @staticmethod
    def of(card: Card) -> "CardForm":
        """Write the domain's value as the form."""
        return CardForm(
            task=card.task,
            assignees=card.assignees,
            due=card.due,
            state=card.state,
            document=card.document,
        )


class EntryForm(Struct, frozen=True, kw_only=True):
    """A request to append: the body is bytes, base64 on the wire."""

    id: Id
    kind: Kind
    epoch: Epoch
    body: bytes
    card: CardForm | None = None

    def envelope(self) -> Envelope:
        """Read the form as the domain's value."""
        return Envelope(
            id=EntryId(self.id),
            kind=self.kind,
            epoch=self.epoch,
            body=self.body,
            card=None if self.card is None else self.card.card(),
        )


class NewChannel(Struct, frozen=True, kw_only=True):
    """A new channel: its id, which is the MLS group's, and the bundle that creates the group."""

    channel: Id
    id: Id
    body: bytes

    def envelope(self) -> Envelope:
        """Read the form as the log's first entry."""
        return Envelope(id=EntryId(self.id), kind=Kind.CREATE, epoch=0, body=self.body)


class AppendForm(EntryForm, frozen=True, kw_only=True):
    """The same in a socket, where the channel is named inside."""

    channel: Id


class WatchForm(Struct, frozen=True, kw_only=True):
    """The channels a device wants to be told about."""

    channels: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST)]


class ReadForm(Struct, frozen=True, kw_only=True):
    """A page of a channel's log, after `since`."""

    channel: Id
    since: Sequence0 = 0
    limit: Limit = PAGE


class ItemForm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a log as members receive it."""

    channel: ChannelId
    seq: int
    id: EntryId
    kind: Kind
    epoch: int
    sender: DeviceId
    at: int
    body: bytes
    card: CardForm | None = None

    @staticmethod
    def of(item: Item) -> "ItemForm":
        """Write the domain's value as the form."""
        return ItemForm(
            channel=item.channel,
            seq=item.seq,
            id=item.id,
            kind=item.kind,
            epoch=item.epoch,
            sender=item.sender,
            at=item.at,
            body=item.body,
            card=None if item.card is None else CardForm.of(item.card),
        )


class Placed(Struct, frozen=True, kw_only=True):
    """The ack of an append: where the entry stands, and since when (ms since 1970, UTC)."""

    seq: int
    at: int


class Heads(Struct, frozen=True, kw_only=True):
    """How far each watched channel has come, and who listens to it now."""

    heads: Mapping[ChannelId, int]
    present: Mapping[ChannelId, tuple[ProfessionalId, ...]]


class Page(Struct, frozen=True, kw_only=True):
    """Items in order; `more` says that the log goes on."""

    items: tuple[ItemForm, ...]
    more: bool


class ChannelForm(Struct, frozen=True, kw_only=True):
    """A channel of a circle; its name is sealed in its entries."""

    id: ChannelId
    circle: CircleId
    created_by: ProfessionalId

    @staticmethod
    def of(channel: Channel) -> "ChannelForm":
        """Write the domain's value as the form."""
        return ChannelForm(id=channel.id, circle=channel.circle, created_by=channel.created_by)


class ChannelList(Struct, frozen=True, kw_only=True):
    """The channels of a circle, by id."""

    channels: tuple[ChannelForm, ...]


def page(items: Sequence[Item], limit: int) -> Page:
    """Make a page of what was read, cut where its bodies grow too heavy."""
    held: list[ItemForm] = []
    weight = 0
    for item in items:
        weight += len(item.body)
        if held and weight > PAGE_BYTES:
            break
        held.append(ItemForm.of(item))
    return Page(items=tuple(held), more=len(held) < len(items) or len(items) == limit)
