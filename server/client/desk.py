"""Where a command works: the device in its file, the line to its server, who is who."""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import click

from channels.content import Content
from channels.headless import HttpLine, connect
from channels.headless_device import HeadlessDevice
from channels.headless_file import DeviceFile, NoFile, alone
from channels.headless_line import Refused, Unreachable
from crypto.ids import ChannelId, CircleId, EntryId, ProfessionalId, is_id
from crypto.session.effects import EntryOpened, EntryParked, EntryStored, Event
from crypto.session.log import Card
from crypto.session.state import Phase
from crypto.vault import DEFAULT_COST, Cost
from server.client.french import Misused, Refusal
from server.client.refusals import refusing, sentence_for_code, sentence_of
from server.client.telling import Names, tell
from server.clock import Clock, system_clock

DEFAULT_SERVER = "http://127.0.0.1:8480"
SHORTEST = 4
ME = "moi"
AGAIN = "Encore une fois"

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the command line takes from the machine, and tests give otherwise."""

    clock: Clock = system_clock
    cost: Cost = DEFAULT_COST


@dataclass(slots=True, kw_only=True)
class Desk:
    """The global options, and how commands come to their device."""

    file: Path
    server: str | None
    passphrase_file: Path | None = field(repr=False)
    surroundings: Surroundings

    @property
    def address(self) -> str:
        """The server to speak to before there is a device that remembers one.

        Raises:
            Misused: Passwords would travel in clear over a network.
        """
        return secured(self.server or DEFAULT_SERVER)

    def passphrase(self, *, new: bool = False) -> str:
        """Ask for the file's passphrase, twice for a new one, or read it where it was put.

        Raises:
            Refusal: The file that should hold it cannot be read, or is empty.
        """
        if self.passphrase_file is None:
            label = "Phrase secrète du fichier"
            said: str = click.prompt(
                label, hide_input=True, confirmation_prompt=AGAIN if new else False
            )
            return said
        try:
            said = self.passphrase_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            said = ""
        if not said:
            raise Refusal("Le fichier de --passphrase-file est vide ou illisible.")
        return said

    def run(self, work: Callable[["Visit"], Awaitable[None]]) -> None:
        """Let a command work with the device while no other one does.

        Raises:
            Refusal: The command, or the way to it, was refused.
        """
        with refusing():
            self.require_file()
            passphrase = self.passphrase()
            with alone(self.file):
                file = DeviceFile.open(self.file, passphrase)
                asyncio.run(self.visit(file, work))

    def require_file(self) -> None:
        """Insist that there is a device.

        Raises:
            NoFile: There is none.
        """
        if not self.file.exists():
            raise NoFile

    async def visit(self, file: DeviceFile, work: Callable[["Visit"], Awaitable[None]]) -> None:
        """Open the line that the device remembers and work."""
        url = secured(self.server or file.memory.server)
        async with connect(url, token=file.memory.token) as line:
            device = HeadlessDevice(line=line, file=file, clock=self.surroundings.clock)
            await work(Visit.of(line, device))


@dataclass(slots=True, kw_only=True)
class Visit:
    """A command at work with a device."""

    line: HttpLine
    device: HeadlessDevice
    names: Names

    @staticmethod
    def of(line: HttpLine, device: HeadlessDevice) -> "Visit":
        """Begin a visit; nobody's name is known yet."""
        return Visit(line=line, device=device, names=Names(line))

    async def channel(self, text: str) -> ChannelId:
        """Find a channel by its id or the beginning of it; asks the server for new ones.

        Raises:
            Refusal: None, or several, begin so.
        """
        session = self.device.session
        if not _matches(text, session.channels):
            await self.synchronise()
        return _only(text, self.device.session.channels, "canal", "« ronde client circles »")

    async def joined(self, text: str) -> ChannelId:
        """Find a channel whose group this device is in, or has just been added to.

        Raises:
            Refusal: There is no such channel.
        """
        channel = await self.channel(text)
        if self.device.session.channels[channel].phase is Phase.WAITING:
            await self.synchronise()
        return channel

    async def circle(self, text: str) -> CircleId:
        """Find a circle by its id or the beginning of it, and learn its newest chain.

        Raises:
            Refusal: None, or several, begin so.
        """
        if not _matches(text, self.device.session.circles) and not is_id(text):
            await self.synchronise()
        circle = (
            CircleId(text)
            if is_id(text)
            else _only(text, self.device.session.circles, "cercle", "« ronde client circles »")
        )
        await self.tell(await self.device.know_circle(circle))
        return circle

    def professional(self, text: str) -> ProfessionalId:
        """Find somebody by id, by the beginning of it among those we know of, or oneself.

        Raises:
            Refusal: Nobody's, or several people's, begins so.
        """
        if text == ME:
            return self.device.professional
        if is_id(text):
            return ProfessionalId(text)
        session = self.device.session
        seats = (seat for one in session.circles.values() for seat in one.roster.active)
        known = dict.fromkeys((*session.pins.keys, *seats))
        return _only(text, known, "professionnel", "« ronde client members CERCLE »")

    async def synchronise(self) -> tuple[Event, ...]:
        """Send what waits, read what is new, and tell of it."""
        events = await self.device.synchronise()
        await self.tell(events)
        return events

    async def tell(self, events: Iterable[Event]) -> None:
        """Say what happened, and where there is something new to read."""
        events = tuple(events)
        await tell(events, self.names)
        fresh = Counter(one.channel for one in self.heard(events))
        for channel, count in fresh.items():
            click.echo(f"{count} nouveau(x) message(s) : « ronde client history {channel} ».")

    def heard(self, events: Iterable[Event]) -> list[EntryOpened]:
        """Pick the entries that this device did not write itself."""
        me = self.device.session.device.id
        entries = (event for event in events if isinstance(event, EntryOpened))
        return [one for one in entries if one.opened.author.device != me]

    async def say(
        self,
        channel: ChannelId,
        content: Content,
        *,
        card: Card | None = None,
        thread: EntryId | None = None,
    ) -> None:
        """Post something and say what became of it; what cannot leave now waits in the outbox.

        Raises:
            Refusal: The server does not take it.
        """
        try:
            entry, events = await self.device.post(channel, content, card=card, thread=thread)
        except Unreachable:
            click.echo(f"Le serveur ne répond pas. {self._kept(channel)}")
            return
        except Refused as refused:
            raise Refusal(f"{sentence_of(refused)} {self._kept(channel)}") from None
        await self.tell(event for event in events if not _is_about(event, entry))
        self._report(entry, channel, events)

    def _report(self, entry: EntryId, channel: ChannelId, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case EntryStored() if event.id == entry:
                    click.echo(f"✔ Publié sous le n° {event.seq}.")
                    return
                case EntryOpened() if event.opened.entry.id == entry:
                    click.echo(f"✔ Publié sous le n° {event.seq}.")
                    return
                case EntryParked() if event.id == entry:
                    raise Refusal(f"Rien n'est publié. {sentence_for_code(event.code)}")
        click.echo(self._kept(channel))

    def _kept(self, channel: ChannelId) -> str:
        waiting = len(self.device.session.channels[channel].outbox)
        return (
            f"Ce que vous avez écrit attend dans la boîte d'envoi ({waiting} en attente) ; "
            "« ronde client sync » l'enverra."
        )


def secured(address: str) -> str:
    """Return a server's address if what is said to it cannot be overheard.

    Raises:
        Misused: It is no address, or one in clear to another machine.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misused(f"--server n'est pas une adresse http(s) : {address}")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise Misused("--server : en clair (http), seulement vers cette machine ; sinon https.")
    return address


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_about(event: Event, entry: EntryId) -> bool:
    return isinstance(event, EntryStored | EntryParked) and event.id == entry


def _matches(text: str, known: Iterable[T]) -> list[T]:
    """List what a text may stand for: itself, or anything it is the beginning of."""
    return [one for one in known if one == text or (len(text) >= SHORTEST and one.startswith(text))]


def _only(text: str, known: Iterable[T], what: str, where: str) -> T:
    found = _matches(text, known)
    if len(found) == 1:
        return found[0]
    if found:
        raise Refusal(f"Plusieurs identifiants ({what}) commencent par « {text} » : précisez.")
    raise Refusal(f"Aucun identifiant ({what}) ne commence par « {text} » : voyez {where}.")
