"""Socket.IO events as bytes: read strictly, written once for any number of receivers.

A packet travels as Engine.IO 4 (`4` = message) around Socket.IO 5 (`2` = event, `3` = ack)
inside one WebSocket text frame (RFC 6455, section 5.2). Only the main namespace is spoken and
bodies are base64, so no packet of ours ever has attachments.
"""

import struct
from typing import NamedTuple

import msgspec

PING = b"2"
PONG = b"3"
CLOSE = b"1"
LEAVE = b"41"
EVENT_PREFIX = b"42"

_CONNECT_PREFIX = b"40"

_FINAL_TEXT = 0x81
_SHORT, _MEDIUM = 126, 65536
_TWO_BYTES, _EIGHT_BYTES = 126, 127
# Socket.IO numbers its acks from 0; ten digits are months of events on one connection.
_ACK_DIGITS = 10

_decoder = msgspec.json.Decoder(tuple[str, msgspec.Raw])


class MalformedFrame(Exception):
    """The frame is not an event in the form this server speaks."""


class Event(NamedTuple):
    """An event as received: its one argument still undecoded."""

    name: str
    argument: msgspec.Raw
    ack: int | None


def read_event(packet: bytes) -> Event:
    """Read an Engine.IO message that holds a Socket.IO event of the main namespace.

    Raises:
        MalformedFrame: Anything but `42`, an optional ack number and `[name, argument]`.
    """
    opening = packet.find(b"[", 2, 3 + _ACK_DIGITS)
    if opening < 0 or not packet.startswith(EVENT_PREFIX):
        raise MalformedFrame
    digits = packet[2:opening]
    if digits and not digits.isdigit():
        raise MalformedFrame
    try:
        name, argument = _decoder.decode(memoryview(packet)[opening:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedFrame from None
    return Event(name, argument, int(digits) if digits else None)


def read_sign_in(packet: bytes) -> str:
    """Read a Socket.IO connect to the main namespace, without Engine.IO's type.

    Raises:
        MalformedFrame: Anything but `40` and perhaps an object.
    """
    auth = packet[2:]
    if not packet.startswith(_CONNECT_PREFIX) or (auth and not auth.startswith(b"{")):
        raise MalformedFrame
    try:
        if auth:
            msgspec.json.decode(auth)
        return packet[1:].decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedFrame from None


def event_packet(name: str, argument: bytes) -> bytes:
    """Write an event whose argument is JSON already."""
    return b'42["%s",%s]' % (name.encode("ascii"), argument)


def ack_packet(number: int, answer: bytes) -> bytes:
    """Write the ack of an event; the answer is JSON already."""
    return b"43%d[%s]" % (number, answer)


def text_frame(payload: bytes) -> bytes:
    """Wrap a packet in one final, unmasked, uncompressed text frame, as servers send it."""
    length = len(payload)
    if length < _SHORT:
        return struct.pack("!BB", _FINAL_TEXT, length) + payload
    if length < _MEDIUM:
        return struct.pack("!BBH", _FINAL_TEXT, _TWO_BYTES, length) + payload
    return struct.pack("!BBQ", _FINAL_TEXT, _EIGHT_BYTES, length) + payload
