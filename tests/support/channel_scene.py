"""Fixtures of people who talk in a channel; a test module takes those it needs by name."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.channel_server import serving
from tests.support.server import Running
from tests.support.talkers import Circle, Socket, Talker, circle_of, outsider, talking


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path) as started:
        yield started


@pytest.fixture
async def circle(server: Running) -> AsyncIterator[Circle]:
    async with circle_of(server, 3) as made:
        yield made


@pytest.fixture
async def talkers(circle: Circle) -> list[Talker]:
    return await talking(circle)


@pytest.fixture
async def eve(server: Running) -> AsyncIterator[Talker]:
    """Signed in, on a device of her own, in no circle of anybody's."""
    async with aiohttp.ClientSession() as http:
        yield await outsider(server, http)


def append(talker: Talker, **change: object) -> dict[str, object]:
    return {"channel": talker.channel, **talker.form(), **change}


async def listen(talker: Talker, socket: Socket) -> int:
    heads = (await socket.ask("watch", {"channels": [talker.channel]}))["heads"]
    head: int = heads[talker.channel]
    return head
