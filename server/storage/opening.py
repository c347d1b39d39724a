"""Which engine an address stands for."""

from pathlib import Path

from server.clock import Clock
from server.storage.engine import Engine
from server.storage.sqlite import SqliteEngine


async def open_engine(address: str, clock: Clock) -> Engine:
    """Open the store at an address: `mongodb://…`, `mongodb+srv://…`, or a file's path.

    Raises:
        NewerFile: A later version of Ronde wrote it.
        Damaged: It is not a store of ours.
        Unavailable: It cannot be opened or reached.
        OldSqlite: The SQLite library is too old to be trusted with it.
        NoReplicaSet: The MongoDB server is alone.
    """
    if address.startswith(("mongodb://", "mongodb+srv://")):
        from server.storage.mongo import MongoEngine  # noqa: PLC0415 -- slow, and most need none

        return await MongoEngine.open(address, clock)
    return await SqliteEngine.open(Path(address), clock)
