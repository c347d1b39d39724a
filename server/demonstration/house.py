"""The server of the demonstration: the real one, on the story's clock.

Two numbers differ from the product's, no path does: passwords are hashed at a small cost,
because weeks of signing in pass in seconds, and while the story is in the past the outbox is
looked at many times a second, because its days are short.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import argon2
from aiohttp import web

from server.accounts.passwords import Passwords
from server.app import assemble
from server.config import Config
from server.demonstration.clock import StoryClock
from server.house import House, furnish
from server.logs import configure_logs
from server.notices import open_worker
from server.serve import run_in_fast_loop, serve_application
from server.storage.keys import Keyring
from server.storage.opening import open_engine

SMALL_COST = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
HURRY_SECONDS = 0.03


def main(folder: Path) -> None:
    """Serve until SIGTERM."""
    configure_logs("info")
    config = Config.from_environ(os.environ)  # noqa: TID251 -- a process of its own
    run_in_fast_loop(_serve(config, StoryClock(file=folder / "clock")))


async def _serve(config: Config, clock: StoryClock) -> None:
    engine = await open_engine(config.store, clock)
    try:
        keyring = await Keyring.open(engine, config.master_key)
        passwords = Passwords(hasher=SMALL_COST)
        house = furnish(engine, keyring, clock=clock, zone=config.zone, passwords=passwords)
        app = assemble(config, house)
    except BaseException:
        await engine.close()
        raise
    app.cleanup_ctx.append(_hurry(config, house, clock))
    await serve_application(app, config)


def _hurry(
    config: Config, house: House, clock: StoryClock
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Tell families without delay as long as the story is in the past."""

    async def tell() -> None:
        async with open_worker(config, house) as worker:
            while clock.skipped < timedelta():
                await worker.run_once()
                await asyncio.sleep(HURRY_SECONDS)

    async def context(_app: web.Application) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(tell())
            yield
            running.cancel()

    return context


if __name__ == "__main__":
    main(Path(sys.argv[1]))
