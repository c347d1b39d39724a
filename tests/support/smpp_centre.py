"""A message centre over real TCP, written from the SMPP 3.4 specification and not from our code.

It shares nothing with `server.senders.smpp`, so that the two can find each other out; another
library's client is bound to it in the tests, so that it cannot be wrong in our way either.
"""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum

HEAD = struct.Struct(">LLLL")
BIND, SUBMIT, DELIVER, UNBIND, ENQUIRE = 0x09, 0x04, 0x05, 0x06, 0x15
ANSWER = 0x80000000
NACK = 0x80000000
SYSTEM_ID, PASSWORD = "ronde", "pass word"
THROTTLED, QUEUE_FULL, SYSTEM_ERROR, BAD_DESTINATION, BAD_SOURCE = 0x58, 0x14, 0x08, 0x0B, 0x0A


class Whim(StrEnum):
    """How the centre treats the next message."""

    TAKES = "takes"
    THROTTLES = "throttles"
    IS_FULL = "is_full"
    KNOWS_NO_SUCH_NUMBER = "knows_no_such_number"
    DISLIKES_OUR_NAME = "dislikes_our_name"
    IS_CONFUSED = "is_confused"
    TAKES_AND_DROPS = "takes_and_drops"
    DROPS = "drops"
    TAKES_AND_SAYS_NOTHING = "takes_and_says_nothing"
    NACKS = "nacks"
    RECEIPT_FIRST = "receipt_first"
    TALKS_NONSENSE = "talks_nonsense"


NOT_TAKING = {
    Whim.THROTTLES: THROTTLED,
    Whim.IS_FULL: QUEUE_FULL,
    Whim.KNOWS_NO_SUCH_NUMBER: BAD_DESTINATION,
    Whim.DISLIKES_OUR_NAME: BAD_SOURCE,
    Whim.IS_CONFUSED: SYSTEM_ERROR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """One message as it came; `name` is what the centre calls it."""

    name: str
    source: tuple[int, int, str]
    to: tuple[int, int, str]
    esm_class: int
    wants_receipt: bool
    coding: int
    message: bytes


@dataclass(slots=True, kw_only=True)
class MessageCentre:
    """A centre; `whims` are used up one message after the other."""

    port: int = 0
    whims: list[Whim] = field(default_factory=list)
    submitted: list[Submitted] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)
    binds: int = 0
    unbinds: int = 0
    enquiries: int = 0
    refuses_binds: bool = False
    is_deaf: bool = False
    names_in_hex: bool = False
    password: str = PASSWORD
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    sequence: int = 1_000
    bound: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                length, command, status, sequence = HEAD.unpack(await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                if not await self._answer(writer, command, status, sequence, body):
                    break
        self.writers.remove(writer)
        writer.close()

    async def _answer(
        self, writer: asyncio.StreamWriter, command: int, status: int, sequence: int, body: bytes
    ) -> bool:
        if command & ANSWER:
            self.answers.append((command, status))
            self.answered.set()
            return True
        if self.is_deaf:
            return True
        if command == BIND:
            return await self._bind(writer, sequence, body)
        if command == ENQUIRE:
            self.enquiries += 1
            await self._say(writer, ENQUIRE | ANSWER, 0, sequence)
            return True
        if command == UNBIND:
            self.unbinds += 1
            await self._say(writer, UNBIND | ANSWER, 0, sequence)
            return False
        if command == SUBMIT:
            return await self._submit(writer, sequence, body)
        await self._say(writer, NACK, 3, sequence)
        return True

    async def _bind(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> bool:
        system_id, password, _system_type, rest = body.split(b"\0", 3)
        assert rest[0] == 0x34
        known = (system_id.decode(), password.decode()) == (SYSTEM_ID, self.password)
        if self.refuses_binds or not known:
            await self._say(writer, BIND | ANSWER, 0x0E, sequence)
            return False
        self.binds += 1
        await self._say(writer, BIND | ANSWER, 0, sequence, b"centre\0")
        self.bound.set()
        return True

    async def _submit(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> bool:
        whim = self.whims.pop(0) if self.whims else Whim.TAKES
        if whim in NOT_TAKING:
            await self._say(writer, SUBMIT | ANSWER, NOT_TAKING[whim], sequence)
            return True
        if whim is Whim.DROPS:
            return False
        if whim is Whim.NACKS:
            await self._say(writer, NACK, 3, sequence)
            return True
        if whim is Whim.TALKS_NONSENSE:
            writer.write(b"\xff" * 64)
            await writer.drain()
            return False
        number = len(self.submitted) + 1
        name = f"{number + 30:X}" if self.names_in_hex else f"m-{number}"
        self.submitted.append(_submitted(name, body))
        if whim is Whim.RECEIPT_FIRST:
            await self.deliver(receipt(name))
        if whim in (Whim.TAKES, Whim.RECEIPT_FIRST):
            await self._say(writer, SUBMIT | ANSWER, 0, sequence, name.encode() + b"\0")
        return whim is not Whim.TAKES_AND_DROPS

    async def deliver(self, body: bytes) -> None:
        """Deliver a receipt or a message on every line that is bound."""
        for writer in self.writers:
            self.sequence += 1
            await self._say(writer, DELIVER, 0, self.sequence, body)

    async def _say(
        self, writer: asyncio.StreamWriter, command: int, status: int, sequence: int,
        body: bytes = b"",
    ) -> None:  # fmt: skip
        writer.write(HEAD.pack(16 + len(body), command, status, sequence) + body)
        await writer.drain()

    def cut(self) -> None:
        """Cut every line, as a network does."""
        for writer in self.writers:
            writer.transport.abort()


def receipt(
    name: str, *, stat: str = "DELIVRD", err: str = "000", extras: bytes = b"", text: bool = True
) -> bytes:
    """Write a receipt as appendix B of the specification has it."""
    said = (
        f"id:{name} sub:001 dlvrd:001 submit date:2611221000 done date:2611221001 "
        f"stat:{stat} err:{err} text:RDV"
    )
    return _delivery(0x04, said.encode() if text else b"", coding=0, extras=extras)


def written(number: str, message: bytes, *, coding: int = 0, esm_class: int = 0) -> bytes:
    """Write what somebody sent from a telephone."""
    return _delivery(esm_class, message, coding=coding, source=number)


def tlv(tag: int, value: bytes) -> bytes:
    """Write an optional parameter."""
    return struct.pack(">HH", tag, len(value)) + value


def _delivery(
    esm_class: int, message: bytes, *, coding: int, source: str = "33639980012", extras: bytes = b""
) -> bytes:
    return b"".join(
        (
            b"\0\x01\x01" + source.encode() + b"\0",
            b"\x03\x01" + b"38069\0",
            bytes([esm_class, 0, 0]),
            b"\0\0",
            bytes([0, 0, coding, 0, len(message)]),
            message,
            extras,
        )
    )


def _submitted(name: str, body: bytes) -> Submitted:
    service, rest = body.split(b"\0", 1)
    assert service == b""
    source, rest = _address(rest)
    to, rest = _address(rest)
    esm_class, rest = rest[0], rest[3:]
    _schedule, _validity, rest = rest.split(b"\0", 2)
    receipt_wanted, _replace, coding, _canned, length = rest[:5]
    assert len(rest) == 5 + length
    return Submitted(
        name=name,
        source=source,
        to=to,
        esm_class=esm_class,
        wants_receipt=receipt_wanted == 1,
        coding=coding,
        message=rest[5:],
    )


def _address(rest: bytes) -> tuple[tuple[int, int, str], bytes]:
    text, left = rest[2:].split(b"\0", 1)
    return (rest[0], rest[1], text.decode()), left


@contextlib.asynccontextmanager
async def message_centre(tls: ssl.SSLContext | None = None) -> AsyncIterator[MessageCentre]:
    """Run a centre on loopback for the length of a block."""
    centre = MessageCentre()
    server = await asyncio.start_server(centre.talk, "127.0.0.1", 0, ssl=tls)
    centre.port = server.sockets[0].getsockname()[1]
    try:
        yield centre
    finally:
        server.close()
        centre.cut()
        await asyncio.sleep(0)
