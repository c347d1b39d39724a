"""Departures and the record of relay files on any engine; why and where a child went is sealed."""

from collections.abc import Callable

from typing_extensions import override

from care_circle.follow_up.progress import Leaving
from care_circle.leaving.departure import AlreadyLeft, Departure, leaving_of
from care_circle.leaving.store import Departures, RelayFile, RelayFiles
from crypto.ids import ChildId, DepartureId
from server.storage.care_shapes import child_key
from server.storage.engine import Engine, Taken
from server.storage.finding import change_found, found
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape
from server.storage.watched import Watch


def departure_shape() -> Shape[Departure]:
    """Shape departures: one that stands for each child."""
    return Shape(
        kind="departure",
        type=Departure,
        id_of=lambda departure: departure.id,
        tags_of=lambda departure: (child_key(departure.child),),
        unique_of=lambda departure: f"left:{departure.child}" if departure.stands else None,
        sealed=frozenset(
            {"reason", "on", "structure", "contact", "steps", "answers", "moved", "taken_back"}
        ),
        scope_of=lambda departure: departure.child,
    )


def relay_file_shape() -> Shape[RelayFile]:
    """Shape the record of relay files: ids, a day and a digest."""
    return Shape(
        kind="relay_file",
        type=RelayFile,
        id_of=lambda file: file.id,
        tags_of=lambda file: (child_key(file.child),),
        sealed=frozenset({"sha256"}),
        scope_of=lambda file: file.child,
    )


class EngineDepartures(Departures):
    """`Departures` on any engine, followed up."""

    def __init__(self, engine: Engine, keyring: Keyring, watch: Watch) -> None:
        self._departures = Repository(engine, keyring, departure_shape())
        self._watch = watch

    @override
    async def add(self, departure: Departure) -> None:
        async with self._watch.over(departure.child):
            try:
                await self._departures.create(departure)
            except Taken:
                raise AlreadyLeft from None

    @override
    async def departure(self, departure: DepartureId) -> Departure:
        return found(await self._departures.get(departure))

    @override
    async def of_child(self, child: ChildId) -> tuple[Departure, ...]:
        return await self._departures.all_of(child_key(child))

    @override
    async def leaving(self, child: ChildId) -> Leaving | None:
        return leaving_of(await self._departures.find(f"left:{child}", limit=1))

    @override
    async def change(
        self, departure: DepartureId, decide: Callable[[Departure], Departure]
    ) -> Departure:
        held = await self.departure(departure)
        async with self._watch.over(held.child):
            return await change_found(self._departures, departure, decide)


class EngineRelayFiles(RelayFiles):
    """`RelayFiles` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._files = Repository(engine, keyring, relay_file_shape())

    @override
    async def add(self, file: RelayFile) -> None:
        await self._files.create(file)

    @override
    async def of_child(self, child: ChildId) -> tuple[RelayFile, ...]:
        return await self._files.all_of(child_key(child))
