"""Any sequence of calls gives the same answers on each engine as on a plain dictionary."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from server.storage.engine import Doc, Engine, Entry, Labelled, Stale, Taken
from server.storage.opening import open_engine
from tests.support.engine_model import Model
from tests.support.engines import TickingClock, database_address, fresh_database

Answer = TypeVar("Answer")

KINDS = st.sampled_from(["k", "l"])
IDS = st.sampled_from(["a", "b", "c", "é"])
KEYS = st.sampled_from(["x", "y", "z"])
STREAMS = st.sampled_from(["s", "t"])
MIDS = st.sampled_from([f"m{number}" for number in range(12)])
BODIES = st.sampled_from([b"", b"one", b"two"])
VERSIONS = st.integers(0, 4)
INSTANTS = st.integers(0, 20)
EPOCHS = st.none() | st.integers(0, 3)
DOCS = st.builds(
    Doc,
    KINDS,
    IDS,
    VERSIONS,
    BODIES,
    st.none() | KEYS,
    st.lists(KEYS, max_size=3).map(tuple),
    st.none() | INSTANTS,
)


class EngineMachine(RuleBasedStateMachine):
    """Calls an engine and the model alike; `address` gives an empty store."""

    address: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = Model()

    @initialize()
    def open(self) -> None:
        self.where = type(self).address()
        self.engine: Engine = self.runner.run(open_engine(self.where, TickingClock()))

    def both(self, asked: Awaitable[Answer], expected: Callable[[], Answer]) -> None:
        """Expect the engine's answer, or refusal, to be the model's."""
        try:
            answer: Answer | type[Exception] = self.runner.run(_coroutine(asked))
        except (Stale, Taken) as refusal:
            answer = type(refusal)
        try:
            wanted: Answer | type[Exception] = expected()
        except (Stale, Taken) as refusal:
            wanted = type(refusal)
        assert answer == wanted

    @rule(doc=DOCS)
    def put(self, doc: Doc) -> None:
        self.both(self.engine.put(doc), lambda: self.model.put(doc))

    @rule(kind=KINDS, doc_id=IDS, body=BODIES, unique=st.none() | KEYS)
    def put_at_the_right_version(
        self, kind: str, doc_id: str, body: bytes, unique: str | None
    ) -> None:
        before = self.model.docs.get((kind, doc_id))
        doc = Doc(kind, doc_id, before.version if before else 0, body, unique, due=3)
        self.both(self.engine.put(doc), lambda: self.model.put(doc))

    @rule(kind=KINDS, doc_id=IDS, version=VERSIONS)
    def drop(self, kind: str, doc_id: str, version: int) -> None:
        self.both(
            self.engine.drop(kind, doc_id, version), lambda: self.model.drop(kind, doc_id, version)
        )

    @rule(kind=KINDS, doc_id=IDS)
    def get(self, kind: str, doc_id: str) -> None:
        self.both(self.engine.get(kind, doc_id), lambda: self.model.docs.get((kind, doc_id)))

    @rule(kind=KINDS, key=KEYS, after=st.just("") | IDS, limit=st.integers(1, 4))
    def find(self, kind: str, key: str, after: str, limit: int) -> None:
        self.both(
            self.engine.find(kind, key, after, limit),
            lambda: self.model.find(kind, key, after, limit),
        )

    @rule(kind=KINDS, key=KEYS, after=st.just("") | IDS, limit=st.integers(1, 4))
    def labels(self, kind: str, key: str, after: str, limit: int) -> None:
        self.both(
            self.engine.labels(kind, key, after, limit),
            lambda: [
                Labelled(doc.id, doc.tags) for doc in self.model.find(kind, key, after, limit)
            ],
        )

    @rule(kind=KINDS, now=INSTANTS, lease=st.integers(1, 9), limit=st.integers(1, 3))
    def claim(self, kind: str, now: int, lease: int, limit: int) -> None:
        self.both(
            self.engine.claim(kind, now, now + lease, limit),
            lambda: self.model.claim(kind, now, now + lease, limit),
        )

    @rule(stream=STREAMS, mid=MIDS, body=BODIES, epoch=EPOCHS, advance=st.booleans())
    def append(self, stream: str, mid: str, body: bytes, epoch: int | None, advance: bool) -> None:
        entry = Entry(0, mid, body, epoch, 0, int(advance))
        asked = self.engine.append(stream, mid, body, epoch=epoch, advance=advance)
        self.both(_without_time(asked), lambda: self.model.append(stream, entry, advance=advance))

    @rule(stream=STREAMS, after=st.integers(0, 9), limit=st.integers(1, 5))
    def read(self, stream: str, after: int, limit: int) -> None:
        async def read() -> list[Entry]:
            page = await self.engine.read(stream, after, limit)
            return [entry._replace(at=0) for entry in page]

        self.both(read(), lambda: self.model.read(stream, after, limit))

    @rule(stream=STREAMS, upto=st.none() | st.integers(0, 9))
    def trim(self, stream: str, upto: int | None) -> None:
        self.both(self.engine.trim(stream, upto), lambda: self.model.trim(stream, upto))

    @rule()
    def reopen(self) -> None:
        self.runner.run(self.engine.close())
        self.engine = self.runner.run(open_engine(self.where, TickingClock()))

    @invariant()
    def heads_agree(self) -> None:
        if hasattr(self, "engine"):
            self.both(self.engine.heads(["s", "t"]), self.model.heads)

    @override
    def teardown(self) -> None:
        assert self.runner.run(self.engine.check()) == []
        self.runner.run(self.engine.close())
        self.runner.close()


async def _coroutine(asked: Awaitable[Answer]) -> Answer:
    return await asked


async def _without_time(asked: Awaitable[tuple[int, bool, int]]) -> tuple[int, bool]:
    seq, fresh, _ = await asked
    return seq, fresh


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp())
    yield path
    shutil.rmtree(path)


def run(address: Callable[[], str], examples: int) -> None:
    machine = cast(
        "type[EngineMachine]", type("Machine", (EngineMachine,), {"address": staticmethod(address)})
    )
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_sqlite_answers_as_the_model_does(folder: Path) -> None:
    run(lambda: str(folder / secrets.token_hex(6)), examples=30)


def test_mongodb_answers_as_the_model_does(mongodb_server: str) -> None:
    with fresh_database(mongodb_server) as name:
        new = partial(database_address, mongodb_server)
        run(lambda: new(f"{name}_{secrets.token_hex(6)}"), examples=10)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_sqlite_answers_as_the_model_does_for_long(folder: Path) -> None:
    run(lambda: str(folder / secrets.token_hex(6)), examples=1000)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_mongodb_answers_as_the_model_does_for_long(mongodb_server: str) -> None:
    with fresh_database(mongodb_server) as name:
        new = partial(database_address, mongodb_server)
        run(lambda: new(f"{name}_{secrets.token_hex(6)}"), examples=150)
