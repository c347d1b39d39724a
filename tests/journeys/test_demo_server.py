"""The demonstration outlives its server, as whoever tries it may well kill it."""

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from server.demonstration.processes import World, world

SECONDS_TO_RETURN = 60


async def test_a_killed_server_comes_back(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        first = _server_of(here)
        os.kill(first, signal.SIGKILL)

        second = await _server_after(here, first)
        answered = await _is_ready(here)

    assert second != first
    assert answered
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def _server_of(here: World) -> int:
    """Return the id of the server's process, found by the folder that only it was given."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            said = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"server.demonstration.house" in said and os.fsencode(here.folder) in said:
            return int(entry.name)
    raise LookupError("no server runs")


async def _server_after(here: World, former: int) -> int:
    async with asyncio.timeout(SECONDS_TO_RETURN):
        while True:
            try:
                found = _server_of(here)
            except LookupError:
                found = former
            if found != former:
                return found
            await asyncio.sleep(0.05)


async def _is_ready(here: World) -> bool:
    async with aiohttp.ClientSession() as http, asyncio.timeout(SECONDS_TO_RETURN):
        while True:
            try:
                async with http.get(f"{here.url}/readyz") as response:
                    return response.ok
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
