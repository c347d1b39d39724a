"""Sealed files beside a channel's log: R8, as the server sees it.

A file is uploaded before the entry that carries its key, so the server keeps it for a day on
the word that the entry will come. It knows size, channel, uploader and entry; not the name,
the kind, nor a byte of what is inside.
"""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from channels.access import Door
from channels.model import Asker, BadEntry, IdTaken, NotAMember, Refusal, TooLarge
from crypto.attachment import MAX_SEALED
from crypto.ids import BlobId, ChannelId, DeviceId, EntryId, is_id

QUOTA: Final = 500 * 1024 * 1024
"""What the files of one channel may weigh together, in bytes, sealed: assumed."""
ORPHANED: Final = timedelta(hours=24)
"""A file whose entry is not in the log after this long belongs to nobody."""
MOST_AT_ONCE: Final = 6
MOST_OF_ONE: Final = 2
"""Uploads in memory at once, of everybody and of one professional."""
MOST_FETCHED: Final = 8
"""Files on their way to one professional at once."""
_LEASE: Final = timedelta(minutes=10)
_TIDIED_AT_ONCE: Final = 100


class ChannelFull(Refusal):
    """The channel's files weigh as much as they may."""


class TooManyAtOnce(Refusal):
    """Too much is on its way already; the same request may be made again a little later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobNote:
    """What is known of a file: `size` in sealed bytes, `sha256` over them, `entry` to come.

    `kept` says that the entry is in the log: from then on the file stays as long as it does.
    """

    channel: ChannelId
    id: BlobId
    entry: EntryId
    device: DeviceId
    size: int
    sha256: bytes = field(repr=False)
    at: datetime
    kept: bool = False

    @property
    def said(self) -> tuple[EntryId, DeviceId, bytes]:
        """What must be the same for an upload to be a repeat."""
        return self.entry, self.device, self.sha256


class BlobStore(Protocol):
    """Sealed files, notes of them, and how much room they take in each channel."""

    async def note(self, note: BlobNote) -> tuple[BlobNote, bool]:
        """Keep a note and give what is kept: the older one if there is one; and if it is new."""
        ...

    async def put(self, note: BlobNote, sealed: bytes) -> None:
        """Keep a file's bytes; once more changes nothing."""
        ...

    async def find(self, channel: ChannelId, blob: BlobId) -> bytes | None:
        """Give a file's bytes."""
        ...

    async def drop(self, note: BlobNote) -> None:
        """Forget a file and its note; once more changes nothing."""
        ...

    async def take_room(self, channel: ChannelId, size: int, *, most: int) -> bool:
        """Count a file's size in, unless the channel would then hold more than `most`."""
        ...

    async def count_again(self, channel: ChannelId) -> None:
        """Add the notes up: what was cut short may have left the count too high."""
        ...

    async def orphans(self, *, now: datetime, until: datetime, limit: int) -> tuple[BlobNote, ...]:
        """Take notes whose day is over, for oneself until a moment; settle or drop each."""
        ...

    async def is_in_log(self, note: BlobNote) -> bool:
        """Tell whether the entry that carries a file is in its channel's log."""
        ...

    async def settle(self, note: BlobNote) -> None:
        """Note that a file's entry is in the log."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobService:
    """Upload, fetch, tidy; strangers are refused before anything is read."""

    store: BlobStore
    door: Door
    clock: Callable[[], datetime]
    quota: int = QUOTA
    _uploading: Counter[str] = field(default_factory=Counter, repr=False)
    _fetching: Counter[str] = field(default_factory=Counter, repr=False)

    async def upload(
        self,
        asker: Asker,
        channel: ChannelId,
        blob: BlobId,
        *,
        entry: EntryId,
        receive: Callable[[], Awaitable[bytes]],
    ) -> None:
        """Keep a sealed file for an entry to come; safe to repeat with the same bytes.

        `receive` gives the bytes, and is called only once the asker is let in.

        Raises:
            NotAMember: There is no such channel for the asker.
            BadEntry: An id is none, or there are no bytes.
            TooLarge: It weighs more than the largest file sealed.
            IdTaken: The id was used for other bytes, by another device or for another entry.
            ChannelFull: The channel's files weigh too much already.
            TooManyAtOnce: Too many uploads are under way.
        """
        await self.door.enter(asker, channel)
        if not is_id(blob) or not is_id(entry):
            raise BadEntry
        if self._uploading.total() >= MOST_AT_ONCE:
            raise TooManyAtOnce
        with _turn(self._uploading, asker, most=MOST_OF_ONE):
            sealed = await _received(receive)
            note = BlobNote(
                channel=channel,
                id=blob,
                entry=entry,
                device=asker.device,
                size=len(sealed),
                sha256=hashlib.sha256(sealed).digest(),
                at=self.clock(),
            )
            await self._keep(note, sealed)

    @asynccontextmanager
    async def fetching(
        self, asker: Asker, channel: ChannelId, blob: BlobId
    ) -> AsyncIterator[bytes]:
        """Give a sealed file to a member, for as long as it takes to send it.

        Raises:
            NotAMember: There is no such channel for the asker, or no such file in it.
            TooManyAtOnce: Too many files are on their way to them.
        """
        await self.door.enter(asker, channel)
        with _turn(self._fetching, asker, most=MOST_FETCHED):
            sealed = await self.store.find(channel, blob) if is_id(blob) else None
            if sealed is None:
                raise NotAMember
            yield sealed

    async def tidy(self) -> int:
        """Delete files whose entry never came, and tell how many there were."""
        now, dropped = self.clock(), 0
        for note in await self.store.orphans(now=now, until=now + _LEASE, limit=_TIDIED_AT_ONCE):
            if await self.store.is_in_log(note):
                await self.store.settle(note)
            else:
                await self.store.drop(note)
                dropped += 1
        return dropped

    async def _keep(self, note: BlobNote, sealed: bytes) -> None:
        kept, fresh = await self.store.note(note)
        if kept.said != note.said:
            raise IdTaken
        if fresh and not await self._has_room(note):
            await self.store.drop(note)
            raise ChannelFull
        await self.store.put(note, sealed)

    async def _has_room(self, note: BlobNote) -> bool:
        if await self.store.take_room(note.channel, note.size, most=self.quota):
            return True
        # The note itself is counted now, so nothing more needs to fit.
        await self.store.count_again(note.channel)
        return await self.store.take_room(note.channel, 0, most=self.quota)


async def _received(receive: Callable[[], Awaitable[bytes]]) -> bytes:
    """Receive a sealed file.

    Raises:
        BadEntry: There are no bytes.
        TooLarge: It weighs more than the largest file sealed.
    """
    sealed = await receive()
    if not sealed:
        raise BadEntry
    if len(sealed) > MAX_SEALED:
        raise TooLarge
    return sealed


@contextmanager
def _turn(held: Counter[str], asker: Asker, *, most: int) -> Iterator[None]:
    """Hold one of a professional's places in memory.

    Raises:
        TooManyAtOnce: All are taken.
    """
    who = asker.professional
    if held[who] >= most:
        raise TooManyAtOnce
    held[who] += 1
    try:
        yield
    finally:
        held[who] -= 1
        if not held[who]:
            del held[who]
