"""Sealed files on the engine port: their bytes, a note of each, a count for each channel.

Three small things instead of one large one: a note can be claimed, and a count changed,
without moving ten megabytes. They are written one after the other; what a crash leaves
between them is found by the round that looks for orphans, or by counting again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec
from typing_extensions import override

from channels.blobs import ORPHANED, BlobNote, BlobStore
from crypto.ids import BlobId, ChannelId
from server.storage.decoding import decode
from server.storage.engine import NEVER, Busy, Doc, Engine, Stale, Taken
from server.storage.keys import Keyring
from server.storage.repository import Missing, Repository
from server.storage.shape import Shape

KIND: Final = "blob"
SCHEMA: Final = 1
ATTEMPTS: Final = 8


class _Bytes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int = SCHEMA
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much the files of a channel weigh together, in bytes."""

    channel: ChannelId
    used: int = 0


_to_bytes = msgspec.msgpack.Encoder().encode
_BYTES: Final = msgspec.msgpack.Decoder(_Bytes)


class EngineBlobs(BlobStore):
    """`BlobStore` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        notes = Shape(
            kind="blob_note",
            type=BlobNote,
            id_of=lambda note: _id(note.channel, note.id),
            tags_of=lambda note: (_channel(note.channel),),
            due_of=lambda note: None if note.kept else note.at + ORPHANED,
        )
        rooms = Shape(kind="blob_room", type=Room, id_of=lambda room: room.channel)
        self._notes = Repository(engine, keyring, notes)
        self._rooms = Repository(engine, keyring, rooms)

    @override
    async def note(self, note: BlobNote) -> tuple[BlobNote, bool]:
        try:
            return (await self._notes.create(note)).value, True
        except Stale:
            held = await self._notes.get(_id(note.channel, note.id))
            if held is None:
                raise Busy from None
            return held, False

    @override
    async def put(self, note: BlobNote, sealed: bytes) -> None:
        body = _to_bytes(_Bytes(sealed=sealed))
        try:
            await self._engine.put(Doc(KIND, _id(note.channel, note.id), 0, body))
        except Stale:
            return

    @override
    async def find(self, channel: ChannelId, blob: BlobId) -> bytes | None:
        name = _id(channel, blob)
        doc = await self._engine.get(KIND, name)
        return None if doc is None else decode(_BYTES, doc.body, what=f"{KIND}/{name}").sealed

    @override
    async def drop(self, note: BlobNote) -> None:
        name = _id(note.channel, note.id)
        await self._drop_bytes(name)
        if await self._notes.drop(name):
            await self._rooms.upsert(note.channel, lambda room: _less(room, note))

    @override
    async def take_room(self, channel: ChannelId, size: int, *, most: int) -> bool:
        def decide(room: Room) -> tuple[Room, bool]:
            used = room.used + size
            return (replace(room, used=used), True) if used <= most else (room, False)

        await self._rooms.upsert(channel, lambda room: room or Room(channel=channel))
        _, taken = await self._rooms.change_and_tell(channel, decide)
        return taken

    @override
    async def count_again(self, channel: ChannelId) -> None:
        used = sum(note.size for note in await self._notes.all_of(_channel(channel)))
        await self._rooms.upsert(channel, lambda _: Room(channel=channel, used=used))

    @override
    async def orphans(self, *, now: datetime, until: datetime, limit: int) -> tuple[BlobNote, ...]:
        claimed = await self._notes.claim(now=now, until=until, limit=limit)
        return tuple(held.value for held in claimed)

    @override
    async def is_in_log(self, note: BlobNote) -> bool:
        try:
            # In an epoch that never comes it is a look only: no entry has this body.
            await self._engine.append(note.channel, f"{note.device}:{note.entry}", b"", epoch=NEVER)
        except Stale:
            return False
        except Taken:
            return True
        return True

    @override
    async def settle(self, note: BlobNote) -> None:
        name = _id(note.channel, note.id)
        try:
            await self._notes.change(name, lambda held: replace(held, kept=True))
        except Missing:
            return

    async def _drop_bytes(self, name: str) -> None:
        for _ in range(ATTEMPTS):
            doc = await self._engine.get(KIND, name)
            if doc is None:
                return
            try:
                await self._engine.drop(KIND, name, doc.version)
            except Stale:
                continue
            return
        raise Busy


def _id(channel: ChannelId, blob: BlobId) -> str:
    return f"{channel}:{blob}"


def _channel(channel: ChannelId) -> str:
    return f"channel:{channel}"


def _less(room: Room | None, note: BlobNote) -> Room:
    held = room or Room(channel=note.channel)
    return replace(held, used=max(0, held.used - note.size))
