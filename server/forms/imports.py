"""The forms in which imports cross the wire."""

from collections.abc import Mapping
from datetime import datetime

from care_circle.importing.fields import Sort
from care_circle.importing.matching import Status, Why
from care_circle.importing.proposal import Told
from care_circle.importing.run import Application, ImportRun, Outcome, ReportLine, State
from care_circle.importing.source import Format, Source
from care_circle.importing.values import Reason
from care_circle.importing.words import sentence
from care_circle.labels import Label, Mark
from care_circle.services.imports import Wanted
from crypto.ids import ImportId, ProfessionalId
from server.wire import Struct


class ChoiceForm(Struct, frozen=True, kw_only=True):
    """What is wanted of a doubtful line: `new`, or the id of the record it is about."""

    line: int
    wanted: str


class ApplicationForm(Struct, frozen=True, kw_only=True):
    """What is wanted of a report: the lines named, or all that need no choice; the choices."""

    digest: str
    lines: tuple[int, ...] | None = None
    choices: tuple[ChoiceForm, ...] = ()

    def wanted(self) -> Wanted:
        """Read the form as the domain's value."""
        return Wanted(
            digest=self.digest,
            lines=self.lines,
            choices={each.line: each.wanted for each in self.choices},
        )


class ImportView(Struct, frozen=True, kw_only=True):
    """How far an import is: counts by status, what is being applied, columns left aside."""

    id: ImportId
    source: str
    sorts: tuple[Sort, ...]
    by: ProfessionalId
    at: datetime
    kept_until: datetime
    state: State
    lines: int
    counts: Mapping[str, int]
    digest: str
    ignored_columns: tuple[str, ...]
    application: Application | None


class ToldView(Struct, frozen=True, kw_only=True):
    """Something about a value, in the source's word for its column, and as a sentence."""

    field: str
    column: str
    reason: Reason
    sentence: Label


class ValueView(Struct, frozen=True, kw_only=True):
    """A value that was read, in its one written form, under the source's word for it."""

    field: str
    column: str
    value: str


class DifferenceView(Struct, frozen=True, kw_only=True):
    """A field that differs; `why` says why it stays, None where it would be taken over."""

    field: str
    column: str
    ours: str
    theirs: str
    why: Why | None


class LineView(Struct, frozen=True, kw_only=True):
    """A line of a report; `line` is where it stands in the file."""

    number: int
    line: int
    sort: Sort
    status: Status
    target: str | None
    values: tuple[ValueView, ...]
    differences: tuple[DifferenceView, ...]
    candidates: tuple[str, ...]
    problems: tuple[ToldView, ...]
    notes: tuple[ToldView, ...]
    wanted: str | None
    outcome: Outcome | None


class HeadingView(Struct, frozen=True, kw_only=True):
    """A field with the headings under which a source may give it."""

    field: str
    names: tuple[str, ...]
    needed: bool


class SheetView(Struct, frozen=True, kw_only=True):
    """What a source may say of one sort of thing."""

    sort: Sort
    columns: tuple[HeadingView, ...]


class SourceView(Struct, frozen=True, kw_only=True):
    """A tool that people may come from, and how its columns are understood."""

    id: str
    label: Label
    mark: Mark
    format: Format
    sheets: tuple[SheetView, ...]


class SourcesView(Struct, frozen=True, kw_only=True):
    """All sources there are."""

    sources: tuple[SourceView, ...]


def import_view(run: ImportRun) -> ImportView:
    """Show a run."""
    return ImportView(
        id=run.id,
        source=run.source,
        sorts=run.sorts,
        by=run.by,
        at=run.at,
        kept_until=run.kept_until,
        state=run.state,
        lines=run.lines,
        counts=run.counts,
        digest=run.digest,
        ignored_columns=run.ignored,
        application=run.application,
    )


def line_view(line: ReportLine, source: Source) -> LineView:
    """Show a line in its source's words."""
    proposal, match, sheet = line.proposal, line.match, source.sheets[line.proposal.sort]
    return LineView(
        number=line.number,
        line=proposal.line,
        sort=proposal.sort,
        status=match.status,
        target=match.target,
        values=tuple(
            ValueView(field=code, column=sheet.word_for(code), value=text)
            for code, text in proposal.values.items()
        ),
        differences=tuple(
            DifferenceView(
                field=each.field,
                column=sheet.word_for(each.field),
                ours=each.ours,
                theirs=each.theirs,
                why=each.why,
            )
            for each in match.differences
        ),
        candidates=match.candidates,
        problems=tuple(map(_told, proposal.problems)),
        notes=tuple(map(_told, proposal.notes)),
        wanted=line.wanted,
        outcome=line.outcome,
    )


def source_view(source: Source) -> SourceView:
    """Show a source."""
    return SourceView(
        id=source.id,
        label=source.label,
        mark=source.mark,
        format=source.format,
        sheets=tuple(
            SheetView(
                sort=sheet.sort,
                columns=tuple(
                    HeadingView(
                        field=code,
                        names=tuple(name for column in columns for name in column.names),
                        needed=columns[0].field.needed,
                    )
                    for code, columns in sheet.columns.items()
                ),
            )
            for sheet in source.sheets.values()
        ),
    )


def _told(told: Told) -> ToldView:
    return ToldView(
        field=told.field, column=told.column, reason=told.reason, sentence=sentence(told)
    )
