"""The server of `ronde chaos --notices`: the whole application, on a clock that runs fast.

What it is to be comes on standard input as one line of JSON. Each `start` that follows forks
a server, each `kill` ends it as nothing can be prepared for (SIGKILL): what every life would
load anew is loaded once, so that a hundred lives fit into minutes. A fork is made before any
loop or thread is there, so each is a process like any other. POSIX only.
"""

import asyncio
import os
import signal
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
    """Read the orders, then start and kill as told until the input ends."""
    configure_logs("error")
    orders = msgspec.json.decode(sys.stdin.readline(), type=Orders)
    child = 0
    for line in sys.stdin:
        if line.strip() == "start":
            child = _forked(orders)
            answer = "started"
        else:
            answer = "killed" if _kill(child) else "died"
            child = 0
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
    if child:
        _kill(child)


def _forked(orders: Orders) -> int:
    child = os.fork()
    if child == 0:
        try:
            uvloop.run(serve(orders))
        except BaseException as error:  # noqa: BLE001 - the journal is all that is left to say it
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(1)
    return child


def _kill(child: int) -> bool:
    """End a server; False if it had died by itself."""
    ended, _ = os.waitpid(child, os.WNOHANG)
    if ended:
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


if __name__ == "__main__":
    main()
