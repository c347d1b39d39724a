"""`ronde demo`: a network that lives, to try; or, with `--once`, one child's story told."""

import asyncio
import contextlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click

from channels.headless_line import Refused, Unreachable
from server.client.french import FrenchCommand, Refusal
from server.demonstration import family, network, talk, verdict
from server.demonstration.clock import StoryClock
from server.demonstration.living.ledger import AnotherVersion, Ledger, keep, recall
from server.demonstration.living.script import read_script
from server.demonstration.living.seeding import Seeding, begin, in_memory, seed
from server.demonstration.living.weeks import NotDone
from server.demonstration.living.welcoming import welcome
from server.demonstration.page import Shown, page
from server.demonstration.processes import LOGS, NotStarted, World, open_port, world
from server.demonstration.stage import Stage, stage
from server.demonstration.telling import Progress, show_codes, tell_where

FAILURES = (Refused, Unreachable, NotStarted, NotDone, TimeoutError)


@click.command(cls=FrenchCommand)
@click.option("--once", is_flag=True, help="raconte l'histoire d'un enfant, puis s'arrête")
@click.option("--port", default=8480, show_default=True, help="port, ou un autre s'il est pris")
@click.option(
    "--keep", "--folder", "folder", type=click.Path(path_type=Path), metavar="DOSSIER",
    help="garde tout dans ce dossier, et reprend là la fois suivante",
)  # fmt: skip
@click.option("--store", help="adresse mongodb:// d'une base vide, à la place d'un fichier")
def demo(*, once: bool, port: int, folder: Path | None, store: str | None) -> None:
    """Ouvre un réseau inventé et vivant, jusqu'à Ctrl-C."""
    if once and folder is not None:
        _be_empty(folder)
    kept = None if once or folder is None else _kept(folder)
    with tempfile.TemporaryDirectory(prefix="ronde-", dir=in_memory()) as memory:
        place = Path(memory)
        if kept is not None and folder is not None:
            work = _again(folder, kept=kept, port=port)
        elif once:
            work = _story(folder or place, store=store)
        else:
            work = _living(place, port=port, store=store, keep_in=folder)
        sys.exit(asyncio.run(_until_stopped(work, folder if once and folder else place)))


def _kept(folder: Path) -> Ledger | None:
    """Find what a former demonstration kept; else the folder must be empty."""
    try:
        kept = recall(folder)
    except AnotherVersion:
        raise Refusal(f"la démonstration gardée dans {folder} est d'une autre version") from None
    if kept is None:
        _be_empty(folder)
    return kept


def _be_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refusal(f"le dossier {folder} n'est pas vide")


async def _until_stopped(work: Coroutine[Any, Any, int], folder: Path) -> int:
    """Work until the end or Ctrl-C, and give the process's exit code."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in loops.
            loop.add_signal_handler(number, stop.set)
    working = asyncio.create_task(_told(work, folder))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if working.done():
        return working.result()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    click.echo("\nArrêté ; rien ne tourne plus.")
    return 0


async def _told(work: Coroutine[Any, Any, int], folder: Path) -> int:
    """Say in one sentence what went wrong, and what the processes said last."""
    try:
        return await work
    except FAILURES as error:
        click.echo(f"\nLe récit s'arrête ici : {type(error).__name__} {error}", err=True)
        click.echo(_last_words(folder), err=True)
        return 1


async def _story(folder: Path, *, store: str | None) -> int:
    """Tell one child's story; 0 if it ended as it should."""
    clock = StoryClock(file=folder / "clock")
    async with world(folder, store=store) as here, stage(here, clock) as scene:
        return 0 if await tell(scene) else 1


async def _living(place: Path, *, port: int, store: str | None, keep_in: Path | None) -> int:
    """Let a network live from five weeks ago until now, then stay.

    The weeks pass in a folder in memory; only when they have passed are they kept elsewhere.
    """
    clock, progress = StoryClock(file=place / "clock"), Progress()
    days = begin(clock)
    async with world(place, port=port, store=store) as here:
        script = read_script()
        seeding = Seeding(world=here, clock=clock, days=days, script=script, tell=progress.tell)
        ledger = await seed(seeding)
        progress.end()
        if keep_in is None:
            await _stay(here, ledger, clock)
    if keep_in is not None:
        keep(place, ledger)
        await asyncio.to_thread(shutil.copytree, place, keep_in, dirs_exist_ok=True)
        await _again(keep_in, kept=ledger, port=here.port)
    return 0


async def _again(folder: Path, *, kept: Ledger, port: int) -> int:
    """Go on where a kept demonstration was left."""
    clock = StoryClock(file=folder / "clock")
    async with world(folder, port=port, kept=kept.settings) as here:
        await _stay(here, kept, clock)
    return 0


async def _stay(here: World, ledger: Ledger, clock: StoryClock) -> None:
    """Show the page and the codes until somebody stops it all."""
    shown = Shown(ledger=ledger, server=here.url, folder=here.folder, clock=clock)
    port = here.port + 1
    async with page(shown, open_port(port)) as address, asyncio.TaskGroup() as tasks:
        tell_where(shown, address)
        tasks.create_task(welcome(ledger, server=here.url, folder=here.folder, clock=clock))
        tasks.create_task(show_codes(shown))


def _last_words(folder: Path) -> str:
    """Give the end of what the processes logged, since the folder may go with us."""
    journal = folder / LOGS
    return "\n".join(journal.read_text("utf-8").splitlines()[-5:]) if journal.exists() else ""


async def tell(scene: Stage) -> bool:
    """Tell the whole story; true if everybody could read what they should and no more."""
    for chapter in (
        network.found_network,
        network.include_child,
        network.gather_circle,
        talk.talk,
        talk.give_task,
        family.book_visit,
        family.remind_family,
        family.sign_document,
        verdict.release_psychologist,
    ):
        await chapter(scene)
    return await verdict.show_table(scene)
