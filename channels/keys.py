"""Key packages: what a device leaves behind so that others may add it while it is away (R12).

One package serves one addition (RFC 9420, section 10): used twice, two groups would share
an init key. So each is handed out once and marked when a commit has used it; the one marked
last resort may be handed out again when no other is left, which beats being unreachable.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from channels.access import Door
from channels.model import Asker, NotAMember, Participants, Refusal, RegisteredDevice
from crypto.identity import BadCertificate, certificate_of
from crypto.ids import ChannelId, CircleId, DeviceId, ProfessionalId
from crypto.mls.key_package import check_key_package
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.message import unpack_key_package
from crypto.mls.refused import Refused
from crypto.mls.suite import SUITE_1

MOST_PACKAGES = 50
MAX_PACKAGE = 4096
# Clocks of devices differ; a package dated five minutes ahead is still honest.
CLOCKS_APART = timedelta(minutes=5)


class BadKeyPackage(Refusal):
    """A key package that nobody could use: not this device's, not valid, not current."""


class TooManyKeyPackages(Refusal):
    """The device has as many unused packages as may wait for it."""


class NoKeyPackage(Refusal):
    """The device has left no package, not even a last resort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPackage:
    """A key package and what became of it; `reference` is RFC 9420's, 32 bytes.

    `data` is an encoded MLSMessage. `not_after` is UTC. `handed_to` names who may use it in
    a commit; `used_in` the channel where somebody did.
    """

    reference: bytes
    device: DeviceId
    professional: ProfessionalId
    data: bytes = field(repr=False)
    not_after: datetime
    last_resort: bool = False
    handed_to: frozenset[ProfessionalId] = frozenset()
    used_in: ChannelId | None = None


Choose = Callable[[Sequence[StoredPackage]], StoredPackage]
"""Chooses a package to hand out and returns it as it is to be stored; perhaps run twice."""


class PackageStore(Protocol):
    """Key packages by device and by reference."""

    async def add(self, package: StoredPackage) -> None:
        """Keep a package; one kept already stays as it is."""
        ...

    async def of_device(self, device: DeviceId) -> tuple[StoredPackage, ...]:
        """List a device's packages that have not been used."""
        ...

    async def find(self, reference: bytes) -> StoredPackage | None:
        """Find a package by its reference."""
        ...

    async def hand_out(self, device: DeviceId, choose: Choose) -> StoredPackage:
        """Store what was chosen among a device's packages, unless somebody else took it."""
        ...

    async def use(self, reference: bytes, channel: ChannelId) -> None:
        """Mark a package used in a channel; once more changes nothing."""
        ...

    async def drop_expired(self, device: DeviceId, now: datetime) -> None:
        """Forget a device's packages whose time is over."""
        ...


class Allowance(Protocol):
    """How often somebody may ask for packages."""

    def spend(self, name: str, *, now: datetime) -> None:
        """Use one try of a name, or raise."""
        ...


def read_package(data: bytes, device: RegisteredDevice, *, now: datetime) -> StoredPackage:
    """Accept a package as its device's own, valid now and for no more than 90 days.

    The certificate's signature is checked where the package is used, against the circle's
    signed roster.

    Raises:
        BadKeyPackage: Anything else.
    """
    if len(data) > MAX_PACKAGE:
        raise BadKeyPackage
    try:
        package = unpack_key_package(data)
        check_key_package(SUITE_1, package, lifetimes=LifetimePolicy(now=now + CLOCKS_APART))
        certificate = certificate_of(package.leaf_node.credential.identity)
    except (Refused, BadCertificate):
        raise BadKeyPackage from None
    leaf, lifetime = package.leaf_node, package.leaf_node.lifetime
    owner = (certificate.professional, certificate.device)
    if owner != (device.professional, device.id) or lifetime is None:
        raise BadKeyPackage
    if not leaf.signature_key == certificate.signature_key == device.signature_key:
        raise BadKeyPackage
    return StoredPackage(
        reference=package.reference(),
        device=device.id,
        professional=device.professional,
        data=data,
        not_after=datetime.fromtimestamp(lifetime.not_after, UTC),
    )


def choose(
    packages: Sequence[StoredPackage], *, to: ProfessionalId, now: datetime
) -> StoredPackage:
    """Take the unhanded package that expires first, else the last resort.

    Raises:
        NoKeyPackage: There is neither.
    """
    valid = [package for package in packages if package.not_after > now]
    free = [package for package in valid if not package.handed_to and not package.last_resort]
    resorts = [package for package in valid if package.last_resort]
    for kind in (free, resorts):
        if kind:
            chosen = min(kind, key=lambda package: package.not_after)
            return replace(chosen, handed_to=chosen.handed_to | {to})
    raise NoKeyPackage


def may_use(package: StoredPackage, *, committer: ProfessionalId) -> bool:
    """Tell whether a commit may add a device by this package (R14)."""
    if committer not in package.handed_to:
        return False
    return package.last_resort or package.used_in is None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPackages:
    """Uploading, handing out and using up key packages."""

    store: PackageStore
    door: Door
    allowance: Allowance
    clock: Callable[[], datetime]
    # Counting and adding are two steps, and so are choosing and taking.
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def upload(
        self,
        device: RegisteredDevice,
        packages: Sequence[bytes],
        *,
        last_resort: bytes | None = None,
    ) -> int:
        """Leave packages for one's own device, and tell how many wait there now.

        Raises:
            BadKeyPackage: One of them; none is kept then.
            TooManyKeyPackages: They would be more than 50.
        """
        now = self.clock()
        read = [read_package(data, device, now=now) for data in packages]
        if last_resort is not None:
            resort = read_package(last_resort, device, now=now)
            read.append(replace(resort, last_resort=True))
        new = {package.reference for package in read if not package.last_resort}
        async with self._one_at_a_time:
            await self.store.drop_expired(device.id, now)
            held = await self.store.of_device(device.id)
            waiting = new | {package.reference for package in held if _waits(package)}
            if len(waiting) > MOST_PACKAGES:
                raise TooManyKeyPackages
            for package in read:
                await self.store.add(package)
        return len(waiting)

    async def waiting(self, device: DeviceId) -> int:
        """Count the packages that wait for a device, the last resort aside."""
        return sum(_waits(package) for package in await self.store.of_device(device))

    async def claim(
        self, asker: Asker, circle: CircleId, devices: Sequence[DeviceId]
    ) -> tuple[StoredPackage, ...]:
        """Hand out one package for each device, to somebody who shares the circle with it.

        Devices that have left none are passed over: the others can be added meanwhile. One
        named twice gets one: a second package would be used up for nothing. Whoever may not
        have them all uses up none.

        Raises:
            NotAMember: The asker has no part in the circle, or one of the devices has none.
            TooManyRequests: The asker's allowance does not reach for all of them.
        """
        participants = await self.door.enter_circle(asker, circle)
        now = self.clock()
        wanted = tuple(dict.fromkeys(devices))
        for device in wanted:
            _require(participants, device)
        for _ in wanted:
            self.allowance.spend(asker.professional, now=now)
        async with self._one_at_a_time:
            handed = [await self._hand_out(each, asker.professional, now) for each in wanted]
        return tuple(package for package in handed if package is not None)

    async def handed(self, references: Sequence[bytes]) -> Mapping[bytes, StoredPackage]:
        """Find the packages a commit says it uses; unknown ones are missing."""
        found = [await self.store.find(reference) for reference in references]
        return {package.reference: package for package in found if package is not None}

    async def _hand_out(
        self, device: DeviceId, to: ProfessionalId, now: datetime
    ) -> StoredPackage | None:
        try:
            return await self.store.hand_out(
                device, lambda packages: choose(packages, to=to, now=now)
            )
        except NoKeyPackage:
            return None


def _require(participants: Participants, device: DeviceId) -> None:
    """Insist that a device is a live one of somebody on the roster.

    Raises:
        NotAMember: It is not.
    """
    if device not in participants.devices:
        raise NotAMember


def _waits(package: StoredPackage) -> bool:
    return not package.handed_to and not package.last_resort
