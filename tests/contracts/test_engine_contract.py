"""What the engine port promises, held against both adapters."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from server.storage.engine import (
    NEVER,
    Appended,
    Doc,
    Dumped,
    Engine,
    Stale,
    Taken,
)
from server.storage.opening import open_engine
from tests.support.engines import TickingClock

Item = TypeVar("Item")


async def gathered(items: AsyncIterator[Item]) -> list[Item]:
    return [item async for item in items]


async def test_a_document_comes_back_as_it_was_put(engine: Engine) -> None:
    doc = Doc("kind", "é|\U0001f33f", 0, b"\x00\xff", "unique", ("b", "a", "b"), 2**53)

    stored = await engine.put(doc)

    assert stored == doc._replace(version=1)
    assert await engine.get("kind", doc.id) == stored
    assert await engine.get("other", doc.id) is None
    assert await engine.get("kind", "unknown") is None


async def test_numbers_come_back_as_plain_ones(engine: Engine) -> None:
    """An encoder refuses a driver's own kind of int, however equal it is."""
    await engine.put(Doc("kind", "a", 0, b"", due=2**53))
    placed = await engine.append("stream", "mid", b"body", epoch=0, advance=True)

    doc, (entry,) = await engine.get("kind", "a"), await engine.read("stream")
    heads = await engine.heads(["stream"])

    assert doc is not None
    numbers = [doc.version, doc.due, entry.seq, entry.epoch, entry.at, entry.leads_to]
    numbers += [placed.seq, placed.at, heads["stream"]]
    assert {type(number) for number in numbers} == {int}


async def test_a_document_is_created_once(engine: Engine) -> None:
    await engine.put(Doc("kind", "a", 0, b"first"))

    with pytest.raises(Stale):
        await engine.put(Doc("kind", "a", 0, b"second"))
    assert (await engine.put(Doc("other", "a", 0, b"third"))).version == 1


async def test_only_the_version_that_stands_can_be_replaced(engine: Engine) -> None:
    first = await engine.put(Doc("kind", "a", 0, b"1"))

    second = await engine.put(first._replace(body=b"2"))

    assert second == Doc("kind", "a", 2, b"2")
    for version in (0, 1, 3):
        with pytest.raises(Stale):
            await engine.put(second._replace(version=version))
    with pytest.raises(Stale):
        await engine.put(Doc("kind", "missing", 1, b""))
    assert await engine.get("kind", "a") == second


async def test_a_dropped_document_is_gone_with_its_keys(engine: Engine) -> None:
    doc = await engine.put(Doc("kind", "a", 0, b"", "unique", ("tag",), 5))

    with pytest.raises(Stale):
        await engine.drop("kind", "a", 2)
    await engine.drop("kind", "a", doc.version)

    assert await engine.get("kind", "a") is None
    assert await engine.find("kind", "tag") == []
    assert await engine.claim("kind", 10, 20) == []
    with pytest.raises(Stale):
        await engine.drop("kind", "a", doc.version)
    assert (await engine.put(Doc("kind", "b", 0, b"", "unique"))).version == 1


async def test_a_unique_key_has_one_holder_in_its_kind(engine: Engine) -> None:
    holder = await engine.put(Doc("kind", "a", 0, b"", "mine"))
    other = await engine.put(Doc("kind", "b", 0, b"", "yours"))

    with pytest.raises(Taken):
        await engine.put(Doc("kind", "c", 0, b"", "mine"))
    with pytest.raises(Taken):
        await engine.put(other._replace(unique="mine"))
    assert (await engine.put(holder._replace(body=b"again"))).version == 2
    assert (await engine.put(Doc("other", "a", 0, b"", "mine"))).version == 1
    assert await engine.get("kind", "c") is None


async def test_a_stale_write_is_told_so_even_if_its_key_is_taken_too(engine: Engine) -> None:
    await engine.put(Doc("kind", "a", 0, b"", "mine"))
    await engine.put(Doc("kind", "b", 0, b""))

    with pytest.raises(Stale):
        await engine.put(Doc("kind", "b", 0, b"", "mine"))
    with pytest.raises(Stale):
        await engine.put(Doc("kind", "b", 7, b"", "mine"))


async def test_a_unique_key_given_up_can_be_taken(engine: Engine) -> None:
    holder = await engine.put(Doc("kind", "a", 0, b"", "key"))

    await engine.put(holder._replace(unique=None))

    assert (await engine.put(Doc("kind", "b", 0, b"", "key"))).version == 1


async def test_documents_are_found_by_tag_or_unique_key_in_order_of_ids(engine: Engine) -> None:
    ids = ["b", "a", "é", "Z", "\U0001f33f", "\uffee"]
    for doc_id in ids:
        await engine.put(Doc("kind", doc_id, 0, b"", None, ("tag", "tag")))
    await engine.put(Doc("kind", "m", 0, b"", "tag", ("tag",)))
    await engine.put(Doc("other", "c", 0, b"", None, ("tag",)))

    found = [doc.id for doc in await engine.find("kind", "tag")]
    second_page = await engine.find("kind", "tag", found[1], 2)

    assert found == sorted([*ids, "m"])
    assert [doc.id for doc in second_page] == found[2:4]
    assert await engine.find("kind", "nothing") == []


async def test_labels_are_given_without_bodies_in_the_order_they_are_found(engine: Engine) -> None:
    for number, doc_id in enumerate(["b", "a", "\U0001f33f"]):
        await engine.put(Doc("kind", doc_id, 0, b"x" * 9000, None, ("tag", f"t{number}")))
    await engine.put(Doc("kind", "m", 0, b"", "tag"))
    await engine.put(Doc("other", "c", 0, b"", None, ("tag",)))

    told = await engine.labels("kind", "tag")
    second_page = await engine.labels("kind", "tag", told[0].id, 2)

    assert [tuple(each) for each in told] == [
        (doc.id, doc.tags) for doc in await engine.find("kind", "tag")
    ]
    assert told[0].tags == ("tag", "t1")
    assert second_page == told[1:3]
    assert await engine.labels("kind", "nothing") == []
    with pytest.raises(ValueError, match="page"):
        await engine.labels("kind", "tag", limit=1001)


async def test_a_document_is_found_by_its_present_keys_only(engine: Engine) -> None:
    doc = await engine.put(Doc("kind", "a", 0, b"", "one", ("two", "three")))

    await engine.put(doc._replace(unique="three", tags=("four",)))

    found = {key: await engine.find("kind", key) for key in ("one", "two", "three", "four")}
    assert [len(found[key]) for key in ("one", "two", "three", "four")] == [0, 0, 1, 1]


async def test_what_is_due_is_claimed_the_longest_due_first(engine: Engine) -> None:
    for doc_id, due in (("a", 30), ("b", 10), ("c", 20), ("d", 10), ("e", None)):
        await engine.put(Doc("job", doc_id, 0, b"x", due=due))
    await engine.put(Doc("other", "f", 0, b"", due=1))

    assert await engine.claim("job", 9, 100) == []
    claimed = await engine.claim("job", 20, 100, limit=3)

    assert [(doc.id, doc.version, doc.due) for doc in claimed] == [
        ("b", 2, 100),
        ("d", 2, 100),
        ("c", 2, 100),
    ]
    assert await engine.get("job", "b") == claimed[0]
    assert await engine.claim("job", 29, 100, limit=3) == []
    assert [doc.id for doc in await engine.claim("job", 100, 200, limit=9)] == ["a", "b", "c", "d"]


async def test_a_lost_lease_fences_its_worker_out(engine: Engine) -> None:
    await engine.put(Doc("job", "a", 0, b"", due=1))
    [slept] = await engine.claim("job", 1, 10)
    [awake] = await engine.claim("job", 10, 20)

    await engine.put(awake._replace(due=None))

    with pytest.raises(Stale):
        await engine.put(slept)


async def test_two_workers_never_hold_the_same(engine: Engine) -> None:
    for number in range(30):
        await engine.put(Doc("job", f"{number:02}", 0, b"", due=number))

    claims = await asyncio.gather(*(engine.claim("job", 50, 100, limit=7) for _ in range(5)))

    claimed = [doc.id for claim in claims for doc in claim]
    assert len(claimed) == len(set(claimed))
    rest = await engine.claim("job", 50, 100, limit=40)
    assert len(claimed) + len(rest) == 30


async def test_a_stream_counts_from_one_without_gaps(engine: Engine) -> None:
    answers = [await engine.append("s", f"m{number}", b"body") for number in range(5)]

    assert [(answer.seq, answer.fresh) for answer in answers] == [(n, True) for n in range(1, 6)]
    page = await engine.read("s", after=1, limit=3)
    assert [(entry.seq, entry.mid, entry.at) for entry in page] == [
        (n, f"m{n - 1}", answers[n - 1].at) for n in (2, 3, 4)
    ]
    assert await engine.read("s", after=5) == []
    assert await engine.read("unknown") == []


async def test_the_same_entry_again_gets_the_first_answer(engine: Engine) -> None:
    first = await engine.append("s", "m", b"body")
    await engine.append("s", "n", b"other")

    again = await engine.append("s", "m", b"body")

    assert again == Appended(first.seq, fresh=False, at=first.at)
    with pytest.raises(Taken):
        await engine.append("s", "m", b"changed")
    assert (await engine.append("t", "m", b"changed")).fresh
    assert await engine.heads(["s", "t", "u"]) == {"s": 2, "t": 1, "u": 0}


async def test_one_commit_per_epoch_gets_in(engine: Engine) -> None:
    await engine.append("s", "a", b"", epoch=0)

    await engine.append("s", "b", b"", epoch=0, advance=True)

    for advance in (True, False):
        with pytest.raises(Stale):
            await engine.append("s", f"c{advance}", b"", epoch=0, advance=advance)
    with pytest.raises(Stale):
        await engine.append("s", "d", b"", epoch=2)
    await engine.append("s", "e", b"", epoch=1)
    await engine.append("s", "f", b"", advance=True)
    await engine.append("s", "g", b"")
    entries = [(entry.mid, entry.epoch, entry.leads_to) for entry in await engine.read("s")]
    assert entries == [
        ("a", 0, 0),
        ("b", 0, 1),
        ("e", 1, 1),
        ("f", 1, 2),
        ("g", None, 2),
    ]


async def test_a_repeat_is_recognised_after_its_epoch_is_over(engine: Engine) -> None:
    commit = await engine.append("s", "a", b"commit", epoch=0, advance=True)

    again = await engine.append("s", "a", b"commit", epoch=0, advance=True)

    assert again == commit._replace(fresh=False)
    with pytest.raises(Taken):
        await engine.append("s", "a", b"another", epoch=0, advance=True)


async def test_the_epoch_no_stream_reaches_is_a_look_only(engine: Engine) -> None:
    first = await engine.append("s", "a", b"body", epoch=0)

    assert await engine.append("s", "a", b"body", epoch=NEVER) == first._replace(fresh=False)
    with pytest.raises(Stale):
        await engine.append("s", "b", b"body", epoch=NEVER)
    assert await engine.heads(["s"]) == {"s": 1}


async def test_many_at_once_on_one_stream_leave_no_gap_and_no_repeat(engine: Engine) -> None:
    answers = await asyncio.gather(*(engine.append("s", f"m{n}", b"%d" % n) for n in range(64)))

    assert sorted(answer.seq for answer in answers) == list(range(1, 65))
    stored = await engine.read("s", limit=100)
    assert [entry.seq for entry in stored] == list(range(1, 65))
    assert {(entry.mid, entry.seq) for entry in stored} == {
        (f"m{number}", answer.seq) for number, answer in enumerate(answers)
    }


async def test_the_same_entry_sent_at_once_is_stored_once(engine: Engine) -> None:
    answers = await asyncio.gather(*(engine.append("s", "m", b"body") for _ in range(64)))

    assert [answer.fresh for answer in answers].count(True) == 1
    assert {answer.seq for answer in answers} == {1}
    assert len(await engine.read("s")) == 1


async def test_of_many_commits_at_once_one_gets_in(engine: Engine) -> None:
    commits = (engine.append("s", f"m{n}", b"", epoch=0, advance=True) for n in range(32))

    outcomes = await asyncio.gather(*commits, return_exceptions=True)

    assert [isinstance(outcome, Appended) for outcome in outcomes].count(True) == 1
    assert [isinstance(outcome, Stale) for outcome in outcomes].count(True) == 31
    assert await engine.heads(["s"]) == {"s": 1}


async def test_a_refusal_spoils_nothing_that_was_asked_with_it(engine: Engine) -> None:
    await engine.append("s", "taken", b"first")

    outcomes = await asyncio.gather(
        engine.append("s", "a", b""),
        engine.append("s", "taken", b"second"),
        engine.put(Doc("kind", "missing", 4, b"")),
        engine.append("s", "stale", b"", epoch=9),
        engine.append("s", "b", b""),
        engine.put(Doc("kind", "x", 0, b"")),
        return_exceptions=True,
    )

    refused = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    assert refused == [Taken, Stale, Stale]
    assert [outcome.fresh for outcome in outcomes if isinstance(outcome, Appended)] == [True, True]
    assert {entry.mid for entry in await engine.read("s")} == {"taken", "a", "b"}


async def test_two_engines_on_one_store_share_its_streams(
    engine: Engine, store_address: str
) -> None:
    other = await open_engine(store_address, TickingClock())
    both = (engine, other)

    answers = await asyncio.gather(
        *(both[n % 2].append("s", f"m{n}", b"", epoch=0) for n in range(60)),
        *(both[n % 2].append("s", f"m{n}", b"", epoch=0) for n in range(1, 61)),
    )
    await other.append("s", "commit", b"", epoch=0, advance=True)
    with pytest.raises(Stale):
        await engine.append("s", "late", b"", epoch=0)
    after = await engine.append("s", "next", b"", epoch=1)
    await other.close()

    assert {answer.seq for answer in answers} == set(range(1, 62))
    assert [answer.fresh for answer in answers].count(True) == 61
    assert after.seq == 63
    assert await engine.check() == []


async def test_an_epoch_another_process_opened_is_not_stale(
    engine: Engine, store_address: str
) -> None:
    other = await open_engine(store_address, TickingClock())
    await engine.append("s", "a", b"", epoch=0)

    await other.append("s", "commit", b"", epoch=0, advance=True)
    answer = await engine.append("s", "b", b"", epoch=1)
    await other.close()

    assert answer.seq == 3


async def test_trimming_keeps_the_number_and_the_epoch(engine: Engine) -> None:
    for number in range(5):
        await engine.append("s", f"m{number}", b"", advance=number < 2)

    assert await engine.trim("s", 2) == 2
    assert await engine.trim("s", 99) == 2
    assert await engine.trim("s", 99) == 0
    assert [entry.seq for entry in await engine.read("s")] == [5]
    with pytest.raises(Stale):
        await engine.append("s", "late", b"", epoch=1)
    assert (await engine.append("s", "m0", b"", epoch=2)).seq == 6
    assert await engine.check() == []


async def test_a_stream_erased_begins_anew(engine: Engine) -> None:
    await engine.append("s", "a", b"", advance=True)
    await engine.append("s", "b", b"")
    await engine.append("t", "a", b"")

    assert await engine.trim("s", None) == 2
    assert await engine.trim("unknown", None) == 0

    assert await engine.heads(["s", "t"]) == {"s": 0, "t": 1}
    assert await engine.append("s", "a", b"again", epoch=0) == Appended(
        1, fresh=True, at=(await engine.read("s"))[0].at
    )


async def test_watching_names_streams_that_moved(engine: Engine, store_address: str) -> None:
    other = await open_engine(store_address, TickingClock())
    seen: set[str] = set()

    async def watch() -> None:
        async for stream in engine.watch():
            seen.add(stream)

    watching = asyncio.create_task(watch())
    for number in range(400):
        await engine.append("here", f"m{number}", b"")
        await other.append("there", f"m{number}", b"")
        if {"here", "there"} <= seen:
            break
        await asyncio.sleep(0.02)
    watching.cancel()
    await asyncio.wait([watching])
    await other.close()

    assert {"here", "there"} <= seen


async def test_a_healthy_store_has_nothing_to_complain_of(engine: Engine) -> None:
    await engine.put(Doc("kind", "a", 0, b"body", "unique", ("tag", "unique"), 3))
    await engine.append("s", "a", b"body", advance=True)

    assert await engine.check() == []


async def test_a_dump_gives_everything_and_loads_elsewhere(
    engine: Engine, sqlite_address: str, mongodb_address: str, store_address: str
) -> None:
    doc = await engine.put(Doc("kind", "a", 0, b"\x00", "unique", ("tag",), 3))
    doc = await engine.put(doc._replace(body=b"\x01"))
    for number in range(3):
        await engine.append("s", f"m{number}", b"body", advance=number == 1)
    await engine.trim("s", 1)
    dumped = await gathered(engine.dump())
    elsewhere = mongodb_address if store_address == sqlite_address else sqlite_address
    other = await open_engine(elsewhere, TickingClock())

    count = await other.load(engine.dump())

    entries = await engine.read("s")
    assert dumped == [doc, Dumped("s", entries[0]), Dumped("s", entries[1])]
    assert count == 3
    assert await gathered(other.dump()) == dumped
    assert await other.find("kind", "unique") == [doc]
    with pytest.raises(Stale):
        await other.append("s", "late", b"", epoch=0)
    with pytest.raises(Stale):
        await other.append("s", "second commit", b"", epoch=0, advance=True)
    assert (await other.append("s", "m2", b"body", epoch=0)).seq == 3
    assert (await other.append("s", "m3", b"", epoch=1)).seq == 4
    assert await other.check() == []
    with pytest.raises(Taken):
        await other.load(engine.dump())
    await other.close()


@pytest.mark.parametrize("key", ["", "x" * 513, "a\x00b", "a\x1fb", "\x7f", "\ud800"])
async def test_keys_the_databases_could_disagree_about_are_refused(
    engine: Engine, key: str
) -> None:
    for doc in (
        Doc(key, "a", 0, b""),
        Doc("k", key, 0, b""),
        Doc("k", "a", 0, b"", key),
        Doc("k", "a", 0, b"", None, (key,)),
    ):
        with pytest.raises(ValueError, match="key"):
            await engine.put(doc)
    with pytest.raises(ValueError, match="key"):
        await engine.append(key, "m", b"")
    with pytest.raises(ValueError, match="key"):
        await engine.append("s", key, b"")


async def test_numbers_and_pages_out_of_measure_are_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="number"):
        await engine.put(Doc("k", "a", 0, b"", due=2**63))
    with pytest.raises(ValueError, match="number"):
        await engine.claim("k", 10, 10)
    with pytest.raises(ValueError, match="page"):
        await engine.read("s", limit=0)
    with pytest.raises(ValueError, match="page"):
        await engine.find("k", "tag", limit=1001)
    with pytest.raises(ValueError, match="body"):
        await engine.append("s", "m", b"x" * (15 * 2**20 + 1))


async def test_a_caller_that_goes_away_cancels_no_write(engine: Engine) -> None:
    leaving = asyncio.create_task(engine.append("s", "m", b"body"))
    await asyncio.sleep(0)

    leaving.cancel()
    await asyncio.wait([leaving])

    heads = {"s": 0}

    async def look() -> None:
        while heads["s"] == 0:
            heads.update(await engine.heads(["s"]))

    async with asyncio.timeout(30):
        await look()
    assert heads == {"s": 1}
