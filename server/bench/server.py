"""The server as `ronde serve` runs it, with room for a load.

Sixty events in ten seconds are enough for a person and nothing for a bench.
"""

import asyncio
import base64
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from server.app import build, runner
from server.channel_house import CHANNEL_HOUSE
from server.config import Config
from server.live.connection import Limits
from server.logs import configure_logs

ROOMY = Limits(events=100_000, sockets=10_000, handshakes_per_second=10_000)


async def serve(config: Config) -> None:
    """Serve until the process is ended."""
    app = await build(config)
    app[CHANNEL_HOUSE].sockets.limit(ROOMY)
    started = runner(app)
    await started.setup()
    await web.TCPSite(started, config.host, config.port).start()
    await asyncio.Event().wait()


def main(store: Path, key: str, port: int) -> None:
    """Serve one store on one port of this machine."""
    configure_logs("error")
    uvloop.run(
        serve(
            Config(
                store=str(store),
                master_key=base64.b64decode(key),
                port=port,
                public_url=f"http://127.0.0.1:{port}",
            )
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin.readline(), int(sys.argv[2]))
