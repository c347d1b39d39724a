"""The command line as whoever types it: a process of its own, with settings of its own."""

import asyncio
import base64
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

KEY = base64.b64encode(bytes(range(32))).decode()


async def ronde(folder: Path, *words: str, **settings: str) -> tuple[int, str, str]:
    started = await start(folder, *words, **settings)
    out, err = await asyncio.wait_for(started.communicate(), 60)
    return started.returncode or 0, out.decode(), err.decode()


async def start(folder: Path, *words: str, **settings: str) -> Process:
    known = {"RONDE_MASTER_KEY": KEY, "RONDE_STORE": str(folder / "ronde.sqlite3")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", *words,
        env=known | settings, stdout=PIPE, stderr=PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
