"""`ronde follow-up rebuild`: every child's follow-up made anew, beside a running server."""

import asyncio
from collections.abc import AsyncIterator

import click

from server.accounts.users import opened
from server.client.french import FrenchGroup
from server.commands import configuration
from server.config import Config
from server.house import House

_AT_ONCE = 16


@click.group("follow-up", cls=FrenchGroup, help="Le suivi des enfants, tenu à jour par Ronde.")
def follow_up() -> None:
    """Gather the words about follow-ups."""


@follow_up.command("rebuild", help="Refait le suivi de tous les enfants, sans rien arrêter.")
def rebuild() -> None:
    """Make all follow-ups anew and say how far that has come."""
    asyncio.run(_rebuild(configuration()))


async def _rebuild(config: Config) -> None:
    done = 0
    async with opened(config) as house:
        async for done in rebuilt(house):
            click.echo(f"\r{done} enfants", nl=False, err=True)
    click.echo(err=True)
    click.echo(f"✔ Le suivi de {done} enfants est à jour.")


async def rebuilt(house: House) -> AsyncIterator[int]:
    """Make all follow-ups anew, some at a time, telling each time how many are made."""
    done, after = 0, ""
    while children := await house.stores.children.page(after=after, limit=_AT_ONCE):
        await asyncio.gather(*(house.follower.refresh(child.id) for child in children))
        done, after = done + len(children), children[-1].id
        yield done
