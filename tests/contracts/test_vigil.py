"""The watch over follow-ups on each engine: two processes at once, and one that is killed."""

import asyncio
import base64
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from care_circle.child import Child
from care_circle.follow_up.duty import DutyState
from care_circle.follow_up.follow_up import FollowUp
from care_circle.follow_up.store import Mark
from crypto.ids import ChildId, ProfessionalId, new_id
from server.accounts.passwords import Passwords
from server.clock import system_clock
from server.follow_up_command import rebuilt
from server.house import House, furnish
from server.storage.care import EngineChildren
from server.storage.keys import Keyring
from server.storage.opening import open_engine
from server.vigil import AT_ONCE, vigil_of
from tests.support.care import child
from tests.support.clock import StandingClock
from tests.support.kill.carer import MASTER

ROOT = Path(__file__).resolve().parents[2]
CHILDREN = 8
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@asynccontextmanager
async def a_process(address: str, clock: StandingClock) -> AsyncIterator[House]:
    """Open the store as another process would: an engine, keys and services of its own."""
    engine = await open_engine(address, clock)
    try:
        keyring = await Keyring.open(engine, MASTER)
        yield furnish(engine, keyring, clock=clock, zone="Europe/Paris", passwords=Passwords())
    finally:
        await engine.close()


async def register(house: House, count: int = CHILDREN) -> list[Child]:
    """Write children as no process that watches does, so that nothing is known of them."""
    made = [child() for _ in range(count)]
    unwatched = EngineChildren(house.engine, house.keyring)
    for each in made:
        await unwatched.add(each)
    return made


def facts(followed: FollowUp | None) -> FollowUp | None:
    """Leave out when it was made, and when it was to be looked at next."""
    return None if followed is None else replace(followed, at=SOME_DAY, due=SOME_DAY)


async def test_two_processes_look_at_each_mark_once_and_raise_each_duty_once(
    store_address: str, clock: StandingClock
) -> None:
    async with a_process(store_address, clock) as one, a_process(store_address, clock) as two:
        children = await register(one, 2 * AT_ONCE)
        for each in children:
            await one.stores.follow_up_marks.make(Mark(id=new_id(), child=each.id, due=clock.now))
        clock.move(days=500)

        seen = await asyncio.gather(*(vigil_of(house).look_once() for house in (one, two, one)))

        left = await two.stores.follow_up_marks.claim(
            now=clock.now + timedelta(days=1), until=clock.now + timedelta(days=2), limit=200
        )
        duties = [await two.stores.duties.of_child(each.id) for each in children]
    assert (sum(seen), left) == (2 * AT_ONCE, ())
    assert all(some and len({d.id for d in some}) == len(some) for some in duties)
    assert {d.state for some in duties for d in some} == {DutyState.OPEN}
    assert len({len(some) for some in duties}) == 1


async def test_two_processes_build_all_follow_ups_together(
    store_address: str, clock: StandingClock
) -> None:
    async with a_process(store_address, clock) as one, a_process(store_address, clock) as two:
        children = await register(one, AT_ONCE + 3)
        watches = [vigil_of(one), vigil_of(two)]
        for watch in watches:
            await watch.begin()

        await asyncio.gather(*(watch.look() for watch in watches))
        clock.move(minutes=3)
        await asyncio.gather(*(watch.look() for watch in watches))

        held = [await two.stores.follow_ups.follow_up(each.id) for each in children]
    assert all(held)


async def test_a_process_that_died_before_its_write_leaves_a_mark_that_heals(
    store_address: str, clock: StandingClock
) -> None:
    async with a_process(store_address, clock) as dead, a_process(store_address, clock) as alive:
        (noe,) = await register(dead, 1)
        over = dead.stores.watch.over(noe.id)
        await over.__aenter__()

        await vigil_of(alive).look()
        early = await alive.stores.follow_ups.follow_up(noe.id)
        clock.move(minutes=2)
        await vigil_of(alive).look()
        healed = await alive.stores.follow_ups.follow_up(noe.id)
        marks = await alive.stores.follow_up_marks.claim(
            now=clock.now + timedelta(days=1), until=clock.now + timedelta(days=2), limit=9
        )
    assert early is None
    assert healed is not None
    assert marks == ()


async def test_writes_that_break_off_anywhere_end_as_if_nothing_had_happened(
    sqlite_address: str, clock: StandingClock
) -> None:
    # In SQLite alone: cancelled in the middle, PyMongo's driver leaves sockets behind.
    chance = random.Random(7)
    async with a_process(sqlite_address, clock) as house:
        (noe,) = await register(house, 1)
        clock.move(days=500)
        for number in range(15):
            refer = partial(referred, to=ProfessionalId(f"physician{number}"))
            writing = asyncio.create_task(house.stores.children.change(noe.id, refer))
            await asyncio.sleep(chance.uniform(0, 0.01))
            writing.cancel()
            await asyncio.wait([writing])
        clock.move(minutes=2)

        await vigil_of(house).look()

        assert await differing(house, [noe.id]) == []
        duties = await house.stores.duties.of_child(noe.id)
        asked = await house.follower.of(noe.id)
    reasons = {(d.reason.value, d.subject) for d in duties if d.state is DutyState.OPEN}
    assert reasons <= {(f.code.value, f.subject) for f in asked.life.findings}
    assert len(duties) == len({(d.reason, d.subject) for d in duties})


@pytest.mark.timeout(300)
async def test_processes_killed_under_load_leave_nothing_that_the_watch_does_not_mend(
    sqlite_address: str,
) -> None:
    clock, chance = StandingClock(system_clock()), random.Random(11)
    async with a_process(sqlite_address, clock) as house:
        children = [each.id for each in await register(house)]
        for _ in range(2):
            worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.support.kill.carer", sqlite_address, *children),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
            )
            assert worker.stdout is not None
            assert await worker.stdout.readline() == b"ready\n"
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            worker.kill()
            await worker.wait()
        left = await house.stores.follow_up_marks.claim(
            now=clock.now + timedelta(days=1),
            until=clock.now + timedelta(days=1, hours=1),
            limit=200,
        )
        clock.now = system_clock() + timedelta(days=2)

        await vigil_of(house).look()

        assert await differing(house, children) == []
        again = await house.stores.follow_up_marks.claim(
            now=clock.now + timedelta(days=9), until=clock.now + timedelta(days=10), limit=200
        )
    assert left
    assert again == ()


async def test_all_follow_ups_are_made_anew_on_demand(
    store_address: str, clock: StandingClock
) -> None:
    async with a_process(store_address, clock) as house:
        children = await register(house, 20)

        told = [done async for done in rebuilt(house)]

        held = [await house.stores.follow_ups.follow_up(each.id) for each in children]
        assert await differing(house, [each.id for each in children]) == []
    assert all(held)
    assert told[-1] == 20


async def test_the_command_line_makes_them_anew_and_says_how_many(sqlite_address: str) -> None:
    clock = StandingClock(system_clock())
    async with a_process(sqlite_address, clock) as house:
        children = await register(house, 3)
    settings = {
        "RONDE_STORE": sqlite_address, "RONDE_MASTER_KEY": base64.b64encode(MASTER).decode(),
    }  # fmt: skip

    called = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "follow-up", "rebuild"),
        cwd=ROOT, env=settings,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await called.communicate()

    async with a_process(sqlite_address, clock) as house:
        held = [await house.stores.follow_ups.follow_up(each.id) for each in children]
    assert called.returncode == 0
    assert "3 enfants" in said.decode()
    assert all(held)


def referred(held: Child, *, to: ProfessionalId) -> Child:
    return replace(held, referring_physician=to)


async def differing(house: House, children: list[ChildId]) -> list[ChildId]:
    """Name the children of whom something else is kept than what their files say now."""
    kept = [facts(await house.stores.follow_ups.follow_up(each)) for each in children]
    fresh = [facts(await house.follower.refresh(each)) for each in children]
    return [each for each, a, b in zip(children, kept, fresh, strict=True) if a != b]
