"""One import: who read which file, what each line meant, and what became of it.

The report is read once and stays as it was; what is applied is that very report, named by its
digest. A run is read, then ready, then perhaps applied several times, some lines each time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from care_circle.importing.fields import Sort
from care_circle.importing.matching import Match, Status
from care_circle.importing.proposal import Proposal
from crypto.ids import ImportId, ProfessionalId

PAGE: Final = 50
"""Lines that are kept, and rewritten, together."""

LEASE: Final = timedelta(minutes=1)
"""How long whoever applies a run may be silent before somebody else goes on with it."""

ABREAST: Final = 32
"""Lines that are taken over at the same time, so that they share commits."""

BIRTH_DATE: Final = "birth_date"
ALONE: Final = "alone"

APPLY: Final = "apply"
ANEW: Final = "new"


class NotReady(Exception):
    """The report is still being read, or is being applied already."""


class OtherReport(Exception):
    """The digest is not that of this report: somebody looked at another one."""


class BadChoice(ValueError):
    """A line is not there, cannot be applied, or what is chosen for it was not offered."""


class ReportOver(Exception):
    """The report's time is over, and what was read is forgotten."""


class State(StrEnum):
    """How far a run is."""

    READING = "reading"
    READY = "ready"
    APPLYING = "applying"
    OVER = "over"


class Result(StrEnum):
    """What became of a line that somebody wanted.

    CHANGED_SINCE: the register is no longer as the report says. TAKEN: the national number or
    the e-mail address is somebody else's. FAILED: a rule of the register refused it.
    UNFORESEEN: something of ours broke on it; it is not tried again by itself.
    """

    CREATED = "created"
    LINKED = "linked"
    UPDATED = "updated"
    SAME = "same"
    CHANGED_SINCE = "changed_since"
    TAKEN = "taken"
    FAILED = "failed"
    UNFORESEEN = "unforeseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a line, and of which record, in which of the run's applications."""

    result: Result
    target: str | None = None
    during: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One line: what it says, what that means, what is wanted of it, what became of it.

    `number` counts the lines of the report from 1; `wanted` is APPLY, ANEW or the id of the
    record that the line is to be joined to.
    """

    number: int
    proposal: Proposal
    match: Match
    wanted: str | None = None
    outcome: Outcome | None = None

    @property
    def is_due(self) -> bool:
        """Tell whether it is wanted and nothing became of it yet."""
        return self.wanted is not None and self.outcome is None

    def chosen(self, wanted: str | None) -> "ReportLine":
        """Want something of this line, or nothing; what was done stays done.

        Raises:
            BadChoice: That cannot be had of this line.
        """
        if self.outcome is not None:
            return self
        offered = {
            Status.NEW: {APPLY},
            Status.UPDATE: {APPLY},
            Status.DUPLICATE: {ANEW, *self.match.candidates},
        }.get(self.match.status, {APPLY} if self.match.settles else set())
        if wanted is not None and (wanted not in offered or wanted.startswith("line:")):
            raise BadChoice
        return replace(self, wanted=wanted)

    def bare(self) -> "ReportLine":
        """Forget what was read; what the line meant and what became of it stay."""
        return replace(
            self,
            proposal=replace(self.proposal, values={}, problems=(), notes=()),
            match=replace(self.match, differences=(), notes=()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """Some lines of a report, in order; what was read of people stands here, sealed."""

    id: str
    run: ImportId
    lines: tuple[ReportLine, ...] = field(repr=False)

    def results(self, during: int) -> Counter[str]:
        """Count what became of the lines in one of the run's applications."""
        outcomes = [line.outcome for line in self.lines if line.outcome is not None]
        return Counter(each.result.value for each in outcomes if each.during == during)

    def done(self) -> "ReportPage":
        """Forget what was read of the lines that are dealt with."""
        return replace(
            self,
            lines=tuple(line if line.outcome is None else line.bare() for line in self.lines),
        )


def abreast(lines: Sequence[ReportLine]) -> tuple[tuple[int, ...], ...]:
    """Give the places of the lines that are due, in turns that may be taken over together.

    Children born on different days cannot be the same one. Whoever works in the network is
    taken over one by one, for lines name each other.
    """
    turns: list[list[int]] = []
    met: set[str] = set()
    for place, line in enumerate(lines):
        if not line.is_due:
            continue
        own = {f"id {line.proposal.source_id}", f"on {line.proposal.values.get(BIRTH_DATE)}"}
        alone = line.proposal.sort is not Sort.CHILD
        if alone or not turns or own & met or len(turns[-1]) == ABREAST or ALONE in met:
            turns.append([])
            met = set()
        turns[-1].append(place)
        met |= own | ({ALONE} if alone else set())
    return tuple(map(tuple, turns))


def page_id(run: ImportId, number: int) -> str:
    """Name a page of a report, from 0."""
    return f"{run}-{number:04}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Lines of a report taken over: by whom, since when, how many of how many.

    `number` counts the applications of a run from 1.
    """

    number: int
    by: ProfessionalId
    at: datetime
    wanted: int
    done: int = 0
    results: Mapping[str, int] = field(default_factory=dict)
    stopping: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """One file that was read: counts and dates, and nothing of anybody.

    digest: SHA-256 of file and report, hex. until: when somebody else may go on with it, or
    when what was read is forgotten.
    """

    id: ImportId
    source: str
    sorts: tuple[Sort, ...]
    by: ProfessionalId
    at: datetime
    kept_until: datetime
    until: datetime | None
    state: State = State.READING
    pages: int = 0
    lines: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    digest: str = field(default="", repr=False)
    ignored: tuple[str, ...] = field(default=(), repr=False)
    application: Application | None = None

    def read(self, page: ReportPage, *, now: datetime) -> "ImportRun":
        """Count a page that was read and kept."""
        counts = Counter(self.counts)
        counts.update(line.match.status.value for line in page.lines)
        return replace(
            self,
            pages=self.pages + 1,
            lines=self.lines + len(page.lines),
            counts=dict(counts),
            until=now + LEASE,
        )

    def ready(self, digest: str) -> "ImportRun":
        """End the reading."""
        return replace(self, state=State.READY, digest=digest, until=self.kept_until)

    def begin(self, *, by: ProfessionalId, now: datetime, wanted: int) -> "ImportRun":
        """Begin to apply some lines.

        Raises:
            NotReady: It is being read, or applied.
            ReportOver: What was read is forgotten.
        """
        self.require_ready()
        number = 1 if self.application is None else self.application.number + 1
        application = Application(number=number, by=by, at=now, wanted=wanted)
        return replace(self, state=State.APPLYING, until=now, application=application)

    def require_ready(self, digest: str | None = None) -> None:
        """Insist that the report may be applied, and that it is the one with this digest.

        Raises:
            NotReady: It is being read, or applied.
            ReportOver: What was read is forgotten.
            OtherReport: It is another one.
        """
        if self.state is State.OVER:
            raise ReportOver
        if self.state is not State.READY:
            raise NotReady
        if digest not in (None, self.digest):
            raise OtherReport

    def stop(self) -> "ImportRun":
        """Ask whoever applies it to stop after the line at hand."""
        if self.state is not State.APPLYING or self.application is None:
            return self
        return replace(self, application=replace(self.application, stopping=True))

    def advanced(self, results: Mapping[str, int], *, now: datetime) -> "ImportRun":
        """Note how many lines were dealt with so far, counted on the pages, and keep the lease."""
        if self.application is None:
            return self
        done = sum(results.values())
        application = replace(self.application, done=done, results=dict(results))
        return replace(self, application=application, until=now + LEASE)

    def ended(self, *, now: datetime) -> "ImportRun":
        """End an application, whole or stopped."""
        if self.state is not State.APPLYING or self.application is None:
            return self
        application = replace(self.application, ended_at=now)
        return replace(self, state=State.READY, until=self.kept_until, application=application)

    def over(self) -> "ImportRun":
        """Note that what was read is forgotten."""
        return replace(self, state=State.OVER, digest="", ignored=(), until=None)
