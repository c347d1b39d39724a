"""The agenda's ports on any engine: who is taken when, private feeds, imported times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from typing_extensions import override

from care_circle.agenda.busy import BusyTimes
from care_circle.agenda.feed import Feed
from care_circle.agenda.spans import Holds
from care_circle.agenda.store import BusyCalendars, Feeds, Holdings
from crypto.ids import ProfessionalId
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.repository import Missing, Repository
from server.storage.shape import Shape


def holds_shape(keyring: Keyring) -> Shape[Holds]:
    """Shape the holds of a day: whose day it is, and which, is blinded; what is held is sealed."""
    return Shape(
        kind="holds",
        type=Holds,
        id_of=lambda holds: holds.id,
        tags_of=lambda holds: (
            _month_key(keyring, holds.owner, year=holds.day.year, month=holds.day.month),
        ),
        sealed=frozenset({"owner", "day", "holds"}),
    )


def feed_shape() -> Shape[Feed]:
    """Shape feeds: found by owner, and by the fingerprint of the token."""
    return Shape(
        kind="feed",
        type=Feed,
        id_of=lambda feed: feed.id,
        tags_of=lambda feed: (_owner_key(feed.professional),),
        unique_of=lambda feed: _token_key(feed.fingerprint),
        sealed=frozenset({"name"}),
    )


def busy_shape() -> Shape[BusyTimes]:
    """Shape imported times: the spans are sealed."""
    return Shape(
        kind="busy_times",
        type=BusyTimes,
        id_of=lambda busy: busy.id,
        sealed=frozenset({"spans"}),
    )


class EngineHoldings(Holdings):
    """`Holdings` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._keyring = keyring
        self._holds = Repository(engine, keyring, holds_shape(keyring))

    @override
    async def change(self, owner: str, day: date, decide: Callable[[Holds], Holds]) -> Holds:
        key = self._id(owner, day)

        def decided(stored: Holds | None) -> Holds:
            return decide(stored or Holds(id=key, owner=owner, day=day))

        return await self._holds.upsert(key, decided)

    @override
    async def of_month(self, owner: str, year: int, month: int) -> tuple[Holds, ...]:
        return await self._holds.all_of(_month_key(self._keyring, owner, year=year, month=month))

    def _id(self, owner: str, day: date) -> str:
        return self._keyring.blind("holds", "day", f"{owner}:{day.isoformat()}")


class EngineFeeds(Feeds):
    """`Feeds` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._feeds = Repository(engine, keyring, feed_shape())

    @override
    async def keep(self, feed: Feed) -> None:
        await self._feeds.upsert(feed.id, lambda _: feed)

    @override
    async def feed(self, feed: str) -> Feed | None:
        return await self._feeds.get(feed)

    @override
    async def behind(self, fingerprint: str) -> Feed | None:
        return await self._feeds.find_one(_token_key(fingerprint))

    @override
    async def of(self, professional: ProfessionalId) -> tuple[Feed, ...]:
        return await self._feeds.all_of(_owner_key(professional))

    @override
    async def used(self, feed: str, on: date) -> None:
        try:
            await self._feeds.change(feed, lambda held: replace(held, used_on=on))
        except Missing:
            return

    @override
    async def drop(self, feed: str) -> None:
        await self._feeds.drop(feed)


class EngineBusyCalendars(BusyCalendars):
    """`BusyCalendars` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._busy = Repository(engine, keyring, busy_shape())

    @override
    async def keep(self, busy: BusyTimes) -> None:
        await self._busy.upsert(busy.id, lambda _: busy)

    @override
    async def of(self, professional: ProfessionalId) -> BusyTimes | None:
        return await self._busy.get(professional)

    @override
    async def drop(self, professional: ProfessionalId) -> None:
        await self._busy.drop(professional)


def _month_key(keyring: Keyring, owner: str, *, year: int, month: int) -> str:
    return "month:" + keyring.blind("holds", "month", f"{owner}:{year:04}-{month:02}")


def _owner_key(professional: str) -> str:
    return f"professional:{professional}"


def _token_key(fingerprint: str) -> str:
    return f"token:{fingerprint}"
