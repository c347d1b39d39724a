"""A mutant of the SQLite engine: it acknowledges before it commits."""

import time
from pathlib import Path

from typing_extensions import override

from server.storage.sqlite import SqliteEngine
from server.storage.sqlite_writer import Outcome, Waiting, Writer

_BETWEEN_WORD_AND_DEED_S = 0.02


class HastyWriter(Writer):
    """Tells everybody their write is safe, and only then makes it so."""

    @override
    def _do(self, batch: list[Waiting]) -> list[Outcome]:
        outcomes = super()._do(batch)
        self._announce(outcomes)
        time.sleep(_BETWEEN_WORD_AND_DEED_S)
        return outcomes


class HastyEngine(SqliteEngine):
    """The engine with that writer."""

    @override
    def _make_writer(self, path: Path, depth: int) -> Writer:
        return HastyWriter(path, depth=depth)
