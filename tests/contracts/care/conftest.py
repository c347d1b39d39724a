"""A network's first people, its first child and the circle around that child."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.role import Profession
from crypto.ids import CircleId, new_id
from tests.support.care import Somebody, addition, coordinator, genesis, somebody
from tests.support.care_network import Network, agree, newly_born, open_network


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    async with open_network(tmp_path) as opened:
        yield opened


@pytest.fixture
async def ana(network: Network) -> Somebody:
    return await network.employ(coordinator())


@pytest.fixture
async def doc(network: Network) -> Somebody:
    return await network.employ(somebody(profession=Profession.PHYSICIAN))


@pytest.fixture
async def kim(network: Network) -> Somebody:
    return await network.employ(somebody())


@pytest.fixture
async def eve(network: Network) -> Somebody:
    return await network.employ(somebody(profession=Profession.PSYCHOLOGIST))


@pytest.fixture
async def noe(network: Network, ana: Somebody, doc: Somebody) -> Child:
    family = await network.children.register(ana.actor, newly_born(doc))
    await agree(network, ana, family)
    return await network.children.include(ana.actor, family.id)


@pytest.fixture
async def circle(
    network: Network, ana: Somebody, doc: Somebody, kim: Somebody, noe: Child
) -> Circle:
    name = CircleId(new_id())
    opened = await network.circles.open(ana.actor, noe.id, circle=name, genesis=genesis(name, ana))
    for member in (doc, kim):
        opened = await network.circles.admit(ana.actor, name, addition(opened, member, ana))
    return opened
