"""Engines for tests: SQLite in a temporary folder, MongoDB's protocol over a real socket."""

import contextlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pymongo import MongoClient

_STARTS_WITHIN_S = 60.0


class TickingClock:
    """A clock that tells a later instant every time it is asked."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=7)
        return self._now


class Secantus:
    """A process of SecantusDB, which speaks MongoDB's protocol, on a port of its own."""

    def __init__(self, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        self._arguments = arguments
        self.address = f"mongodb://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Start it and wait until it listens."""
        program = Path(sys.executable).with_name("secantusd-py")
        self._process = subprocess.Popen(
            [program, "--port", str(self._port), "--log-level", "ERROR", *self._arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(self._port, self._process)

    def kill(self) -> None:
        """Kill it: a graceful stop takes two seconds, and nothing in it is worth them."""
        self._process.kill()
        self._process.wait()


@contextlib.contextmanager
def secantus(*arguments: str) -> Iterator[Secantus]:
    """Run SecantusDB for a while."""
    server = Secantus(*arguments)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError("SecantusDB does not start") from None
            time.sleep(0.05)
        else:
            return


@contextlib.contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Name a database of one's own on a server.

    Afterwards it is dropped, with all whose names begin like its own.
    """
    name = "t_" + secrets.token_hex(6)
    yield name
    with MongoClient[dict[str, object]](server) as client:
        for found in client.list_database_names():
            if found.startswith(name):
                client.drop_database(found)


def database_address(server: str, name: str) -> str:
    """Give the address of a database on a server.

    The driver's second monitoring connection is left out: cancelled while it connects, as
    a short test does, PyMongo leaks its socket.
    """
    parts = urlsplit(server)
    options = "&".join(filter(None, (parts.query, "serverMonitoringMode=poll")))
    return parts._replace(path="/" + name, query=options).geturl()
