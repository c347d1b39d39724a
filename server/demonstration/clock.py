"""The demonstration's time: the machine's own, until the story skips to another day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.clock import system_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryClock:
    """The time of day plus what the story skipped; a file shares it between processes.

    A story that begins in the past skips less than nothing, until it arrives in the present.
    """

    file: Path

    def __call__(self) -> datetime:
        """Tell the story's present instant, aware, in UTC."""
        return system_clock() + self.skipped

    @property
    def skipped(self) -> timedelta:
        """How far the story is ahead of the wall clock."""
        try:
            return timedelta(seconds=float(self.file.read_text(encoding="ascii") or 0))
        except FileNotFoundError:
            return timedelta()

    def begin_at(self, instant: datetime) -> None:
        """Begin a story, perhaps in the past; nobody may have looked at the clock yet."""
        self._skip(instant.astimezone(UTC) - system_clock())

    def move_to(self, instant: datetime) -> None:
        """Go on at a later instant; the story never goes back."""
        self._skip(max(self.skipped, instant.astimezone(UTC) - system_clock()))

    def arrive(self) -> None:
        """Be in the present from here on, if the story is still behind it."""
        self._skip(max(self.skipped, timedelta()))

    def _skip(self, skipped: timedelta) -> None:
        beside = self.file.with_suffix(".new")
        beside.write_text(str(skipped.total_seconds()), encoding="ascii")
        beside.replace(self.file)
