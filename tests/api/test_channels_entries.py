"""How a channel takes entries, keeps them once and in order, and gives them back in pages."""

import asyncio
import os
from pathlib import Path

import aiohttp
import pytest

from tests.support import channel_scene
from tests.support.channel_server import serving
from tests.support.talkers import Talker, b64, circle_of, talking

server = channel_scene.server
circle = channel_scene.circle
talkers = channel_scene.talkers


async def test_what_is_appended_is_read_in_order_with_the_same_bytes(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    forms = [ana.form(), ben.form(), ana.form()]

    placed = [await one.say(form) for one, form in zip([ana, ben, ana], forms, strict=True)]
    read = await ben.items(since=2)

    assert [answer.status for answer in placed] == [201, 201, 201]
    assert [item["seq"] for item in read] == [3, 4, 5]
    assert [item["body"] for item in read] == [form["body"] for form in forms]
    assert [item["sender"] for item in read] == [ana.device, ben.device, ana.device]
    assert [item["at"] for item in read] == [answer.body["at"] for answer in placed]


async def test_the_same_request_again_gets_the_first_answer_and_is_stored_once(
    talkers: list[Talker],
) -> None:
    ana = talkers[0]
    form = ana.form()

    first = await ana.say(form)
    again = await ana.say(form)

    assert again.body == first.body
    assert [item["id"] for item in await ana.items()].count(form["id"]) == 1


async def test_the_same_request_gets_its_first_answer_even_after_the_epoch_has_moved(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    form = ben.form()
    first = await ben.say(form)
    assert (await ana.commit()).status == 201

    again = await ben.say(form)

    assert (again.status, again.body) == (201, first.body)


async def test_an_id_used_for_other_content_is_refused(talkers: list[Talker]) -> None:
    ana = talkers[0]
    form = ana.form()
    await ana.say(form)

    refused = await ana.say(form | {"body": b64(b"something else")})

    assert (refused.status, refused.code) == (409, "id_taken")


async def test_two_devices_may_use_the_same_id(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    form = ana.form()

    answers = [await ana.say(form), await ben.say(form)]

    assert [answer.status for answer in answers] == [201, 201]


async def test_an_entry_of_an_epoch_that_is_over_is_refused_and_not_stored(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    late = ben.form()
    await ana.commit()

    refused = await ben.say(late)

    assert (refused.status, refused.code) == (409, "stale_epoch")
    assert late["id"] not in [item["id"] for item in await ana.items()]


async def test_of_two_racing_commits_exactly_one_wins(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    ours, theirs = ana.prepare()[0], ben.prepare()[0]

    answers = await asyncio.gather(ana.send(ours), ben.send(theirs))

    assert sorted(answer.status for answer in answers) == [201, 409]
    assert "stale_epoch" in [answer.code for answer in answers]
    commits = [item for item in await ana.items() if item["kind"] == "commit"]
    assert [item["epoch"] for item in commits] == [0, 1]


async def test_pages_are_contiguous_and_end(talkers: list[Talker]) -> None:
    ana = talkers[0]
    for _ in range(7):
        await ana.say()

    pages = []
    since, more = 0, True
    while more:
        page = (await ana.read(since, limit=4)).body
        pages += [item["seq"] for item in page["items"]]
        since, more = pages[-1], page["more"]

    assert pages == list(range(1, 10))


async def test_a_page_ends_where_its_bodies_grow_too_heavy(talkers: list[Talker]) -> None:
    ana = talkers[0]
    for _ in range(12):
        assert (await ana.say(ana.form(os.urandom(60_000)))).status == 201

    page = (await ana.read(since=2)).body

    assert page["more"]
    assert 0 < len(page["items"]) < 12
    assert [item["seq"] for item in page["items"]] == list(range(3, 3 + len(page["items"])))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=-1", 400),
        ("since=x", 400),
        ("since=99999999999999999999999", 400),
        ("limit=0", 400),
        ("limit=201", 400),
        ("limit=%C2%B2", 400),
        ("since=1&limit=200", 200),
    ],
)
async def test_pages_are_asked_for_in_whole_numbers(
    talkers: list[Talker], query: str, status: int
) -> None:
    ana = talkers[0]

    answer = await ana.ask("GET", f"/channels/{ana.channel}/entries?{query}")

    assert answer.status == status


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"id": "short"}, 422, "bad_entry"),
        ({"kind": "create"}, 422, "bad_entry"),
        ({"kind": "rumour"}, 400, "malformed"),
        ({"epoch": -1}, 400, "malformed"),
        ({"epoch": 1 << 60}, 400, "malformed"),
        ({"epoch": "1"}, 400, "malformed"),
        ({"body": ""}, 422, "bad_entry"),
        ({"body": "not base64!"}, 400, "malformed"),
        ({"extra": 1}, 400, "malformed"),
        ({"body": b64(bytes(64 * 1024 + 1))}, 413, "too_large"),
        ({"kind": "commit", "body": b64(b"noise")}, 422, "bad_bundle"),
    ],
)
async def test_a_malformed_entry_is_refused_by_name_and_not_stored(
    talkers: list[Talker], change: dict[str, object], status: int, code: str
) -> None:
    ana = talkers[0]

    refused = await ana.say(ana.form() | change)

    assert (refused.status, refused.code) == (status, code)
    assert len(await ana.items()) == 2


async def test_a_body_of_exactly_64_kib_is_taken(talkers: list[Talker]) -> None:
    ana = talkers[0]

    answer = await ana.say(ana.form(os.urandom(64 * 1024)))

    assert answer.status == 201


async def test_a_compressed_body_is_refused(talkers: list[Talker]) -> None:
    ana = talkers[0]

    refused = await ana.ask(
        "POST",
        f"/channels/{ana.channel}/entries",
        data=b"\x1f\x8b" + bytes(100),
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )

    assert (refused.status, refused.code) == (415, "compressed")


async def test_a_channel_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, circle_of(server, 3) as circle:
        ana, ben, cleo = await talking(circle)
        await ana.say()
        await ana.commit()
        spoken = await ana.say()

    async with serving(tmp_path) as again:
        for talker in (ana, ben, cleo):
            talker.server = again
        async with aiohttp.ClientSession() as http:
            ana.http = ben.http = http
            said = await ana.say()
            late = await ben.say()

    assert (said.status, said.body["seq"]) == (201, spoken.body["seq"] + 1)
    assert late.code == "stale_epoch"
