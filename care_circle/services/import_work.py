"""Going on with imports: lines somebody wanted, reports whose time is over.

One loop does it beside the requests. Whoever dies leaves a lease that ends; whoever goes on
finds the lines that nothing became of yet.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from care_circle.access import Action, Forbidden, NotFound
from care_circle.actor import Actor
from care_circle.importing.fields import Sort
from care_circle.importing.run import (
    LEASE,
    ImportRun,
    Outcome,
    ReportLine,
    ReportPage,
    Result,
    State,
    abreast,
)
from care_circle.importing.source import Source
from care_circle.importing.store import Arrivals, ImportRuns, Origins
from care_circle.services.guard import Guard
from care_circle.services.import_landing import Landing
from care_circle.services.import_registers import Registers
from care_circle.store import Children, People
from care_circle.surroundings import Surroundings
from crypto.ids import ImportId

Trouble = Callable[[Exception], None]
"""Hears of an error that nobody foresaw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWork:
    """What is done of imports while nobody waits for an answer."""

    runs: ImportRuns
    origins: Origins
    arrivals: Arrivals
    children: Children
    people: People
    guard: Guard
    surroundings: Surroundings
    sources: Mapping[str, Source]
    trouble: Trouble

    async def work(self) -> int:
        """Go on with what waits: applications begun, reports whose time is over; tell how many."""
        now = self.surroundings.now()
        found = await self.runs.due(now=now, until=now + LEASE)
        for run in found:
            if run.state is State.APPLYING:
                await self._apply(run)
            else:
                await forget(self.runs, run)
        return len(found)

    async def _apply(self, run: ImportRun) -> None:
        application = run.application
        if application is None:
            return
        try:
            person = await self.people.professional(application.by)
            await self.guard.network(
                person.actor, action_on(run.sorts), kind="import", thing=run.id
            )
            await self._apply_pages(run, self._landing(person.actor, run), application.number)
        except (NotFound, Forbidden):
            # Whoever began it may not go on: what was done stays, the rest is for somebody else.
            pass
        now = self.surroundings.now()
        await self.runs.change(run.id, lambda held: held.ended(now=now))

    async def _apply_pages(self, run: ImportRun, landing: Landing, during: int) -> None:
        """Take over what is due, page by page; what is counted is what the pages say."""
        results, going = Counter[str](), True
        for number in range(run.pages):
            page = await self.runs.page(run.id, number)
            if going:
                page, going = await self._apply_page(landing, page, during)
            results.update(page.results(during))
            if page.results(during):
                await self._advance(run.id, Counter(results))

    async def _apply_page(
        self, landing: Landing, page: ReportPage, during: int
    ) -> tuple[ReportPage, bool]:
        """Take over the lines of a page that are due; tell whether to go on with the next."""
        lines, going = list(page.lines), True
        for turn in abreast(lines):
            going = not (await self._is_stopping(page.run))
            if not going:
                break
            landed = await asyncio.gather(
                *(self._land(landing, lines[place]) for place in turn), return_exceptions=True
            )
            for place, outcome in zip(turn, landed, strict=True):
                if isinstance(outcome, BaseException):
                    raise outcome
                lines[place] = replace(lines[place], outcome=replace(outcome, during=during))
        after = replace(page, lines=tuple(lines)).done()
        if after != page:
            await self.runs.keep_page(after)
        return after, going

    async def _land(self, landing: Landing, line: ReportLine) -> Outcome:
        """Take a line over; what nobody foresaw ends that line, and no other."""
        try:
            return await landing.land(line)
        except (NotFound, Forbidden):
            raise
        except Exception as error:  # noqa: BLE001 -- one line must not hold up all that follow
            self.trouble(error)
            return Outcome(result=Result.UNFORESEEN)

    async def _advance(self, run: ImportId, results: Counter[str]) -> None:
        now = self.surroundings.now()
        await self.runs.change(run, lambda held: held.advanced(results, now=now))

    async def _is_stopping(self, run: ImportId) -> bool:
        held = await self.runs.run(run)
        return held.application is None or held.application.stopping

    def _landing(self, actor: Actor, run: ImportRun) -> Landing:
        return Landing(
            actor=actor,
            run=run.id,
            registers=Registers(
                children=self.children,
                people=self.people,
                origins=self.origins,
                source=self.sources[run.source],
            ),
            children=self.children,
            people=self.people,
            origins=self.origins,
            arrivals=self.arrivals,
            guard=self.guard,
            surroundings=self.surroundings,
        )


def action_on(sorts: tuple[Sort, ...]) -> Action:
    """Name the action that an import of such lines is."""
    return Action.IMPORT_CHILDREN if Sort.CHILD in sorts else Action.IMPORT_PEOPLE


async def forget(runs: ImportRuns, run: ImportRun) -> None:
    """Forget what a run read; that it was stays."""
    for number in range(run.pages):
        await runs.forget_page(run.id, number)
    await runs.change(run.id, ImportRun.over)
