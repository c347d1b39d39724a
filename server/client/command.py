"""`ronde client`: one device of one professional, worked from the command line.

Exit codes never change: 0 done, 1 refused with one sentence, 2 a command line that is none.
"""

from pathlib import Path

import click

from server.client import account, circles, conversation, live, recovery, safety, tasks
from server.client.desk import Desk, Surroundings
from server.client.french import FrenchGroup

DEFAULT_FILE = Path(click.get_app_dir("ronde")) / "appareil"


@click.group(cls=FrenchGroup)
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_FILE,
    metavar="FICHIER",
    help=f"fichier scellé de l'appareil (sinon {DEFAULT_FILE})",
)
@click.option("--server", metavar="URL", help="adresse du serveur (sinon celle de l'appareil)")
@click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FICHIER",
    help="fichier qui contient la phrase secrète, au lieu de la demander",
)
@click.pass_context
def client(
    context: click.Context, *, file: Path, server: str | None, passphrase_file: Path | None
) -> None:
    """Un appareil de Ronde, sans écran : cercles, canaux scellés, tâches.

    Les identifiants peuvent être abrégés à leurs premiers caractères, quatre au moins ;
    « moi » est vous-même.
    """
    given = context.obj
    context.obj = Desk(
        file=file,
        server=server,
        passphrase_file=passphrase_file,
        surroundings=given if isinstance(given, Surroundings) else Surroundings(),
    )


for command in (
    account.activate,
    account.enrol_device,
    account.open_session,
    account.who_am_i,
    circles.list_circles,
    circles.open_,
    circles.members,
    circles.attest,
    circles.admit,
    circles.release,
    conversation.list_channels,
    conversation.open_channel,
    conversation.add,
    conversation.remove,
    conversation.post,
    conversation.react,
    conversation.link,
    conversation.history,
    live.listen,
    live.sync,
    tasks.task,
    tasks.task_change,
    tasks.list_tasks,
    safety.safety_number,
    safety.circle_code,
    recovery.recovery,
):
    client.add_command(command)
