"""What imports need remembered: runs with their reports, and where records came from."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from care_circle.child import Child
from care_circle.importing.fields import Sort
from care_circle.importing.matching import Origin
from care_circle.importing.run import ImportRun, ReportPage
from care_circle.professional import Professional
from care_circle.structure import Structure
from crypto.ids import ImportId


class ImportRuns(Protocol):
    """Runs, and the pages of their reports."""

    async def add(self, run: ImportRun) -> None:
        """Keep a new run."""
        ...

    async def run(self, run: ImportId) -> ImportRun:
        """Find a run.

        Raises:
            NotFound: There is none.
        """
        ...

    async def runs(self, *, after: str, limit: int) -> tuple[ImportRun, ...]:
        """Page through all runs, by id."""
        ...

    async def change(self, run: ImportId, decide: Callable[[ImportRun], ImportRun]) -> ImportRun:
        """Change a run.

        Raises:
            NotFound: There is none.
        """
        ...

    async def due(self, *, now: datetime, until: datetime) -> tuple[ImportRun, ...]:
        """Take the runs whose `until` has come, for oneself until then."""
        ...

    async def keep_page(self, page: ReportPage) -> None:
        """Keep a page of a report, in place of what stood there."""
        ...

    async def page(self, run: ImportId, number: int) -> ReportPage:
        """Find a page of a report, counted from 0.

        Raises:
            NotFound: There is none.
        """
        ...

    async def forget_page(self, run: ImportId, number: int) -> None:
        """Drop a page; one that is not there is no error."""
        ...


class Origins(Protocol):
    """Where records came from: one for each person or place of a source."""

    async def of(self, system: str, sort: Sort, source_id: str) -> Origin | None:
        """Give what came from there under that name.

        Raises:
            Forgotten: It was erased here.
        """
        ...

    async def claim(self, origin: Origin) -> Origin:
        """Keep where something comes from, or give what was kept for the same before.

        Raises:
            Forgotten: It was erased here.
        """
        ...

    async def settle(self, origin: Origin, values: dict[str, str]) -> None:
        """Remember what the source says now."""
        ...


class Arrivals(Protocol):
    """Records under ids of their origins: what is there already stays as it is."""

    async def child(self, child: Child) -> None:
        """Keep a new child.

        Raises:
            AlreadyThere: The INS belongs to another child.
        """
        ...

    async def professional(self, professional: Professional) -> None:
        """Keep a new professional.

        Raises:
            AlreadyThere: The e-mail address is taken.
        """
        ...

    async def structure(self, structure: Structure) -> None:
        """Keep a new structure."""
        ...
