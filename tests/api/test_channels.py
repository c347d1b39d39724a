"""Who opens a channel, who finds it, and who may read and post in it."""

from dataclasses import replace

from crypto.bundle import Bundle
from crypto.ids import new_id
from crypto.mls.group import Group
from tests.support import channel_scene
from tests.support.talkers import Circle, Talker, b64

server = channel_scene.server
circle = channel_scene.circle
talkers = channel_scene.talkers
eve = channel_scene.eve


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
