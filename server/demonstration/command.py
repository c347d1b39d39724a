"""`ronde demo`: a network that lives, to try; or, with `--once`, one child's story told."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import click

from channels.headless_line import Refused, Unreachable
from server.client.french import FrenchCommand, Refusal
from server.demonstration import family, network, talk, verdict
from server.demonstration.clock import StoryClock
from server.demonstration.living.ledger import Ledger, keep, recall
from server.demonstration.living.script import read_script
from server.demonstration.living.seeding import Seeding, seed
from server.demonstration.living.weeks import NotDone
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
    with contextlib.ExitStack() as rooms:
        place = folder or Path(rooms.enter_context(tempfile.TemporaryDirectory(prefix="ronde-")))
        place.mkdir(parents=True, exist_ok=True)
        kept = None if once else recall(place)
        if kept is None and any(place.iterdir()):
            raise Refusal(f"le dossier {place} n'est pas vide")
        live = partial(_living, kept=kept, port=port)
        sys.exit(asyncio.run(_until_stopped((_story if once else live)(place, store=store), place)))


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


async def _living(folder: Path, *, kept: Ledger | None, port: int, store: str | None) -> int:
    """Let a network live, or go on where it was left; then stay."""
    clock = StoryClock(file=folder / "clock")
    settings = None if kept is None else kept.settings
    async with world(folder, port=port, store=store, kept=settings) as here:
        ledger = kept or await _seeded(folder, here, clock)
        shown = Shown(ledger=ledger, server=here.url, folder=folder, clock=clock)
        async with page(shown, open_port(port + 1 if port else 0)) as address:
            tell_where(shown, address)
            await show_codes(shown)
    return 0


async def _seeded(folder: Path, here: World, clock: StoryClock) -> Ledger:
    progress = Progress()
    seeding = Seeding(world=here, clock=clock, script=read_script(), tell=progress.tell)
    ledger = await seed(seeding)
    progress.end()
    keep(folder, ledger)
    return ledger


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
