"""How key packages are left, handed out, and used up by commits."""

import base64

import aiohttp

from crypto.bundle import Bundle
from crypto.mls.message import pack
from tests.support import channel_scene
from tests.support.actors import Answer
from tests.support.talkers import Circle, Talker, accept, b64, outsider, talking

server = channel_scene.server
circle = channel_scene.circle
eve = channel_scene.eve


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
