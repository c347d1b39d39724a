"""The demonstration's processes: the server on story time, and the letter box for families."""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 20
AGAIN_SECONDS = 0.5
LOGS = "journal.jsonl"
DOORS = "letter-box.json"


class NotStarted(Exception):
    """A process of the demonstration did not come up; its output is in the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A folder with everything in it, and where its processes listen."""

    folder: Path
    url: str
    environment: Mapping[str, str] = field(repr=False)

    @property
    def store(self) -> str:
        """Where the server keeps things: a file, or a database's address."""
        return self.environment["RONDE_STORE"]

    @property
    def port(self) -> int:
        """Where the server listens."""
        return int(self.environment["RONDE_PORT"])

    @property
    def lasting(self) -> dict[str, str]:
        """Tell the settings that its database needs to be opened again, wherever it lies then."""
        elsewhere = {"RONDE_STORE": self.store} if "://" in self.store else {}
        return {"RONDE_MASTER_KEY": self.environment["RONDE_MASTER_KEY"], **elsewhere}


@asynccontextmanager
async def world(
    folder: Path,
    *,
    port: int = 0,
    store: str | None = None,
    kept: Mapping[str, str] | None = None,
) -> AsyncIterator[World]:
    """Start the letter box, then the server; both end with the block, by their ids.

    A server that dies meanwhile is started again, as a service would be. A port that is taken
    gives way to a free one. What was `kept` of a former world's settings
    stays as it was.
    """
    secret = secrets.token_urlsafe(24)
    (folder / DOORS).unlink(missing_ok=True)
    async with _process("server.demonstration.letter_box", folder, {"RONDE_SMS_KEY": secret}):
        doors = await _doors(folder)
        settings = _settings(
            secret=secret,
            doors=doors,
            port=open_port(port),
            store=store or str(folder / "ronde.sqlite3"),
        )
        settings |= kept or {}
        made = World(folder=folder, url=settings["RONDE_PUBLIC_URL"], environment=settings)
        async with _kept_up("server.demonstration.house", folder, made.environment):
            await _answers(made.url)
            yield made


async def command(here: World, *arguments: str) -> str:
    """Run a `ronde` command as its own process and return what it printed.

    Raises:
        NotStarted: It failed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        *arguments,
        cwd=ROOT,
        env={**_inherited(), **here.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await process.communicate()
    if process.returncode != 0:
        raise NotStarted(complaints.decode("utf-8", "replace").strip())
    return output.decode("utf-8")


def _settings(*, secret: str, doors: Mapping[str, str], port: int, store: str) -> dict[str, str]:
    return {
        "RONDE_STORE": store,
        "RONDE_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
        "RONDE_PORT": str(port),
        # By this name browsers trust plain http: passkeys and the worker need that.
        "RONDE_PUBLIC_URL": f"http://localhost:{port}",
        "RONDE_SMTP_URL": doors["smtp"],
        "RONDE_MAIL_FROM": "rendez-vous@ronde.example",
        "RONDE_SMS_URL": doors["sms"],
        "RONDE_SMS_KEY": secret,
        "RONDE_SMS_KEY_HOURS": "24",
        # Weeks pass in seconds: nobody waits for a turn by the clock on the wall.
        "RONDE_SMS_RATE": "1000",
        "RONDE_PHONE": "04 65 71 00 00",
    }


@asynccontextmanager
async def _process(
    module: str, folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module of ours with its output in the folder; ask it to stop, then insist."""
    with (folder / LOGS).open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            str(folder),
            cwd=ROOT,
            env={**_inherited(), **environment},
            stdout=log,
            stderr=log,
            # Ctrl-C is for the demonstration, which then stops its processes in order.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def _kept_up(
    module: str, folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[None]:
    """Run a module of ours during the block, anew each time it dies."""

    async def keep() -> None:
        while True:
            async with _process(module, folder, environment) as process:
                await process.wait()
            await asyncio.sleep(AGAIN_SECONDS)

    keeper = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


async def _doors(folder: Path) -> dict[str, str]:
    """Wait until the letter box has written where it listens.

    Raises:
        NotStarted: It never did.
    """
    file = folder / DOORS
    for _ in range(START_SECONDS * 20):
        if file.exists():
            doors: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
            return doors
        await asyncio.sleep(0.05)
    raise NotStarted("la boîte aux lettres")


async def _answers(url: str) -> None:
    """Wait until the server serves.

    Raises:
        NotStarted: It never did.
    """
    async with aiohttp.ClientSession() as http:
        for _ in range(START_SECONDS * 20):
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{url}/readyz") as response:
                    if response.ok:
                        return
            await asyncio.sleep(0.05)
    raise NotStarted("le serveur")


def open_port(wanted: int) -> int:
    """Return a port that nobody listens at: the wanted one, or any if that is taken or 0."""
    with socket.socket() as probe:
        # Connections of a server that has just ended still hold its port for a while.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _inherited() -> dict[str, str]:
    """Hand our surroundings on, without settings of another Ronde."""
    return {name: text for name, text in os.environ.items() if not name.startswith("RONDE_")}  # noqa: TID251 -- handed to our own processes, not read
