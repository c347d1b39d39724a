"""python-socketio's server with the parts replaced that cost most under load.

As it comes, every packet received costs a task and a `wait_for`, every packet sent a
queue and a writer task, and a broadcast encodes again for each receiver: 1,460 durable
messages a second where this made over 4,000 (`ronde bench`). Only the WebSocket transport is
spoken: for those who cannot, the HTTP routes do the same work, and polling's own surface
(payload splitting, JSONP, gzip) is not there to be attacked.

These subclasses touch semi-public names of python-socketio 5.18.1 and python-engineio
4.15.1, both pinned; `tests/api/test_sockets_names.py` fails loudly when one moves.
"""

# python-socketio and python-engineio ship no types, and this module is what stands on them.
# mypy: allow-untyped-calls

import asyncio
import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

import engineio
import socketio
from aiohttp import WSMsgType, web
from engineio.async_socket import AsyncSocket
from engineio.packet import OPEN, Packet
from typing_extensions import override

from server.live.frames import (
    CLOSE,
    EVENT_PREFIX,
    LEAVE,
    PING,
    PONG,
    MalformedFrame,
    read_sign_in,
    text_frame,
)
from server.storage.engine import Busy
from server.wire import Malformed

PING_INTERVAL = 15
PING_TIMEOUT = 10
# How long a connection may stay without having signed in.
SIGN_IN_SECONDS = 10
# An entry of 64 KiB in base64 with its JSON around it; larger commits go by HTTP.
MAX_FRAME = 128 * 1024
# What may wait in a receiver's send buffer before it is dropped: 256 packets of 1 KiB.
MAX_WAITING = 256 * 1024

_PING_FRAME = text_frame(PING)
_CLOSE_FRAME = text_frame(CLOSE)


class Receiver(Protocol):
    """Takes the events of one connection, in order, without waiting."""

    def receive(self, packet: bytes) -> None:
        """Take one Engine.IO message that holds a Socket.IO event.

        Raises:
            MalformedFrame: The packet is not one we speak; the connection will be dropped.
        """
        ...

    def left(self) -> None:
        """Forget the connection; nothing can be sent to it any more."""
        ...


class FastSocket(AsyncSocket):
    """One WebSocket connection, read by the request's own task and written to directly."""

    def __init__(self, server: "FastEngine", sid: str) -> None:
        super().__init__(server, sid)
        self.receiver: Receiver | None = None
        self.last_pong = time.monotonic()
        self.pinged_at: float | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._early: list[bytes] = []

    def write(self, frame: bytes) -> None:
        """Send a finished WebSocket frame, or drop a receiver that does not read.

        A dropped client comes back and catches up by sequence: that is why nothing needs
        to be kept for it here.
        """
        transport = self._transport
        if transport is None:
            if not self.closed:
                self._early.append(frame)
        elif transport.is_closing():
            return
        elif transport.get_write_buffer_size() > MAX_WAITING:
            self.drop()
        else:
            transport.write(frame)

    def drop(self) -> None:
        """Cut the connection at once; its reading task sees the end and cleans up.

        A polite close would wait for a buffer that the other side does not empty.
        """
        self._early.clear()
        if self._transport is not None:
            self._transport.abort()

    @override
    async def send(self, pkt: Packet) -> None:
        encoded: str = pkt.encode()
        self.write(text_frame(encoded.encode()))

    @override
    async def handle_get_request(self, environ: dict[str, Any]) -> web.StreamResponse:
        request: web.Request = environ["aiohttp.request"]
        # Compression would need a state for each receiver, and sealed bodies do not shrink.
        response = web.WebSocketResponse(
            compress=False, max_msg_size=MAX_FRAME, decode_text=False, timeout=1.0
        )
        await response.prepare(request)
        self._transport = request.transport
        self.connected = self.upgraded = True
        try:
            await self._read_all(response)
        finally:
            await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        return response

    async def _read_all(self, response: web.WebSocketResponse) -> None:
        """Read until the connection ends; one that breaks the protocol is dropped."""
        early, self._early = self._early, []
        for frame in early:
            self.write(frame)
        while not self.closed:
            message = await response.receive()
            if message.type is not WSMsgType.TEXT:
                if message.type is WSMsgType.BINARY:
                    self.drop()
                return
            try:
                await self._take(message.data)
            except MalformedFrame:
                self.drop()
                return

    async def _take(self, packet: bytes) -> None:
        """Take one packet: events once signed in, before that nothing but a sign-in.

        Raises:
            MalformedFrame: It is anything that a client of ours would not send now.
        """
        if packet.startswith(EVENT_PREFIX) and self.receiver is not None:
            self.receiver.receive(packet)
        elif packet == PONG:
            self.last_pong, self.pinged_at = time.monotonic(), None
        elif packet in (CLOSE, LEAVE):
            self.drop()
        elif self.receiver is None:
            await self.server._trigger_event(  # noqa: SLF001 - the funnel of every stock transport
                "message", self.sid, read_sign_in(packet), run_async=False
            )
        else:
            raise MalformedFrame

    @override
    async def close(
        self, wait: bool = True, abort: bool = False, reason: str | None = None
    ) -> None:
        if self.closed or self.closing:
            return
        self.closing = True
        if self.receiver is not None:
            self.receiver.left()
            self.receiver = None
        await self.server._trigger_event(  # noqa: SLF001 - tells python-socketio to forget the sid
            "disconnect",
            self.sid,
            reason or self.server.reason.SERVER_DISCONNECT,
            run_async=False,
        )
        if not abort:
            self.write(_CLOSE_FRAME)
        self.closed = True
        if self._transport is not None:
            self._transport.close()
        self.server.sockets.pop(self.sid, None)

    def heartbeat(self, now: float) -> None:
        """Ping a silent client, and drop one that has not answered the last ping."""
        if self.pinged_at is not None:
            if now - self.pinged_at > PING_TIMEOUT:
                self.drop()
        elif self.receiver is None and now - self.last_pong > SIGN_IN_SECONDS:
            self.drop()
        elif now - self.last_pong > PING_INTERVAL:
            self.pinged_at = now
            self.write(_PING_FRAME)


class FastEngine(engineio.AsyncServer):
    """Engine.IO that speaks WebSocket only and makes `FastSocket`s."""

    def __init__(self, *, most_sockets: int, handshakes_per_second: int) -> None:
        super().__init__(
            async_mode="aiohttp",
            transports=["websocket"],
            allow_upgrades=False,
            http_compression=False,
            monitor_clients=False,
            max_http_buffer_size=MAX_FRAME,
            ping_interval=PING_INTERVAL,
            ping_timeout=PING_TIMEOUT,
            # `server.security.guard` has looked at the origin, as for every other write: it
            # answers with a problem object, which the library cannot.
            cors_allowed_origins=[],
            async_handlers=False,
            logger=_logger(),
        )
        self._second, self._in_second = 0, 0
        self.limit(most_sockets=most_sockets, handshakes_per_second=handshakes_per_second)

    def limit(self, *, most_sockets: int, handshakes_per_second: int) -> None:
        """Set how many connections there may be, and how many may come in a second."""
        self._most_sockets = most_sockets
        self._handshakes = handshakes_per_second

    @override
    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """Shake hands, as long as there is room.

        Raises:
            Malformed: It is no handshake of the only kind spoken here.
            Busy: There are as many connections, or handshakes this second, as may be.
        """
        second = int(time.monotonic())
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        if self._in_second > self._handshakes or len(self.sockets) >= self._most_sockets:
            raise Busy
        response: web.StreamResponse = await super().handle_request(request)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise Malformed((("", "an Engine.IO 4 handshake over WebSocket"),))
        return response

    @override
    def create_queue(self, *args: object, **kwargs: object) -> None:
        """Make no queue: packets go straight to the transport."""

    @override
    async def _handle_connect(
        self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None
    ) -> object:
        sid: str = self.generate_id()
        socket = FastSocket(self, sid)
        # The full environ keeps every header alive as long as the connection lives.
        slim = {"aiohttp.request": environ["aiohttp.request"]}
        self.sockets[sid] = socket
        await socket.send(Packet(OPEN, self._greeting(sid)))
        try:
            await self._trigger_event("connect", sid, slim, run_async=False)
            return await socket.handle_get_request(slim)
        finally:
            self.sockets.pop(sid, None)

    def _greeting(self, sid: str) -> dict[str, object]:
        return {
            "sid": sid,
            "upgrades": [],
            "pingTimeout": PING_TIMEOUT * 1000,
            "pingInterval": PING_INTERVAL * 1000,
            "maxPayload": MAX_FRAME,
        }

    async def beat(self) -> None:
        """Ping and drop for ever; one timer for all connections instead of a task for each."""
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for socket in list(self.sockets.values()):
                socket.heartbeat(now)

    def drop_all(self) -> None:
        """Cut every connection, at shutdown."""
        for socket in list(self.sockets.values()):
            socket.drop()


def _engine(
    *,
    most_sockets: int,
    handshakes_per_second: int,
    async_handlers: bool,  # noqa: ARG001 - python-socketio always adds it; ours never differs
) -> FastEngine:
    return FastEngine(most_sockets=most_sockets, handshakes_per_second=handshakes_per_second)


def _logger() -> logging.Logger:
    """Give the libraries a logger without a handler of its own.

    By default they add one that writes their sentences, which quote what clients sent;
    the root's keeps of a record its logger and the type of its exception.
    """
    return logging.getLogger("ronde.sockets.library")


class FastServer(socketio.AsyncServer):
    """python-socketio on `FastEngine`; connects and disconnects go the library's own way."""

    def __init__(self, *, most_sockets: int, handshakes_per_second: int) -> None:
        super().__init__(most_sockets=most_sockets, handshakes_per_second=handshakes_per_second)

    @override
    def _engineio_server_class(self) -> Callable[..., FastEngine]:
        return _engine

    def socket(self, sid: str) -> FastSocket:
        """Find the connection behind a Socket.IO session id."""
        found: FastSocket = self.eio.sockets[self.manager.eio_sid_from_sid(sid, "/")]
        return found
