"""The use case of the yearly report."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.convention import Convention
from care_circle.definition.pathway import Pathway
from care_circle.follow_up.board import Filter
from care_circle.follow_up.yearly import (
    Figure,
    UnderConvention,
    Year,
    begun,
    count_child,
    count_people,
    year_of,
)
from care_circle.professional import Professional
from care_circle.services.files import everything
from care_circle.services.follower import Follower
from care_circle.services.guard import Guard
from care_circle.store import People
from care_circle.structure import department_of
from crypto.ids import StructureId

_PAGE = 200
_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyService:
    """Counts what a year of the network came to."""

    guard: Guard
    follower: Follower
    people: People
    pathway: Pathway

    async def report(self, actor: Actor, year: str) -> tuple[Figure, ...]:
        """Give the figures of the pathway's indicators for a year up to today.

        Raises:
            NotFound, Forbidden: It is for the office.
            NoSuchYear: It is no year.
        """
        await self.guard.network(actor, Action.READ_REPORT, kind="report")
        looked = year_of(self.pathway, year, self.follower.moment())
        tallies, after = begun(self.pathway), ""
        while page := await self.follower.follow_ups.page(Filter(), after=after, limit=_PAGE):
            for followed in page:
                count_child(tallies, followed, looked)
            after = page[-1].child
        count_people(tallies, await self._under_convention(looked))
        return tuple(tally.figure() for tally in tallies)

    async def _under_convention(self, year: Year) -> list[UnderConvention]:
        structures = await everything(
            lambda after: self.people.structures(after=after, limit=_PAGE)
        )
        departments: dict[StructureId | None, str | None] = {
            each.id: department_of(each) for each in structures
        }
        people = await everything(lambda after: self.people.professionals(after=after, limit=_PAGE))
        return [
            UnderConvention(
                profession=person.profession, department=departments.get(person.structure)
            )
            for person, held in zip(people, await self._conventions(people), strict=True)
            if any(each.is_active(year.last) for each in held)
        ]

    async def _conventions(self, people: Sequence[Professional]) -> list[tuple[Convention, ...]]:
        """Read everybody's conventions, many people at a time, in their order."""
        held: list[tuple[Convention, ...]] = []
        for start in range(0, len(people), _AT_ONCE):
            some = people[start : start + _AT_ONCE]
            held += await asyncio.gather(*(self.people.conventions_of(each.id) for each in some))
        return held
