"""The trace: who did what to which thing, and when; never what was in it.

One record function for the whole house, from the first day, so that the hash chain and the
retention of a later issue have one place to stand. Records are entries of a log in the
engine, which nothing in the application can change or remove.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from crypto.ids import ProfessionalId, new_id
from server.clock import Clock
from server.storage.engine import Engine

STREAM = "audit"
_PAGE = 500


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the trace. `action` is a word of the access table or of identity."""

    schema: int = 1
    at: datetime
    who: ProfessionalId | None
    action: str
    kind: str
    id: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Writes the trace, and reads it back for those who must answer « who saw what »."""

    engine: Engine
    clock: Clock

    async def record(
        self,
        *,
        actor: ProfessionalId | None,
        action: str,
        kind: str,
        id: str,  # noqa: A002 -- the word of the record, and of the care circle's port
    ) -> None:
        """Write one line; it is durable when this returns. Without an actor, a stranger tried."""
        line = Record(at=self.clock(), who=actor, action=action, kind=kind, id=id)
        await self.engine.append(STREAM, new_id(), _encode(line))

    async def read(self, *, after: int = 0, limit: int = _PAGE) -> tuple[Record, ...]:
        """Read lines in order, at most `limit`, from the one after a number."""
        entries = await self.engine.read(STREAM, after, limit)
        return tuple(_decode(entry.body) for entry in entries)
