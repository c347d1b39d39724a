"""The world of `ronde chaos`: circles that talk already, and a server process to be killed."""

import asyncio
import base64
import secrets
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from channels.model import Envelope
from crypto.bundle import Bundle
from crypto.ids import ChannelId, EntryId, new_id
from crypto.mls.group import Group
from crypto.mls.public_state import Change, PublicState
from crypto.session.log import Kind
from server.accounts.passwords import Passwords
from server.bench.seed import Member, enrol, found_circle, open_channel
from server.channel_house import Channels, furnish_channels
from server.chaos.ledger import Line, line_of
from server.clock import system_clock
from server.house import House, furnish
from server.live.connection import Limits
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.opening import open_engine

ZONE: Final = "Europe/Paris"
STARTS_WITHIN_SECONDS: Final = 30.0
SERVER: Final = "server.bench.server"
_PAGE: Final = 200


class ChaosFailed(Exception):
    """The run could not be carried out; says nothing about promises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large the network is."""

    circles: int = 4
    members: int = 4
    channels: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One device with a session, and the channels it talks in."""

    device: str
    token: str = field(repr=False)
    channels: tuple[ChannelId, ...]


@dataclass(slots=True, kw_only=True)
class Rivals:
    """Two members of a channel whose devices hold its real group."""

    channel: ChannelId
    devices: tuple[str, str]
    groups: list[Group] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What was seeded; `seeded` are the mids of the entries that stand in the logs already."""

    seats: tuple[Seat, ...]
    rivals: tuple[Rivals, ...]
    seeded: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a world lives."""

    store: Path
    key: bytes = field(repr=False)
    port: int

    @staticmethod
    def within(folder: Path, port: int) -> "Place":
        """Choose a store in a folder, and a new master key."""
        return Place(store=folder / "ronde.sqlite3", key=secrets.token_bytes(32), port=port)


async def seed(place: Place, scale: Scale) -> Network:
    """Fill a store with circles that talk already, in groups that are real."""
    engine = await open_engine(str(place.store), system_clock)
    try:
        house, channels = await _furnished(engine, place)
        seats, rivals = list[Seat](), list[Rivals]()
        for _ in range(scale.circles):
            members, pair, names = await _circle(house, channels, scale)
            seats += [
                Seat(device=member.device.id, token=member.token, channels=names)
                for member in members
            ]
            rivals.append(pair)
        logs = [await _log(channels, name) for name in names_of(seats)]
    finally:
        await engine.close()
    seeded = frozenset(line.mid for log in logs for line in log)
    return Network(seats=tuple(seats), rivals=tuple(rivals), seeded=seeded)


def names_of(seats: Iterable[Seat]) -> list[ChannelId]:
    """List the channels that any of the seats talks in."""
    return sorted({channel for seat in seats for channel in seat.channels})


async def stored_logs(place: Place, names: Sequence[ChannelId]) -> dict[str, list[Line]]:
    """Read logs from the store itself, with no server between."""
    engine = await open_engine(str(place.store), system_clock)
    try:
        _, channels = await _furnished(engine, place)
        return {name: await _log(channels, name) for name in names}
    finally:
        await engine.close()


async def complaints(place: Place) -> list[str]:
    """Let the store examine itself; [] is healthy."""
    engine = await open_engine(str(place.store), system_clock)
    try:
        return await engine.check()
    finally:
        await engine.close()


def accept(_change: Change, _state: PublicState) -> None:
    """Allow what the server took: this is about order, not about policy."""


class Server:
    """A server process, started again and again on one store and one port."""

    def __init__(self, place: Place, journal: IO[bytes], module: str = SERVER) -> None:
        self._place = place
        self._journal = journal
        self._module = module
        self._process: asyncio.subprocess.Process | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._place.port

    async def start(self) -> float:
        """Start it and wait until it answers; tells how many seconds that took.

        Raises:
            ChaosFailed: It died, or took too long.
        """
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self._module, str(self._place.store), str(self._place.port)),
            stdin=asyncio.subprocess.PIPE,
            stderr=self._journal,
        )
        self._process = process
        if process.stdin is not None:
            process.stdin.write(base64.b64encode(self._place.key) + b"\n")
        while time.perf_counter() - began < STARTS_WITHIN_SECONDS and process.returncode is None:
            if await answers(self._place.port):
                return time.perf_counter() - began
            await asyncio.sleep(0.005)
        raise ChaosFailed("the server does not answer")

    async def kill(self) -> None:
        """End it as nothing can be prepared for.

        Raises:
            ChaosFailed: It had died by itself.
        """
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is not None:
            raise ChaosFailed("the server died by itself")
        process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
            with suppress(OSError):
                await process.stdin.wait_closed()


async def answers(port: int) -> bool:
    """Ask a server of this machine whether it is there."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _furnished(engine: Engine, place: Place) -> tuple[House, Channels]:
    keyring = await Keyring.open(engine, place.key)
    house = furnish(engine, keyring, clock=system_clock, zone=ZONE, passwords=Passwords())
    return house, furnish_channels(house, zone=ZONE, limits=Limits())


async def _log(channels: Channels, channel: ChannelId) -> list[Line]:
    lines, last = list[Line](), 0
    while items := await channels.service.store.read(channel, since=last, limit=_PAGE):
        lines += [line_of(item) for item in items]
        last = items[-1].seq
    return lines


async def _circle(
    house: House, channels: Channels, scale: Scale
) -> tuple[list[Member], Rivals, tuple[ChannelId, ...]]:
    now = system_clock()
    members = [await enrol(house, now=now) for _ in range(scale.members)]
    circle = await found_circle(house, members, now=now)
    opened = [await open_channel(channels, circle, members, now=now) for _ in range(scale.channels)]
    rivals = await _rivals(channels, members, *opened[0], now=now)
    return members, rivals, tuple(channel for channel, _ in opened)


async def _rivals(
    channels: Channels,
    members: Sequence[Member],
    channel: ChannelId,
    group: Group,
    *,
    now: datetime,
) -> Rivals:
    """Let the second member come back from outside, so that two devices hold the group."""
    first, second = members[:2]
    commit, joined = Group.external(group.group_info(), second.package(now), 1, accept, now)
    bundle = Bundle(commit=commit, group_info=joined.group_info())
    await channels.service.append(
        second.asker,
        channel,
        Envelope(id=EntryId(new_id()), kind=Kind.COMMIT, epoch=group.epoch, body=bundle.encode()),
    )
    return Rivals(
        channel=channel,
        devices=(first.device.id, second.device.id),
        groups=[group.process(commit, accept, now), joined],
    )
