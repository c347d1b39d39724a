"""What the living demonstration says at the terminal."""

import asyncio
import sys
from dataclasses import dataclass, field
from datetime import datetime

import click

from notifications.typography import french
from server.demonstration.living.ledger import Ledger
from server.demonstration.page import Shown, code_of
from server.spoken import spoken_date

BAR = 24
STEP_SECONDS = 30
CLEAR = "\r\x1b[K"


@dataclass(slots=True, kw_only=True)
class Progress:
    """A line that fills while the network lives; plain lines where nobody watches."""

    watched: bool = field(default_factory=sys.stdout.isatty)
    _chapter: str = ""
    _filled: int = -1

    def tell(self, chapter: str, part: float) -> None:
        """Say what is being done and how much of it is."""
        filled = round(part * BAR)
        if (chapter, filled) == (self._chapter, self._filled):
            return
        if self.watched:
            bar = "█" * filled + "░" * (BAR - filled) if part else ""
            click.echo(f"{CLEAR}   {chapter}… {bar}", nl=False)
        elif chapter != self._chapter:
            click.echo(f"   {chapter}…")
        self._chapter, self._filled = chapter, filled

    def end(self) -> None:
        """Clear the line."""
        if self.watched:
            click.echo(CLEAR, nl=False)


def tell_where(shown: Shown, page: str) -> None:
    """Say where everything is, and how each role signs in."""
    ledger = shown.ledger
    click.echo()
    click.secho(f"   Ronde          {shown.server}", bold=True)
    click.secho(f"   Les coulisses  {page}", bold=True)
    click.echo("                  codes à usage unique en direct, courriels et SMS partis")
    for one in ledger.sign_ins:
        click.echo()
        click.echo(french(f"   {one.name}, {one.says} : {one.why}"))
        click.echo(f"      adresse               {one.email}")
        click.echo(f"      mot de passe          {one.password}")
        click.echo(f"      code de récupération  {one.recovery}")
    _tell_invitation(shown, ledger)


def _tell_invitation(shown: Shown, ledger: Ledger) -> None:
    awaited = ledger.invitation
    click.echo()
    click.echo(french(f"   Entrer pour la première fois : {awaited.name}, {awaited.says}"))
    click.echo(f"      {shown.invitation}")
    click.echo(french(f"      une seule fois, jusqu'au {spoken_date(awaited.until)} ;"))
    click.echo(f"      {awaited.welcome}")
    click.echo()
    click.echo("   Ctrl-C pour arrêter.")


async def show_codes(shown: Shown) -> None:
    """Keep everybody's code of the moment on the last line, where somebody watches."""
    while sys.stdout.isatty():
        now = shown.clock()
        click.echo(CLEAR + _codes(shown.ledger, now), nl=False)
        await asyncio.sleep(1)
    await asyncio.Event().wait()


def _codes(ledger: Ledger, now: datetime) -> str:
    left = STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS
    codes = (f"{one.email.partition('@')[0]} {code_of(one, now)}" for one in ledger.sign_ins)
    return f"   Codes ({left:2} s)  " + "  ".join(codes)
