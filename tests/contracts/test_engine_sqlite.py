"""What only the SQLite engine promises: about its file, its thread and its errors."""

import asyncio
import os
import random
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from server.storage import schema, sqlite_log
from server.storage.engine import Busy, Damaged, Doc, NewerFile, Taken, Unavailable
from server.storage.schema import OldSqlite, require_sqlite
from server.storage.sqlite import SqliteEngine
from server.storage.sqlite_writer import Writer
from tests.support.engines import TickingClock

CANARY = b"canari-zinzolin-" * 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ronde.sqlite3"


@pytest.fixture
async def engine(path: Path) -> AsyncIterator[SqliteEngine]:
    opened = await SqliteEngine.open(path, TickingClock())
    yield opened
    await opened.close()


def tamper(path: Path, *statements: str) -> None:
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def content(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def test_the_files_are_their_owners_alone(engine: SqliteEngine, path: Path) -> None:
    await engine.append("s", "m", b"")

    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}

    assert set(modes) == {"ronde.sqlite3", "ronde.sqlite3-wal", "ronde.sqlite3-shm"}
    assert set(modes.values()) == {0o600}


async def test_a_clean_close_leaves_one_file_that_opens_again(path: Path) -> None:
    first = await SqliteEngine.open(path, TickingClock())
    await first.append("s", "m", b"body")
    await first.close()

    left = [p.name for p in path.parent.iterdir()]
    again = await SqliteEngine.open(path, TickingClock())

    assert left == ["ronde.sqlite3"]
    assert await again.heads(["s"]) == {"s": 1}
    await again.close()


async def test_a_file_of_a_later_version_is_not_opened(path: Path) -> None:
    await (await SqliteEngine.open(path, TickingClock())).close()
    tamper(path, "PRAGMA user_version=2")
    before = content(path)

    with pytest.raises(NewerFile):
        await SqliteEngine.open(path, TickingClock())

    assert content(path) == before


async def test_a_file_of_somebody_else_is_not_opened(path: Path) -> None:
    tamper(path, "CREATE TABLE theirs(x)")

    with pytest.raises(Damaged):
        await SqliteEngine.open(path, TickingClock())


async def test_a_file_that_is_no_database_is_not_opened(path: Path) -> None:
    overwrite(path, b"not a database, " * 1000)

    with pytest.raises(Damaged):
        await SqliteEngine.open(path, TickingClock())


async def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await SqliteEngine.open(tmp_path / "nowhere" / "ronde", TickingClock())


def test_a_library_with_the_wal_fault_is_refused() -> None:
    for version in ("3.40.1", "3.51.2", "3.7.0"):
        with pytest.raises(OldSqlite):
            require_sqlite(version)
    for version in ("3.51.3", "3.54.1", "4.0.0"):
        require_sqlite(version)


async def test_engines_opened_at_once_create_one_store(path: Path) -> None:
    engines = await asyncio.gather(*(SqliteEngine.open(path, TickingClock()) for _ in range(4)))

    seqs = [(await engine.append("s", f"m{n}", b"")).seq for n, engine in enumerate(engines)]

    assert seqs == [1, 2, 3, 4]
    for engine in engines:
        await engine.close()


async def test_the_settings_that_make_an_answer_durable_are_on(path: Path) -> None:
    connection = schema.open_writer(path)

    settings = [
        connection.pragma(name)
        for name in ("journal_mode", "synchronous", "secure_delete", "wal_autocheckpoint")
    ]
    connection.close()

    assert settings == ["wal", 2, 1, 2000]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("UPDATE log SET body=x'00' WHERE seq=2", "entry s/2 does not agree"),
        ("UPDATE log SET at=at+1 WHERE seq=2", "entry s/2 does not agree"),
        ("DELETE FROM log WHERE seq=2", "stream s misses a number before 3"),
        ("UPDATE doc SET body=x'00'", "document kind/a does not agree"),
        ("UPDATE doc SET due=9", "document kind/a does not agree"),
        ("UPDATE doc SET tags='other'", "document kind/a does not agree"),
        ("DELETE FROM label WHERE key='tag'", "document kind/a is not found"),
        ("DELETE FROM doc", "leads to no document"),
    ],
)
async def test_what_was_changed_behind_our_back_is_named(
    path: Path, change: str, complaint: str
) -> None:
    engine = await SqliteEngine.open(path, TickingClock())
    await engine.put(Doc("kind", "a", 0, b"body", "unique", ("tag",), 1))
    for number in range(3):
        await engine.append("s", f"m{number}", b"body")
    assert await engine.check() == []

    tamper(path, change)
    complaints = await engine.check()
    await engine.close()

    assert any(complaint in sentence for sentence in complaints), complaints


async def test_what_is_damaged_is_not_read_and_holds_up_nothing_else(
    engine: SqliteEngine, path: Path
) -> None:
    for number in range(3):
        await engine.append("s", f"m{number}", b"body")
        await engine.put(Doc("kind", str(number), 0, b"body", due=number))
    tamper(path, "UPDATE log SET body=x'00' WHERE seq=2", "UPDATE doc SET body=x'00' WHERE id='0'")

    with pytest.raises(Damaged):
        await engine.read("s")
    with pytest.raises(Damaged):
        await engine.get("kind", "0")
    with pytest.raises(Damaged):
        await engine.append("s", "m1", b"body")
    assert [doc.id for doc in await engine.claim("kind", 9, 10, limit=2)] == ["1", "2"]
    assert (await engine.append("s", "m3", b"body")).seq == 4


async def test_a_flipped_bit_anywhere_is_found_or_harmless(path: Path) -> None:
    engine = await SqliteEngine.open(path, TickingClock())
    for number in range(40):
        await engine.append("s", f"m{number:02}", b"body" * 50)
        await engine.put(Doc("kind", f"{number:02}", 0, b"body" * 50, f"u{number}", ("tag",)))
    truth = [item async for item in engine.dump()]
    await engine.close()
    sound = content(path)
    chance = random.Random(7)
    silent = 0

    for _ in range(60):
        rotten = bytearray(sound)
        rotten[chance.randrange(len(rotten))] ^= 1 << chance.randrange(8)
        overwrite(path, bytes(rotten))
        try:
            engine = await SqliteEngine.open(path, TickingClock())
        except (Damaged, NewerFile, Unavailable):
            continue
        try:
            if not await engine.check():
                silent += [item async for item in engine.dump()] != truth
        finally:
            await engine.close()

    assert silent == 0


async def test_too_many_waiting_writes_are_refused_at_once(path: Path) -> None:
    engine = await SqliteEngine.open(path, TickingClock(), depth=8)

    outcomes = await asyncio.gather(
        *(engine.append("s", f"m{n}", b"") for n in range(20)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes].count(Busy) == 12
    assert await engine.heads(["s"]) == {"s": 8}
    assert (await engine.append("s", "later", b"")).seq == 9
    await engine.close()


async def test_a_full_disk_fails_those_who_wait_and_nobody_later(
    engine: SqliteEngine, path: Path
) -> None:
    await engine.append("s", "before", b"")
    writer = engine._writer

    def limit(connection: apsw.Connection, _: object) -> int:
        pages: int = connection.pragma("page_count")
        return int(connection.pragma("max_page_count", pages + 20))

    def free(connection: apsw.Connection, _: object) -> int:
        return int(connection.pragma("max_page_count", 2**30))

    await writer.run(limit)
    outcomes = await asyncio.gather(
        *(engine.append("s", f"m{n}", b"x" * 20_000) for n in range(20)), return_exceptions=True
    )
    stored = [entry.mid for entry in await engine.read("s")]
    await writer.run(free)
    after = await engine.append("s", "after", b"x" * 200_000)

    refused = [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]
    acknowledged = [
        f"m{n}" for n, outcome in enumerate(outcomes) if not isinstance(outcome, BaseException)
    ]
    assert refused
    assert set(refused) == {Unavailable}
    assert stored == ["before", *acknowledged]
    assert after.seq == len(acknowledged) + 2
    assert await engine.check() == []


async def test_a_fault_in_one_piece_of_work_is_its_askers_alone(engine: SqliteEngine) -> None:
    def fail(connection: apsw.Connection, _: object) -> None:
        connection.execute("INSERT INTO label VALUES('k','half','done')")
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        engine.append("s", "a", b""),
        engine._writer.run(fail),
        engine.append("s", "b", b""),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], ZeroDivisionError)
    assert [entry.mid for entry in await engine.read("s")] == ["a", "b"]
    assert await engine.check() == []


async def test_when_the_thread_dies_everybody_is_told(engine: SqliteEngine) -> None:
    def die(_: apsw.Connection, __: object) -> None:
        raise SystemExit

    outcomes = await asyncio.gather(
        engine.append("s", "a", b""),
        engine._writer.run(die),
        engine.append("s", "b", b""),
        return_exceptions=True,
    )

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    with pytest.raises(Unavailable):
        await engine.append("s", "c", b"")
    assert await engine.read("s") == []


async def test_a_closed_store_refuses(path: Path) -> None:
    engine = await SqliteEngine.open(path, TickingClock())
    last = asyncio.create_task(engine.append("s", "a", b""))
    await asyncio.sleep(0)

    await engine.close()

    assert (await last).seq == 1
    with pytest.raises(Unavailable):
        await engine.append("s", "b", b"")
    with pytest.raises(Unavailable):
        await engine.read("s")


async def test_another_process_that_holds_the_file_makes_busy_not_broken(
    engine: SqliteEngine, path: Path
) -> None:
    await engine._writer.run(lambda connection, _: connection.set_busy_timeout(50))
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(Busy):
        await engine.append("s", "a", b"")
    holder.execute("ROLLBACK")
    holder.close()

    assert (await engine.append("s", "a", b"")).seq == 1


async def test_a_read_that_lasts_too_long_is_broken_off(
    engine: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.storage.sqlite_reader._LONGEST_READ_S", 0.1)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT count(*) FROM n"

    with pytest.raises(Unavailable):
        await engine._readers.run(lambda connection: schema.select(connection, endless))

    assert await engine.heads(["s"]) == {"s": 0}


async def test_what_is_erased_leaves_the_file_and_the_wal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.storage.sqlite_writer._ERASURE_EVERY_S", 0.05)
    engine = await SqliteEngine.open(path, TickingClock())
    await engine.append("kept", "m", b"kept")
    doc = await engine.put(Doc("kind", "a", 0, CANARY))
    await engine.append("s", "m", CANARY)
    await engine.append("s", "n", b"")
    assert CANARY in stored_bytes(path)

    await engine.put(doc._replace(body=b"replaced"))
    await engine.trim("s", 1)

    async with asyncio.timeout(30):
        while CANARY in stored_bytes(path):  # noqa: ASYNC110 - files have no event to wait on
            await asyncio.sleep(0.02)
    assert await engine.check() == []
    await engine.close()


def stored_bytes(path: Path) -> bytes:
    wal = path.with_name(path.name + "-wal")
    return path.read_bytes() + wal.read_bytes()


async def test_a_dump_that_contradicts_itself_is_refused(engine: SqliteEngine) -> None:
    async def twice() -> AsyncIterator[Doc]:
        yield Doc("kind", "a", 1, b"")
        yield Doc("kind", "a", 2, b"")

    with pytest.raises(Taken):
        await engine.load(twice())


async def test_the_known_tails_are_dropped_when_another_process_writes(path: Path) -> None:
    connection = schema.open_writer(path)
    tails = sqlite_log.Tails(connection)
    other = await SqliteEngine.open(path, TickingClock())
    await other.append("s", "m0", b"")
    tails.renew()
    assert tails.of("s").seq == 1

    await other.append("s", "m1", b"")
    tails.renew()

    assert tails.of("s").seq == 2
    connection.close()
    await other.close()


def test_a_writer_is_made_for_one_loop(path: Path) -> None:
    with pytest.raises(RuntimeError):
        Writer(path, depth=1)
    assert not os.path.exists(path)  # noqa: PTH110 - nothing was opened
