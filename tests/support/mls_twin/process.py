"""The TypeScript core, run as a process and spoken to in JSON lines."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.mls_actors import NOW
from tests.support.mls_peer.process import Peer
from tests.support.node import NODE, ROOT

PEER = str(Path(__file__).with_name("peer.ts"))


@contextmanager
def running() -> Iterator[Peer]:
    """Run the TypeScript core, its clock stopped, for as long as the block lasts."""
    with subprocess.Popen(
        [NODE, PEER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            peer = Peer(process.stdin, process.stdout)
            peer.ask("stop_clock", seconds=int(NOW.timestamp()))
            yield peer
        finally:
            process.terminate()
