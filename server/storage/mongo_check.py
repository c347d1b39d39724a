"""A look at every record of the database, for `ronde verify` and the restore drill."""

from server.storage import mongo_docs, mongo_log
from server.storage.engine import Damaged
from server.storage.rows import gaps, labels, verified_doc, verified_entry


async def inspect(docs: mongo_docs.Collection, log: mongo_log.Collection) -> list[str]:
    """Say everything that is wrong with the records; [] is healthy.

    What MongoDB keeps beneath them, its own `validate` command verifies.
    """
    return [*await _documents(docs), *await _entries(log)]


async def _documents(docs: mongo_docs.Collection) -> list[str]:
    complaints = []
    async for record in docs.find({}).sort([("kind", 1), ("id", 1)]):
        try:
            doc = verified_doc(*mongo_docs.unverified(record))
        except Damaged as error:
            complaints.append(str(error))
            continue
        if record.get("labels") != labels(doc):
            complaints.append(f"document {doc.kind}/{doc.id} is not found by its own keys")
    return complaints


async def _entries(log: mongo_log.Collection) -> list[str]:
    complaints: list[str] = []
    last: tuple[str, int] | None = None
    async for record in mongo_log.everything(log):
        try:
            item, digest = mongo_log.unverified(record)
            place = (item.stream, item.entry.seq)
            complaints.extend(gaps([last, place] if last else [place]))
            last = place
            verified_entry(item.stream, item.entry, digest)
        except Damaged as error:
            complaints.append(str(error))
    return complaints
