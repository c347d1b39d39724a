"""The engine for many hosts: MongoDB through PyMongo's own asyncio client.

Motor, with which the project was sketched, ended in favour of this API. Writes are answered
by a majority and are in its journal; reads see what a majority holds. No transactions: three
unique indexes and the version of a document are the whole concurrency protocol.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterable
from typing import Any, Self, TypeVar

from pymongo import ASCENDING, AsyncMongoClient, IndexModel, ReadPreference, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from typing_extensions import override

from server.clock import Clock, milliseconds
from server.storage import mongo_docs, mongo_log
from server.storage.engine import (
    Appended,
    Doc,
    Dumped,
    Engine,
    Entry,
    Labelled,
    NewerFile,
    Taken,
    Unavailable,
)
from server.storage.mongo_appender import Appender
from server.storage.mongo_check import inspect
from server.storage.mongo_log import translate
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
from server.storage.streams import Asked

FORMAT = 1
DATABASE = "ronde"
WAITING_WRITES = 4096
_MAJORITY_WITHIN_MS = 10_000
_ANSWER_WITHIN_MS = 15_000
_LOOK_EVERY_MS = 500
_HINTS_AGAIN_AFTER_S = 1.0
_PAGE = 500

Record = dict[str, Any]
Result = TypeVar("Result")


class NoReplicaSet(Exception):
    """The server is not part of a replica set, so a majority means nothing to it.

    A replica set of one is enough. An address with `directConnection=true` says that one
    means to use a lone server all the same, for a trial.
    """


class MongoEngine(Engine):
    """The engine port on two collections, `docs` and `log`, of one database."""

    def __init__(
        self, client: AsyncMongoClient[Record], database: AsyncDatabase[Record], clock: Clock
    ) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._docs = database["docs"]
        self._log = database["log"]
        self._appender = Appender(self._log, depth=WAITING_WRITES)

    @classmethod
    async def open(cls, address: str, clock: Clock) -> Self:
        """Connect, make sure of the indexes, and refuse what is not fit.

        The address names the database, else it is `ronde`.

        Raises:
            NoReplicaSet: There is none, and the address does not say `directConnection=true`.
            NewerFile: A later version of Ronde wrote the database.
            Unavailable: It cannot be reached, or the address is none.
        """
        try:
            client: AsyncMongoClient[Record] = AsyncMongoClient(address, **_patience(address))
        except (PyMongoError, ValueError) as error:
            raise Unavailable("the database's address is not fit") from error
        try:
            await _require_replica_set(client, address)
            database = _majority(client)
            await _prepare(database)
        except PyMongoError as error:
            await client.close()
            raise translate(error) from error
        except BaseException:
            await client.close()
            raise
        return cls(client, database, clock)

    @override
    async def get(self, kind: str, doc_id: str) -> Doc | None:
        require_keys(kind, doc_id)
        return await _told(mongo_docs.get(self._docs, kind, doc_id))

    @override
    async def put(self, doc: Doc) -> Doc:
        require_doc(doc)
        return await _told(mongo_docs.put(self._docs, doc))

    @override
    async def drop(self, kind: str, doc_id: str, version: int) -> None:
        require_keys(kind, doc_id)
        await _told(mongo_docs.drop(self._docs, kind, doc_id, version))

    @override
    async def find(self, kind: str, key: str, after: str = "", limit: int = 100) -> list[Doc]:
        require_keys(kind, key)
        require_page(limit)
        return await _told(mongo_docs.find(self._docs, kind, key, after, limit))

    @override
    async def labels(
        self, kind: str, key: str, after: str = "", limit: int = 100
    ) -> list[Labelled]:
        require_keys(kind, key)
        require_page(limit)
        return await _told(mongo_docs.tags(self._docs, kind, key, after, limit))

    @override
    async def claim(self, kind: str, now: int, until: int, limit: int = 1) -> list[Doc]:
        require_keys(kind)
        require_page(limit)
        require_numbers(now, until, until - now - 1)
        return await _told(mongo_docs.claim(self._docs, kind, now, until, limit))

    @override
    async def append(
        self, stream: str, mid: str, body: bytes, *, epoch: int | None = None, advance: bool = False
    ) -> Appended:
        require_keys(stream, mid)
        require_body(body)
        require_numbers(epoch or 0)
        asked = Asked(stream, mid, body, epoch, advance)
        return await self._appender.append(asked, milliseconds(self._clock()))

    @override
    async def read(self, stream: str, after: int = 0, limit: int = 100) -> list[Entry]:
        require_keys(stream)
        require_page(limit)
        return await _told(mongo_log.read(self._log, stream, after, limit))

    @override
    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        wanted = list(streams)
        require_keys(*wanted)
        return await _told(mongo_log.heads(self._log, wanted))

    @override
    async def trim(self, stream: str, upto: int | None) -> int:
        require_keys(stream)
        self._appender.forget(stream)
        return await _told(mongo_log.trim(self._log, stream, upto))

    @override
    async def watch(self) -> AsyncIterator[str]:
        steps: list[Record] = [
            {"$match": {"operationType": "insert"}},
            {"$project": {"fullDocument.stream": 1}},
        ]
        before = _cancellations()
        while True:
            try:
                changes = await self._log.watch(steps, max_await_time_ms=_LOOK_EVERY_MS)
                async with changes:
                    while changes.alive:
                        change = await changes.try_next()
                        _heed(before)
                        if change is not None:
                            yield change["fullDocument"]["stream"]
            except PyMongoError:
                # A lone server has no change streams, and any may break off: hints may be lost.
                _heed(before)
                await asyncio.sleep(_HINTS_AGAIN_AFTER_S)

    @override
    async def check(self) -> list[str]:
        return await _told(inspect(self._docs, self._log))

    @override
    async def dump(self) -> AsyncIterator[Doc | Dumped]:
        try:
            async for record in self._docs.find({}).sort([("kind", 1), ("id", 1)]):
                yield verified_doc(*mongo_docs.unverified(record))
            async for record in mongo_log.everything(self._log):
                item, digest = mongo_log.unverified(record)
                verified_entry(item.stream, item.entry, digest)
                yield item
        except PyMongoError as error:
            raise translate(error) from error

    @override
    async def load(self, items: AsyncIterable[Doc | Dumped]) -> int:
        for collection in (self._docs, self._log):
            if await _told(collection.find_one({})) is not None:
                raise Taken("only an empty store can be loaded")
        count = 0
        async for page in in_pages(items, _PAGE):
            await self._load(page)
            count += len(page)
        return count

    async def _load(self, page: list[Doc | Dumped]) -> None:
        await _told(mongo_docs.load(self._docs, [i for i in page if isinstance(i, Doc)]))
        await _told(mongo_log.load(self._log, [i for i in page if isinstance(i, Dumped)]))

    @override
    async def close(self) -> None:
        await self._appender.close()
        await self._client.close()


async def _told(work: Awaitable[Result]) -> Result:
    """Await work on the database and say its failures in the port's words."""
    before = _cancellations()
    try:
        result = await work
    except PyMongoError as error:
        _heed(before)
        raise translate(error) from error
    _heed(before)
    return result


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def _heed(before: int) -> None:
    """Pass on a cancellation that the driver took for a lost connection and made good."""
    if _cancellations() > before:
        raise asyncio.CancelledError


def _patience(address: str) -> dict[str, Any]:
    """How long to wait for a server and for its answer, where the address does not say."""
    options = ("serverSelectionTimeoutMS", "socketTimeoutMS")
    return {name: _ANSWER_WITHIN_MS for name in options if name.lower() not in address.lower()}


async def _require_replica_set(client: AsyncMongoClient[Record], address: str) -> None:
    hello = await client.admin.command("hello")
    if "setName" not in hello and "directconnection=true" not in address.lower():
        raise NoReplicaSet


def _majority(client: AsyncMongoClient[Record]) -> AsyncDatabase[Record]:
    return client.get_default_database(
        DATABASE,
        read_preference=ReadPreference.PRIMARY,
        read_concern=ReadConcern("majority"),
        write_concern=WriteConcern(w="majority", j=True, wtimeout=_MAJORITY_WITHIN_MS),
    )


async def _prepare(database: AsyncDatabase[Record]) -> None:
    """Make sure of the indexes; the port's promises hang on the unique ones."""
    meta = await database["meta"].find_one({"_id": "format"})
    if meta is not None and meta["number"] > FORMAT:
        raise NewerFile("a later version of Ronde wrote this store; install it again to go on")
    await database["docs"].create_indexes(
        [
            IndexModel(
                [("kind", ASCENDING), ("uniq", ASCENDING)],
                unique=True,
                partialFilterExpression={"uniq": {"$exists": True}},
            ),
            IndexModel([("kind", ASCENDING), ("labels", ASCENDING), ("id", ASCENDING)]),
            IndexModel([("kind", ASCENDING), ("id", ASCENDING)]),
            IndexModel(
                [("kind", ASCENDING), ("due", ASCENDING), ("id", ASCENDING)],
                partialFilterExpression={"due": {"$exists": True}},
            ),
        ]
    )
    await database["log"].create_indexes(
        [
            IndexModel([("stream", ASCENDING), ("seq", ASCENDING)], unique=True),
            IndexModel(
                [("stream", ASCENDING), ("commits", ASCENDING)],
                unique=True,
                partialFilterExpression={"commits": {"$exists": True}},
            ),
        ]
    )
    wanted = {"$setOnInsert": {"number": FORMAT}}
    await database["meta"].update_one({"_id": "format"}, wanted, upsert=True)
