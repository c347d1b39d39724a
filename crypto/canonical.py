"""The few values our own signed structures add to the TLS presentation: ids, texts, moments.

What is signed or hashed has one byte form only, so each reader here refuses what its
writer would never have written.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from crypto.ids import is_id
from crypto.mls.codec import Malformed, Reader, Writer

HASH_LENGTH: Final = 32
KEY_LENGTH: Final = 32
SIGNATURE_LENGTH: Final = 64

_MOST: Final = (1 << 53) - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that the codec carries without looking inside, where it wants a structure."""

    data: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.opaque(self.data)

    @staticmethod
    def read(reader: Reader) -> "Blob":
        """Take the wire form."""
        return Blob(reader.opaque())


def write_text(writer: Writer, text: str) -> None:
    """Append a text as UTF-8 `opaque<V>`."""
    writer.opaque(text.encode())


def read_text(reader: Reader, *, limit: int) -> str:
    """Take a UTF-8 text of at most `limit` bytes.

    Raises:
        Malformed: It is longer, or no UTF-8.
    """
    data = reader.opaque()
    if len(data) > limit:
        raise Malformed("a text that is too long")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Malformed("a text that is no UTF-8") from None


def read_id(reader: Reader) -> str:
    """Take an id of `crypto/ids.py`.

    Raises:
        Malformed: It has not the shape of an id.
    """
    text = read_text(reader, limit=64)
    if not is_id(text):
        raise Malformed("an id of another shape")
    return text


def read_count(reader: Reader) -> int:
    """Take a `uint64` that counts something: an epoch, above the MLS core.

    Raises:
        Malformed: It is beyond 2^53 - 1.
    """
    return count_of(reader.uint64())


def count_of(value: int) -> int:
    """Accept a count that every language holds exactly; nothing of ours ever gets there.

    Raises:
        Malformed: It is beyond 2^53 - 1.
    """
    if value > _MOST:
        raise Malformed("a number that nothing reaches")
    return value


def milliseconds(moment: datetime) -> int:
    """Count the whole milliseconds from 1970 to a UTC moment: what `uint64` times hold."""
    return (moment - _EPOCH) // _MILLISECOND


def moment_of(count: int) -> datetime:
    """Return the UTC moment that many milliseconds after 1970.

    Raises:
        Malformed: It lies beyond the year 9999.
    """
    try:
        return _EPOCH + count * _MILLISECOND
    except OverflowError:
        raise Malformed("a moment beyond all calendars") from None


def write_moment(writer: Writer, moment: datetime) -> None:
    """Append a UTC moment as `uint64` milliseconds since 1970."""
    writer.uint64(milliseconds(moment))


def read_moment(reader: Reader) -> datetime:
    """Take a UTC moment.

    Raises:
        Malformed: It lies beyond the year 9999.
    """
    return moment_of(reader.uint64())


def read_suite(reader: Reader, known: int) -> int:
    """Take a suite id, which must be the one the reader can work with.

    Raises:
        Malformed: It names another suite.
    """
    suite = reader.uint16()
    if suite != known:
        raise Malformed("a suite that is not ours")
    return suite
