"""The process that is killed: appends what its standard input asks for, acknowledges on output.

A request is a line `stream mid`, an acknowledgement a line `mid seq`.
"""

import asyncio
import sys
from pathlib import Path

from server.clock import system_clock
from server.storage.sqlite import SqliteEngine
from tests.support.kill.hasty import HastyEngine
from tests.support.kill.ledger import body_of

ENGINES: dict[str, type[SqliteEngine]] = {"sound": SqliteEngine, "hasty": HastyEngine}


async def serve(path: Path, kind: str) -> None:
    engine = await ENGINES[kind].open(path, system_clock)
    requests = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)

    async def append(stream: str, mid: str) -> None:
        answer = await engine.append(stream, mid, body_of(mid))
        sys.stdout.write(f"{mid} {answer.seq}\n")
        sys.stdout.flush()

    sys.stdout.write("ready 0\n")
    sys.stdout.flush()
    async with asyncio.TaskGroup() as appends:
        while line := await requests.readline():
            stream, mid = line.decode().split()
            appends.create_task(append(stream, mid))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
