"""The units of SMPP 3.4 that we speak (SMPP Protocol Specification v3.4, issue 1.2).

A subset, exact and small: binding as a transceiver, submitting, being delivered to, asking
whether the line still stands, parting. What is not in it is answered `generic_nack`.
`aiosmpplib` was looked at instead: it takes messages into a queue of its own, tells later
what became of them, and speaks no TLS; the outbox must know of each attempt whether a byte
left. It is the outside speaker that the tests hold this to.
"""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

HEADER = struct.Struct("!IIII")
LONGEST = 65_536
"""The longest unit that is read, in bytes: none of ours comes near it."""

VERSION = 0x34
_RESPONSE = 0x8000_0000
_TLV = struct.Struct("!HH")
_LONGEST_ADDRESS = 20
_LONGEST_SHORT_MESSAGE = 254
# Fifteen, eight and twelve in the standard; centres that give out longer ones mean them.
_LONGEST_NAME = 64


class Command(IntEnum):
    """What a unit asks, and what it answers (section 5.1.2.1)."""

    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    GENERIC_NACK = 0x8000_0000
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND_RESP = 0x8000_0006
    BIND_TRANSCEIVER_RESP = 0x8000_0009
    ENQUIRE_LINK_RESP = 0x8000_0015


class Status(IntEnum):
    """The statuses that are told apart (section 5.1.3); any other is a number."""

    OK = 0x00
    INVALID_LENGTH = 0x01
    INVALID_COMMAND = 0x03
    SYSTEM_ERROR = 0x08
    INVALID_DESTINATION = 0x0B
    BIND_FAILED = 0x0D
    INVALID_PASSWORD = 0x0E
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TEMPORARY = 0x64


class Tag(IntEnum):
    """The optional parameters that are read (section 5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Malformed(Exception):
    """Bytes that are no unit of SMPP: whoever sends them cannot be talked to any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """One unit; `command` stays a number, since the other side may say any."""

    command: int
    sequence: int
    status: int = Status.OK
    body: bytes = field(default=b"", repr=False)

    @property
    def is_answer(self) -> bool:
        """Tell whether it answers a unit of ours."""
        return bool(self.command & _RESPONSE)

    def answer(self, *, status: int = Status.OK, body: bytes = b"") -> Self:
        """Make the answer to it."""
        return type(self)(
            command=self.command | _RESPONSE, sequence=self.sequence, status=status, body=body
        )

    def encode(self) -> bytes:
        """Write it for the wire."""
        length = HEADER.size + len(self.body)
        return HEADER.pack(length, self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A number or a name with its type (section 5.2.5) and its plan (section 5.2.6)."""

    ton: int
    npi: int
    text: str = field(repr=False)

    @classmethod
    def of_sender(cls, name: str) -> Self:
        """Tell a short number and an international one from a name of letters.

        Types and plans as OVHcloud's SMPP specification (2023) asks for them.
        """
        digits = name.removeprefix("+")
        if not (digits.isascii() and digits.isdigit()):
            return cls(ton=5, npi=0, text=name)
        is_short = digits == name and len(digits) <= len("12345678")
        return cls(ton=3 if is_short else 1, npi=1, text=digits)

    @classmethod
    def of_mobile(cls, number: str) -> Self:
        """Write a number in E.164 as an international one."""
        return cls(ton=1, npi=1, text=number.removeprefix("+"))

    def encode(self) -> bytes:
        """Write type, plan and text."""
        return bytes([self.ton, self.npi]) + c_string(self.text, longest=_LONGEST_ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A `deliver_sm`: a receipt, or what somebody wrote (section 4.6.1)."""

    source: str = field(repr=False)
    esm_class: int
    coding: int
    message: bytes = field(repr=False)
    extras: Mapping[int, bytes] = field(repr=False)


def c_string(text: str, *, longest: int) -> bytes:
    """Write a text with a zero at its end; what is too long is cut, what is no ASCII a `?`."""
    return text.encode("ascii", "replace").replace(b"\0", b"")[:longest] + b"\0"


def bind_body(*, system_id: str, password: str, system_type: str) -> bytes:
    """Write who we are (section 4.1.5)."""
    return (
        c_string(system_id, longest=_LONGEST_NAME)
        + c_string(password, longest=_LONGEST_NAME)
        + c_string(system_type, longest=_LONGEST_NAME)
        + bytes([VERSION, 0, 0])
        + c_string("", longest=40)
    )


def submit_body(
    *, source: Address, to: Address, coding: int, message: bytes, has_header: bool, receipt: bool
) -> bytes:
    """Write a message to be sent (section 4.4.1), with a receipt wanted at its end, or none.

    Raises:
        Malformed: It is longer than one unit may carry.
    """
    if len(message) > _LONGEST_SHORT_MESSAGE:
        raise Malformed
    esm_class = 0x40 if has_header else 0x00
    return (
        c_string("", longest=5)
        + source.encode()
        + to.encode()
        + bytes([esm_class, 0, 0])
        + c_string("", longest=16)
        + c_string("", longest=16)
        + bytes([1 if receipt else 0, 0, coding, 0, len(message)])
        + message
    )


def read_message_id(body: bytes) -> str:
    """Read the name that the other side gave to a message (section 4.4.2)."""
    return body.partition(b"\0")[0].decode("latin-1")


def read_delivered(body: bytes) -> Delivered:
    """Read a `deliver_sm`.

    Raises:
        Malformed: It ends before it should.
    """
    reader = _Reader(body)
    reader.text()
    reader.take(2)
    source = reader.text()
    reader.take(2)
    reader.text()
    esm_class = reader.take(3)[0]
    reader.text()
    reader.text()
    coding, _, length = reader.take(5)[2:5]
    message = reader.take(length)
    extras = reader.extras()
    return Delivered(
        source=source,
        esm_class=esm_class,
        coding=coding,
        message=message or extras.get(Tag.MESSAGE_PAYLOAD, b""),
        extras=extras,
    )


async def read_pdu(stream: asyncio.StreamReader) -> Pdu:
    """Read the next unit.

    Raises:
        Malformed: Its length is none that a unit has.
        asyncio.IncompleteReadError, OSError: The line broke.
    """
    length, command, status, sequence = HEADER.unpack(await stream.readexactly(HEADER.size))
    if not HEADER.size <= length <= LONGEST:
        raise Malformed
    body = await stream.readexactly(length - HEADER.size)
    return Pdu(command=command, status=status, sequence=sequence, body=body)


class _Reader:
    """Takes one field after the other from a body."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    def take(self, count: int) -> bytes:
        if len(self._left) < count:
            raise Malformed
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def text(self) -> str:
        taken, zero, self._left = self._left.partition(b"\0")
        if not zero:
            raise Malformed
        return taken.decode("latin-1")

    def extras(self) -> dict[int, bytes]:
        """Read the optional parameters, of which the first of a tag counts."""
        found: dict[int, bytes] = {}
        while self._left:
            tag, length = _TLV.unpack(self.take(_TLV.size))
            found.setdefault(tag, self.take(length))
        return found
