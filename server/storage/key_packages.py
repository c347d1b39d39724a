"""Key packages on the engine port: one document each, found by device until it is used."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from typing_extensions import override

from channels.keys import Choose, PackageStore, StoredPackage
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from server.storage.decoding import decode
from server.storage.engine import Busy, Doc, Engine, Stale

KIND: Final = "key_package"
SCHEMA: Final = 1
ATTEMPTS: Final = 8
# Fifty that wait, as many handed out and not yet used, and the last resort.
MOST: Final = 200


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int = SCHEMA
    reference: bytes
    device: DeviceId
    professional: ProfessionalId
    data: bytes
    not_after: datetime
    last_resort: bool
    handed_to: tuple[ProfessionalId, ...] = ()
    used_in: ChannelId | None = None


_to_bytes = msgspec.msgpack.Encoder().encode
_DOCUMENT: Final = msgspec.msgpack.Decoder(_Document)


class EnginePackageStore(PackageStore):
    """`PackageStore` on any engine; the version of a document settles who takes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @override
    async def add(self, package: StoredPackage) -> None:
        try:
            await self._engine.put(_doc(package, version=0))
        except Stale:
            return

    @override
    async def of_device(self, device: DeviceId) -> tuple[StoredPackage, ...]:
        return tuple(_package(doc) for doc in await self._docs(device))

    @override
    async def find(self, reference: bytes) -> StoredPackage | None:
        doc = await self._engine.get(KIND, reference.hex())
        return None if doc is None else _package(doc)

    @override
    async def hand_out(self, device: DeviceId, choose: Choose) -> StoredPackage:
        for _ in range(ATTEMPTS):
            docs = {doc.id: doc for doc in await self._docs(device)}
            chosen = choose([_package(doc) for doc in docs.values()])
            version = docs[chosen.reference.hex()].version
            try:
                await self._engine.put(_doc(chosen, version=version))
            except Stale:
                continue
            return chosen
        raise Busy

    @override
    async def use(self, reference: bytes, channel: ChannelId) -> None:
        for _ in range(ATTEMPTS):
            doc = await self._engine.get(KIND, reference.hex())
            if doc is None or _document(doc).used_in is not None:
                return
            held = msgspec.structs.replace(_document(doc), used_in=channel)
            # A last resort stays findable: it may be needed again.
            tags = doc.tags if held.last_resort else ()
            try:
                await self._engine.put(doc._replace(body=_to_bytes(held), tags=tags))
            except Stale:
                continue
            return
        raise Busy

    @override
    async def drop_expired(self, device: DeviceId, now: datetime) -> None:
        for doc in await self._docs(device):
            if _document(doc).not_after <= now:
                try:
                    await self._engine.drop(KIND, doc.id, doc.version)
                except Stale:
                    continue

    async def _docs(self, device: DeviceId) -> Sequence[Doc]:
        return await self._engine.find(KIND, f"device:{device}", limit=MOST)


def _doc(package: StoredPackage, *, version: int) -> Doc:
    held = _Document(
        reference=package.reference,
        device=package.device,
        professional=package.professional,
        data=package.data,
        not_after=package.not_after,
        last_resort=package.last_resort,
        handed_to=tuple(sorted(package.handed_to)),
        used_in=package.used_in,
    )
    tags = (f"device:{package.device}",)
    return Doc(KIND, package.reference.hex(), version, _to_bytes(held), tags=tags)


def _document(doc: Doc) -> _Document:
    return decode(_DOCUMENT, doc.body, what=f"{KIND}/{doc.id}")


def _package(doc: Doc) -> StoredPackage:
    held = _document(doc)
    return StoredPackage(
        reference=held.reference,
        device=held.device,
        professional=held.professional,
        data=held.data,
        not_after=held.not_after,
        last_resort=held.last_resort,
        handed_to=frozenset(held.handed_to),
        used_in=held.used_in,
    )
