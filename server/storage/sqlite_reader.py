"""Two read-only connections to the SQLite file, each in a thread of its own.

A read that keeps its transaction open lets the WAL grow without end (498 MB were measured),
so every read fetches all it wants at once, and none lasts longer than two seconds.
"""

import asyncio
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw

from server.storage.engine import Busy, Unavailable
from server.storage.schema import open_reader
from server.storage.sqlite_writer import translate

Result = TypeVar("Result")

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

    async def open(self) -> None:
        """Open the connections; the file must exist."""
        for _ in range(_READERS):
            self._idle.put(await asyncio.to_thread(_Reader, self._path))

    async def run(self, work: Callable[[apsw.Connection], Result]) -> Result:
        """Run a read in a thread.

        Raises:
            Busy: Too many wait.
            Damaged: The file is.
            Unavailable: The disk refused, or the read took too long.
        """
        if self._waiting >= _MOST_WAITING:
            raise Busy("too many reads are waiting")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, work)
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

    def close(self) -> None:
        self._connection.close()

    def _late(self) -> bool:
        return time.monotonic() > self._deadline
