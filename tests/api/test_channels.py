import asyncio
import base64
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from crypto.bundle import Bundle
from crypto.ids import new_id
from crypto.mls.group import Group
from crypto.mls.message import pack
from tests.support.actors import Answer
from tests.support.channel_server import serving
from tests.support.server import Running
from tests.support.talkers import Circle, Talker, accept, b64, circle_of, outsider, talking


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


@pytest.fixture
async def eve(server: Running) -> AsyncIterator[Talker]:
    """Signed in, on a device of her own, in no circle of anybody's."""
    async with aiohttp.ClientSession() as http:
        yield await outsider(server, http)


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


async def test_a_stranger_is_told_the_same_of_what_exists_and_what_does_not(
    talkers: list[Talker], eve: Talker
) -> None:
    ana = talkers[0]
    eve.channel = ana.channel
    circle = ana.circle

    answers = [
        await eve.read(),
        await eve.say(),
        await eve.ask("GET", f"/circles/{circle}/channels"),
        await eve.ask("GET", f"/circles/{new_id()}/channels"),
        await eve.ask("GET", f"/channels/{new_id()}/entries"),
        await eve.ask("GET", "/channels/nothing/entries"),
    ]

    assert {answer.status for answer in answers} == {404}
    assert len({str(answer.body) for answer in answers}) == 1


async def test_somebody_without_a_session_gets_nothing(talkers: list[Talker]) -> None:
    ana = talkers[0]

    refused = await ana.ask(
        "GET", f"/channels/{ana.channel}/entries", headers={"Authorization": "Bearer nobody"}
    )

    assert (refused.status, refused.code) == (401, "not_signed_in")


async def test_a_removed_member_reads_nothing_at_once(
    circle: Circle, talkers: list[Talker]
) -> None:
    cleo = talkers[2]
    before = await cleo.read()

    await circle.dismiss(cleo)
    after = [await cleo.read(), await cleo.say()]

    assert before.status == 200
    assert [answer.status for answer in after] == [404, 404]


async def test_posting_is_frozen_until_a_dismissed_member_is_removed_from_the_group(
    circle: Circle, talkers: list[Talker]
) -> None:
    ana, ben, cleo = talkers
    await circle.dismiss(cleo)

    frozen = await ben.say()
    removed = await ben.commit(removes=[2])
    thawed = await ben.say()

    assert (frozen.status, frozen.code) == (409, "channel_frozen")
    assert (removed.status, thawed.status) == (201, 201)
    assert cleo.device not in [item["sender"] for item in await ana.items(since=2)]


async def test_a_member_whose_convention_has_ended_neither_reads_nor_posts(
    circle: Circle, talkers: list[Talker]
) -> None:
    server, ben = circle.server, talkers[1]
    people = server.house.stores.people
    (convention,) = await people.conventions_of(ben.member.device.professional)
    yesterday = convention.active_from
    await people.change_convention(convention.id, lambda held: replace(held, active_to=yesterday))
    await server.house.changes.announce()

    refused = [await ben.read(), await ben.say()]
    others = await talkers[0].say()

    assert [answer.code for answer in refused] == ["no_active_convention"] * 2
    assert others.status == 201


async def test_a_device_of_the_roster_that_is_not_in_the_group_cannot_post(
    circle: Circle,
) -> None:
    ana, ben, _ = circle.talkers
    await ana.open_channel()
    ben.channel = ana.channel

    refused = await ben.say(ana.form())

    assert (refused.status, refused.code) == (403, "not_in_group")


async def test_opening_a_channel_again_gives_the_first_answer(circle: Circle) -> None:
    ana = circle.talkers[0]
    channel, entry = new_id(), new_id()
    group = Group.create(channel.encode(), ana.member.package(ana.server.clock()))
    form = {"channel": channel, "id": entry}
    form["body"] = b64(Bundle(group_info=group.group_info()).encode())

    first = await ana.ask("POST", f"/circles/{ana.circle}/channels", form)
    again = await ana.ask("POST", f"/circles/{ana.circle}/channels", form)

    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body


async def test_a_channel_id_in_use_is_refused(circle: Circle) -> None:
    ana, ben, _ = circle.talkers
    await ana.open_channel()

    refused = await ben.open_channel(channel=ana.channel)

    assert (refused.status, refused.code) == (409, "id_taken")


async def test_a_circle_lists_its_channels_to_its_members(circle: Circle) -> None:
    ana, ben, _ = circle.talkers
    await ana.open_channel()
    first = ana.channel
    await ana.open_channel()

    listed = await ben.ask("GET", f"/circles/{circle.id}/channels")

    found = [one["id"] for one in listed.body["channels"]]
    assert found == sorted([first, ana.channel])
    assert listed.body["channels"][0]["created_by"] == ana.member.device.professional


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


def card(talker: Talker, *assignees: Talker, **otherwise: object) -> dict[str, object]:
    return {
        "task": new_id(),
        "assignees": [one.member.device.professional for one in assignees],
        "due": "2026-12-01",
        "state": "requested",
        "document": None,
    } | otherwise


async def test_a_task_s_card_follows_the_log(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    asked = card(ana, ben)
    await ana.say(ana.form() | {"card": asked})

    done = await ben.say(ben.form() | {"card": asked | {"state": "completed"}})

    held = await ana.server.house.stores.tasks.task(asked["task"])  # type: ignore[arg-type]  # an id
    assert held is not None
    assert (held.state, held.seq) == ("completed", done.body["seq"])
    assert [item.get("card") for item in await ana.items(since=2)] == [
        asked,
        asked | {"state": "completed"},
    ]


async def test_a_task_given_to_somebody_off_the_roster_is_refused_and_not_stored(
    talkers: list[Talker], eve: Talker
) -> None:
    ana = talkers[0]

    refused = await ana.say(ana.form() | {"card": card(ana, eve)})

    assert (refused.status, refused.code) == (422, "not_on_the_roster")
    assert len(await ana.items()) == 2


async def test_a_change_of_state_that_may_not_be_is_refused_and_not_stored(
    talkers: list[Talker],
) -> None:
    ana, ben, _ = talkers
    asked = card(ana, ben)
    await ana.say(ana.form() | {"card": asked})
    await ben.say(ben.form() | {"card": asked | {"state": "completed"}})

    refused = await ben.say(ben.form() | {"card": asked | {"state": "in-progress"}})

    assert (refused.status, refused.code) == (409, "illegal_transition")
    assert len(await ana.items()) == 4


async def test_a_task_s_change_repeated_gets_its_first_answer(talkers: list[Talker]) -> None:
    ana, ben, _ = talkers
    asked = card(ana, ben)
    form = ana.form() | {"card": asked}
    first = await ana.say(form)
    await ben.say(ben.form() | {"card": asked | {"state": "completed"}})

    again = await ana.say(form)

    assert again.body == first.body


@pytest.mark.parametrize(
    "change", [{"state": "perhaps"}, {"task": ""}, {"due": "tomorrow"}, {"title": "a word"}]
)
async def test_a_card_says_nothing_but_what_a_card_says(
    talkers: list[Talker], change: dict[str, object]
) -> None:
    ana = talkers[0]

    refused = await ana.say(ana.form() | {"card": card(ana) | change})

    assert (refused.status, refused.code) == (400, "malformed")


async def test_only_entries_carry_cards(talkers: list[Talker]) -> None:
    ana = talkers[0]

    refused = await ana.say(ana.form() | {"kind": "history", "card": card(ana)})

    assert (refused.status, refused.code) == (422, "bad_card")


def fault(answer: Answer) -> tuple[str | None, str | None]:
    return answer.code, answer.body.get("detail")


async def test_a_newcomer_is_added_by_a_package_they_left(circle: Circle) -> None:
    ana, ben, _ = circle.talkers
    await ana.open_channel()
    left = await ben.leave_packages(2)

    await ana.add(ben)
    spoken = await ben.say()

    assert left.body == {"waiting": 2}
    assert spoken.status == 201
    waiting = await ben.ask("GET", f"/devices/{ben.device}/key_packages")
    assert waiting.body == {"waiting": 1}


async def test_a_package_is_handed_out_once(circle: Circle) -> None:
    ana, ben, cleo = circle.talkers
    await ben.leave_packages(2)

    packages = [(await one.claim(ben)).body["packages"] for one in (ana, cleo, ana)]

    references = [one["reference"] for found in packages for one in found]
    assert len(set(references)) == len(references) == 2
    assert packages[2] == []


async def test_the_last_resort_is_handed_out_when_no_other_is_left(circle: Circle) -> None:
    ana, ben, cleo = circle.talkers
    await ben.leave_packages(1, resort=True)

    packages = [(await one.claim(ben)).body["packages"] for one in (ana, cleo, ana)]

    references = [found[0]["reference"] for found in packages]
    assert references[1] == references[2] != references[0]


async def test_packages_are_handed_to_those_who_share_the_circle_only(
    circle: Circle, eve: Talker
) -> None:
    ana, ben, _ = circle.talkers
    await ben.leave_packages()

    eve.circle = circle.id
    outside = await eve.claim(ben)
    other = await ana.claim(ben, eve)

    assert [outside.status, other.status] == [404, 404]
    assert (await ana.claim(ben)).body["packages"] != []


async def test_packages_are_left_for_one_s_own_device_only(circle: Circle) -> None:
    ana, ben, _ = circle.talkers
    body: dict[str, object] = {"packages": []}

    refused = await ana.ask("POST", f"/devices/{ben.device}/key_packages", body)

    assert refused.status == 404


async def test_a_device_leaves_fifty_packages_at_most(circle: Circle) -> None:
    ana = circle.talkers[0]
    await ana.leave_packages(50)

    refused = await ana.leave_packages(1)

    assert (refused.status, refused.code) == (409, "too_many_key_packages")


async def test_a_package_of_another_device_is_refused(circle: Circle) -> None:
    ana, ben, _ = circle.talkers
    foreign = pack(ben.member.package(ben.server.clock()).key_package)

    refused = await ana.ask(
        "POST", f"/devices/{ana.device}/key_packages", {"packages": [b64(foreign), b64(b"noise")]}
    )

    assert (refused.status, refused.code) == (422, "bad_key_package")
    waiting = await ana.ask("GET", f"/devices/{ana.device}/key_packages")
    assert waiting.body == {"waiting": 0}


async def test_a_commit_with_a_package_that_was_not_handed_out_is_refused(circle: Circle) -> None:
    ana, ben, _ = circle.talkers
    await ana.open_channel()
    await ben.leave_packages()

    refused = await ana.commit([ben.secrets[0].key_package])

    assert fault(refused) == ("bad_commit", "package")
    assert len(await ana.items()) == 1


async def test_a_package_handed_to_one_member_is_of_no_use_to_another(circle: Circle) -> None:
    ana, ben, cleo = circle.talkers
    await ana.open_channel()
    await cleo.leave_packages()
    packages = await ben.claimed(cleo)

    refused = await ana.commit(packages)

    assert fault(refused) == ("bad_commit", "package")


async def test_a_package_serves_one_addition(circle: Circle) -> None:
    ana, ben, _ = circle.talkers
    await ana.open_channel()
    await ben.leave_packages()
    packages = await ana.claimed(ben)
    assert (await ana.commit(packages)).status == 201
    await ana.open_channel()

    refused = await ana.commit(packages)

    assert fault(refused) == ("bad_commit", "package")


async def test_who_loses_a_race_uses_the_packages_again_in_the_next_try(
    circle: Circle,
) -> None:
    ana, ben, _ = await talking(circle)
    async with aiohttp.ClientSession() as http:
        dora = await outsider(ana.server, http)
        await circle.admit(dora)
        await dora.leave_packages(2)
        packages = await ana.claimed(dora)
        bundle, after = ana.prepare(packages)
        await ben.commit()

        refused = await ana.send(bundle)
        await ana_catches_up(ana)
        retried = await ana.commit(packages)

    assert refused.code == "stale_epoch"
    assert after.epoch == 2
    assert retried.status == 201


async def ana_catches_up(ana: Talker) -> None:
    assert ana.group is not None
    for item in await ana.items():
        if item["kind"] == "commit" and item["epoch"] == ana.group.epoch:
            bundle = Bundle.decode(base64.b64decode(item["body"]))
            assert bundle.commit is not None
            ana.group = ana.group.process(bundle.commit, accept, ana.server.clock())
