"""The hands of the outbox: take what is due, ask again, send, write down what became of it.

Everything is written before it is relied on, so a worker may be killed at any await and
another one go on. Several may run at once: the store's compare-and-set on the record keeps
them apart, leases only spare them useless work. One record costs two writes: all of its
notices that leave now are `sending` in one, and their answers are kept as they come in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn, TypeVar

from crypto.ids import NoticeId
from notifications import delivery, hours, link
from notifications.delivery import Ambiguous, Capabilities, NotClaimed, Result
from notifications.notice import ALARMING, Carrier, Medium, Notice, State
from notifications.reach import NotNow
from notifications.senders import Alert, Alerts, Mailer, Renderer, Texter
from notifications.siblings import back_up, in_step
from notifications.store import Claimed, Contacts, Decide, NoSuchCarrier, Outbox, Valve

# Far shorter than the lease, so that an attempt is over before anybody calls it abandoned.
SEND_TIMEOUT = timedelta(seconds=30)

Attempt = Callable[[], Awaitable[Result]]
Verdict = Callable[[Notice], Notice]


class AlwaysOpen:
    """A valve that nobody ever shuts."""

    async def is_open(self) -> bool:
        """Say yes."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker of the outbox.

    `mailers` and `texters` are tried in their order. `clock` gives the aware time, `chance`
    a number in [0, 1) for the jitter of retries, `link_key` derives the tokens of links.
    `trouble` hears, in one constant word, of failures that no notice can record; the work
    itself stays leased and is found again. `at_once` bounds the records in hand.
    """

    outbox: Outbox
    contacts: Contacts
    renderer: Renderer
    mailers: tuple[Mailer, ...]
    texters: tuple[Texter, ...]
    alerts: Alerts
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    trouble: Callable[[str], None]
    link_key: bytes = field(repr=False)
    valve: Valve = field(default_factory=AlwaysOpen)
    at_once: int = 32
    _names: Mapping[Medium, tuple[str, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note what the ways are called, once: it is asked many times for each notice."""
        mailers, texters = (tuple(w.name for w in ways) for ways in (self.mailers, self.texters))
        object.__setattr__(self, "_names", {Medium.EMAIL: mailers, Medium.SMS: texters})

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
            return await self.outbox.claim(now=now, until=now + delivery.LEASE, limit=limit)
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
        due = [n for n in notices if delivery.is_due(n, now) and n.state not in ALARMING]
        if due or notices != claimed.notices:
            opening = _Opening(worker=self, plans={n.id: await self._prepare(n) for n in due})
            notices = await self._change(claimed.carrier, opening)
            leaving = [each for each in notices if each.id in opening.begun]
            notices = await self._send(claimed.carrier, leaving, opening) or notices
        await self._alert(claimed.carrier, notices)

    async def _prepare(self, notice: Notice) -> "_Plan":
        """Say what is to be written down of a due notice, and make ready what may leave."""
        seen, provider = self.claimed(notice), self.provider_of(notice)
        if seen.state is not State.CLAIMED:
            return _Plan(attempts=notice.attempts)
        if delivery.asks_first(notice, self.capabilities(notice)):
            found = await _result_of(partial(_named(self.texters, provider).look_up, notice.id))
            settled = partial(delivery.settle_doubt, found=found, now=self.clock())
            return _Plan(attempts=notice.attempts, verdict=settled)
        if notice.medium is Medium.SMS and provider is not None:
            await _named(self.texters, provider).turn(notice.id)
        verdict, attempt = await self._ask(notice, provider)
        return _Plan(attempts=notice.attempts, verdict=verdict, attempt=attempt)

    async def _ask(self, notice: Notice, provider: str | None) -> tuple[Verdict, Attempt | None]:
        """Ask whether somebody may be told now, and put it into words if so."""
        today = hours.local(hours.to_ms(self.clock()), notice.zone).date()
        reached = await self.contacts.reach(
            notice.contact, notice.medium, on=today, rule=notice.rule
        )
        if isinstance(reached, NotNow):
            return partial(delivery.put_aside, why=reached.code, now=self.clock()), None
        if provider is None:
            return partial(delivery.give_up, code="not_configured", now=self.clock()), None
        token = link.token(self.link_key, notice.id)
        try:
            attempt = self._attempt(notice, reached.address, token, provider)
        except Exception:  # noqa: BLE001 - CannotRender or a bug: no words, so a person must call
            return partial(delivery.give_up, code="cannot_render", now=self.clock()), None
        verdict = partial(
            delivery.start,
            capabilities=self.capabilities(notice),
            now=self.clock(),
            provider=provider,
            link=link.fingerprint(token),
            reached=link.fingerprint(reached.address),
        )
        return verdict, attempt

    def _attempt(self, notice: Notice, address: str, token: str, provider: str) -> Attempt:
        """Put the notice into words, ready to leave."""
        if notice.medium is Medium.EMAIL:
            mail = self.renderer.mail(notice, to=address, token=token)
            mailer = _named(self.mailers, provider)
            return partial(mailer.send, mail, to=address, key=notice.id)
        text = self.renderer.text(notice, token=token)
        return partial(_named(self.texters, provider).send, text, to=address, key=notice.id)

    async def _send(
        self, carrier: Carrier, leaving: list[Notice], opening: "_Opening"
    ) -> tuple[Notice, ...]:
        """Send all at once, and write down each answer as soon as the store is free for it."""
        if len(leaving) == 1:
            answers = {leaving[0].id: await _result_of(opening.attempt_of(leaving[0]))}
            return await self._keep(carrier, answers, opening)
        notices: tuple[Notice, ...] = ()
        under_way = {
            asyncio.create_task(_result_of(opening.attempt_of(notice))): notice
            for notice in leaving
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
        self, carrier: Carrier, answers: Mapping[NoticeId, Result], opening: "_Opening"
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
                capabilities=self.capabilities(notice),
                now=now,
                chance=self.chance,
                providers=len(self.names(notice.medium)),
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

    def claimed(self, notice: Notice) -> Notice:
        """Take a notice in hand, or settle what needs no sending."""
        return delivery.claim(
            notice, self.capabilities(notice), now=self.clock(), chance=self.chance
        )

    def capabilities(self, notice: Notice) -> Capabilities:
        """Give what the provider promises that a notice is with, or goes to.

        Only providers of SMS can be asked by key what they took.
        """
        provider = self.provider_of(notice)
        found = (way for way in self._ways(notice.medium) if way.name == provider)
        promise = next((way.capabilities for way in found), delivery.NO_PROMISE)
        by_mail = notice.medium is Medium.EMAIL
        return replace(promise, lookup=False) if by_mail and promise.lookup else promise

    def provider_of(self, notice: Notice) -> str | None:
        """Name the provider that has, or is to have, a notice."""
        return delivery.choose(notice, self.names(notice.medium))

    def names(self, medium: Medium) -> tuple[str, ...]:
        """Name the providers of a medium in their order."""
        return self._names[medium]

    def _ways(self, medium: Medium) -> tuple[Mailer | Texter, ...]:
        return self.mailers if medium is Medium.EMAIL else self.texters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a worker means to do with a notice it saw at so many attempts."""

    attempts: int
    verdict: Verdict | None = None
    attempt: Attempt | None = None


@dataclass(slots=True, kw_only=True)
class _Opening:
    """The decision by which notices leave; `begun` is what its last run began, by attempt."""

    worker: Worker
    plans: Mapping[NoticeId, _Plan]
    begun: dict[NoticeId, int] = field(default_factory=dict)

    def __call__(self, notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
        """Begin what is still as it was seen; who was quicker, or withdrew it, is right."""
        self.begun.clear()
        return tuple(self._begin(n, self.plans[n.id]) if n.id in self.plans else n for n in notices)

    def _begin(self, stored: Notice, plan: _Plan) -> Notice:
        if stored.attempts != plan.attempts:
            return stored
        claimed = self.worker.claimed(stored)
        if claimed.state is not State.CLAIMED:
            return claimed
        if plan.verdict is None:
            return stored
        changed = plan.verdict(claimed)
        if changed.state is State.SENDING:
            self.begun[stored.id] = changed.attempts
        return changed

    def attempt_of(self, notice: Notice) -> Attempt:
        """Give how a notice that was begun leaves."""
        attempt = self.plans[notice.id].attempt
        if attempt is None:
            raise NotClaimed
        return attempt


Way = TypeVar("Way", Mailer, Texter)


def _named(ways: tuple[Way, ...], name: str | None) -> Way:
    return next(way for way in ways if way.name == name)


def _alerted(
    told: Collection[tuple[NoticeId, State]], notices: tuple[Notice, ...]
) -> tuple[Notice, ...]:
    return tuple(delivery.was_alerted(n) if (n.id, n.state) in told else n for n in notices)


async def _result_of(attempt: Attempt) -> Result:
    """Send within bounds; whatever goes wrong, nobody can say that nothing left."""
    try:
        async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
            return await attempt()
    except TimeoutError:
        return Ambiguous("timeout")
    except Exception:  # noqa: BLE001 - a sender's bug must end in a named state
        return Ambiguous("sender_failed")
