"""A network of children for the bench, brought into a store.

Documents go through the repositories, many at a time so that they share commits; nothing
watches them, and the follow-ups are made afterwards in one go.
"""

import asyncio
import random
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from care_circle.follow_up.follow_up import written
from care_circle.role import Profession
from crypto.ids import (
    ChildId,
    DocumentId,
    ProfessionalId,
)
from server.bench.pathway_families import Family, Region, convention, family_of, professional
from server.house import House
from server.storage.care import (
    EngineAppointments,
    EngineChildren,
    EngineCircles,
    EngineDocuments,
    EnginePeople,
)
from server.storage.pathway import EngineForfaits, EnginePrescriptions

DOCUMENTS = 37
"""How many documents a child has: five years of the issue's network, unless somebody asks else."""

_AT_ONCE = 400
_FOLLOWED_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """What was seeded: ids of children, of professionals, and one document of each child."""

    coordinator: ProfessionalId
    professionals: tuple[ProfessionalId, ...]
    children: tuple[ChildId, ...]
    drafts: tuple[DocumentId, ...]


async def seed(
    house: House, *, children: int, professionals: int, today: date, documents: int = DOCUMENTS
) -> Town:
    """Fill a store with so many children and professionals, and follow all up."""
    chance = random.Random(children)  # noqa: S311 -- a bench should seed alike each time
    people = [professional(number) for number in range(professionals)]
    store = EnginePeople(house.engine, house.keyring)
    await _together(store.add_professional(person) for person in people)
    conventions = (convention(person.id, chance, today) for person in people[1:])
    await _together(map(store.add_convention, conventions))
    region = Region(
        pathway=house.pathway,
        people=people,
        physicians=[each for each in people[1:] if each.profession is Profession.PHYSICIAN],
        chance=chance,
        today=today,
    )
    names, drafts = await _families(house, region, children=children, documents=documents)
    await follow_all(house, names)
    return Town(
        coordinator=people[0].id,
        professionals=tuple(person.id for person in people),
        children=names,
        drafts=drafts,
    )


async def _families(
    house: House, region: Region, *, children: int, documents: int
) -> tuple[tuple[ChildId, ...], tuple[DocumentId, ...]]:
    """Keep so many families, some at a time, and name their children and last documents."""
    names, drafts = list[ChildId](), list[DocumentId]()
    for start in range(0, children, _AT_ONCE):
        made = [family_of(region, documents) for _ in range(min(_AT_ONCE, children - start))]
        await _keep(house, made)
        names += (family.child.id for family in made)
        drafts += (family.documents[-1].id for family in made)
    return tuple(names), tuple(drafts)


async def follow_all(house: House, children: Sequence[ChildId]) -> None:
    """Make the follow-up of each child, several at a time."""
    for start in range(0, len(children), _FOLLOWED_AT_ONCE):
        some = children[start : start + _FOLLOWED_AT_ONCE]
        await asyncio.gather(*map(house.follower.refresh, some))
    now = house.clock()
    await house.stores.follow_ups.begin_building(written(house.pathway), now=now)
    building = await house.stores.follow_ups.claim_building(
        now=now, until=now + timedelta(minutes=1)
    )
    if building is not None:
        await house.stores.follow_ups.go_on_building(replace(building, due=None))


async def _keep(house: House, families: Sequence[Family]) -> None:
    engine, keyring = house.engine, house.keyring
    children, circles = EngineChildren(engine, keyring), EngineCircles(engine, keyring)
    documents, booked = EngineDocuments(engine, keyring), EngineAppointments(engine, keyring)
    await _together(children.add(family.child) for family in families)
    await _together(circles.add(family.circle) for family in families)
    await _together(documents.add(d) for family in families for d in family.documents)
    await _together(booked.add(a) for family in families for a in family.appointments)
    prescribed, opened = EnginePrescriptions(engine, keyring), EngineForfaits(engine, keyring)
    await _together(prescribed.add(p) for family in families for p in family.care.prescriptions)
    await _together(opened.add(f) for family in families for f in family.care.forfaits)


async def _together(writes: Iterable[Awaitable[object]]) -> None:
    """Make many writes at once, so many that each commit takes hundreds of them along."""
    batch: list[Awaitable[object]] = []
    for write in writes:
        batch.append(write)
        if len(batch) == _AT_ONCE:
            await asyncio.gather(*batch)
            batch = []
    await asyncio.gather(*batch)
