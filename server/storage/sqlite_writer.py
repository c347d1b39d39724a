"""The one thread that writes to the SQLite file, and its group commit.

An fsync costs as much as ten appends, so whatever is waiting shares one: the thread takes
all there is, runs it in one transaction, commits, and only then lets anybody know, with one
wake-up of the event loop for all. Under load the commits grow by themselves.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

import apsw

from server.storage import schema
from server.storage.engine import Busy, Damaged, Stale, Taken, Unavailable
from server.storage.sqlite_log import Tails

Result = TypeVar("Result")
Work = Callable[[apsw.Connection, Tails], object]
Outcome = tuple["asyncio.Future[object]", object]
Waiting = tuple[Work, "asyncio.Future[object]"]

_REFUSALS = (Stale, Taken, Damaged)
_ERASURE_EVERY_S = 20.0
_WAIT_FOR_READERS_MS = 200


class Writer:
    """Runs work one after the other on its own connection; what it answers is on the disk."""

    def __init__(self, path: Path, *, depth: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._depth = depth
        self._path = path
        self._gathered: list[Waiting] = []
        self._unanswered: set[asyncio.Future[object]] = set()
        self._queue: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._dead = False
        self._erase_at: float | None = None
        self._thread = threading.Thread(target=self._live, name="ronde-writer", daemon=True)

    async def open(self) -> None:
        """Open the file, creating it if need be, and start the thread.

        Raises:
            NewerFile: A later version of Ronde wrote it.
            Damaged: It is not a file of ours.
            OldSqlite: The library is too old to be trusted with it.
            Unavailable: The file cannot be opened.
        """
        try:
            self._connection = await asyncio.to_thread(schema.open_writer, self._path)
        except (apsw.Error, OSError) as error:
            raise Unavailable("the store's file cannot be opened") from error
        self._file = await asyncio.to_thread(_identity, self._path)
        self._tails = Tails(self._connection)
        self._thread.start()

    async def run(
        self, work: Callable[[apsw.Connection, Tails], Result], *, erases: bool = False
    ) -> Result:
        """Run a piece of work in the next transaction and answer once that is durable.

        A caller that goes away cancels nothing. What the work `erases` leaves the files
        within a minute.

        Raises:
            Busy: Too much is waiting.
            Unavailable: The disk refused, or the thread has ended.
        """
        if self._dead:
            raise Unavailable("the store's writer has ended")
        if len(self._unanswered) >= self._depth:
            raise Busy("too many writes are waiting")
        future: asyncio.Future[object] = self._loop.create_future()
        self._unanswered.add(future)
        self._gathered.append((self._erasing(work) if erases else work, future))
        if len(self._gathered) == 1:
            # What one turn of the loop asks for is handed over together, with one wake-up.
            self._loop.call_soon(self._hand_over)
        return cast("Result", await future)

    def _hand_over(self) -> None:
        self._queue.put(self._gathered)
        self._gathered = []

    def _erasing(self, work: Work) -> Work:
        def erase(connection: apsw.Connection, tails: Tails) -> object:
            if self._erase_at is None:
                self._erase_at = time.monotonic() + _ERASURE_EVERY_S
            return work(connection, tails)

        return erase

    async def close(self) -> None:
        """Finish what is waiting, empty the WAL into the file and end the thread."""
        if self._gathered:
            self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)

    def _live(self) -> None:
        fate: Exception = Unavailable("the store is closed")
        try:
            while (batch := self._next()) is not None:
                self._settle(batch)
        except BaseException as error:  # noqa: BLE001 - whatever ends the thread, its waiters must know
            fate = Unavailable("the store's writer has ended")
            fate.__cause__ = error
        finally:
            try:
                self._leave()
            finally:
                self._call(self._die, fate)

    def _next(self) -> list[Waiting] | None:
        """Wait for something, then take all there is; None once the store closes."""
        batch = self._wait()
        while batch is not None and not self._queue.empty():
            more = self._queue.get_nowait()
            if more is None:
                self._queue.put(None)
                break
            batch.extend(more)
        return batch

    def _wait(self) -> list[Waiting] | None:
        while True:
            try:
                return self._queue.get(timeout=self._patience())
            except queue.Empty:
                self._truncate()

    def _patience(self) -> float | None:
        if self._erase_at is None:
            return None
        return max(0.0, self._erase_at - time.monotonic())

    def _settle(self, batch: list[Waiting]) -> None:
        """Do a batch in one transaction; should it fail, each alone, so only the guilty do."""
        try:
            self._require_file()
            self._connection.execute("BEGIN IMMEDIATE")
        except (apsw.Error, OSError) as error:
            refusal = translate(error)
            self._announce([(future, refusal) for _, future in batch])
            return
        try:
            outcomes = self._do(batch)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - a fault in one piece of work is its asker's
            self._undo()
            self._retry_alone(batch, error)
            return
        self._announce(outcomes)
        if self._patience() == 0:
            self._truncate()

    def _require_file(self) -> None:
        """Refuse to write where nobody will ever look.

        A file that was removed, or another put in its place, still takes what is written to
        the one held open; nothing of it would be there after a restart.

        Raises:
            FileNotFoundError: It is not the file that was opened.
        """
        if _identity(self._path) != self._file:
            raise FileNotFoundError

    def _retry_alone(self, batch: list[Waiting], error: Exception) -> None:
        if len(batch) == 1:
            self._announce([(batch[0][1], translate(error))])
            return
        for waiting in batch:
            self._settle([waiting])

    def _do(self, batch: list[Waiting]) -> list[Outcome]:
        """Run each piece of work; they refuse before they write, so a refusal spoils nothing."""
        self._tails.renew()
        outcomes: list[Outcome] = []
        for work, future in batch:
            try:
                outcomes.append((future, work(self._connection, self._tails)))
            except _REFUSALS as refusal:
                outcomes.append((future, refusal))
        return outcomes

    def _undo(self) -> None:
        self._tails.forget()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _truncate(self) -> None:
        """Move the WAL into the file and cut it to nothing: no old page stays readable."""
        self._erase_at = None
        self._connection.set_busy_timeout(_WAIT_FOR_READERS_MS)
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.Error:
            # A reader is still at an older page, or the disk is full: once more in a while.
            self._erase_at = time.monotonic() + _ERASURE_EVERY_S
        finally:
            self._connection.set_busy_timeout(schema.WAIT_FOR_LOCK_MS)

    def _leave(self) -> None:
        with suppress(apsw.Error):
            self._undo()
        self._truncate()
        self._connection.close()

    def _announce(self, outcomes: list[Outcome]) -> None:
        self._call(self._answer, outcomes)

    def _call(self, function: Callable[[Result], None], argument: Result) -> None:
        try:
            self._loop.call_soon_threadsafe(function, argument)
        except RuntimeError:
            # The loop is closed, and everybody who waited went with it.
            return

    def _answer(self, outcomes: list[Outcome]) -> None:
        for future, outcome in outcomes:
            self._unanswered.discard(future)
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _die(self, fate: Exception) -> None:
        self._dead = True
        self._answer([(future, fate) for future in self._unanswered.copy()])


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def translate(error: Exception) -> Exception:
    """Say in the port's words what the database or a piece of work ran into."""
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return Busy("another process holds the store's file")
    if isinstance(error, apsw.CorruptError | apsw.NotADBError | UnicodeDecodeError):
        return Damaged("the store's file is damaged")
    if isinstance(error, apsw.ConstraintError):
        return Taken("what is to be stored contradicts itself or what is stored")
    if isinstance(error, apsw.Error | OSError | MemoryError):
        refusal = Unavailable("the store's file could not be written")
        refusal.__cause__ = error
        return refusal
    return error
