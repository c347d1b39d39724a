"""Documents in MongoDB: compare-and-set on one record, never a transaction."""

from contextlib import suppress
from typing import Any

from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteError

from server.storage.engine import Busy, Damaged, Doc, Labelled, Stale, Taken
from server.storage.rows import doc_digest, labels, verified_doc

Record = dict[str, Any]
Collection = AsyncCollection[Record]

BETWEEN = "\x1f"
_MOST_TRIES = 50


def place(kind: str, doc_id: str) -> str:
    """Give the key of a record; no key holds the character between."""
    return kind + BETWEEN + doc_id


def record_of(doc: Doc) -> Record:
    """Form the record of a document, with every key `find` knows it by."""
    record: Record = {
        "_id": place(doc.kind, doc.id),
        "kind": doc.kind,
        "id": doc.id,
        "version": doc.version,
        "body": Binary(doc.body),
        "tags": list(doc.tags),
        "labels": labels(doc),
        "digest": Binary(doc_digest(doc)),
    }
    # Absent and null are one to a unique index, so what is not there is left out.
    if doc.unique is not None:
        record["uniq"] = doc.unique
    if doc.due is not None:
        record["due"] = doc.due
    return record


def unverified(record: Record) -> tuple[Doc, bytes]:
    """Form a document from its record, beside the digest it should have.

    Raises:
        Damaged: The record has not the form of one.
    """
    try:
        due = record.get("due")
        doc = Doc(
            kind=record["kind"],
            id=record["id"],
            # The driver gives large numbers as a kind of int that no encoder knows.
            version=int(record["version"]),
            body=bytes(record["body"]),
            unique=record.get("uniq"),
            tags=tuple(record["tags"]),
            due=None if due is None else int(due),
        )
        return doc, bytes(record["digest"])
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged("a document's record has another form") from error


def verified(record: Record) -> Doc:
    """Form a document from its record.

    Raises:
        Damaged: Its digest does not agree.
    """
    return verified_doc(*unverified(record))


async def get(docs: Collection, kind: str, doc_id: str) -> Doc | None:
    """Read a document."""
    record = await docs.find_one({"_id": place(kind, doc_id)})
    return verified(record) if record else None


async def find(docs: Collection, kind: str, key: str, after: str, limit: int) -> list[Doc]:
    """Read the documents a key leads to."""
    wanted = {"kind": kind, "labels": key, "id": {"$gt": after}}
    cursor = docs.find(wanted).sort("id", 1).limit(limit)
    return [verified(record) async for record in cursor]


async def tags(docs: Collection, kind: str, key: str, after: str, limit: int) -> list[Labelled]:
    """Read ids and tags of the documents a key leads to."""
    wanted = {"kind": kind, "labels": key, "id": {"$gt": after}}
    cursor = docs.find(wanted, {"_id": 0, "id": 1, "tags": 1}).sort("id", 1).limit(limit)
    return [Labelled(record["id"], tuple(record["tags"])) async for record in cursor]


async def put(docs: Collection, doc: Doc) -> Doc:
    """Create or replace a document.

    Raises:
        Stale: It is not at that version.
        Taken: Another holds its unique key.
    """
    after = doc._replace(version=doc.version + 1)
    for _ in range(_MOST_TRIES):
        # What a refusal was about is looked up, never read out of its message.
        with suppress(DuplicateKeyError, WriteError):
            if await _write(docs, doc.version, after):
                return after
        await _explain(docs, doc)
    raise Busy("too many write the same document")


async def _write(docs: Collection, version: int, after: Doc) -> bool:
    record = record_of(after)
    if version == 0:
        await docs.insert_one(record)
        return True
    done = await docs.replace_one({"_id": record["_id"], "version": version}, record)
    return done.matched_count == 1


async def _explain(docs: Collection, doc: Doc) -> None:
    """Say why a write was refused; silence means that the reason is gone."""
    before = await docs.find_one({"_id": place(doc.kind, doc.id)}, {"version": 1})
    if (before["version"] if before else 0) != doc.version:
        raise Stale("the document is at another version")
    if doc.unique is None:
        return
    holder = await docs.find_one({"kind": doc.kind, "uniq": doc.unique}, {"id": 1})
    if holder is not None and holder["id"] != doc.id:
        raise Taken("another document holds the unique key")


async def drop(docs: Collection, kind: str, doc_id: str, version: int) -> None:
    """Remove a document.

    Raises:
        Stale: It is not at that version.
    """
    done = await docs.delete_one({"_id": place(kind, doc_id), "version": version})
    if done.deleted_count == 0:
        raise Stale("the document is at another version")


async def claim(docs: Collection, kind: str, now: int, until: int, limit: int) -> list[Doc]:
    """Move the due of what is due, and give it.

    The digest covers `due`, so a record is looked at first and then taken by its version.
    """
    claimed: list[Doc] = []
    damaged: list[str] = []
    for _ in range(_MOST_TRIES):
        wanted = {"kind": kind, "due": {"$lte": now}, "_id": {"$nin": damaged}}
        order = [("due", 1), ("id", 1)]
        found = await docs.find(wanted).sort(order).limit(limit - len(claimed)).to_list()
        for record in found:
            try:
                before = verified(record)
            except Damaged:
                damaged.append(record["_id"])
                continue
            after = before._replace(version=before.version + 1, due=until)
            if await _taken(docs, before, after):
                claimed.append(after)
        if not found or len(claimed) == limit:
            break
    return claimed


async def _taken(docs: Collection, before: Doc, after: Doc) -> bool:
    record = record_of(after)
    changes = {name: record[name] for name in ("version", "due", "digest")}
    wanted = {"_id": record["_id"], "version": before.version}
    return await docs.find_one_and_update(wanted, {"$set": changes}) is not None


async def load(docs: Collection, page: list[Doc]) -> None:
    """Store documents as they were.

    Raises:
        Taken: They contradict each other.
    """
    if page:
        try:
            await docs.insert_many([record_of(doc) for doc in page])
        except BulkWriteError as error:
            raise Taken("what is to be stored contradicts itself or what is stored") from error
