"""What is derived from a channel's log: task cards, and key packages used up.

Applied right after the append, and again from the log when a channel is loaded after a
crash between the two: an item applied twice changes nothing the second time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from care_circle.store import Tasks
from care_circle.task import TaskChange, project
from channels.keys import PackageStore
from channels.model import Card, Channel, Item
from crypto.bundle import Bundle
from crypto.ids import ProfessionalId
from crypto.session.log import Kind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Brings task cards and key packages up to the log."""

    tasks: Tasks
    packages: PackageStore

    async def apply(self, channel: Channel, item: Item) -> None:
        """Take an item of the log in; safe to repeat."""
        if item.card is not None:
            at = _EPOCH + timedelta(milliseconds=item.at)
            logged = wanted_change(channel, item.card, by=item.by, at=at, seq=item.seq)
            await self.tasks.change(logged.task, lambda held: project(held, logged))
        elif item.kind is Kind.COMMIT:
            for reference in Bundle.decode(item.body).key_packages:
                await self.packages.use(reference, channel.id)


def wanted_change(
    channel: Channel, card: Card, *, by: ProfessionalId, at: datetime, seq: int = 0
) -> TaskChange:
    """Read a card as the change somebody asks for; `seq` is 0 while it has no place."""
    return TaskChange(
        task=card.task,
        circle=channel.circle,
        channel=channel.id,
        by=by,
        assignees=card.assignees,
        due=card.due,
        state=card.state,
        document=card.document,
        at=at,
        seq=seq,
    )
