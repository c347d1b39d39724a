"""Runs the server until somebody asks it to stop, or until one of its own parts dies."""

import asyncio
import contextlib
import gc
import importlib
import signal
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from server.app import build, runner
from server.clock import Clock, system_clock
from server.config import Config
from server.logs import configure_logs, logger

_STOPS = (signal.SIGINT, signal.SIGTERM)
# Python's own is 700, 2,000 from 3.14 on: a search after every third request.
_YOUNG_OBJECTS = 20_000


async def serve(config: Config, *, clock: Clock = system_clock) -> None:
    """Serve until a signal comes; then answer what is under way and close the store.

    Raises:
        NewerFile, Damaged, Unavailable, OldSqlite, WrongMasterKey: The store cannot be opened.
        OSError: The address is taken.
    """
    app = await build(config, clock=clock)
    search_seldom()
    await serve_application(app, config)


async def serve_application(app: web.Application, config: Config) -> None:
    """Serve an application that is put together already, as `serve` does.

    Raises:
        OSError: The address is taken.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in _STOPS:
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in loops.
            loop.add_signal_handler(number, stop.set)
    started = runner(app)
    await started.setup()
    try:
        await web.TCPSite(started, config.host, config.port).start()
        logger().info("listening", host=config.host, port=config.port)
        await stop.wait()
    finally:
        await started.cleanup()
        logger().info("stopped")


def run(config: Config) -> int:
    """Run the server in a loop of its own and give the process's exit code."""
    configure_logs(config.log_level)
    try:
        run_in_fast_loop(serve(config))
    except BaseException as error:  # noqa: BLE001 -- the last line of a life, told by type only
        logger().critical("died", cause=error)
        return 1
    return 0


def search_seldom() -> None:
    """Look for lost circles of objects seldom, and never among what lives as long as we do."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


def run_in_fast_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run to completion on uvloop where the platform has it, else on asyncio's own loop."""
    try:
        # Imported here because not every platform has it.
        factory = importlib.import_module("uvloop").new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as loop_runner:
        loop_runner.run(work)
