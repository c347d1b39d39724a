"""Sealed files on both engines: ten megabytes, once, and gone when nobody claims them."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from channels.blobs import ORPHANED, BlobNote
from crypto.attachment import MAX_SEALED
from crypto.ids import BlobId, ChannelId, DeviceId, EntryId, new_id
from server.storage.blobs import EngineBlobs
from server.storage.engine import Engine
from server.storage.keys import Keyring

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = NOW + ORPHANED
CHANNEL = ChannelId(new_id())


@pytest.fixture
async def store(engine: Engine) -> EngineBlobs:
    return EngineBlobs(engine, await Keyring.open(engine, bytes(32)))


def noted(**changes: object) -> BlobNote:
    plain: dict[str, object] = {
        "channel": CHANNEL,
        "id": BlobId(new_id()),
        "entry": EntryId(new_id()),
        "device": DeviceId(new_id()),
        "size": 100,
        "sha256": bytes(32),
        "at": NOW,
    }
    return BlobNote(**(plain | changes))  # type: ignore[arg-type]  # any field


async def claimed(store: EngineBlobs, at: datetime) -> set[BlobId]:
    found = await store.orphans(now=at, until=at + timedelta(minutes=1), limit=10)
    return {note.id for note in found}


async def test_the_largest_file_is_kept_and_given_back(store: EngineBlobs) -> None:
    note, sealed = noted(size=MAX_SEALED), os.urandom(MAX_SEALED)

    await store.put(note, sealed)

    assert await store.find(note.channel, note.id) == sealed
    assert await store.find(ChannelId(new_id()), note.id) is None


async def test_the_first_bytes_stay(store: EngineBlobs) -> None:
    note = noted()

    await store.put(note, b"first")
    await store.put(note, b"second")

    assert await store.find(note.channel, note.id) == b"first"


async def test_the_first_note_stays_and_says_that_it_was_there(store: EngineBlobs) -> None:
    first = noted()
    second = noted(id=first.id)

    assert await store.note(first) == (first, True)
    assert await store.note(second) == (first, False)


async def test_a_note_is_due_after_a_day_unless_its_entry_came(store: EngineBlobs) -> None:
    orphan, claimed_ = noted(), noted()
    for note in (orphan, claimed_):
        await store.note(note)

    early = await claimed(store, LATER - timedelta(seconds=1))
    await store.settle(claimed_)
    due = await claimed(store, LATER)

    assert (early, due) == (set(), {orphan.id})


async def test_an_entry_is_found_by_its_device_and_id(store: EngineBlobs, engine: Engine) -> None:
    note = noted()
    before = await store.is_in_log(note)
    await engine.append(CHANNEL, f"{note.device}:{note.entry}", b"sealed", epoch=0)

    assert (before, await store.is_in_log(note)) == (False, True)
    assert not await store.is_in_log(noted(entry=note.entry))
    assert not await store.is_in_log(noted(device=note.device))


async def test_what_is_dropped_is_gone_and_its_room_is_free(store: EngineBlobs) -> None:
    note = noted(size=80)
    await store.note(note)
    await store.put(note, b"sealed")
    assert await store.take_room(CHANNEL, note.size, most=100)

    await store.drop(note)
    await store.drop(note)

    assert await store.find(CHANNEL, note.id) is None
    assert await claimed(store, LATER) == set()
    assert [await store.take_room(CHANNEL, size, most=100) for size in (101, 100, 1)] == [
        False,
        True,
        False,
    ]


async def test_the_count_is_put_right_from_the_notes(store: EngineBlobs) -> None:
    for _ in range(3):
        await store.note(noted(size=10))
    await store.take_room(CHANNEL, 99, most=100)

    await store.count_again(CHANNEL)

    assert await store.take_room(CHANNEL, 70, most=100)
    assert not await store.take_room(CHANNEL, 1, most=100)
