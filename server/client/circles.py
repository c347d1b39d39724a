"""Circles: who is round a child, by signed statements."""

from datetime import UTC, datetime

import click

from channels.headless_people import (
    NotThatRole,
    admit_member,
    attest_identity,
    open_circle,
    release_member,
    seat_word,
)
from crypto.ids import ChildId, CircleId, ProfessionalId, is_id
from crypto.membership import COORDINATOR, Roster
from crypto.session.effects import CommitRefused, Event
from crypto.session.state import Phase
from crypto.statement import HistoryGrant, HistoryPolicy
from server.client.desk import Desk, Visit
from server.client.french import FrenchCommand, Misused, Refusal
from server.client.refusals import sentence_for_code
from server.client.telling import local, role_of

_GRANTS = {
    HistoryPolicy.ALL: "lit tout l'historique",
    HistoryPolicy.SINCE: "lit l'historique depuis le",
    HistoryPolicy.JOINING: "ne lit rien d'avant son entrée",
}


@click.command("circles", cls=FrenchCommand)
@click.pass_obj
def list_circles(desk: Desk) -> None:
    """Liste vos cercles."""

    async def work(visit: Visit) -> None:
        circles = await visit.device.circles()
        for circle in circles:
            await visit.tell(await visit.device.know_circle(circle))
            roster = visit.device.roster(circle)
            names = await visit.names.of_all(roster.active)
            known = visit.device.session.channels.values()
            channels = sum(one.circle == circle for one in known)
            click.echo(f"{circle}  {channels} canal(aux)  {names}")
        if not circles:
            click.echo("Vous n'êtes dans aucun cercle.")

    desk.run(work)


@click.command("open-circle", cls=FrenchCommand)
@click.argument("child", metavar="ENFANT")
@click.pass_obj
def open_(desk: Desk, *, child: str) -> None:
    """Ouvre le cercle d'un enfant inclus ; vous en êtes le coordonnateur."""
    if not is_id(child):
        raise Misused("ENFANT : l'identifiant entier, 26 caractères.")

    async def work(visit: Visit) -> None:
        circle = await open_circle(visit.device, ChildId(child))
        click.echo(f"✔ Cercle ouvert : {circle}")
        click.echo(f"Ensuite : « ronde client open-channel {circle} ».")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("circle", metavar="CERCLE")
@click.argument("professional", metavar="PROFESSIONNEL")
@click.option(
    "--history",
    type=click.Choice([policy.value for policy in HistoryPolicy]),
    help="ce que le nouveau venu lira du passé : tout (all, par défaut), depuis une date "
    "(since, avec --since), rien (joining)",
)
@click.option("--since", metavar="AAAA-MM-JJ", type=click.DateTime(["%Y-%m-%d"]), help="la date")
@click.option(
    "--role",
    metavar="RÔLE",
    help="le titre que vous confirmez : une profession (physiotherapist…), ou coordinator, "
    "qu'il faut toujours dire",
)
@click.pass_obj
def admit(
    desk: Desk,
    *,
    circle: str,
    professional: str,
    history: str | None,
    since: datetime | None,
    role: str | None,
) -> None:
    """Fait entrer quelqu'un dans un cercle, par un acte signé qui dit à quel titre."""
    grant = _grant(history, since)

    async def work(visit: Visit) -> None:
        who, where = visit.professional(professional), await visit.circle(circle)
        signed = await _seat(visit, who, role)
        events = await admit_member(visit.device, where, who, history=grant, role=signed)
        await visit.tell(events)
        click.echo(f"✔ {await visit.names.of(who)} est dans le cercle.")
        for channel, state in visit.device.session.channels.items():
            if state.circle == where and state.phase is Phase.MEMBER:
                click.echo(f"Ensuite : « ronde client add {channel} {who} ».")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("circle", metavar="CERCLE")
@click.argument("professional", metavar="PROFESSIONNEL")
@click.pass_obj
def release(desk: Desk, *, circle: str, professional: str) -> None:
    """Fait sortir quelqu'un d'un cercle, puis de tous ses canaux."""

    async def work(visit: Visit) -> None:
        who, where = visit.professional(professional), await visit.circle(circle)
        events = await release_member(visit.device, where, who)
        await visit.tell(events)
        require_done(events)
        name = await visit.names.of(who)
        click.echo(f"✔ {name} n'est plus du cercle et ne lira plus rien de nouveau.")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("professional", metavar="PROFESSIONNEL")
@click.option("--key", metavar="HEX", help="la clé d'identité telle qu'elle vous a été lue")
@click.pass_obj
def attest(desk: Desk, *, professional: str, key: str | None) -> None:
    """Atteste la clé d'identité de quelqu'un ; commencez par « attest moi »."""
    seen = None if key is None else key_named(key)

    async def work(visit: Visit) -> None:
        who = visit.professional(professional)
        attestation = await attest_identity(visit.device, who, seen=seen)
        click.echo(f"✔ Clé attestée pour {await visit.names.of(who)} :")
        click.echo(f"  {attestation.identity_key.hex()}")
        if seen is None and who != visit.device.professional:
            click.echo("C'est la clé que montre le serveur : faites-vous la relire de vive voix.")

    desk.run(work)


@click.command(cls=FrenchCommand)
@click.argument("circle", metavar="CERCLE")
@click.pass_obj
def members(desk: Desk, *, circle: str) -> None:
    """Liste les membres d'un cercle, présents et passés, d'après le registre vérifié."""

    async def work(visit: Visit) -> None:
        where = await visit.circle(circle)
        roster = visit.device.roster(where)
        for seat in roster.active.values():
            name, since = await visit.names.of(seat.professional), _since(roster, seat.professional)
            grant = _describe(seat.history)
            role = role_of(seat.role)
            click.echo(f"{seat.professional}  {name}, {role}, depuis le {since} ; {grant}")
            for device, channels in _devices(visit, where, seat.professional):
                click.echo(f"    appareil {device}, dans {channels} canal(aux)")
        await _tell_former(visit, roster)

    desk.run(work)


def require_done(events: tuple[Event, ...]) -> None:
    """Insist that no change of a group was refused.

    Raises:
        Refusal: One was.
    """
    for event in events:
        if isinstance(event, CommitRefused):
            raise Refusal(f"Le groupe n'a pas changé. {sentence_for_code(event.code)}")


async def _tell_former(visit: Visit, roster: Roster) -> None:
    ever = dict.fromkeys(one.professional for one in roster.statements)
    for former in (one for one in ever if one not in roster.active):
        left = max(one.at for one in roster.statements if one.professional == former)
        click.echo(f"{former}  {await visit.names.of(former)}, sorti le {local(left)}")


def _devices(visit: Visit, circle: CircleId, professional: ProfessionalId) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for state in visit.device.session.channels.values():
        for tenure in state.members if state.circle == circle else ():
            if tenure.certificate.professional == professional:
                device = tenure.certificate.device
                found[device] = found.get(device, 0) + 1
    return list(found.items())


def _since(roster: Roster, professional: ProfessionalId) -> str:
    return local(max(one.at for one in roster.statements if one.professional == professional))


def _describe(grant: HistoryGrant) -> str:
    day = "" if grant.since is None else f" {grant.since.astimezone():%d/%m/%Y}"
    return f"{_GRANTS[grant.policy]}{day}"


async def _seat(visit: Visit, who: ProfessionalId, role: str | None) -> str:
    """Give the word that is to be signed, and say it first.

    Raises:
        Refusal: It is not the one that was confirmed, or a coordinator's and was not said.
    """
    shown = seat_word(await visit.line.ask("GET", f"/professionals/{who}"))
    name = await visit.names.of(who)
    click.echo(f"Vous signez : {name}, {role_of(shown)}.")
    if role is None and shown == COORDINATOR:
        raise Refusal(
            f"{name} pourrait faire entrer et sortir du cercle : si c'est voulu, "
            "ajoutez « --role coordinator »."
        )
    if role not in (None, shown):
        raise NotThatRole
    return shown


def _grant(history: str | None, since: datetime | None) -> HistoryGrant:
    """Read the two options as one.

    Raises:
        Misused: They do not go together.
    """
    policy = HistoryPolicy(history or ("all" if since is None else "since"))
    if (policy is HistoryPolicy.SINCE) != (since is not None):
        raise Misused("--since va avec --history since, et avec lui seul.")
    moment = None if since is None else since.astimezone().astimezone(UTC)
    return HistoryGrant(policy=policy, since=moment)


def key_named(text: str) -> bytes:
    """Read a key, however it was grouped.

    Raises:
        Misused: It is none.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:  # noqa: PLR2004 -- an Ed25519 key
        raise Misused("--key : 64 chiffres hexadécimaux, espaces permis.")
    return key
