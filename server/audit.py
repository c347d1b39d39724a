"""The trace: who did what to which thing, and when; never what was in it.

One record function for the whole house, from the first day, so that the hash chain and the
retention of a later issue have one place to stand. Records are entries of a log in the
engine, which nothing in the application can change or remove.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from crypto.ids import ProfessionalId, is_id, new_id
from server.clock import Clock
from server.storage.decoding import decode
from server.storage.engine import Engine

STREAM = "audit"
UNKNOWN = "unknown"
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
_RECORD = msgspec.msgpack.Decoder(Record)


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
        """Write one line; it is durable when this returns. Without an actor, a stranger tried.

        Whoever asks for a person's name where an id belongs leaves no name in the trace:
        what has not an id's shape is told as unknown.
        """
        named = id if id == "" or is_id(id) else UNKNOWN
        line = Record(at=self.clock(), who=actor, action=action, kind=kind, id=named)
        await self.engine.append(STREAM, new_id(), _encode(line))

    async def read(self, *, after: int = 0, limit: int = _PAGE) -> tuple[Record, ...]:
        """Read lines in order, at most `limit`, from the one after a number."""
        entries = await self.engine.read(STREAM, after, limit)
        return tuple(decode(_RECORD, entry.body, what=f"{STREAM}/{entry.seq}") for entry in entries)
