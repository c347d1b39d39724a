"""What meetings, departures and relay files need remembered: verbs, each an atom.

As in `store.py`: a write of what exists takes a decision, and what cannot be found raises
`NotFound`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from care_circle.follow_up.progress import Leaving
from care_circle.leaving.departure import Departure
from care_circle.meetings.meeting import Meeting
from crypto.ids import ChildId, DepartureId, DocumentId, MeetingId, ProfessionalId, RelayFileId


class RelayKind(StrEnum):
    """What a relay file is; `family`: on paper, opened by a link that was handed over."""

    PAPER = "paper"
    BUNDLE = "bundle"
    FAMILY = "family"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayFile:
    """That a relay file was made: by whom, when, of which documents; `sha256` tells it again."""

    id: RelayFileId
    child: ChildId
    kind: RelayKind
    by: ProfessionalId
    at: datetime
    sha256: bytes
    documents: tuple[DocumentId, ...]


class HeldMeetings(Protocol):
    """Where the days of meetings are looked up."""

    async def held_days(self, child: ChildId) -> tuple[date, ...]:
        """Give the days on which meetings about a child were held, the first one first."""
        ...


class Leavings(Protocol):
    """Where it is looked up whether a child has left."""

    async def leaving(self, child: ChildId) -> Leaving | None:
        """Give the departure of a child that stands, in force or to come, if there is one."""
        ...


class Meetings(HeldMeetings, Protocol):
    """Meetings about children."""

    async def add(self, meeting: Meeting) -> None:
        """Keep a new meeting."""
        ...

    async def meeting(self, meeting: MeetingId) -> Meeting:
        """Find a meeting.

        Raises:
            NotFound: There is none.
        """
        ...

    async def of_child(self, child: ChildId) -> tuple[Meeting, ...]:
        """Give all meetings about a child, by id."""
        ...

    async def called_with(self, professional: ProfessionalId) -> tuple[Meeting, ...]:
        """Give the meetings that somebody is called to and that nobody held yet, by id."""
        ...

    async def change(self, meeting: MeetingId, decide: Callable[[Meeting], Meeting]) -> Meeting:
        """Change a meeting.

        Raises:
            NotFound: There is none.
        """
        ...


class Departures(Leavings, Protocol):
    """Departures, of which one at most stands for each child."""

    async def add(self, departure: Departure) -> None:
        """Keep a new departure.

        Raises:
            AlreadyLeft: Another one stands.
        """
        ...

    async def departure(self, departure: DepartureId) -> Departure:
        """Find a departure.

        Raises:
            NotFound: There is none.
        """
        ...

    async def of_child(self, child: ChildId) -> tuple[Departure, ...]:
        """Give all of a child's departures, by id."""
        ...

    async def change(
        self, departure: DepartureId, decide: Callable[[Departure], Departure]
    ) -> Departure:
        """Change a departure.

        Raises:
            NotFound: There is none.
        """
        ...


class RelayFiles(Protocol):
    """The record of relay files that were made; the files themselves are not kept."""

    async def add(self, file: RelayFile) -> None:
        """Keep that a file was made."""
        ...

    async def of_child(self, child: ChildId) -> tuple[RelayFile, ...]:
        """Give all that was made for a child, by id."""
        ...
