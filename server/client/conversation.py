"""Channels: open one, gather people in it, write, react, read."""

import sys
from collections.abc import Sequence

import click

from channels.content import DocumentLink, Message, Reaction
from crypto.ids import ChannelId, DeviceId, DocumentId, EntryId, is_id
from crypto.session.state import ChannelState, Phase
from server.client.board import fold
from server.client.circles import require_done
from server.client.desk import Desk, Visit
from server.client.french import FrenchCommand, Refusal
from server.client.reading import show
from server.client.telling import tell

_PHASES = {
    Phase.MEMBER: "membre",
    Phase.WAITING: "pas encore ajouté",
    Phase.REMOVED: "retiré",
}


@click.command("channels", cls=FrenchCommand)
@click.argument("circle", metavar="CERCLE")
@click.pass_obj
def list_channels(desk: Desk, *, circle: str) -> None:
    """Liste les canaux d'un cercle."""

    async def work(visit: Visit) -> None:
        where = await visit.circle(circle)
        states = visit.device.session.channels
        mine = [one for one in states.values() if one.circle == where]
        for state in mine:
            await visit.tell(await visit.device.catch_up(state.id))
            now = visit.device.session.channels[state.id]
            click.echo(f"{state.id}  {_PHASES[now.phase]}{await _company(visit, now)}")
        if not mine:
            click.echo(f"Aucun canal encore : « ronde client open-channel {where} ».")

    desk.run(work)


@click.command("open-channel", cls=FrenchCommand)
@click.argument("circle", metavar="CERCLE")
@click.pass_obj
def open_channel(desk: Desk, *, circle: str) -> None:
    """Ouvre un canal où votre appareil est d'abord seul."""

    async def work(visit: Visit) -> None:
        where = await visit.circle(circle)
        channel = await visit.device.open_channel(where)
        if visit.device.session.channels[channel].phase is not Phase.MEMBER:
            raise Refusal("Le serveur n'a pas pris ce canal : faites « ronde client sync ».")
        click.echo(f"✔ Canal ouvert : {channel}")
        others = [one for one in visit.device.roster(where).active if one != _me(visit)]
        for other in others:
            click.echo(f"Ensuite : « ronde client add {channel} {other} ».")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.argument("professional", metavar="PROFESSIONNEL")
@click.pass_obj
def add(desk: Desk, *, channel: str, professional: str) -> None:
    """Ajoute les appareils d'un membre du cercle à un canal."""

    async def work(visit: Visit) -> None:
        where, who = await visit.joined(channel), visit.professional(professional)
        before = _devices_of(visit, where, who)
        events = await visit.device.add(where, who)
        await visit.tell(events)
        require_done(events)
        name, after = await visit.names.of(who), _devices_of(visit, where, who)
        if not after:
            raise Refusal(f"{name} n'a pas d'appareil qu'on puisse ajouter : « enrol » d'abord.")
        if before == after:
            click.echo(f"{name} est déjà dans le canal, avec {len(after)} appareil(s).")
        else:
            click.echo(f"✔ {name} est dans le canal, avec {len(after)} appareil(s).")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.argument("whom", metavar="PROFESSIONNEL|APPAREIL")
@click.pass_obj
def remove(desk: Desk, *, channel: str, whom: str) -> None:
    """Retire d'un canal un appareil, ou tous ceux d'une personne."""

    async def work(visit: Visit) -> None:
        where = await visit.joined(channel)
        await visit.tell(await visit.device.catch_up(where))
        devices = _named(visit, where, whom)
        events = await visit.device.remove(where, devices)
        await visit.tell(events)
        require_done(events)
        click.echo(f"✔ {len(devices)} appareil(s) retiré(s), clés renouvelées.")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.argument("text", metavar="TEXTE")
@click.option("--reply-to", metavar="MESSAGE", help="répond à ce message (son n° ou son id)")
@click.option("--mention", metavar="PROFESSIONNEL", multiple=True, help="nomme quelqu'un")
@click.pass_obj
def post(
    desk: Desk, *, channel: str, text: str, reply_to: str | None, mention: Sequence[str]
) -> None:
    """Écrit dans un canal ; « - » lit le texte sur l'entrée standard."""
    said = sys.stdin.read().rstrip("\n") if text == "-" else text

    async def work(visit: Visit) -> None:
        where = await visit.joined(channel)
        answered = None if reply_to is None else await entry_named(visit, where, reply_to)
        named = tuple(visit.professional(each) for each in mention)
        message = Message(text=said, reply_to=answered, mentions=named)
        await visit.say(where, message, thread=answered)

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.argument("entry", metavar="MESSAGE")
@click.argument("emoji", metavar="SIGNE")
@click.pass_obj
def react(desk: Desk, *, channel: str, entry: str, emoji: str) -> None:
    """Met un signe sous un message (son n° ou son id)."""

    async def work(visit: Visit) -> None:
        where = await visit.joined(channel)
        to = await entry_named(visit, where, entry)
        await visit.say(where, Reaction(to=to, emoji=emoji), thread=to)

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.argument("document", metavar="DOCUMENT")
@click.argument("label", metavar="LIBELLÉ")
@click.pass_obj
def link(desk: Desk, *, channel: str, document: str, label: str) -> None:
    """Signale un document de parcours dans un canal."""

    async def work(visit: Visit) -> None:
        where = await visit.joined(channel)
        await visit.say(where, DocumentLink(document=DocumentId(document), label=label))

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("channel", metavar="CANAL")
@click.pass_obj
def history(desk: Desk, *, channel: str) -> None:
    """Relit un canal depuis le début, autant que vous en avez les clés."""

    async def work(visit: Visit) -> None:
        where = await visit.channel(channel)
        await tell(await visit.device.catch_up(where), visit.names)
        entries = await visit.device.history(where)
        numbers = {one.opened.entry.id: one.seq for one in entries}
        roster = visit.device.roster(visit.device.session.channels[where].circle)
        uncounted = fold(entries, roster).uncounted
        await show(entries, visit.names, numbers=numbers, uncounted=uncounted)
        unread = len(visit.device.session.channels[where].unread)
        if unread:
            click.echo(f"({unread} message(s) que votre appareil n'a pas le droit de lire)")
        if not entries:
            click.echo("Rien à lire dans ce canal.")

    desk.run(work)


async def entry_named(visit: Visit, channel: ChannelId, text: str) -> EntryId:
    """Find a message by its id, or by its number in the channel.

    Raises:
        Refusal: There is none.
    """
    if is_id(text):
        return EntryId(text)
    number = text.removeprefix("#")
    for one in await visit.device.history(channel):
        if number == str(one.seq):
            return one.opened.entry.id
    raise Refusal(f"Aucun message n° {number} lisible ici : voyez « ronde client history ».")


def _named(visit: Visit, channel: ChannelId, whom: str) -> tuple[DeviceId, ...]:
    """Find the devices meant by a device's or a person's id.

    Raises:
        Refusal: They have none in the channel.
    """
    members = visit.device.session.channels[channel].members
    devices = [one.certificate.device for one in members]
    if whom in devices:
        return (DeviceId(whom),)
    found = _devices_of(visit, channel, visit.professional(whom))
    if visit.device.session.device.id in found:
        raise Refusal("On ne se retire pas soi-même : demandez-le à un autre membre.")
    if not found:
        raise Refusal("Ni appareil ni personne de ce nom dans le canal : voyez « members ».")
    return found


def _devices_of(visit: Visit, channel: ChannelId, professional: str) -> tuple[DeviceId, ...]:
    members = visit.device.session.channels[channel].members
    return tuple(
        one.certificate.device for one in members if one.certificate.professional == professional
    )


async def _company(visit: Visit, state: ChannelState) -> str:
    if state.phase is not Phase.MEMBER:
        return ""
    people = dict.fromkeys(one.certificate.professional for one in state.members)
    waiting = f" ; {len(state.outbox)} en attente d'envoi" if state.outbox else ""
    return f" avec {await visit.names.of_all(people)}{waiting}"


def _me(visit: Visit) -> str:
    return visit.device.professional
