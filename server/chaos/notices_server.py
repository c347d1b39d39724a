"""The server of `ronde chaos --notices`: the whole application, on a clock that runs fast.

What it is to be comes on standard input as one line of JSON. It runs until it is killed.
"""

import asyncio
import sys
from datetime import timedelta

import msgspec
import uvloop
from aiohttp import web

from server.app import build, runner
from server.chaos.notices_clock import FastClock, Hands
from server.config import Config
from server.logs import configure_logs


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """Settings, the clock, and by how many seconds this process has it wrong."""

    environ: dict[str, str]
    hands: Hands
    skew: float


async def serve(orders: Orders) -> None:
    """Serve until the process is ended."""
    config = Config.from_environ(orders.environ)
    clock = FastClock(hands=orders.hands, skew=timedelta(seconds=orders.skew))
    started = runner(await build(config, clock=clock))
    await started.setup()
    await web.TCPSite(started, config.host, config.port).start()
    await asyncio.Event().wait()


def main() -> None:
    """Read the orders and obey."""
    configure_logs("error")
    uvloop.run(serve(msgspec.json.decode(sys.stdin.readline(), type=Orders)))


if __name__ == "__main__":
    main()
