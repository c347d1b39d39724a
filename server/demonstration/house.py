"""The server of the demonstration: the real one, on the story's clock."""

import asyncio
import os
import sys
from pathlib import Path

from server.config import Config
from server.demonstration.clock import StoryClock
from server.logs import configure_logs
from server.serve import serve


def main(folder: Path) -> None:
    """Serve until SIGTERM."""
    configure_logs("info")
    config = Config.from_environ(os.environ)  # noqa: TID251 -- a process of its own
    asyncio.run(serve(config, clock=StoryClock(file=folder / "clock")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
