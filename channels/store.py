"""What channels need remembered, as verbs; each is one atom on whatever stands behind it."""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from channels.model import (
    Asker,
    Channel,
    ChannelState,
    Envelope,
    GroupView,
    Item,
    Participants,
)
from crypto.ids import ChannelId, CircleId, DeviceId, ProfessionalId

Decide = Callable[[ChannelState], GroupView]
"""Judges an envelope on the channel as stored; raises to refuse, perhaps run twice, so pure.

What it returns is the group after the envelope: the same one, unless it is a commit.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """An item with its place; `fresh` is false when the same request was stored before."""

    item: Item
    fresh: bool


class ChannelStore(Protocol):
    """Ordered logs of sealed entries, one for each channel."""

    async def open(
        self, channel: Channel, envelope: Envelope, *, asker: Asker, group: GroupView
    ) -> Appended:
        """Create a channel whose log begins with this envelope.

        Raises:
            IdTaken: The channel's id is in use for something else.
        """
        ...

    async def find(self, channel: ChannelId) -> Channel:
        """Find a channel.

        Raises:
            NotAMember: There is none of that id; strangers are told the same.
        """
        ...

    async def of_circle(self, circle: CircleId) -> tuple[Channel, ...]:
        """List a circle's channels, by id."""
        ...

    async def append(
        self, channel: ChannelId, envelope: Envelope, *, asker: Asker, decide: Decide
    ) -> Appended:
        """Give an envelope the next place, if the decision lets it; durable when it returns.

        A request seen before gets its first answer again, whatever the decision says now:
        a client that lost the ack must be able to learn that it was stored.

        Raises:
            IdTaken: The device used the id for other content.
            StaleEpoch: Another commit came first.
        """
        ...

    async def read(self, channel: ChannelId, *, since: int, limit: int) -> tuple[Item, ...]:
        """Read the items after `since`, contiguous, at most `limit`."""
        ...

    async def heads(self, channels: Sequence[ChannelId]) -> Mapping[ChannelId, int]:
        """Tell the newest sequence number of each channel; 0 for an empty log."""
        ...


class Rosters(Protocol):
    """Who may take part in a circle's channels, from its verified membership chain."""

    async def participants(self, circle: CircleId) -> Participants:
        """Read the roster and its live devices as they are now.

        Raises:
            NotAMember: There is no such circle.
        """
        ...


class Bell(Protocol):
    """Tells those who are away that something waits; never what, and never waits itself."""

    def ring(self, members: Collection[ProfessionalId]) -> None:
        """Note that something new waits for some members."""
        ...


class Feed(Protocol):
    """Pushes to whoever listens now: a hint, never the truth, which is the log."""

    def publish(self, item: Item, receivers: Container[DeviceId]) -> None:
        """Push a committed item to the listening devices among `receivers`; never waits."""
        ...

    def retain(self, channel: ChannelId, receivers: Container[DeviceId]) -> None:
        """Stop pushing a channel to listening devices that are not among `receivers`."""
        ...

    def cut(self, channel: ChannelId) -> None:
        """Disconnect everybody who listens to a channel: they come back and ask anew."""
        ...

    def watched(self) -> tuple[ChannelId, ...]:
        """Name the channels somebody listens to."""
        ...
