"""The real application on a real socket, with SQLite in a folder of the test's own."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import argon2
from aiohttp import web

from server.accounts.passwords import Passwords
from server.app import build, runner
from server.config import Config
from server.house import House
from server.services import HOUSE
from tests.support.clock import StandingClock

MASTER_KEY = bytes(range(32))
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that answers at `url`; `house` is for what a test must see from inside."""

    url: str
    app: web.Application = field(repr=False)
    house: House = field(repr=False)
    clock: StandingClock
    folder: Path
    config: Config


@asynccontextmanager
async def running(
    folder: Path,
    *,
    clock: StandingClock | None = None,
    head_seconds: float = 15,
    **settings: object,
) -> AsyncIterator[Running]:
    """Start a server, and stop it however the test ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    clock = clock or StandingClock()
    known: dict[str, object] = {
        "store": str(folder / "ronde.sqlite3"),
        "master_key": MASTER_KEY,
        "public_url": url,
        "phone": "05 36 49 00 00",
    }
    config = Config(**{**known, **settings})  # type: ignore[arg-type]  # the dict holds what tests say
    app = await build(config, clock=clock, passwords=Passwords(hasher=CHEAP))
    started = runner(app, head_seconds=head_seconds)
    await started.setup()
    await web.SockSite(started, listening).start()
    try:
        yield Running(url=url, app=app, house=app[HOUSE], clock=clock, folder=folder, config=config)
    finally:
        await started.cleanup()
