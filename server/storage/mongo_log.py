"""Streams in MongoDB: the form of their records, and the questions put to them."""

from collections.abc import AsyncIterator
from typing import Any

from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, PyMongoError

from server.storage.engine import Damaged, Dumped, Entry, Taken, Unavailable
from server.storage.mongo_docs import BETWEEN
from server.storage.rows import contiguous, entry_digest, verified_entry
from server.storage.streams import Tail

Record = dict[str, Any]
Collection = AsyncCollection[Record]


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
            # The driver gives large numbers as a kind of int that no encoder knows.
            seq=int(record["seq"]),
            mid=record["mid"],
            body=bytes(record["body"]),
            epoch=None if record["epoch"] is None else int(record["epoch"]),
            at=int(record["at"]),
            leads_to=int(record["leads_to"]),
        )
        return Dumped(record["stream"], entry), bytes(record["digest"])
    except (KeyError, TypeError, ValueError) as error:
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
    return Tail(int(last["seq"]), int(last["leads_to"])) if last else Tail(0, 0)


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
    found = {record["_id"]: int(record["seq"]) async for record in await log.aggregate(steps)}
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
