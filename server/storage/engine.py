"""The engine port: what Ronde asks of a database, and nothing more.

Two adapters keep these promises to the letter (`sqlite.py`, `mongo.py`); one contract
suite and one model hold them to it. A document is opaque bytes with a version; a stream
is a numbered log of opaque bytes. Every method is one atom and no transaction spans two,
which is what lets a database without transactions be exactly equal to one that has them.

Keys (kinds, ids, tags, unique keys, streams, entry ids) are non-empty text of at most
512 characters without control characters; an engine raises `ValueError` for any other.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import NamedTuple, Protocol

NEVER = 2**62
"""An epoch no stream reaches: `append` with it stores nothing and only repeats a first answer."""


class Stale(Exception):
    """What the caller based its write on is no longer so; nothing was stored."""


class Taken(Exception):
    """The unique key, or the entry id with another content, is in use; nothing was stored."""


class Busy(Exception):
    """Too much is waiting already; nothing was stored, the same call may be made again later."""


class Unavailable(Exception):
    """The engine could not do it or cannot tell; the same call, made again later, is safe."""


class Damaged(Exception):
    """What is stored is not what was written: a digest, a seal or a form does not agree."""


class NewerFile(Exception):
    """The store was written by a later version of Ronde, so this one leaves it alone."""


class Doc(NamedTuple):
    """A document as the engine keeps it.

    `version` counts the writes, from 1; 0 says "not stored yet". `unique` belongs to one
    document of its kind at most. `tags` are the other keys `find` knows it by. `due` is
    an instant in milliseconds UTC by which `claim` hands it out.
    """

    kind: str
    id: str
    version: int
    body: bytes
    unique: str | None = None
    tags: tuple[str, ...] = ()
    due: int | None = None


class Labelled(NamedTuple):
    """What a document is found by, without the document."""

    id: str
    tags: tuple[str, ...]


class Entry(NamedTuple):
    """One place in a stream.

    `at` is the server's clock in milliseconds UTC. `epoch` is the stream's epoch the entry
    was made in, or None if its sender named none; `leads_to` is the stream's epoch once the
    entry is in, so an entry is a commit exactly if `leads_to` is greater than `epoch`.
    """

    seq: int
    mid: str
    body: bytes
    epoch: int | None
    at: int
    leads_to: int


class Appended(NamedTuple):
    """Where an entry stands, whether this very call put it there, and when it was put."""

    seq: int
    fresh: bool
    at: int


class Dumped(NamedTuple):
    """An entry in a dump, with the stream it belongs to."""

    stream: str
    entry: Entry


class Engine(Protocol):
    """Thirteen atoms over documents and streams.

    What a method has answered is durable: it survives the death of the process and of the
    machine. Every method may raise `Unavailable`, and every write `Busy`; both are safe to
    answer by making the same call again. What is read is verified by its digest first, but
    for `labels`, which leaves bodies where they are.
    """

    async def get(self, kind: str, doc_id: str) -> Doc | None:
        """Give a document as it was last written, or None.

        Raises:
            Damaged: Its digest does not agree with it.
        """
        ...

    async def put(self, doc: Doc) -> Doc:
        """Create a document (version 0) or replace its version `n`, and give it with `n + 1`.

        A dropped id may be created again and counts from 1 again: give a new thing a new
        id, or a worker that slept through both would take the one for the other.

        Raises:
            Stale: It exists already, or is not, or no longer, at that version.
            Taken: Another document of its kind holds its unique key.
        """
        ...

    async def drop(self, kind: str, doc_id: str, version: int) -> None:
        """Remove a document at a version; its bytes leave the files within a minute.

        Raises:
            Stale: It is not, or no longer, at that version.
        """
        ...

    async def find(self, kind: str, key: str, after: str = "", limit: int = 100) -> list[Doc]:
        """Give the documents of a kind whose tag or unique key is `key`, in order of their ids.

        Pages: give the last id seen as `after`. Ids are ordered by code point.

        Raises:
            Damaged: A digest does not agree.
        """
        ...

    async def labels(
        self, kind: str, key: str, after: str = "", limit: int = 100
    ) -> list[Labelled]:
        """Give only the ids and tags of what `find` gives, to be counted: no body is read.

        Without its body no digest can agree, so nothing here is verified.
        """
        ...

    async def claim(self, kind: str, now: int, until: int, limit: int = 1) -> list[Doc]:
        """Take the documents due at `now` (ms UTC), the longest due first, until `until`.

        Each one's `due` becomes `until` and its version grows by one, so two workers never
        hold the same, one that dies gives back by doing nothing, and one that wakes after
        its lease fails its `put` with `Stale`: the lease is `due`, the fence is the version.
        A damaged document is passed over, so that it holds up nothing; `check` names it.
        """
        ...

    async def append(
        self, stream: str, mid: str, body: bytes, *, epoch: int | None = None, advance: bool = False
    ) -> Appended:
        """Give an entry the next number of its stream: 1, 2, 3, no gap, no repeat.

        The same `mid` with the same body gets the first answer again, with `fresh` false,
        even if the epoch has moved since: the id is looked at before the epoch. A stream's
        epoch starts at 0; an entry with `advance` is the commit that makes it one more,
        and RFC 9420, section 14 wants one commit per epoch: the first wins. With the epoch
        `NEVER` it is a look only: the first answer if there was one, else `Stale`.

        Raises:
            Stale: `epoch` is not the stream's.
            Taken: The stream holds that `mid` with another body.
        """
        ...

    async def read(self, stream: str, after: int = 0, limit: int = 100) -> list[Entry]:
        """Give the entries that follow number `after`, contiguous and in order.

        The first may have a greater number than `after + 1` only if `trim` took those between.

        Raises:
            Damaged: A digest does not agree, or a number is missing.
        """
        ...

    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        """Give the last number of each stream, 0 for one that holds nothing."""
        ...

    async def trim(self, stream: str, upto: int | None) -> int:
        """Remove the entries up to a number and tell how many; None removes the whole stream.

        Unless everything goes, the newest entry stays: it carries the number and the epoch.
        An id that was trimmed is forgotten. The bytes leave the files within a minute.
        """
        ...

    def watch(self) -> AsyncIterator[str]:
        """Name streams that may have moved, in this process or another.

        A hint only: names may be missing, repeated or late. `heads` is the truth.
        """
        ...

    async def check(self) -> list[str]:
        """Look at everything and say what is wrong, one sentence each; [] is healthy.

        Digests, contiguity, orphaned keys, and whatever the database itself can verify.
        """
        ...

    def dump(self) -> AsyncIterator[Doc | Dumped]:
        """Give all documents, then all entries, each stream in order.

        What is written meanwhile may be in it or not; what stood all the while is in it.
        """
        ...

    async def load(self, items: AsyncIterable[Doc | Dumped]) -> int:
        """Store what a `dump` gave, versions, numbers and times as they were; tell how many.

        Raises:
            Taken: The engine holds something already; loading is for an empty one.
        """
        ...

    async def close(self) -> None:
        """Finish what is waiting and let the files or connections go."""
        ...
