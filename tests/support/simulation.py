"""A small world in virtual time: the real rules and the real worker, a hostile everything else.

Time is the event loop's and jumps to the next timer; all chance comes from one seed, so a
seed is a whole story that can be told again. Workers are killed at any await, their clocks
are wrong by up to an hour, appointments move under their hands, and the provider lies.
What it really took is in a ledger the system never sees; verdicts compare the two.

Run as a script it prints seeds per second: ``python -m tests.support.simulation 2000``.
"""

import asyncio
import contextlib
import hashlib
import random
import sys
import time
from asyncio import base_events
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from enum import StrEnum
from functools import partial

from typing_extensions import override

from crypto.ids import AppointmentId, ContactId, NoticeId
from notifications import hours, notice
from notifications.delivery import Accepted, Ambiguous, Capabilities, Refused, Result, Retry
from notifications.notice import (
    AppointmentFacts,
    Carrier,
    Medium,
    Notice,
    Recipient,
    Rule,
    State,
    Telling,
)
from notifications.planning import carrier_of, plan_appointment
from notifications.reach import Reach, Reached
from notifications.senders import Alert, Alerts, Mail, Mailer, Renderer, Text, Texter
from notifications.store import Claimed, Contacts, Decide, NoSuchCarrier, Outbox
from notifications.worker import Worker

BEGIN = datetime(2027, 3, 22, 9, tzinfo=UTC)  # The week before the clocks change in Europe.
SKEW = timedelta(hours=1)
ZONES = ("Europe/Paris", "Indian/Reunion", "Pacific/Marquesas", "America/Miquelon")
WINDOW = timedelta(days=4)
TELLINGS = (
    Telling(code="N1", rule=Rule.BOOKED),
    Telling(code="N2", rule=Rule.BEFORE, days=-7),
    Telling(code="N3", rule=Rule.BEFORE, days=-1, time=day_time(18)),
    Telling(code="N4", rule=Rule.CHANGED),
    Telling(code="N7", rule=Rule.MISSED, days=2),
)


class Policy(StrEnum):
    """What the provider promises, and keeps; the mutant believes a promise nobody made."""

    KEYED = "keyed"
    AT_MOST_ONCE = "at_most_once"
    LOOKUP = "lookup"
    NAIVE = "naive"


PROMISES = {
    Policy.KEYED: Capabilities(key_window=WINDOW, lookup=False),
    Policy.AT_MOST_ONCE: Capabilities(key_window=None, lookup=False),
    Policy.LOOKUP: Capabilities(key_window=None, lookup=True),
    Policy.NAIVE: Capabilities(key_window=WINDOW, lookup=False),
}


class VirtualLoop(base_events.BaseEventLoop):
    """An event loop without sockets whose time jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._elapsed = 0.0
        self._selector = self

    @override
    def time(self) -> float:
        return self._elapsed

    def select(self, timeout: float | None) -> tuple[()]:
        """Let virtual time pass instead of waiting for sockets."""
        if timeout is None:
            raise RuntimeError("the world has come to a standstill")
        self._elapsed += timeout
        return ()

    def _process_events(self, events: tuple[()]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps, so nobody is woken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One message a family really received."""

    key: NoticeId
    at: datetime


@dataclass(slots=True)
class World:
    """Everything outside the workers, and the ledger of what really happened."""

    policy: Policy
    chance: random.Random
    loop: VirtualLoop
    crash: float = 0.03
    ledger: list[Taken] = field(default_factory=list)
    alerts: set[tuple[NoticeId, State]] = field(default_factory=set)
    records: dict[Carrier, tuple[Notice, ...]] = field(default_factory=dict)
    facts: dict[Carrier, AppointmentFacts] = field(default_factory=dict)
    versions: Counter[Carrier] = field(default_factory=Counter)
    leases: dict[Carrier, int] = field(default_factory=dict)
    refs: dict[NoticeId, str] = field(default_factory=dict)
    seen: dict[NoticeId, datetime] = field(default_factory=dict)
    running: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    moving: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    crashes: int = 0
    trace: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.loop.time())

    def note(self, *words: object) -> None:
        self.trace.append(f"{self.loop.time():.6f} {' '.join(map(str, words))}")

    async def step(self, worker: int) -> None:
        """Pass an await: a little time goes by, and it may be the worker's last."""
        if self.chance.random() < self.crash:
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
    skew: timedelta

    @override
    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claimed, ...]:
        await self.world.step(self.worker)
        due = [name for name, at in self.world.leases.items() if at <= hours.to_ms(now)][:limit]
        for name in due:
            self.world.leases[name] = hours.to_ms(until)
            self.world.versions[name] += 1
        await (self.world.step(self.worker) if due else self._until_due())
        return tuple(Claimed(carrier=each, notices=self.world.records[each]) for each in due)

    async def _until_due(self) -> None:
        earliest = min(self.world.leases.values(), default=None)
        here = hours.to_ms(self.world.now() + self.skew)
        pause = 3600.0 if earliest is None else max((earliest - here) / 1000, 1)
        await asyncio.sleep(min(pause, 6 * 3600.0))

    @override
    async def change(self, carrier: Carrier, decide: Decide) -> tuple[Notice, ...]:
        while True:
            await self.world.step(self.worker)
            if carrier not in self.world.records:
                raise NoSuchCarrier
            version = self.world.versions[carrier]
            notices = decide(self.world.records[carrier])
            await self.world.step(self.worker)
            if self.world.versions[carrier] == version:
                write(self.world, carrier, notices)
                await self.world.step(self.worker)
                return notices

    @override
    async def by_key(self, notice: NoticeId) -> Notice | None:
        await self.world.step(self.worker)
        found = (each for held in self.world.records.values() for each in held if each.id == notice)
        return next(found, None)

    @override
    async def by_ref(self, provider: str, ref: str) -> Notice | None:
        await self.world.step(self.worker)
        every = (each for held in self.world.records.values() for each in held)
        return next((n for n in every if (n.provider, n.ref) == (provider, ref)), None)


def write(world: World, carrier: Carrier, notices: tuple[Notice, ...]) -> None:
    """Commit a record: from here on it survives every crash."""
    before = {each.id: each.state for each in world.records.get(carrier, ())}
    world.records[carrier] = notices
    world.versions[carrier] += 1
    due = notice.next_due(notices)
    world.leases.pop(carrier, None)
    if due is not None:
        world.leases[carrier] = due
    world.look_for_the_end()
    for each in notices:
        if before.get(each.id) is not each.state:
            world.note(each.id, each.state, each.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileProvider(Mailer, Texter):
    """Takes messages, now and then without saying so; keeps exactly what it promises."""

    world: World
    worker: int
    promise: Capabilities
    name: str = "provider"

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self.promise

    @override
    async def send(self, message: Mail | Text, /, *, to: str, key: NoticeId) -> Result:
        await self.world.step(self.worker)
        answer = self.world.loop.create_task(self._handle(key))
        return await asyncio.shield(answer)

    async def _handle(self, key: NoticeId) -> Result:
        """Go on even if the worker that asked is dead by now."""
        chance = self.world.chance
        await asyncio.sleep(chance.random() * 5)
        self.world.seen.setdefault(key, self.world.now())
        fate = chance.random()
        if fate < 0.60:
            return Accepted(self._take(key))
        if fate < 0.70:
            return Retry("http_429", timedelta(seconds=60 * chance.random()))
        if fate < 0.77:
            return Ambiguous("http_500")
        if fate < 0.78:
            return Refused("http_400") if key not in self.world.refs else Ambiguous("http_500")
        if fate < 0.90:
            await asyncio.sleep(chance.random() * 3)
            self._take(key)
            return Ambiguous("http_500_but_taken")
        self._take(key)
        await asyncio.sleep(25 + 10 * chance.random())
        return Accepted(self.world.refs[key])

    def _take(self, key: NoticeId) -> str:
        """Deliver to the family, unless a key that is honoured says it was done before."""
        known = self.world.now() - self.world.seen[key] < WINDOW
        if known and key in self.world.refs and self.world.policy is Policy.KEYED:
            return self.world.refs[key]
        self.world.ledger.append(Taken(key, self.world.now()))
        self.world.note("taken", key)
        return self.world.refs.setdefault(key, f"ref-{len(self.world.ledger)}")

    @override
    async def look_up(self, key: NoticeId) -> Result:
        await self.world.step(self.worker)
        if self.world.chance.random() < 0.2:
            return Ambiguous("http_500")
        ref = self.world.refs.get(key)
        return Retry("not_found") if ref is None else Accepted(ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedContacts(Contacts):
    world: World
    worker: int

    @override
    async def reach(self, contact: ContactId, medium: Medium, *, on: date, rule: Rule) -> Reached:
        await self.world.step(self.worker)
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


class PlainRenderer(Renderer):
    @override
    def mail(self, notice: Notice, *, to: str, token: str) -> Mail:
        return Mail(
            subject=notice.rule, text="", html="", calendar=b"", method="REQUEST", language="fr"
        )

    @override
    def text(self, notice: Notice, *, token: str) -> Text:
        return Text(text=notice.rule)


def worker_of(world: World, name: int) -> Worker:
    """Build a worker as it comes back after a crash: its clock may be wrong otherwise now."""
    skew = SKEW * world.chance.choice((-1, 0, 0, 1, world.chance.uniform(-1, 1)))
    provider = HostileProvider(world=world, worker=name, promise=PROMISES[world.policy])
    return Worker(
        outbox=SimulatedOutbox(world=world, worker=name, skew=skew),
        contacts=SimulatedContacts(world=world, worker=name),
        renderer=PlainRenderer(),
        mailers=(provider,),
        texters=(provider,),
        alerts=SimulatedAlerts(world=world, worker=name),
        clock=lambda: world.now() + skew,
        chance=world.chance.random,
        trouble=lambda word: world.troubles.update([word]),
        link_key=b"k" * 32,
        at_once=4,
    )


async def keep_alive(world: World, name: int) -> None:
    """Start a worker again whenever it is killed."""
    while True:
        await asyncio.sleep(world.chance.random() * 120)
        task = asyncio.create_task(worker_of(world, name).run(every=timedelta(seconds=20)))
        world.running[name] = task
        await asyncio.wait([task])


def facts_of(world: World, number: int) -> AppointmentFacts:
    zone = world.chance.choice(ZONES)
    recipient = Recipient(
        contact=ContactId(f"contact-{number}"),
        media=(Medium.EMAIL, Medium.SMS),
        language="fr",
        zone=zone,
    )
    start = datetime.fromisoformat("2027-03-29T14:30") + timedelta(
        hours=world.chance.randrange(-96, 96)
    )
    return AppointmentFacts(
        appointment=AppointmentId(f"appointment-{number}"),
        start=start,
        zone=zone,
        duration_minutes=45,
        place_label="12 rue des Lilas",
        sequence=0,
        cancelled=False,
        recipients=(recipient,),
    )


async def live(world: World, facts: AppointmentFacts) -> None:
    """Book an appointment, then move it or call it off at some awkward moment, perhaps."""
    plan(world, facts)
    for _ in range(world.chance.randrange(3)):
        await asyncio.sleep(world.chance.choice((1, 30, 3600, 86_400, 200_000)))
        facts = replace(
            facts,
            start=facts.start + timedelta(hours=world.chance.choice((0, 1, 24, 48))),
            sequence=facts.sequence + 1,
            cancelled=world.chance.random() < 0.25,
        )
        plan(world, facts)
    world.moving -= 1
    world.look_for_the_end()


def plan(world: World, facts: AppointmentFacts) -> None:
    carrier = carrier_of(facts)
    before = world.records.get(carrier, ())
    world.facts[carrier] = facts
    now = world.now()
    planned = plan_appointment(facts, before, tellings=TELLINGS, now=now)
    if plan_appointment(facts, planned, tellings=TELLINGS, now=now) != planned:
        world.troubles["planning_is_not_idempotent"] += 1
    write(world, carrier, planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a seed came to; `wrong` lists every broken promise."""

    seed: int
    wrong: tuple[str, ...]
    trace: str
    crashes: int
    simulated: timedelta
    ends: Counter[State]


def simulate(seed: int, policy: Policy) -> Verdict:
    """Tell the story of one seed to its end and judge it."""
    loop = VirtualLoop()
    world = World(policy=policy, chance=random.Random(seed), loop=loop)
    try:
        loop.run_until_complete(_story(world))
    finally:
        loop.close()
    ends = Counter(each.state for notices in world.records.values() for each in notices)
    return Verdict(
        seed=seed,
        wrong=tuple(judge(world)),
        trace=hashlib.sha256("\n".join(world.trace).encode()).hexdigest(),
        crashes=world.crashes,
        simulated=timedelta(seconds=loop.time()),
        ends=ends,
    )


async def _story(world: World) -> None:
    world.moving = world.chance.randrange(1, 3)
    families = [asyncio.create_task(live(world, facts_of(world, n))) for n in range(world.moving)]
    workers = [asyncio.create_task(keep_alive(world, n)) for n in range(3)]
    with contextlib.suppress(TimeoutError):  # What is stuck, the verdict will say.
        await asyncio.wait_for(world.over.wait(), timedelta(days=30).total_seconds())
    await asyncio.sleep(60)  # What is still on its way at the provider arrives.
    world.crash = 0
    tasks = [*families, *workers, *world.running.values()]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def judge(world: World) -> list[str]:
    """Compare what the notices say with what the families received."""
    taken = Counter(each.key for each in world.ledger)
    wrong = [f"{key} taken {times} times" for key, times in taken.items() if times > 1]
    zones = {}
    for name, notices in world.records.items():
        wrong.extend(_forgotten(notices, is_off=world.facts[name].cancelled))
        for each in notices:
            zones[each.id] = each.zone
            wrong.extend(_lies(each, taken[each.id]))
            if each.state in notice.ALARMING and (each.id, each.state) not in world.alerts:
                wrong.append(f"{each.id} ended {each.state} in silence")
    for one in world.ledger:
        margin = SKEW + timedelta(minutes=1)
        if not any(_is_decent(one.at + off, zones[one.key]) for off in (-margin, margin)):
            wrong.append(f"{one.key} at an indecent hour")
    wrong.extend(f"trouble: {word}" for word in world.troubles)
    return wrong


def _lies(each: Notice, taken: int) -> list[str]:
    if each.next_at is not None:
        return [f"{each.id} is stuck in {each.state}"]
    if each.state is State.SENT and not taken:
        return [f"{each.id} says sent, but was not"]
    if taken and each.state not in {State.SENT, State.UNKNOWN}:
        return [f"{each.id} says {each.state}, but was sent"]
    return []


def _forgotten(notices: tuple[Notice, ...], *, is_off: bool) -> list[str]:
    """Find families who know of an appointment, but for whom nothing says what it is now."""
    last = max(each.sequence for each in notices)
    told = {(each.contact, each.medium) for each in notices if each.state is State.SENT}
    answered = {
        (each.contact, each.medium)
        for each in notices
        if each.state is not State.CANCELLED
        and (each.sequence == last or (is_off and each.rule is notice.Rule.CANCELLED))
    }
    return [f"{contact} was left with old news" for contact, _ in told - answered]


def _is_decent(at: datetime, zone: str) -> bool:
    ms = hours.to_ms(at)
    return hours.next_decent(ms, zone) == ms


def main() -> None:
    """Print seeds per second and what each policy came to."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for policy in Policy:
        began = time.perf_counter()
        verdicts = list(map(partial(simulate, policy=policy), range(count)))
        took = time.perf_counter() - began
        bad = [verdict for verdict in verdicts if verdict.wrong]
        ends = sum((verdict.ends for verdict in verdicts), Counter[State]())
        span = sum((verdict.simulated for verdict in verdicts), timedelta())
        print(  # noqa: T201 - a script's output
            f"{policy:13} {count / took:6.0f} seeds/s, {len(bad)} wrong,",
            f"{sum(v.crashes for v in verdicts)} crashes, {span.days} days simulated,",
            " ".join(f"{state}={number}" for state, number in sorted(ends.items())),
        )
        for verdict in bad[:3]:
            print("  seed", verdict.seed, *verdict.wrong[:3], sep=" | ")  # noqa: T201 - the same


if __name__ == "__main__":
    main()
