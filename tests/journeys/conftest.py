from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.journey import Journey, journey
from tests.support.server import Running, running


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def story(server: Running) -> AsyncIterator[Journey]:
    async with journey(server) as begun:
        yield begun
