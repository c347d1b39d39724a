"""One run of `ronde chaos`: load, kill, restart, again; then the audit."""

import asyncio
import base64
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

from crypto.bundle import Bundle
from crypto.ids import ChannelId
from crypto.session.log import Kind
from server.bench.command import free_port
from server.chaos.clients import HOST, Player
from server.chaos.ledger import Ledger, Line, Promise, Violation, agree, audit, digest_of
from server.chaos.world import (
    SERVER,
    Network,
    Place,
    Rivals,
    Scale,
    Seat,
    Server,
    accept,
    complaints,
    names_of,
    seed,
    stored_logs,
)
from server.clock import milliseconds, system_clock

EARLIEST_KILL_SECONDS: Final = 0.020
LATEST_KILL_SECONDS: Final = 0.350
SETTLES_WITHIN_SECONDS: Final = 30.0
RACE_AGAIN_SECONDS: Final = 0.05
AT_WORK_LOOK_SECONDS: Final = 0.005
_PAGE: Final = 200

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to do; `module` is the server that is started, a mutant in tests."""

    kills: int
    seed: int
    scale: Scale = field(default_factory=Scale)
    module: str = SERVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was seen; times in seconds."""

    order: Order
    sent: int
    resent: int
    saved: int
    repeated: int
    acked: int
    refused: int
    commits: int
    deliveries: int
    restarts: tuple[float, ...]
    wall: float
    violations: tuple[Violation, ...]


async def run(order: Order, folder: Path, say: Say) -> Report:
    """Seed a store in a folder, kill its server that often under load, and audit.

    Raises:
        ChaosFailed: The server died by itself or would not start.
    """
    began = time.perf_counter()
    place, ledger = Place.within(folder, free_port()), Ledger()
    network = await seed(place, order.scale)
    say(f"réseau : {len(network.seats)} appareils, {len(names_of(network.seats))} canaux")
    with (folder / "journal.jsonl").open("wb") as journal:
        server = Server(place, journal, order.module)
        try:
            restarts = await _rounds(order, network, ledger, server, say)
            told = await _told(place, network.seats)
        finally:
            await server.kill()
    say("vérification")
    stored = await stored_logs(place, names_of(network.seats))
    return Report(
        order=order,
        sent=len(ledger.intents),
        resent=ledger.resent,
        saved=ledger.saved,
        repeated=ledger.repeated,
        acked=len(ledger.acks),
        refused=len(ledger.refusals),
        commits=sum(line.kind == Kind.COMMIT for log in stored.values() for line in log),
        deliveries=ledger.deliveries,
        restarts=restarts,
        wall=time.perf_counter() - began,
        violations=(
            *audit(ledger, stored, seeded=network.seeded, sees=_sees(network.seats)),
            *_disagreements(stored, told),
            *(Violation(Promise.HEALTHY, one) for one in await complaints(place)),
            *_errors(folder / "journal.jsonl"),
        ),
    )


async def _rounds(
    order: Order, network: Network, ledger: Ledger, server: Server, say: Say
) -> tuple[float, ...]:
    chance = random.Random(order.seed)  # noqa: S311 - a seed replays the kills
    await server.start()
    restarts = list[float]()
    async with _playing(network, ledger, server.port, chance) as load:
        for number in range(order.kills):
            if number % 2:
                await load.at_work(ledger)
            await asyncio.sleep(chance.uniform(EARLIEST_KILL_SECONDS, LATEST_KILL_SECONDS))
            await server.kill()
            ledger.begin_life(milliseconds(system_clock()))
            restarts.append(await server.start())
            say(f"coup {number + 1}/{order.kills} : {len(ledger.acks)} acquittés")
        await load.finish(ledger)
    return tuple(restarts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """Everybody who plays, and what they are busy with."""

    players: Mapping[str, Player]
    working: Sequence["asyncio.Task[None]"]

    async def at_work(self, ledger: Ledger) -> None:
        """Wait until this life of the server has acknowledged something: the load is on.

        Every other kill waits for it, or nearly all would strike while clients come back.
        """
        known = len(ledger.acks)
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLES_WITHIN_SECONDS):
                while len(ledger.acks) == known:  # noqa: ASYNC110 - a bench may look now and then
                    await asyncio.sleep(AT_WORK_LOOK_SECONDS)

    async def finish(self, ledger: Ledger) -> None:
        """Let everything under way be answered, and everybody catch up."""
        for player in self.players.values():
            player.stopping = True
        try:
            async with asyncio.timeout(SETTLES_WITHIN_SECONDS):
                await asyncio.gather(*self.working)
                await asyncio.gather(*(player.settle() for player in self.players.values()))
        except TimeoutError:
            ledger.blame(Promise.ANSWERED, "somebody is still waiting")


@asynccontextmanager
async def _playing(
    network: Network, ledger: Ledger, port: int, chance: random.Random
) -> AsyncIterator[_Load]:
    """Keep everybody connected and busy."""
    players = {
        seat.device: Player(seat, ledger, port=port, chance=chance) for seat in network.seats
    }
    async with asyncio.TaskGroup() as tasks:
        living = [tasks.create_task(player.run()) for player in players.values()]
        working = [
            tasks.create_task(player.post_until_stopped(channel))
            for player in players.values()
            for channel in player.seat.channels
        ]
        for rivals in network.rivals:
            pair = players[rivals.devices[0]], players[rivals.devices[1]]
            working.append(tasks.create_task(_race_until_stopped(rivals, pair, ledger)))
        yield _Load(players=players, working=working)
        for task in (*working, *living):
            task.cancel()


async def _race_until_stopped(
    rivals: Rivals, players: tuple[Player, Player], ledger: Ledger
) -> None:
    """Let two members commit in the same epoch, again and again: the first wins."""
    while not players[0].stopping:
        await asyncio.sleep(RACE_AGAIN_SECONDS)
        epoch = rivals.groups[0].epoch
        made = [group.commit(now=system_clock()) for group in rivals.groups]
        won = await asyncio.gather(
            *(
                player.submit(
                    rivals.channel,
                    Kind.COMMIT,
                    epoch,
                    Bundle(commit=commit, group_info=after.group_info()).encode(),
                )
                for player, (commit, _, after) in zip(players, made, strict=True)
            )
        )
        if sum(won) != 1:
            ledger.blame(Promise.ONE_COMMIT, f"{rivals.channel} {epoch}: {sum(won)} winners")
            return
        winner = won.index(True)
        commit, _, after = made[winner]
        loser = rivals.groups[1 - winner].process(commit, accept, system_clock())
        rivals.groups[winner], rivals.groups[1 - winner] = after, loser


async def _told(place: Place, seats: Sequence[Seat]) -> dict[tuple[str, ChannelId], list[Line]]:
    """Read every log over the API, as each of its readers."""
    async with aiohttp.ClientSession(f"http://{HOST}:{place.port}") as http:
        return {
            (seat.device, channel): await _pages(http, seat, channel)
            for seat in seats
            for channel in seat.channels
        }


async def _pages(http: aiohttp.ClientSession, seat: Seat, channel: ChannelId) -> list[Line]:
    lines, more = list[Line](), True
    headers = {"Authorization": f"Bearer {seat.token}"}
    while more:
        since = lines[-1].seq if lines else 0
        path = f"/api/v1/channels/{channel}/entries?since={since}&limit={_PAGE}"
        async with http.get(path, headers=headers) as response:
            page = await response.json()
        lines += map(_line, page.get("items", ()))
        more = bool(page.get("items")) and page["more"]
    return lines


def _line(item: dict[str, Any]) -> Line:
    digest = digest_of(item["kind"], item["epoch"], base64.b64decode(item["body"]))
    return Line(item["seq"], f"{item['sender']}:{item['id']}", digest, item["kind"], item["epoch"])


def _sees(seats: Sequence[Seat]) -> dict[str, list[str]]:
    return {
        channel: [seat.device for seat in seats if channel in seat.channels]
        for channel in names_of(seats)
    }


def _disagreements(
    stored: Mapping[str, Sequence[Line]], told: Mapping[tuple[str, ChannelId], Sequence[Line]]
) -> list[Violation]:
    return [
        violation
        for (device, channel), lines in told.items()
        for violation in agree(stored[channel], lines, where=f"{device} in {channel}")
    ]


def _errors(journal: Path) -> list[Violation]:
    """Take whatever the servers complained about as a fault of theirs."""
    lines = journal.read_text(encoding="utf-8", errors="replace").splitlines()
    return [Violation(Promise.HEALTHY, line[:200]) for line in lines]
