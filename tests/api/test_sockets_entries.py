"""How entries are appended, acknowledged, pushed and caught up with over sockets."""

# python-socketio ships no types.
# mypy: allow-untyped-calls
import asyncio
import os

import msgspec
import socketio

from crypto.ids import new_id
from server.storage.opening import open_engine
from tests.support import channel_scene
from tests.support.channel_scene import append, listen
from tests.support.talkers import Talker, b64

server = channel_scene.server
circle = channel_scene.circle
talkers = channel_scene.talkers


async def test_an_entry_is_acknowledged_and_reaches_everybody_who_listens(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    form = append(ana)
    async with ana.socket() as mine, ben.socket() as theirs:
        heads = [await listen(ana, mine), await listen(ben, theirs)]

        ack = await mine.ask("append", form)
        (told,), (echo,) = await theirs.until(1), await mine.until(1)

    assert heads == [2, 2]
    assert ack["seq"] == 3
    assert told == echo
    assert (told["id"], told["body"], told["at"]) == (form["id"], form["body"], ack["at"])
    assert (told["sender"], told["seq"], told["epoch"]) == (ana.device, 3, 1)


async def test_the_ack_says_what_the_store_holds_already(talkers: list[Talker]) -> None:
    ana = talkers[0]
    async with ana.socket() as mine:
        ack = await mine.ask("append", append(ana))

        (stored,) = await ana.server.house.engine.read(ana.channel, 2, 1)

    assert (stored.seq, stored.at) == (ack["seq"], ack["at"])


async def test_a_sender_s_ack_comes_before_the_push_of_the_same_entry(
    talkers: list[Talker],
) -> None:
    ana = talkers[0]
    async with ana.socket() as mine:
        await listen(ana, mine)

        seen_at_ack = []
        for count in range(20):
            await mine.ask("append", append(ana))
            seen_at_ack.append(len(mine.items))
            await mine.until(count + 1)

    assert [item["seq"] for item in mine.items] == list(range(3, 23))
    assert seen_at_ack == list(range(20))


async def test_what_is_pushed_comes_in_order_however_many_speak_at_once(
    talkers: list[Talker],
) -> None:
    ana, ben, cleo = talkers
    async with ana.socket() as first, ben.socket() as second, cleo.socket() as listener:
        await listen(cleo, listener)

        numbers = [
            (socket, await socket.start("append", append(talker)))
            for _ in range(25)
            for talker, socket in ((ana, first), (ben, second))
        ]
        acks = [await socket.ack(number) for socket, number in numbers]
        items = await listener.until(50)

    assert [item["seq"] for item in items] == list(range(3, 53))
    assert sorted(ack["seq"] for ack in acks) == list(range(3, 53))


async def test_what_comes_by_http_is_pushed_too(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    async with ben.socket() as theirs:
        await listen(ben, theirs)

        placed = await ana.say()
        (told,) = await theirs.until(1)

    assert told["seq"] == placed.body["seq"]


async def test_the_same_request_again_gets_the_first_answer_and_no_second_push(
    talkers: list[Talker],
) -> None:
    ana = talkers[0]
    form = append(ana)
    async with ana.socket() as mine:
        await listen(ana, mine)

        acks = [await mine.ask("append", form) for _ in range(3)]
        pushed = await mine.quiet()

    assert acks[0] == acks[1] == acks[2]
    assert len(pushed) == 1


async def test_refusals_are_the_same_problem_objects_as_over_http(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    form = append(ana)
    async with ana.socket() as mine:
        await mine.ask("append", form)
        taken = await mine.ask("append", form | {"body": b64(b"something else")})
        await ben.commit()
        stale = await mine.ask("append", append(ana))
        missing = await mine.ask("append", append(ana, channel=new_id()))
        large = await mine.ask("append", append(ana, body=b64(bytes(64 * 1024 + 1))))
        malformed = await mine.ask("append", append(ana, extra=1))
        unknown = await mine.ask("whisper", {})
        over_http = await ana.say()

    assert stale == over_http.body
    assert {key: taken[key] for key in ("status", "code")} == {"status": 409, "code": "id_taken"}
    assert [one["code"] for one in (missing, large, malformed, unknown)] == [
        "not_found",
        "too_large",
        "malformed",
        "malformed",
    ]


async def test_a_client_that_was_away_catches_up_without_a_gap(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    async with ben.socket() as theirs:
        await listen(ben, theirs)
        await ana.say()
        last = (await theirs.until(1))[-1]["seq"]
    for _ in range(30):
        await ana.say()

    async with ben.socket() as theirs:
        head = await listen(ben, theirs)
        await ana.say()
        missed = []
        while last < head:
            page = await theirs.ask("read", {"channel": ben.channel, "since": last, "limit": 12})
            missed += [item["seq"] for item in page["items"]]
            last = missed[-1]
        pushed = [item["seq"] for item in await theirs.until(1)]

    assert [*missed, *pushed] == list(range(4, 35)) or missed[-1] == pushed[0]
    assert missed[:30] == list(range(4, 34))


async def test_the_largest_entry_fits_in_a_frame(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    body = b64(os.urandom(64 * 1024))
    async with ana.socket() as mine, ben.socket() as theirs:
        await listen(ben, theirs)

        ack = await mine.ask("append", append(ana, body=body))
        (told,) = await theirs.until(1)

    assert ack["seq"] == 3
    assert told["body"] == body


async def test_python_socketio_s_own_client_is_served(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    told: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    client = socketio.AsyncClient(reconnection=False)
    client.on("item", told.put)
    await client.connect(ana.server.url, transports=["websocket"], auth={"token": ana.member.token})
    try:
        heads = await client.call("watch", {"channels": [ana.channel]}, timeout=30)
        ack = await client.call("append", append(ana), timeout=30)
        item = await asyncio.wait_for(told.get(), 30)
        await ben.say()
        other = await asyncio.wait_for(told.get(), 30)
    finally:
        await client.disconnect()

    assert heads["heads"] == {ana.channel: 2}
    assert (ack["seq"], item["seq"], other["seq"]) == (3, 3, 4)


async def test_what_another_process_appends_is_pushed_too(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    engine = await open_engine(ana.server.config.store, ana.server.clock)
    async with ben.socket() as theirs:
        await listen(ben, theirs)
        (sealed,) = await engine.read(ana.channel, 1, 1)

        await engine.append(
            ana.channel, f"{ana.device}:{new_id()}", entry_like(sealed.body), epoch=1
        )
        (told,) = await theirs.until(1)
    await engine.close()

    assert (told["seq"], told["sender"]) == (3, ana.device)


def entry_like(commit: bytes) -> bytes:
    """Make a stored entry out of a stored commit: same form, other kind."""
    held = msgspec.msgpack.decode(commit)
    return msgspec.msgpack.encode(held | {"kind": "entry", "epoch": 1, "body": b"sealed"})
