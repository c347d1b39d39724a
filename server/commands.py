"""The command line: `ronde serve | doctor | user | pathway | templates | demo | client | …`."""

import asyncio
import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import click
from typing_extensions import override

from care_circle.access import NotFound
from care_circle.definition.source import DefinitionError
from care_circle.role import Profession, Role
from care_circle.services.people import NewProfessional
from crypto.ids import ProfessionalId
from server.accounts.accounts import Invited
from server.accounts.standing import Standing, standing_of
from server.accounts.users import add_user, disable_user, opened
from server.client.french import FrenchGroup, Refusal
from server.config import Config, ConfigError
from server.doctor import examine
from server.problems import problem_of
from server.senders.templates import BadTemplates
from server.serve import run

ELSEWHERE: Mapping[str, str] = {
    "demo": "server.demonstration.command",
    "bench": "server.bench.command",
    "client": "server.client.command",
    "chaos": "server.chaos.command",
    "import": "server.import_command:import_file",
    "pathway": "server.pathway_command",
    "follow-up": "server.follow_up_command",
    "send-test": "server.ways_command:send_test",
    "receipts": "server.ways_command:receipts",
    "templates": "server.templates_command",
}
"""Commands kept in modules of their own, loaded only when they are asked for.

Where a command cannot be called in its module as it is called here, its name there follows.
"""

_STANDINGS: Mapping[Standing, str] = {
    Standing.NONE: "sans compte",
    Standing.INVITED: "invité",
    Standing.ACTIVE: "actif",
    Standing.CLOSED: "fermé",
}


class Commands(FrenchGroup):
    """A group that finds some of its commands by name, so that `serve` starts without them."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        there = (
            name
            for name, place in ELSEWHERE.items()
            if importlib.util.find_spec(place.partition(":")[0])
        )
        return sorted({*super().list_commands(ctx), *there})

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module, _, called = ELSEWHERE.get(cmd_name, "").partition(":")
        if not module or importlib.util.find_spec(module) is None:
            return super().get_command(ctx, cmd_name)
        name = called or cmd_name.replace("-", "_")
        found = getattr(importlib.import_module(module), name)
        return found if isinstance(found, click.Command) else None


@click.group(cls=Commands)
def main() -> None:
    """Ronde : un canal scellé, des tâches et des rappels autour d'un enfant vulnérable."""


@main.command()
def serve() -> None:
    """Sert jusqu'à Ctrl-C."""
    config = configuration()
    _require_words(config)
    sys.exit(run(config))


@main.command()
def doctor() -> None:
    """Examine les réglages et les alentours, en phrases simples."""
    config = configuration()
    click.echo("✔ Les réglages sont complets et justes.")
    _require_words(config)
    click.echo("✔ Les modèles des messages aux familles sont complets et neutres.")
    if not asyncio.run(_examine(config)):
        sys.exit(1)


@main.group(cls=FrenchGroup)
def user() -> None:
    """Les personnes du réseau."""


@user.command("add")
@click.option("--email", required=True, help="adresse, qui sert à se connecter")
@click.option("--family-name", required=True, help="nom")
@click.option("--given-name", required=True, help="prénom")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--profession", type=click.Choice([each.value for each in Profession]))
def add(
    *, email: str, family_name: str, given_name: str, role: str, profession: str | None
) -> None:
    """Inscrit une personne et donne son invitation, valable une fois."""
    new = NewProfessional(
        family_name=family_name,
        given_name=given_name,
        role=Role(role),
        email=email,
        profession=None if profession is None else Profession(profession),
    )
    config = configuration()
    invited = asyncio.run(_add(config, new))
    until = invited.until.astimezone(ZoneInfo(config.zone))
    click.echo(f"identifiant  {invited.professional}")
    click.echo(f"invitation   {invited.token}")
    click.echo(f"valable jusqu'au {until:%d/%m/%Y à %H:%M} ({config.zone})")
    click.echo(f"Dans un navigateur : {config.public_url}/invitation#{invited.token}")
    click.echo(f"Ou sans écran : ronde client --server {config.public_url} activate")


@user.command("list")
def list_users() -> None:
    """Liste les comptes : identifiant, rôle, état."""
    asyncio.run(_list(configuration()))


@user.command("disable")
@click.argument("professional")
def disable(professional: str) -> None:
    """Ferme un compte et toutes ses sessions, tout de suite."""
    asyncio.run(_disable(configuration(), ProfessionalId(professional)))


def configuration() -> Config:
    """Read the environment, or say everything that is wrong with it and stop."""
    try:
        return Config.from_environ(os.environ)
    except ConfigError as error:
        for complaint in error.complaints:
            click.echo(f"✘ {complaint}", err=True)
        sys.exit(2)


def _require_words(config: Config) -> None:
    """Judge pathway and words for families before anything opens, and say every fault."""
    try:
        # Slow to read, and no other word of the command line needs it.
        wording = importlib.import_module("server.wording")
        pathway = importlib.import_module("server.house").the_pathway(config.pathway)
        wording.wording(config, pathway)
    except (BadTemplates, DefinitionError) as error:
        raise Refusal("\n✘ ".join(map(str, error.complaints))) from None


async def _examine(config: Config) -> bool:
    good = True
    async for finding in examine(config):
        click.echo(f"{'✔' if finding.good else '✘'} {finding.sentence}")
        good = good and finding.good
    return good


async def _add(config: Config, new: NewProfessional) -> Invited:
    async with opened(config) as house:
        try:
            return await add_user(house, new)
        except Exception as error:  # noqa: BLE001 -- whatever refuses, its title is the answer
            raise Refusal(problem_of(error).kind.french) from None


async def _disable(config: Config, professional: ProfessionalId) -> None:
    async with opened(config) as house:
        try:
            await disable_user(house, professional)
        except NotFound:
            raise Refusal("Introuvable") from None


async def _list(config: Config) -> None:
    async with opened(config) as house:
        for account in await house.stores.accounts.everyone():
            click.echo(
                f"{account.professional}  {account.role:<14} {_STANDINGS[standing_of(account)]}"
            )
