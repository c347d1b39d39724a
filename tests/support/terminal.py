"""Somebody at a terminal with `ronde client`, on a real server and the test's clock."""

import asyncio
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from click.testing import CliRunner, Result

from server.client.command import client
from server.client.desk import Surroundings
from tests.support.journey import CHEAP, PASSPHRASE

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 30.0
_ID = re.compile(r"\b[a-z2-7]{26}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """One person's device file and passphrase."""

    path: Path
    clock: Callable[[], datetime]
    server: str | None = None

    async def run(self, *words: str, typed: str = "", code: int = 0) -> str:
        """Run a command, insist on its exit code and return all that it printed."""
        result = await self.try_(*words, typed=typed)
        assert result.exit_code == code, (words, result.output)
        # The server lives in this process too, and its log lands on the same terminal.
        lines = result.output.splitlines(keepends=True)
        return "".join(line for line in lines if "[info " not in line)

    async def try_(self, *words: str, typed: str = "") -> Result:
        """Run a command; whoever runs it looks at the exit code."""
        passphrase = self.path.with_suffix(".phrase")
        passphrase.parent.mkdir(exist_ok=True)
        passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
        options = ["--file", str(self.path), "--passphrase-file", str(passphrase)]
        if self.server is not None:
            options += ["--server", self.server]
        around = Surroundings(clock=self.clock, cost=CHEAP)
        return await asyncio.to_thread(
            CliRunner().invoke,
            client,
            [*options, *words],
            input=typed,
            obj=around,
            catch_exceptions=False,
        )


@dataclass(slots=True, kw_only=True)
class Keyboard:
    """A command on a pseudo-terminal, whose questions are answered as they come."""

    terminal: int
    shown: str = ""

    def wait_for(self, words: str) -> str:
        """Wait until words are on the screen; return all that is on it."""
        while words not in self.shown:
            ready, _, _ = select.select([self.terminal], [], [], _PATIENCE_S)
            assert ready, self.shown
            try:
                more = os.read(self.terminal, 4096)
            except OSError:
                more = b""
            assert more, self.shown
            self.shown += more.decode()
        return self.shown

    def answer(self, question: str, line: str) -> None:
        """Type a line once the question stands there."""
        self.wait_for(question)
        self.shown = ""
        os.write(self.terminal, line.encode() + b"\n")


@contextmanager
def keyboard(*words: str) -> Iterator[Keyboard]:
    """Run `ronde client` on a terminal, and insist that it ends well."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "server", "client", *words]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={"PYTHONUTF8": "1"},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield Keyboard(terminal=ours)
            assert process.wait(_PATIENCE_S) == 0
        finally:
            process.kill()
            os.close(ours)


def ids(output: str) -> list[str]:
    """Find the ids in what was printed, in order."""
    return _ID.findall(output)


def numbers(output: str) -> list[str]:
    """Find groups of five digits: safety numbers and circle codes."""
    return re.findall(r"\b\d{5}\b", output)
