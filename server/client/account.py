"""Beginning: use an invitation, make a device, open a session again."""

import asyncio

import click

from channels.headless import connect
from channels.headless_file import FileExists, alone
from channels.headless_line import Line, Refused
from channels.headless_people import Confirmation, Credentials, enrol, sign_in
from server.client.desk import AGAIN, Desk, Visit
from server.client.french import FrenchCommand, Refusal
from server.client.refusals import refusing, sentence_of

_GROUP = 4
_CODE_TRIES = 3


@click.command(cls=FrenchCommand)
@click.pass_obj
def activate(desk: Desk) -> None:
    """Utilise une invitation : mot de passe, puis second facteur."""
    address = desk.address
    token = click.prompt("Invitation (collez-la)", hide_input=True).strip()
    password = click.prompt("Mot de passe choisi", hide_input=True, confirmation_prompt=AGAIN)

    async def work() -> None:
        async with connect(address) as line:
            form = {"token": token, "password": password}
            factor = await line.ask("POST", "/enrolments", form)
            click.echo("Ajoutez ce compte à votre application de codes à usage unique :")
            click.echo(f"  secret   {factor['secret']}")
            click.echo(f"  adresse  {factor['uri']}")
            await _confirm(line, token)

    with refusing():
        asyncio.run(work())
    click.echo("✔ Compte actif. Ensuite : « ronde client enrol », avec le code suivant.")


@click.command("enrol", cls=FrenchCommand)
@click.option("--email", metavar="ADRESSE", prompt="Adresse électronique", help="votre adresse")
@click.pass_obj
def enrol_device(desk: Desk, *, email: str) -> None:
    """Ouvre une session et crée un appareil, scellé dans son fichier."""
    with refusing():
        if desk.file.exists():
            raise FileExists
        address = desk.address
        passphrase = desk.passphrase(new=True)
        credentials = credentials_for(email)
        desk.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(desk.file):
            asyncio.run(_enrol(desk, address, credentials, passphrase))


@click.command("sign-in", cls=FrenchCommand)
@click.option("--email", metavar="ADRESSE", prompt="Adresse électronique", help="votre adresse")
@click.pass_obj
def open_session(desk: Desk, *, email: str) -> None:
    """Ouvre une nouvelle session pour l'appareil."""

    async def work(visit: Visit) -> None:
        visit.line.sign_in(None)
        # Asked last: a code is good for a minute, and the passphrase takes its time.
        await sign_in(visit.device, credentials_for(email))
        click.echo("✔ Session ouverte, pour douze heures au plus.")

    desk.run(work)


@click.command("whoami", cls=FrenchCommand)
@click.pass_obj
def who_am_i(desk: Desk) -> None:
    """Montre qui vous êtes et votre clé d'identité, à lire au coordonnateur."""

    async def work(visit: Visit) -> None:
        _introduce(visit)

    desk.run(work)


async def _enrol(desk: Desk, address: str, credentials: Credentials, passphrase: str) -> None:
    async with connect(address) as line:
        device = await enrol(
            line,
            credentials,
            server=address,
            path=desk.file,
            passphrase=passphrase,
            clock=desk.surroundings.clock,
            cost=desk.surroundings.cost,
        )
        click.echo(f"✔ Appareil inscrit, scellé dans {desk.file}.")
        _introduce(Visit.of(line, device))
        click.echo("Lisez cette clé de vive voix à votre coordonnateur, qui l'attestera.")


def _introduce(visit: Visit) -> None:
    session = visit.device.session
    key = session.pins.keys[session.device.professional].hex()
    groups = " ".join(key[at : at + _GROUP] for at in range(0, len(key), _GROUP))
    click.echo(f"professionnel    {session.device.professional}")
    click.echo(f"appareil         {session.device.id}")
    click.echo(f"clé d'identité   {groups}")


def credentials_for(email: str) -> Credentials:
    """Ask for both factors."""
    password = click.prompt("Mot de passe", hide_input=True)
    code = click.prompt("Code à usage unique").replace(" ", "")
    return Credentials(email=email, password=password, code=code)


async def _confirm(line: Line, token: str) -> None:
    """Ask for a first code, and again if it was mistyped.

    Raises:
        Refusal: It was wrong too often.
    """
    for attempt in range(_CODE_TRIES):
        code = click.prompt("Code affiché par l'application").replace(" ", "")
        try:
            confirmation = Confirmation(invitation=token, code=code)
            signed = await line.ask("POST", confirmation.path, confirmation.form())
        except Refused as refused:
            if refused.code != "code_refused" or attempt == _CODE_TRIES - 1:
                raise Refusal(sentence_of(refused)) from None
            click.echo("Code refusé : essayez avec le suivant.")
        else:
            # The device that will keep a session is made later, under its passphrase.
            line.sign_in(signed["token"])
            await line.ask("DELETE", "/session")
            return
