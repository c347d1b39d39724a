"""Devices: which MLS clients a professional has, as their identity key certified them (R1)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from typing_extensions import override

from care_circle.access import Action, NotFound, Relation, require
from care_circle.actor import Actor as Person
from care_circle.store import People
from crypto.identity import BadCertificate, CertificateFault, DeviceCertificate
from crypto.ids import DeviceId, ProfessionalId
from crypto.mls.codec import Malformed, decode
from server.audit import Audit
from server.clock import Clock
from server.identity import Actor, SessionId

MOST_DEVICES = 10
LONGEST_CERTIFICATE = 4096
LONGEST_NAME = 60


class DeviceTaken(Exception):
    """The device's id is registered with another certificate."""


class BadDeviceName(ValueError):
    """A device's name is printable and at most sixty characters."""


class TooManyDevices(Exception):
    """The professional has as many devices as one may have; an old one must go first."""


class KeyNotAttested(Exception):
    """The certificate is by another identity key than the one a coordinator attested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredDevice:
    """A device as the directory keeps it.

    `identity_key` is the Ed25519 key, 32 bytes, that signed the certificate; `certificate`
    is its wire form. A removed device stays known, so that its id cannot come back. `name` is
    its owner's own word for it; `seen_on` the last day it was there, UTC and no finer.
    """

    id: DeviceId
    professional: ProfessionalId
    identity_key: bytes = field(repr=False)
    certificate: bytes = field(repr=False)
    registered_at: datetime
    removed_at: datetime | None = None
    name: str = field(default="", repr=False)
    seen_on: date | None = None


class DeviceStore(Protocol):
    """Devices by id and by professional."""

    async def create(self, device: RegisteredDevice) -> RegisteredDevice:
        """Keep a new device, and give what is kept: the older one if the id is known."""
        ...

    async def find(self, device: DeviceId) -> RegisteredDevice | None:
        """Find a device, removed or not."""
        ...

    async def of(self, professional: ProfessionalId) -> tuple[RegisteredDevice, ...]:
        """List the devices of a professional, removed ones too."""
        ...

    async def change(
        self, device: DeviceId, decide: Callable[[RegisteredDevice], RegisteredDevice]
    ) -> RegisteredDevice:
        """Replace a device by what a pure decision makes of it.

        Raises:
            NotFound: There is no such device.
        """
        ...


class AttestedKeys(Protocol):
    """Which identity key a coordinator attested for a professional."""

    async def attested_key(self, professional: ProfessionalId) -> bytes | None:
        """Give the Ed25519 key, 32 bytes, or None before the training."""
        ...


@dataclass(frozen=True, slots=True)
class AttestedIdentities(AttestedKeys):
    """The attested keys as the directory of professionals has them."""

    people: People

    @override
    async def attested_key(self, professional: ProfessionalId) -> bytes | None:
        attestation = (await self.people.professional(professional)).attestation
        return None if attestation is None else attestation.identity_key


Bind = Callable[[SessionId, DeviceId], Awaitable[None]]
"""Lets a session speak for a device."""

Added = Callable[[], Awaitable[None]]
"""What must happen once a device is there: whoever remembers rosters reads them anew."""

Removed = Callable[[ProfessionalId, DeviceId], Awaitable[None]]
"""What must happen once a device is gone: its sessions end, its sockets close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Register, list, remove."""

    store: DeviceStore
    keys: AttestedKeys
    clock: Clock
    audit: Audit
    bind: Bind
    added: Added
    removed: Removed
    # Counting devices and keeping one more are two steps.
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def register(
        self, actor: Actor, certificate: bytes, *, identity_key: bytes, name: str = ""
    ) -> RegisteredDevice:
        """Register a device that an identity key certified, and bind the session to it.

        Safe to repeat.
        Devices that another identity key certified end with it: whoever lost everything has a
        new key, and what was lost must not speak for them any more (R10).
        Once a coordinator attested the professional's key no other is taken; before that,
        the key shown here is the one the coordinator will compare face to face.

        Raises:
            BadCertificate: It is not this professional's, or not by this key, or over.
            KeyNotAttested: Another key is attested, or another device names another one.
            DeviceTaken: The id is known with another certificate, or was removed.
            TooManyDevices: There are enough.
            BadDeviceName: The name is none.
        """
        now, professional = self.clock(), actor.professional
        read = read_certificate(certificate)
        if read.professional != professional:
            raise BadCertificate(CertificateFault.MISMATCHED)
        read.verify(identity_key, now)
        device = RegisteredDevice(
            id=read.device,
            professional=professional,
            identity_key=identity_key,
            certificate=certificate,
            registered_at=now,
            name=named(name),
        )
        async with self._one_at_a_time:
            kept = await self._keep(device)
        await self.bind(actor.session, kept.id)
        if kept == device:
            await self._end_those_of_another_key(device)
            await self.added()
        return kept

    async def of(self, professional: ProfessionalId) -> tuple[RegisteredDevice, ...]:
        """List the live devices of a professional, oldest first."""
        held = [one for one in await self.store.of(professional) if one.removed_at is None]
        return tuple(sorted(held, key=lambda one: one.registered_at))

    async def of_colleague(
        self, actor: Person, professional: ProfessionalId
    ) -> tuple[RegisteredDevice, ...]:
        """List the live devices of anybody in the network, for clients that verify them.

        Raises:
            NotFound: The directory is not for this actor.
        """
        require(actor, Action.READ_DIRECTORY, [Relation.NETWORK])
        return await self.of(professional)

    async def owned(self, professional: ProfessionalId, device: DeviceId) -> RegisteredDevice:
        """Find a live device of a professional.

        Raises:
            NotFound: It is not theirs, was removed, or never was.
        """
        found = await self.store.find(device)
        if found is None or found.professional != professional or found.removed_at is not None:
            raise NotFound
        return found

    async def rename(
        self, professional: ProfessionalId, device: DeviceId, name: str
    ) -> RegisteredDevice:
        """Call a device something else.

        Raises:
            NotFound: It is not theirs, was removed, or never was.
            BadDeviceName: The name is none.
        """
        await self.owned(professional, device)
        called = named(name)
        return await self.store.change(device, lambda held: replace(held, name=called))

    async def remove(self, professional: ProfessionalId, device: DeviceId) -> None:
        """Remove a device for good, and with it its sessions and sockets.

        Raises:
            NotFound: It is not theirs, was removed, or never was.
        """
        await self.owned(professional, device)
        now = self.clock()
        await self.audit.record(
            actor=professional, action="remove_device", kind="device", id=device
        )
        await self.store.change(
            device, lambda held: replace(held, removed_at=held.removed_at or now)
        )
        await self.removed(professional, device)

    async def _end_those_of_another_key(self, device: RegisteredDevice) -> None:
        for held in await self.of(device.professional):
            if held.identity_key != device.identity_key:
                await self.remove(device.professional, held.id)

    async def _keep(self, device: RegisteredDevice) -> RegisteredDevice:
        """Keep a new device, or find it again.

        Raises:
            KeyNotAttested, DeviceTaken, TooManyDevices: As for `register`.
        """
        held = await self.of(device.professional)
        await self._require_key(device.professional, device.identity_key, held)
        if len(held) >= MOST_DEVICES and device.id not in {one.id for one in held}:
            raise TooManyDevices
        await self.audit.record(
            actor=device.professional, action="register_device", kind="device", id=device.id
        )
        kept = await self.store.create(device)
        if kept.removed_at is not None or kept.certificate != device.certificate:
            raise DeviceTaken
        return kept

    async def _require_key(
        self,
        professional: ProfessionalId,
        identity_key: bytes,
        held: tuple[RegisteredDevice, ...],
    ) -> None:
        attested = await self.keys.attested_key(professional)
        others = {device.identity_key for device in held} - {identity_key}
        if attested not in (None, identity_key) or (attested is None and others):
            raise KeyNotAttested


def named(name: str) -> str:
    """Give a device's name without outer blanks; an empty one is no name yet.

    Raises:
        BadDeviceName: It is long, or not printable.
    """
    plain = name.strip()
    if len(plain) > LONGEST_NAME or not plain.isprintable():
        raise BadDeviceName
    return plain


def read_certificate(certificate: bytes) -> DeviceCertificate:
    """Read a certificate's wire form; says nothing about its signature.

    Raises:
        BadCertificate: It is none.
    """
    try:
        return decode(DeviceCertificate.read, certificate[: LONGEST_CERTIFICATE + 1])
    except Malformed:
        raise BadCertificate(CertificateFault.MALFORMED) from None
