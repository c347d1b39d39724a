"""One repository for all aggregates: decisions above, compare-and-set below.

A feature's port speaks in verbs whose writes take a *decision*, a pure function of what is
stored. Here it is run on the aggregate and the outcome is put if nobody wrote meanwhile;
else it is run again on what they wrote.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from server.clock import milliseconds
from server.storage.engine import Busy, Damaged, Doc, Engine, Labelled, Stale
from server.storage.fields import Place, seal_all, unseal
from server.storage.keys import Erased, Keyring
from server.storage.rows import is_key
from server.storage.shape import Envelope, Form, Shape, encode_envelope

T = TypeVar("T")
Fact = TypeVar("Fact")

_MOST_TRIES = 100
_PAGE = 200
_ALMOST_A_MILLISECOND = timedelta(microseconds=999)


class Missing(Exception):
    """There is no aggregate of that kind by that id."""


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """An aggregate and the version it stands at: an ETag, or a claim's fencing token."""

    value: T
    version: int


class Repository(Generic[T]):
    """Aggregates of one shape in an engine.

    A key that no engine keeps, wherever it came from, leads to nothing.
    Every method may raise what the engine raises: `Busy` and `Unavailable` (make the same
    call again), `Damaged`, `NewerFile`; and `Erased` if the aggregate's sealed fields were
    erased. Decisions are pure and may run several times; what they raise passes through
    and nothing is stored.
    """

    def __init__(self, engine: Engine, keyring: Keyring, shape: Shape[T]) -> None:
        self._engine = engine
        self._keyring = keyring
        self._shape = shape
        self._form = Form(shape)

    async def get(self, key: str) -> T | None:
        """Give an aggregate by its id, or None."""
        held = await self.held(key)
        return held.value if held else None

    async def held(self, key: str) -> Held[T] | None:
        """Give an aggregate by its id, with its version, or None."""
        if not is_key(key):
            return None
        doc = await self._engine.get(self._shape.kind, key)
        return await self._open(doc) if doc else None

    async def find(self, key: str, *, after: str = "", limit: int = 100) -> list[T]:
        """Give the aggregates a tag or unique key leads to, by id; page with the last id seen.

        What was erased is passed over, so a page that is not full is the last one.
        """
        found: list[T] = []
        while is_key(key) and len(found) < limit:
            wanted = limit - len(found)
            docs = await self._engine.find(self._shape.kind, key, after, wanted)
            found += await self._opened(docs)
            if len(docs) < wanted:
                break
            after = docs[-1].id
        return found

    async def labels(self, key: str, *, after: str = "", limit: int = 100) -> list[Labelled]:
        """Give ids and tags of the aggregates a key leads to, by id, and open none of them."""
        if not is_key(key):
            return []
        return await self._engine.labels(self._shape.kind, key, after, limit)

    async def find_one(self, key: str) -> T | None:
        """Give the first aggregate a tag or unique key leads to, or None."""
        found = await self.find(key, limit=1)
        return found[0] if found else None

    async def all_of(self, key: str) -> tuple[T, ...]:
        """Give everything a tag or unique key leads to, by id, but what was erased."""
        found: list[T] = []
        after = ""
        while is_key(key):
            docs = await self._engine.find(self._shape.kind, key, after, _PAGE)
            found += await self._opened(docs)
            if len(docs) < _PAGE:
                break
            after = docs[-1].id
        return tuple(found)

    async def create(self, value: T) -> Held[T]:
        """Store a new aggregate.

        Raises:
            Stale: Its id is in use.
            Taken: Its unique key is in use.
        """
        return await self.replace(Held(value, 0), value)

    async def replace(self, held: Held[T], value: T) -> Held[T]:
        """Store what became of an aggregate held, if it still stands at that version.

        Raises:
            Stale: It does not.
            Taken: Its unique key is in use.
            ValueError: It is another one.
        """
        if self._shape.id_of(value) != self._shape.id_of(held.value):
            raise ValueError("an aggregate keeps its id")
        doc = await self._engine.put(await self._close(value, held.version))
        return Held(value, doc.version)

    async def change(self, key: str, decide: Callable[[T], T], *, version: int | None = None) -> T:
        """Make of an aggregate what the decision makes of it, and give that.

        A decision that gives back an equal value writes nothing. With `version` the
        aggregate must stand at it (HTTP's If-Match).

        Raises:
            Missing: There is none.
            Stale: It stands at another version.
            Taken: The new unique key is in use.
        """
        value, _ = await self.change_and_tell(key, lambda old: (decide(old), None), version=version)
        return value

    async def change_and_tell(
        self, key: str, decide: Callable[[T], tuple[T, Fact]], *, version: int | None = None
    ) -> tuple[T, Fact]:
        """Do as `change`, and give the fact the decision found beside the new value.

        Raises:
            Missing: There is none.
            Stale: It stands at another version.
            Taken: The new unique key is in use.
        """
        for _ in range(_MOST_TRIES):
            held = await self.held(key)
            if held is None:
                raise Missing
            if version not in (None, held.version):
                raise Stale("the aggregate is at another version")
            value, fact = decide(held.value)
            if value == held.value or await self._won(held, value):
                return value, fact
        raise Busy("too many change the same aggregate")

    async def upsert(self, key: str, decide: Callable[[T | None], T]) -> T:
        """Do as `change`, where the decision is also asked when there is none yet.

        Raises:
            Taken: The unique key is in use.
        """
        for _ in range(_MOST_TRIES):
            held = await self.held(key)
            value = decide(held.value if held else None)
            if self._shape.id_of(value) != key:
                raise ValueError("an aggregate keeps its id")
            if (held and value == held.value) or await self._won(held or Held(value, 0), value):
                return value
        raise Busy("too many change the same aggregate")

    async def rekey(self, key: str) -> None:
        """Store an aggregate as it is, if its shape gives it other tags now than it has."""
        for _ in range(_MOST_TRIES):
            doc = await self._engine.get(self._shape.kind, key)
            if doc is None:
                return
            held = await self._open(doc)
            if set(self._shape.tags_of(held.value)) == set(doc.tags):
                return
            if await self._won(held, held.value):
                return
        raise Busy("too many change the same aggregate")

    async def drop(self, key: str) -> bool:
        """Remove an aggregate at whatever version, and tell whether there was one."""
        for _ in range(_MOST_TRIES):
            doc = await self._engine.get(self._shape.kind, key)
            if doc is None:
                return False
            try:
                await self._engine.drop(doc.kind, doc.id, doc.version)
            except Stale:
                continue
            return True
        raise Busy("too many change the same aggregate")

    async def claim(self, *, now: datetime, until: datetime, limit: int = 1) -> list[Held[T]]:
        """Take the aggregates due at `now`, the longest due first, for oneself until `until`.

        Finish with `replace`: it is refused as `Stale` if the lease was lost meanwhile. What
        cannot be opened any more is passed over, so that it holds up nothing.
        """
        docs = await self._engine.claim(
            self._shape.kind, milliseconds(now), milliseconds(until), limit
        )
        opened = await asyncio.gather(*map(self._open_if_sound, docs))
        return [each for each in opened if each is not None]

    async def _open_if_sound(self, doc: Doc) -> Held[T] | None:
        try:
            return await self._open(doc)
        except (Damaged, Erased):
            return None

    async def _won(self, held: Held[T], value: T) -> bool:
        try:
            await self.replace(held, value)
        except Stale:
            return False
        return True

    async def _close(self, value: T, version: int) -> Doc:
        shape, written = self._shape, version + 1
        kind, doc_id, scope = shape.kind, shape.id_of(value), shape.scope_of(value)
        clear, secret = self._form.split(value)
        sealed: dict[str, bytes] = {}
        if secret:
            key = await self._keyring.for_writing(scope)
            sealed = seal_all(key, secret, kind=kind, doc_id=doc_id, version=written)
        envelope = Envelope(
            schema=shape.schema, written=written, scope=scope, fields=clear, sealed=sealed
        )
        return Doc(
            kind=kind,
            id=doc_id,
            version=version,
            body=encode_envelope(envelope),
            unique=shape.unique_of(value),
            tags=shape.tags_of(value),
            due=_due(shape.due_of(value)),
        )

    async def _opened(self, docs: Sequence[Doc]) -> list[T]:
        """Open what is not erased, the keys of all fetched together."""
        envelopes = [self._form.envelope(doc.body, doc.id) for doc in docs]
        await self._keyring.prepare({each.scope for each in envelopes if each.sealed})
        found: list[T] = []
        for doc, envelope in zip(docs, envelopes, strict=True):
            try:
                found.append((await self._open(doc, envelope)).value)
            except Erased:
                continue
        return found

    async def _open(self, doc: Doc, read: Envelope | None = None) -> Held[T]:
        envelope = read or self._form.envelope(doc.body, doc.id)
        secret: dict[str, bytes] = {}
        if envelope.sealed:
            key = await self._keyring.for_reading(envelope.scope)
            for name, sealed in envelope.sealed.items():
                secret[name] = unseal(key, Place(doc.kind, doc.id, name, envelope.written), sealed)
        return Held(self._form.join(envelope, secret, doc.id), doc.version)


def _due(instant: datetime | None) -> int | None:
    """Round up to a millisecond: nothing is handed out before its time."""
    return None if instant is None else milliseconds(instant + _ALMOST_A_MILLISECOND)
