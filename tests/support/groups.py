"""Devices with certificates and groups, and what the delivery service knows of them: no server."""

from dataclasses import dataclass
from datetime import UTC, datetime

from channels.delivery import DeliveryService, Group
from channels.keys import StoredPackage
from channels.model import Asker, Participants, RegisteredDevice
from crypto.bundle import Bundle
from crypto.identity import Device, credential_identity, new_identity
from crypto.ids import ChannelId, CircleId, DeviceId, ProfessionalId, new_id
from crypto.mls import group as mls
from crypto.mls.credential import Credential
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.message import pack, unpack_group_info
from crypto.mls.public_state import Change, PublicState
from crypto.mls.suite import SUITE_1, KeyPair

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CHANNEL = ChannelId(new_id())
CIRCLE = CircleId(new_id())


def accept(change: Change, state: PublicState) -> None:
    """Allow anything, as an attacker's client would."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A professional's device."""

    identity: KeyPair
    device: Device

    @property
    def asker(self) -> Asker:
        return Asker(professional=self.device.professional, device=self.device.id)

    def package(self, lifetime: Lifetime | None = None) -> KeyPackageSecrets:
        credential = Credential(identity=credential_identity(self.device.certificate))
        return new_key_package(
            SUITE_1, credential, self.device.signature_key, lifetime or Lifetime.starting(NOW)
        )

    def second(self) -> "Client":
        """Another device of the same professional."""
        return client(self.identity, self.device.professional)


def client(identity: KeyPair | None = None, professional: ProfessionalId | None = None) -> Client:
    own = identity or new_identity()
    owner = professional or ProfessionalId(new_id())
    return Client(identity=own, device=Device.enrol(own, owner, DeviceId(new_id()), now=NOW))


def participants(*clients: Client, coordinators: tuple[Client, ...] = ()) -> Participants:
    """Make the roster of these clients' professionals, with these devices live."""
    return Participants(
        circle=CIRCLE,
        identity_keys={one.device.professional: one.identity.public for one in clients},
        devices={
            one.device.id: RegisteredDevice(
                id=one.device.id,
                professional=one.device.professional,
                signature_key=one.device.signature_key.public,
            )
            for one in clients
        },
        coordinators=frozenset(one.device.professional for one in coordinators),
    )


def handed(package: KeyPackage, owner: Client, *, to: Client) -> StoredPackage:
    """Describe a package as handed out."""
    return StoredPackage(
        reference=package.reference(),
        device=owner.device.id,
        professional=owner.device.professional,
        data=pack(package),
        not_after=NOW,
        handed_to=frozenset({to.device.professional}),
    )


@dataclass(kw_only=True)
class Scene:
    """A channel in which some clients hold leaves, seen by them and by the delivery service."""

    clients: list[Client]
    groups: list[mls.Group]
    public: Group
    roster: Participants
    service: DeliveryService

    def bundle(
        self, by: int, adds: tuple[KeyPackage, ...] = (), removes: tuple[int, ...] = ()
    ) -> Bundle:
        commit, welcome, after = self.groups[by].commit(adds, removes, now=NOW)
        return Bundle(
            commit=commit,
            welcome=welcome,
            group_info=after.group_info(),
            key_packages=tuple(package.reference() for package in adds),
        )

    def judge(
        self,
        bundle: Bundle,
        by: Client,
        *packages: StoredPackage,
        roster: Participants | None = None,
        now: datetime = NOW,
    ) -> Group:
        return self.service.advance(
            self.public,
            bundle,
            asker=by.asker,
            participants=roster or self.roster,
            packages={package.reference: package for package in packages},
            now=now,
        )


def scene(count: int) -> Scene:
    """Put so many clients into one group; the first is the coordinator."""
    clients = [client() for _ in range(count)]
    first, *others = clients
    roster = participants(*clients, coordinators=(first,))
    service = DeliveryService()
    group = mls.Group.create(CHANNEL.encode(), first.package())
    opening = Bundle(group_info=group.group_info())
    public = service.open(opening, CHANNEL, asker=first.asker, participants=roster, now=NOW)
    made = Scene(clients=clients, groups=[group], public=public, roster=roster, service=service)
    if others:
        secrets = [one.package() for one in others]
        packages = tuple(one.key_package for one in secrets)
        commit, welcome, after = group.commit(packages, now=NOW)
        references = tuple(package.reference() for package in packages)
        bundle = Bundle(
            commit=commit,
            welcome=welcome,
            group_info=after.group_info(),
            key_packages=references,
        )
        stored = [
            handed(package, owner, to=first)
            for package, owner in zip(packages, others, strict=True)
        ]
        made.public = made.judge(bundle, first, *stored)
        tree = unpack_group_info(bundle.group_info).tree_bytes()
        assert welcome is not None
        made.groups = [
            after,
            *(mls.Group.join(welcome, one, tree, accept, NOW) for one in secrets),
        ]
    return made
