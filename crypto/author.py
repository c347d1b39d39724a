"""What a reader remembers of an author's entries, to notice what the server withholds.

The server gives entries their place in the log, so it could leave some out or shuffle
them. Each device numbers its entries and names the one before; this file turns a
break in that chain into something to show, not into a refusal to read on.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from crypto.canonical import HASH_LENGTH
from crypto.entry import NO_PREVIOUS, Entry
from crypto.mls.codec import Reader, Writer

# A server that withholds more than this has been noticed long before.
MAX_MISSING: Final = 256


class Notice(StrEnum):
    """What an entry's place in its author's chain tells."""

    MISSING = "missing"
    REORDERED = "reordered"
    REPLAYED = "replayed"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorChain:
    """The last entry seen of one device in one channel, and the numbers not seen yet.

    `floor` and `floor_previous` are where our sight begins: counter 1 and 32 zero bytes
    unless we came later.
    """

    counter: int = 0
    head: bytes = NO_PREVIOUS
    floor: int = 1
    floor_previous: bytes = NO_PREVIOUS
    missing: tuple[int, ...] = ()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint32(self.counter).opaque(self.head)
        writer.uint32(self.floor).opaque(self.floor_previous)
        writer.uint32s(self.missing)

    @staticmethod
    def read(reader: Reader) -> "AuthorChain":
        """Take the wire form."""
        return AuthorChain(
            counter=reader.uint32(),
            head=reader.fixed(HASH_LENGTH),
            floor=reader.uint32(),
            floor_previous=reader.fixed(HASH_LENGTH),
            missing=reader.uint32s(),
        )

    def follow(self, entry: Entry) -> tuple["AuthorChain", Notice | None]:
        """Take an author's entry as it comes and say what is odd about its place.

        REPLAYED entries must not be shown a second time; all others may be shown.
        """
        if entry.counter in self.missing:
            rest = tuple(count for count in self.missing if count != entry.counter)
            return replace(self, missing=rest), Notice.REORDERED
        if entry.counter <= self.counter:
            return self, Notice.REPLAYED
        skipped = range(self.counter + 1, entry.counter)
        missing = (*self.missing, *skipped[:MAX_MISSING])[-MAX_MISSING:]
        followed = replace(self, counter=entry.counter, head=entry.hash, missing=missing)
        if skipped:
            return followed, Notice.MISSING
        return followed, None if entry.previous == self.head else Notice.REWRITTEN


def begin(entry: Entry) -> AuthorChain:
    """Start from the first entry we can read of an author who wrote before we came."""
    return AuthorChain(
        counter=entry.counter,
        head=entry.hash,
        floor=entry.counter,
        floor_previous=entry.previous,
    )
