"""People on their way through a whole story, each with a headless device and a sealed file.

The server they talk to is the real one over HTTP, whoever started it; the way there may
lose answers or lie, which is what a journey is about.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from pyotp.totp import TOTP
from typing_extensions import override

from care_circle.professional import Professional
from care_circle.role import Profession, Role
from channels.content import Content, Message, decode
from channels.headless import HttpLine, connect
from channels.headless_device import HeadlessDevice
from channels.headless_file import DeviceFile
from channels.headless_line import Line, Refused, Unreachable
from channels.headless_people import (
    Confirmation,
    Credentials,
    admit_member,
    attest_identity,
    enrol,
    open_circle,
)
from crypto.ids import ChannelId, ChildId, CircleId, DeviceId, EntryId, ProfessionalId, new_id
from crypto.session.effects import EntryOpened, Event, SafetyWarning
from crypto.session.log import Card
from crypto.statement import HistoryGrant
from crypto.vault import Cost
from tests.support.network import child_form
from tests.support.server import Running

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PASSWORD = "quatre chevaux tirent la carriole"
PASSPHRASE = "un hérisson traverse le pont"
FEW = 6

Tamper = Callable[[str, str, Any], Any]
"""What a malicious server makes of an answer: (method, path, honest answer) to answer."""


class Known(Protocol):
    """Somebody the register knows."""

    @property
    def id(self) -> ProfessionalId: ...


@dataclass(slots=True, kw_only=True)
class CrookedLine(Line):
    """A line over real HTTP: `cut` requests never arrive, `losing` answers never return.

    `sent` is what was asked to be appended, `refused` the codes of what was not taken.
    """

    straight: HttpLine = field(repr=False)
    cut: int = 0
    losing: int = 0
    sent: list[Any] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    tamper: Tamper | None = None
    starting_gun: asyncio.Barrier | None = None

    @override
    async def ask(
        self, method: str, path: str, body: object = None, *, version: int | None = None
    ) -> Any:
        appends = method == "POST" and path.endswith(("/entries", "/channels"))
        if appends:
            await self._before(body)
        try:
            answer = await self.straight.ask(method, path, body, version=version)
        except Refused as refused:
            self.refused.append(refused.code)
            raise
        if appends and self.losing:
            self.losing -= 1
            raise Unreachable
        return answer if self.tamper is None else self.tamper(method, path, answer)

    async def _before(self, body: Any) -> None:  # noqa: ANN401 -- JSON
        """Note what leaves, wait for others who race, or lose it on the way out."""
        self.sent.append(body)
        if self.starting_gun is not None and body.get("kind") == "commit":
            gun, self.starting_gun = self.starting_gun, None
            await gun.wait()
        if self.cut:
            self.cut -= 1
            raise Unreachable

    @override
    def sign_in(self, token: str | None) -> None:
        self.straight.sign_in(token)


@dataclass(slots=True, kw_only=True)
class Companion:
    """Somebody of a journey."""

    name: str
    email: str
    line: CrookedLine = field(repr=False)
    path: Path
    clock: Callable[[], datetime] = field(repr=False)
    secret: str = field(default="", repr=False)
    _device: HeadlessDevice | None = field(default=None, repr=False)

    @property
    def device(self) -> HeadlessDevice:
        assert self._device is not None
        return self._device

    @property
    def id(self) -> ProfessionalId:
        return self.device.professional

    @property
    def device_id(self) -> DeviceId:
        return self.device.session.device.id

    async def begin(self, invitation: str) -> None:
        """Use an invitation and make a device."""
        form = {"token": invitation, "password": PASSWORD}
        self.secret = (await self.line.ask("POST", "/enrolments", form))["secret"]
        self._device = await self.make_device(
            self.path, Confirmation(invitation=invitation, code=self.code())
        )

    async def make_device(self, path: Path, proof: Credentials | Confirmation) -> HeadlessDevice:
        return await enrol(
            self.line,
            proof,
            server=self.line.straight.url,
            path=path,
            passphrase=PASSPHRASE,
            clock=self.clock,
            cost=CHEAP,
            stock=FEW,
        )

    def credentials(self) -> Credentials:
        """Show both factors as they are now."""
        return Credentials(email=self.email, password=PASSWORD, code=self.code())

    def code(self, later: timedelta = timedelta()) -> str:
        return TOTP(self.secret).at(self.clock() + later)

    def restart(self) -> None:
        """Let the process die: what goes on is only what the file holds."""
        file = DeviceFile.open(self.path, PASSPHRASE)
        self._device = HeadlessDevice(line=self.line, file=file, clock=self.clock, stock=FEW)

    async def say(self, channel: ChannelId, text: str) -> EntryId:
        return await self.post(channel, Message(text=text))

    async def post(
        self, channel: ChannelId, content: Content, *, card: Card | None = None
    ) -> EntryId:
        entry, _ = await self.device.post(channel, content, card=card)
        return entry

    async def history(self, channel: ChannelId) -> list[Content]:
        opened = await self.device.history(channel)
        return [decode(one.opened.entry.type, one.opened.entry.body) for one in opened]

    async def texts(self, channel: ChannelId) -> list[str]:
        """Read every message this device has a key for, in the log's order."""
        contents = await self.history(channel)
        return [content.text for content in contents if isinstance(content, Message)]

    def authenticator(self, channel: ChannelId) -> bytes:
        group = self.device.session.channels[channel].group
        assert group is not None
        return group.authenticator

    def members(self, channel: ChannelId) -> set[ProfessionalId]:
        tenures = self.device.session.channels[channel].members
        return {tenure.certificate.professional for tenure in tenures}


@dataclass(slots=True, kw_only=True)
class Journey:
    """Who is on the way, and what they have come to share."""

    url: str
    folder: Path
    clock: Callable[[], datetime] = field(repr=False)
    stack: AsyncExitStack = field(repr=False)
    ana: Companion
    child: ChildId = ChildId("")  # noqa: RUF009 -- an id is text
    circle: CircleId = CircleId("")  # noqa: RUF009 -- an id is text
    channel: ChannelId = ChannelId("")  # noqa: RUF009 -- an id is text
    people: dict[str, Companion] = field(default_factory=dict)

    async def join(
        self,
        name: str,
        profession: Profession | None = Profession.PHYSICIAN,
        *,
        role: Role = Role.PROFESSIONAL,
        attested: bool = True,
    ) -> Companion:
        """Bring somebody into the network: invited, enrolled, attested, under convention."""
        one = await companion(self.stack, self.url, name, folder=self.folder, clock=self.clock)
        form = {
            "family_name": "Lavigne",
            "given_name": name,
            "role": role.value,
            "email": one.email,
            "profession": None if profession is None else profession.value,
        }
        person = await self.ana.line.ask("POST", "/professionals", form)
        invited = await self.ana.line.ask("POST", f"/professionals/{person['id']}/invitation")
        await one.begin(invited["token"])
        if attested:
            key = one.device.session.pins.keys[one.id]
            await attest_identity(self.ana.device, one.id, seen=key)
        if role is Role.PROFESSIONAL:
            await self.sign_convention(one.id)
        self.people[name] = one
        return one

    async def include_child(self, physician: Known) -> None:
        """Register a child, note the parent's agreement, include it."""
        ask = self.ana.line.ask
        registered = await ask("POST", "/children", child_form(physician.id))
        self.child = ChildId(registered["id"])
        word = {
            "contact": registered["contacts"][0]["id"],
            "word": "agreed",
            "on": self.clock().date().isoformat(),
            "language": "fr",
            "document": "CONSENTEMENT-1",
        }
        await ask("POST", f"/children/{self.child}/consent", word)
        await ask("POST", f"/children/{self.child}/inclusion")

    async def gather(self, physician: Companion, *more: Companion) -> None:
        """Open the circle and its channel, and bring the others into both."""
        others = (physician, *more)
        await self.include_child(physician)
        self.circle = await open_circle(self.ana.device, self.child)
        self.channel = await self.ana.device.open_channel(self.circle)
        for other in others:
            await self.bring(other)
        await together(self.channel, self.ana, *others)

    async def bring(self, other: Companion, *, history: HistoryGrant | None = None) -> None:
        """Admit somebody and add them to the channel."""
        await admit_member(self.ana.device, self.circle, other.id, history=history)
        await self.ana.device.add(self.channel, other.id)
        await other.device.synchronise()

    async def sign_convention(self, professional: ProfessionalId) -> None:
        """Let somebody's convention begin today."""
        ask, today = self.ana.line.ask, self.clock().date().isoformat()
        begun = await ask("POST", f"/professionals/{professional}/conventions")
        path = f"/conventions/{begun['id']}"
        for piece in begun["pieces"]:
            await ask("POST", f"{path}/pieces", {"code": piece["code"], "on": today})
        await ask("PUT", f"{path}/signature", {"signed_on": today, "active_from": today})


@asynccontextmanager
async def journey(server: Running) -> AsyncIterator[Journey]:
    """Begin with a coordinator on a server of the test's own process."""
    record = Professional(
        id=ProfessionalId(new_id()),
        family_name="Dubreuil",
        given_name="Ana",
        role=Role.COORDINATOR,
        email="ana@ronde.example",
    )
    await server.house.stores.people.add_professional(record)
    invited = await server.house.accounts.open(record, by=None)
    async with begun(server.url, invited.token, folder=server.folder, clock=server.clock) as story:
        yield story


@asynccontextmanager
async def begun(
    url: str, invitation: str, *, folder: Path, clock: Callable[[], datetime]
) -> AsyncIterator[Journey]:
    """Begin with the coordinator whose invitation this is; she attests herself."""
    async with AsyncExitStack() as stack:
        ana = await companion(stack, url, "Ana", folder=folder, clock=clock)
        await ana.begin(invitation)
        await attest_identity(ana.device, ana.id)
        yield Journey(url=url, folder=folder, clock=clock, stack=stack, ana=ana)


async def companion(
    stack: AsyncExitStack, url: str, name: str, *, folder: Path, clock: Callable[[], datetime]
) -> Companion:
    """Give somebody a line; nobody knows them yet."""
    straight = await stack.enter_async_context(connect(url))
    return Companion(
        name=name,
        email=f"{name.lower()}@ronde.example",
        line=CrookedLine(straight=straight),
        path=folder / f"{name.lower()}.appareil",
        clock=clock,
    )


async def together(channel: ChannelId, *members: Companion) -> list[str]:
    """Insist that all see one group and read the same; return what they read."""
    for _ in range(2):
        for one in members:
            await one.device.synchronise()
    assert len({one.authenticator(channel) for one in members}) == 1
    assert len({one.device.circle_code(channel) for one in members}) == 1
    everybody = {one.id for one in members}
    assert [one.members(channel) for one in members] == [everybody] * len(members)
    read = [await one.texts(channel) for one in members]
    assert read == [read[0]] * len(members)
    return read[0]


async def ids_in_log(one: Companion, channel: ChannelId) -> list[EntryId]:
    """List the ids of a channel's entries, as the server keeps them."""
    return [item.id for item in await one.device.items(channel) if item.kind == "entry"]


def warnings(events: tuple[Event, ...]) -> list[SafetyWarning]:
    return [event for event in events if isinstance(event, SafetyWarning)]


def said(events: tuple[Event, ...]) -> list[str]:
    """Read the messages among events."""
    opened = [event.opened.entry for event in events if isinstance(event, EntryOpened)]
    contents = [decode(entry.type, entry.body) for entry in opened]
    return [content.text for content in contents if isinstance(content, Message)]


async def at_once(*works: Any) -> list[Any]:  # noqa: ANN401 -- whatever the works give
    """Let several people act at the same moment."""
    return list(await asyncio.gather(*works))
