"""What the families are to be told, and when: the story waits until it has left."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.sink import MAILS_FILE, TEXTS_FILE

PATIENCE_SECONDS = 5
LOOK_SECONDS = 0.02


@dataclass(slots=True, kw_only=True)
class Letters:
    """Notices that are planned, by appointment, and how many have left."""

    folder: Path
    left: int = 0
    _planned: dict[str, tuple[datetime, ...]] = field(default_factory=dict)

    def expect(self, appointment: Mapping[str, Any]) -> None:
        """Take note of what an appointment's notices wait for, as the server just told."""
        waiting = (each["next_at"] for each in appointment["notices"])
        self._planned[appointment["id"]] = tuple(
            datetime.fromisoformat(instant).astimezone(UTC) for instant in waiting if instant
        )

    def next(self) -> datetime | None:
        """Tell when something is to leave, if anything is."""
        return min((one for each in self._planned.values() for one in each), default=None)

    async def leave(self, now: datetime) -> None:
        """Wait until all that is due has left.

        Raises:
            TimeoutError: Something stayed.
        """
        due = sum(one <= now for each in self._planned.values() for one in each)
        self._planned = {
            appointment: tuple(one for one in each if one > now)
            for appointment, each in self._planned.items()
        }
        self.left += due
        for _ in range(round(PATIENCE_SECONDS / LOOK_SECONDS)):
            if await asyncio.to_thread(self._taken) >= self.left:
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise TimeoutError

    def _taken(self) -> int:
        files = (self.folder / name for name in (MAILS_FILE, TEXTS_FILE))
        return sum(file.read_bytes().count(b"\n") for file in files if file.exists())
