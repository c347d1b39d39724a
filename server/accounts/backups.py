"""Backups of what a professional's devices know, sealed to a recovery code: R10.

One stream of records for each person, which nobody else can ask for. The server knows the
public half that records are sealed to, so that a device whose code was replaced meanwhile
writes nothing that nobody could open.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from care_circle.access import NotFound
from crypto.ids import EntryId, ProfessionalId, is_id
from crypto.mls.suite import SUITE_1
from crypto.recovery import MAX_RECORD
from server.audit import Audit
from server.clock import Clock

MOST_RECORDS: Final = 10_000
"""A person's records: an epoch or more in each, so some years of thirty channels; assumed."""


class BackupReplaced(Exception):
    """The records are sealed to a code that has been replaced since."""


class BackupFull(Exception):
    """The backup holds as many records as one may: to begin anew takes less room."""


class BadBackup(Exception):
    """What was sent is no record: an id that is none, no bytes, or too many."""


class StoredRecord(NamedTuple):
    """A record and its place, from 1."""

    seq: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A person's backup: the public half (X25519, 32 bytes) and the stream of its records.

    `former` are streams of codes since replaced, until they are known to be gone.
    """

    professional: ProfessionalId
    public_key: bytes = field(repr=False)
    stream: str
    begun_at: datetime
    former: tuple[str, ...] = ()


class BackupStore(Protocol):
    """Backups by person, and their records."""

    async def find(self, professional: ProfessionalId) -> Backup | None:
        """Find a person's backup."""
        ...

    async def begin(
        self, professional: ProfessionalId, public_key: bytes, *, at: datetime
    ) -> Backup:
        """Begin a stream under a public half, and let go of what was; one begun already stays."""
        ...

    async def append(self, backup: Backup, record: EntryId, body: bytes) -> int:
        """Append a record and give its place; the same again gets the same.

        Raises:
            Taken: The id was used for another record.
        """
        ...

    async def head(self, backup: Backup) -> int:
        """Tell the place of the newest record, 0 for none."""
        ...

    async def read(self, backup: Backup, *, since: int, limit: int) -> tuple[StoredRecord, ...]:
        """Read the records after a place."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """Begin, append, read; all of it one's own."""

    store: BackupStore
    clock: Clock
    audit: Audit
    most: int = MOST_RECORDS

    async def begin(self, professional: ProfessionalId, public_key: bytes) -> None:
        """Begin anew under a public half: what was sealed to another one is deleted.

        Safe to repeat.

        Raises:
            BadKey: Nothing can be sealed to it.
        """
        SUITE_1.check_public_key(public_key)
        await self._note(professional, "begin_backup")
        await self.store.begin(professional, public_key, at=self.clock())

    async def append(
        self, professional: ProfessionalId, record: EntryId, body: bytes, *, public_key: bytes
    ) -> int:
        """Append a record sealed to a public half, and give its place; safe to repeat.

        Raises:
            NotFound: There is no backup.
            BackupReplaced: It is sealed to another public half than the backup's.
            BadBackup: It is no record.
            BackupFull: There are enough.
            Taken: The id was used for another record.
        """
        if not is_id(record) or not 0 < len(body) <= MAX_RECORD:
            raise BadBackup
        backup = await self._backup(professional)
        if backup.public_key != public_key:
            raise BackupReplaced
        if await self.store.head(backup) >= self.most:
            raise BackupFull
        return await self.store.append(backup, record, body)

    async def read(
        self, professional: ProfessionalId, *, since: int, limit: int
    ) -> tuple[bytes, tuple[StoredRecord, ...]]:
        """Give the public half, and the records after a place.

        Raises:
            NotFound: There is no backup.
        """
        backup = await self._backup(professional)
        if since == 0:
            await self._note(professional, "read_backup")
        return backup.public_key, await self.store.read(backup, since=since, limit=limit)

    async def _backup(self, professional: ProfessionalId) -> Backup:
        backup = await self.store.find(professional)
        if backup is None:
            raise NotFound
        return backup

    async def _note(self, professional: ProfessionalId, action: str) -> None:
        await self.audit.record(actor=professional, action=action, kind="backup", id=professional)
