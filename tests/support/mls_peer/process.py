"""Another MLS implementation (ts-mls), run as a process and spoken to in JSON lines."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import IO, Any

from tests.support.node import NODE, PACKAGES

HERE = Path(__file__).parent


Answer = dict[str, Any]


class PeerMissing(Exception):
    """The peer cannot run here; the text says why."""


class PeerRefused(Exception):
    """The peer would not do what it was asked; the text is its own."""


class Peer:
    """One process that holds any number of ts-mls clients, told apart by name."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers
        self._numbers = count(1)

    def ask(self, op: str, **given: object) -> Answer:
        """Have one operation done and return its answer.

        Raises:
            PeerRefused: The library raised; its message is the text.
        """
        number = next(self._numbers)
        values = {key: _as_text(value) for key, value in given.items()}
        self._requests.write(json.dumps({"id": number, "op": op, **values}) + "\n")
        self._requests.flush()
        answer: Answer = json.loads(self._answers.readline())
        assert answer["id"] == number, "the peer answered another question"
        if not answer["ok"]:
            raise PeerRefused(answer["error"])
        return answer


def install(folder: Path) -> Path:
    """Put the peer into a folder beside the locked packages of the browser client.

    Raises:
        PeerMissing: The packages are not installed.
    """
    if not (PACKAGES / "ts-mls").is_dir():
        raise PeerMissing("python3 ronde.py test installs ts-mls")
    shutil.copy(HERE / "peer.mjs", folder / "peer.mjs")
    (folder / "node_modules").symlink_to(PACKAGES)
    return folder


@contextmanager
def running(folder: Path, *, now: datetime) -> Iterator[Peer]:
    """Run an installed peer, its clock stopped, for as long as the block lasts."""
    with subprocess.Popen(
        [NODE, "peer.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            peer = Peer(process.stdin, process.stdout)
            peer.ask("stop_clock", seconds=int(now.timestamp()))
            yield peer
        finally:
            process.terminate()


def unpacked(answer: Answer, name: str) -> bytes:
    """Return the bytes that an answer carries under a name."""
    return base64.b64decode(answer[name], validate=True)


def _as_text(value: object) -> object:
    """Write bytes in base64, in lists too."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return [_as_text(each) for each in value] if isinstance(value, list) else value
