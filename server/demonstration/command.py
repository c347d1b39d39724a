"""`ronde demo`: one child's story with real processes over real sockets, told in French."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from pathlib import Path

import click

from channels.headless_line import Refused, Unreachable
from server.client.french import FrenchCommand, Refusal
from server.demonstration import family, network, talk, verdict
from server.demonstration.clock import StoryClock
from server.demonstration.processes import LOGS, NotStarted, World, world
from server.demonstration.stage import Stage, stage


@click.command(cls=FrenchCommand)
@click.option("--once", is_flag=True, help="raconte l'histoire puis s'arrête")
@click.option("--port", default=8480, show_default=True, help="port du serveur ; 0 : un port libre")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="où garder base, journaux et envois"
)
@click.option("--store", help="adresse mongodb:// d'une base vide, à la place d'un fichier")
def demo(*, once: bool, port: int, folder: Path | None, store: str | None) -> None:
    """Raconte l'histoire d'un enfant, puis laisse le serveur ouvert jusqu'à Ctrl-C."""
    with contextlib.ExitStack() as rooms:
        place = folder or Path(rooms.enter_context(tempfile.TemporaryDirectory(prefix="ronde-")))
        place.mkdir(parents=True, exist_ok=True)
        if any(place.iterdir()):
            raise Refusal(f"le dossier {place} n'est pas vide")
        sys.exit(asyncio.run(_run(place, port=0 if once else port, stay=not once, store=store)))


async def _run(folder: Path, *, port: int, stay: bool, store: str | None) -> int:
    """Tell the story until its end or Ctrl-C, and give the process's exit code."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in loops.
            loop.add_signal_handler(number, stop.set)
    telling = asyncio.create_task(_perform(folder, port=port, stay=stay, store=store))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({telling, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if telling.done():
        return telling.result()
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await telling
    click.echo("\nArrêté ; rien ne tourne plus.")
    return 0


async def _perform(folder: Path, *, port: int, stay: bool, store: str | None) -> int:
    clock = StoryClock(file=folder / "clock")
    try:
        async with world(folder, port=port, store=store) as here, stage(here, clock) as scene:
            good = await tell(scene)
            if stay:
                await _stay(here)
    except (Refused, Unreachable, NotStarted, TimeoutError) as error:
        click.echo(f"\nLe récit s'arrête ici : {type(error).__name__} {error}", err=True)
        click.echo(_last_words(folder), err=True)
        return 1
    return 0 if good else 1


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


async def _stay(here: World) -> None:
    click.echo()
    click.echo(f"Le serveur reste ouvert : {here.url}   (Ctrl-C pour arrêter)")
    click.echo(f"Base, journaux, courriels et SMS : {here.folder}")
    await asyncio.Event().wait()
