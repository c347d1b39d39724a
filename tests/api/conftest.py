from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from care_circle.role import Role
from tests.support.actors import Person, founded, stranger
from tests.support.families import Phone
from tests.support.homes import Home, at_home
from tests.support.network import Member, Network, network_of
from tests.support.parents import Family, two_parents
from tests.support.server import Running, running


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def nobody(server: Running) -> AsyncIterator[Person]:
    async with stranger(server) as person:
        yield person


@pytest.fixture
async def ana(server: Running) -> AsyncIterator[Person]:
    """A coordinator."""
    async with AsyncExitStack() as stack:
        yield await founded(await stack.enter_async_context(stranger(server)))


@pytest.fixture
async def ben(server: Running) -> AsyncIterator[Person]:
    """A physician."""
    async with AsyncExitStack() as stack:
        person = await stack.enter_async_context(stranger(server))
        yield await founded(person, role=Role.PROFESSIONAL, name="Ben")


@pytest.fixture
async def here(server: Running, ana: Person) -> AsyncIterator[tuple[Network, Member]]:
    """A network with one child, and the physician of its circle."""
    async with stranger(server) as person:
        network = await network_of(ana)
        ben = await network.join(person, name="Ben")
        await network.settle(ben)
        yield network, ben


@pytest.fixture
async def home(ana: Person, server: Running) -> AsyncIterator[Home]:
    """A child whose family may be told."""
    async with at_home(ana, server) as made:
        yield made


@pytest.fixture
async def phone(server: Running) -> AsyncIterator[Phone]:
    """A family's telephone: text alone, no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Phone(server=server, http=http)


@pytest.fixture
async def family(ana: Person, server: Running) -> AsyncIterator[Family]:
    """Two parents, one appointment, and the links that each of them got."""
    async with two_parents(ana, server) as made:
        yield made
