"""Backups on the engine port: one document for each person, one stream for its records."""

from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec
from typing_extensions import override

from crypto.ids import EntryId, ProfessionalId, new_id
from server.accounts.backups import Backup, BackupStore, StoredRecord
from server.storage.decoding import decode
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape

SCHEMA: Final = 1
STREAM: Final = "backup:"


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int = SCHEMA
    body: bytes


_to_bytes = msgspec.msgpack.Encoder().encode
_RECORD: Final = msgspec.msgpack.Decoder(_Record)


class EngineBackups(BackupStore):
    """`BackupStore` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(kind="backup", type=Backup, id_of=lambda backup: backup.professional)
        self._engine = engine
        self._backups = Repository(engine, keyring, shape)

    @override
    async def find(self, professional: ProfessionalId) -> Backup | None:
        return await self._backups.get(professional)

    @override
    async def begin(
        self, professional: ProfessionalId, public_key: bytes, *, at: datetime
    ) -> Backup:
        fresh = Backup(
            professional=professional,
            public_key=public_key,
            stream=STREAM + new_id(),
            begun_at=at,
        )

        def decide(held: Backup | None) -> Backup:
            if held is None or held.public_key == public_key:
                return held or fresh
            return replace(fresh, former=(*held.former, held.stream))

        begun = await self._backups.upsert(professional, decide)
        # The name of a stream is written down before it is emptied, or a crash would leave it.
        for stream in begun.former:
            await self._engine.trim(stream, None)
        return await self._backups.change(professional, lambda held: replace(held, former=()))

    @override
    async def append(self, backup: Backup, record: EntryId, body: bytes) -> int:
        placed = await self._engine.append(backup.stream, record, _to_bytes(_Record(body=body)))
        return placed.seq

    @override
    async def head(self, backup: Backup) -> int:
        return (await self._engine.heads([backup.stream]))[backup.stream]

    @override
    async def read(self, backup: Backup, *, since: int, limit: int) -> tuple[StoredRecord, ...]:
        entries = await self._engine.read(backup.stream, since, limit)
        return tuple(
            StoredRecord(
                entry.seq, decode(_RECORD, entry.body, what=f"{backup.stream}/{entry.seq}").body
            )
            for entry in entries
        )
