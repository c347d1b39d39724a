"""How fast the embedded engine is on this machine: the figures `ronde bench` prints."""

import asyncio
import statistics
import time
from pathlib import Path

from server.clock import system_clock
from server.storage.engine import Engine
from server.storage.sqlite import SqliteEngine

_BODY = bytes(range(256)) * 2 + bytes(88)
_STREAMS = 200
_ALONE = 1_500
_TOGETHER = 20_000
_IN_FLIGHT = 64
_PAGES = 400


async def store_figures(path: Path) -> dict[str, float]:
    """Measure durable appends of 600 bytes and pages of 50, in a new file at `path`.

    Gives `store.alone_per_s`, `store.inflight64_per_s` and `page.p50_ms`.
    """
    engine = await SqliteEngine.open(path, system_clock)
    try:
        alone = await _appends(engine, _ALONE, 1)
        together = await _appends(engine, _TOGETHER, _IN_FLIGHT)
        page = await _page(engine)
    finally:
        await engine.close()
    return {
        "store.alone_per_s": alone,
        "store.inflight64_per_s": together,
        "page.p50_ms": page,
    }


async def _appends(engine: Engine, count: int, in_flight: int) -> float:
    """Append from several tasks at once; gives appends per second."""
    numbers = iter(range(count))

    async def sender() -> None:
        for number in numbers:
            await engine.append(f"stream-{number % _STREAMS}", f"{in_flight}:{number:026}", _BODY)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as senders:
        for _ in range(in_flight):
            senders.create_task(sender())
    return count / (time.perf_counter() - began)


async def _page(engine: Engine) -> float:
    """Read pages of 50 entries one after the other; gives the median in milliseconds."""
    lasted = []
    for number in range(_PAGES):
        began = time.perf_counter()
        await engine.read(f"stream-{number % _STREAMS}", after=number % 40, limit=50)
        lasted.append(time.perf_counter() - began)
    return statistics.median(lasted) * 1000
