"""The load that `ronde bench` puts on a server, in a process of its own.

The clients speak Engine.IO 4 and Socket.IO 5 by hand on plain asyncio protocols: with a
library of Python in between, the load would measure itself. The plan comes on standard
input as JSON, the figures leave on standard output.
"""

import asyncio
import base64
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import urlsplit

import msgspec
import uvloop
from typing_extensions import override

from crypto.ids import new_id
from server.live.frames import PING, PONG

BODY_BYTES: Final = 400
WARM_UP_SECONDS: Final = 1.0
SETTLE_SECONDS: Final = 0.5
_FINAL_TEXT: Final = 0x81
_MASKED: Final = 0x80
_TWO_BYTES: Final = 126
_EIGHT_BYTES: Final = 127
# A mask of zeros is a mask (RFC 6455, section 5.3) and costs nothing: the load must stay light.
_NO_MASK: Final = bytes(4)


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a circle: a session's token, the channel and the epoch it is in."""

    token: str
    channel: str
    epoch: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do: seats grouped by circle, and for how many seconds each part runs."""

    url: str
    circles: tuple[tuple[Seat, ...], ...]
    max_seconds: float
    fixed_seconds: float
    fixed_per_second: int = 50
    in_flight: int = 20


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen: rates per second, latencies in milliseconds."""

    acked_per_s: float
    deliveries_per_s: float
    ack_ms: tuple[float, ...]
    deliver_ms: tuple[float, ...]
    refused: int


class LoadFailed(Exception):
    """The server closed a connection, or refused what it should have taken."""


class Client(asyncio.Protocol):
    """One connection: hands out whole packets, knows nothing of what they say."""

    def __init__(self, on_packet: Callable[["Client", bytes], None]) -> None:
        self.closed = asyncio.get_running_loop().create_future()
        self._on_packet = on_packet
        self._held = bytearray()
        self._upgraded = False
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports do what asyncio's do without descending from them.
        self._transport = cast(asyncio.Transport, transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        if not self.closed.done():
            self.closed.set_result(exc)

    @override
    def data_received(self, data: bytes) -> None:
        """Cut what arrived into frames and hand their payloads on."""
        self._held += data
        if not self._upgraded:
            head, end, rest = bytes(self._held).partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head[:20]:
                raise LoadFailed
            self._upgraded, self._held = True, bytearray(rest)
        self._cut()

    def send(self, packet: bytes) -> None:
        """Send one packet as one frame."""
        if self._transport is not None:
            self._transport.write(_frame(packet))

    def shake_hands(self, host: str, token: str) -> None:
        """Ask for the upgrade."""
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Authorization: Bearer {token}\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        if self._transport is not None:
            self._transport.write(request.encode("ascii"))

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.close()

    def _cut(self) -> None:
        held, at = self._held, 0
        while len(held) - at >= 2:  # noqa: PLR2004 - the shortest header of a frame
            length, start = held[at + 1], at + 2
            if length == _TWO_BYTES:
                length, start = int.from_bytes(held[at + 2 : at + 4], "big"), at + 4
            elif length == _EIGHT_BYTES:
                length, start = int.from_bytes(held[at + 2 : at + 10], "big"), at + 10
            if len(held) < start + length:
                break
            self._on_packet(self, bytes(held[start : start + length]))
            at = start + length
        del held[:at]


def _frame(packet: bytes) -> bytes:
    length = len(packet)
    if length < _TWO_BYTES:
        return bytes((_FINAL_TEXT, _MASKED | length)) + _NO_MASK + packet
    return (
        bytes((_FINAL_TEXT, _MASKED | _TWO_BYTES)) + length.to_bytes(2, "big") + _NO_MASK + packet
    )


@dataclass(slots=True)
class Load:
    """Connections, messages on their way, and what came back of them."""

    plan: Plan
    clients: dict[Seat, Client] = field(default_factory=dict)
    ready: dict[Client, asyncio.Future[None]] = field(default_factory=dict)
    sent_at: dict[bytes, tuple[float, Client]] = field(default_factory=dict)
    waiting: dict[tuple[Client, int], asyncio.Future[float]] = field(default_factory=dict)
    acked: int = 0
    delivered: int = 0
    refused: int = 0
    ack_ms: list[float] = field(default_factory=list)
    deliver_ms: list[float] = field(default_factory=list)
    number: int = 0

    async def run(self) -> Figures:
        """Connect everybody, run both parts, leave."""
        # One of each circle first: what the server remembers of circles is not a connection's.
        firsts = [circle[0] for circle in self.plan.circles]
        others = [seat for circle in self.plan.circles for seat in circle[1:]]
        await asyncio.gather(*(self.connect(seat) for seat in firsts))
        await asyncio.sleep(SETTLE_SECONDS)
        say("first")
        await asyncio.gather(*(self.connect(seat) for seat in others))
        await asyncio.sleep(SETTLE_SECONDS)
        say("connected")
        acked, delivered = await self.run_max()
        say("max")
        await asyncio.sleep(SETTLE_SECONDS)
        self.ack_ms.clear()
        self.deliver_ms.clear()
        await self.run_fixed()
        say("fixed")
        for client in self.clients.values():
            client.close()
        return Figures(
            acked_per_s=acked,
            deliveries_per_s=delivered,
            ack_ms=tuple(self.ack_ms),
            deliver_ms=tuple(self.deliver_ms),
            refused=self.refused,
        )

    async def connect(self, seat: Seat) -> None:
        """Open one connection, sign in, and watch the seat's channel."""
        loop = asyncio.get_running_loop()
        place = urlsplit(self.plan.url)
        _, client = await loop.create_connection(
            lambda: Client(self.take), place.hostname or "", place.port or 80
        )
        self.clients[seat] = client
        self.ready[client] = loop.create_future()
        client.shake_hands(place.netloc, seat.token)
        async with asyncio.timeout(20):
            await self.ready[client]
        watch = msgspec.json.encode(["watch", {"channels": [seat.channel]}])
        await self.ask(client, watch)

    async def ask(self, client: Client, event: bytes) -> float:
        """Send an event and wait for its ack; tells when that came."""
        self.number += 1
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.waiting[client, self.number] = waiting
        client.send(b"42%d%s" % (self.number, event))
        return await waiting

    async def post(self, seat: Seat) -> None:
        """Post one sealed body and note how long the ack took."""
        entry = new_id()
        body = base64.b64encode(os.urandom(BODY_BYTES)).decode()
        event = (
            f'["append",{{"channel":"{seat.channel}","id":"{entry}","kind":"entry",'
            f'"epoch":{seat.epoch},"body":"{body}"}}]'
        ).encode()
        client = self.clients[seat]
        began = time.perf_counter()
        self.sent_at[entry.encode()] = (began, client)
        ended = await self.ask(client, event)
        self.ack_ms.append((ended - began) * 1000)
        self.acked += 1

    async def run_max(self) -> tuple[float, float]:
        """Keep so many messages in flight, spread over the circles; rates after a warm-up."""
        deadline = time.perf_counter() + WARM_UP_SECONDS + self.plan.max_seconds
        circles = self.plan.circles
        workers = [
            asyncio.ensure_future(self.keep_posting(circles[n % len(circles)], deadline))
            for n in range(self.plan.in_flight)
        ]
        await asyncio.sleep(WARM_UP_SECONDS)
        began, acked, delivered = time.perf_counter(), self.acked, self.delivered
        await asyncio.sleep(self.plan.max_seconds - 0.1)
        spent = time.perf_counter() - began
        rates = (self.acked - acked) / spent, (self.delivered - delivered) / spent
        await asyncio.gather(*workers)
        return rates

    async def keep_posting(self, circle: Sequence[Seat], deadline: float) -> None:
        """Let the members of a circle post in turn, one message at a time."""
        turn = 0
        while time.perf_counter() < deadline:
            await self.post(circle[turn % len(circle)])
            turn += 1

    async def run_fixed(self) -> None:
        """Post at a fixed rate, whatever the answers take."""
        gap = 1 / self.plan.fixed_per_second
        began = time.perf_counter()
        posts = []
        for number in range(int(self.plan.fixed_seconds * self.plan.fixed_per_second)):
            await asyncio.sleep(max(0.0, began + number * gap - time.perf_counter()))
            circle = self.plan.circles[number % len(self.plan.circles)]
            seat = circle[(number // len(self.plan.circles)) % len(circle)]
            posts.append(asyncio.ensure_future(self.post(seat)))
        await asyncio.gather(*posts)
        await asyncio.sleep(0.2)

    def take(self, client: Client, packet: bytes) -> None:
        """Take a packet from the server."""
        now = time.perf_counter()
        if packet.startswith(b'42["item"'):
            self.delivered += 1
            at = packet.find(b'"id":"') + 6
            sent = self.sent_at.get(packet[at : at + 26])
            if sent is not None and sent[1] is not client:
                self.deliver_ms.append((now - sent[0]) * 1000)
        elif packet.startswith(b"43"):
            self.take_ack(client, packet, now)
        elif packet == PING:
            client.send(PONG)
        elif packet.startswith(b"0{"):
            client.send(b"40")
        elif packet.startswith(b"40"):
            self.ready[client].set_result(None)
        elif packet.startswith(b"44"):
            raise LoadFailed

    def take_ack(self, client: Client, packet: bytes, now: float) -> None:
        """Wake whoever waits for an ack; a problem object counts as a refusal."""
        opening = packet.index(b"[")
        if b'"code":' in packet:
            self.refused += 1
        self.waiting.pop((client, int(packet[2:opening]))).set_result(now)


def say(sentence: str) -> None:
    """Tell the bench how far the load has come, so that it can look at the server."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - the bench reads it


def main() -> None:
    """Read the plan, run it, write the figures."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    figures = uvloop.run(Load(plan).run())
    sys.stdout.buffer.write(msgspec.json.encode(figures))


if __name__ == "__main__":
    main()
