"""The live door: sign in once, then append, read and be told, over one WebSocket.

Every event is answered by an ack: the same values and the same problem objects as over
HTTP. What is pushed is a hint; a client that sees a gap, or was dropped for not reading,
catches up from the numbered log.
"""

# python-socketio ships no types.
# mypy: allow-untyped-calls

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol

import socketio
from aiohttp import web
from typing_extensions import override

from channels.marks import Marks
from channels.model import Asker, Item
from channels.service import ChannelService
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from server.cookie import SESSION_COOKIE
from server.forms.channels import AppendForm, Heads, Placed, ReadForm, WatchForm, page
from server.forms.marks import MarkEvent, MarkView
from server.identity import Actor, SessionId, device_of, presented_token
from server.limits import TooManyRequests
from server.live.connection import Connection, Limits
from server.live.engineio_fast import FastServer
from server.live.frames import Event, ack_packet, text_frame
from server.live.rooms import Rooms
from server.live.whispers import Whispers
from server.problems import problem_of
from server.rounds import again_and_again
from server.storage.engine import Damaged
from server.wire import Malformed, decode, encode

PATH: Final = "/socket.io/"
SWEEP_SECONDS: Final = 2.0
SECONDS_TO_WAIT: Final = 60


class Sessions(Protocol):
    """What sockets need to know of sessions."""

    async def actor(self, token: str | None) -> Actor:
        """Tell who a token stands for.

        Raises:
            NotActor: Nobody, or nobody any more.
        """
        ...

    async def holds(self, session: SessionId) -> bool:
        """Tell whether a session is still good, for connections it opened earlier."""
        ...


class Sockets(socketio.AsyncNamespace):
    """The one namespace, and the connections in it."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        super().__init__("/")
        self.whispers = Whispers(receivers=self._receivers, run=self._run)
        self.feed = Rooms(news=self._news, run=self._run, peopled=self.whispers.peopled)
        self.whispers.attach(self.feed)
        self._sessions = sessions
        self._clock = clock
        self._limits = limits
        self._channels: ChannelService | None = None
        self._marks: Marks | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._connections: dict[str, Connection] = {}
        self._events = {
            "append": self._append,
            "mark": self._mark,
            "read": self._read,
            "watch": self._watch,
        }
        self._server = FastServer(
            most_sockets=limits.sockets,
            handshakes_per_second=limits.handshakes_per_second,
        )
        self._server.register_namespace(self)

    def attach(self, app: web.Application, channels: ChannelService, marks: Marks) -> None:
        """Open the door on an application; `channels` publishes to `feed`, `marks` whispers."""
        self._channels = channels
        self._marks = marks
        self._server.attach(app)
        app.cleanup_ctx.append(self._life)
        # Before aiohttp waits for requests to end: a socket is one that does not.
        app.on_shutdown.append(self._drop_all)

    def limit(self, limits: Limits) -> None:
        """Set other limits for the connections to come: a bench asks more than people do."""
        self._limits = limits
        self._server.eio.limit(
            most_sockets=limits.sockets, handshakes_per_second=limits.handshakes_per_second
        )

    def drop_where(self, wanted: Callable[[Actor], bool]) -> None:
        """Cut the connections of some actors at once: a session, a device, a professional.

        To be called after the revocation is stored, so that none of them can come back.
        """
        for connection in self.connections:
            if wanted(connection.actor):
                connection.drop()

    def drop_session(self, session: SessionId) -> None:
        """Cut what a revoked session holds open."""
        self.drop_where(lambda actor: actor.session == session)

    @override
    async def trigger_event(self, event: str, *args: Any) -> None:
        """Take a connect or disconnect from python-socketio; events come by `take`."""
        if event == "connect":
            await self._connect(*args)

    def take(self, connection: Connection, event: Event) -> None:
        """Answer an event in a task of its own, so that one connection may have several waiting."""
        self._run(self._answer(connection, event))

    def left(self, connection: Connection) -> None:
        """Forget a connection that has ended."""
        self._connections.pop(connection.sid, None)
        for channel in connection.channels:
            self.feed.leave(connection, channel)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        """Let a connection in once its session is known.

        Raises:
            ConnectionRefusedError: With the problem object as its data.
        """
        try:
            actor = await self._sign_in(environ["aiohttp.request"], auth)
            connection = Connection(
                sid=sid,
                actor=actor,
                asker=Asker(professional=actor.professional, device=device_of(actor)),
                socket=self._server.socket(sid),
                limits=self._limits,
                desk=self,
            )
        except Exception as error:  # noqa: BLE001 - the funnel: every refusal becomes a problem object
            told = problem_of(error).as_object()
            raise socketio.exceptions.ConnectionRefusedError("refused", told) from None
        self._connections[sid] = connection

    async def _sign_in(self, request: web.Request, auth: object) -> Actor:
        """Tell who opens the connection.

        Raises:
            NotActor: Nobody.
            TooManyRequests: Somebody with as many connections as one person may need.
        """
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str):
            token = presented_token(request.headers, request.app[SESSION_COOKIE])
        actor = await self._sessions.actor(token)
        theirs = sum(c.actor.professional == actor.professional for c in self.connections)
        if theirs >= self._limits.sockets_each:
            raise TooManyRequests(SECONDS_TO_WAIT)
        return actor

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Everybody signed in now."""
        return tuple(self._connections.values())

    def present(self) -> frozenset[ProfessionalId]:
        """Name everybody who is connected now."""
        return frozenset(connection.professional for connection in self.connections)

    async def _answer(self, connection: Connection, event: Event) -> None:
        try:
            answer = await self._answered(connection, event)
        except Exception:  # noqa: BLE001 - even a refusal that cannot be told ends no other connection
            connection.drop()
            return
        if event.ack is not None:
            connection.write(text_frame(ack_packet(event.ack, answer)))

    async def _answered(self, connection: Connection, event: Event) -> bytes:
        try:
            connection.spend()
            handler = self._events.get(event.name, _unknown)
            return encode(await handler(connection, bytes(event.argument)))
        except Exception as error:  # noqa: BLE001 - the funnel: every refusal becomes a problem object
            return encode(problem_of(error).as_object())

    async def _append(self, connection: Connection, argument: bytes) -> Placed:
        form = decode(argument, AppendForm)
        item = await self._service.append(
            connection.asker, ChannelId(form.channel), form.envelope()
        )
        return Placed(seq=item.seq, at=item.at)

    async def _read(self, connection: Connection, argument: bytes) -> object:
        form = decode(argument, ReadForm)
        items = await self._service.read(
            connection.asker, ChannelId(form.channel), since=form.since, limit=form.limit
        )
        return page(items, form.limit)

    async def _mark(self, connection: Connection, argument: bytes) -> MarkView:
        if self._marks is None:
            raise RuntimeError("the sockets are not attached")
        form = decode(argument, MarkEvent)
        mark = await self._marks.put(connection.asker, ChannelId(form.channel), **form.words())
        return MarkView.of(mark)

    async def _watch(self, connection: Connection, argument: bytes) -> Heads:
        """Push the named channels from here on, and tell how far they have come."""
        channels = tuple(ChannelId(name) for name in decode(argument, WatchForm).channels)
        await self._service.heads(connection.asker, channels)
        joined = [channel for channel in channels if connection.join(channel)]
        for channel in joined:
            self.feed.join(connection, channel)
        try:
            # Once more from inside: whatever comes later than this is pushed.
            heads = await self._service.heads(connection.asker, channels)
        except BaseException:
            # Removed between the two, perhaps: nobody stays in a room they were not let into.
            for channel in joined:
                connection.channels.discard(channel)
                self.feed.leave(connection, channel)
            raise
        for channel, head in heads.items():
            self.feed.begin(channel, head)
        present = {
            channel: self.feed.present(channel, await self._service.receivers(channel))
            for channel in channels
        }
        return Heads(heads=heads, present=present)

    @property
    def _service(self) -> ChannelService:
        if self._channels is None:
            raise RuntimeError("the sockets are not attached")
        return self._channels

    async def _news(
        self, channel: ChannelId, since: int
    ) -> tuple[Sequence[Item], Container[DeviceId]]:
        return await self._service.news(channel, since=since)

    async def _receivers(self, channel: ChannelId) -> Container[DeviceId]:
        return await self._service.receivers(channel)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        if self._tasks is None:
            work.close()
        else:
            self._tasks.create_task(work)

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        """Run pings, sweeps and answers as long as the application lives."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            forever = [
                tasks.create_task(self._server.eio.beat()),
                tasks.create_task(
                    again_and_again(self._sweep, every=SWEEP_SECONDS, trouble="sweep_failed")
                ),
            ]
            yield
            self._tasks = None
            self._server.eio.drop_all()
            for task in forever:
                task.cancel()

    async def _drop_all(self, _app: web.Application) -> None:
        self._server.eio.drop_all()

    async def _sweep(self) -> None:
        """Cut connections whose session is over, whoever ended it: another process may have."""
        now = self._clock()
        sessions = {c.actor.session for c in self.connections if c.actor.until > now}
        held = {session for session in sessions if await self._still_holds(session)}
        self.drop_where(partial(_is_over, held))

    async def _still_holds(self, session: SessionId) -> bool:
        try:
            return await self._sessions.holds(session)
        except Damaged:
            # What cannot be read any more vouches for nobody, and for nobody else's session.
            return False


def _is_over(held: Container[SessionId], actor: Actor) -> bool:
    return actor.session not in held


async def _unknown(_connection: Connection, _argument: bytes) -> object:
    """Refuse an event that does not exist.

    Raises:
        Malformed: Always.
    """
    raise Malformed((("", "append, mark, read or watch"),))
