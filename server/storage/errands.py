"""`Errands` on any engine; a notice is part of its errand's document."""

from collections.abc import Callable

from typing_extensions import override

from crypto.ids import ChildId, ErrandId
from notifications.errand import Errand
from notifications.store import Errands, NoSuchErrand
from server.storage import care_shapes
from server.storage.engine import Engine, Stale
from server.storage.errand_shapes import errand_shape
from server.storage.keys import Keyring
from server.storage.repository import Missing, Repository


class EngineErrands(Errands):
    """`Errands` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._errands = Repository(engine, keyring, errand_shape())

    @override
    async def add(self, errand: Errand) -> Errand:
        try:
            await self._errands.create(errand)
        except Stale:
            return await self.errand(errand.id)
        return errand

    @override
    async def errand(self, errand: ErrandId) -> Errand:
        held = await self._errands.get(errand)
        if held is None:
            raise NoSuchErrand
        return held

    async def find(self, errand: ErrandId) -> Errand | None:
        """Give one, if it is there."""
        return await self._errands.get(errand)

    async def forget(self, errand: ErrandId) -> None:
        """Remove one that concerns no child; one that is gone already is no matter."""
        await self._errands.drop(errand)

    @override
    async def change(self, errand: ErrandId, decide: Callable[[Errand], Errand]) -> Errand:
        try:
            return await self._errands.change(errand, decide)
        except Missing as cause:
            raise NoSuchErrand from cause

    @override
    async def of_child(
        self, child: ChildId, *, after: str = "", limit: int = 100
    ) -> tuple[Errand, ...]:
        key = care_shapes.child_key(child)
        return tuple(await self._errands.find(key, after=after, limit=limit))

    @override
    async def in_need(self, *, after: str = "", limit: int = 100) -> tuple[Errand, ...]:
        return tuple(await self._errands.find(care_shapes.IN_NEED, after=after, limit=limit))
