"""The embedded engine: one SQLite file through APSW, a writer thread, two readers.

Measured and refused: aiosqlite (8 to 22 times slower), `synchronous=NORMAL` (loses what it
acknowledged when the power goes), a background checkpoint thread (the WAL grows for ever),
`mmap_size`. Several processes on one host may share the file.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from functools import partial
from pathlib import Path
from typing import Self

import apsw
from typing_extensions import override

from server.clock import Clock, milliseconds
from server.storage import sqlite_docs, sqlite_log
from server.storage.engine import Appended, Doc, Dumped, Engine, Entry, Labelled, Taken
from server.storage.rows import (
    in_pages,
    require_body,
    require_doc,
    require_keys,
    require_numbers,
    require_page,
    verified_doc,
    verified_entry,
)
from server.storage.sqlite_check import inspect
from server.storage.sqlite_log import Tails
from server.storage.sqlite_reader import Readers
from server.storage.sqlite_writer import Writer
from server.storage.streams import Asked

WAITING_WRITES = 4096
_LOOK_EVERY_S = 0.1
_PAGE = 500


class SqliteEngine(Engine):
    """The engine port on one file. Open it inside the event loop that will use it."""

    def __init__(self, path: Path, clock: Clock, *, depth: int) -> None:
        self._path = path
        self._clock = clock
        self._writer = self._make_writer(path, depth)
        self._readers = Readers(path)

    def _make_writer(self, path: Path, depth: int) -> Writer:
        return Writer(path, depth=depth)

    @classmethod
    async def open(cls, path: Path, clock: Clock, *, depth: int = WAITING_WRITES) -> Self:
        """Open the file, creating it for its owner alone if it is not there.

        At most `depth` writes wait; beyond, they are refused as `Busy`.

        Raises:
            NewerFile: A later version of Ronde wrote it.
            Damaged: It is not a file of ours.
            OldSqlite: The library is too old to be trusted with it.
            Unavailable: The file cannot be opened.
        """
        engine = cls(path, clock, depth=depth)
        await engine._writer.open()
        await engine._readers.open()
        return engine

    @override
    async def get(self, kind: str, doc_id: str) -> Doc | None:
        require_keys(kind, doc_id)
        return await self._readers.run(lambda at: sqlite_docs.get(at, kind, doc_id), brief=True)

    @override
    async def put(self, doc: Doc) -> Doc:
        require_doc(doc)
        return await self._writer.run(lambda at, _: sqlite_docs.put(at, doc), erases=True)

    @override
    async def drop(self, kind: str, doc_id: str, version: int) -> None:
        require_keys(kind, doc_id)
        await self._writer.run(
            lambda at, _: sqlite_docs.drop(at, kind, doc_id, version), erases=True
        )

    @override
    async def find(self, kind: str, key: str, after: str = "", limit: int = 100) -> list[Doc]:
        require_keys(kind, key)
        require_page(limit)
        return await self._readers.run(
            lambda at: sqlite_docs.find(at, kind, key, after, limit), brief=limit == 1
        )

    @override
    async def labels(
        self, kind: str, key: str, after: str = "", limit: int = 100
    ) -> list[Labelled]:
        require_keys(kind, key)
        require_page(limit)
        return await self._readers.run(lambda at: sqlite_docs.tags(at, kind, key, after, limit))

    @override
    async def claim(self, kind: str, now: int, until: int, limit: int = 1) -> list[Doc]:
        require_keys(kind)
        require_page(limit)
        require_numbers(now, until, until - now - 1)
        return await self._writer.run(
            lambda at, _: sqlite_docs.claim(at, kind, now, until, limit), erases=True
        )

    @override
    async def append(
        self, stream: str, mid: str, body: bytes, *, epoch: int | None = None, advance: bool = False
    ) -> Appended:
        require_keys(stream, mid)
        require_body(body)
        require_numbers(epoch or 0)
        asked = Asked(stream, mid, body, epoch, advance)
        now = milliseconds(self._clock())
        return await self._writer.run(lambda at, tails: sqlite_log.append(at, tails, asked, now))

    @override
    async def read(self, stream: str, after: int = 0, limit: int = 100) -> list[Entry]:
        require_keys(stream)
        require_page(limit)
        return await self._readers.run(lambda at: sqlite_log.read(at, stream, after, limit))

    @override
    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        wanted = list(streams)
        require_keys(*wanted)
        return await self._readers.run(lambda at: sqlite_log.heads(at, wanted))

    @override
    async def trim(self, stream: str, upto: int | None) -> int:
        require_keys(stream)
        return await self._writer.run(
            lambda at, tails: sqlite_log.trim(at, tails, stream, upto), erases=True
        )

    @override
    async def watch(self) -> AsyncIterator[str]:
        newest = await self._readers.run(sqlite_log.newest)
        while True:
            newest, streams = await self._readers.run(partial(sqlite_log.moved, since=newest))
            for stream in streams:
                yield stream
            await asyncio.sleep(_LOOK_EVERY_S)

    @override
    async def check(self) -> list[str]:
        return await asyncio.to_thread(inspect, self._path)

    @override
    async def dump(self) -> AsyncIterator[Doc | Dumped]:
        after = ("", "")
        read = sqlite_docs.page_of_everything
        while page := await self._readers.run(partial(read, after=after, limit=_PAGE)):
            for doc, digest in page:
                yield verified_doc(doc, digest)
            after = (page[-1][0].kind, page[-1][0].id)
        async for item in self._dump_log():
            yield item

    async def _dump_log(self) -> AsyncIterator[Dumped]:
        after = ("", 0)
        read = sqlite_log.page_of_everything
        while page := await self._readers.run(partial(read, after=after, limit=_PAGE)):
            for item, digest in page:
                verified_entry(item.stream, item.entry, digest)
                yield item
            after = (page[-1][0].stream, page[-1][0].entry.seq)

    @override
    async def load(self, items: AsyncIterable[Doc | Dumped]) -> int:
        await self._writer.run(_require_empty)
        count = 0
        async for page in in_pages(items, _PAGE):
            await self._load(page)
            count += len(page)
        return count

    async def _load(self, page: list[Doc | Dumped]) -> None:
        await self._writer.run(partial(_store, items=page))

    @override
    async def close(self) -> None:
        await self._readers.close()
        await self._writer.close()


def _require_empty(connection: apsw.Connection, _: Tails) -> None:
    for table in ("doc", "log"):
        if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608 - constants
            raise Taken("only an empty store can be loaded")


def _store(connection: apsw.Connection, tails: Tails, items: list[Doc | Dumped]) -> None:
    tails.forget()
    for item in items:
        if isinstance(item, Doc):
            sqlite_docs.load(connection, item)
        else:
            sqlite_log.load(connection, item)
