"""The recovery code: make one, come back with it, and what to do when it is lost as well."""

import asyncio
from collections.abc import Sequence

import click

from channels.headless import connect
from channels.headless_file import FileExists, alone
from channels.headless_line import Line
from channels.headless_people import Credentials
from channels.headless_recovery import (
    Restored,
    attest_again,
    come_back,
    let_go,
    other_devices,
    restore,
    set_up,
    take_up,
)
from crypto.ids import DeviceId
from crypto.recovery import BadCode, RecoveryCode, read_code
from crypto.session.effects import EntryOpened
from server.client.account import credentials_for
from server.client.circles import key_named
from server.client.desk import Desk, Visit
from server.client.french import FrenchCommand, FrenchGroup
from server.client.refusals import refusing, sentence_for_fault

_ASK = "Code de secours"


@click.group(cls=FrenchGroup)
def recovery() -> None:
    """Le code de secours : tout retrouver quand l'appareil est perdu."""


@recovery.command("set-up", cls=FrenchCommand)
@click.option("--yes", is_flag=True, help="sans demander si l'ancien code peut être remplacé")
@click.pass_obj
def begin(desk: Desk, *, yes: bool) -> None:
    """Donne un nouveau code de secours, montré une seule fois ; l'ancien n'ouvre plus rien."""
    if not yes and not _agrees("Un code donné auparavant n'ouvrira plus rien. Continuer ?"):
        raise click.Abort

    async def work(visit: Visit) -> None:
        await visit.synchronise()
        code = await set_up(visit.device)
        click.echo("Voici votre code de secours. Il ne sera plus jamais montré :")
        click.echo()
        click.echo(f"    {code.written}")
        click.echo()
        click.echo("Écrivez-le sur papier et gardez-le loin de vos appareils. Avec lui et votre")
        click.echo("compte, « ronde client recovery restore » retrouve tout ; sans lui, personne.")

    desk.run(work)


@recovery.command("status", cls=FrenchCommand)
@click.pass_obj
def status(desk: Desk) -> None:
    """Dit si cet appareil tient une sauvegarde sous un code de secours."""

    async def work(visit: Visit) -> None:
        await visit.device.back_up()
        if visit.device.file.memory.backup is None:
            click.echo("Aucun code de secours sur cet appareil : « ronde client recovery set-up »,")
            click.echo("ou « ronde client recovery take-up » si vous en avez un.")
            return
        channels = len(visit.device.session.channels)
        click.echo(f"✔ Sauvegarde à jour : identité et {channels} canal(aux).")

    desk.run(work)


@recovery.command("take-up", cls=FrenchCommand)
@click.pass_obj
def resume(desk: Desk) -> None:
    """Fait tenir la sauvegarde par cet appareil aussi, sous le code que vous avez."""

    async def work(visit: Visit) -> None:
        await take_up(visit.device, _code())
        click.echo("✔ Cet appareil tient désormais la sauvegarde.")

    desk.run(work)


@recovery.command("restore", cls=FrenchCommand)
@click.option("--email", metavar="ADRESSE", prompt="Adresse électronique", help="votre adresse")
@click.option("--lost", multiple=True, metavar="APPAREIL", help="un appareil perdu (répétable)")
@click.option("--keep", is_flag=True, help="aucun autre appareil n'est perdu")
@click.pass_obj
def come_in(desk: Desk, *, email: str, lost: Sequence[str], keep: bool) -> None:
    """Crée un appareil de votre identité sur une machine neuve, et relit tout."""
    with refusing():
        if desk.file.exists():
            raise FileExists
        address, code = desk.address, _code()
        passphrase = desk.passphrase(new=True)
        credentials = credentials_for(email)
        desk.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

        async def work() -> None:
            async with connect(address) as line:
                restored = await _restored(desk, line, credentials, code, passphrase)
                visit = Visit.of(line, restored.device)
                await _settle(visit, restored, lost, keep=keep)

        with alone(desk.file):
            asyncio.run(work())


@recovery.command("attest", cls=FrenchCommand)
@click.argument("professional", metavar="PROFESSIONNEL")
@click.option("--key", metavar="HEX", required=True, help="la nouvelle clé, telle qu'elle est lue")
@click.pass_obj
def attest(desk: Desk, *, professional: str, key: str) -> None:
    """Atteste la nouvelle clé de quelqu'un qui a perdu appareils et code de secours."""
    seen = key_named(key)

    async def work(visit: Visit) -> None:
        who = visit.professional(professional)
        await attest_again(visit.device, who, seen=seen)
        click.echo(f"✔ Nouvelle clé attestée pour {await visit.names.of(who)}.")
        click.echo("Ensuite, dans chacun de ses cercles : « release », « admit », « add ».")
        click.echo("Tous ses collègues seront avertis que sa clé a changé.")

    desk.run(work)


async def _restored(
    desk: Desk, line: Line, credentials: Credentials, code: RecoveryCode, passphrase: str
) -> Restored:
    return await restore(
        line,
        credentials,
        code,
        server=desk.address,
        path=desk.file,
        passphrase=passphrase,
        clock=desk.surroundings.clock,
        cost=desk.surroundings.cost,
    )


async def _settle(visit: Visit, restored: Restored, named: Sequence[str], *, keep: bool) -> None:
    click.echo("✔ Identité retrouvée, nouvel appareil inscrit.")
    if restored.refused:
        click.echo(f"{restored.refused} élément(s) de la sauvegarde n'étaient pas les vôtres.")
    others = await other_devices(visit.device)
    lost = [one for one in others if not keep and _is_lost(one, named)]
    await let_go(visit.device, lost)
    events = await come_back(visit.device, lost)
    await visit.tell(one for one in events if not isinstance(one, EntryOpened))
    read = sum(isinstance(one, EntryOpened) for one in events)
    click.echo(f"✔ {read} message(s) relus, {len(lost)} appareil(s) perdu(s) retiré(s).")


def _is_lost(device: DeviceId, named: Sequence[str]) -> bool:
    if named:
        return any(device.startswith(one) for one in named)
    return _agrees(f"L'appareil {device} est-il perdu ?")


def _agrees(question: str) -> bool:
    answer = click.prompt(f"{question} [oui/non]", type=click.Choice(["oui", "non"]))
    return bool(answer == "oui")


def _code() -> RecoveryCode:
    """Ask for the code until it can be one: a slip is told before anything is tried."""
    while True:
        try:
            return read_code(click.prompt(_ASK))
        except BadCode as error:
            click.echo(sentence_for_fault(error))
