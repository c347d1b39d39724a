"""What whoever runs the server can do to what it stores: rewrite, damage, and put in.

Every row keeps the digest that its owner would give it: what is caught here is caught by
the devices.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec

from crypto.ids import BlobId, ChannelId, EntryId, new_id
from crypto.session.log import Kind
from server.house import House
from server.storage.engine import Entry
from server.storage.rows import entry_digest
from server.storage.schema import select
from tests.support.journey import Companion

_FILE: Final = "ronde.sqlite3"
_READ = "SELECT seq, mid, body, epoch, at, leads_to FROM log WHERE stream=? AND mid LIKE ?"
_WRITE = "UPDATE log SET body=?, digest=? WHERE stream=? AND seq=?"


def rewrite_entry(
    folder: Path, channel: ChannelId, entry: EntryId, change: Callable[[bytes], bytes]
) -> int:
    """Change an entry's sealed body where it lies; tells its place."""
    connection = apsw.Connection(str(folder / _FILE))
    connection.setbusytimeout(5000)
    try:
        (row,) = select(connection, _READ, channel, f"%:{entry}")
        held = Entry(*row)
        kept: dict[str, Any] = msgspec.msgpack.decode(held.body)
        body = msgspec.msgpack.encode(kept | {"body": change(kept["body"])})
        digest = entry_digest(channel, held._replace(body=body))
        connection.execute(_WRITE, (body, digest, channel, held.seq))
        return held.seq
    finally:
        connection.close()


async def damage_blob(house: House, channel: ChannelId, blob: BlobId) -> None:
    """Turn over the last byte of a sealed file."""
    doc = await house.engine.get("blob", f"{channel}:{blob}")
    assert doc is not None
    kept: dict[str, Any] = msgspec.msgpack.decode(doc.body)
    body = msgspec.msgpack.encode(kept | {"sealed": turned(kept["sealed"])})
    await house.engine.put(doc._replace(body=body))


async def put_commit(
    house: House, channel: ChannelId, *, by: Companion, epoch: int, body: bytes
) -> int:
    """Put a commit into the log that the server's own rules would refuse; tells its place."""
    said = {"by": by.id, "kind": Kind.COMMIT.value, "epoch": epoch, "body": body, "schema": 1}
    name = f"{by.device_id}:{new_id()}"
    placed = await house.engine.append(
        channel, name, msgspec.msgpack.encode({**said, "card": None}), epoch=epoch, advance=True
    )
    return placed.seq


def turned(data: bytes) -> bytes:
    """Turn over the last byte."""
    return data[:-1] + bytes((data[-1] ^ 1,))
