"""`ronde demo`: one child's story with real processes over real sockets, told in French."""

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

import click

from server.demonstration import family, network, talk, verdict
from server.demonstration.clock import StoryClock
from server.demonstration.processes import World, world
from server.demonstration.stage import Stage, stage


@click.command()
@click.option("--once", is_flag=True, help="raconte l'histoire puis s'arrête")
@click.option("--port", default=8480, show_default=True, help="port du serveur ; 0 : un port libre")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="où garder base, journaux et envois"
)
def demo(*, once: bool, port: int, folder: Path | None) -> None:
    """Raconte l'histoire d'un enfant, puis laisse le serveur ouvert jusqu'à Ctrl-C."""
    with contextlib.ExitStack() as rooms:
        place = folder or Path(rooms.enter_context(tempfile.TemporaryDirectory(prefix="ronde-")))
        place.mkdir(parents=True, exist_ok=True)
        if any(place.iterdir()):
            raise click.ClickException(f"le dossier {place} n'est pas vide")
        try:
            good = asyncio.run(_run(place, port=0 if once else port, stay=not once))
        except KeyboardInterrupt:
            good = True
    sys.exit(0 if good else 1)


async def _run(folder: Path, *, port: int, stay: bool) -> bool:
    clock = StoryClock(file=folder / "clock")
    async with world(folder, port=port) as here, stage(here, clock) as scene:
        good = await tell(scene)
        if stay:
            await _stay(here)
    return good


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
