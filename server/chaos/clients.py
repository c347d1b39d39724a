"""The load of `ronde chaos`: devices on raw WebSockets that never give up.

What was not acknowledged is sent again after the reconnect, with the same bytes. What was
pushed out of turn is fetched from the numbered log. All of it goes into the ledger.
"""

import asyncio
import base64
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from crypto.ids import ChannelId, new_id
from crypto.session.log import Kind
from server.bench.load import Client
from server.chaos.ledger import Intent, Ledger, Line, Promise, digest_of
from server.chaos.world import Seat
from server.live.frames import PING, PONG

HOST: Final = "127.0.0.1"
ANSWERS_WITHIN_SECONDS: Final = 10.0
KNOCK_AGAIN_SECONDS: Final = 0.02
PAGE: Final = 200
REPEAT_ONE_IN: Final = 40
_SMALL, _LARGE, _LARGE_ONE_IN = (50, 2000), (2000, 20_000), 20

Answer = dict[str, Any]


class Connection:
    """One connection: asks and is answered until it breaks, which fails all that waits."""

    def __init__(self, on_item: Callable[[Answer], None]) -> None:
        self._on_item = on_item
        self._client = Client(self._take)
        self._client.closed.add_done_callback(self._break)
        self._ready: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._number = 0

    async def open(self, port: int, token: str) -> None:
        """Connect and sign in.

        Raises:
            OSError, TimeoutError: The server is not there, or gone again.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
            await loop.create_connection(lambda: self._client, HOST, port)
            self._client.shake_hands(f"{HOST}:{port}", token)
            await self._ready

    async def ask(self, name: str, argument: bytes) -> Answer:
        """Send an event and wait for its ack.

        Raises:
            ConnectionError, TimeoutError: It may have been taken or not.
        """
        if self._client.closed.done():
            raise ConnectionResetError
        self._number += 1
        number = self._number
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._client.send(b'42%d["%s",%s]' % (number, name.encode(), argument))
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                answer: Answer = await waiting
                return answer
        finally:
            self._waiting.pop(number, None)

    async def ended(self) -> None:
        """Wait until the connection is gone."""
        await asyncio.shield(self._client.closed)

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def _take(self, client: Client, packet: bytes) -> None:
        if packet.startswith(b'42["item",'):
            self._on_item(msgspec.json.decode(packet[2:])[1])
        elif packet.startswith(b"43"):
            opening = packet.index(b"[")
            waiting = self._waiting.get(int(packet[2:opening]))
            if waiting is not None and not waiting.done():
                waiting.set_result(msgspec.json.decode(packet[opening:])[0])
        elif packet == PING:
            client.send(PONG)
        elif packet.startswith(b"0{"):
            client.send(b"40")
        elif packet.startswith(b"40") and not self._ready.done():
            self._ready.set_result({})
        elif packet.startswith(b"44"):
            client.close()

    def _break(self, _closed: object) -> None:
        for waiting in (self._ready, *self._waiting.values()):
            if not waiting.done():
                waiting.set_exception(ConnectionResetError())
                # Whoever has stopped waiting need not hear of it.
                waiting.exception()


@dataclass(slots=True, kw_only=True)
class Feed:
    """One client's view of one channel: the next place it takes is `last + 1`."""

    channel: ChannelId
    last: int = 0
    epoch: int = 0
    wanted: int = 0
    pushed: int = 0
    lines: dict[int, Line] = field(default_factory=dict)
    catching_up: asyncio.Lock = field(default_factory=asyncio.Lock)


class Player:
    """One device under load in all of its channels."""

    def __init__(self, seat: Seat, ledger: Ledger, *, port: int, chance: random.Random) -> None:
        self.seat = seat
        self.stopping = False
        self._ledger = ledger
        self._port = port
        self._chance = chance
        self._feeds = {channel: Feed(channel=channel) for channel in seat.channels}
        self._connection: Connection | None = None
        self._connected = asyncio.Event()
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Live until cancelled: connect, listen, post, connect again."""
        async with self._tasks as tasks:
            tasks.create_task(self._stay_connected())

    async def post_until_stopped(self, channel: ChannelId) -> None:
        """Send one entry after the other, each until it is answered."""
        while not self.stopping:
            await self._connected.wait()
            low, high = _SMALL if self._chance.randrange(_LARGE_ONE_IN) else _LARGE
            body = self._chance.randbytes(self._chance.randrange(low, high))
            await self.submit(channel, Kind.ENTRY, self.epoch(channel), body)

    async def submit(self, channel: ChannelId, kind: Kind, epoch: int, body: bytes) -> bool:
        """Have something appended, however often that takes; tells whether it was taken."""
        entry = new_id()
        mid = f"{self.seat.device}:{entry}"
        form = {"channel": channel, "id": entry, "kind": kind, "epoch": epoch, "body": body}
        argument = msgspec.json.encode(form)
        self._ledger.intend(mid, Intent(channel, digest_of(kind, epoch, body)))
        answer = await self._insist(argument)
        if "seq" not in answer:
            self._ledger.refuse(mid, str(answer.get("code")))
            await asyncio.sleep(KNOCK_AGAIN_SECONDS)
            return False
        self._ledger.acknowledge(mid, answer["seq"], at=answer["at"])
        if not self._chance.randrange(REPEAT_ONE_IN):
            await self._repeat(mid, argument, form)
        return True

    def epoch(self, channel: ChannelId) -> int:
        """Tell the epoch that this client believes the channel is in."""
        return self._feeds[channel].epoch

    async def settle(self) -> None:
        """Catch up with every channel as it stands now."""
        while True:
            await self._connected.wait()
            with suppress(ConnectionError, TimeoutError):
                for feed in self._feeds.values():
                    await self._catch_up(feed)
                return
            await asyncio.sleep(KNOCK_AGAIN_SECONDS)

    async def _insist(self, argument: bytes) -> Answer:
        """Ask with the same bytes until there is an answer."""
        while True:
            await self._connected.wait()
            try:
                if self._connection is not None:
                    return await self._connection.ask("append", argument)
            except (ConnectionError, TimeoutError):
                self._ledger.resent += 1
            await asyncio.sleep(0)

    async def _repeat(self, mid: str, argument: bytes, form: dict[str, object]) -> None:
        """Say again what was acknowledged, then use an entry's id for something else."""
        self._ledger.repeated += 1
        answer = await self._insist(argument)
        self._ledger.acknowledge(mid, answer.get("seq", 0), at=answer.get("at", 0))
        if form["kind"] is not Kind.ENTRY:
            return
        forged = await self._insist(msgspec.json.encode(form | {"body": b"something else"}))
        if forged.get("code") != "id_taken":
            self._ledger.blame(Promise.SAME_ANSWER, f"{mid}, other content: {forged}")

    async def _stay_connected(self) -> None:
        while True:
            connection = self._connection = Connection(self._push)
            with suppress(OSError, TimeoutError):
                await connection.open(self._port, self.seat.token)
                await self._begin(connection)
                self._connected.set()
                await connection.ended()
            self._connected.clear()
            connection.close()
            await asyncio.sleep(KNOCK_AGAIN_SECONDS)

    async def _begin(self, connection: Connection) -> None:
        """Listen, and fetch what was missed meanwhile."""
        held = {feed.channel: feed.last for feed in self._feeds.values()}
        for feed in self._feeds.values():
            feed.pushed = 0
        watched = await connection.ask(
            "watch", msgspec.json.encode({"channels": self.seat.channels})
        )
        self._require("heads", watched)
        for channel, head in watched["heads"].items():
            feed = self._feeds[channel]
            # What was pushed since we asked may be ahead of the answer; what was held may not.
            if head < held[channel]:
                self._ledger.blame(Promise.KEPT, f"{channel} went back to {head}")
            await self._catch_up(feed)

    async def _catch_up(self, feed: Feed) -> None:
        """Read the log from where this client stands."""
        async with feed.catching_up:
            more = True
            while more and self._connection is not None:
                form = {"channel": feed.channel, "since": feed.last, "limit": PAGE}
                page = await self._connection.ask("read", msgspec.json.encode(form))
                self._require("items", page)
                for item in page["items"]:
                    self._take(feed, _line(item))
                more = bool(page["items"]) and (page["more"] or feed.wanted > feed.last)

    def _require(self, name: str, answer: Answer) -> None:
        """Blame an answer that is a refusal.

        Raises:
            ConnectionResetError: It is one; the client begins anew.
        """
        if name not in answer:
            self._ledger.blame(Promise.ANSWERED, f"{name}: {answer.get('code')}")
            raise ConnectionResetError

    def _push(self, item: Answer) -> None:
        """Take what the server says by itself: in order and once on one connection, or a fault."""
        feed, line = self._feeds[item["channel"]], _line(item)
        if line.seq <= feed.pushed:
            self._ledger.blame(Promise.IN_ORDER, f"{self.seat.device} {line.seq}")
        feed.pushed = line.seq
        feed.wanted = max(feed.wanted, line.seq)
        self._take(feed, line)
        if feed.wanted > feed.last and not feed.catching_up.locked():
            self._tasks.create_task(self._fetch(feed))

    async def _fetch(self, feed: Feed) -> None:
        with suppress(ConnectionError, TimeoutError):
            await self._catch_up(feed)

    def _take(self, feed: Feed, line: Line) -> None:
        if line.seq <= feed.last:
            if feed.lines[line.seq] != line:
                self._ledger.blame(Promise.DELIVERED, f"{feed.channel} {line.seq} changed")
        elif line.seq == feed.last + 1:
            feed.last, feed.lines[line.seq] = line.seq, line
            feed.epoch = line.epoch + (line.kind == Kind.COMMIT)
            self._ledger.deliver(self.seat.device, feed.channel, line)


def _line(item: Answer) -> Line:
    body = base64.b64decode(item["body"])
    digest = digest_of(item["kind"], item["epoch"], body)
    return Line(item["seq"], f"{item['sender']}:{item['id']}", digest, item["kind"], item["epoch"])
