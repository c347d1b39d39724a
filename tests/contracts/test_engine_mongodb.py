"""What only the MongoDB engine promises: whom it talks to, and what it does when that dies."""

import asyncio
import gc
import itertools
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from server.storage.engine import Damaged, Doc, Dumped, Engine, NewerFile, Unavailable
from server.storage.mongo import MongoEngine, NoReplicaSet
from tests.support.engines import TickingClock, secantus
from tests.support.kill.ledger import Acknowledged, Verdict, audit, body_of

POLL = "?serverMonitoringMode=poll"


@pytest.fixture
async def engine(mongodb_address: str) -> AsyncIterator[Engine]:
    opened = await MongoEngine.open(mongodb_address, TickingClock())
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def lone_server() -> Iterator[str]:
    with secantus("--storage-path", ":memory:", "--standalone") as server:
        yield server.address + POLL


def tamper(address: str, collection: str, wanted: dict[str, Any], change: dict[str, Any]) -> None:
    with MongoClient[dict[str, Any]](address) as client:
        client.get_default_database()[collection].update_one(wanted, {"$set": change}, upsert=True)


async def test_a_lone_server_is_refused_unless_it_is_meant(lone_server: str) -> None:
    with pytest.raises(NoReplicaSet):
        await MongoEngine.open(lone_server, TickingClock())

    engine = await MongoEngine.open(lone_server + "&directConnection=true", TickingClock())

    assert (await engine.append("s", "m", b"")).seq == 1
    await engine.close()


async def test_a_database_of_a_later_version_is_not_opened(mongodb_address: str) -> None:
    await (await MongoEngine.open(mongodb_address, TickingClock())).close()
    tamper(mongodb_address, "meta", {"_id": "format"}, {"number": 2})

    with pytest.raises(NewerFile):
        await MongoEngine.open(mongodb_address, TickingClock())


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
async def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(Unavailable):
        await MongoEngine.open(
            "mongodb://127.0.0.1:9/" + POLL + "&serverSelectionTimeoutMS=100", TickingClock()
        )
    with pytest.raises(Unavailable):
        await MongoEngine.open("mongodb://", TickingClock())
    # PyMongo leaks the socket of a monitor cancelled while it connects: let it be found here.
    gc.collect()


@pytest.mark.parametrize(
    ("where", "change", "complaint"),
    [
        (("log", "seq", 2), {"body": b"?"}, "entry s/2 does not agree"),
        (("log", "seq", 2), {"seq": 9}, "stream s misses a number before 3"),
        (("log", "seq", 2), {"body": None}, "another form"),
        (("docs", "id", "a"), {"due": 5}, "document kind/a does not agree"),
        (("docs", "id", "a"), {"labels": []}, "document kind/a is not found"),
        (("docs", "id", "a"), {"tags": None}, "another form"),
    ],
)
async def test_what_was_changed_behind_our_back_is_named(
    engine: Engine,
    mongodb_address: str,
    where: tuple[str, str, int | str],
    change: dict[str, Any],
    complaint: str,
) -> None:
    await engine.put(Doc("kind", "a", 0, b"body", "unique", ("tag",)))
    for number in range(3):
        await engine.append("s", f"m{number}", b"body")
    assert await engine.check() == []

    collection, field, value = where
    tamper(mongodb_address, collection, {field: value}, change)
    complaints = await engine.check()

    assert any(complaint in sentence for sentence in complaints), complaints


async def test_a_damaged_job_holds_up_no_other(engine: Engine, mongodb_address: str) -> None:
    for number in range(3):
        await engine.put(Doc("job", str(number), 0, b"", due=number))
    tamper(mongodb_address, "docs", {"id": "0"}, {"body": b"?"})

    claimed = await engine.claim("job", 5, 10, limit=2)

    assert [doc.id for doc in claimed] == ["1", "2"]
    with pytest.raises(Damaged):
        await engine.get("job", "0")


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    await _survive(tmp_path, kills=1)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_nothing_is_lost_in_forty_kills_of_the_server(tmp_path: Path) -> None:
    await _survive(tmp_path, kills=40)


async def _survive(tmp_path: Path, *, kills: int) -> None:
    chance = random.Random(5)
    ledger: dict[str, Acknowledged] = {}
    told = 0
    with secantus("--storage-path", str(tmp_path / "data"), "--sync-on-commit") as server:
        engine = await MongoEngine.open(
            server.address + POLL + "&serverSelectionTimeoutMS=300", TickingClock()
        )

        async def client(name: int) -> None:
            nonlocal told
            for number in itertools.count():
                stream, mid = f"s{name % 3}", f"{name}:{number}"
                while mid not in ledger:
                    try:
                        answer = await engine.append(stream, mid, body_of(mid))
                        ledger[mid] = Acknowledged(stream, answer.seq)
                    except Unavailable:
                        told += 1
                        await asyncio.sleep(0.05)

        clients = [asyncio.create_task(client(name)) for name in range(12)]
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.1, 0.4))
            await asyncio.to_thread(server.kill)
            # Longer than the driver looks for a server: waiters must hear, not hang.
            await asyncio.sleep(0.5)
            await asyncio.to_thread(server.start)
        await asyncio.sleep(0.3)
        for task in clients:
            task.cancel()
        await asyncio.wait(clients)
        stored = [item async for item in engine.dump() if isinstance(item, Dumped)]
        complaints = await engine.check()
        await engine.close()

    assert audit(ledger, stored) == Verdict(0, 0, 0, 0)
    assert complaints == []
    assert told >= 12
    assert len(ledger) > 12
