"""Every way of losing a device ends with the history readable (R10)."""

from collections.abc import Collection

import pytest

from channels.headless_line import Refused
from channels.headless_people import Credentials, admit_member, open_circle, release_member, sign_in
from channels.headless_recovery import (
    Restored,
    attest_again,
    come_back,
    let_go,
    other_devices,
    restore,
    set_up,
    take_up,
)
from crypto.ids import DeviceId
from crypto.recovery import BadCode, RecoveryCode, new_code, read_code
from crypto.session.effects import Concern, MembersChanged
from server.accounts.backups import MOST_RECORDS
from tests.support.journey import (
    CHEAP,
    FEW,
    PASSPHRASE,
    PASSWORD,
    Companion,
    Journey,
    companion,
    said,
    together,
    warnings,
)
from tests.support.server import Running

SAID = ["hier", "ce matin", "à midi"]


@pytest.fixture
async def ben(story: Journey) -> Companion:
    """Somebody whose circle has talked over several epochs."""
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    await story.ana.say(story.channel, SAID[0])
    await ben.say(story.channel, SAID[1])
    await story.bring(cleo)
    await cleo.say(story.channel, SAID[2])
    await together(story.channel, story.ana, ben, cleo)
    return ben


async def returned(
    server: Running, story: Journey, lost: Companion, code: RecoveryCode
) -> tuple[Companion, Restored]:
    """Sit down at a wiped machine with one's password, second factor and recovery code."""
    back = await elsewhere(server, story, lost)
    restored = await restore(
        back.line,
        credentials(back),
        code,
        server=server.url,
        path=back.path,
        passphrase=PASSPHRASE,
        clock=story.clock,
        cost=CHEAP,
        stock=FEW,
    )
    back._device = restored.device
    return back, restored


async def elsewhere(server: Running, story: Journey, one: Companion) -> Companion:
    """Give somebody another machine; a code of the second factor serves once."""
    server.clock.move(seconds=60)
    name = f"{one.name}-{len(list(server.folder.glob('*.appareil')))}"
    other = await companion(story.stack, server.url, name, folder=server.folder, clock=story.clock)
    other.email, other.secret = one.email, one.secret
    return other


def credentials(one: Companion) -> Credentials:
    return Credentials(email=one.email, password=PASSWORD, code=one.code())


async def is_back(story: Journey, back: Companion, lost: Collection[DeviceId]) -> list[str]:
    await let_go(back.device, lost)
    events = await come_back(back.device, lost)
    assert warnings(events) == []
    return said(events)


async def test_the_code_and_no_device(server: Running, story: Journey, ben: Companion) -> None:
    code = await set_up(ben.device)
    cleo, lost = story.people["Cleo"], ben.device_id

    back, restored = await returned(server, story, ben, read_code(code.written.lower()))
    heard = await is_back(story, back, [lost])

    assert restored.refused == 0
    assert heard == SAID
    assert back.id == ben.id
    await back.say(story.channel, "me revoilà")
    assert await together(story.channel, story.ana, cleo, back) == [*SAID, "me revoilà"]
    assert lost not in await other_devices(back.device)


async def test_the_code_alone_is_enough_when_nobody_else_is_there(
    server: Running, story: Journey
) -> None:
    physician = await story.join("Ben")
    await story.include_child(physician)
    ana = story.ana
    story.circle = await open_circle(ana.device, story.child)
    story.channel = await ana.device.open_channel(story.circle)
    await ana.say(story.channel, "seule")
    code = await set_up(ana.device)

    back, _ = await returned(server, story, ana, code)
    heard = await is_back(story, back, [ana.device_id])

    assert heard == ["seule"]
    assert await back.texts(story.channel) == ["seule"]


async def test_the_old_entries_are_read_before_anybody_adds_the_new_device(
    server: Running, story: Journey, ben: Companion
) -> None:
    code = await set_up(ben.device)

    back, _ = await returned(server, story, ben, code)
    events = await back.device.synchronise()

    assert said(events) == SAID
    assert not [event for event in events if isinstance(event, MembersChanged)]


async def test_what_came_after_the_code_was_made_is_backed_up_as_it_comes(
    server: Running, story: Journey, ben: Companion
) -> None:
    code = await set_up(ben.device)
    dora = await story.join("Dora")
    await story.bring(dora)
    await dora.say(story.channel, "plus tard")
    await ben.device.synchronise()
    await together(story.channel, story.ana, ben, story.people["Cleo"], dora)

    back, _ = await returned(server, story, ben, code)
    events = await back.device.synchronise()

    assert said(events) == [*SAID, "plus tard"]


async def test_another_device_is_left(server: Running, story: Journey, ben: Companion) -> None:
    code = await set_up(ben.device)
    laptop, _ = await returned(server, story, ben, code)
    await is_back(story, laptop, [])
    await _everybody_knows(story, ben, laptop)

    phone = ben.device_id
    await let_go(laptop.device, [phone])
    await laptop.device.remove(story.channel, [phone])
    await laptop.say(story.channel, "téléphone perdu")

    present = (story.ana, story.people["Cleo"], laptop)
    assert await together(story.channel, *present) == [*SAID, "téléphone perdu"]


async def test_another_device_is_left_and_the_code_is_lost_too(
    server: Running, story: Journey, ben: Companion
) -> None:
    code = await set_up(ben.device)
    laptop, _ = await returned(server, story, ben, code)
    await is_back(story, laptop, [ben.device_id])

    fresh = await set_up(laptop.device)
    phone, _ = await returned(server, story, laptop, fresh)
    heard = await is_back(story, phone, [])

    assert heard == SAID
    await _everybody_knows(story, laptop, phone)
    with pytest.raises(BadCode):
        await returned(server, story, laptop, code)


async def test_two_devices_back_up_under_one_code(
    server: Running, story: Journey, ben: Companion
) -> None:
    code = await set_up(ben.device)
    laptop, _ = await returned(server, story, ben, code)
    await is_back(story, laptop, [])
    ben.device.file.keep_backup(None)
    await take_up(ben.device, code)
    await story.ana.say(story.channel, "à deux")
    for one in (ben, laptop, story.ana):
        await one.device.synchronise()

    back, restored = await returned(server, story, ben, code)
    events = await back.device.synchronise()

    assert restored.refused == 0
    assert said(events) == [*SAID, "à deux"]


async def test_neither_code_nor_device(server: Running, story: Journey, ben: Companion) -> None:
    ana, cleo = story.ana, story.people["Cleo"]
    old_key = ben.device.session.pins.keys[ben.id]

    back = await elsewhere(server, story, ben)
    with pytest.raises(Refused, match="key_not_attested"):
        back._device = await back.make_device(back.path, credentials(back))
    back.restart()
    new_key = back.device.session.pins.keys[back.id]
    await attest_again(ana.device, back.id, seen=new_key)
    server.clock.move(seconds=60)
    await sign_in(back.device, credentials(back))
    await release_member(ana.device, story.circle, back.id)
    told = [await admit_member(ana.device, story.circle, back.id)]
    await ana.device.add(story.channel, back.id)
    heard = await back.device.synchronise()
    told.append(await cleo.device.synchronise())

    assert new_key != old_key
    for events in told:
        loud = [(one.kind, one.professional) for one in warnings(events)]
        assert (Concern.IDENTITY_CHANGED, back.id) in loud
    assert said(heard) == SAID
    assert await together(story.channel, ana, cleo, back) == SAID
    assert await other_devices(back.device) == ()


async def test_a_mistyped_code_and_anothers_code_make_no_device(
    server: Running, story: Journey, ben: Companion
) -> None:
    code = await set_up(ben.device)
    wrong = ("A" if code.letters[0] != "A" else "B") + code.letters[1:]

    with pytest.raises(BadCode):
        read_code(wrong)
    with pytest.raises(BadCode):
        await returned(server, story, ben, new_code())

    assert list(server.folder.glob("ben-*")) == []
    assert await other_devices(ben.device) == ()


async def test_a_new_code_ends_the_backup_of_the_old_one(
    server: Running, story: Journey, ben: Companion
) -> None:
    code = await set_up(ben.device)
    laptop, _ = await returned(server, story, ben, code)
    await set_up(laptop.device)
    laptop.device.file.keep_backup(None)
    await story.ana.say(story.channel, "après")
    await story.ana.device.add(story.channel, ben.id)

    await ben.device.synchronise()

    assert ben.device.file.memory.backup is None
    found = await laptop.line.ask("GET", "/backup")
    assert 0 < len(found["records"]) < MOST_RECORDS


async def test_a_backup_goes_on_after_the_process_died(
    server: Running, story: Journey, ben: Companion
) -> None:
    code = await set_up(ben.device)
    await story.bring(await story.join("Dora"))
    ben.restart()
    await ben.device.synchronise()
    ben.restart()
    await ben.device.synchronise()

    back, _ = await returned(server, story, ben, code)

    assert len(await back.device.history(story.channel)) == len(SAID)
    records = (await back.line.ask("GET", "/backup"))["records"]
    assert len({one["body"] for one in records}) == len(records)


async def _everybody_knows(story: Journey, *bens: Companion) -> None:
    """Insist that each of somebody's devices holds a leaf."""
    for one in (story.ana, *bens):
        await one.device.synchronise()
    members = story.ana.device.session.channels[story.channel].members
    assert {one.device_id for one in bens} <= {each.certificate.device for each in members}
