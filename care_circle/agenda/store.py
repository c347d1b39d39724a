"""What agendas need remembered: holds, feeds, imported times. Each verb is one atom."""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from care_circle.agenda.busy import BusyTimes
from care_circle.agenda.feed import Feed
from care_circle.agenda.spans import Holds
from crypto.ids import ProfessionalId


class Holdings(Protocol):
    """Who is taken when: one document for each owner and day of UTC."""

    async def change(self, owner: str, day: date, decide: Callable[[Holds], Holds]) -> Holds:
        """Change the holds of a day; a day nobody wrote holds nothing."""
        ...

    async def of_month(self, owner: str, year: int, month: int) -> tuple[Holds, ...]:
        """Give the holds of the days of a month that hold or held anything."""
        ...


class Feeds(Protocol):
    """Private feeds by id, by owner and by the fingerprint of their token."""

    async def keep(self, feed: Feed) -> None:
        """Keep a feed in the place of the one of the same id."""
        ...

    async def feed(self, feed: str) -> Feed | None:
        """Find a feed."""
        ...

    async def behind(self, fingerprint: str) -> Feed | None:
        """Find the feed whose token has this fingerprint."""
        ...

    async def of(self, professional: ProfessionalId) -> tuple[Feed, ...]:
        """Give somebody's feeds."""
        ...

    async def used(self, feed: str, on: date) -> None:
        """Note the day a feed was last read; of one that is gone nothing is noted."""
        ...

    async def drop(self, feed: str) -> None:
        """Forget a feed; one that is gone already is no matter."""
        ...


class BusyCalendars(Protocol):
    """Imported times, one set for each professional."""

    async def keep(self, busy: BusyTimes) -> None:
        """Keep what was imported in the place of what was."""
        ...

    async def of(self, professional: ProfessionalId) -> BusyTimes | None:
        """Give what was imported, if anything was."""
        ...

    async def drop(self, professional: ProfessionalId) -> None:
        """Forget what was imported; nothing is no matter."""
        ...
