"""The providers of `ronde bench notices`, as a process: real HTTP and SMTP that keep nothing.

`python -m server.bench.notices_doors SHIFT LATENCY`: the seconds its clock is ahead, and those
it takes to answer a text. Says where it listens in one line of JSON; ends with its input.
"""

import asyncio
import json
import secrets
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvloop
from typing_extensions import override

from server.clock import system_clock
from server.sink import Letter, ShortMessage, Sink, listening


@dataclass(slots=True, kw_only=True)
class Doors(Sink):
    """Takes mails and texts, and forgets them: what it costs is not to be measured."""

    latency: float

    @override
    async def take_letter(self, letter: Letter) -> None:
        return

    @override
    async def take_text(self, text: ShortMessage) -> None:
        await asyncio.sleep(self.latency)


async def main(shift: float, latency: float) -> None:
    """Listen until the input ends."""
    doors = Doors(
        folder=Path(),
        secret=secrets.token_hex(16),
        clock=lambda: system_clock() + timedelta(seconds=shift),
        latency=latency,
    )
    async with listening(doors):
        said = {"smtp": doors.smtp_url, "sms": doors.sms_url, "secret": doors.secret}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]), float(sys.argv[2])))
