"""The world round a simulated worker: its store, its providers, its families, its pause button.

All of it keeps exactly what it promises and nothing more: records are compared and set,
a provider honours keys if its policy says so, a receipt comes late, twice, or never.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from typing_extensions import override

from crypto.ids import ContactId, NoticeId
from notifications import delivery, hours, notice, siblings
from notifications.delivery import (
    Accepted,
    Ambiguous,
    Capabilities,
    Receipt,
    ReceiptState,
    Refused,
    Result,
    Retry,
)
from notifications.notice import AppointmentFacts, Carrier, Medium, Notice, Rule, State
from notifications.reach import FIRST_WORDS, NotNow, Reach, Reached, WhyNot
from notifications.senders import Alert, Alerts, Mail, Mailer, Renderer, Text, Texter
from notifications.store import Claimed, Contacts, Decide, NoSuchCarrier, Outbox, Valve
from tests.support.virtual_loop import VirtualLoop

WINDOW = timedelta(days=4)
_LONGEST_NAP_S = 5 * 86_400.0
NOBODY = -1
"""Whoever acts in the world and is no worker, so that nobody kills it."""


class Policy(StrEnum):
    """What providers promise, and keep. The last four are mutants, each with one flaw."""

    KEYED = "keyed"
    AT_MOST_ONCE = "at_most_once"
    LOOKUP = "lookup"
    NAIVE = "naive"
    HASTY = "hasty"
    FICKLE = "fickle"
    SAME_KEY = "same_key"


_KEYLESS = Capabilities(key_window=None, lookup=False)
_KEYED = Capabilities(key_window=WINDOW, lookup=False)
PROMISES = {
    Policy.KEYED: _KEYED,
    Policy.AT_MOST_ONCE: _KEYLESS,
    Policy.LOOKUP: Capabilities(key_window=None, lookup=True),
    Policy.NAIVE: _KEYED,
    Policy.HASTY: _KEYLESS,
    Policy.FICKLE: _KEYED,
    Policy.SAME_KEY: _KEYLESS,
}
_HONOURS_KEYS = frozenset({Policy.KEYED, Policy.FICKLE})


@dataclass(frozen=True, slots=True)
class Taken:
    """One message a family really received, unless it was lost on the way afterwards."""

    key: NoticeId
    at: datetime


@dataclass(slots=True)
class World:
    """Everything outside the workers, and the ledger of what really happened."""

    policy: Policy
    chance: random.Random
    loop: VirtualLoop
    begin: datetime
    crash: float = 0.04
    ledger: list[Taken] = field(default_factory=list)
    alerts: set[tuple[NoticeId, State]] = field(default_factory=set)
    records: dict[Carrier, tuple[Notice, ...]] = field(default_factory=dict)
    facts: dict[Carrier, AppointmentFacts] = field(default_factory=dict)
    versions: Counter[Carrier] = field(default_factory=Counter)
    leases: dict[Carrier, int] = field(default_factory=dict)
    refs: dict[tuple[str, NoticeId], str] = field(default_factory=dict)
    seen: dict[tuple[str, NoticeId], datetime] = field(default_factory=dict)
    lost: set[NoticeId] = field(default_factory=set)
    dies: dict[str, datetime] = field(default_factory=dict)
    refused: dict[ContactId, tuple[WhyNot, datetime]] = field(default_factory=dict)
    confirmed: dict[ContactId, datetime] = field(default_factory=dict)
    paused: tuple[datetime, datetime] | None = None
    running: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    moving: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    crashes: int = 0
    trace: list[str] = field(default_factory=list)
    errands: set[asyncio.Task[None]] = field(default_factory=set)
    asleep: dict["asyncio.Future[None]", None] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.begin + timedelta(seconds=self.loop.time())

    def note(self, *words: object) -> None:
        self.trace.append(f"{self.loop.time():.6f} {' '.join(map(str, words))}")

    async def step(self, worker: int) -> None:
        """Pass an await: a little time goes by, and it may be the worker's last."""
        if worker != NOBODY and self.chance.random() < self.crash:
            self.crashes += 1
            self.note("kill", worker)
            self.running[worker].cancel()
        await asyncio.sleep(self.chance.random() * 0.2)

    def look_for_the_end(self) -> None:
        """Let the story end once nobody moves anything and nothing is due any more."""
        if not self.moving and not self.leases:
            self.over.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedOutbox(Outbox):
    """Compare-and-set records with leases; every call crosses awaits before and after."""

    world: World
    worker: int
    skew: timedelta = timedelta(0)

    @override
    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claimed, ...]:
        await self.world.step(self.worker)
        due = [name for name, at in self.world.leases.items() if at <= hours.to_ms(now)][:limit]
        for name in due:
            self.world.leases[name] = hours.to_ms(until)
            self.world.versions[name] += 1
        found = tuple(Claimed(carrier=each, notices=self.world.records[each]) for each in due)
        await (self.world.step(self.worker) if due else self._until_due())
        return found

    async def _until_due(self) -> None:
        earliest = min(self.world.leases.values(), default=None)
        here = hours.to_ms(self.world.now() + self.skew)
        pause = _LONGEST_NAP_S if earliest is None else max((earliest - here) / 1000, 1)
        woken = self.world.loop.create_future()
        timer = self.world.loop.call_later(min(pause, _LONGEST_NAP_S), _wake, woken)
        self.world.asleep[woken] = None
        try:
            await woken
        finally:
            timer.cancel()
            self.world.asleep.pop(woken)

    @override
    async def change(self, carrier: Carrier, decide: Decide) -> tuple[Notice, ...]:
        while True:
            await self.world.step(self.worker)
            if carrier not in self.world.records:
                raise NoSuchCarrier
            version = self.world.versions[carrier]
            notices = decide(self.world.records[carrier])
            if self.world.policy is Policy.HASTY and self.worker != NOBODY:
                self._write_later(carrier, version, notices)
                return notices
            await self.world.step(self.worker)
            if self.world.versions[carrier] == version:
                write(self.world, carrier, notices)
                await self.world.step(self.worker)
                return notices

    def _write_later(self, carrier: Carrier, version: int, notices: tuple[Notice, ...]) -> None:
        """Answer before the write is durable, as a mutant does: a killed worker loses it."""
        whose = self.world.running[self.worker]

        def later() -> None:
            if not (whose.cancelled() or whose.done()) and self.world.versions[carrier] == version:
                write(self.world, carrier, notices)

        self.world.loop.call_later(self.world.chance.random() * 4, later)

    @override
    async def by_key(self, notice: NoticeId) -> Notice | None:
        await self.world.step(self.worker)
        return self._find(lambda each: each.id == notice)

    @override
    async def by_ref(self, provider: str, ref: str) -> Notice | None:
        await self.world.step(self.worker)
        return self._find(lambda each: (each.provider, each.ref) == (provider, ref))

    def _find(self, is_it: Callable[[Notice], bool]) -> Notice | None:
        every = (each for held in self.world.records.values() for each in held)
        return next(filter(is_it, every), None)


def _wake(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)


def write(world: World, carrier: Carrier, notices: tuple[Notice, ...]) -> None:
    """Commit a record: from here on it survives every crash."""
    before = {each.id: each.state for each in world.records.get(carrier, ())}
    world.records[carrier] = notices
    world.versions[carrier] += 1
    due = notice.next_due(notices)
    was = world.leases.pop(carrier, None)
    if due is not None:
        world.leases[carrier] = due
        if was is None or due < was:
            # Nobody asks an idle store again and again for months: who naps is told.
            for woken in world.asleep:
                _wake(woken)
    world.look_for_the_end()
    for each in notices:
        if before.get(each.id) is not each.state:
            world.note(each.id, each.state, each.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileProvider(Mailer, Texter):
    """Takes messages, now and then without saying so; keeps exactly what it promises."""

    world: World
    worker: int
    name: str

    @property
    @override
    def capabilities(self) -> Capabilities:
        return PROMISES[self.world.policy]

    @override
    async def send(self, message: Mail | Text, /, *, to: str, key: NoticeId) -> Result:
        await self.world.step(self.worker)
        dies = self.world.dies.get(self.name)
        if dies is not None and self.world.now() > dies:
            await asyncio.sleep(self.world.chance.random())
            return Retry("refused") if self.world.chance.random() < 0.7 else Ambiguous("reset")
        answer = self.world.loop.create_task(self._handle(key))
        return await asyncio.shield(answer)

    async def _handle(self, key: NoticeId) -> Result:
        """Go on even if the worker that asked is dead by now."""
        chance = self.world.chance
        await asyncio.sleep(chance.random() * 5)
        self.world.seen.setdefault((self.name, key), self.world.now())
        fate = chance.random()
        if fate < 0.60:
            return Accepted(self._take(key))
        if fate < 0.70:
            return Retry("http_429", timedelta(seconds=60 * chance.random()))
        if fate < 0.77:
            return Ambiguous("http_500")
        if fate < 0.78:
            known = (self.name, key) in self.world.refs
            return Ambiguous("http_500") if known else Refused("http_400")
        if fate < 0.90:
            await asyncio.sleep(chance.random() * 3)
            self._take(key)
            return Ambiguous("http_500_but_taken")
        self._take(key)
        await asyncio.sleep(25 + 10 * chance.random())
        return Accepted(self.world.refs[self.name, key])

    def _take(self, key: NoticeId) -> str:
        """Deliver to the family, unless a key that is honoured says it was done before."""
        world, mine = self.world, (self.name, key)
        known = world.now() - world.seen[mine] < WINDOW
        if known and mine in world.refs and world.policy in _HONOURS_KEYS:
            return world.refs[mine]
        world.ledger.append(Taken(key, world.now()))
        world.note("taken", self.name, key)
        ref = world.refs.setdefault(mine, f"ref-{len(world.ledger)}")
        if world.chance.random() < 0.4:
            world.moving += 1
            task = world.loop.create_task(receipts(world, self.name, key))
            world.errands.add(task)
            task.add_done_callback(world.errands.discard)
        return ref

    @override
    async def look_up(self, key: NoticeId) -> Result:
        await self.world.step(self.worker)
        if self.world.chance.random() < 0.2:
            return Ambiguous("http_500")
        ref = self.world.refs.get((self.name, key))
        return Retry("not_found") if ref is None else Accepted(ref)


async def receipts(world: World, provider: str, key: NoticeId) -> None:
    """Say how a message ended: at once, hours later, and now and then twice."""
    await asyncio.sleep(world.chance.choice((0, 2, 600, 20_000)) * world.chance.random())
    fails = world.chance.random() < 0.15
    if fails:
        world.lost.add(key)
    state = ReceiptState.FAILED if fails else ReceiptState.DELIVERED
    receipt = Receipt(state=state, at=world.now())
    for _ in range(world.chance.choice((1, 1, 2))):
        await receive(world, provider, key, receipt)
    world.moving -= 1
    world.look_for_the_end()


async def receive(world: World, provider: str, key: NoticeId, receipt: Receipt) -> None:
    outbox = SimulatedOutbox(world=world, worker=NOBODY)
    found = await outbox.by_key(key)
    if found is None or found.provider != provider:
        return

    def received(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
        return tuple(delivery.receive(n, receipt) if n.id == key else n for n in notices)

    await outbox.change(found.carrier, received)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedContacts(Contacts):
    """Families who refuse, or confirm, while notices are on their way."""

    world: World
    worker: int

    @override
    async def reach(self, contact: ContactId, medium: Medium, *, on: date, rule: Rule) -> Reached:
        await self.world.step(self.worker)
        now = self.world.now()
        why, since = self.world.refused.get(contact, (WhyNot.OPTED_OUT, now))
        if since < now:
            return NotNow(why)
        if rule not in FIRST_WORDS and self.world.confirmed.get(contact, now) > now:
            return NotNow(WhyNot.UNCONFIRMED)
        return Reach(f"{medium} of {contact}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAlerts(Alerts):
    world: World
    worker: int

    @override
    async def raise_task(self, alert: Alert) -> None:
        await self.world.step(self.worker)
        self.world.alerts.add((alert.notice, alert.state))
        await self.world.step(self.worker)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedValve(Valve):
    """A pause button that somebody leaves pressed for hours."""

    world: World

    @override
    async def is_open(self) -> bool:
        if self.world.paused is None:
            return True
        begins, ends = self.world.paused
        if not begins <= self.world.now() < ends:
            return True
        await asyncio.sleep((ends - self.world.now()).total_seconds())
        return False


class PlainRenderer(Renderer):
    @override
    def mail(self, notice: Notice, *, to: str, token: str) -> Mail:
        return Mail(subject=notice.rule, text="", html="", calendar=b"", method="", language="fr")

    @override
    def text(self, notice: Notice, *, token: str) -> Text:
        return Text(text=notice.rule)


def tell_again(world: World, notices: tuple[Notice, ...], held: Notice) -> tuple[Notice, ...]:
    """Have a notice sent again; the mutant forgets that a second wish is a second message."""
    again = siblings.told_again(notices, held.id, "somebody", now=world.now())
    if world.policy is not Policy.SAME_KEY:
        return again
    return tuple(replace(again[-1], id=held.id) if n.id == held.id else n for n in notices)
