"""Who is let in to a socket, what closes it, and how much it may carry."""

import os
from pathlib import Path

import aiohttp
import pytest

from crypto.ids import new_id
from server.channel_house import CHANNEL_HOUSE
from server.live.connection import Limits
from server.live.engineio_fast import MAX_FRAME
from server.sockets import SWEEP_SECONDS
from tests.support import channel_scene
from tests.support.channel_scene import append, listen
from tests.support.channel_server import serving
from tests.support.server import Running
from tests.support.talkers import Circle, Talker, circle_of, outsider, raw_socket, talking

server = channel_scene.server
circle = channel_scene.circle
talkers = channel_scene.talkers


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
    present = {ana.channel: [ana.member.device.professional]}
    assert heads == {"heads": {ana.channel: 2}, "present": present}


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

        closed = await mine.ended(within=SWEEP_SECONDS - 1)
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

        assert await mine.ended()
    assert SWEEP_SECONDS < 5


async def test_a_removed_device_s_socket_is_closed_and_it_gets_nothing_more(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    async with ben.socket() as theirs:
        await listen(ben, theirs)

        device = ben.member.device
        await ana.server.house.devices.remove(device.professional, device.id)
        closed = await theirs.ended(within=SWEEP_SECONDS - 1)
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
        ended = await mine.ended()
        await ana.say()

        assert ended
        assert len(await theirs.until(1)) == 1


async def test_an_oversized_frame_ends_its_connection_and_no_other(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    async with ana.socket() as mine, ben.socket() as theirs:
        await listen(ben, theirs)

        await mine.ws.send_str('421["append",{"channel":"' + "x" * MAX_FRAME + '"}]')
        ended = await mine.ended()
        await ana.say()

        assert ended
        assert len(await theirs.until(1)) == 1


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

            ended = await mine.ended()
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

            assert await mine.ended()


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
