"""Writes under load to processes that are killed at random, and audits after every kill."""

import asyncio
import contextlib
import itertools
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from server.clock import system_clock
from server.storage.engine import Dumped
from server.storage.sqlite import SqliteEngine
from tests.support.kill.ledger import Acknowledged, Verdict, audit

_ROOT = Path(__file__).resolve().parents[3]
_CLIENTS = 24
_STREAMS = 6


@dataclass(slots=True)
class Child:
    """One process and the requests it has not answered."""

    process: asyncio.subprocess.Process
    waiting: dict[str, "asyncio.Future[int]"] = field(default_factory=dict)

    async def append(self, stream: str, mid: str) -> int:
        """Ask for an append; raises ConnectionError if the process is gone."""
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.waiting[mid] = future
        assert self.process.stdin is not None
        self.process.stdin.write(f"{stream} {mid}\n".encode())
        return await future

    async def listen(self) -> None:
        """Hand on acknowledgements until the process is gone."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            mid, seq = line.decode().split()
            future = self.waiting.pop(mid)
            # At the end of the test the clients have gone already.
            if not future.done():
                future.set_result(int(seq))
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionError())

    async def kill(self) -> None:
        """Kill it as nothing can be prepared for."""
        self.process.kill()
        await self.process.wait()


class Harness:
    """Keeps `processes` children on one file under load while they are killed."""

    def __init__(self, path: Path, *, kind: str, processes: int, seed: int) -> None:
        self._path = path
        self._kind = kind
        self._processes = processes
        self._chance = random.Random(seed)
        self._numbers = itertools.count()
        self.ledger: dict[str, Acknowledged] = {}
        self.repeated = 0

    async def run(self, kills: int) -> list[Verdict]:
        """Kill that often; gives the verdict of each audit."""
        verdicts = []
        async with contextlib.AsyncExitStack() as stack:
            children = [await self._start(stack) for _ in range(self._processes)]
            clients = [
                asyncio.create_task(self._client(children, n % self._processes))
                for n in range(_CLIENTS)
            ]
            for _ in range(kills):
                await asyncio.sleep(self._chance.uniform(0.02, 0.35))
                victim = self._chance.randrange(self._processes)
                await children[victim].kill()
                verdicts.append(await self._audit())
                children[victim] = await self._start(stack)
            for client in clients:
                client.cancel()
            await asyncio.wait(clients)
        assert all(client.cancelled() for client in clients)
        return verdicts

    async def _start(self, stack: contextlib.AsyncExitStack) -> Child:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.kill.child", str(self._path), self._kind),
            cwd=_ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        child = Child(process)
        ready = child.waiting["ready"] = asyncio.get_running_loop().create_future()
        listening = asyncio.create_task(child.listen())
        stack.push_async_callback(self._stop, child, listening)
        await ready
        return child

    async def _stop(self, child: Child, listening: "asyncio.Task[None]") -> None:
        if child.process.returncode is None:
            await child.kill()
        await listening
        assert child.process.stdin is not None
        child.process.stdin.close()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await child.process.stdin.wait_closed()

    async def _client(self, children: list[Child], which: int) -> None:
        """Send one entry after the other, each until it is acknowledged."""
        while True:
            number = next(self._numbers)
            stream, mid = f"s{number % _STREAMS}", f"m{number}"
            seq = await self._send(children, which, stream, mid)
            self.ledger[mid] = Acknowledged(stream, seq)

    async def _send(self, children: list[Child], which: int, stream: str, mid: str) -> int:
        while True:
            try:
                return await children[which].append(stream, mid)
            except ConnectionError:
                self.repeated += 1
                await self._restarted(children, which)

    async def _restarted(self, children: list[Child], which: int) -> None:
        gone = children[which]
        while children[which] is gone:  # noqa: ASYNC110 - a test's harness may look now and then
            await asyncio.sleep(0.005)

    async def _audit(self) -> Verdict:
        """Look at the file as it is now; what was acknowledged before must be there."""
        known = dict(self.ledger)
        engine = await SqliteEngine.open(self._path, system_clock)
        try:
            stored = [item async for item in engine.dump() if isinstance(item, Dumped)]
            assert await engine.check() == []
        finally:
            await engine.close()
        return audit(known, stored)
