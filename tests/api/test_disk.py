"""The disk under a running server: full, or the store's file gone. Nothing acknowledged is lost."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.channel_server import serving
from tests.support.talkers import Circle, circle_of, talking

FILE = "ronde.sqlite3"


@pytest.fixture
async def circle(tmp_path: Path) -> AsyncIterator[Circle]:
    async with serving(tmp_path) as server, circle_of(server, 3) as made:
        yield made


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Let no file of this process grow beyond what the store has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in folder.iterdir() if path.is_file())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_on_a_full_disk_writes_are_refused_by_name_and_reading_goes_on(
    circle: Circle,
) -> None:
    ana, ben, _ = await talking(circle)
    async with ben.socket() as socket:
        await socket.ask("watch", {"channels": [ben.channel]})
        with full_disk(circle.server.folder):
            by_http = [await ana.say() for _ in range(5)]
            by_socket = await socket.ask("append", {"channel": ben.channel, **ben.form()})
            read = await ben.read()
        after = await ana.say()
        told = await socket.until(1)

    assert {(one.status, one.code) for one in by_http} == {(503, "unavailable")}
    assert {one.headers["Retry-After"] for one in by_http} == {"1"}
    assert by_socket["code"] == "unavailable"
    assert (read.status, len(read.body["items"])) == (200, 2)
    assert (after.status, after.body["seq"], told[0]["seq"]) == (201, 3, 3)


@pytest.mark.parametrize("replaced", [False, True])
async def test_nothing_is_acknowledged_into_a_file_that_is_gone(
    circle: Circle, *, replaced: bool
) -> None:
    ana, *_ = await talking(circle)
    folder, form = circle.server.folder, ana.form()
    (folder / FILE).rename(folder / "aside")
    if replaced:
        (folder / FILE).write_bytes(b"")

    refused = await ana.say(form)
    (folder / "aside").replace(folder / FILE)
    again = await ana.say(form)

    assert (refused.status, refused.code) == (503, "unavailable")
    assert (again.status, again.body["seq"]) == (201, 3)
    assert await circle.server.house.engine.check() == []
