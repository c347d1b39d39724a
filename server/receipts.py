"""What comes back: receipts that say how a message ended, and answers that families write.

A receipt may be there before the answer it belongs to, since two lines are no one line. So
one that fits nothing yet is kept for a quarter of an hour and tried again; a restart forgets
it, and the notice is then in doubt, where a person sees it. A receipt can settle a notice,
never make one: what it names is looked up, and a second copy changes nothing.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from care_circle.access import NotFound
from crypto.ids import NoticeId
from notifications import delivery
from notifications.delivery import Receipt, ReceiptState
from notifications.notice import Notice
from notifications.replies import Replies, Reply
from notifications.store import NoSuchCarrier, Outbox
from server.clock import Clock
from server.logs import logger
from server.senders.calling_back import Call, Callbacks, Forged, Told, Unreadable
from server.ways_out import MAIL

KEPT_FOR = timedelta(minutes=15)
"""How long a receipt waits for the answer that it was quicker than."""

_MOST_KEPT = 2_000


@dataclass(slots=True)
class Counted:
    """How many of what came back, since the process began."""

    taken: int = 0
    replies: int = 0
    unknown: int = 0
    forged: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Takes what providers tell; `callbacks` are those who may call in, by name."""

    outbox: Outbox
    replies: Replies
    callbacks: Mapping[str, Callbacks]
    clock: Clock
    counted: Counted = field(default_factory=Counted)
    _early: deque[tuple[datetime, str, Told]] = field(
        default_factory=lambda: deque(maxlen=_MOST_KEPT), repr=False
    )

    async def called(self, provider: str, call: Call) -> None:
        """Take a provider's call; one that makes no sense is counted and answered all the same.

        Raises:
            NotFound: Nobody of that name may call in, or it is not they.
        """
        callbacks = self.callbacks.get(provider)
        if callbacks is None:
            raise NotFound
        try:
            told = callbacks.hear(call)
        except Forged as cause:
            self.counted.forged += 1
            raise NotFound from cause
        except Unreadable:
            self.counted.unreadable += 1
            logger().warning("receipt_unreadable", medium=provider)
            return
        for said in told:
            await self.take(provider, said)

    async def take(self, provider: str, said: Told | Reply) -> None:
        """Keep what a provider, by its name, says; it returns once that is durable."""
        if isinstance(said, Reply):
            await self.replies.take(said)
            self.counted.replies += 1
        elif not await self._receive(provider, said):
            self._early.append((self.clock(), provider, said))

    async def look_again(self) -> None:
        """Try what was too early once more, and forget what is too old."""
        for _ in range(len(self._early)):
            since, provider, told = self._early.popleft()
            if await self._receive(provider, told):
                continue
            if self.clock() - since < KEPT_FOR:
                self._early.append((since, provider, told))
            else:
                self.counted.unknown += 1

    async def _receive(self, provider: str, told: Told) -> bool:
        """Tell a notice how it ended; False if there is none of that name yet."""
        notice = await self._named(provider, told)
        if notice is None:
            return False
        receipt = Receipt(state=told.state, at=told.at, code=told.code)
        decide = partial(_received, notice.id, provider, receipt)
        try:
            await self.outbox.change(notice.carrier, decide)
        except NoSuchCarrier:
            return False
        self.counted.taken += 1
        return True

    async def _named(self, provider: str, told: Told) -> Notice | None:
        if told.key is not None:
            return await self.outbox.by_key(NoticeId(told.key))
        return None if told.ref is None else await self.outbox.by_ref(provider, told.ref)


def _received(
    wanted: NoticeId, provider: str, receipt: Receipt, notices: tuple[Notice, ...]
) -> tuple[Notice, ...]:
    return tuple(
        delivery.receive(each, receipt)
        if each.id == wanted and _counts(each, provider, receipt)
        else each
        for each in notices
    )


def _counts(notice: Notice, provider: str, receipt: Receipt) -> bool:
    """Tell whether a receipt is about the copy that counts.

    That a provider failed says nothing once another one has the notice; that it arrived is
    a fact, whoever brought it. Mail servers call under one name, whichever of them it was.
    """
    is_theirs = provider in (MAIL, notice.provider)
    return is_theirs or receipt.state is ReceiptState.DELIVERED
