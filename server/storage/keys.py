"""The keys of sealed fields: one random data key for each child, wrapped by the master key.

Rotation wraps the data keys anew and touches no document. Erasure forgets a data key: all
that was sealed for a child is then noise, in the backups too once theirs are replaced.
"""

import hashlib
import hmac
import secrets
import time
import unicodedata
from collections.abc import Callable, Collection
from typing import NamedTuple, Self

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from server.storage.decoding import decode
from server.storage.engine import Damaged, Doc, Engine, Stale
from server.storage.fields import KEY_ID, DataKey
from server.storage.rows import LARGEST_PAGE

KIND = "data_key"
NETWORK = "network"
MASTER_KEY = 32
_ALL = "all"
_PAGE = 200
_BLIND_BYTES = 16

# Another process may hold a key this long after it was forgotten; erasure promises one minute.
_CACHED_FOR_S = 30.0

_CACHED = 4096
"""How many keys are held at once: a few pages of children, whatever the network's size."""

_FEW = 8
"""Fewer keys than these are fetched one by one: reading past others would cost more."""


class Erased(Exception):
    """What this scope sealed is erased: its data key is gone for good."""


class WrongMasterKey(Exception):
    """The master key given is not the one that wrapped this store's keys."""


class _Wrapped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a data key is kept. Once erased nothing is left but the fact."""

    key_id: bytes
    master_id: bytes
    wrapped: bytes
    erased: bool = False


_ERASED = msgspec.msgpack.encode(
    _Wrapped(key_id=b"", master_id=b"", wrapped=b"", erased=True),
)
_DECODER = msgspec.msgpack.Decoder(_Wrapped)


class _Cached(NamedTuple):
    key: DataKey
    until: float


class Keyring:
    """Gives each scope (a child's id, or "network" for everything else) its data key."""

    def __init__(
        self,
        engine: Engine,
        master: bytes,
        *,
        previous: tuple[bytes, ...] = (),
        monotonic: Callable[[], float] = time.monotonic,
        most: int = _CACHED,
    ) -> None:
        if any(len(key) != MASTER_KEY for key in (master, *previous)):
            raise ValueError("a master key has 32 bytes")
        self._engine = engine
        self._master_id = _master_id(master)
        self._wrapping = {_master_id(key): _wrapping_key(key) for key in (master, *previous)}
        self._monotonic = monotonic
        self._cache: dict[str, _Cached] = {}
        self._most = most
        self._index_key = b""

    @classmethod
    async def open(cls, engine: Engine, master: bytes, *, previous: tuple[bytes, ...] = ()) -> Self:
        """Open the ring of a store, making the network's key on the first day.

        `previous` are master keys of before a rotation, until `rewrap` has been run.

        Raises:
            WrongMasterKey: None of the master keys wrapped this store's keys.
        """
        ring = cls(engine, master, previous=previous)
        await ring.for_writing(NETWORK)
        wrapped = await ring._find(NETWORK)
        ring._index_key = _derive(ring._unwrap(wrapped), b"ronde blind index v1")
        return ring

    async def for_writing(self, scope: str) -> DataKey:
        """Give a scope's key, making it if it has none yet.

        Raises:
            Erased: The scope was forgotten; nothing more can be sealed for it.
        """
        while True:
            try:
                return await self.for_reading(scope)
            except _NoKey:
                await self._make(scope)

    async def for_reading(self, scope: str) -> DataKey:
        """Give a scope's key as it stands.

        Raises:
            Erased: The scope was forgotten, or its key was never there.
            WrongMasterKey: None of the master keys wrapped it.
        """
        cached = self._cache.get(scope)
        if cached is not None and self._monotonic() < cached.until:
            return cached.key
        self._cache.pop(scope, None)
        return self._keep(scope, await self._find(scope))

    async def prepare(self, scopes: Collection[str]) -> None:
        """Fetch together the keys of scopes about to be read; those of some may be left out.

        Pages come in order of ids, mostly those of children that stand side by side, so that
        one read from the first scope on meets most of them. The others are fetched one by one.

        Raises:
            WrongMasterKey: None of the master keys wrapped one of them.
        """
        now = self._monotonic()
        missing = {each for each in scopes if not self._holds(each, now)}
        if len(missing) < _FEW:
            return
        limit = min(2 * len(missing), LARGEST_PAGE)
        try:
            found = await self._engine.find(KIND, _ALL, min(missing), limit)
        except Damaged:
            # The damaged one may be nobody's here; whoever needs it will meet it alone.
            return
        for doc in found:
            if doc.id in missing:
                wrapped = decode(_DECODER, doc.body, what=f"{KIND}/{doc.id}")
                if not wrapped.erased:
                    self._keep(doc.id, wrapped)

    def _holds(self, scope: str, now: float) -> bool:
        cached = self._cache.get(scope)
        return cached is not None and now < cached.until

    def _keep(self, scope: str, wrapped: _Wrapped) -> DataKey:
        key = DataKey(wrapped.key_id, AESGCM(self._unwrap(wrapped)))
        self._cache.pop(scope, None)
        while len(self._cache) >= self._most:
            # Whoever was fetched first is over first, and stands first.
            del self._cache[next(iter(self._cache))]
        self._cache[scope] = _Cached(key, self._monotonic() + _CACHED_FOR_S)
        return key

    async def forget(self, scope: str) -> None:
        """Erase all a scope has sealed, by forgetting its key; a mark of it stays.

        Other processes may still open it for half a minute.

        Raises:
            ValueError: It is the network itself.
        """
        if scope == NETWORK:
            raise ValueError("the network's own key is not for erasing")
        self._cache.pop(scope, None)
        while True:
            stored = await self._engine.get(KIND, scope)
            version = stored.version if stored else 0
            try:
                await self._engine.put(Doc(KIND, scope, version, _ERASED, tags=(_ALL,)))
            except Stale:
                continue
            self._cache.pop(scope, None)
            return

    async def rewrap(self) -> int:
        """Wrap every data key by the newest master key, and tell how many were not yet.

        Safe to break off and to run again, while the network works.

        Raises:
            WrongMasterKey: A key is wrapped by a master key not on this ring.
        """
        count, after = 0, ""
        while page := await self._engine.find(KIND, _ALL, after, _PAGE):
            for doc in page:
                count += await self._rewrap(doc)
            after = page[-1].id
        return count

    def blind(self, kind: str, field: str, value: str) -> str:
        """Give the text by which a sealed value is found: 32 hexadecimal digits.

        The same value, however it is cased or composed, gives the same text; without the
        key nobody can try telephone numbers against it. Its key hangs from the network's
        data key, not from the master key, so that a rotation leaves the indexes true.
        """
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
        text = f"{kind}|{field}|{folded}".encode()
        return hmac.new(self._index_key, text, hashlib.sha256).digest()[:_BLIND_BYTES].hex()

    async def _find(self, scope: str) -> _Wrapped:
        stored = await self._engine.get(KIND, scope)
        if stored is None:
            raise _NoKey
        wrapped = decode(_DECODER, stored.body, what=f"{KIND}/{scope}")
        if wrapped.erased:
            raise Erased
        return wrapped

    async def _make(self, scope: str) -> None:
        wrapped = self._wrap(secrets.token_bytes(KEY_ID), secrets.token_bytes(32))
        body = msgspec.msgpack.encode(wrapped)
        try:
            await self._engine.put(Doc(KIND, scope, 0, body, tags=(_ALL,)))
        except Stale:
            # Somebody else made it meanwhile, and theirs is the one.
            return

    async def _rewrap(self, doc: Doc) -> bool:
        wrapped = decode(_DECODER, doc.body, what=f"{KIND}/{doc.id}")
        if wrapped.erased or wrapped.master_id == self._master_id:
            return False
        body = msgspec.msgpack.encode(self._wrap(wrapped.key_id, self._unwrap(wrapped)))
        try:
            await self._engine.put(doc._replace(body=body))
        except Stale:
            # It was forgotten or wrapped by somebody else: both are what we want.
            return False
        return True

    def _wrap(self, key_id: bytes, key: bytes) -> _Wrapped:
        return _Wrapped(
            key_id=key_id,
            master_id=self._master_id,
            wrapped=aes_key_wrap(self._wrapping[self._master_id], key),
        )

    def _unwrap(self, wrapped: _Wrapped) -> bytes:
        wrapping = self._wrapping.get(wrapped.master_id)
        if wrapping is None:
            raise WrongMasterKey
        try:
            return aes_key_unwrap(wrapping, wrapped.wrapped)
        except (InvalidUnwrap, ValueError):
            raise WrongMasterKey from None


class _NoKey(Erased):
    """There is no key of that scope, and no mark that there was one."""


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(key)


def _wrapping_key(master: bytes) -> bytes:
    return _derive(master, b"ronde key wrap v1")


def _master_id(master: bytes) -> bytes:
    return _derive(master, b"ronde master key id v1")[:KEY_ID]
