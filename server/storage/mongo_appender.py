"""Appending to streams in MongoDB: the next number is taken by inserting it.

A counter document lost 669 numbers in a hundred kills; inserting at `last + 1` under a
unique index lost none. One insert at a time on a stream would be slow, so what waits for a
stream goes in one ordered batch: it stops at the first refusal, so no number is left out.
"""

import asyncio
import secrets

from pymongo.errors import BulkWriteError

from server.storage.engine import (
    Appended,
    Busy,
    Damaged,
    Entry,
    Stale,
    Taken,
    Unavailable,
)
from server.storage.mongo_docs import BETWEEN
from server.storage.mongo_log import (
    Collection,
    Record,
    read_tail,
    record_of,
    translate,
    verified,
)
from server.storage.streams import Asked, Tail, entry_after

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
