"""A small world in virtual time: the real rules and the real worker, a hostile everything else.

Time is the event loop's and jumps to the next timer; all chance comes from one seed, so a
seed is a whole story that can be told again. Workers are killed at any await, their clocks
are wrong by up to an hour, appointments move under their hands, errands open and close, one
provider dies, receipts come late or twice, families refuse, sending is paused for a day.
What was really taken is in a ledger the system never sees; verdicts compare the two.

Run as a script it prints seeds per second: ``python -m tests.support.simulation 2000``.
"""

import asyncio
import contextlib
import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from functools import partial

from typing_extensions import override

from crypto.ids import AppointmentId, ContactId
from notifications import delivery, hours, notice, settling
from notifications.errand import close_errand, open_errand, tell_errand
from notifications.notice import (
    AppointmentFacts,
    Medium,
    Notice,
    Recipient,
    Rule,
    State,
    Telling,
)
from notifications.planning import carrier_of, plan_appointment
from notifications.reach import WhyNot
from notifications.siblings import SUPERSEDED
from notifications.ways import WaysOut
from notifications.worker import Worker
from tests.support.simulated import (
    HostileProvider,
    PlainRenderer,
    Policy,
    SimulatedAlerts,
    SimulatedContacts,
    SimulatedOutbox,
    SimulatedValve,
    World,
    tell_again,
    write,
)
from tests.support.virtual_loop import VirtualLoop

# The weeks before the clocks change: in Europe and on Saint-Pierre, in spring and in autumn.
BEGINNINGS = tuple(
    datetime(year, month, day, 9, tzinfo=UTC)
    for year, month, day in ((2027, 3, 22), (2027, 3, 8), (2027, 10, 25), (2027, 11, 1))
)
SKEW = timedelta(hours=1)
ZONES = (
    *("Europe/Paris", "America/Miquelon", "America/Guadeloupe", "America/Martinique"),
    *("America/Cayenne", "America/St_Barthelemy", "America/Marigot", "Indian/Reunion"),
    *("Indian/Mayotte", "Pacific/Wallis", "Pacific/Tahiti", "Pacific/Marquesas"),
    *("Pacific/Gambier", "Pacific/Noumea"),
)
TELLINGS = (
    Telling(code="N1", rule=Rule.BOOKED),
    Telling(code="N2", rule=Rule.BEFORE, days=-7),
    Telling(code="N3", rule=Rule.BEFORE, days=-1, time=day_time(18)),
    Telling(code="N4", rule=Rule.CHANGED),
    Telling(code="N7", rule=Rule.MISSED, days=2),
)
TO_BOOK = Telling(code="N5", rule=Rule.TO_BOOK)
CALLED_OFF = {notice.WITHDRAWN, SUPERSEDED, *WhyNot} - {WhyNot.UNCONFIRMED}
# Between the question whether somebody may be told and the moment a provider takes it.
IN_FLIGHT = timedelta(minutes=2)
_WARMING = 20


class FickleWays(WaysOut):
    """A mutant: each attempt takes the next provider, whatever became of the last one."""

    @override
    def provider_of(self, notice: Notice) -> str | None:
        names = self.names(notice.medium)
        return names[notice.attempts % len(names)]


def worker_of(world: World, name: int) -> Worker:
    """Build a worker as it comes back after a crash: its clock may be wrong otherwise now."""
    skew = SKEW * world.chance.choice((-1, 0, 0, 1, world.chance.uniform(-1, 1)))
    provider = partial(HostileProvider, world=world, worker=name)
    kind = FickleWays if world.policy is Policy.FICKLE else WaysOut
    return Worker(
        outbox=SimulatedOutbox(world=world, worker=name, skew=skew),
        contacts=SimulatedContacts(world=world, worker=name),
        renderer=PlainRenderer(),
        ways=kind(
            mailers=(provider(name="post"),),
            texters=(provider(name="first"), provider(name="second")),
        ),
        alerts=SimulatedAlerts(world=world, worker=name),
        clock=lambda: world.now() + skew,
        chance=world.chance.random,
        trouble=lambda word: world.troubles.update([word]),
        link_key=b"k" * 32,
        valve=SimulatedValve(world=world),
        at_once=4,
    )


async def keep_alive(world: World, name: int) -> None:
    """Start a worker again whenever it is killed."""
    while True:
        await asyncio.sleep(world.chance.random() * 120)
        task = asyncio.create_task(worker_of(world, name).run(every=timedelta(seconds=20)))
        world.running[name] = task
        await asyncio.wait([task])


def family_of(world: World, number: int) -> Recipient:
    """Make a family somewhere, which may confirm late, or refuse on a day to come."""
    contact, chance = ContactId(f"contact-{number}"), world.chance
    if chance.random() < 0.25:
        after = timedelta(hours=chance.choice((2, 30, 2000)) * chance.random())
        world.confirmed[contact] = world.now() + after
    if chance.random() < 0.15:
        why = chance.choice((WhyNot.OPTED_OUT, WhyNot.NOT_THEIRS, WhyNot.GONE))
        world.refused[contact] = (why, world.now() + timedelta(hours=200 * chance.random()))
    media = chance.choice(((Medium.EMAIL, Medium.SMS), (Medium.SMS,), (Medium.EMAIL,)))
    return Recipient(contact=contact, media=media, language="fr", zone=chance.choice(ZONES))


def facts_of(world: World, number: int) -> AppointmentFacts:
    recipient = family_of(world, number)
    start = world.begin.replace(tzinfo=None, hour=14, minute=30) + timedelta(days=7)
    return AppointmentFacts(
        appointment=AppointmentId(f"appointment-{number}"),
        start=start + timedelta(hours=world.chance.randrange(-96, 96)),
        zone=recipient.zone,
        duration_minutes=45,
        place_label="12 rue des Lilas",
        sequence=0,
        cancelled=False,
        recipients=(recipient,),
    )


async def live(world: World, number: int) -> None:
    """Book an appointment, then move it, call it off or miss it at some awkward moment."""
    facts = facts_of(world, number)
    plan(world, facts)
    for _ in range(world.chance.randrange(3)):
        await asyncio.sleep(world.chance.choice((1, 30, 3600, 86_400, 200_000)))
        moved = replace(
            facts,
            start=facts.start + timedelta(hours=world.chance.choice((0, 1, 24, 48))),
            sequence=facts.sequence + 1,
            cancelled=world.chance.random() < 0.25,
        )
        if hours.instant(moved.start, moved.zone) <= hours.to_ms(world.now()):
            break  # Nobody may move, or call off, what has begun.
        facts = moved
        plan(world, facts)
    if not facts.cancelled and world.chance.random() < 0.3:
        await _miss(world, facts)
    await _tell_again(world, carrier_of(facts))
    world.moving -= 1
    world.look_for_the_end()


async def _miss(world: World, facts: AppointmentFacts) -> None:
    start = hours.from_ms(hours.instant(facts.start, facts.zone))
    await asyncio.sleep(max((start - world.now()).total_seconds(), 0) + 3600)
    plan(world, replace(facts, missed=True))
    if world.chance.random() < 0.3:
        await asyncio.sleep(world.chance.choice((60, 90_000, 180_000)))
        plan(world, facts)


async def _tell_again(world: World, carrier: notice.Carrier) -> None:
    """Let a person have something sent again that has ended."""
    if world.chance.random() < 0.6:
        return
    await asyncio.sleep(world.chance.choice((10, 4000, 90_000)))
    for held in world.records[carrier]:
        with contextlib.suppress(settling.NothingToResend):
            write(world, carrier, tell_again(world, world.records[carrier], held))
            return


def plan(world: World, facts: AppointmentFacts) -> None:
    carrier, now = carrier_of(facts), world.now()
    before = world.records.get(carrier, ())
    world.facts[carrier] = facts
    planned = plan_appointment(facts, before, tellings=TELLINGS, now=now)
    if plan_appointment(facts, planned, tellings=TELLINGS, now=now) != planned:
        world.troubles["planning_is_not_idempotent"] += 1
    write(world, carrier, planned)


async def run_errand(world: World, number: int) -> None:
    """Open an errand, and close it, or open it again, while it is being told."""
    recipients, now = (family_of(world, number),), world.now()
    errand = open_errand(
        TO_BOOK,
        child=None,
        subject=f"errand-{number}",
        recipients=recipients,
        expires_at=now + timedelta(days=world.chance.choice((1, 20))),
        now=now,
        at=now + timedelta(hours=world.chance.choice((0, 30))),
    )
    write(world, errand.carrier, errand.notices)
    for _ in range(world.chance.randrange(3)):
        await asyncio.sleep(world.chance.choice((1, 30, 3600, 86_400)))
        held = replace(errand, notices=world.records[errand.carrier])
        closed = close_errand(held, now=world.now())
        write(world, errand.carrier, closed.notices)
        if world.chance.random() < 0.5:
            await asyncio.sleep(world.chance.choice((1, 3600)))
            held = replace(errand, notices=world.records[errand.carrier])
            told = tell_errand(held, recipients, now=world.now())
            write(world, errand.carrier, told.notices)
    world.moving -= 1
    world.look_for_the_end()


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
    loop, chance = VirtualLoop(), random.Random(seed)
    world = World(policy=policy, chance=chance, loop=loop, begin=chance.choice(BEGINNINGS))
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
    chance = world.chance
    if chance.random() < 0.3:
        world.dies["first"] = world.now() + timedelta(hours=150 * chance.random())
    if chance.random() < 0.2:
        pause = world.now() + timedelta(hours=150 * chance.random())
        world.paused = (pause, pause + timedelta(hours=40 * chance.random()))
    lives: tuple[Callable[[World, int], object], ...] = (live, live, run_errand)
    chosen = [chance.choice(lives) for _ in range(chance.randrange(1, 3))]
    world.moving = len(chosen)
    families = [
        asyncio.create_task(run_errand(world, n) if each is run_errand else live(world, n))
        for n, each in enumerate(chosen)
    ]
    workers = [asyncio.create_task(keep_alive(world, n)) for n in range(3)]
    with contextlib.suppress(TimeoutError):  # What is stuck, the verdict will say.
        await asyncio.wait_for(world.over.wait(), timedelta(days=60).total_seconds())
    await asyncio.sleep(60)  # What is still on its way at the provider arrives.
    world.crash = 0
    tasks = [*families, *workers, *world.running.values(), *world.errands]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def judge(world: World) -> list[str]:
    """Compare what the notices say with what the families received."""
    taken = Counter(each.key for each in world.ledger)
    wrong = [f"{key} taken {times} times" for key, times in taken.items() if times > 1]
    known = {each.id: each for notices in world.records.values() for each in notices}
    for name, notices in world.records.items():
        facts = world.facts.get(name)
        if facts is not None:
            wrong.extend(_forgotten(notices, is_off=facts.cancelled))
        for each in notices:
            wrong.extend(_lies(each, taken[each.id], is_lost=each.id in world.lost))
            if each.state in notice.ALARMING and (each.id, each.state) not in world.alerts:
                wrong.append(f"{each.id} ended {each.state} in silence")
    for one in world.ledger:
        wrong.extend(_indecent(world, one.at, known[one.key]))
    wrong.extend(f"trouble: {word}" for word in world.troubles)
    return wrong


def _lies(each: Notice, taken: int, *, is_lost: bool) -> list[str]:
    if each.next_at is not None:
        return [f"{each.id} is stuck in {each.state}"]
    if each.state is State.SENT and not taken:
        return [f"{each.id} says sent, but was not"]
    if each.state is State.DEAD and each.answer == delivery.UNDELIVERED:
        return [] if is_lost else [f"{each.id} says undelivered, but was"]
    if taken and each.state not in {State.SENT, State.UNKNOWN}:
        return [] if is_lost else [f"{each.id} says {each.state}, but was sent"]
    if each.state is State.CANCELLED and each.answer not in CALLED_OFF:
        return [f"{each.id} was called off for {each.answer}"]
    return []


def _forgotten(notices: tuple[Notice, ...], *, is_off: bool) -> list[str]:
    """Find families who know of an appointment, but for whom nothing says what it is now."""
    last = max(each.sequence for each in notices)
    told = {(n.contact, n.medium) for n in notices if n.state is State.SENT and not n.is_backup}
    answered = {
        (each.contact, each.medium)
        for each in notices
        if (each.state is not State.CANCELLED or each.answer in set(WhyNot))
        and (each.sequence == last or (is_off and each.rule is Rule.CANCELLED))
    }
    return [f"{contact} was left with old news" for contact, _ in told - answered]


def _indecent(world: World, at: datetime, told: Notice) -> list[str]:
    """Find what came at night, on a Sunday, or after somebody had refused it."""
    margin = SKEW + timedelta(minutes=1)
    wrong = []
    if not any(_is_decent(at + off, told.zone) for off in (-margin, margin)):
        wrong.append(f"{told.id} at an indecent hour")
    _, since = world.refused.get(told.contact, (None, at))
    if since + IN_FLIGHT < at:
        wrong.append(f"{told.id} after it was refused")
    return wrong


def _is_decent(at: datetime, zone: str) -> bool:
    ms = hours.to_ms(at)
    return hours.next_decent(ms, zone) == ms


def main() -> None:
    """Print seeds per second, on all processors, and what each policy came to."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with ProcessPoolExecutor() as processes:
        for policy in Policy:
            # Once before it counts: to import is no part of a story.
            list(processes.map(_judged, [policy] * _WARMING, range(_WARMING)))
            _print(policy, count, processes)


def _print(policy: Policy, count: int, processes: ProcessPoolExecutor) -> None:
    began = time.perf_counter()
    judged = processes.map(_judged, [policy] * count, range(count), chunksize=_WARMING)
    verdicts, seconds = zip(*judged, strict=True)
    took, spent = time.perf_counter() - began, sum(seconds)
    bad = [verdict for verdict in verdicts if verdict.wrong]
    ends = sum((verdict.ends for verdict in verdicts), Counter[State]())
    span = sum((verdict.simulated for verdict in verdicts), timedelta())
    print(  # noqa: T201 - a script's output
        f"{policy:13} {count / took:6.0f} seeds/s ({count / spent:.0f} a CPU second),",
        f"{len(bad)} wrong,",
        f"{sum(v.crashes for v in verdicts)} crashes, {span.days} days simulated,",
        " ".join(f"{state}={number}" for state, number in sorted(ends.items())),
    )
    for verdict in bad[:3]:
        print("  seed", verdict.seed, *verdict.wrong[:3], sep=" | ")  # noqa: T201 - the same


def _judged(policy: Policy, seed: int) -> tuple[Verdict, float]:
    """Tell a story; also the seconds of processor that it took."""
    began = time.process_time()
    return simulate(seed, policy=policy), time.process_time() - began


if __name__ == "__main__":
    main()
