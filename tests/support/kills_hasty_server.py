"""The control of the kill tests: the real server on an engine that acknowledges before it commits.

Started as `server.bench.server` is, with the store, the port and, on standard input, the key.
"""

import asyncio
import base64
import sys
from pathlib import Path

from aiohttp import web

from server.accounts.passwords import Passwords
from server.app import assemble, runner
from server.bench.server import ROOMY
from server.channel_house import CHANNEL_HOUSE
from server.clock import system_clock
from server.config import Config
from server.house import furnish
from server.logs import configure_logs
from server.storage.keys import Keyring
from tests.support.kill.hasty import HastyEngine


async def serve(store: Path, key: bytes, port: int) -> None:
    engine = await HastyEngine.open(store, system_clock)
    house = furnish(
        engine,
        await Keyring.open(engine, key),
        clock=system_clock,
        zone="Europe/Paris",
        passwords=Passwords(),
    )
    url = f"http://127.0.0.1:{port}"
    app = assemble(Config(store=str(store), master_key=key, port=port, public_url=url), house)
    app[CHANNEL_HOUSE].sockets.limit(ROOMY)
    started = runner(app)
    await started.setup()
    await web.TCPSite(started, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    configure_logs("error")
    master_key = base64.b64decode(sys.stdin.readline())
    asyncio.run(serve(Path(sys.argv[1]), master_key, int(sys.argv[2])))
