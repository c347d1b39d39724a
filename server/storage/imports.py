"""The ports of imports on any engine."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from care_circle.child import Child
from care_circle.importing.fields import Sort
from care_circle.importing.matching import Forgotten, Origin
from care_circle.importing.run import ImportRun, ReportPage, page_id
from care_circle.importing.store import Arrivals, ImportRuns, Origins
from care_circle.professional import Professional
from care_circle.store import Children, People
from care_circle.structure import Structure
from crypto.ids import ImportId
from server.storage.care_shapes import ALL
from server.storage.engine import Engine, Stale, Taken
from server.storage.finding import change_found, found
from server.storage.import_shapes import origin_shape, page_shape, run_shape, source_key
from server.storage.keys import Keyring
from server.storage.repository import Repository

_CLAIMED_AT_ONCE = 4


class EngineImportRuns(ImportRuns):
    """`ImportRuns` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._runs = Repository(engine, keyring, run_shape())
        self._pages = Repository(engine, keyring, page_shape())

    @override
    async def add(self, run: ImportRun) -> None:
        await self._runs.create(run)

    @override
    async def run(self, run: ImportId) -> ImportRun:
        return found(await self._runs.get(run))

    @override
    async def runs(self, *, after: str, limit: int) -> tuple[ImportRun, ...]:
        return tuple(await self._runs.find(ALL, after=after, limit=limit))

    @override
    async def change(self, run: ImportId, decide: Callable[[ImportRun], ImportRun]) -> ImportRun:
        return await change_found(self._runs, run, decide)

    @override
    async def due(self, *, now: datetime, until: datetime) -> tuple[ImportRun, ...]:
        claimed = await self._runs.claim(now=now, until=until, limit=_CLAIMED_AT_ONCE)
        return tuple(held.value for held in claimed)

    @override
    async def keep_page(self, page: ReportPage) -> None:
        await self._pages.upsert(page.id, lambda _: page)

    @override
    async def page(self, run: ImportId, number: int) -> ReportPage:
        return found(await self._pages.get(page_id(run, number)))

    @override
    async def forget_page(self, run: ImportId, number: int) -> None:
        await self._pages.drop(page_id(run, number))


class EngineOrigins(Origins):
    """`Origins` on any engine; what a source calls somebody is the unique key."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._keyring = keyring
        self._origins = Repository(engine, keyring, origin_shape(keyring))

    @override
    async def of(self, system: str, sort: Sort, source_id: str) -> Origin | None:
        key = source_key(self._keyring, system, sort, source_id)
        origin = await self._origins.find_one(key)
        # What is erased is passed over, but its key still says that it was here.
        if origin is None and await self._origins.labels(key, limit=1):
            raise Forgotten
        return origin

    @override
    async def claim(self, origin: Origin) -> Origin:
        try:
            return (await self._origins.create(origin)).value
        except Taken:
            kept = await self.of(origin.system, origin.sort, origin.source_id)
        return found(kept)

    @override
    async def settle(self, origin: Origin, values: dict[str, str]) -> None:
        def decide(held: Origin) -> Origin:
            return replace(held, values=values)

        await change_found(self._origins, origin.id, decide)


class EngineArrivals(Arrivals):
    """`Arrivals` before the registers: an id in use is the same record, made before."""

    def __init__(self, children: Children, people: People) -> None:
        self._children = children
        self._people = people

    @override
    async def child(self, child: Child) -> None:
        try:
            await self._children.add(child)
        except Stale:
            return

    @override
    async def professional(self, professional: Professional) -> None:
        try:
            await self._people.add_professional(professional)
        except Stale:
            return

    @override
    async def structure(self, structure: Structure) -> None:
        try:
            await self._people.add_structure(structure)
        except Stale:
            return
