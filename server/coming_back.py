"""What is looked for again and again beside sending: returned mails, answers that are fetched.

Providers that cannot call in are asked each minute, the mailbox of returns as well; receipts
that were too early are tried anew every few seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, runtime_checkable

from notifications.replies import Reply
from server.clock import Clock
from server.config import Config
from server.logs import logger
from server.receipts import Receipts
from server.rounds import again_and_again
from server.senders.bounce import Kind, read_return
from server.senders.bounce_box import BounceBox, box_of
from server.storage.heard import HeardReplies
from server.ways_out import MAIL, Ways

EARLY_S = 5.0
ANSWERS_S = 60.0
RETURNS_S = 60.0
_LOOKED_BACK = timedelta(hours=24)

Work = Callable[[], Awaitable[None]]


@runtime_checkable
class AsksForReplies(Protocol):
    """A provider whose answers of families are fetched."""

    @property
    def name(self) -> str:
        """The provider's name in settings."""
        ...

    async def replies(self, since: datetime) -> tuple[Reply, ...]:
        """Give what came in since a moment; the same ones again at every look."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """Empties the mailbox of returns; `kinds` counts what was in it since the process began."""

    box: BounceBox
    receipts: Receipts
    clock: Clock
    domain: str
    own_domain: str
    kinds: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))

    async def empty(self) -> None:
        """Take all that is there; what tells of a notice of ours goes to it."""
        counted = await self.box.empty(self._take)
        if counted:
            logger().info("returns_read", count=counted)

    async def _take(self, raw: bytes) -> bool:
        found = read_return(raw, domain=self.domain, own_domain=self.own_domain, at=self.clock())
        self.kinds[found.kind] += 1
        if found.told is not None:
            await self.receipts.take(MAIL, found.told)
        return found.kind in (Kind.FAILED, Kind.DELIVERED, Kind.DELAYED)


@asynccontextmanager
async def listening(
    config: Config, receipts: Receipts, ways: Ways, heard: HeardReplies
) -> AsyncIterator[None]:
    """Look for what comes back as long as the block lasts."""
    works: list[tuple[Work, float, str]] = [(receipts.look_again, EARLY_S, "receipts_failed")]
    for provider in ways.plain:
        if isinstance(provider, AsksForReplies):
            asking = partial(fetch_replies, provider, receipts, heard)
            works.append((asking, ANSWERS_S, "replies_failed"))
    returns = returns_of(config, receipts)
    if returns is not None:
        works.append((returns.empty, RETURNS_S, "returns_failed"))
    async with asyncio.TaskGroup() as group:
        running = [
            group.create_task(again_and_again(work, every=every, trouble=trouble))
            for work, every, trouble in works
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()


def returns_of(config: Config, receipts: Receipts) -> Returns | None:
    """Open the mailbox of returns; None where settings name none."""
    if config.ways.bounces is None:
        return None
    own = config.mail_from.rpartition("@")[2]
    return Returns(
        box=box_of(config.ways.bounces),
        receipts=receipts,
        clock=receipts.clock,
        domain=config.ways.bounce_domain or own,
        own_domain=own,
    )


async def fetch_replies(provider: AsksForReplies, receipts: Receipts, heard: HeardReplies) -> None:
    """Ask a provider what families answered, and hand on what was not yet."""
    fetched = await provider.replies(receipts.clock() - _LOOKED_BACK)
    for reply in await heard.new(provider.name, fetched):
        await receipts.take(provider.name, reply)
        await heard.note(provider.name, reply)
