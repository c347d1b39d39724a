"""Streams in MongoDB: the next number is taken by inserting it, under unique indexes.

A counter document lost 669 numbers in a hundred kills; inserting at `last + 1` lost none.
One insert at a time on a stream would be slow, so what waits for a stream goes in one
ordered batch: it stops at the first refusal, so no number is ever left out.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, PyMongoError

from server.storage.engine import (
    Appended,
    Busy,
    Damaged,
    Dumped,
    Entry,
    Stale,
    Taken,
    Unavailable,
)
from server.storage.mongo_docs import BETWEEN
from server.storage.rows import contiguous, entry_digest, verified_entry
from server.storage.streams import Asked, Tail, entry_after

Record = dict[str, Any]
Collection = AsyncCollection[Record]

_MOST_TRIES = 50
_LARGEST_BATCH = 500
_MOST_TAILS = 50_000


class Waiting:
    """Somebody's entry, when it was asked for, the number tried for it, and their future."""

    def __init__(self, asked: Asked, at: int) -> None:
        self.asked = asked
        self.at = at
        self.tries = 0
        self.planned: int | None = None
        self.future: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()

    def answer(self, outcome: Appended | Exception) -> None:
        """Let them know, if they are still there."""
        if self.future.done():
            return
        if isinstance(outcome, Exception):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Appender:
    """Appends of this process: one batch at a time on each stream."""

    def __init__(self, log: Collection, *, depth: int) -> None:
        self._log = log
        self._depth = depth
        self._count = 0
        # Tells our own inserts from those of other processes when a batch breaks off.
        self._writer = secrets.token_hex(8)
        self._queues: dict[str, list[Waiting]] = {}
        self._tails: dict[str, Tail] = {}
        self._flushes: set[asyncio.Task[None]] = set()

    async def append(self, asked: Asked, at: int) -> Appended:
        """Append an entry, or find it there already. A caller that goes away cancels nothing.

        Raises:
            Stale: Its epoch is not the stream's and its id is not known.
            Taken: Its id is known with another body.
            Busy: Too much is waiting.
            Unavailable: The database cannot be reached, or cannot tell.
        """
        if self._count >= self._depth:
            raise Busy("too many writes are waiting")
        waiting = Waiting(asked, at)
        self._count += 1
        waiting.future.add_done_callback(self._uncount)
        queue = self._queues.get(asked.stream)
        if queue is not None:
            queue.append(waiting)
        else:
            self._queues[asked.stream] = [waiting]
            flush = asyncio.get_running_loop().create_task(self._flush(asked.stream))
            self._flushes.add(flush)
            flush.add_done_callback(self._flushes.discard)
        return await waiting.future

    def forget(self, stream: str) -> None:
        """Forget where a stream ends, because it was cut."""
        self._tails.pop(stream, None)

    async def close(self) -> None:
        """Finish what is waiting."""
        while self._flushes:
            await asyncio.wait(self._flushes)

    def _uncount(self, _: asyncio.Future[Appended]) -> None:
        self._count -= 1

    async def _flush(self, stream: str) -> None:
        """Write batches until nothing waits; whatever happens, everybody gets an answer."""
        queue = self._queues[stream]
        try:
            while queue:
                await self._flush_batch(stream, queue)
        finally:
            del self._queues[stream]
            for waiting in queue:
                waiting.answer(Unavailable("the store is closing"))

    async def _flush_batch(self, stream: str, queue: list[Waiting]) -> None:
        batch, queue[:] = queue[:_LARGEST_BATCH], queue[_LARGEST_BATCH:]
        try:
            queue[:0] = await self._write(stream, batch)
        except Exception as error:  # noqa: BLE001 - the loop outlives it, its waiters get it
            self._tails.pop(stream, None)
            for waiting in batch:
                waiting.answer(translate(error))

    async def _write(self, stream: str, batch: list[Waiting]) -> list[Waiting]:
        """Write what can be written and give back what must be tried again."""
        planned, later = _plan(batch, await self._tail(stream))
        if planned:
            records = [self._record(stream, entry) for _, entry in planned]
            try:
                await self._log.insert_many(records, ordered=True)
            except BulkWriteError:
                # What it was about is looked up, never read out of its message.
                later = [waiting for waiting, _ in planned] + later
            else:
                self._succeed(stream, planned)
        return await self._look(stream, later) if later else []

    def _succeed(self, stream: str, planned: list[tuple[Waiting, Entry]]) -> None:
        last = planned[-1][1]
        self._tails[stream] = Tail(last.seq, last.leads_to)
        for waiting, entry in planned:
            waiting.answer(Appended(entry.seq, fresh=True, at=entry.at))

    async def _look(self, stream: str, doubtful: list[Waiting]) -> list[Waiting]:
        """Answer those whose entry is there, or whose epoch is over; give back the others.

        The tail is read before the ids: an entry that came between is then tried again,
        never refused although it is there.
        """
        self._tails.pop(stream, None)
        tail = await self._tail(stream)
        wanted = [stream + BETWEEN + waiting.asked.mid for waiting in doubtful]
        cursor = self._log.find({"_id": {"$in": wanted}})
        found = {record["mid"]: record async for record in cursor}
        again = []
        for waiting in doubtful:
            outcome = self._judge(waiting, found.get(waiting.asked.mid), tail)
            if outcome is None:
                waiting.tries += 1
                again.append(waiting)
            else:
                waiting.answer(outcome)
        return again

    def _judge(
        self, waiting: Waiting, record: Record | None, tail: Tail
    ) -> Appended | Exception | None:
        if record is not None:
            return self._first_answer(waiting, record)
        if waiting.asked.epoch not in (None, tail.epoch):
            return Stale("the epoch is not the stream's")
        if waiting.tries == _MOST_TRIES:
            return Unavailable("too many write the same stream")
        return None

    def _first_answer(self, waiting: Waiting, record: Record) -> Appended | Exception:
        try:
            entry = verified(record)
        except Damaged as damage:
            return damage
        if entry.body != waiting.asked.body:
            return Taken("this entry id is in use with another content")
        ours = record["writer"] == self._writer and entry.seq == waiting.planned
        return Appended(entry.seq, fresh=ours and entry.at == waiting.at, at=entry.at)

    async def _tail(self, stream: str) -> Tail:
        known = self._tails.get(stream)
        if known is None:
            if len(self._tails) > _MOST_TAILS:
                self._tails.clear()
            known = self._tails[stream] = await read_tail(self._log, stream)
        return known

    def _record(self, stream: str, entry: Entry) -> Record:
        return {**record_of(stream, entry), "writer": self._writer}


def _plan(batch: list[Waiting], tail: Tail) -> tuple[list[tuple[Waiting, Entry]], list[Waiting]]:
    """Give numbers to those that can have the next ones; the others must be looked at."""
    planned: list[tuple[Waiting, Entry]] = []
    later: list[Waiting] = []
    seen: set[str] = set()
    for waiting in batch:
        asked = waiting.asked
        if asked.mid in seen or asked.epoch not in (None, tail.epoch):
            waiting.planned = None
            later.append(waiting)
            continue
        entry = entry_after(tail, asked, waiting.at)
        waiting.planned = entry.seq
        planned.append((waiting, entry))
        seen.add(asked.mid)
        tail = Tail(entry.seq, entry.leads_to)
    return planned, later


def translate(error: Exception) -> Exception:
    """Say in the port's words what the driver ran into."""
    if isinstance(error, PyMongoError):
        refusal = Unavailable("the database cannot be reached, or cannot tell")
        refusal.__cause__ = error
        return refusal
    return error


def record_of(stream: str, entry: Entry) -> Record:
    """Form the record of an entry; `commits` is what lets one commit per epoch in."""
    record: Record = {
        "_id": stream + BETWEEN + entry.mid,
        "stream": stream,
        "seq": entry.seq,
        "mid": entry.mid,
        "body": Binary(entry.body),
        "epoch": entry.epoch,
        "at": entry.at,
        "leads_to": entry.leads_to,
        "digest": Binary(entry_digest(stream, entry)),
        "writer": "",
    }
    if entry.epoch is not None and entry.leads_to > entry.epoch:
        record["commits"] = entry.epoch
    return record


def unverified(record: Record) -> tuple[Dumped, bytes]:
    """Form an entry from its record, beside the digest it should have.

    Raises:
        Damaged: The record has not the form of one.
    """
    try:
        entry = Entry(
            seq=record["seq"],
            mid=record["mid"],
            body=bytes(record["body"]),
            epoch=record["epoch"],
            at=record["at"],
            leads_to=record["leads_to"],
        )
        return Dumped(record["stream"], entry), bytes(record["digest"])
    except (KeyError, TypeError) as error:
        raise Damaged("an entry's record has another form") from error


def verified(record: Record) -> Entry:
    """Form an entry from its record.

    Raises:
        Damaged: Its digest does not agree.
    """
    item, digest = unverified(record)
    return verified_entry(item.stream, item.entry, digest)


async def read_tail(log: Collection, stream: str) -> Tail:
    """Look where a stream ends; an empty one ends at 0, in epoch 0."""
    last = await log.find_one(
        {"stream": stream}, {"_id": 0, "seq": 1, "leads_to": 1}, sort=[("seq", -1)]
    )
    return Tail(last["seq"], last["leads_to"]) if last else Tail(0, 0)


async def read(log: Collection, stream: str, after: int, limit: int) -> list[Entry]:
    """Read a page of a stream."""
    cursor = log.find({"stream": stream, "seq": {"$gt": after}}).sort("seq", 1).limit(limit)
    return contiguous(stream, [verified(record) async for record in cursor])


async def heads(log: Collection, streams: list[str]) -> dict[str, int]:
    """Look up the last number of each stream, with one question."""
    steps: list[Record] = [
        {"$match": {"stream": {"$in": streams}}},
        {"$sort": {"stream": 1, "seq": -1}},
        {"$group": {"_id": "$stream", "seq": {"$first": "$seq"}}},
    ]
    found = {record["_id"]: record["seq"] async for record in await log.aggregate(steps)}
    return {stream: found.get(stream, 0) for stream in streams}


async def trim(log: Collection, stream: str, upto: int | None) -> int:
    """Remove the beginning of a stream, or all of it."""
    last = (await read_tail(log, stream)).seq
    cut = last if upto is None else min(upto, last - 1)
    done = await log.delete_many({"stream": stream, "seq": {"$lte": cut}})
    return done.deleted_count


async def load(log: Collection, page: list[Dumped]) -> None:
    """Store entries as they were.

    Raises:
        Taken: They contradict each other.
    """
    if page:
        try:
            await log.insert_many([record_of(item.stream, item.entry) for item in page])
        except BulkWriteError as error:
            raise Taken("what is to be stored contradicts itself or what is stored") from error


async def everything(log: Collection) -> AsyncIterator[Record]:
    """Give the records of all streams, each stream in order."""
    async for record in log.find({}).sort([("stream", 1), ("seq", 1)]):
        yield record
