"""`ronde bench pathway`: the pathway's pages and writes over 400, 4,000 or 40,000 children.

Each figure is told twice: as the clock on the wall saw it, and as seconds of the processor that
this process took, all its threads together, which others on the machine leave as they are.
"""

import asyncio
import json
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import click
from typing_extensions import override

from care_circle.actor import Actor
from care_circle.documents.document import Document
from care_circle.follow_up.board import Filter
from care_circle.follow_up.findings import FindingCode
from care_circle.role import Role
from crypto.ids import DocumentId
from server.accounts.passwords import Passwords
from server.bench.pathway_seed import DOCUMENTS, Town, seed
from server.client.french import FrenchCommand
from server.clock import system_clock
from server.house import House, furnish
from server.storage.keys import Keyring
from server.storage.opening import open_engine

ZONE: Final = "Europe/Paris"
PROFESSIONALS: Final = 2500
TIMES: Final = 40

Say = Callable[[str], None]
Figures = dict[str, "Lasted"]
T = TypeVar("T")


class Lasted(NamedTuple):
    """How long something took, in the unit of its figure: by the wall and by the processor."""

    wall: float
    cpu: float

    @override
    def __str__(self) -> str:
        """Say both, the wall's first."""
        return f"{self.wall:.2f} / {self.cpu:.2f}"


class _Stopwatch:
    """Runs from its making on."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Lasted:
        """Give the seconds since."""
        return Lasted(time.perf_counter() - self._wall, time.process_time() - self._cpu)


TABLE: Final[Mapping[str, tuple[str, str]]] = {
    "line_ms": ("ligne de vie, médiane (ms) / line of life", "< 10"),
    "line_cold_ms": ("  la première fois / cold", ""),
    "board_ms": ("tableau, première page (ms) / board, first page", "< 100"),
    "board_cold_ms": ("  la première fois / cold", ""),
    "totals_ms": ("totaux du tableau (ms) / board's totals", ""),
    "report_s": ("rapport annuel (s) / yearly report", "< 5"),
    "save_ms": ("enregistrer un document (ms) / one document's save", ""),
    "seed_s": ("semis (s) / seeding", ""),
}


async def measure(children: int, documents: int, folder: Path, say: Say) -> Figures:
    """Seed a network in a folder, and measure it with a fresh house on the same store."""
    store, master = folder / f"pathway-{children}.sqlite3", secrets.token_bytes(32)
    watch = _Stopwatch()
    async with _opened(store, master) as house:
        town = await seed(
            house,
            children=children,
            professionals=min(PROFESSIONALS, max(50, children)),
            today=system_clock().date(),
            documents=documents,
        )
    seeded = watch.read()
    say(f"{children} enfants semés en {seeded.wall:.0f} s / children seeded")
    async with _opened(store, master) as house:
        return {"seed_s": seeded} | await _measured(house, town)


@asynccontextmanager
async def _opened(store: Path, master: bytes) -> AsyncIterator[House]:
    engine = await open_engine(str(store), system_clock)
    try:
        keyring = await Keyring.open(engine, master)
        yield furnish(engine, keyring, clock=system_clock, zone=ZONE, passwords=Passwords())
    finally:
        await engine.close()


async def _measured(house: House, town: Town) -> Figures:
    actor = Actor(professional=town.coordinator, role=Role.COORDINATOR)
    care, late = house.pathway_care, Filter(finding=FindingCode.VISIT_LATE)
    lines = iter(_spread(town.children, 2 * TIMES))

    async def line() -> None:
        await care.follow_up.line(actor, next(lines))

    async def board() -> None:
        await care.board.page(actor, late, limit=50)

    async def totals() -> None:
        await care.board.totals(actor, late)

    async def report() -> None:
        await care.yearly.report(actor, str(system_clock().year))

    cold_line, warm_line = await _timed(line, 1), await _timed(line, TIMES)
    cold_board, warm_board = await _timed(board, 1), await _timed(board, TIMES // 4)
    return {
        "line_cold_ms": cold_line,
        "line_ms": warm_line,
        "board_cold_ms": cold_board,
        "board_ms": warm_board,
        "totals_ms": await _timed(totals, 1),
        "report_s": _in_seconds(await _timed(report, 1)),
        "save_ms": await _saves(house, _spread(town.drafts, TIMES)),
    }


def _in_seconds(lasted: Lasted) -> Lasted:
    return Lasted(lasted.wall / 1000, lasted.cpu / 1000)


async def _saves(house: House, drafts: Sequence[DocumentId]) -> Lasted:
    """Write each of some drafts anew, as an author's editor does; the medians in ms."""
    waiting = iter(drafts)

    def later(held: Document) -> Document:
        current = replace(held.current, saved_at=held.current.saved_at + timedelta(seconds=1))
        return replace(held, edition=held.edition + 1, versions=(current,))

    async def save() -> None:
        await house.stores.documents.change(next(waiting), later)

    return await _timed(save, len(drafts))


async def _timed(work: Callable[[], Awaitable[None]], times: int) -> Lasted:
    """Do something so many times one after the other; the medians in milliseconds."""
    lasted = list[Lasted]()
    for _ in range(times):
        watch = _Stopwatch()
        await work()
        lasted.append(watch.read())
    return Lasted(
        statistics.median(each.wall for each in lasted) * 1000,
        statistics.median(each.cpu for each in lasted) * 1000,
    )


def _spread(things: Sequence[T], most: int) -> list[T]:
    """Take some things from all over a list, the first among them."""
    step = max(1, len(things) // most)
    return [things[(number * step) % len(things)] for number in range(most)]


def table(figures: Mapping[int, Figures]) -> Sequence[str]:
    """Lay the figures out, one column for each size: wall and processor."""
    rows = [("mesure / figure", *(f"{size} enfants" for size in figures), "but / goal")]
    for key, (name, goal) in TABLE.items():
        rows.append((name, *(str(held[key]) for held in figures.values()), goal))
    width = max(len(row[0]) for row in rows)
    return ["  ".join((f"{row[0]:<{width}}", *(f"{c:>13}" for c in row[1:]))) for row in rows]


@click.command(
    "pathway",
    cls=FrenchCommand,
    help="Mesure le parcours : ligne de vie, tableau, rapport, enregistrement.",
)
@click.option(
    "--children",
    default="400,4000",
    show_default=True,
    help="tailles du réseau, séparées par des virgules",
)
@click.option(
    "--documents",
    default=DOCUMENTS,
    show_default=True,
    type=click.IntRange(1),
    help="documents de chaque enfant",
)
@click.option(
    "--json",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="écrit aussi les chiffres dans ce fichier",
)
def pathway(*, children: str, documents: int, path: Path | None) -> None:
    """Measure this machine with networks of children and print the figures."""
    sizes = [int(each) for each in children.split(",")]
    with tempfile.TemporaryDirectory(prefix="ronde-bench-") as folder:
        figures = asyncio.run(_of_all(sizes, documents, Path(folder)))
    if path is not None:
        path.write_text(_written(figures), encoding="utf-8")
    for line in table(figures):
        click.echo(line)


def _written(figures: Mapping[int, Figures]) -> str:
    told = {
        size: {key: lasted._asdict() for key, lasted in held.items()}
        for size, held in figures.items()
    }
    return json.dumps(told, indent=2) + "\n"


async def _of_all(sizes: Sequence[int], documents: int, folder: Path) -> dict[int, Figures]:
    def say(said: str) -> None:
        click.echo(said, err=True)

    return {size: await measure(size, documents, folder, say) for size in sizes}


if __name__ == "__main__":
    pathway()
