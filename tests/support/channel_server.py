"""The real application with a say in what sockets may do."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from server.app import build, runner
from server.channel_house import CHANNEL_HOUSE
from server.config import Config
from server.live.connection import Limits
from server.logs import configure_logs
from server.services import HOUSE
from tests.support.clock import StandingClock
from tests.support.server import MASTER_KEY, Running


@asynccontextmanager
async def serving(folder: Path, *, limits: Limits | None = None) -> AsyncIterator[Running]:
    configure_logs("error")
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    clock = StandingClock()
    config = Config(
        store=str(folder / "ronde.sqlite3"),
        master_key=MASTER_KEY,
        public_url=url,
        phone="0536490000",
    )
    app = await build(config, clock=clock)
    if limits is not None:
        app[CHANNEL_HOUSE].sockets.limit(limits)
    started = runner(app)
    await started.setup()
    await web.SockSite(started, listening).start()
    try:
        yield Running(url=url, app=app, house=app[HOUSE], clock=clock, folder=folder, config=config)
    finally:
        await started.cleanup()
