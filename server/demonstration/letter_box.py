"""The family's letter box, as a process: takes e-mails and SMS, delivers none."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from server.demonstration.clock import StoryClock
from server.demonstration.processes import DOORS
from server.sink import Sink, listening


async def main(folder: Path) -> None:
    """Listen until SIGTERM; say where in a file."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    secret = os.environ["RONDE_SMS_KEY"]  # noqa: TID251 -- a process of its own
    sink = Sink(folder=folder, secret=secret, clock=StoryClock(file=folder / "clock"))
    async with listening(sink):
        doors = {"smtp": sink.smtp_url, "sms": sink.sms_url}
        beside = folder / "letter-box.new"
        await asyncio.to_thread(beside.write_text, json.dumps(doors), "utf-8")
        beside.rename(folder / DOORS)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
