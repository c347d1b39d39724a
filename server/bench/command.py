"""`ronde bench`: how fast this machine would serve a network, measured through the front door.

A real server process on a store of its own is asked by a process that plays 160 devices:
20 circles of 8, sealed bodies of 400 bytes, every ack durable. The store's own figures
come from `server.storage.bench`.
"""

import asyncio
import base64
import json
import secrets
import socket
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import msgspec

from server.accounts.passwords import Passwords
from server.bench.load import Figures, Plan, Seat
from server.bench.notices import notices
from server.bench.pathway import pathway
from server.bench.resident import resident_kb
from server.bench.seed import enrol, found_circle, open_channel
from server.channel_house import furnish_channels
from server.client.french import FrenchGroup
from server.clock import system_clock
from server.house import furnish
from server.live.connection import Limits
from server.storage.bench import store_figures
from server.storage.keys import Keyring
from server.storage.opening import open_engine

CIRCLES: Final = 20
MEMBERS: Final = 8
ZONE: Final = "Europe/Paris"
STARTS_WITHIN_SECONDS: Final = 20.0

Say = Callable[[str], None]

# Key, what it is called in French and in English, and what to reach on two cores, if anything.
TABLE: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "store.alone_per_s",
        "écritures durables/s, une à la fois",
        "durable appends/s, alone",
        "≥ 1500",
    ),
    ("store.inflight64_per_s", "écritures durables/s, 64 en vol", "with 64 in flight", "≥ 10000"),
    ("max.acked_per_s", "messages acquittés/s au plus", "most acknowledged messages/s", "≥ 2500"),
    ("max.deliveries_per_s", "remises/s au plus", "most deliveries/s", ""),
    ("fixed.50.ack_ms.p50", "acquittement à 50/s, médiane (ms)", "ack at 50/s, median", ""),
    ("fixed.50.ack_ms.p99", "acquittement à 50/s, p99 (ms)", "ack at 50/s, p99", ""),
    ("fixed.50.deliver_ms.p50", "remise à 50/s, médiane (ms)", "delivery at 50/s, median", "≤ 4"),
    ("fixed.50.deliver_ms.p99", "remise à 50/s, p99 (ms)", "delivery at 50/s, p99", ""),
    ("memory.per_client_kb", "mémoire par connexion (ko)", "memory per connection (kB)", "≤ 32"),
    ("page.p50_ms", "page de 50 entrées, médiane (ms)", "page of 50, median", "< 1"),
    ("cold_start_s", "démarrage à froid (s)", "cold start (s)", ""),
)


class BenchFailed(Exception):
    """The server or the load did not do what it was started for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """For how many seconds each part of the load runs."""

    most: float = 10.0
    fixed: float = 10.0

    @staticmethod
    def quick() -> "Lengths":
        """Short enough for the whole bench to stay under a minute."""
        return Lengths(most=5.0, fixed=6.0)


async def measure(lengths: Lengths, folder: Path, say: Say) -> dict[str, float]:
    """Run everything and give the figures, flat, by the keys of `TABLE`.

    Raises:
        BenchFailed: A process died, or did not answer in time.
    """
    say("magasin / store")
    figures = await store_figures(folder / "store.sqlite3")
    say("réseau d'essai / seeding")
    store, key = folder / "ronde.sqlite3", secrets.token_bytes(32)
    circles = await seed(store, key)
    port = free_port()
    plan = Plan(
        url=f"http://127.0.0.1:{port}",
        circles=circles,
        max_seconds=lengths.most,
        fixed_seconds=lengths.fixed,
    )
    say("serveur / server")
    async with serving(store, key, port) as (process, cold_start):
        seen, per_client = await load(plan, process.pid, say)
    return (
        figures
        | described(seen)
        | {
            "memory.per_client_kb": per_client,
            "cold_start_s": cold_start,
        }
    )


STEPS = {
    "first": "premières connexions / first connections",
    "connected": "toutes les connexions / all connections",
    "max": "au plus fort / at most",
    "fixed": "à 50 par seconde / at 50 a second",
}
"""What the load says it has reached, in words."""


async def seed(store: Path, key: bytes) -> tuple[tuple[Seat, ...], ...]:
    """Fill a store with circles that talk already."""
    engine = await open_engine(str(store), system_clock)
    try:
        keyring = await Keyring.open(engine, key)
        house = furnish(engine, keyring, clock=system_clock, zone=ZONE, passwords=Passwords())
        channels = furnish_channels(house, zone=ZONE, limits=Limits())
        made = []
        for _ in range(CIRCLES):
            now = system_clock()
            members = [await enrol(house, now=now) for _ in range(MEMBERS)]
            circle = await found_circle(house, members, now=now)
            channel, group = await open_channel(channels, circle, members, now=now)
            made.append(
                tuple(
                    Seat(token=member.token, channel=channel, epoch=group.epoch)
                    for member in members
                )
            )
        return tuple(made)
    finally:
        await engine.close()


@asynccontextmanager
async def serving(
    store: Path, key: bytes, port: int
) -> AsyncIterator[tuple[asyncio.subprocess.Process, float]]:
    """Run a server process; gives it with the seconds from its start to its first answer."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.bench.server",
        str(store),
        str(port),
        stdin=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdin is not None:
            process.stdin.write(base64.b64encode(key) + b"\n")
        await answering(f"http://127.0.0.1:{port}/healthz", process)
        yield process, time.perf_counter() - began
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def answering(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until a server answers.

    Raises:
        BenchFailed: It died, or took too long.
    """
    deadline = time.perf_counter() + STARTS_WITHIN_SECONDS
    while time.perf_counter() < deadline and process.returncode is None:
        if await asyncio.to_thread(_answers, url):
            return
        await asyncio.sleep(0.01)
    raise BenchFailed("le serveur ne répond pas")


async def load(plan: Plan, server: int, say: Say) -> tuple[Figures, float]:
    """Run the load process; gives what it saw, and the server's kB for each connection.

    Raises:
        BenchFailed: The load did not get through.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.bench.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise BenchFailed("la charge n'a pas de tubes")
    process.stdin.write(msgspec.json.encode(plan))
    process.stdin.close()
    resident: dict[str, int] = {}
    async for line in process.stderr:
        said = line.decode().strip()
        say(STEPS.get(said, said))
        resident[said] = resident_kb(server)
    data = await process.stdout.read()
    if await process.wait() != 0:
        raise BenchFailed("la charge n'est pas allée au bout")
    figures = msgspec.json.decode(data, type=Figures)
    if figures.refused:
        raise BenchFailed("le serveur a refusé ce qu'il devait prendre")
    connections = sum(len(circle) - 1 for circle in plan.circles)
    return figures, (resident["connected"] - resident["first"]) / connections


def described(seen: Figures) -> dict[str, float]:
    """Put what the load saw under the keys of the table."""
    return {
        "max.acked_per_s": seen.acked_per_s,
        "max.deliveries_per_s": seen.deliveries_per_s,
        "fixed.50.ack_ms.p50": statistics.median(seen.ack_ms),
        "fixed.50.ack_ms.p99": _p99(seen.ack_ms),
        "fixed.50.deliver_ms.p50": statistics.median(seen.deliver_ms),
        "fixed.50.deliver_ms.p99": _p99(seen.deliver_ms),
    }


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def table(figures: Mapping[str, float]) -> Sequence[str]:
    """Lay the figures out for people, French first."""
    rows = [("mesure / figure", "valeur", "but / goal")]
    for key, french, english, goal in TABLE:
        value, digits = figures[key], 0 if key.endswith("per_s") else 2
        rows.append((f"{french} / {english}", f"{value:.{digits}f}", goal))
    width = max(len(row[0]) for row in rows)
    return [f"{name:<{width}}  {value:>10}  {goal:>10}" for name, value, goal in rows]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own http address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _p99(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


@click.group(
    "bench",
    cls=FrenchGroup,
    invoke_without_command=True,
    help="Mesure cette machine : messages, latences, mémoire, magasin.",
)
@click.option("--quick", is_flag=True, help="moins d'une minute")
@click.option(
    "--json",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="écrit aussi les chiffres dans ce fichier",
)
@click.pass_context
def bench(context: click.Context, *, quick: bool, path: Path | None) -> None:
    """Measure this machine and print the figures."""
    if context.invoked_subcommand is not None:
        return
    began = time.perf_counter()

    def say(part: str) -> None:
        click.echo(f"[{time.perf_counter() - began:5.1f} s] {part}", err=True)

    lengths = Lengths.quick() if quick else Lengths()
    with tempfile.TemporaryDirectory(prefix="ronde-bench-") as folder:
        try:
            figures = asyncio.run(measure(lengths, Path(folder), say))
        except BenchFailed as failure:
            raise click.ClickException(str(failure)) from None
    if path is not None:
        path.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for line in table(figures):
        click.echo(line)


bench.add_command(pathway)
bench.add_command(notices)


if __name__ == "__main__":
    bench()
