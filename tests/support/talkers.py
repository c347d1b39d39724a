"""Devices that talk: each holds its real MLS group and asks the real server, over real sockets."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import msgspec

from crypto.bundle import Bundle
from crypto.ids import ChannelId, CircleId, new_id
from crypto.membership import Roster, admit, dismiss, verify_chain
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets
from crypto.mls.message import pack, unpack_group_info, unpack_key_package
from crypto.mls.public_state import Change, PublicState
from crypto.statement import HistoryGrant
from server.bench.seed import Member, enrol, found_circle
from server.channel_house import CHANNEL_HOUSE
from tests.support.actors import Answer
from tests.support.server import Running


def accept(change: Change, state: PublicState) -> None:
    """Allow anything: these tests are about what the server refuses."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# Long enough for a machine that does much else; what comes at once is taken at once.
PATIENCE_S = 30
NOWHERE = ChannelId("")


@dataclass(kw_only=True)
class Talker:
    """One device of one professional."""

    server: Running
    http: aiohttp.ClientSession = field(repr=False)
    member: Member
    circle: CircleId
    channel: ChannelId = NOWHERE
    group: Group | None = None
    secrets: list[KeyPackageSecrets] = field(default_factory=list)
    seen: int = 0

    @property
    def device(self) -> str:
        return self.member.device.id

    async def ask(self, method: str, path: str, body: object = None, **options: Any) -> Answer:  # noqa: ANN401 -- aiohttp's
        headers = {"Authorization": f"Bearer {self.member.token}"} | options.pop("headers", {})
        if body is not None:
            options["json"] = body
        url = f"{self.server.url}/api/v1{path}"
        async with self.http.request(method, url, headers=headers, **options) as response:
            content = await response.json(content_type=None)
            return Answer(status=response.status, headers=dict(response.headers), body=content)

    async def open_channel(self, channel: str | None = None, entry: str | None = None) -> Answer:
        """Open a channel with this device alone in its group."""
        named = ChannelId(channel or new_id())
        group = Group.create(named.encode(), self.member.package(self.server.clock()))
        body = {"channel": named, "id": entry or new_id()}
        body["body"] = b64(Bundle(group_info=group.group_info()).encode())
        answer = await self.ask("POST", f"/circles/{self.circle}/channels", body)
        if answer.status == 201:
            self.channel, self.group = named, group
        return answer

    async def leave_packages(self, count: int = 1, *, resort: bool = False) -> Answer:
        made = [self.member.package(self.server.clock()) for _ in range(count + resort)]
        self.secrets += made
        packed = [b64(pack(one.key_package)) for one in made]
        body: dict[str, object] = {"packages": packed[:count]}
        if resort:
            body["last_resort"] = packed[-1]
        return await self.ask("POST", f"/devices/{self.device}/key_packages", body)

    async def claim(self, *others: "Talker") -> Answer:
        body = {"devices": [other.device for other in others]}
        return await self.ask("POST", f"/circles/{self.circle}/key_packages/claim", body)

    async def claimed(self, *others: "Talker") -> list[KeyPackage]:
        answer = await self.claim(*others)
        packages = [base64.b64decode(one["package"]) for one in answer.body["packages"]]
        return [unpack_key_package(package) for package in packages]

    def prepare(
        self, adds: Sequence[KeyPackage] = (), removes: Sequence[int] = ()
    ) -> tuple[Bundle, Group]:
        """Make a commit on the group as this device has it."""
        assert self.group is not None
        commit, welcome, after = self.group.commit(adds, removes, now=self.server.clock())
        bundle = Bundle(
            commit=commit,
            welcome=welcome,
            group_info=after.group_info(),
            key_packages=tuple(package.reference() for package in adds),
        )
        return bundle, after

    async def send(self, bundle: Bundle, entry: str | None = None, **otherwise: object) -> Answer:
        """Send a commit made in the epoch this device is in."""
        assert self.group is not None
        form = {"id": entry or new_id(), "kind": "commit", "epoch": self.group.epoch}
        form["body"] = b64(bundle.encode())
        return await self.ask("POST", f"/channels/{self.channel}/entries", form | otherwise)

    async def commit(self, adds: Sequence[KeyPackage] = (), removes: Sequence[int] = ()) -> Answer:
        """Commit, and enter the next epoch if the server takes it."""
        bundle, after = self.prepare(adds, removes)
        answer = await self.send(bundle)
        if answer.status == 201:
            self.group = after
        return answer

    async def add(self, *others: "Talker") -> Answer:
        """Add others who have left packages; they join."""
        answer = await self.commit(await self.claimed(*others))
        assert answer.status == 201, answer
        for other in others:
            await other.join(self.channel)
        return answer

    async def join(self, channel: ChannelId) -> None:
        """Follow the newest Welcome for one of our packages."""
        self.channel = channel
        for item in reversed(await self.items()):
            if item["kind"] != "commit":
                continue
            bundle = Bundle.decode(base64.b64decode(item["body"]))
            for mine in self.secrets:
                if mine.key_package.reference() in bundle.key_packages and bundle.welcome:
                    now = self.server.clock()
                    tree = unpack_group_info(bundle.group_info).tree_bytes()
                    self.group = Group.join(bundle.welcome, mine, tree, accept, now)
                    return
        raise AssertionError("no Welcome for us")

    def form(self, body: bytes | None = None, entry: str | None = None) -> dict[str, Any]:
        """Make an append request of a sealed entry, which only its epoch tells from noise."""
        epoch = 0 if self.group is None else self.group.epoch
        sealed = os.urandom(400) if body is None else body
        return {"id": entry or new_id(), "kind": "entry", "epoch": epoch, "body": b64(sealed)}

    async def say(self, form: dict[str, Any] | None = None) -> Answer:
        return await self.ask("POST", f"/channels/{self.channel}/entries", form or self.form())

    async def read(self, since: int = 0, limit: int = 200) -> Answer:
        path = f"/channels/{self.channel}/entries?since={since}&limit={limit}"
        return await self.ask("GET", path)

    async def items(self, since: int = 0) -> list[dict[str, Any]]:
        answer = await self.read(since)
        assert answer.status == 200, answer
        found: list[dict[str, Any]] = answer.body["items"]
        return found

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator["Socket"]:  # noqa: ANN401 -- aiohttp's
        """Open a signed-in socket."""
        async with raw_socket(self.server, self.http, self.member.token, **options) as opened:
            assert await opened.handshake() == "40"
            yield opened


@dataclass(kw_only=True)
class Socket:
    """A WebSocket that speaks Engine.IO 4 and Socket.IO 5 by hand."""

    ws: aiohttp.ClientWebSocketResponse
    items: list[dict[str, Any]] = field(default_factory=list)
    whispers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    acks: dict[int, Any] = field(default_factory=dict)
    number: int = 0

    async def handshake(self, auth: object = None) -> str:
        """Sign in; gives the packet type that came back, `40` or `44`."""
        assert (await self.ws.receive(timeout=PATIENCE_S)).data.startswith("0{")
        await self.ws.send_str("40" if auth is None else "40" + msgspec.json.encode(auth).decode())
        answer: str = (await self.ws.receive(timeout=PATIENCE_S)).data
        self.acks[0] = msgspec.json.decode(answer[2:])
        return answer[:2]

    async def start(self, event: str, argument: object) -> int:
        """Send an event without waiting for its ack; gives the number the ack will have."""
        self.number += 1
        packet = msgspec.json.encode([event, argument]).decode()
        await self.ws.send_str(f"42{self.number}{packet}")
        return self.number

    async def ask(self, event: str, argument: object) -> Any:  # noqa: ANN401 -- JSON
        """Send an event and wait for its ack."""
        return await self.ack(await self.start(event, argument))

    async def ack(self, number: int) -> Any:  # noqa: ANN401 -- JSON
        """Wait for an ack, keeping what is pushed meanwhile."""
        async with asyncio.timeout(PATIENCE_S):
            while number not in self.acks:
                await self.take()
        return self.acks.pop(number)

    async def take(self) -> aiohttp.WSMsgType:
        """Take whatever comes next."""
        message = await self.ws.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            if self.ws.closed or message.type is not aiohttp.WSMsgType.PING:
                raise ConnectionResetError
            return message.type
        text: str = message.data
        if text == "2":
            await self.ws.send_str("3")
        elif text.startswith("42"):
            name, argument = msgspec.json.decode(text[2:])
            if name == "item":
                self.items.append(argument)
            else:
                self.whispers.append((name, argument))
        elif text.startswith("43"):
            opening = text.index("[")
            self.acks[int(text[2:opening])] = msgspec.json.decode(text[opening:])[0]
        return message.type

    async def until(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many items were pushed."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.items) < count:
                await self.take()
        return self.items

    async def whispered(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until so many marks, or changes of presence, were pushed."""
        async with asyncio.timeout(PATIENCE_S):
            while len(heard := [told for name, told in self.whispers if name == event]) < count:
                await self.take()
        return heard

    async def quiet(self, seconds: float = 0.3) -> list[dict[str, Any]]:
        """Listen for a while and give everything pushed so far."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.take()
        except (TimeoutError, ConnectionResetError):
            return self.items

    async def ended(self, within: float = PATIENCE_S) -> bool:
        """Tell whether the server ends the connection within a time."""
        try:
            async with asyncio.timeout(within):
                while True:
                    await self.take()
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


@asynccontextmanager
async def raw_socket(
    server: Running,
    http: aiohttp.ClientSession,
    token: str | None,
    *,
    headers: dict[str, str] | None = None,
) -> AsyncIterator[Socket]:
    """Open a WebSocket that has not signed in yet."""
    sent = dict(headers or {})
    if token is not None:
        sent.setdefault("Authorization", f"Bearer {token}")
    url = f"{server.url}/socket.io/?EIO=4&transport=websocket"
    async with http.ws_connect(url, headers=sent, max_msg_size=0) as ws:
        yield Socket(ws=ws)


@dataclass(kw_only=True)
class Circle:
    """A circle of talkers; the first is its coordinator."""

    server: Running
    id: CircleId
    talkers: list[Talker]

    async def roster(self) -> Roster:
        held = await self.server.house.stores.circles.circle(self.id)
        return verify_chain(held.chain, held.id)

    async def dismiss(self, talker: Talker) -> None:
        """Release somebody by the coordinator's statement, as the circle's service does."""
        first = self.talkers[0].member.device
        roster, now = await self.roster(), self.server.clock()
        statement = dismiss(roster, talker.member.device.professional, signer=first, now=now)
        await self._append(statement.encode())

    async def admit(self, talker: Talker) -> None:
        """Let somebody in by the coordinator's statement."""
        statement = admit(
            await self.roster(),
            talker.member.device.professional,
            role="psychologist",
            identity_key=talker.member.identity.public,
            history=HistoryGrant(),
            signer=self.talkers[0].member.device,
            now=self.server.clock(),
        )
        talker.circle = self.id
        await self._append(statement.encode())

    async def _append(self, statement: bytes) -> None:
        house = self.server.house
        await house.stores.circles.change(
            self.id, lambda held: replace(held, chain=(*held.chain, statement))
        )
        await house.changes.announce()


@asynccontextmanager
async def circle_of(server: Running, count: int) -> AsyncIterator[Circle]:
    """Make a circle of so many devices, none of which is in a channel yet."""
    assert CHANNEL_HOUSE in server.app
    now = server.clock()
    members = [await enrol(server.house, now=now) for _ in range(count)]
    circle = await found_circle(server.house, members, now=now)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        talkers = [
            Talker(server=server, http=http, member=member, circle=circle) for member in members
        ]
        yield Circle(server=server, id=circle, talkers=talkers)


async def outsider(server: Running, http: aiohttp.ClientSession) -> Talker:
    """Make somebody with a device and a session who is in no circle."""
    member = await enrol(server.house, now=server.clock())
    return Talker(server=server, http=http, member=member, circle=CircleId(new_id()))


async def talking(circle: Circle) -> list[Talker]:
    """Put everybody of a circle into one channel."""
    first, *others = circle.talkers
    assert (await first.open_channel()).status == 201
    for other in others:
        assert (await other.leave_packages()).status == 201
    await first.add(*others)
    return circle.talkers
