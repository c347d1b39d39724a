"""The real server as a process of its own, which a test may kill at any moment."""

import asyncio
import base64
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

KEY = base64.b64encode(bytes(range(32))).decode()
ROOT = Path(__file__).parents[2]
_STARTS_WITHIN_S = 60.0
_LOOKS_EVERY_S = 0.03


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass(slots=True, kw_only=True)
class ServerProcess:
    """`ronde serve` on a store in a folder, always on the same port."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it serves."""
        self._process = await self._run("serve")
        async with asyncio.timeout(_STARTS_WITHIN_S), aiohttp.ClientSession() as http:
            while not await self._is_ready(http):
                assert self._process.returncode is None
                await asyncio.sleep(_LOOKS_EVERY_S)

    async def kill(self) -> None:
        """End it without a word of warning."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def first_invitation(self) -> str:
        """Make the coordinator at the command line and return her invitation."""
        words = ("--email", "ana@ronde.example", "--role", "coordinator")
        adding = await self._run(
            "user", "add", "--family-name", "Dubreuil", "--given-name", "Ana", *words
        )
        told, _ = await adding.communicate()
        return told.decode().splitlines()[1].split()[-1]

    async def _run(self, *words: str) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            *words,
            env={
                "RONDE_MASTER_KEY": KEY,
                "RONDE_STORE": str(self.folder / "ronde.sqlite3"),
                "RONDE_PORT": str(self.port),
                "RONDE_PUBLIC_URL": self.url,
                "RONDE_LOG_LEVEL": "error",
            },
            stdout=PIPE if words[0] == "user" else DEVNULL,
            stderr=DEVNULL,
            cwd=ROOT,
        )

    async def _is_ready(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.url}/readyz") as response:
                return response.ok
        except aiohttp.ClientError:
            return False
