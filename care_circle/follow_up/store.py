"""What the follow-up needs remembered: projections, marks of what they miss, duties.

As in `store.py`, every verb is one atom and what cannot be found raises `NotFound`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from care_circle.follow_up.board import Filter, Totals
from care_circle.follow_up.duty import Duty
from care_circle.follow_up.follow_up import FollowUp
from crypto.ids import ChildId, DutyId, ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """That something is being written which a follow-up does not know of yet.

    It is about one child, or about a professional and so about all children round them.
    """

    id: str
    child: ChildId | None = None
    professional: ProfessionalId | None = None
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """That all follow-ups are being made for a pathway's version, and how far that has come.

    `after` is the last child that was looked at. `due`: who takes it on looks at some more;
    None once all are made.
    """

    pathway: str
    after: str = ""
    due: datetime | None = None
    id: str = "all"


class FollowUps(Protocol):
    """Follow-ups, one for each child."""

    async def begin_building(self, pathway: str, *, now: datetime) -> None:
        """Have all follow-ups made, unless they are or are being made for this version."""
        ...

    async def claim_building(self, *, now: datetime, until: datetime) -> Building | None:
        """Take the making of some more upon oneself until a time, if there are any."""
        ...

    async def go_on_building(self, building: Building) -> None:
        """Note how far it has come; somebody else may have got further."""
        ...

    async def follow_up(self, child: ChildId) -> FollowUp | None:
        """Give a child's follow-up, if it was ever made."""
        ...

    async def renew(
        self, child: ChildId, make: Callable[[], Awaitable[FollowUp | None]]
    ) -> FollowUp | None:
        """Make a follow-up anew and keep it; made from None, it is dropped.

        Should somebody keep another one meanwhile, it is made again: what is kept last was
        made from what was read last.
        """
        ...

    async def page(self, wanted: Filter, *, after: str, limit: int) -> tuple[FollowUp, ...]:
        """Page through the follow-ups that fit, by child."""
        ...

    async def totals(self, wanted: Filter) -> Totals:
        """Count the follow-ups that fit, and what is found in them."""
        ...

    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[ChildId, ...]:
        """Take the children whose follow-up is due, until a time, for oneself."""
        ...


class Marks(Protocol):
    """Marks, each lifted by who made it or else found when it is due."""

    async def make(self, mark: Mark) -> None:
        """Keep a mark before the write that it is about."""
        ...

    async def lift(self, mark: str) -> None:
        """Drop a mark; one that is not there is no error."""
        ...

    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Mark, ...]:
        """Take the marks that are due, until a time, for oneself."""
        ...


class Duties(Protocol):
    """Duties of the office."""

    async def duty(self, duty: DutyId) -> Duty:
        """Find a duty.

        Raises:
            NotFound: There is none.
        """
        ...

    async def open_of(self, child: ChildId) -> tuple[Duty, ...]:
        """Give a child's open duties."""
        ...

    async def of_child(self, child: ChildId) -> tuple[Duty, ...]:
        """Give all of a child's duties."""
        ...

    async def open_page(
        self, coordinator: ProfessionalId | None, *, after: str, limit: int
    ) -> tuple[Duty, ...]:
        """Page through open duties, by id: a coordinator's, or everybody's."""
        ...

    async def put(self, duty: DutyId, decide: Callable[[Duty | None], Duty]) -> Duty:
        """Change a duty, or raise it for the first time."""
        ...

    async def change(self, duty: DutyId, decide: Callable[[Duty], Duty]) -> Duty:
        """Change a duty.

        Raises:
            NotFound: There is none.
        """
        ...
