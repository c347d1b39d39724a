"""What was said through families' links, on any engine."""

from collections.abc import Callable

from typing_extensions import override

from care_circle.telling.link_state import LinkState
from care_circle.telling.store import LinkStates
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
