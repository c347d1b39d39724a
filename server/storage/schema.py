"""The one SQLite file: its tables, its settings, and who may open it."""

import os
from pathlib import Path
from typing import Any

import apsw

from server.storage.engine import Damaged, NewerFile

FORMAT = 1
OLDEST_SQLITE = (3, 51, 3)
_APPLICATION = 0x524E4445  # "RNDE", so that `file` and we know the file as ours.
WAIT_FOR_LOCK_MS = 5000

# Log rows hold 600 bytes and more: WITHOUT ROWID halved the throughput of such tables. A label is
# all key, so there it saves the second copy. Of the log's three unique indexes the last one lets
# one commit per epoch in.
_TABLES = """
CREATE TABLE doc(
  n INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  uniq TEXT, tags TEXT NOT NULL, due INTEGER, digest BLOB NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX doc_id ON doc(kind, id);
CREATE UNIQUE INDEX doc_uniq ON doc(kind, uniq) WHERE uniq IS NOT NULL;
CREATE INDEX doc_due ON doc(kind, due, id) WHERE due IS NOT NULL;
CREATE TABLE label(
  kind TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(kind, key, id)
) WITHOUT ROWID;
CREATE TABLE log(
  n INTEGER PRIMARY KEY, stream TEXT NOT NULL, seq INTEGER NOT NULL, mid TEXT NOT NULL,
  epoch INTEGER, at INTEGER NOT NULL, leads_to INTEGER NOT NULL, digest BLOB NOT NULL,
  body BLOB NOT NULL);
CREATE UNIQUE INDEX log_seq ON log(stream, seq);
CREATE UNIQUE INDEX log_mid ON log(stream, mid);
CREATE UNIQUE INDEX log_commit ON log(stream, epoch) WHERE leads_to > epoch;
"""


class OldSqlite(Exception):
    """The SQLite library may corrupt a WAL file that two connections write (fixed in 3.51.3)."""


def require_sqlite(version: str) -> None:
    """Refuse a library older than the repair of the WAL-reset fault.

    Raises:
        OldSqlite: It is older.
    """
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_SQLITE:
        raise OldSqlite(f"SQLite {version} may corrupt a shared file; 3.51.3 or newer is needed")


def open_writer(path: Path) -> apsw.Connection:
    """Open the file for writing, creating it for its owner alone if it is not there.

    Raises:
        NewerFile: A later version of Ronde wrote it.
        Damaged: It is not a file of ours.
        OldSqlite: The library is too old to be trusted with it.
    """
    require_sqlite(apsw.sqlite_lib_version())
    # SQLite gives the WAL and the index file the permissions of the file itself.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(WAIT_FOR_LOCK_MS)
        _distrust(connection)
        _require_ours(connection)
        _settle(connection)
        _create_in(connection)
    except (apsw.NotADBError, apsw.CorruptError) as error:
        connection.close()
        raise Damaged("the file is not a store of Ronde, or is damaged") from error
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> apsw.Connection:
    """Open the file for reading only."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(WAIT_FOR_LOCK_MS)
    _distrust(connection)
    return connection


def select(
    connection: apsw.Connection, statement: str, *values: str | int | bytes | None
) -> list[Any]:
    """Fetch all rows of a statement at once, so that no snapshot outlives the call.

    The rows are tuples whose columns have the types this file writes, unless it is damaged.
    """
    return connection.execute(statement, values).fetchall()


def _settle(connection: apsw.Connection) -> None:
    connection.pragma("journal_mode", "wal")
    # NORMAL lost acknowledged appends at 70 % of the simulated power cuts: not an option.
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", "on")
    connection.pragma("wal_autocheckpoint", 2000)
    connection.pragma("journal_size_limit", 64 * 2**20)


def _distrust(connection: apsw.Connection) -> None:
    """Let nothing that is written inside the file run as code."""
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)


def _require_ours(connection: apsw.Connection) -> None:
    """Refuse a file of somebody else, or of our future, before anything in it is touched."""
    if _is_empty(connection):
        return
    if connection.pragma("application_id") != _APPLICATION:
        raise Damaged("the file is not a store of Ronde")
    if connection.pragma("user_version") > FORMAT:
        raise NewerFile("a later version of Ronde wrote this store; install it again to go on")


def _is_empty(connection: apsw.Connection) -> bool:
    return not select(connection, "SELECT 1 FROM sqlite_schema LIMIT 1")


def _create_in(connection: apsw.Connection) -> None:
    """Create the tables, unless they are there or another process is just doing so."""
    connection.execute("BEGIN IMMEDIATE")
    if _is_empty(connection):
        connection.execute(_TABLES)
        connection.pragma("application_id", _APPLICATION)
        connection.pragma("user_version", FORMAT)
    connection.execute("COMMIT")
