"""The TLS presentation language, as RFC 9420, section 2.1 uses it, read strictly.

One byte string has one meaning and one meaning has one byte string: lengths in
their shortest form, nothing after the end, no presence octet but 0 and 1. Every
structure of the core has `write(writer)` and a static `read(reader)`.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Protocol, TypeVar

from crypto.mls.refused import Refused

T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)

# Nothing we exchange comes near 16 MiB: a group of 1,000 devices fits in one.
MAX_MESSAGE = 1 << 24
# A tree of 1,000 devices has some 10,000 items, and each costs a little time to read.
MAX_ITEMS = 1 << 18
# The deepest structure of RFC 9420 (a capability list in a leaf in a path in a commit) has six.
MAX_DEPTH = 12

_TWO_BYTES = 0x40
_FOUR_BYTES = 0x4000
_TOO_LONG = 0x40000000
_ONE_BYTE_PREFIX, _TWO_BYTE_PREFIX, _FOUR_BYTE_PREFIX = 0, 1, 2


class Malformed(Refused):
    """The bytes are not the structure they were said to be."""


class Encodable(Protocol):
    """A structure that knows its own wire form."""

    def write(self, writer: "Writer") -> None:
        """Append the structure's bytes."""


class Writer:
    """Collects the bytes of a structure; every method returns the writer."""

    __slots__ = ("_out",)

    def __init__(self) -> None:
        self._out = bytearray()

    def uint8(self, value: int) -> "Writer":
        """Append one byte."""
        self._out += value.to_bytes(1, "big")
        return self

    def uint16(self, value: int) -> "Writer":
        """Append two bytes, big-endian like all that follow."""
        self._out += value.to_bytes(2, "big")
        return self

    def uint32(self, value: int) -> "Writer":
        """Append four bytes."""
        self._out += value.to_bytes(4, "big")
        return self

    def uint64(self, value: int) -> "Writer":
        """Append eight bytes."""
        self._out += value.to_bytes(8, "big")
        return self

    def raw(self, data: bytes) -> "Writer":
        """Append bytes whose length the reader knows."""
        self._out += data
        return self

    def opaque(self, data: bytes) -> "Writer":
        """Append `opaque<V>`: the length, then the bytes."""
        self._out += varint(len(data))
        self._out += data
        return self

    def put(self, value: Encodable) -> "Writer":
        """Append a structure."""
        value.write(self)
        return self

    def vector(self, values: Iterable[Encodable]) -> "Writer":
        """Append `Structure<V>`: the length in bytes, then the structures."""
        inner = Writer()
        for value in values:
            value.write(inner)
        return self.opaque(inner.bytes())

    def uint16s(self, values: Iterable[int]) -> "Writer":
        """Append `uint16<V>`."""
        return self.opaque(b"".join(value.to_bytes(2, "big") for value in values))

    def uint32s(self, values: Iterable[int]) -> "Writer":
        """Append `uint32<V>`."""
        return self.opaque(b"".join(value.to_bytes(4, "big") for value in values))

    def optional(self, value: Encodable | None) -> "Writer":
        """Append `optional<Structure>`: a presence octet, then the structure if there is one."""
        self._out.append(0 if value is None else 1)
        if value is not None:
            value.write(self)
        return self

    def bytes(self) -> bytes:
        """Return what was written."""
        return bytes(self._out)


class Reader:
    """Takes structures off a byte string, from the left, never past the end."""

    __slots__ = ("_data", "_depth", "_end", "_items", "_most", "_position")

    def __init__(self, data: bytes, *, longest: int = MAX_MESSAGE, most: int = MAX_ITEMS) -> None:
        if len(data) > longest:
            raise Malformed("longer than any message of ours")
        self._most = most
        self._data = data
        self._position = 0
        self._end = len(data)
        self._depth = 0
        self._items = 0

    @property
    def position(self) -> int:
        """Offset of the next byte, to cut out the bytes of a structure with `since`."""
        return self._position

    def since(self, position: int) -> bytes:
        """Return the bytes read since an earlier position."""
        return self._data[position : self._position]

    def uint8(self) -> int:
        """Take one byte."""
        return self._take(1)[0]

    def uint16(self) -> int:
        """Take two bytes, big-endian like all that follow."""
        return int.from_bytes(self._take(2), "big")

    def uint32(self) -> int:
        """Take four bytes."""
        return int.from_bytes(self._take(4), "big")

    def uint64(self) -> int:
        """Take eight bytes."""
        return int.from_bytes(self._take(8), "big")

    def enum8(self, kind: type[E]) -> E:
        """Take one byte that must be a number of the enumeration."""
        return _member_of(kind, self.uint8())

    def enum16(self, kind: type[E]) -> E:
        """Take two bytes that must be a number of the enumeration."""
        return _member_of(kind, self.uint16())

    def raw(self, length: int) -> bytes:
        """Take bytes whose length is known."""
        return self._take(length)

    def opaque(self) -> bytes:
        """Take `opaque<V>`."""
        return self._take(self._varint())

    def fixed(self, length: int) -> bytes:
        """Take `opaque<V>` that must hold exactly so many bytes: a key, a hash, a tag."""
        data = self.opaque()
        if len(data) != length:
            raise Malformed("a value of the wrong length")
        return data

    def vector(self, read: "Callable[[Reader], T]") -> tuple[T, ...]:
        """Take `Structure<V>`; the structures fill the announced length exactly."""
        end = self._length_end()
        outer, self._end = self._end, end
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Malformed("nested too deeply")
        values: list[T] = []
        while self._position < end:
            before = self._position
            values.append(read(self))
            if self._position == before:
                raise Malformed("an item without bytes")
            self._count(1)
        self._end = outer
        self._depth -= 1
        return tuple(values)

    def uint16s(self) -> tuple[int, ...]:
        """Take `uint16<V>`."""
        return self._integers(2)

    def uint32s(self) -> tuple[int, ...]:
        """Take `uint32<V>`."""
        return self._integers(4)

    def optional(self, read: "Callable[[Reader], T]") -> T | None:
        """Take `optional<Structure>`."""
        present = self.uint8()
        if present > 1:
            raise Malformed("a presence octet is 0 or 1")
        return read(self) if present else None

    def end(self) -> None:
        """Refuse bytes that nothing asked for.

        Raises:
            Malformed: Something follows the structure.
        """
        if self._position != self._end:
            raise Malformed("bytes after the end")

    def _count(self, items: int) -> None:
        self._items += items
        if self._items > self._most:
            raise Malformed("more items than any message of ours")

    def _take(self, length: int) -> bytes:
        start = self._position
        stop = start + length
        if stop > self._end:
            raise Malformed("cut short")
        self._position = stop
        return self._data[start:stop]

    def _varint(self) -> int:
        first = self._take(1)[0]
        prefix = first >> 6
        if prefix == _ONE_BYTE_PREFIX:
            return first
        if prefix == _TWO_BYTE_PREFIX:
            value, least = (first & 0x3F) << 8 | self._take(1)[0], _TWO_BYTES
        elif prefix == _FOUR_BYTE_PREFIX:
            value = (first & 0x3F) << 24 | int.from_bytes(self._take(3), "big")
            least = _FOUR_BYTES
        else:
            raise Malformed("a length of eight bytes")
        if value < least:
            raise Malformed("a length not in its shortest form")
        return value

    def _length_end(self) -> int:
        length = self._varint()
        end = self._position + length
        if end > self._end:
            raise Malformed("cut short")
        return end

    def _integers(self, size: int) -> tuple[int, ...]:
        data = self.opaque()
        if len(data) % size:
            raise Malformed("a vector cut inside an item")
        self._count(len(data) // size)
        return tuple(
            int.from_bytes(data[at : at + size], "big") for at in range(0, len(data), size)
        )


def _member_of(kind: type[E], number: int) -> E:
    try:
        return kind(number)
    except ValueError:
        raise Malformed("a number that its enumeration lacks") from None


def varint(value: int) -> bytes:
    """Encode a length in its shortest form: RFC 9420, section 2.1.2.

    Raises:
        ValueError: It needs more than 30 bits.
    """
    if value < _TWO_BYTES:
        return bytes((value,))
    if value < _FOUR_BYTES:
        return (value | 0x4000).to_bytes(2, "big")
    if value < _TOO_LONG:
        return (value | 0x80000000).to_bytes(4, "big")
    raise ValueError("longer than a length can say")


def encode(value: Encodable) -> bytes:
    """Return the wire form of a structure."""
    writer = Writer()
    value.write(writer)
    return writer.bytes()


def own_reader(data: bytes) -> Reader:
    """Read what we wrote for ourselves, whatever its size.

    The bounds are for what others send. What a device keeps grows with what it was told,
    and it must never become too large for its own owner to open.
    """
    return Reader(data, longest=_TOO_LONG, most=_TOO_LONG)


def decode(read: Callable[[Reader], T], data: bytes) -> T:
    """Read one structure that fills the bytes exactly.

    Raises:
        Malformed: It is not that structure, or something follows it.
    """
    reader = Reader(data)
    value = read(reader)
    reader.end()
    return value
