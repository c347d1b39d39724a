"""`ronde send-test` and `ronde receipts`: what an operator tries, and what providers must be told.

Only `send-test` sends: one neutral text, to a number that somebody types.
"""

import asyncio

import click

from crypto.ids import NoticeId, new_id
from notifications.delivery import Accepted, Result
from notifications.senders import Text, Texter
from server.client.french import FrenchCommand, Refusal
from server.clock import system_clock
from server.commands import configuration
from server.config import Config
from server.senders.numbers import UnusableNumber, mobile_number
from server.ways_examined import NO_RECEIPTS, nobody_hears
from server.ways_out import Ways, open_ways, receipts_address

TEST_TEXT = "Message d'essai. Il ne demande rien, vous pouvez l'effacer."
_PATIENCE_S = 40


@click.command("send-test", cls=FrenchCommand)
@click.option("--to", "number", required=True, help="numéro de mobile qui recevra le texte")
@click.option("--by", "name", help="nom du prestataire ; sans lui, le premier")
def send_test(*, number: str, name: str | None) -> None:
    """Envoie un SMS d'essai, neutre, à un numéro."""
    config = configuration()
    try:
        mobile_number(number, countries=config.ways.countries)
    except UnusableNumber as refusal:
        raise Refusal(f"Aucun SMS ne peut aller à ce numéro ({refusal.code}).") from None
    result, receipts = asyncio.run(_sent(config, number, name))
    if not isinstance(result, Accepted):
        raise Refusal(f"Le prestataire ne l'a pas pris ({type(result).__name__}, {result.code}).")
    click.echo("✔ Le prestataire a pris le SMS d'essai.")
    if not receipts:
        click.echo(NO_RECEIPTS)


@click.command("receipts", cls=FrenchCommand)
def receipts() -> None:
    """Donne l'adresse que chaque prestataire doit appeler pour ses accusés."""
    config = configuration()
    for provider in config.ways.sms:
        address = receipts_address(config, provider)
        click.echo(f"{provider.name:<12} {address or 'aucune : les accusés viennent sur la ligne'}")


async def _sent(config: Config, number: str, name: str | None) -> tuple[Result, bool]:
    """Send the text; give what became of it, and whether its provider gives receipts."""
    async with open_ways(config, clock=system_clock, hear=nobody_hears) as ways:
        texter = _chosen(ways, name)
        async with asyncio.timeout(_PATIENCE_S):
            sent = await texter.send(Text(text=TEST_TEXT), to=number, key=NoticeId(new_id()))
        return sent, texter.capabilities.receipts


def _chosen(ways: Ways, name: str | None) -> Texter:
    found = [each for each in ways.texters if name is None or each.name == name]
    if not found:
        raise Refusal("Aucun prestataire de SMS de ce nom n'est réglé.")
    return found[0]
