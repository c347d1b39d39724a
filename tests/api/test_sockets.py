# python-socketio ships no types.
# mypy: allow-untyped-calls
import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
import socketio

from crypto.ids import new_id
from server.channel_house import CHANNEL_HOUSE
from server.live.connection import Limits
from server.live.engineio_fast import MAX_FRAME
from server.storage.opening import open_engine
from tests.support.channel_server import serving
from tests.support.server import Running
from tests.support.talkers import (
    Circle,
    Socket,
    Talker,
    b64,
    circle_of,
    outsider,
    raw_socket,
    talking,
)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path) as started:
        yield started


@pytest.fixture
async def circle(server: Running) -> AsyncIterator[Circle]:
    async with circle_of(server, 3) as made:
        yield made


@pytest.fixture
async def talkers(circle: Circle) -> list[Talker]:
    return await talking(circle)


def append(talker: Talker, **change: object) -> dict[str, object]:
    return {"channel": talker.channel, **talker.form(), **change}


async def listen(talker: Talker, socket: Socket) -> int:
    heads = (await socket.ask("watch", {"channels": [talker.channel]}))["heads"]
    head: int = heads[talker.channel]
    return head


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


async def test_nobody_signs_in_without_a_session(server: Running) -> None:
    async with (
        aiohttp.ClientSession() as http,
        raw_socket(server, http, "nobody") as bearer,
        raw_socket(server, http, None) as nothing,
        raw_socket(server, http, None) as wrong,
    ):
        refused = [
            await bearer.handshake(),
            await nothing.handshake(),
            await wrong.handshake({"token": 7}),
        ]
        told = bearer.acks[0]

    assert refused == ["44", "44", "44"]
    assert told["data"]["code"] == "not_signed_in"


async def test_a_token_may_come_in_the_handshake_s_auth(talkers: list[Talker]) -> None:
    ana = talkers[0]
    async with raw_socket(ana.server, ana.http, None) as mine:
        answer = await mine.handshake({"token": ana.member.token})

        heads = await mine.ask("watch", {"channels": [ana.channel]})

    assert answer == "40"
    assert heads == {"heads": {ana.channel: 2}}


async def test_a_page_of_another_site_cannot_open_a_socket(talkers: list[Talker]) -> None:
    ana = talkers[0]

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with raw_socket(
            ana.server, ana.http, ana.member.token, headers={"Origin": "https://elsewhere.example"}
        ):
            pass

    assert refused.value.status == 403


async def test_nothing_but_engine_io_4_over_websocket_is_spoken(talkers: list[Talker]) -> None:
    ana = talkers[0]

    answers = []
    for query in ("EIO=4&transport=polling", "EIO=3&transport=websocket", "EIO=4&sid=guess"):
        async with ana.http.get(f"{ana.server.url}/socket.io/?{query}") as answer:
            answers.append((answer.status, (await answer.json(content_type=None))["code"]))

    assert answers == [(400, "malformed")] * 3


async def test_a_stranger_listens_to_nothing(talkers: list[Talker]) -> None:
    ana = talkers[0]
    eve = await outsider(ana.server, ana.http)
    async with eve.socket() as theirs:
        refused = await theirs.ask("watch", {"channels": [ana.channel]})
        unknown = await theirs.ask("watch", {"channels": [new_id()]})
        read = await theirs.ask("read", {"channel": ana.channel})
        await ana.say()
        pushed = await theirs.quiet()

    assert refused == unknown == read
    assert refused["code"] == "not_found"
    assert pushed == []


async def test_a_removed_member_gets_nothing_after_the_removal(
    circle: Circle, talkers: list[Talker]
) -> None:
    ana, ben, cleo = talkers
    async with ben.socket() as theirs, cleo.socket() as removed:
        await listen(ben, theirs)
        await listen(cleo, removed)
        await ana.say()
        await removed.until(1)

        await circle.dismiss(cleo)
        await ana.commit(removes=[2])
        await ana.say()
        told = await theirs.until(3)
        nothing = await removed.quiet()
        refused = [
            await removed.ask("read", {"channel": cleo.channel, "since": 0}),
            await removed.ask("append", append(cleo)),
            await removed.ask("watch", {"channels": [cleo.channel]}),
        ]

    assert [item["seq"] for item in told] == [3, 4, 5]
    assert [item["seq"] for item in nothing] == [3]
    assert {one["code"] for one in refused} == {"not_found"}


async def test_a_revoked_session_s_socket_is_closed_at_once(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    sessions = ana.server.house.sessions
    async with ana.socket() as mine, ben.socket() as theirs:
        await sessions.revoke_all(ana.member.device.professional)

        closed = await mine.ended(within=1)
        other = await theirs.ended(within=0.3)

    assert closed
    assert not other
    async with raw_socket(ana.server, ana.http, ana.member.token) as again:
        assert await again.handshake() == "44"


async def test_a_session_that_another_process_ended_is_noticed_within_five_seconds(
    talkers: list[Talker],
) -> None:
    ana = talkers[0]
    store = ana.server.house.stores.sessions
    async with ana.socket() as mine:
        for session in await store.of(ana.member.device.professional):
            await store.drop(session.id)

        assert await mine.ended(within=5)


async def test_a_removed_device_s_socket_is_closed_and_it_gets_nothing_more(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    async with ben.socket() as theirs:
        await listen(ben, theirs)

        device = ben.member.device
        await ana.server.house.devices.remove(device.professional, device.id)
        closed = await theirs.ended(within=1)
        spoken = await ana.say()

    assert closed
    assert spoken.status == 201
    assert (await ben.read()).status == 401


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "9",
        "x",
        "42",
        "42[",
        '42["append"]',
        '42["append",{},{}]',
        "42{}",
        '42x["append",{}]',
        '42123456789012["append",{}]',
        '42["append",' + "[" * 5000,
        '42["append",{"id":"\ud83d"}]'.encode("utf-8", "surrogatepass"),
        '45["append",{}]',
        '451-["append",{"_placeholder":true,"num":0}]',
        "47",
        "4",
        "2probe",
        b"\x00\x01",
        "42" + "9" * 100 + '["read",{}]',
    ],
)
async def test_a_malformed_frame_ends_its_connection_and_no_other(
    talkers: list[Talker], frame: str | bytes
) -> None:
    ana, ben, _ = talkers
    async with ana.socket() as mine, ben.socket() as theirs:
        await listen(ben, theirs)

        if isinstance(frame, bytes):
            await mine.ws.send_bytes(frame)
        else:
            await mine.ws.send_str(frame)
        ended = await mine.ended(within=2)
        await ana.say()

        assert ended
        assert len(await theirs.until(1)) == 1


async def test_an_oversized_frame_ends_its_connection_and_no_other(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    async with ana.socket() as mine, ben.socket() as theirs:
        await listen(ben, theirs)

        await mine.ws.send_str('421["append",{"channel":"' + "x" * MAX_FRAME + '"}]')
        ended = await mine.ended(within=2)
        await ana.say()

        assert ended
        assert len(await theirs.until(1)) == 1


async def test_the_largest_entry_fits_in_a_frame(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    body = b64(os.urandom(64 * 1024))
    async with ana.socket() as mine, ben.socket() as theirs:
        await listen(ben, theirs)

        ack = await mine.ask("append", append(ana, body=body))
        (told,) = await theirs.until(1)

    assert ack["seq"] == 3
    assert told["body"] == body


async def test_compression_is_never_agreed_upon(talkers: list[Talker]) -> None:
    ana = talkers[0]
    url = f"{ana.server.url}/socket.io/?EIO=4&transport=websocket"
    async with ana.http.ws_connect(url, compress=15) as ws:
        assert ws.compress == 0


async def test_a_receiver_that_does_not_read_is_dropped_and_the_others_are_unharmed(
    talkers: list[Talker],
) -> None:
    ana, ben, cleo = talkers
    async with ben.socket() as reads, cleo.socket() as sleeps:
        await listen(ben, reads)
        await listen(cleo, sleeps)
        transport = sleeps.ws._writer.transport
        transport.pause_reading()
        connected = len(ana.server.app[CHANNEL_HOUSE].sockets.connections)

        count = 0
        while len(ana.server.app[CHANNEL_HOUSE].sockets.connections) == connected:
            count += 1
            assert count < 400, "the sleeping receiver was never dropped"
            assert (await ana.say(ana.form(os.urandom(60_000)))).status == 201
        told = await reads.until(count)
        transport.abort()

    assert [item["seq"] for item in told] == list(range(3, 3 + count))
    async with cleo.socket() as again:
        assert await listen(cleo, again) == 2 + count


async def test_events_beyond_the_allowance_are_refused_and_a_flood_loses_its_connection(
    tmp_path: Path,
) -> None:
    limits = Limits(events=10, seconds=60)
    async with serving(tmp_path, limits=limits) as server, circle_of(server, 2) as circle:
        ana, ben = await talking(circle)
        async with ana.socket() as mine, ben.socket() as theirs:
            await listen(ben, theirs)
            question = {"channel": ana.channel, "since": 0}
            answers = [await mine.ask("read", question) for _ in range(12)]
            for _ in range(20):
                await mine.start("read", question)

            ended = await mine.ended(within=2)
            unharmed = await theirs.ask("read", question)

    assert [answer.get("code") for answer in answers] == [None] * 10 + ["too_many_requests"] * 2
    assert ended
    assert len(unharmed["items"]) == 2


async def test_a_professional_has_only_so_many_sockets(tmp_path: Path) -> None:
    limits = Limits(sockets_each=2)
    async with serving(tmp_path, limits=limits) as server, circle_of(server, 2) as circle:
        ana, ben = circle.talkers
        async with ana.socket(), ana.socket():
            async with raw_socket(server, ana.http, ana.member.token) as third:
                refused = await third.handshake()
                code = third.acks[0]["data"]["code"]
            async with ben.socket():
                pass
        async with ana.socket():
            pass

    assert (refused, code) == ("44", "too_many_requests")


async def test_the_server_has_only_so_many_sockets(tmp_path: Path) -> None:
    limits = Limits(sockets=2)
    async with serving(tmp_path, limits=limits) as server, circle_of(server, 2) as circle:
        ana = circle.talkers[0]
        async with ana.socket(), ana.socket():
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with ana.socket():
                    pass

    assert refused.value.status == 503


async def test_a_server_that_stops_does_not_wait_for_its_sockets(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, circle_of(server, 1) as circle:
        ana = circle.talkers[0]
        async with ana.socket() as mine:
            await server.app.shutdown()

            assert await mine.ended(within=1)


async def test_somebody_removed_while_asking_to_listen_does_not_listen(
    circle: Circle, talkers: list[Talker]
) -> None:
    ana, _, cleo = talkers
    async with cleo.socket() as removed:
        question = await removed.start("watch", {"channels": [cleo.channel]})
        await circle.dismiss(cleo)
        await removed.ack(question)
        await ana.commit(removes=[2])
        await ana.say()

        assert await removed.quiet() == []


async def test_python_socketio_s_own_client_is_served(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    told: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    client = socketio.AsyncClient(reconnection=False)
    client.on("item", told.put)
    await client.connect(ana.server.url, transports=["websocket"], auth={"token": ana.member.token})
    try:
        heads = await client.call("watch", {"channels": [ana.channel]}, timeout=5)
        ack = await client.call("append", append(ana), timeout=5)
        item = await asyncio.wait_for(told.get(), 5)
        await ben.say()
        other = await asyncio.wait_for(told.get(), 5)
    finally:
        await client.disconnect()

    assert heads == {"heads": {ana.channel: 2}}
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
