"""What was said through families' links, and what was handed to them, on any engine."""

from collections.abc import Callable
from datetime import datetime

from typing_extensions import override

from care_circle.telling.handing import Handing
from care_circle.telling.link_state import LinkState
from care_circle.telling.store import Handings, LinkStates
from crypto.ids import ChildId, ErrandId
from server.storage.care_shapes import child_key
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape


def link_shape() -> Shape[LinkState]:
    """Shape links that were used: found by their token's fingerprint, due when they are over."""
    return Shape(
        kind="family_link",
        type=LinkState,
        id_of=lambda state: state.id,
        tags_of=lambda state: (child_key(state.child),),
        due_of=lambda state: state.until,
        sealed=frozenset({"turns"}),
        scope_of=lambda state: state.child,
    )


def handing_shape() -> Shape[Handing]:
    """Shape what was handed to families: under the id of the errand that tells of each."""
    return Shape(
        kind="handing",
        type=Handing,
        id_of=lambda handing: handing.id,
        tags_of=lambda handing: (child_key(handing.child),),
        due_of=lambda handing: handing.forgotten_at,
        sealed=frozenset({"digest", "opened_at"}),
        scope_of=lambda handing: handing.child,
    )


class EngineLinkStates(LinkStates):
    """`LinkStates` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._links = Repository(engine, keyring, link_shape())

    @override
    async def state(self, fingerprint: str) -> LinkState | None:
        return await self._links.get(fingerprint)

    @override
    async def put(
        self, fingerprint: str, decide: Callable[[LinkState | None], LinkState]
    ) -> LinkState:
        return await self._links.upsert(fingerprint, decide)

    @override
    async def forget(self, *, now: datetime, until: datetime, limit: int) -> int:
        due = await self._links.claim(now=now, until=until, limit=limit)
        return sum([await self._links.drop(held.value.id) for held in due])


class EngineHandings(Handings):
    """`Handings` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._handings = Repository(engine, keyring, handing_shape())

    @override
    async def handing(self, errand: ErrandId) -> Handing | None:
        return await self._handings.get(errand)

    @override
    async def of_child(self, child: ChildId) -> tuple[Handing, ...]:
        return await self._handings.all_of(child_key(child))

    @override
    async def put(self, errand: ErrandId, decide: Callable[[Handing | None], Handing]) -> Handing:
        return await self._handings.upsert(errand, decide)

    @override
    async def forget(self, *, now: datetime, until: datetime, limit: int) -> int:
        due = await self._handings.claim(now=now, until=until, limit=limit)
        return sum([await self._handings.drop(held.value.id) for held in due])
