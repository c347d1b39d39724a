"""Digits to compare with a colleague, by voice: nobody stands in between if they are alike."""

import click

from server.client.desk import Desk, Visit
from server.client.french import FrenchCommand, Refusal


@click.command("safety-number", cls=FrenchCommand)
@click.argument("professional", metavar="PROFESSIONNEL")
@click.pass_obj
def safety_number(desk: Desk, *, professional: str) -> None:
    """Montre les 60 chiffres à comparer avec un collègue."""

    async def work(visit: Visit) -> None:
        who = visit.professional(professional)
        if who == visit.device.professional:
            raise Refusal("Ce numéro se compare avec quelqu'un d'autre que soi.")
        try:
            number = visit.device.safety_number(who)
        except KeyError:
            raise Refusal(
                "Votre appareil n'a jamais vu la clé de cette personne : « ronde client circles »."
            ) from None
        click.echo(f"Numéro de sécurité avec {await visit.names.of(who)} :")
        _rows(number)
        click.echo("Lisez-le ensemble, de vive voix : il doit être le même chez vous deux.")

    desk.run(work)


@click.command("circle-code", cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.pass_obj
def circle_code(desk: Desk, *, channel: str) -> None:
    """Montre les 30 chiffres que tous les membres d'un canal voient pareils."""

    async def work(visit: Visit) -> None:
        where = await visit.joined(channel)
        await visit.tell(await visit.device.catch_up(where))
        click.echo("Code du cercle, le même chez tous les membres à jour :")
        _rows(visit.device.circle_code(where))

    desk.run(work)


def _rows(number: str) -> None:
    groups = number.split(" ")
    for at in range(0, len(groups), 6):
        click.echo(f"  {' '.join(groups[at : at + 6])}")
