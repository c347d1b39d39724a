"""The follow-up's ports on any engine."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from typing_extensions import override

from care_circle.follow_up.board import Filter, Totals
from care_circle.follow_up.duty import Duty
from care_circle.follow_up.findings import FindingCode
from care_circle.follow_up.follow_up import FollowUp
from care_circle.follow_up.store import Building, Duties, FollowUps, Mark, Marks
from crypto.ids import ChildId, DutyId, ProfessionalId
from server.storage import follow_up_shapes as shapes
from server.storage.care_shapes import child_key, member_key
from server.storage.engine import Busy, Engine, Stale
from server.storage.finding import change_found, found
from server.storage.keys import Keyring
from server.storage.repository import Held, Repository

_MOST_TRIES = 20
_MANY = 1000


class EngineFollowUps(FollowUps):
    """`FollowUps` on any engine, each under its child's id."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._keyring = keyring
        self._follow_ups = Repository(engine, keyring, shapes.follow_up_shape(keyring))
        self._building = Repository(engine, keyring, shapes.building_shape())

    @override
    async def begin_building(self, pathway: str, *, now: datetime) -> None:
        wanted = Building(pathway=pathway, due=now)
        await self._building.upsert(
            wanted.id, lambda held: held if held and held.pathway == pathway else wanted
        )

    @override
    async def claim_building(self, *, now: datetime, until: datetime) -> Building | None:
        held = await self._building.claim(now=now, until=until)
        return held[0].value if held else None

    @override
    async def go_on_building(self, building: Building) -> None:
        def decide(held: Building) -> Building:
            further = held.due is None or held.after > building.after
            return held if held.pathway != building.pathway or further else building

        await change_found(self._building, building.id, decide)

    @override
    async def follow_up(self, child: ChildId) -> FollowUp | None:
        return await self._follow_ups.get(child)

    @override
    async def renew(
        self, child: ChildId, make: Callable[[], Awaitable[FollowUp | None]]
    ) -> FollowUp | None:
        for _ in range(_MOST_TRIES):
            held = await self._follow_ups.held(child)
            made = await make()
            if made is None:
                await self._follow_ups.drop(child)
                return None
            try:
                return (await self._follow_ups.replace(held or Held(made, 0), made)).value
            except Stale:
                continue
        raise Busy("too many follow the same child up")

    @override
    async def page(self, wanted: Filter, *, after: str, limit: int) -> tuple[FollowUp, ...]:
        key, fitting = shapes.board_key(self._keyring, wanted), list[FollowUp]()
        while len(fitting) < limit:
            read = await self._follow_ups.find(key, after=after, limit=limit)
            fitting += [each for each in read if wanted.fits(each)]
            if len(read) < limit:
                break
            after = read[-1].child
        return tuple(fitting[:limit])

    @override
    async def totals(self, wanted: Filter) -> Totals:
        # Whatever a filter can ask is among the keys, so nothing needs to be opened.
        key, needed = shapes.board_key(self._keyring, wanted), shapes.keys_of(self._keyring, wanted)
        children, seen, after = 0, Counter[str](), ""
        while read := await self._follow_ups.labels(key, after=after, limit=_MANY):
            fitting = [tags for _, tags in read if needed.issubset(tags)]
            children += len(fitting)
            for tags in fitting:
                seen.update(tags)
            after = read[-1][0]
        return Totals(children=children, findings={code: seen[code] for code in FindingCode})

    @override
    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[ChildId, ...]:
        due = await self._follow_ups.claim(now=now, until=until, limit=limit)
        return tuple(held.value.child for held in due)


class EngineFollowUpMarks(Marks):
    """`Marks` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._marks = Repository(engine, keyring, shapes.mark_shape())

    @override
    async def make(self, mark: Mark) -> None:
        await self._marks.create(mark)

    @override
    async def lift(self, mark: str) -> None:
        await self._marks.drop(mark)

    @override
    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Mark, ...]:
        due = await self._marks.claim(now=now, until=until, limit=limit)
        return tuple(held.value for held in due)


class EngineDuties(Duties):
    """`Duties` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._duties = Repository(engine, keyring, shapes.duty_shape())

    @override
    async def duty(self, duty: DutyId) -> Duty:
        return found(await self._duties.get(duty))

    @override
    async def open_of(self, child: ChildId) -> tuple[Duty, ...]:
        return await self._duties.all_of(shapes.open_key(child))

    @override
    async def of_child(self, child: ChildId) -> tuple[Duty, ...]:
        return await self._duties.all_of(child_key(child))

    @override
    async def open_page(
        self, coordinator: ProfessionalId | None, *, after: str, limit: int
    ) -> tuple[Duty, ...]:
        key = shapes.OPEN if coordinator is None else member_key(coordinator)
        return tuple(await self._duties.find(key, after=after, limit=limit))

    @override
    async def put(self, duty: DutyId, decide: Callable[[Duty | None], Duty]) -> Duty:
        return await self._duties.upsert(duty, decide)

    @override
    async def change(self, duty: DutyId, decide: Callable[[Duty], Duty]) -> Duty:
        return await change_found(self._duties, duty, decide)
