"""A look at every row of the SQLite file, for `ronde verify` and the restore drill."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw

from server.storage import sqlite_docs, sqlite_log
from server.storage.engine import Damaged, Doc
from server.storage.rows import gaps, verified_doc, verified_entry
from server.storage.schema import open_reader, select

_PAGE = 1000


def inspect(path: Path) -> list[str]:
    """Say everything that is wrong with the file; [] is healthy.

    It works in pages, because a long transaction would let the WAL grow; only SQLite's own
    check is one statement.
    """
    with closing(open_reader(path)) as connection:
        try:
            return [
                *_integrity(connection),
                *_documents(connection),
                *sqlite_docs.orphans(connection),
                *_entries(connection),
            ]
        except (apsw.Error, UnicodeDecodeError, TypeError, AttributeError) as error:
            return [f"the file cannot be read to its end: {type(error).__name__}"]


def _integrity(connection: apsw.Connection) -> list[str]:
    rows = select(connection, "PRAGMA integrity_check")
    return [f"SQLite: {row[0]}" for row in rows if row[0] != "ok"]


def _documents(connection: apsw.Connection) -> Iterator[str]:
    after = ("", "")
    while page := sqlite_docs.page_of_everything(connection, after, _PAGE):
        for doc, digest in page:
            try:
                verified_doc(doc, digest)
            except Damaged as error:
                yield str(error)
            yield from sqlite_docs.unlabelled(connection, doc)
        after = _place(page[-1][0])


def _place(doc: Doc) -> tuple[str, str]:
    return doc.kind, doc.id


def _entries(connection: apsw.Connection) -> Iterator[str]:
    after = ("", 0)
    while page := sqlite_log.page_of_everything(connection, after, _PAGE):
        for item, digest in page:
            try:
                verified_entry(item.stream, item.entry, digest)
            except Damaged as error:
                yield str(error)
        numbered = [(item.stream, item.entry.seq) for item, _ in page]
        yield from gaps([after, *numbered] if after[0] else numbered)
        after = numbered[-1]
