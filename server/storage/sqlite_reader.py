"""Two read-only connections to the SQLite file, each in a thread of its own.

A read that keeps its transaction open lets the WAL grow without end (498 MB were measured),
so every read fetches all it wants at once, and none lasts longer than two seconds.
The way to a thread and back costs ten times what it takes to find one row, so brief reads
that one turn of the event loop asks for go together.
"""

import asyncio
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

import apsw

from server.storage.engine import Busy, Unavailable
from server.storage.schema import open_reader
from server.storage.sqlite_writer import translate

Result = TypeVar("Result")
Work = Callable[[apsw.Connection], object]
Waiting = tuple[Work, "asyncio.Future[object]"]
Outcome = tuple["asyncio.Future[object]", object]

_READERS = 2
_MOST_WAITING = 4096
_LONGEST_READ_S = 2.0
_STEPS_BETWEEN_LOOKS = 50_000


class Readers:
    """Runs reads beside the writer; each sees everything acknowledged before it began."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="ronde-reader")
        self._idle: queue.SimpleQueue[_Reader] = queue.SimpleQueue()
        self._waiting = 0
        self._gathered: list[Waiting] = []

    async def open(self) -> None:
        """Open the connections; the file must exist."""
        for _ in range(_READERS):
            self._idle.put(await asyncio.to_thread(_Reader, self._path))

    async def run(
        self, work: Callable[[apsw.Connection], Result], *, brief: bool = False
    ) -> Result:
        """Run a read in a thread; a `brief` one, of a row or two, together with its like.

        Raises:
            Busy: Too many wait.
            Damaged: The file is.
            Unavailable: The disk refused, or the read took too long.
        """
        if self._waiting >= _MOST_WAITING:
            raise Busy("too many reads are waiting")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            if brief:
                return cast("Result", await self._together(work, loop))
            return await loop.run_in_executor(self._threads, self._run, work)
        except RuntimeError as error:
            raise Unavailable("the store is closed") from error
        finally:
            self._waiting -= 1

    def _run(self, work: Callable[[apsw.Connection], Result]) -> Result:
        reader = self._idle.get()
        try:
            return reader.run(work)
        finally:
            self._idle.put(reader)

    def _together(self, work: Work, loop: asyncio.AbstractEventLoop) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = loop.create_future()
        self._gathered.append((work, future))
        if len(self._gathered) == 1:
            loop.call_soon(self._hand_over, loop)
        return future

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._gathered = self._gathered, []
        try:
            self._threads.submit(self._run_all, loop, batch)
        except RuntimeError as error:
            _answer([(future, error) for _, future in batch])

    def _run_all(self, loop: asyncio.AbstractEventLoop, batch: list[Waiting]) -> None:
        reader = self._idle.get()
        try:
            outcomes = [(future, reader.outcome(work)) for work, future in batch]
        finally:
            self._idle.put(reader)
        with suppress(RuntimeError):  # The loop is closed, and whoever waited went with it.
            loop.call_soon_threadsafe(_answer, outcomes)

    async def close(self) -> None:
        """Let the reads that run end, then close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        while not self._idle.empty():
            self._idle.get().close()


class _Reader:
    """One connection and the instant by which its present read must be over."""

    def __init__(self, path: Path) -> None:
        self._connection = open_reader(path)
        self._connection.set_progress_handler(self._late, _STEPS_BETWEEN_LOOKS)
        self._deadline = 0.0

    def run(self, work: Callable[[apsw.Connection], Result]) -> Result:
        self._deadline = time.monotonic() + _LONGEST_READ_S
        try:
            return work(self._connection)
        except (apsw.Error, UnicodeDecodeError) as error:
            raise translate(error) from error

    def outcome(self, work: Work) -> object:
        """Give what a read found, or the exception it ended with."""
        try:
            return self.run(work)
        except Exception as error:  # noqa: BLE001 - it is its asker's, not the batch's
            return error

    def close(self) -> None:
        self._connection.close()

    def _late(self) -> bool:
        return time.monotonic() > self._deadline


def _answer(outcomes: list[Outcome]) -> None:
    for future, outcome in outcomes:
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
