"""Everybody who may ask for something, by how they stand to one child's circle."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from care_circle.role import Role
from crypto.bundle import Bundle
from crypto.identity import Device
from crypto.ids import DeviceId, new_id
from crypto.mls.group import Group
from server.accounts.users import disable_user
from server.bench import seed
from tests.support.actors import Person, device_form, founded, stranger
from tests.support.network import Member, Network, network_of, with_device
from tests.support.requests import Place, furnished
from tests.support.server import Running
from tests.support.talkers import b64

SHUT_OUT = ("anonymous", "revoked", "disabled")
INSIDE = (
    "stranger", "elsewhere", "secretary", "administrator",
    "member", "other_device", "lapsed", "removed", "coordinator",
)  # fmt: skip
"""`elsewhere` coordinates, but not this circle; `other_device` is the member's, in no group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The people by how they stand, and the place they stand to."""

    place: Place
    people: dict[str, Person]
    member: Member


@asynccontextmanager
async def everybody(server: Running) -> AsyncIterator[Standing]:
    """Make a circle with everybody in it and round it, all signed in but those shut out."""
    async with AsyncExitStack() as stack:

        async def somebody() -> Person:
            return await stack.enter_async_context(stranger(server))

        network = await network_of(await founded(await somebody()))
        joined = {
            name: await network.join(await somebody(), name=name)
            for name in ("Ben", "Lou", "Rex", "Dis", "Eve")
        }
        staff = {
            name: await with_device(await founded(await somebody(), role=role, name=name))
            for name, role in (
                ("Cora", Role.COORDINATOR),
                ("Sam", Role.SECRETARY),
                ("Zoe", Role.ADMINISTRATOR),
            )
        }
        place = await _peopled(network, joined)
        await _parted(server, network, joined)
        await _at_work_again(server, {**joined, **staff, "Ana": network.ana})
        people = {
            "stranger": joined["Eve"].person,
            "elsewhere": staff["Cora"].person,
            "secretary": staff["Sam"].person,
            "administrator": staff["Zoe"].person,
            "member": joined["Ben"].person,
            "other_device": await _other_device(joined["Ben"]),
            "lapsed": joined["Lou"].person,
            "removed": joined["Rex"].person,
            "coordinator": network.ana.person,
            "anonymous": await somebody(),
            "revoked": await _revoked(joined["Ben"]),
            "disabled": joined["Dis"].person,
        }
        await disable_user(server.house, joined["Dis"].id)
        place.ids["channel"] = await _talked(place, joined["Ben"])
        place.ids["blob"] = await _uploaded(place, joined["Ben"])
        yield Standing(place=place, people=people, member=joined["Ben"])


async def _peopled(network: Network, joined: dict[str, Member]) -> Place:
    """Include a child and let everybody in but the stranger."""
    assert (await network.include_child(joined["Ben"].id)).status == 200
    assert (await network.open_circle()).status == 201
    for name in ("Ben", "Lou", "Rex", "Dis"):
        assert (await network.admit(joined[name])).status == 200
    return await furnished(network, joined["Ben"])


async def _parted(server: Running, network: Network, joined: dict[str, Member]) -> None:
    """Release one member, and let another's convention end today."""
    assert (await network.release(joined["Rex"])).status == 200
    ana, lou = network.ana.person, joined["Lou"]
    held = (await ana.get(f"/professionals/{lou.id}/conventions")).body["conventions"][0]["id"]
    end = {"last_day": str(server.clock().date())}
    assert (await ana.ask("PUT", f"/conventions/{held}/end", end)).status == 200


async def _at_work_again(server: Running, members: dict[str, Member]) -> None:
    """Let a night pass, and everybody sign in on their own device."""
    server.clock.move(days=1)
    for member in members.values():
        await member.person.sign_in(device=member.device.id)


async def _other_device(member: Member) -> Person:
    """Sign the same person in on a device that is in no group."""
    other = replace(member.person)
    await other.sign_in()
    now = other.server.clock()
    device = Device.enrol(member.identity, member.id, DeviceId(new_id()), now=now)
    registered = await other.post("/devices", device_form(device, member.identity))
    assert registered.status == 201, registered
    return other


async def _revoked(member: Member) -> Person:
    """Sign in once more, and out again, but keep the token."""
    other = replace(member.person)
    await other.sign_in()
    assert (await other.delete("/session")).status == 204
    return other


async def _talked(place: Place, member: Member) -> str:
    """Let a member open a channel with their one device in the group."""
    channel = new_id()
    talker = seed.Member(
        identity=member.identity, device=member.device, token=member.person.token or ""
    )
    group = Group.create(channel.encode(), talker.package(member.person.server.clock()))
    body = b64(Bundle(group_info=group.group_info()).encode())
    opened = await member.person.post(
        f"/circles/{place.ids['circle']}/channels",
        {"channel": channel, "id": new_id(), "body": body},
    )
    assert opened.status == 201, opened
    return channel


async def _uploaded(place: Place, member: Member) -> str:
    """Let a member leave a file in the channel."""
    blob = new_id()
    path = f"/channels/{place.ids['channel']}/blobs/{blob}?entry={new_id()}"
    uploaded = await member.person.ask("PUT", path, data=b"sealed")
    assert uploaded.status == 204, uploaded
    return blob
