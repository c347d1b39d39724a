"""Use cases on imports: read a file, look at its report, take over what is chosen of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from care_circle.access import Action, Relation, Verdict, decide
from care_circle.actor import Actor
from care_circle.importing.csv_table import FileFault, FileRefused, Row, read_table
from care_circle.importing.fhir_bundle import read_bundle
from care_circle.importing.fields import Sort
from care_circle.importing.matching import Status, digest_of
from care_circle.importing.proposal import Proposal, Reading, proposals
from care_circle.importing.run import (
    APPLY,
    LEASE,
    PAGE,
    BadChoice,
    ImportRun,
    ReportLine,
    ReportOver,
    ReportPage,
    State,
    page_id,
)
from care_circle.importing.source import Format, Source
from care_circle.importing.store import ImportRuns, Origins
from care_circle.ins import InsKind
from care_circle.services.guard import Guard
from care_circle.services.import_registers import Registers
from care_circle.services.import_work import action_on, forget
from care_circle.store import Children, People
from care_circle.surroundings import Surroundings
from crypto.ids import ImportId


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of a report: all that needs no choice, or some lines; and the choices."""

    digest: str
    lines: tuple[int, ...] | None = None
    choices: Mapping[int, str] = field(default_factory=dict)

    def of(self, line: ReportLine) -> str | None:
        """Say what is wanted of a line, None for nothing."""
        if line.number in self.choices:
            return self.choices[line.number]
        if self.lines is None:
            return APPLY if line.match.waits else None
        return APPLY if line.number in self.lines else None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that is understood as far as its headings: what it is about, and its rows."""

    source: Source
    sorts: tuple[Sort, ...]
    rows: Iterator[Row]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsService:
    """Imports from the tools in use before."""

    runs: ImportRuns
    origins: Origins
    children: Children
    people: People
    guard: Guard
    surroundings: Surroundings
    sources: Mapping[str, Source]
    systems: frozenset[InsKind]

    async def sources_for(self, actor: Actor) -> tuple[Source, ...]:
        """Give the sources there are.

        Raises:
            NotFound, Forbidden: Imports are not the actor's.
        """
        await self.guard.network(actor, Action.IMPORT_PEOPLE, kind="import")
        return tuple(self.sources.values())

    async def read(
        self, actor: Actor, data: bytes, *, source: str, sort: Sort | None = None
    ) -> ImportRun:
        """Read a file and say of each line what it means; nothing is changed yet.

        Raises:
            NotFound, Forbidden: It is not the actor's to import.
            FileRefused: The file is none of its source.
        """
        run = ImportId(self.surroundings.new_id())
        await self.guard.network(actor, Action.IMPORT_PEOPLE, kind="import", thing=run)
        file = self._file(data, source, sort)
        await self._require(actor, run, file.sorts)
        now = self.surroundings.now()
        kept_until = now + timedelta(days=file.source.kept_days)
        begun = ImportRun(
            id=run,
            source=source,
            sorts=file.sorts,
            by=actor.professional,
            at=now,
            kept_until=kept_until,
            until=now + LEASE,
            ignored=file.ignored,
        )
        await self.runs.add(begun)
        return await self._report(begun, file, hashlib.sha256(data))

    async def run(self, actor: Actor, run: ImportId) -> ImportRun:
        """Read how far a run is.

        Raises:
            NotFound, Forbidden: There is none, or it is not the actor's to see.
        """
        await self.guard.network(actor, Action.IMPORT_PEOPLE, kind="import", thing=run)
        found = await self.runs.run(run)
        await self._require(actor, run, found.sorts)
        return found

    async def page(self, actor: Actor, *, after: str, limit: int) -> tuple[ImportRun, ...]:
        """Page through the runs that an actor may see, by id.

        Raises:
            NotFound, Forbidden: Imports are not the actor's.
        """
        await self.guard.network(actor, Action.IMPORT_PEOPLE, kind="import")
        found = await self.runs.runs(after=after, limit=limit)
        return tuple(each for each in found if _may(actor, each.sorts))

    async def lines(
        self,
        actor: Actor,
        run: ImportId,
        *,
        after: int = 0,
        limit: int = PAGE,
        status: Status | None = None,
    ) -> tuple[tuple[ReportLine, ...], Source]:
        """Page through a report by the numbers of its lines, perhaps those of one status only.

        Given with them is the source in whose words they are told.

        Raises:
            NotFound, Forbidden: There is none, or it is not the actor's to see.
            ReportOver: What was read is forgotten.
        """
        held = await self.run(actor, run)
        if held.state is State.OVER:
            raise ReportOver
        found: list[ReportLine] = []
        for number in range(after // PAGE, held.pages):
            page = await self.runs.page(run, number)
            found += [
                line
                for line in page.lines
                if line.number > after and status in (None, line.match.status)
            ]
            if len(found) >= limit:
                break
        return tuple(found[:limit]), self.sources[held.source]

    async def apply(self, actor: Actor, run: ImportId, wanted: Wanted) -> ImportRun:
        """Begin to take over what is wanted of a report; `ImportWork` does it.

        Raises:
            NotFound, Forbidden: There is none, or it is not the actor's to import.
            NotReady, ReportOver, OtherReport: It cannot be applied now, or is another one.
            BadChoice: A line cannot be had as is wanted.
        """
        held = await self.run(actor, run)
        held.require_ready(wanted.digest)
        known = {*(wanted.lines or ()), *wanted.choices}
        if known and not 1 <= min(known) <= max(known) <= held.lines:
            raise BadChoice
        pages = [await self.runs.page(run, number) for number in range(held.pages)]
        chosen = [
            replace(page, lines=tuple(line.chosen(wanted.of(line)) for line in page.lines))
            for page in pages
        ]
        for before, page in zip(pages, chosen, strict=True):
            if page != before:
                await self.runs.keep_page(page)
        count = sum(line.is_due for page in chosen for line in page.lines)
        now = self.surroundings.now()
        return await self.runs.change(
            run, lambda held: held.begin(by=actor.professional, now=now, wanted=count)
        )

    async def stop(self, actor: Actor, run: ImportId) -> ImportRun:
        """Stop an application after the line at hand; what is done stays done.

        Raises:
            NotFound, Forbidden: There is none, or it is not the actor's.
        """
        await self.run(actor, run)
        return await self.runs.change(run, ImportRun.stop)

    async def forget(self, actor: Actor, run: ImportId) -> None:
        """Forget what was read, before its time.

        Raises:
            NotFound, Forbidden: There is none, or it is not the actor's.
            NotReady: It is being read, or applied.
        """
        held = await self.run(actor, run)
        if held.state is not State.OVER:
            held.require_ready()
            await forget(self.runs, held)

    async def _report(self, run: ImportRun, file: File, digest: "hashlib._Hash") -> ImportRun:
        reading = Reading(source=file.source, today=self.surroundings.today(), systems=self.systems)
        registers = self._registers(file.source)
        lines: list[ReportLine] = []
        for number, proposal in enumerate(proposals(file.rows, reading), start=1):
            line = await self._line(registers, proposal, number)
            digest.update(digest_of(line.proposal, line.match))
            lines.append(line)
            if len(lines) == PAGE:
                run, lines = await self._keep(run, lines), []
        if lines:
            run = await self._keep(run, lines)
        named = digest.hexdigest()
        return await self.runs.change(run.id, lambda held: held.ready(named))

    async def _line(self, registers: Registers, read: Proposal, number: int) -> ReportLine:
        proposal = await registers.resolved(read) if not read.problems else read
        match = await registers.match(proposal)
        if match.status in (Status.NEW, Status.DUPLICATE):
            registers.remember(proposal, number)
        notes = replace(proposal, notes=(*proposal.notes, *match.notes))
        # Names are looked up again when the line is taken over: what is kept is what was read.
        kept = replace(read, notes=notes.notes)
        return ReportLine(number=number, proposal=kept, match=match)

    async def _keep(self, run: ImportRun, lines: list[ReportLine]) -> ImportRun:
        page = ReportPage(id=page_id(run.id, run.pages), run=run.id, lines=tuple(lines))
        await self.runs.keep_page(page)
        now = self.surroundings.now()
        return await self.runs.change(run.id, lambda held: held.read(page, now=now))

    def _file(self, data: bytes, source: str, sort: Sort | None) -> File:
        known = self.sources.get(source)
        if known is None:
            raise FileRefused(FileFault.UNKNOWN_SOURCE)
        if known.format is Format.FHIR:
            bundle = read_bundle(data, known)
            return File(
                source=known, sorts=bundle.sorts, rows=bundle.rows(), ignored=bundle.ignored
            )
        table = read_table(data, known, sort)
        table.check()
        return File(
            source=known, sorts=(table.sheet.sort,), rows=table.rows(), ignored=table.ignored
        )

    async def _require(self, actor: Actor, run: ImportId, sorts: tuple[Sort, ...]) -> None:
        await self.guard.network(actor, action_on(sorts), kind="import", thing=run)

    def _registers(self, source: Source) -> Registers:
        return Registers(
            children=self.children, people=self.people, origins=self.origins, source=source
        )


def _may(actor: Actor, sorts: tuple[Sort, ...]) -> bool:
    return decide(actor, action_on(sorts), Relation.NETWORK) is Verdict.ALLOW
