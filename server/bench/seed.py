"""A network for the bench: real circles, real devices, real groups, made without a network.

Everything is what the routes would have stored: signed membership chains, certified
devices, sessions, and channels whose groups the delivery service has judged. Only the
people have no names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from care_circle.actor import Actor
from care_circle.circle import Circle
from care_circle.convention import Convention
from care_circle.role import Role
from channels.model import Asker, Envelope
from crypto.bundle import Bundle
from crypto.identity import Device, credential_identity, new_identity
from crypto.ids import (
    ChannelId,
    ChildId,
    CircleId,
    ConventionId,
    DeviceId,
    EntryId,
    ProfessionalId,
    new_id,
)
from crypto.membership import Roster, admit, append, found
from crypto.mls.codec import encode
from crypto.mls.credential import Credential
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.message import pack
from crypto.mls.suite import SUITE_1, KeyPair
from crypto.session.log import Kind
from crypto.statement import HistoryGrant
from server.accounts.agents import Agent
from server.accounts.devices import RegisteredDevice
from server.channel_house import Channels
from server.house import House

_ROLE = "physiotherapist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with an identity, one device and a session on it."""

    identity: KeyPair
    device: Device
    token: str

    @property
    def asker(self) -> Asker:
        """How channels know them."""
        return Asker(professional=self.device.professional, device=self.device.id)

    def package(self, now: datetime) -> KeyPackageSecrets:
        """Make a key package of the device, good for 90 days."""
        credential = Credential(identity=credential_identity(self.device.certificate))
        lifetime = Lifetime.starting(now)
        return new_key_package(SUITE_1, credential, self.device.signature_key, lifetime)


async def enrol(house: House, *, now: datetime) -> Member:
    """Make somebody with a convention in force, a registered device and an open session."""
    identity, professional = new_identity(), ProfessionalId(new_id())
    device = Device.enrol(identity, professional, DeviceId(new_id()), now=now)
    day = now.date() - timedelta(days=1)
    await house.stores.people.add_convention(
        Convention(
            id=ConventionId(new_id()),
            professional=professional,
            pieces=(),
            signed_on=day,
            active_from=day,
        )
    )
    await house.stores.devices.create(
        RegisteredDevice(
            id=device.id,
            professional=professional,
            identity_key=identity.public,
            certificate=encode(device.certificate),
            registered_at=now,
        )
    )
    person = Actor(professional=professional, role=Role.PROFESSIONAL)
    token, _ = await house.sessions.open(person, device=device.id, agent=Agent())
    return Member(identity=identity, device=device, token=token)


async def found_circle(house: House, members: Sequence[Member], *, now: datetime) -> CircleId:
    """Make a circle whose chain the first member signs for all the others."""
    circle, first = CircleId(new_id()), members[0]
    genesis = found(circle, first.identity.public, signer=first.device, now=now).encode()
    chain, roster = [genesis], append(Roster(circle=circle), genesis)
    for member in members[1:]:
        statement = admit(
            roster,
            member.device.professional,
            role=_ROLE,
            identity_key=member.identity.public,
            history=HistoryGrant(),
            signer=first.device,
            now=now,
        ).encode()
        chain.append(statement)
        roster = append(roster, statement)
    await house.stores.circles.add(
        Circle(
            id=circle,
            child=ChildId(new_id()),
            chain=tuple(chain),
            participations=(),
            opened_at=now,
        )
    )
    return circle


async def open_channel(
    channels: Channels, circle: CircleId, members: Sequence[Member], *, now: datetime
) -> tuple[ChannelId, Group]:
    """Open a channel with the first member's group and add all the others in one commit."""
    channel, first = ChannelId(new_id()), members[0]
    group = Group.create(channel.encode("ascii"), first.package(now))
    creation = Envelope(
        id=EntryId(new_id()),
        kind=Kind.CREATE,
        epoch=0,
        body=Bundle(group_info=group.group_info()).encode(),
    )
    await channels.service.open_channel(first.asker, circle, channel=channel, envelope=creation)
    packages = [member.package(now).key_package for member in members[1:]]
    for member, package in zip(members[1:], packages, strict=True):
        device = (await channels.service.door.participants(circle)).devices[member.device.id]
        await channels.packages.upload(device, [pack(package)])
    claimed = [member.device.id for member in members[1:]]
    await channels.packages.claim(first.asker, circle, claimed)
    commit, welcome, group = group.commit(packages, now=now)
    bundle = Bundle(
        commit=commit,
        welcome=welcome,
        group_info=group.group_info(),
        key_packages=tuple(package.reference() for package in packages),
    )
    envelope = Envelope(id=EntryId(new_id()), kind=Kind.COMMIT, epoch=0, body=bundle.encode())
    await channels.service.append(first.asker, channel, envelope)
    return channel, group
