from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from care_circle.role import Role
from tests.support.actors import Person, founded, stranger
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
