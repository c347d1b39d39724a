"""An import whose process dies at any of its writes makes each child once all the same."""

from pathlib import Path

import pytest

from tests.support.clock import StandingClock
from tests.support.import_desk import Desk, Killed, desk
from tests.support.imports import child, table

NAMES = ("Zéphyrine", "Basile", "Cunégonde")
FILE = table([child(id=f"D-{name}", given=name) for name in NAMES]).encode()
CHANGED = table([child(id=f"D-{name}", given=name, weight="1200") for name in NAMES]).encode()


@pytest.mark.parametrize("stored", [True, False])
async def test_each_child_is_there_once_though_the_process_died(
    tmp_path: Path, *, stored: bool
) -> None:
    for after in (1, 6, 11, 16):
        await expect_each_once(fresh(tmp_path, after), after=after, stored=stored)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("stored", [True, False])
async def test_each_child_is_there_once_wherever_the_process_died(
    tmp_path: Path, *, stored: bool
) -> None:
    after = 1
    while not await expect_each_once(fresh(tmp_path, after), after=after, stored=stored):
        after += 1

    assert after > 3 * len(NAMES)


async def test_a_file_sent_anew_after_a_death_makes_only_who_is_missing(tmp_path: Path) -> None:
    async with desk(tmp_path) as first:
        run = await first.read(FILE)
        await first.begin(run)
        await died(first, after=10)
    async with desk(tmp_path) as second:
        before = len(await second.children())
        results = (await second.take_over(FILE)).results
        after = len(await second.children())

    assert 0 < before < len(NAMES)
    assert (results["created"], after) == (len(NAMES) - before, len(NAMES))


async def test_a_change_is_made_once_wherever_the_process_died(tmp_path: Path) -> None:
    for deaths in range(1, 14, 3):
        folder = fresh(tmp_path, deaths)
        clock = StandingClock()
        async with desk(folder, clock) as first:
            await first.take_over(FILE)
            run = await first.read(CHANGED)
            await first.begin(run)
            await died(first, after=deaths)
        clock.move(minutes=2)
        async with desk(folder, clock) as second:
            done = await second.finish(run.id)
            held = await second.children()
            again = await second.read(CHANGED)

        assert done.results == {"updated": len(NAMES)}
        assert {each.perinatal.birth_weight_g for each in held} == {1200}
        assert dict(again.counts) == {"same": len(NAMES)}


def fresh(folder: Path, number: int) -> Path:
    """Make an empty folder of that number."""
    made = folder / f"{number}"
    made.mkdir()
    return made


async def expect_each_once(folder: Path, *, after: int, stored: bool) -> bool:
    """Die after so many writes and go on; tell if there were not that many."""
    clock = StandingClock()
    survived = await die_and_go_on(folder, clock, after=after, stored=stored)
    async with desk(folder, clock) as again:
        held = await again.children()
        twice = await again.read(FILE)

    assert sorted(each.identity.birth_given_names[0] for each in held) == sorted(NAMES)
    assert dict(twice.counts) == {"same": len(NAMES)}
    return survived


async def die_and_go_on(folder: Path, clock: StandingClock, *, after: int, stored: bool) -> bool:
    """Read a file, die while it is taken over, come back, and go on; tell if nothing died."""
    async with desk(folder, clock) as first:
        run = await first.read(FILE)
        await first.begin(run)
        survived = not await died(first, after=after, stored=stored)
    clock.move(minutes=2)
    async with desk(folder, clock) as second:
        done = await second.finish(run.id)
    assert done.results == {"created": len(NAMES)}
    return survived


async def died(at: Desk, *, after: int, stored: bool = True) -> bool:
    """Work, and tell whether the process died of it."""
    at.engine.writes_left, at.engine.stored = after, stored
    try:
        await at.imports.work.work()
    except Killed:
        return True
    finally:
        at.engine.writes_left = None
    return False
