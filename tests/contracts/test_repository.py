"""Aggregates come back as they went, sealed fields open only in their place."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.storage.engine import Damaged, Doc, NewerFile, Stale, Taken
from server.storage.keys import NETWORK, Erased, Keyring, WrongMasterKey
from server.storage.repository import Held, Missing, Repository
from server.storage.shape import Plain, Shape
from server.storage.sqlite import SqliteEngine
from tests.support.engines import TickingClock

MASTER = b"\x01" * 32
OTHER_MASTER = b"\x02" * 32
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CANARY = "canari-zinzolin"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A part of an aggregate."""

    text: str
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An aggregate with everything our dataclasses are made of."""

    id: str
    child: str
    address: str
    diary: str = ""
    lines: tuple[Line, ...] = ()
    names: frozenset[str] = frozenset()
    ring_at: datetime | None = None
    counted: int = 0


def shape(keyring: Keyring, **changes: Any) -> Shape[Note]:  # noqa: ANN401 - any of its fields
    """Keep notes sealed under their child's key and found by their address."""
    notes = Shape(
        kind="note",
        type=Note,
        id_of=lambda note: note.id,
        tags_of=lambda note: (note.child,),
        unique_of=lambda note: keyring.blind("note", "address", note.address),
        due_of=lambda note: note.ring_at,
        sealed=frozenset({"address", "diary"}),
        scope_of=lambda note: note.child,
    )
    return dataclasses.replace(notes, **changes)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SqliteEngine]:
    opened = await SqliteEngine.open(tmp_path / "store", TickingClock())
    yield opened
    await opened.close()


@pytest.fixture
async def keyring(engine: SqliteEngine) -> Keyring:
    return await Keyring.open(engine, MASTER)


@pytest.fixture
def notes(engine: SqliteEngine, keyring: Keyring) -> Repository[Note]:
    return Repository(engine, keyring, shape(keyring))


NOTE = Note(
    id="n1",
    child="c1",
    address="Ana@Example.org",
    diary=CANARY,
    lines=(Line(text="un"), Line(text="deux", colour=Colour.BLUE)),
    names=frozenset({"x", "y", "z"}),
    ring_at=NOON,
)


async def test_an_aggregate_comes_back_as_it_was_stored(notes: Repository[Note]) -> None:
    await notes.create(NOTE)

    assert await notes.get("n1") == NOTE
    assert await notes.find("c1") == [NOTE]
    assert await notes.get("n2") is None


async def test_a_value_is_found_by_its_blind_index_however_it_is_cased(
    notes: Repository[Note], keyring: Keyring
) -> None:
    await notes.create(NOTE)

    assert await notes.find_one(keyring.blind("note", "address", "ana@example.ORG")) == NOTE
    assert await notes.find_one(keyring.blind("other", "address", "ana@example.org")) is None
    with pytest.raises(Taken):
        await notes.create(replace(NOTE, id="n2", address="ANA@example.org"))


async def test_creating_the_same_id_twice_is_refused(notes: Repository[Note]) -> None:
    await notes.create(NOTE)

    with pytest.raises(Stale):
        await notes.create(NOTE)


async def test_decisions_made_at_once_all_count(notes: Repository[Note]) -> None:
    await notes.create(NOTE)

    def count(note: Note) -> Note:
        return replace(note, counted=note.counted + 1)

    await asyncio.gather(*(notes.change("n1", count) for _ in range(10)))

    assert await notes.get("n1") == replace(NOTE, counted=10)


async def test_a_decision_that_changes_nothing_writes_nothing(notes: Repository[Note]) -> None:
    created = await notes.create(NOTE)

    await notes.change("n1", replace)

    assert await notes.held("n1") == created


async def test_a_change_made_at_another_version_is_refused(notes: Repository[Note]) -> None:
    created = await notes.create(NOTE)
    await notes.change("n1", lambda note: replace(note, counted=1), version=created.version)

    with pytest.raises(Stale):
        await notes.change("n1", lambda note: replace(note, counted=2), version=created.version)
    with pytest.raises(Missing):
        await notes.change("n2", lambda note: note)


async def test_a_decision_may_tell_a_fact_and_may_refuse(notes: Repository[Note]) -> None:
    await notes.create(NOTE)

    def refuse(_: Note) -> Note:
        raise LookupError

    told = await notes.change_and_tell("n1", lambda note: (replace(note, counted=3), "three"))

    assert told == (replace(NOTE, counted=3), "three")
    with pytest.raises(LookupError):
        await notes.change("n1", refuse)


async def test_an_upsert_is_asked_also_when_there_is_nothing(notes: Repository[Note]) -> None:
    def add(note: Note | None) -> Note:
        return replace(note, counted=note.counted + 1) if note else NOTE

    await asyncio.gather(*(notes.upsert("n1", add) for _ in range(6)))

    assert await notes.get("n1") == replace(NOTE, counted=5)


async def test_an_aggregate_keeps_its_id(notes: Repository[Note]) -> None:
    await notes.create(NOTE)

    with pytest.raises(ValueError, match="keeps its id"):
        await notes.change("n1", lambda note: replace(note, id="n2"))


async def test_a_dropped_aggregate_is_gone(notes: Repository[Note]) -> None:
    await notes.create(NOTE)

    assert await notes.drop("n1")
    assert not await notes.drop("n1")
    assert await notes.get("n1") is None


async def test_a_claimed_aggregate_still_opens_and_its_lease_fences(
    notes: Repository[Note],
) -> None:
    await notes.create(NOTE)

    assert await notes.claim(now=NOON - timedelta(seconds=1), until=NOON) == []
    [first] = await notes.claim(now=NOON, until=NOON + timedelta(minutes=1))
    [second] = await notes.claim(now=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=2))

    assert first.value == second.value == NOTE
    await notes.replace(second, replace(NOTE, ring_at=None))
    with pytest.raises(Stale):
        await notes.replace(first, replace(NOTE, counted=1))
    assert await notes.claim(now=NOON + timedelta(days=1), until=NOON + timedelta(days=2)) == []


async def test_nothing_is_claimed_before_its_time_not_even_a_fraction_of_a_millisecond(
    notes: Repository[Note],
) -> None:
    await notes.create(replace(NOTE, ring_at=NOON + timedelta(microseconds=400)))

    assert await notes.claim(now=NOON, until=NOON + timedelta(minutes=1)) == []


async def test_the_file_says_nothing_of_a_sealed_field(
    notes: Repository[Note], engine: SqliteEngine, tmp_path: Path
) -> None:
    await notes.create(NOTE)
    await notes.create(replace(NOTE, id="n2", address="ben@example.org"))

    await engine.close()
    stored = (tmp_path / "store").read_bytes()

    assert CANARY.encode() not in stored
    assert b"example.org" not in stored.lower()
    assert b"deux" in stored


@pytest.mark.parametrize(
    "moved", [{"id": "n2"}, {"kind": "other"}, {"written": 2}, {"field": True}, {"scope": "c2"}]
)
async def test_a_sealed_field_does_not_open_in_another_place(
    notes: Repository[Note], engine: SqliteEngine, keyring: Keyring, moved: dict[str, Any]
) -> None:
    await notes.create(NOTE)
    await keyring.for_writing("c2")
    stored = await engine.get("note", "n1")
    assert stored is not None
    body = msgspec.msgpack.decode(stored.body)
    body["scope"] = moved.get("scope", body["scope"])
    if "field" in moved:
        sealed = body["sealed"]
        sealed["diary"], sealed["address"] = sealed["address"], sealed["diary"]
    body["written"] = moved.get("written", 1)
    kind, doc_id = moved.get("kind", "note"), moved.get("id", "n3")
    if "id" not in moved and "kind" not in moved:
        await engine.drop("note", "n1", 1)
        doc_id = "n1"
    doc = Doc(kind, doc_id, 0, msgspec.msgpack.encode(body))
    placed = await engine.put(await engine.put(doc))
    others = Repository(engine, keyring, shape(keyring, kind=kind))

    with pytest.raises(Damaged):
        await others.get(placed.id)


@pytest.mark.parametrize(
    "edit",
    [
        {"fields": {"surprise": 1}},
        {"fields": {"lines": [{"text": "un", "colour": "red", "surprise": 1}]}},
        {"fields": {"lines": [{"text": "un", "colour": "green"}]}},
        {"fields": {"diary": "clear"}, "sealed": {"address": b"", "diary": None}},
        {"surprise": 1},
        {"written": 9},
    ],
)
async def test_what_is_stored_must_be_what_the_aggregate_knows(
    notes: Repository[Note], engine: SqliteEngine, edit: dict[str, Any]
) -> None:
    await notes.create(NOTE)
    stored = await engine.get("note", "n1")
    assert stored is not None
    body = msgspec.msgpack.decode(stored.body)
    for name, value in edit.items():
        body[name] = body[name] | value if isinstance(value, dict) else value
    body["sealed"] = {name: field for name, field in body["sealed"].items() if field is not None}
    await engine.put(stored._replace(body=msgspec.msgpack.encode(body)))

    with pytest.raises(Damaged):
        await notes.get("n1")


async def test_a_field_with_a_default_may_be_missing(
    notes: Repository[Note], engine: SqliteEngine
) -> None:
    await notes.create(NOTE)
    stored = await engine.get("note", "n1")
    assert stored is not None
    body = msgspec.msgpack.decode(stored.body)
    del body["fields"]["counted"], body["fields"]["lines"][0]["colour"]
    await engine.put(stored._replace(body=msgspec.msgpack.encode(body)))

    assert await notes.get("n1") == NOTE


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x81\xa1\xff\x01", b"\x91" * 100_000, b"\x80"])
async def test_a_body_that_is_no_envelope_is_damaged(
    notes: Repository[Note], engine: SqliteEngine, body: bytes
) -> None:
    await engine.put(Doc("note", "n1", 0, body))

    with pytest.raises(Damaged):
        await notes.get("n1")


async def test_what_is_damaged_is_not_quoted(notes: Repository[Note], engine: SqliteEngine) -> None:
    await notes.create(NOTE)
    stored = await engine.get("note", "n1")
    assert stored is not None
    body = msgspec.msgpack.decode(stored.body)
    body["fields"]["lines"] = [{"text": "un", "colour": CANARY}]
    await engine.put(stored._replace(body=msgspec.msgpack.encode(body)))

    with pytest.raises(Damaged) as refusal:
        await notes.get("n1")

    assert CANARY not in repr(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


# What schema 1 of notes wrote: it had no `counted`, and called `lines` `rows`.
OLD_BODY = msgspec.msgpack.encode(
    {
        "schema": 1,
        "written": 1,
        "scope": NETWORK,
        "fields": {
            "id": "n1",
            "child": "c1",
            "address": "Ana@Example.org",
            "diary": CANARY,
            "rows": ["un"],
            "names": ["x"],
            "ring_at": None,
        },
        "sealed": {},
    }
)


def rename_rows(plain: Plain) -> Plain:
    lines = [{"text": text, "colour": "red"} for text in plain["rows"]]
    return {k: v for k, v in plain.items() if k != "rows"} | {"lines": lines, "counted": 0}


async def test_an_old_body_upgraded_is_the_body_written_today(
    engine: SqliteEngine, keyring: Keyring
) -> None:
    await engine.put(Doc("note", "n1", 0, OLD_BODY))
    today = Repository(engine, keyring, shape(keyring, schema=2, upgrades={1: rename_rows}))

    upgraded = await today.get("n1")

    assert upgraded == replace(NOTE, lines=(Line(text="un"),), names=frozenset({"x"}), ring_at=None)
    await today.change("n1", lambda note: replace(note, counted=1))
    assert await today.get("n1") == replace(upgraded, counted=1)


async def test_a_body_of_a_later_version_is_left_alone(
    engine: SqliteEngine, keyring: Keyring, notes: Repository[Note]
) -> None:
    later = Repository(engine, keyring, shape(keyring, schema=2, upgrades={1: rename_rows}))
    await later.create(NOTE)

    with pytest.raises(NewerFile):
        await notes.get("n1")


async def test_a_shape_without_its_upgrades_is_refused(
    engine: SqliteEngine, keyring: Keyring
) -> None:
    with pytest.raises(ValueError, match="upgrade"):
        Repository(engine, keyring, shape(keyring, schema=2))
    with pytest.raises(ValueError, match="sealed"):
        Repository(engine, keyring, shape(keyring, sealed=frozenset({"nowhere"})))


async def test_forgetting_a_child_erases_its_aggregates_and_no_others(
    notes: Repository[Note], engine: SqliteEngine, keyring: Keyring
) -> None:
    await notes.create(NOTE)
    other = replace(NOTE, id="n2", child="c2", address="ben@example.org")
    await notes.create(other)
    again = Repository(engine, await Keyring.open(engine, MASTER), shape(keyring))

    await keyring.forget("c1")

    assert await notes.get("n2") == other
    for repository in (notes, again):
        with pytest.raises(Erased):
            await repository.get("n1")
    with pytest.raises(Erased):
        await notes.create(replace(NOTE, id="n3", address="eve@example.org"))
    assert await notes.claim(now=NOON, until=NOON + timedelta(minutes=1), limit=5) == [
        Held(other, 2)
    ]


async def test_pages_pass_over_what_was_erased_and_stay_full(
    engine: SqliteEngine, keyring: Keyring
) -> None:
    told = Repository(engine, keyring, shape(keyring, tags_of=lambda _: ("all",)))
    made = [
        replace(NOTE, id=f"n{number:02}", child=f"c{number:02}", address=f"{number}@example.org")
        for number in range(24)
    ]
    for note in made:
        await told.create(note)
    left = [note for number, note in enumerate(made) if number % 3]

    for number in range(0, 24, 3):
        await keyring.forget(f"c{number:02}")

    assert await told.find("all", limit=5) == left[:5]
    assert await told.find("all", after=left[4].id, limit=100) == left[5:]
    assert await told.find_one("all") == left[0]
    assert list(await told.all_of("all")) == left


async def test_keys_fetched_together_open_what_keys_fetched_alone_open(
    engine: SqliteEngine, keyring: Keyring
) -> None:
    scopes = [*(f"c{number:02}" for number in range(20)), "zz"]
    one_by_one = [(await keyring.for_writing(scope)).id for scope in scopes]
    await keyring.forget("c07")
    together = Keyring(engine, MASTER)

    await together.prepare([*scopes, "unknown"])
    for number in (3, 20):
        await engine.drop("data_key", scopes[number], 1)

    assert (await together.for_reading("c03")).id == one_by_one[3]
    assert (await together.for_reading("zz")).id == one_by_one[20]
    for lost in ("c07", "unknown"):
        with pytest.raises(Erased):
            await together.for_reading(lost)


async def test_of_more_keys_than_a_ring_holds_the_first_fetched_is_let_go(
    engine: SqliteEngine, keyring: Keyring
) -> None:
    ids = {scope: (await keyring.for_writing(scope)).id for scope in ("c1", "c2", "c3")}
    small = Keyring(engine, MASTER, most=2)
    for scope in ("c1", "c2", "c1", "c3"):
        await small.for_reading(scope)

    for scope in ids:
        await engine.drop("data_key", scope, 1)

    assert (await small.for_reading("c2")).id == ids["c2"]
    assert (await small.for_reading("c3")).id == ids["c3"]
    with pytest.raises(Erased):
        await small.for_reading("c1")


async def test_another_process_forgets_a_key_within_half_a_minute(engine: SqliteEngine) -> None:
    seconds = [0.0]
    here = await Keyring.open(engine, MASTER)
    there = Keyring(engine, MASTER, monotonic=lambda: seconds[0])
    await there.for_writing("c1")

    await here.forget("c1")
    seconds[0] = 31.0

    with pytest.raises(Erased):
        await there.for_reading("c1")


async def test_everything_opens_after_the_master_key_was_replaced(
    notes: Repository[Note], engine: SqliteEngine, keyring: Keyring
) -> None:
    await notes.create(NOTE)
    turning = await Keyring.open(engine, OTHER_MASTER, previous=(MASTER,))

    assert await turning.rewrap() == 2
    assert await turning.rewrap() == 0
    turned = await Keyring.open(engine, OTHER_MASTER)

    assert await Repository(engine, turned, shape(turned)).get("n1") == NOTE
    assert turned.blind("note", "address", "x") == keyring.blind("note", "address", "x")
    with pytest.raises(WrongMasterKey):
        await Keyring.open(engine, MASTER)


async def test_two_processes_agree_on_a_childs_key(engine: SqliteEngine) -> None:
    rings = [await Keyring.open(engine, MASTER) for _ in range(4)]

    keys = await asyncio.gather(*(ring.for_writing("c1") for ring in rings))

    assert len({key.id for key in keys}) == 1


async def test_no_key_shows_in_a_repr(keyring: Keyring) -> None:
    key = await keyring.for_writing("c1")

    assert "cipher" not in repr(key)
    assert MASTER.hex() not in repr(keyring)


async def test_a_master_key_has_32_bytes_and_the_network_is_never_forgotten(
    engine: SqliteEngine, keyring: Keyring
) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        await Keyring.open(engine, b"short")
    with pytest.raises(ValueError, match="network"):
        await keyring.forget(NETWORK)
