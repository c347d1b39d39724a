"""Being up to date: once, or for as long as the command runs."""

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from pathlib import Path

import click

from channels.headless_file import DeviceFile, FileBusy, alone
from channels.headless_line import Unreachable
from crypto.ids import ChannelId
from crypto.session.effects import EntryOpened, EntryStored
from crypto.session.state import Phase
from server.client.desk import Desk, Visit
from server.client.french import FrenchCommand, Refusal
from server.client.reading import show
from server.client.refusals import refusing
from server.client.telling import tell

_PAUSE = 1.0


@click.command(cls=FrenchCommand)
@click.pass_obj
def sync(desk: Desk) -> None:
    """Envoie ce qui attend, lit ce qui est nouveau, partout."""

    async def work(visit: Visit) -> None:
        await visit.device.replenish()
        events = await visit.device.synchronise()
        await tell(events, visit.names)
        await _show(visit, visit.heard(events))
        waiting = sum(len(one.outbox) for one in visit.device.session.channels.values())
        if waiting:
            click.echo(f"{waiting} message(s) attendent encore dans la boîte d'envoi.")
        await _tell_closed(visit)
        sent = sum(isinstance(event, EntryStored) for event in events)
        click.echo(f"✔ À jour : {sent} message(s) envoyé(s)." if sent else "✔ À jour.")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.pass_obj
def listen(desk: Desk, *, channel: str) -> None:
    """Montre ce qui se dit dans un canal, au fur et à mesure, jusqu'à Ctrl-C."""
    with refusing():
        desk.require_file()
        passphrase = desk.passphrase()
        with alone(desk.file):
            file = DeviceFile.open(desk.file, passphrase)

        async def work(visit: Visit) -> None:
            with alone(desk.file):
                where = await visit.joined(channel)
            await _until_stopped(_follow(visit, where, desk.file))

        asyncio.run(desk.visit(file, work))


async def _until_stopped(listening: Coroutine[None, None, None]) -> None:
    """Listen until Ctrl-C or SIGTERM, which end it well, or until it ends by itself.

    Raises:
        Refusal: There is nothing more to hear.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    works = (asyncio.create_task(listening), asyncio.create_task(stop.wait()))
    done, others = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for ended in done:
        ended.result()
    click.echo("Fin de l'écoute.")


async def _follow(visit: Visit, channel: ChannelId, path: Path) -> None:
    """Read the log whenever something is said to be new in it.

    The file is held only while reading, so that other commands may use the device meanwhile.
    """
    async with visit.line.live([channel]) as news:
        click.echo("À l'écoute. Ctrl-C pour finir.")
        lost = False
        while True:
            await news.get()
            while not news.empty():
                news.get_nowait()
            try:
                await _read_news(visit, channel, path)
                lost = False
            except FileBusy:
                await asyncio.sleep(_PAUSE)
                news.put_nowait(channel)
            except Unreachable:
                if not lost:
                    click.echo("Le serveur ne répond plus : j'attends qu'il revienne.")
                lost = True
            if visit.device.session.channels[channel].phase is Phase.REMOVED:
                raise Refusal("Vous n'êtes plus dans ce canal : l'écoute est finie.")


async def _read_news(visit: Visit, channel: ChannelId, path: Path) -> None:
    with alone(path, tries=1):
        visit.device.file.reload()
        events = await visit.device.catch_up(channel)
    await tell(events, visit.names)
    entries = [event for event in events if isinstance(event, EntryOpened)]
    await show(entries, visit.names, numbers={one.opened.entry.id: one.seq for one in entries})


async def _show(visit: Visit, entries: Sequence[EntryOpened]) -> None:
    for channel in dict.fromkeys(one.channel for one in entries):
        here = [one for one in entries if one.channel == channel]
        click.echo(f"Canal {channel} :")
        await show(here, visit.names, numbers={one.opened.entry.id: one.seq for one in here})


async def _tell_closed(visit: Visit) -> None:
    open_ = set(await visit.device.circles())
    for circle in visit.device.session.circles:
        if circle not in open_:
            click.echo(f"Vous n'êtes plus dans le cercle {circle}.")
