"""The pause button on any engine, and the valve that workers ask."""

from collections.abc import Callable
from dataclasses import dataclass

from typing_extensions import override

from care_circle.telling.pause import Sending, SendingSwitch
from notifications.store import Valve
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape

_ONLY = "sending"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The switch as it is stored, under the one name there is."""

    id: str
    sending: Sending


class EngineSending(SendingSwitch, Valve):
    """`SendingSwitch` and `Valve` on any engine: read at each question."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="sending",
            type=_Kept,
            id_of=lambda kept: kept.id,
            sealed=frozenset({"sending"}),
        )
        self._kept = Repository(engine, keyring, shape)

    @override
    async def sending(self) -> Sending:
        kept = await self._kept.get(_ONLY)
        return Sending() if kept is None else kept.sending

    @override
    async def change(self, decide: Callable[[Sending], Sending]) -> Sending:
        kept = await self._kept.upsert(
            _ONLY,
            lambda held: _Kept(id=_ONLY, sending=decide(held.sending if held else Sending())),
        )
        return kept.sending

    @override
    async def is_open(self) -> bool:
        return not (await self.sending()).paused
