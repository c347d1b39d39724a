"""Imports on SQLite without a server: many lines, progress, a stop, erasure, two at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from care_circle.child import Child
from care_circle.importing.run import APPLY, ReportOver, Result, State, abreast
from care_circle.importing.store import Arrivals
from care_circle.professional import Professional
from care_circle.services.imports import Wanted
from care_circle.structure import Structure
from crypto.ids import ImportId
from tests.support.clock import START, StandingClock
from tests.support.import_desk import Desk, desk
from tests.support.imports import child, table

LETTERS = "abcdefghij"


def many(count: int) -> bytes:
    """Write so many lines about children of whom no two look alike."""
    born = START.date() - timedelta(days=2000)
    return table(
        child(
            id=f"D-{number}",
            family=f"{''.join(LETTERS[int(digit)] for digit in f'{number:05}')[::-1]}eau",
            born=str(born + timedelta(days=number % 1500)),
        )
        for number in range(count)
    ).encode()


@pytest.mark.parametrize(
    "count", [120, pytest.param(2000, marks=(pytest.mark.long, pytest.mark.timeout(900)))]
)
async def test_many_lines_come_in_once(tmp_path: Path, count: int) -> None:
    async with desk(tmp_path) as here:
        done = await here.take_over(many(count))
        again = await here.read(many(count))
        held = await here.children()

    assert done.results == {"created": count}
    assert dict(again.counts) == {"same": count}
    assert len({each.identity.birth_family_name for each in held}) == len(held) == count


class Stumbling(Arrivals):
    """Arrivals that break on one child, as a fault of ours would."""

    def __init__(self, inner: Arrivals, family: str) -> None:
        self._inner = inner
        self._family = family

    @override
    async def child(self, child: Child) -> None:
        if child.identity.birth_family_name == self._family:
            raise RuntimeError("unforeseen")
        await self._inner.child(child)

    @override
    async def professional(self, professional: Professional) -> None:
        await self._inner.professional(professional)

    @override
    async def structure(self, structure: Structure) -> None:
        await self._inner.structure(structure)


async def test_a_line_that_something_of_ours_breaks_on_ends_and_the_others_come_in(
    tmp_path: Path,
) -> None:
    lines = [child(id=f"D-{at}", family=name) for at, name in enumerate(["Abri", "Bord", "Cour"])]
    async with desk(tmp_path) as here:
        run, heard = await here.read(table(lines).encode()), list[Exception]()
        await here.begin(run)
        broken = Stumbling(here.imports.work.arrivals, "Bord")
        await replace(here.imports.work, arrivals=broken, trouble=heard.append).work()
        done = await here.imports.service.run(here.ana, run.id)
        report, _ = await here.imports.service.lines(here.ana, run.id)
        later = await here.take_over(table(lines).encode())

    assert (done.state, list(map(str, heard))) == (State.READY, ["unforeseen"])
    results = [each.outcome.result for each in report if each.outcome is not None]
    assert results == [Result.CREATED, Result.UNFORESEEN, Result.CREATED]
    assert later.results == {"created": 1}


async def test_children_born_on_one_day_are_never_taken_over_at_the_same_time(
    tmp_path: Path,
) -> None:
    names = ["Abri", "Bord", "Cour", "Dune", "Etau"]
    days = ["2024-01-01", "2024-01-02", "2024-01-01", "2024-01-03", "2024-01-03"]
    lines = [
        child(id=f"D-{at}", family=name, born=day)
        for at, (name, day) in enumerate(zip(names, days, strict=True))
    ]
    async with desk(tmp_path) as here:
        run = await here.read(table(lines).encode())
        report, _ = await here.imports.service.lines(here.ana, run.id)

    assert abreast(report) == ()
    assert abreast([line.chosen(APPLY) for line in report]) == ((0, 1), (2, 3), (4,))


async def test_an_erased_child_does_not_hold_up_those_born_on_the_same_day(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.take_over(table([child()]).encode())
        (gone,) = await here.children()
        await here.house.keyring.forget(gone.id)
        done = await here.take_over(table([child(id="D-2", family="Autre")]).encode())
        found = await here.house.stores.children.born_on(gone.identity.birth_date)

    assert done.results == {"created": 1}
    assert [each.identity.birth_family_name for each in found] == ["Autre"]


async def test_progress_shows_while_it_runs_and_a_stop_leaves_the_rest_for_later(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as here:
        run = await here.read(many(200))
        await here.begin(run)
        working = asyncio.create_task(here.imports.work.work())
        seen = await seen_until(here, run.id, done=50)
        await here.imports.service.stop(here.ana, run.id)
        await working
        stopped = await here.imports.service.run(here.ana, run.id)
        before = len(await here.children())
        await here.begin(run)
        rest = await here.finish(run.id)
        after = len(await here.children())

    assert stopped.application is not None
    assert 0 < seen <= stopped.application.done == before < 200
    assert (stopped.state, stopped.application.stopping) == (State.READY, True)
    assert (rest.results, after) == ({"created": 200 - before}, 200)


async def test_a_file_that_two_bring_in_at_once_makes_each_child_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        runs = [await here.read(many(60)) for _ in range(2)]
        for run in runs:
            await here.begin(run)
        await asyncio.gather(here.imports.work.work(), here.imports.work.work())
        done = [await here.finish(run.id) for run in runs]
        held = await here.children()

    assert len(held) == 60
    assert sum(each.results.get("created", 0) for each in done) == 60


async def test_who_was_erased_here_does_not_come_back_by_a_file(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.take_over(many(1))
        erased = (await here.children())[0]
        await here.house.keyring.forget(erased.id)
        again = await here.read(many(1))

    assert dict(again.counts) == {"refused": 1}


async def test_a_report_that_nobody_took_over_is_forgotten_in_time(tmp_path: Path) -> None:
    clock = StandingClock()
    async with desk(tmp_path, clock) as here:
        run = await here.read(many(60))
        clock.move(days=31)
        await here.imports.work.work()

        with pytest.raises(ReportOver):
            await here.imports.service.lines(here.ana, run.id)
        with pytest.raises(ReportOver):
            await here.imports.service.apply(here.ana, run.id, Wanted(digest=run.digest))
        dumped = [each async for each in here.engine.dump()]

    assert "import_page" not in {getattr(each, "kind", "") for each in dumped}


async def seen_until(here: Desk, run: ImportId, *, done: int) -> int:
    """Look at a run until so many lines of it are done, and tell how many are."""
    async with asyncio.timeout(60):
        while True:
            held = await here.imports.service.run(here.ana, run)
            if held.application is not None and held.application.done >= done:
                return held.application.done
            await asyncio.sleep(0.01)
