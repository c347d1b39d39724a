"""Documents in SQLite: the statements, run on the writer's or a reader's connection."""

from contextlib import suppress

import apsw

from server.storage.engine import Damaged, Doc, Labelled, Stale, Taken
from server.storage.rows import doc_digest, labels, verified_doc
from server.storage.schema import select

_BY_ID = "SELECT kind, id, version, body, uniq, tags, due, digest FROM doc WHERE kind=? AND id=?"
_BY_KEY = (
    "SELECT doc.kind, doc.id, version, body, uniq, tags, due, digest"
    " FROM label CROSS JOIN doc ON doc.kind=label.kind AND doc.id=label.id"
    " WHERE label.kind=? AND key=? AND label.id>? ORDER BY label.id LIMIT ?"
)
# A body stands last in its row, so that pages it overflows to are not read.
_TAGS = (
    "SELECT label.id, tags"
    " FROM label CROSS JOIN doc ON doc.kind=label.kind AND doc.id=label.id"
    " WHERE label.kind=? AND key=? AND label.id>? ORDER BY label.id LIMIT ?"
)
_DUE = (
    "SELECT kind, id, version, body, uniq, tags, due, digest FROM doc"
    " WHERE kind=? AND due<=? ORDER BY due, id LIMIT ? OFFSET ?"
)
_EVERYTHING = (
    "SELECT kind, id, version, body, uniq, tags, due, digest FROM doc"
    " WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?"
)
_BETWEEN_TAGS = "\x1e"

Row = tuple[str, str, int, bytes, str | None, str, int | None, bytes]


def get(connection: apsw.Connection, kind: str, doc_id: str) -> Doc | None:
    """Read a document."""
    rows = select(connection, _BY_ID, kind, doc_id)
    return _verified(rows[0]) if rows else None


def find(connection: apsw.Connection, kind: str, key: str, after: str, limit: int) -> list[Doc]:
    """Read the documents a key leads to."""
    return [_verified(row) for row in select(connection, _BY_KEY, kind, key, after, limit)]


def tags(
    connection: apsw.Connection, kind: str, key: str, after: str, limit: int
) -> list[Labelled]:
    """Read ids and tags of the documents a key leads to."""
    rows = select(connection, _TAGS, kind, key, after, limit)
    return [Labelled(doc_id, _split(text)) for doc_id, text in rows]


def unverified(row: Row) -> tuple[Doc, bytes]:
    """Form a document from its row, beside the digest it should have."""
    kind, doc_id, version, body, unique, text, due, digest = row
    return Doc(kind, doc_id, version, body, unique, _split(text), due), digest


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(_BETWEEN_TAGS)) if text else ()


def _verified(row: Row) -> Doc:
    try:
        return verified_doc(*unverified(row))
    except (TypeError, AttributeError) as error:
        raise Damaged("a document's row has columns of another type") from error


def put(connection: apsw.Connection, doc: Doc) -> Doc:
    """Create or replace a document.

    Raises:
        Stale: It is not at that version.
        Taken: Another holds its unique key.
    """
    before = get(connection, doc.kind, doc.id)
    if (before.version if before else 0) != doc.version:
        raise Stale("the document is at another version")
    if doc.unique is not None and _holder(connection, doc) not in (None, doc.id):
        raise Taken("another document holds the unique key")
    return _write(connection, before, doc._replace(version=doc.version + 1))


def _holder(connection: apsw.Connection, doc: Doc) -> str | None:
    rows = select(connection, "SELECT id FROM doc WHERE kind=? AND uniq=?", doc.kind, doc.unique)
    return rows[0][0] if rows else None


def _write(connection: apsw.Connection, before: Doc | None, doc: Doc) -> Doc:
    joined = _BETWEEN_TAGS.join(doc.tags)
    row = (doc.version, doc.unique, joined, doc.due, doc_digest(doc), doc.body, doc.kind, doc.id)
    if before is None:
        connection.execute(
            "INSERT INTO doc(version, uniq, tags, due, digest, body, kind, id)"
            " VALUES(?,?,?,?,?,?,?,?)",
            row,
        )
    else:
        connection.execute(
            "UPDATE doc SET version=?, uniq=?, tags=?, due=?, digest=?, body=?"
            " WHERE kind=? AND id=?",
            row,
        )
    _relabel(connection, before, doc)
    return doc


def _relabel(connection: apsw.Connection, before: Doc | None, doc: Doc) -> None:
    old, new = set(labels(before)) if before else set(), set(labels(doc))
    for key in old - new:
        connection.execute(
            "DELETE FROM label WHERE kind=? AND key=? AND id=?", (doc.kind, key, doc.id)
        )
    for key in new - old:
        connection.execute(
            "INSERT OR IGNORE INTO label(kind, key, id) VALUES(?,?,?)", (doc.kind, key, doc.id)
        )


def drop(connection: apsw.Connection, kind: str, doc_id: str, version: int) -> None:
    """Remove a document.

    Raises:
        Stale: It is not at that version.
    """
    before = get(connection, kind, doc_id)
    if before is None or before.version != version:
        raise Stale("the document is at another version")
    connection.execute("DELETE FROM doc WHERE kind=? AND id=?", (kind, doc_id))
    for key in labels(before):
        connection.execute("DELETE FROM label WHERE kind=? AND key=? AND id=?", (kind, key, doc_id))


def claim(connection: apsw.Connection, kind: str, now: int, until: int, limit: int) -> list[Doc]:
    """Move the due of what is due, and give it."""
    claimed = []
    for before in _due(connection, kind, now, limit):
        after = before._replace(version=before.version + 1, due=until)
        claimed.append(_write(connection, before, after))
    return claimed


def _due(connection: apsw.Connection, kind: str, now: int, limit: int) -> list[Doc]:
    """Read what is due, passing over what is damaged so that it holds up nothing else."""
    sound: list[Doc] = []
    seen = 0
    while len(sound) < limit:
        rows = select(connection, _DUE, kind, now, limit - len(sound), seen)
        if not rows:
            break
        seen += len(rows)
        for row in rows:
            with suppress(Damaged):
                sound.append(_verified(row))
    return sound


def page_of_everything(
    connection: apsw.Connection, after: tuple[str, str], limit: int
) -> list[tuple[Doc, bytes]]:
    """Read the documents of all kinds in order, each with its digest, unverified."""
    return [unverified(row) for row in select(connection, _EVERYTHING, *after, limit)]


def load(connection: apsw.Connection, doc: Doc) -> None:
    """Store a document as it was."""
    _write(connection, None, doc)


def orphans(connection: apsw.Connection) -> list[str]:
    """Say which keys lead nowhere."""
    rows = select(
        connection,
        "SELECT DISTINCT kind, id FROM label WHERE NOT EXISTS"
        " (SELECT 1 FROM doc WHERE doc.kind=label.kind AND doc.id=label.id)",
    )
    return [f"a key of {kind}/{doc_id} leads to no document" for kind, doc_id in rows]


def unlabelled(connection: apsw.Connection, doc: Doc) -> list[str]:
    """Say whether `find` misses a document by one of its keys."""
    statement = "SELECT 1 FROM label WHERE kind=? AND key=? AND id=?"
    if all(select(connection, statement, doc.kind, key, doc.id) for key in labels(doc)):
        return []
    return [f"document {doc.kind}/{doc.id} is not found by its own keys"]
