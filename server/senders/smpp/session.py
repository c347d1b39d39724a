"""One bound line to a message centre: units go out numbered, and their answers find them.

Whoever asks must know whether a unit may have left. So there are two ways to fail: before
the first byte (`NotSent`) and after it (`LineBroken`); nothing is ever sent twice here.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from server.senders.smpp.pdu import (
    Command,
    Delivered,
    Malformed,
    Pdu,
    Status,
    bind_body,
    read_delivered,
    read_pdu,
)

CONNECT_S = 6.0
ANSWER_S = 12.0
ENQUIRE_S = 30.0
_PARTING_S = 2.0
_HIGHEST_SEQUENCE = 0x7FFF_FFFF
_DELIVERED_AT_ONCE = 16

Deliver = Callable[[Delivered], Awaitable[None]]


class NotSent(Exception):
    """Not a byte of the unit has left; `code` says why in one stable word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LineBroken(Exception):
    """The unit may have arrived, but no answer will come; `code` is one stable word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A message centre and who we are to it. `window`: units that may wait for an answer."""

    host: str
    port: int
    system_id: str = field(repr=False)
    password: str = field(repr=False)
    system_type: str = ""
    window: int = 10
    tls: ssl.SSLContext | None = None
    answer_s: float = ANSWER_S
    enquire_s: float = ENQUIRE_S


@asynccontextmanager
async def bound(centre: Centre) -> AsyncIterator["Session"]:
    """Connect and bind for the length of a block, and part at its end.

    Raises:
        NotSent: There is nobody, or they do not want us.
    """
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(centre.host, centre.port, ssl=centre.tls)
    except (OSError, TimeoutError) as cause:
        raise NotSent("smpp_unreachable") from cause
    session = Session(centre, reader, writer)
    try:
        await session.bind()
        yield session
    finally:
        with contextlib.suppress(OSError, TimeoutError):
            await session.part()


class Session:
    """A bound line. `serve` must run for answers to be heard."""

    def __init__(
        self, centre: Centre, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._centre = centre
        self._reader = reader
        self._writer = writer
        self._sequence = 0
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._window = asyncio.Semaphore(centre.window)
        self._is_bound = False
        self._is_over = False

    async def bind(self) -> None:
        """Say who we are; nothing else is said on the line before the answer.

        Raises:
            NotSent: The answer was no, or none.
        """
        who = bind_body(
            system_id=self._centre.system_id,
            password=self._centre.password,
            system_type=self._centre.system_type,
        )
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._write(self._next(Command.BIND_TRANSCEIVER, who))
                answer = await read_pdu(self._reader)
        except (OSError, TimeoutError, EOFError, Malformed) as cause:
            raise NotSent("smpp_unreachable") from cause
        if answer.command != Command.BIND_TRANSCEIVER_RESP or answer.status != Status.OK:
            code = f"smpp_bind_{answer.status}"
            raise NotSent(code)
        self._is_bound = True

    async def serve(self, deliver: Deliver) -> None:
        """Hear answers and deliveries, and ask now and then whether the line stands.

        It returns when the other side parts or the line is over; whoever waits then hears.
        """
        try:
            async with asyncio.TaskGroup() as group:
                enquiring = group.create_task(self._enquire())
                try:
                    await self._hear(deliver, group)
                finally:
                    enquiring.cancel()
        finally:
            self._end()

    async def ask(self, command: Command, body: bytes) -> Pdu:
        """Send a unit and wait for its answer.

        Raises:
            NotSent: There was no place for it, or no line any more.
            LineBroken: It may have arrived.
        """
        try:
            async with asyncio.timeout(self._centre.answer_s / 2):
                await self._window.acquire()
        except TimeoutError as cause:
            raise NotSent("smpp_busy") from cause
        try:
            if self._is_over:
                raise NotSent("smpp_line_over")
            return await self._answer_to(self._next(command, body))
        finally:
            self._window.release()

    async def part(self) -> None:
        """Unbind, without waiting long for the answer, and close."""
        self._end()
        if self._is_bound and not self._writer.is_closing():
            async with asyncio.timeout(_PARTING_S):
                await self._write(self._next(Command.UNBIND, b""))
        self._writer.close()
        async with asyncio.timeout(_PARTING_S):
            await self._writer.wait_closed()

    async def _answer_to(self, unit: Pdu) -> Pdu:
        waiting: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[unit.sequence] = waiting
        try:
            async with asyncio.timeout(self._centre.answer_s):
                await self._write(unit)
                return await waiting
        except TimeoutError as cause:
            raise LineBroken("smpp_timeout") from cause
        except OSError as cause:
            raise LineBroken("smpp_line_broken") from cause
        finally:
            self._waiting.pop(unit.sequence, None)

    async def _hear(self, deliver: Deliver, group: asyncio.TaskGroup) -> None:
        gate = asyncio.Semaphore(_DELIVERED_AT_ONCE)
        while True:
            try:
                unit = await read_pdu(self._reader)
            except (OSError, EOFError, Malformed):
                return
            if unit.is_answer:
                self._settle(unit)
            elif unit.command == Command.DELIVER_SM:
                await gate.acquire()
                group.create_task(self._deliver(unit, deliver, gate))
            elif not await self._replied(unit):
                return

    async def _replied(self, unit: Pdu) -> bool:
        """Answer what the other side asks; False when it parts, or cannot be reached."""
        answer = unit.answer()
        if unit.command not in (Command.ENQUIRE_LINK, Command.UNBIND):
            answer = Pdu(
                command=Command.GENERIC_NACK,
                status=Status.INVALID_COMMAND,
                sequence=unit.sequence,
            )
        try:
            await self._write(answer)
        except OSError:
            return False
        return unit.command != Command.UNBIND

    async def _deliver(self, unit: Pdu, deliver: Deliver, gate: asyncio.Semaphore) -> None:
        """Hand a delivery on, and say yes only once that is done: else it comes again."""
        status: int = Status.OK
        try:
            await deliver(read_delivered(unit.body))
        except Malformed:
            status = Status.INVALID_LENGTH
        except Exception:  # noqa: BLE001 - whatever failed here, the centre shall try again
            status = Status.TEMPORARY
        finally:
            gate.release()
        with contextlib.suppress(OSError):
            await self._write(unit.answer(status=status, body=b"\0"))

    async def _enquire(self) -> None:
        """Ask whether the line stands; when nobody answers, close it, which `_hear` notices."""
        while True:
            await asyncio.sleep(self._centre.enquire_s)
            try:
                await self._answer_to(self._next(Command.ENQUIRE_LINK, b""))
            except LineBroken:
                self._writer.transport.abort()
                return

    def _settle(self, answer: Pdu) -> None:
        waiting = self._waiting.get(answer.sequence)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _end(self) -> None:
        self._is_over = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LineBroken("smpp_line_broken"))

    def _next(self, command: Command, body: bytes) -> Pdu:
        self._sequence = self._sequence % _HIGHEST_SEQUENCE + 1
        return Pdu(command=command, sequence=self._sequence, body=body)

    async def _write(self, unit: Pdu) -> None:
        self._writer.write(unit.encode())
        await self._writer.drain()
