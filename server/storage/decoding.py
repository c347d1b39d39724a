"""The one place where stored bytes become values."""

from typing import TypeVar

import msgspec

from server.storage.engine import Damaged

Value = TypeVar("Value")


def decode(decoder: msgspec.msgpack.Decoder[Value], body: bytes, *, what: str) -> Value:
    """Decode stored bytes, or say that they are damaged without quoting them.

    msgspec lets two more exceptions out than its own: text that is not UTF-8, and nesting
    beyond Python's depth.

    Raises:
        Damaged: They are not the encoding of such a value.
    """
    try:
        return decoder.decode(body)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # The messages quote what they met, and that may be personal: they end here.
        raise Damaged(f"{what} is not what it should be") from None
