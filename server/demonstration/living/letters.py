"""What the families are to be told, and when: the story waits until it has left."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from server.demonstration.living.person import Person

PATIENCE_SECONDS = 5
LOOK_SECONDS = 0.02

_ON_THEIR_WAY = frozenset({"claimed", "sending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Notices as the server plans them: of appointments and of all else families are told."""

    office: Person

    async def next(self) -> datetime | None:
        """Tell when something is to leave, if anything is."""
        await self.office.come()
        planned = await self.office.line.ask("GET", "/notices?state=planned&limit=1")
        waits = (datetime.fromisoformat(each["next_at"]) for each in planned["items"])
        return min((instant.astimezone(UTC) for instant in waits), default=None)

    async def leave(self, now: datetime) -> None:
        """Wait until all that is due has left.

        Raises:
            TimeoutError: Something stayed.
        """
        for _ in range(round(PATIENCE_SECONDS / LOOK_SECONDS)):
            if await self._has_left(now):
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise TimeoutError

    async def _has_left(self, now: datetime) -> bool:
        following = await self.next()
        if following is not None and following <= now:
            return False
        counted = await self.office.line.ask("GET", "/notices/counts")
        return not any(
            each["number"] for each in counted["states"] if each["state"] in _ON_THEIR_WAY
        )
