"""What both adapters know of streams: where one ends, and what comes next."""

from typing import NamedTuple

from server.storage.engine import Entry


class Tail(NamedTuple):
    """The last number of a stream and its epoch."""

    seq: int
    epoch: int


class Asked(NamedTuple):
    """An entry somebody wants appended."""

    stream: str
    mid: str
    body: bytes
    epoch: int | None
    advance: bool


def entry_after(tail: Tail, asked: Asked, at: int) -> Entry:
    """Form the entry that comes next."""
    epoch = tail.epoch if asked.advance else asked.epoch
    leads_to = tail.epoch + 1 if asked.advance else tail.epoch
    return Entry(tail.seq + 1, asked.mid, asked.body, epoch, at, leads_to)
