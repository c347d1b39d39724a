"""Preferences on the generic repository; due when the next digest is."""

from collections.abc import Callable
from datetime import datetime

from typing_extensions import override

from crypto.ids import ProfessionalId
from server.accounts.preferences import Preferences, PreferenceStore
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape


class EnginePreferences(PreferenceStore):
    """Preferences by professional."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="preferences",
            type=Preferences,
            id_of=lambda preferences: preferences.professional,
            due_of=lambda preferences: preferences.next_digest,
        )
        self._preferences = Repository(engine, keyring, shape)

    @override
    async def find(self, professional: ProfessionalId) -> Preferences:
        held = await self._preferences.get(professional)
        return held or Preferences(professional=professional)

    @override
    async def change(
        self, professional: ProfessionalId, decide: Callable[[Preferences], Preferences]
    ) -> Preferences:
        return await self._preferences.upsert(
            professional, lambda held: decide(held or Preferences(professional=professional))
        )

    @override
    async def digests_due(
        self, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Preferences, ...]:
        due = await self._preferences.claim(now=now, until=until, limit=limit)
        return tuple(held.value for held in due)
