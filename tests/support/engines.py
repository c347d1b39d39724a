"""Engines for tests: SQLite in a temporary folder, MongoDB's protocol over a real socket."""

from datetime import UTC, datetime, timedelta


class TickingClock:
    """A clock that tells a later instant every time it is asked."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=7)
        return self._now
