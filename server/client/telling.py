"""What happened, in plain French sentences; what should not have happened, loudly."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import click

from care_circle.role import PROFESSION_LABELS, ROLE_LABELS, Profession, Role
from channels.headless_forms import BadAnswer
from channels.headless_line import Line, Refused, Unreachable
from crypto.ids import ProfessionalId
from crypto.membership import COORDINATOR
from crypto.session.effects import (
    CannotRead,
    CommitRefused,
    Concern,
    EntryOpened,
    EntryParked,
    Event,
    HistoryReceived,
    MembersChanged,
    RemovedFromChannel,
    RosterChanged,
    SafetyWarning,
)
from crypto.statement import Action, Statement
from server.client.refusals import DISTRUST, sentence_for_code

_CONCERNS: Final[Mapping[Concern, str]] = {
    Concern.IDENTITY_CHANGED: "la clé d'identité a changé : comparez votre numéro de sécurité",
    Concern.ROSTER_FORKED: "un message s'appuie sur un autre registre des membres que le vôtre",
    Concern.COMMIT_REFUSED: "un changement du groupe n'était pas permis ; il n'a pas été suivi",
    Concern.ENTRY_REFUSED: "un message n'est pas de celui qu'il prétend ; il n'est pas montré",
    Concern.ENTRY_REPLAYED: "le serveur présente un message une seconde fois",
    Concern.ENTRY_WITHHELD: "des messages manquent ou ont été déplacés",
    Concern.HISTORY_REFUSED: "une remise d'historique n'est pas authentique",
    Concern.SENDER_SPOOFED: "le serveur attribue un message à un autre appareil que le sien",
    Concern.WELCOME_REFUSED: "l'invitation dans le groupe n'est pas authentique",
    Concern.GROUP_FORKED: "le serveur montre deux versions du groupe",
}


@dataclass(slots=True)
class Names:
    """Who is who: asked once each, and only of a server that answers."""

    line: Line = field(repr=False)
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    async def of(self, professional: ProfessionalId) -> str:
        """Give somebody's name, or their id while the server does not tell."""
        if professional not in self._known:
            name = await self._ask(professional)
            if name is None:
                return professional
            self._known[professional] = name
        return self._known[professional]

    async def of_all(self, professionals: Iterable[ProfessionalId]) -> str:
        """Give several names in one phrase."""
        return ", ".join([await self.of(each) for each in professionals]) or "personne"

    async def _ask(self, professional: ProfessionalId) -> str | None:
        try:
            form = await self.line.ask("GET", f"/professionals/{professional}")
            return plain(f"{form['given_name']} {form['family_name']}")
        except (Refused, Unreachable, BadAnswer, KeyError, TypeError):
            return None


async def tell(events: Iterable[Event], names: Names) -> None:
    """Say what the events mean, except for entries: those are shown where they are asked for."""
    events = tuple(events)
    for event in events:
        if isinstance(event, SafetyWarning):
            await warn(event, names)
        for sentence in await _sentences(event, names):
            click.echo(sentence)
    # What was handed over on the way is no longer unreadable.
    opened = {(one.channel, one.seq) for one in events if isinstance(one, EntryOpened)}
    sealed = {(one.channel, one.seq) for one in events if isinstance(one, CannotRead)} - opened
    if sealed:
        click.echo(f"{len(sealed)} message(s) dont votre appareil n'a pas, ou pas encore, la clé.")


async def warn(warning: SafetyWarning, names: Names) -> None:
    """Say loudly what cannot happen among honest people."""
    who = "" if warning.professional is None else f" ({await names.of(warning.professional)})"
    where = "" if warning.channel is None else f" — canal {warning.channel}"
    place = "" if warning.seq is None else f", n° {warning.seq}"
    detail = f" [{plain(warning.detail)}]" if warning.detail else ""
    loud(f"{_CONCERNS[warning.kind]}{who}{where}{place}{detail}. {DISTRUST}")


def loud(sentence: str) -> None:
    """Say something that nobody may overlook."""
    click.secho(f"⚠ ATTENTION : {sentence}", fg="red", bold=True, err=True)


def role_of(word: str) -> str:
    """Say the role that a membership statement names."""
    if word == COORDINATOR:
        return ROLE_LABELS[Role.COORDINATOR].fr
    try:
        return PROFESSION_LABELS[Profession(word)].fr
    except ValueError:
        return plain(word)


def local(moment: datetime) -> str:
    """Write a moment as the clock on the wall shows it."""
    return f"{moment.astimezone():%d/%m/%Y %H:%M}"


def plain(text: str) -> str:
    """Take out what would steer a terminal: a colleague's text is not trusted with that."""
    return "".join(
        letter if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf") else "�"
        for letter in text.replace("\t", " ")
    )


async def _sentences(event: Event, names: Names) -> list[str]:
    match event:
        case MembersChanged():
            come = [f"→ {await names.of(one.professional)}" for one in event.added]
            gone = [f"← {await names.of(one.professional)}" for one in event.removed]
            said = [f"{who} est dans le canal {event.channel}." for who in come]
            return said + [f"{who} n'est plus dans le canal {event.channel}." for who in gone]
        case RosterChanged():
            return [await _statement(one, names) for one in event.statements]
        case HistoryReceived():
            giver = await names.of(event.giver)
            return [f"{giver} vous confie l'historique du canal {event.channel}."]
        case EntryParked():
            return [f"✘ Message {event.id} non publié : {sentence_for_code(event.code)}"]
        case CommitRefused():
            return [f"✘ Changement du groupe abandonné : {sentence_for_code(event.code)}"]
        case RemovedFromChannel():
            return [
                f"Vous avez été retiré du canal {event.channel} : rien de nouveau ne vous parvient."
            ]
        case _:
            return []


async def _statement(statement: Statement, names: Names) -> str:
    who, by = await names.of(statement.professional), await names.of(statement.signer)
    when = local(statement.at)
    if statement.action is Action.REMOVE:
        return f"Cercle {statement.circle} : {by} met fin à la participation de {who} ({when})."
    if statement.index == 0:
        return f"Cercle {statement.circle} : ouvert par {who} ({when})."
    role = role_of(statement.role)
    return f"Cercle {statement.circle} : {by} fait entrer {who}, {role} ({when})."
