"""One record goes bad on the disk while the server runs: it is named, and nothing else stops."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from crypto.ids import ChannelId
from server import app, sockets
from server.accounts.accounts import digest_of
from server.channel_house import CHANNEL_HOUSE
from tests.support.channel_server import serving
from tests.support.server import Running
from tests.support.talkers import Circle, Talker, circle_of, talking

SOON = 0.05


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """A server that looks after its sessions all the time."""
    monkeypatch.setattr(app, "TIDY_SECONDS", SOON)
    monkeypatch.setattr(sockets, "SWEEP_SECONDS", SOON)
    async with serving(tmp_path) as started:
        yield started


@pytest.fixture
async def circle(server: Running) -> AsyncIterator[Circle]:
    async with circle_of(server, 3) as made:
        yield made


def spoil(server: Running, table: str, where: str, *values: str) -> None:
    """Flip one bit of a body behind the server's back."""
    connection = apsw.Connection(str(server.folder / "ronde.sqlite3"))
    found = connection.execute(f"SELECT n, body FROM {table} WHERE {where}", values).fetchall()  # noqa: S608 -- constants
    for number, body in found:
        assert isinstance(body, bytes)
        middle = len(body) // 2
        spoilt = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        connection.execute(f"UPDATE {table} SET body=? WHERE n=?", (spoilt, number))  # noqa: S608 -- constants
    connection.close()
    assert len(found) == 1


def session_of(talker: Talker) -> tuple[str, str]:
    return "kind='session' AND id IN (SELECT id FROM label WHERE key=?)", (
        f"professional:{talker.member.device.professional}"
    )


async def test_a_damaged_session_ends_its_own_socket_and_nobody_else_s(
    server: Running, circle: Circle
) -> None:
    ana, ben, _ = await talking(circle)
    async with ana.socket() as hers, ben.socket() as his:
        assert "heads" in await hers.ask("watch", {"channels": [ana.channel]})
        spoil(server, "doc", *session_of(ben))

        ended, said = await his.ended(), await ana.say()
        told = await hers.until(1)
        refused = await ben.ask("GET", "/session")

    assert (ended, said.status, told[0]["seq"]) == (True, 201, said.body["seq"])
    assert (refused.status, refused.body["code"]) == (500, "damaged")
    assert "digest" not in str(refused.body)


async def test_a_damaged_session_that_is_over_keeps_no_other_from_being_forgotten(
    server: Running, circle: Circle
) -> None:
    ana, ben, cleo = await talking(circle)
    spoil(server, "doc", *session_of(ben))
    server.clock.move(hours=31 * 24)  # The last session of a device is remembered for a month.

    async with asyncio.timeout(30):
        while await kept(server, ana) or await kept(server, cleo):  # noqa: ASYNC110 -- another task's doing
            await asyncio.sleep(SOON)

    assert (await ana.ask("GET", "/session")).status == 401


async def kept(server: Running, talker: Talker) -> bool:
    session = digest_of(talker.member.token)
    return await server.house.engine.get("session", session) is not None


async def test_a_damaged_entry_is_named_and_silences_no_other_channel(
    server: Running, circle: Circle
) -> None:
    ana, ben, _ = await talking(circle)
    bad, feed = ben.channel, server.app[CHANNEL_HOUSE].sockets.feed
    assert (await ana.open_channel()).status == 201
    good = ana.channel
    async with ben.socket() as his, ana.socket() as hers:
        await his.ask("watch", {"channels": [bad]})
        await hers.ask("watch", {"channels": [good]})
        await server.house.engine.append(bad, "elsewhere:x", b"\x00" * 40, epoch=1)
        spoil(server, "log", "stream=? AND seq=3", bad)
        feed.moved(ChannelId(bad), 3)

        read, said = await ben.read(), await ana.say()
        told = await hers.until(1)

    assert (read.status, read.body["code"]) == (500, "damaged")
    assert (said.status, told[0]["channel"]) == (201, good)


async def test_a_damaged_circle_keeps_nobody_else_from_admitting_and_lets_nobody_listen(
    server: Running, circle: Circle
) -> None:
    _, ben, _ = await talking(circle)
    async with circle_of(server, 2) as other:
        cora, dan = await talking(other)
        async with ben.socket() as his, dan.socket() as theirs:
            await his.ask("watch", {"channels": [ben.channel]})
            await theirs.ask("watch", {"channels": [dan.channel]})
            spoil(server, "doc", "kind='circle' AND id=?", circle.id)

            await other.server.house.changes.announce()
            cut, said = await his.ended(), await cora.say()
            told = await theirs.until(1)

    refused = await ben.say()
    assert (cut, said.status, told[0]["seq"]) == (True, 201, said.body["seq"])
    assert (refused.status, refused.body["code"]) == (500, "damaged")
