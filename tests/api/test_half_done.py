"""A request that is refused leaves nothing behind, and one sent again does nothing twice."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from crypto.ids import new_id
from crypto.mls.message import pack
from server.channel_house import CHANNEL_HOUSE, HAND_OUTS
from tests.support.actors import Person, stranger
from tests.support.channel_server import serving
from tests.support.network import Network, child_form, network_of
from tests.support.server import Running
from tests.support.talkers import Circle, Talker, b64, circle_of, talking

GRANDMOTHER = {"family_name": "Quenouille", "phone": "+33639980104"}


@pytest.fixture
async def circle(tmp_path: Path) -> AsyncIterator[Circle]:
    async with serving(tmp_path) as server, circle_of(server, 3) as made:
        yield made


@pytest.fixture
async def family(server: Running, ana: Person) -> AsyncIterator[Network]:
    async with AsyncExitStack() as stack:
        network = await network_of(ana)
        ben = await network.join(await stack.enter_async_context(stranger(server)), name="Ben")
        assert (await network.include_child(ben.id)).status == 200
        yield network


async def waiting(talker: Talker) -> int:
    count: int = (await talker.ask("GET", f"/devices/{talker.device}/key_packages")).body["waiting"]
    return count


async def test_packages_beside_a_bad_last_resort_are_not_kept(circle: Circle) -> None:
    ben = circle.talkers[1]
    good = b64(pack(ben.member.package(circle.server.clock()).key_package))

    refused = await ben.ask(
        "POST",
        f"/devices/{ben.device}/key_packages",
        {"packages": [good], "last_resort": b64(b"no package")},
    )

    assert (refused.status, refused.code, await waiting(ben)) == (422, "bad_key_package", 0)


async def test_whoever_may_not_claim_for_all_uses_up_no_package_of_anybody(circle: Circle) -> None:
    ana, ben, cleo = await talking(circle)
    for one in (ben, cleo):
        assert (await one.leave_packages(2)).status == 201
    allowance = circle.server.app[CHANNEL_HOUSE].packages.allowance
    spent = 2  # to let both in
    for _ in range(HAND_OUTS.tries - spent - 1):
        allowance.spend(ana.member.device.professional, now=circle.server.clock())

    refused = await ana.claim(ben, cleo)

    assert (refused.status, refused.code) == (429, "too_many_requests")
    assert [await waiting(one) for one in (ben, cleo)] == [2, 2]


async def test_a_device_named_twice_in_a_claim_gives_one_package(circle: Circle) -> None:
    ana, ben, _ = await talking(circle)
    assert (await ben.leave_packages(2)).status == 201

    claimed = await ana.claim(ben, ben, ben)

    assert len(claimed.body["packages"]) == 1
    assert await waiting(ben) == 1


async def test_a_contact_put_twice_is_one_person_who_is_told_once(family: Network) -> None:
    ana, path = family.ana.person, f"/children/{family.child}/contacts/{new_id()}"

    first = await ana.ask("PUT", path, GRANDMOTHER)
    again = await ana.ask("PUT", path, GRANDMOTHER | {"given_name": "Odette"})

    assert (first.status, again.status) == (200, 200)
    assert len(again.body["contacts"]) == 2
    assert again.body["contacts"][1]["given_name"] == "Odette"
    assert first.body["contacts"][1]["id"] == again.body["contacts"][1]["id"]


async def test_no_family_can_name_a_person_of_another_family(family: Network) -> None:
    ana, theirs = family.ana.person, family.contacts[0]
    form = child_form() | {"contacts": []}
    form["identity"]["birth_family_name"] = "Autrement"
    other = (await ana.post("/children", form)).body["id"]

    put = await ana.ask("PUT", f"/children/{other}/contacts/{theirs}", GRANDMOTHER)

    assert put.status == 200
    assert put.body["contacts"][0]["id"] != theirs
