"""Backups on both engines: one stream each, and nothing left of a code given up."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crypto.ids import EntryId, ProfessionalId, new_id
from server.accounts.backups import StoredRecord
from server.storage.backups import EngineBackups
from server.storage.engine import Engine, Taken
from server.storage.keys import Keyring

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANA, BEN = ProfessionalId(new_id()), ProfessionalId(new_id())
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
async def store(engine: Engine) -> EngineBackups:
    return EngineBackups(engine, await Keyring.open(engine, bytes(32)))


async def test_records_are_kept_in_order_and_once(store: EngineBackups) -> None:
    backup, first = await store.begin(ANA, OLD, at=NOW), EntryId(new_id())

    places = [await store.append(backup, first, b"one") for _ in range(2)]
    places.append(await store.append(backup, EntryId(new_id()), b"two"))

    assert places == [1, 1, 2]
    assert await store.read(backup, since=0, limit=9) == (
        StoredRecord(1, b"one"),
        StoredRecord(2, b"two"),
    )
    assert await store.read(backup, since=1, limit=9) == (StoredRecord(2, b"two"),)
    with pytest.raises(Taken):
        await store.append(backup, first, b"other")


async def test_everybody_has_a_stream_of_their_own(store: EngineBackups) -> None:
    hers, his = await store.begin(ANA, OLD, at=NOW), await store.begin(BEN, OLD, at=NOW)

    await store.append(hers, EntryId(new_id()), b"hers")

    assert (await store.head(hers), await store.head(his)) == (1, 0)
    assert await store.find(ProfessionalId(new_id())) is None


async def test_a_new_code_leaves_nothing_of_the_old_stream(
    store: EngineBackups, engine: Engine
) -> None:
    old = await store.begin(ANA, OLD, at=NOW)
    await store.append(old, EntryId(new_id()), b"sealed to the old code")

    new = await store.begin(ANA, NEW, at=NOW)

    assert new.stream != old.stream
    assert new.former == ()
    assert await store.find(ANA) == new
    assert await engine.read(old.stream) == []
    assert await store.begin(ANA, NEW, at=NOW) == new


async def test_what_a_crash_left_of_an_old_stream_goes_when_the_request_is_repeated(
    store: EngineBackups, engine: Engine
) -> None:
    old = await store.begin(ANA, OLD, at=NOW)
    new = await store.begin(ANA, NEW, at=NOW)
    await store.append(old, EntryId(new_id()), b"left behind")
    left = await store._backups.change(ANA, lambda held: replace(held, former=(old.stream,)))

    again = await store.begin(ANA, NEW, at=NOW)

    assert left.former == (old.stream,)
    assert again == new
    assert await engine.read(old.stream) == []
