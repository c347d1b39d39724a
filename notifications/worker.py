"""The hands of the outbox: take what is due, ask again, send, write down what became of it.

Everything is written before it is relied on, so a worker may be killed at any await and
another one go on. Several may run at once: the store's compare-and-set on the record keeps
them apart, leases only spare them useless work. One record costs two writes: all of its
notices that leave now are `sending` in one, and their answers are kept as they come in.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

from crypto.ids import NoticeId
from notifications import claiming, delivery, hours
from notifications.delivery import Result
from notifications.notice import ALARMING, Carrier, Notice, State
from notifications.preparing import Opening, Preparing, result_of
from notifications.senders import Alert, Alerts, Renderer
from notifications.siblings import back_up, in_step
from notifications.store import Claimed, Contacts, Decide, NoSuchCarrier, Outbox, Valve
from notifications.ways import WaysOut


class AlwaysOpen:
    """A valve that nobody ever shuts."""

    async def is_open(self) -> bool:
        """Say yes."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker of the outbox.

    `clock` gives the aware time, `chance`
    a number in [0, 1) for the jitter of retries, `link_key` derives the tokens of links.
    `trouble` hears, in one constant word, of failures that no notice can record; the work
    itself stays leased and is found again. `at_once` bounds the records in hand.
    """

    outbox: Outbox
    contacts: Contacts
    renderer: Renderer
    ways: WaysOut
    alerts: Alerts
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    trouble: Callable[[str], None]
    link_key: bytes = field(repr=False)
    valve: Valve = field(default_factory=AlwaysOpen)
    at_once: int = 32
    _preparing: Preparing = field(init=False, repr=False)

    def __post_init__(self) -> None:
        preparing = Preparing(
            ways=self.ways,
            contacts=self.contacts,
            renderer=self.renderer,
            clock=self.clock,
            chance=self.chance,
            link_key=self.link_key,
        )
        object.__setattr__(self, "_preparing", preparing)

    async def run(self, *, every: timedelta) -> NoReturn:
        """Work until cancelled: in a steady stream while there is plenty, else after a pause."""
        hand: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                room = self.at_once - len(hand)
                claimed = await self._claim(room)
                for each in claimed:
                    task = group.create_task(self._handle(each))
                    hand.add(task)
                    task.add_done_callback(hand.discard)
                if len(claimed) < room:
                    await asyncio.sleep(every.total_seconds())
                while len(hand) > self.at_once // 2:
                    await asyncio.wait(hand, return_when=asyncio.FIRST_COMPLETED)

    async def run_once(self) -> int:
        """Handle what is due now and say how many records that touched."""
        claimed = await self._claim(self.at_once)
        async with asyncio.TaskGroup() as group:
            for each in claimed:
                group.create_task(self._handle(each))
        return len(claimed)

    async def _claim(self, limit: int) -> tuple[Claimed, ...]:
        """Lease what is due, unless sending is paused; an unreachable store is asked again."""
        try:
            if not await self.valve.is_open():
                return ()
            now = self.clock()
            return await self.outbox.claim(now=now, until=now + claiming.LEASE, limit=limit)
        except Exception:  # noqa: BLE001 - an unreachable store must not end the worker
            self.trouble("outbox_unreachable")
            return ()

    async def _handle(self, claimed: Claimed) -> None:
        """Handle one record's due notices; what fails here is found again by its lease."""
        try:
            await self._deliver(claimed)
        except NoSuchCarrier:
            self.trouble("carrier_gone")
        except Exception:  # noqa: BLE001 - one record's failure must not stop the others
            self.trouble("carrier_failed")

    async def _deliver(self, claimed: Claimed) -> None:
        """Ask again whether each holds, write `sending`, send, write the answers, alert."""
        now = self.clock()
        notices = in_step(claimed.notices, at=hours.to_ms(now))
        due = [n for n in notices if claiming.is_due(n, now) and n.state not in ALARMING]
        if due or notices != claimed.notices:
            plans = {n.id: await self._preparing.plan(n) for n in due}
            opening = Opening(preparing=self._preparing, plans=plans)
            notices = await self._change(claimed.carrier, opening)
            leaving = [each for each in notices if each.id in opening.begun]
            notices = await self._send(claimed.carrier, leaving, opening) or notices
        await self._alert(claimed.carrier, notices)

    async def _send(
        self, carrier: Carrier, leaving: list[Notice], opening: Opening
    ) -> tuple[Notice, ...]:
        """Send all at once, and write down each answer as soon as the store is free for it."""
        if len(leaving) == 1:
            answers = {leaving[0].id: await result_of(opening.attempt_of(leaving[0]))}
            return await self._keep(carrier, answers, opening)
        notices: tuple[Notice, ...] = ()
        under_way = {
            asyncio.create_task(result_of(opening.attempt_of(notice))): notice for notice in leaving
        }
        try:
            while under_way:
                done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                answers = {under_way.pop(task).id: task.result() for task in done}
                notices = await self._keep(carrier, answers, opening)
        finally:
            for task in under_way:
                task.cancel()
        return notices

    async def _keep(
        self, carrier: Carrier, answers: Mapping[NoticeId, Result], opening: Opening
    ) -> tuple[Notice, ...]:
        return await self._change(
            carrier, partial(self._recorded, answers=answers, attempts=opening.begun)
        )

    def _recorded(
        self,
        notices: tuple[Notice, ...],
        *,
        answers: Mapping[NoticeId, Result],
        attempts: Mapping[NoticeId, int],
    ) -> tuple[Notice, ...]:
        now = self.clock()
        return tuple(
            delivery.record(
                notice,
                answers[notice.id],
                attempt=attempts[notice.id],
                capabilities=self.ways.capabilities(notice),
                now=now,
                chance=self.chance,
                providers=len(self.ways.names(notice.medium)),
            )
            if notice.id in answers
            else notice
            for notice in notices
        )

    async def _alert(self, carrier: Carrier, notices: tuple[Notice, ...]) -> None:
        """Put what failed before a person, and note that this was done."""
        failed = [n for n in notices if n.state in ALARMING and not n.alerted]
        for notice in failed:
            await self.alerts.raise_task(
                Alert(
                    notice=notice.id,
                    carrier=carrier,
                    contact=notice.contact,
                    medium=notice.medium,
                    state=notice.state,
                    answer=notice.answer,
                )
            )
        if failed:
            told = {(notice.id, notice.state) for notice in failed}
            await self._change(carrier, partial(_alerted, told))

    async def _change(self, carrier: Carrier, decide: Decide) -> tuple[Notice, ...]:
        """Change a record's notices, in step with each other, in one write."""
        at = hours.to_ms(self.clock())
        return await self.outbox.change(
            carrier, lambda stored: back_up(decide(in_step(stored, at=at)), at=at)
        )


def _alerted(
    told: Collection[tuple[NoticeId, State]], notices: tuple[Notice, ...]
) -> tuple[Notice, ...]:
    return tuple(delivery.was_alerted(n) if (n.id, n.state) in told else n for n in notices)
