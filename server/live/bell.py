"""Whom to tell, by their browser's push service, that something waits: the absent, and seldom.

What rings is a new entry of a channel, whatever it says: the server cannot know, unless its
author calls somebody to it as urgent. That rings at once, and in quiet hours too for those who
let it. Who is
connected needs no bell. One push in five minutes is enough, and none in quiet hours: what
came meanwhile rings once, at their end. All of it is kept in memory: a restart forgets that
somebody was to be told, and the next entry tells them.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from typing_extensions import override

from channels.store import Bell as ChannelBell
from crypto.ids import ProfessionalId
from server.accounts.preferences import Preferences, PreferenceStore
from server.accounts.subscriptions import Subscription, SubscriptionStore
from server.logs import logger
from server.senders.web_push import Pushed

EVERY = timedelta(minutes=5)
_AT_ONCE = 8


class Pusher(Protocol):
    """Tells one browser."""

    async def send(self, to: Subscription, *, language: str, urgent: bool = False) -> Pushed:
        """Tell that something waits, and what became of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell(ChannelBell):
    """Gathers who waits, and tells them when the time has come."""

    subscriptions: SubscriptionStore
    preferences: PreferenceStore
    clock: Callable[[], datetime]
    zone: ZoneInfo
    _waiting: dict[ProfessionalId, None] = field(default_factory=dict, repr=False)
    _urgent: set[ProfessionalId] = field(default_factory=set, repr=False)
    _looked: dict[ProfessionalId, datetime] = field(default_factory=dict, repr=False)

    @override
    def ring(self, members: Collection[ProfessionalId]) -> None:
        self._waiting.update(dict.fromkeys(members))

    def ring_urgently(self, members: Collection[ProfessionalId]) -> None:
        """Note that something urgent waits for some members; never waits."""
        self.ring(members)
        self._urgent.update(members)

    async def tell(self, pusher: Pusher, *, here: Collection[ProfessionalId]) -> None:
        """Tell those who wait, are not here, and may be told now."""
        now = self.clock()
        for somebody in [one for one, at in self._looked.items() if now - at >= EVERY]:
            del self._looked[somebody]
        for somebody in here:
            self._waiting.pop(somebody, None)
            self._urgent.discard(somebody)
        due = [one for one in self._waiting if one in self._urgent or one not in self._looked]
        gate = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._tell(one, pusher, now, gate) for one in due))

    async def _tell(
        self, who: ProfessionalId, pusher: Pusher, now: datetime, gate: asyncio.Semaphore
    ) -> None:
        async with gate:
            # Whatever comes of it, they are looked at again in five minutes at the earliest.
            self._looked[who] = now
            try:
                choices = await self.preferences.find(who)
                urgent = who in self._urgent and choices.urgent
                self._urgent.discard(who)
                quiet = choices.is_quiet(now.astimezone(self.zone))
                if choices.push and quiet and not urgent:
                    return
                self._waiting.pop(who, None)
                if choices.push and not await self._pushed(choices, pusher, urgent=urgent):
                    self._waiting[who] = None
            except Exception as error:  # noqa: BLE001 -- one person in trouble must not silence the others
                logger().warning("bell_failed", cause=error)
                self._waiting.pop(who, None)

    async def _pushed(self, choices: Preferences, pusher: Pusher, *, urgent: bool) -> bool:
        """Tell all of somebody's browsers; false if one is to be told again later."""
        told = []
        for subscription in await self.subscriptions.of(choices.professional):
            outcome = await pusher.send(subscription, language=choices.language, urgent=urgent)
            if outcome is Pushed.GONE:
                await self.subscriptions.drop(subscription.id)
            told.append(outcome)
        return Pushed.LATER not in told or Pushed.TAKEN in told
