"""The single values that a content is made of, read as strictly as a stranger's.

Whoever reads a body takes its keys one by one; what no client of ours would have
written there is refused.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal, TypeVar

from crypto.ids import DocumentId, ProfessionalId, is_id
from crypto.mls.suite import Secret

MAX_PEOPLE: Final = 50
"""The most people whom one content mentions or assigns."""
KEY_LENGTH: Final = 32

# ISO 8601 in its one long form; in Python the calendar begins with the year 1.
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

T = TypeVar("T")


class BadContent(Exception):
    """An entry's body is none that this version understands."""


class Fields:
    """Takes the keys out of an object one by one, and refuses what is left over."""

    __slots__ = ("_left",)

    def __init__(self, raw: object) -> None:
        if not isinstance(raw, Mapping):
            raise BadContent("no object")
        self._left = dict(raw)

    def take(self, key: str, read: Callable[[object], T]) -> T:
        """Read the value of a key that must be there."""
        if key not in self._left:
            raise BadContent("a key that is missing")
        return read(self._left.pop(key))

    def maybe(self, key: str, read: Callable[[object], T]) -> T | None:
        """Read the value of a key that may be left out."""
        return self.take(key, read) if key in self._left else None

    def end(self) -> None:
        """Refuse keys that nobody asked for.

        Raises:
            BadContent: There are some.
        """
        if self._left:
            raise BadContent("a key that nobody knows")


def text_of(limit: int, *, least: int = 0) -> Callable[[object], str]:
    """Read a text of so many UTF-8 bytes, the one measure that every language has."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not least <= len(utf8(value)) <= limit:
            raise BadContent("a text that is missing or too long")
        return value

    return read


def utf8(text: str) -> bytes:
    """Write a text in UTF-8.

    Raises:
        BadContent: It holds half a character: a surrogate alone.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BadContent("half a character") from None


def id_of(value: object) -> str:
    """Read an id of `crypto/ids.py`."""
    if not isinstance(value, str) or not is_id(value):
        raise BadContent("an id of another shape")
    return value


def document_of(value: object) -> DocumentId | Literal[""]:
    """Read a document's id, or the empty text that says: none."""
    return "" if value == "" else DocumentId(id_of(value))


def day_of(value: object) -> str:
    """Read a day of the calendar, YYYY-MM-DD, or the empty text that says: none."""
    if value == "":
        return ""
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        raise BadContent("a day of another shape")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise BadContent("a day that no calendar has") from None
    return value


def list_of(read: Callable[[object], T], limit: int) -> Callable[[object], tuple[T, ...]]:
    """Read a list of at most so many values."""

    def read_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list) or len(value) > limit:
            raise BadContent("a list that is none, or too long")
        return tuple(read(one) for one in value)

    return read_all


def professionals_of(value: object) -> tuple[ProfessionalId, ...]:
    """Read the ids of several professionals."""
    return tuple(ProfessionalId(one) for one in list_of(id_of, MAX_PEOPLE)(value))


def flag_of(value: object) -> bool:
    """Read a mark that is on or off."""
    if not isinstance(value, bool):
        raise BadContent("a mark that is neither on nor off")
    return value


def number_of(least: int, most: int) -> Callable[[object], int]:
    """Read a whole number within bounds."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadContent("a number that is none, or out of bounds")
        return value

    return read


def key_of(value: object) -> Secret:
    """Read 32 bytes in base64: a key or a hash."""
    try:
        data = base64.b64decode(value if isinstance(value, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise BadContent("no base64") from None
    if len(data) != KEY_LENGTH:
        raise BadContent("a key or a hash of another length")
    return Secret(data)


def written(data: bytes) -> str:
    """Write bytes in base64."""
    return base64.b64encode(data).decode("ascii")
