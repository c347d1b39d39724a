"""Streams in SQLite: the statements, run on the writer's or a reader's connection."""

import apsw

from server.storage.engine import Appended, Damaged, Dumped, Entry, Stale, Taken
from server.storage.rows import contiguous, entry_digest, verified_entry
from server.storage.schema import select
from server.storage.streams import Asked, Tail, entry_after

_PAGE = (
    "SELECT seq, mid, body, epoch, at, leads_to, digest FROM log"
    " WHERE stream=? AND seq>? ORDER BY seq LIMIT ?"
)
_BY_ID = "SELECT seq, mid, body, epoch, at, leads_to, digest FROM log WHERE stream=? AND mid=?"
_EVERYTHING = (
    "SELECT stream, seq, mid, body, epoch, at, leads_to, digest FROM log"
    " WHERE (stream, seq) > (?, ?) ORDER BY stream, seq LIMIT ?"
)
_LAST = "SELECT seq, leads_to FROM log WHERE stream=? ORDER BY seq DESC LIMIT 1"
_INSERT = (
    "INSERT OR IGNORE INTO log(stream, seq, mid, body, epoch, at, leads_to, digest)"
    " VALUES(?,?,?,?,?,?,?,?)"
)
_MOST_TAILS = 50_000

Row = tuple[int, str, bytes, int | None, int, int, bytes]


class Tails:
    """The last numbers the writer knows, good for as long as no other process wrote.

    The writer calls `renew` inside each of its transactions, where nobody else can write.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._known: dict[str, Tail] = {}
        self._seen = -1

    def renew(self) -> None:
        """Forget everything if another connection has committed since the last time."""
        seen = self._connection.pragma("data_version")
        if seen != self._seen or len(self._known) > _MOST_TAILS:
            self._known.clear()
            self._seen = seen

    def forget(self) -> None:
        """Forget everything, because a transaction was undone or a stream was cut."""
        self._known.clear()

    def of(self, stream: str) -> Tail:
        """Tell where a stream ends."""
        known = self._known.get(stream)
        if known is None:
            known = self._known[stream] = read_tail(self._connection, stream)
        return known

    def move(self, stream: str, tail: Tail) -> None:
        """Remember where a stream ends now."""
        self._known[stream] = tail


def read_tail(connection: apsw.Connection, stream: str) -> Tail:
    """Look where a stream ends; an empty one ends at 0, in epoch 0."""
    rows = select(connection, _LAST, stream)
    return Tail(*rows[0]) if rows else Tail(0, 0)


def append(connection: apsw.Connection, tails: Tails, asked: Asked, at: int) -> Appended:
    """Put an entry at the end of its stream, or find it there already.

    Raises:
        Stale: Its epoch is not the stream's and its id is not known.
        Taken: Its id is known with another body.
    """
    tail = tails.of(asked.stream)
    if asked.epoch is not None and asked.epoch != tail.epoch:
        return first_answer(connection, asked) or _refuse_epoch()
    entry = entry_after(tail, asked, at)
    connection.execute(_INSERT, (asked.stream, *entry_row(asked.stream, entry)))
    if not connection.changes():
        # The only index that may object is the one on ids: nobody else writes meanwhile.
        return first_answer(connection, asked) or _refuse_place(asked.stream)
    tails.move(asked.stream, Tail(entry.seq, entry.leads_to))
    return Appended(entry.seq, fresh=True, at=at)


def entry_row(stream: str, entry: Entry) -> tuple[int, str, bytes, int | None, int, int, bytes]:
    """Give the columns of an entry, in the order of the insert."""
    return (*entry, entry_digest(stream, entry))


def first_answer(connection: apsw.Connection, asked: Asked) -> Appended | None:
    """Repeat what was answered when the id first came; None if it never did.

    Raises:
        Taken: It came with another body.
    """
    rows = select(connection, _BY_ID, asked.stream, asked.mid)
    if not rows:
        return None
    entry = _entry(asked.stream, rows[0])
    if entry.body != asked.body:
        raise Taken("this entry id is in use with another content")
    return Appended(entry.seq, fresh=False, at=entry.at)


def _refuse_epoch() -> Appended:
    raise Stale("the epoch is not the stream's")


def _refuse_place(stream: str) -> Appended:
    raise Damaged(f"stream {stream} does not take its next number")


def _entry(stream: str, row: Row) -> Entry:
    return verified_entry(stream, Entry(*row[:6]), row[6])


def read(connection: apsw.Connection, stream: str, after: int, limit: int) -> list[Entry]:
    """Read a page of a stream."""
    rows = select(connection, _PAGE, stream, after, limit)
    return contiguous(stream, [_entry(stream, row) for row in rows])


def heads(connection: apsw.Connection, streams: list[str]) -> dict[str, int]:
    """Look up the last number of each stream."""
    return {stream: read_tail(connection, stream).seq for stream in streams}


def trim(connection: apsw.Connection, tails: Tails, stream: str, upto: int | None) -> int:
    """Remove the beginning of a stream, or all of it."""
    last = read_tail(connection, stream).seq
    cut = last if upto is None else min(upto, last - 1)
    connection.execute("DELETE FROM log WHERE stream=? AND seq<=?", (stream, cut))
    tails.forget()
    return connection.changes()


def newest(connection: apsw.Connection) -> int:
    """Give the row that came last."""
    return int(connection.execute("SELECT coalesce(max(n), 0) FROM log").get)


def moved(connection: apsw.Connection, since: int) -> tuple[int, list[str]]:
    """Give the row that came last, and the streams of those that came after row `since`."""
    rows = select(connection, "SELECT stream, max(n) FROM log WHERE n>? GROUP BY stream", since)
    return max((n for _, n in rows), default=since), [stream for stream, _ in rows]


def page_of_everything(
    connection: apsw.Connection, after: tuple[str, int], limit: int
) -> list[tuple[Dumped, bytes]]:
    """Read the entries of all streams in order, each with its digest, unverified."""
    rows = select(connection, _EVERYTHING, *after, limit)
    return [(Dumped(row[0], Entry(*row[1:7])), row[7]) for row in rows]


def load(connection: apsw.Connection, item: Dumped) -> None:
    """Store an entry as it was."""
    row = entry_row(item.stream, item.entry)
    connection.execute(_INSERT.replace(" OR IGNORE", ""), (item.stream, *row))
