"""How far everybody has come, and who is there: told to members, growing only, never lost."""

import base64
from typing import Any

import pytest

from server.channel_house import CHANNEL_HOUSE
from tests.support import channel_scene
from tests.support.channel_scene import listen
from tests.support.channel_server import serving
from tests.support.server import Running
from tests.support.talkers import Circle, Talker, circle_of, talking

server = channel_scene.server
circle = channel_scene.circle
talkers = channel_scene.talkers
eve = channel_scene.eve

HERE = base64.b64encode(b"h" * 32).decode()
THERE = base64.b64encode(b"t" * 32).decode()


def words(
    delivered: int, read: int = 0, *, epoch: int = 1, transcript: str = HERE
) -> dict[str, Any]:
    return {"delivered": delivered, "read": read, "epoch": epoch, "transcript": transcript}


async def put(talker: Talker, *numbers: int, **otherwise: Any) -> Any:  # noqa: ANN401 -- JSON
    path = f"/channels/{talker.channel}/mark"
    return await talker.ask("PUT", path, words(*numbers, **otherwise))


async def marks(talker: Talker) -> Any:  # noqa: ANN401 -- JSON
    return (await talker.ask("GET", f"/channels/{talker.channel}/marks")).body


def stored(server: Running, talker: Talker) -> Any:  # noqa: ANN401 -- a coroutine
    return server.house.stores.marks.find(talker.channel, talker.member.device.id)


async def test_what_reached_a_device_and_what_was_read_is_told_to_the_others(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers

    put_ = await put(ben, 2, 1)

    told = await marks(ana)
    assert put_.status == 200
    assert told == {"marks": [put_.body], "forked": False}
    assert put_.body | {"at": 0} == {
        "professional": ben.member.device.professional,
        "device": ben.device,
        "at": 0,
        **words(2, 1),
    }


async def test_nothing_in_a_mark_ever_goes_back(talkers: list[Talker]) -> None:
    ben = talkers[1]
    await put(ben, 2, 2, epoch=1)

    later = await put(ben, 1, 0, epoch=0, transcript=THERE)

    assert {name: later.body[name] for name in words(0)} == words(2, 2, epoch=1)


async def test_a_mark_goes_on_from_what_was_stored_before_a_restart(
    server: Running, talkers: list[Talker]
) -> None:
    ben = talkers[1]
    held = server.app[CHANNEL_HOUSE].marks
    await put(ben, 2, 2)
    await held.write()
    held._known.clear()

    later = await put(ben, 1, 1)

    assert (later.body["delivered"], later.body["read"]) == (2, 2)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (words(3), "bad_mark"),
        (words(1, 2), "bad_mark"),
        (words(-1), "malformed"),
        (words(1, epoch=2**53 + 1), "malformed"),
        (words(1, transcript="AAAA"), "malformed"),
        (words(1, transcript="A" * 48), "malformed"),
        (words(1) | {"typing": True}, "malformed"),
    ],
)
async def test_a_mark_beyond_the_log_is_refused(
    talkers: list[Talker], wrong: dict[str, Any], code: str
) -> None:
    ana = talkers[0]

    refused = await ana.ask("PUT", f"/channels/{ana.channel}/mark", wrong)

    assert refused.code == code
    assert (await marks(ana))["marks"] == []


async def test_two_transcripts_of_one_epoch_are_told_and_left_to_the_devices(
    talkers: list[Talker],
) -> None:
    ana, ben, cleo = talkers
    await put(ana, 2, epoch=1)
    await put(ben, 2, epoch=0, transcript=THERE)
    apart = await marks(cleo)

    await put(cleo, 2, epoch=1, transcript=THERE)
    forked = await marks(ben)
    await put(cleo, 2, epoch=1, transcript=HERE)

    assert (apart["forked"], forked["forked"]) == (False, True)
    assert (await marks(ben))["forked"] is False


async def test_marks_are_for_those_on_the_roster(
    circle: Circle, talkers: list[Talker], eve: Talker
) -> None:
    ana, _, cleo = talkers
    eve.channel = ana.channel
    await put(cleo, 2)

    refused = [await put(eve, 1), await eve.ask("GET", f"/channels/{ana.channel}/marks")]
    await circle.dismiss(cleo)
    gone = await put(cleo, 2)

    assert {answer.status for answer in (*refused, gone)} == {404}
    assert (await marks(ana))["marks"] == []


async def test_a_mark_by_socket_is_pushed_to_the_others_and_only_its_last_state(
    talkers: list[Talker],
) -> None:
    ana, ben, cleo = talkers
    async with ben.socket() as bens, cleo.socket() as cleos:
        await listen(cleo, cleos)
        told = [
            await bens.ask("mark", {"channel": ben.channel, **words(delivered, delivered)})
            for delivered in (0, 1, 2)
        ]

        (heard,) = await cleos.whispered("mark")
        await cleos.quiet()
        unwatched = await bens.quiet()

    assert [mark["read"] for mark in told] == [0, 1, 2]
    assert heard == told[-1] | {"channel": ana.channel}
    assert [name for name, _ in cleos.whispers if name == "mark"] == ["mark"]
    assert unwatched == []
    assert bens.whispers == []


async def test_a_mark_that_does_not_move_is_neither_pushed_nor_written(
    server: Running, talkers: list[Talker]
) -> None:
    _, ben, cleo = talkers
    await put(ben, 2, 2)
    await server.app[CHANNEL_HOUSE].marks.write()
    async with cleo.socket() as cleos:
        await listen(cleo, cleos)
        await cleos.quiet()
        cleos.whispers.clear()
        before = await stored(server, ben)
        server.clock.move(minutes=1)

        again = await put(ben, 2, 1)
        await server.app[CHANNEL_HOUSE].marks.write()
        await cleos.quiet()

    assert again.body["at"] == before.at
    assert await stored(server, ben) == before
    assert cleos.whispers == []


async def test_many_marks_of_a_moment_are_one_write(server: Running, talkers: list[Talker]) -> None:
    ben = talkers[1]
    held = server.app[CHANNEL_HOUSE].marks
    await held.write()
    for delivered in (0, 1, 2):
        await put(ben, delivered, delivered)
    waiting = [held._known[key].read for key in held._unwritten]

    await held.write()

    assert waiting == [2]
    assert (await stored(server, ben)).read == 2
    assert held._unwritten == set()


async def test_what_was_told_just_before_the_end_is_kept(tmp_path: Any) -> None:  # noqa: ANN401 -- pytest's
    async with serving(tmp_path) as first, circle_of(first, 2) as made:
        _, ben = await talking(made)
        await put(ben, 2, 2)

    async with serving(tmp_path) as second:
        kept = await stored(second, ben)

    assert (kept.delivered, kept.read) == (2, 2)


async def test_who_is_there_is_told_on_coming_and_on_every_change(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    first, second = sorted(one.member.device.professional for one in (ana, ben))
    mine = ana.member.device.professional
    async with ana.socket() as anas:
        alone = await anas.ask("watch", {"channels": [ana.channel]})
        await anas.whispered("presence", 1)
        async with ben.socket() as bens:
            both = await bens.ask("watch", {"channels": [ben.channel]})
            await anas.whispered("presence", 2)
        *_, last = await anas.whispered("presence", 3)
        heard = [told["present"] for name, told in anas.whispers if name == "presence"]

    assert alone["present"] == {ana.channel: [mine]}
    assert both["present"] == {ana.channel: [first, second]}
    assert heard == [[mine], [first, second], [mine]]
    assert last == {"channel": ana.channel, "present": [mine]}


async def test_a_page_that_loads_again_is_no_coming_and_going(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    async with ana.socket() as anas:
        await listen(ana, anas)
        await anas.whispered("presence", 1)
        async with ben.socket() as bens:
            await listen(ben, bens)
            await anas.whispered("presence", 2)
        async with ben.socket() as again:
            await listen(ben, again)
            await anas.quiet()

    assert len(anas.whispers) == 2


async def test_who_is_released_is_no_longer_there_and_hears_of_nobody(
    circle: Circle, talkers: list[Talker]
) -> None:
    ana, ben, cleo = talkers
    async with ana.socket() as anas, cleo.socket() as cleos:
        await listen(ana, anas)
        await listen(cleo, cleos)
        await anas.whispered("presence")
        await cleos.quiet()
        cleos.whispers.clear()

        await circle.dismiss(cleo)
        *_, last = await anas.whispered("presence", 2)
        await put(ben, 2)
        await anas.whispered("mark")
        await cleos.quiet()

    assert last["present"] == [ana.member.device.professional]
    assert cleos.whispers == []
