"""Whatever breaks on the way — a server, an answer, a process — nothing is lost or said twice."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from channels.headless_file import DeviceFile, FileBusy, NoFile, alone
from channels.headless_line import Refused, Unreachable
from channels.headless_people import Credentials, admit_member, open_circle, sign_in
from crypto.ids import ChannelId, ProfessionalId
from crypto.session.store import encode_session
from crypto.vault import BadVault, WrongPassphrase, seal
from server.clock import system_clock
from tests.support.journey import (
    CHEAP,
    PASSPHRASE,
    PASSWORD,
    Companion,
    Journey,
    begun,
    ids_in_log,
    together,
)
from tests.support.server import Running
from tests.support.server_process import ServerProcess


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    running = ServerProcess(folder=tmp_path)
    invitation_file = tmp_path / "invitation"
    invitation_file.write_text(await running.first_invitation())
    await running.start()
    try:
        yield running
    finally:
        await running.kill()


@pytest.fixture
async def mortal(process: ServerProcess, tmp_path: Path) -> AsyncIterator[Journey]:
    """A journey on a server that may be killed."""
    invitation = (tmp_path / "invitation").read_text()
    async with begun(process.url, invitation, folder=tmp_path, clock=system_clock) as story:
        yield story


async def test_an_entry_whose_answer_was_lost_is_sent_again_and_stands_once(
    story: Journey,
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    ben.line.losing = 1
    with pytest.raises(Unreachable):
        await ben.say(story.channel, "une seule fois")

    ben.restart()
    await ben.device.synchronise()

    assert ben.line.sent[-1] == ben.line.sent[-2]
    assert len(await ids_in_log(ben, story.channel)) == 1
    assert await together(story.channel, story.ana, ben) == ["une seule fois"]


async def test_an_entry_that_never_left_leaves_after_a_restart(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    ben.line.cut = 1
    with pytest.raises(Unreachable):
        await ben.say(story.channel, "premier")

    ben.restart()
    await ben.say(story.channel, "second")

    assert await together(story.channel, story.ana, ben) == ["premier", "second"]


@pytest.mark.parametrize("fate", ["cut", "losing"])
async def test_a_commit_cut_short_is_finished_after_a_restart(story: Journey, fate: str) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    await admit_member(story.ana.device, story.circle, cleo.id)
    setattr(story.ana.line, fate, 1)
    with pytest.raises(Unreachable):
        await story.ana.device.add(story.channel, cleo.id)

    story.ana.restart()
    await story.ana.device.synchronise()

    await story.ana.say(story.channel, "à trois")
    assert await together(story.channel, story.ana, ben, cleo) == ["à trois"]


@pytest.mark.parametrize("fate", ["cut", "losing"])
async def test_a_channel_whose_opening_was_cut_short_is_opened_once(
    story: Journey, fate: str
) -> None:
    ben = await story.join("Ben")
    await story.include_child(ben)
    circle = await open_circle(story.ana.device, story.child)
    setattr(story.ana.line, fate, 1)
    with pytest.raises(Unreachable):
        await story.ana.device.open_channel(circle)

    story.ana.restart()
    await story.ana.device.synchronise()

    (channel,) = story.ana.device.session.channels
    await story.ana.say(channel, "ouvert")
    assert await together(channel, story.ana) == ["ouvert"]
    listed = await story.ana.line.ask("GET", f"/circles/{circle}/channels")
    assert [one["id"] for one in listed["channels"]] == [channel]


async def test_what_is_written_after_the_session_ended_waits_for_the_next_sign_in(
    story: Journey, server: Running
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    server.clock.move(hours=13)
    with pytest.raises(Refused, match="not_signed_in"):
        await ben.say(story.channel, "tard le soir")

    await _sign_in_again(ben)
    await _sign_in_again(story.ana)
    await ben.device.synchronise()

    assert await together(story.channel, story.ana, ben) == ["tard le soir"]


async def test_a_channel_closed_to_us_keeps_no_other_waiting(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    ghost = ChannelId("a" * 26)
    state = ben.device.session.channels[story.channel]
    ben.device.file.keep(ben.device.session.keep(type(state)(id=ghost, circle=story.circle)))
    await story.ana.say(story.channel, "toujours là")

    await ben.device.synchronise()

    assert await ben.texts(story.channel) == ["toujours là"]


def test_where_there_is_no_file_there_is_no_device(tmp_path: Path) -> None:
    with pytest.raises(NoFile):
        DeviceFile.open(tmp_path / "nulle part", PASSPHRASE)


def test_a_file_is_held_by_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "appareil"

    with alone(path), pytest.raises(FileBusy), alone(path, tries=1):
        pass

    with alone(path, tries=1):
        assert not path.exists()


@pytest.mark.parametrize("plain", [b"", b"{}", b'{"server":"","token":"","session":"AAAA"}'])
def test_a_file_that_holds_no_device_of_this_version_says_so(tmp_path: Path, plain: bytes) -> None:
    path = tmp_path / "appareil"
    path.write_bytes(seal(plain, PASSPHRASE, cost=CHEAP))

    with pytest.raises(BadVault):
        DeviceFile.open(path, PASSPHRASE)


async def test_what_another_process_wrote_is_read_before_going_on(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    earlier = ben.device
    ben.restart()
    await ben.say(story.channel, "d'ailleurs")

    earlier.file.reload()

    assert encode_session(earlier.session) == encode_session(ben.device.session)


async def test_a_wrong_passphrase_opens_nothing_and_harms_nothing(story: Journey) -> None:
    before = story.ana.path.read_bytes()
    with pytest.raises(WrongPassphrase):
        await asyncio.to_thread(DeviceFile.open, story.ana.path, PASSPHRASE + " ")

    story.ana.restart()

    assert story.ana.path.read_bytes() == before
    assert story.ana.path.stat().st_mode & 0o077 == 0


async def test_a_server_killed_amid_posts_and_commits_loses_and_doubles_nothing(
    mortal: Journey, process: ServerProcess
) -> None:
    chance = random.Random(20261121)
    ben, cleo = await mortal.join("Ben"), await mortal.join("Cleo")
    dora = await mortal.join("Dora")
    await mortal.gather(ben)
    for newcomer in (cleo, dora):
        await admit_member(mortal.ana.device, mortal.circle, newcomer.id)
    spoken: list[str] = []

    for newcomer in (cleo, dora):
        work = asyncio.gather(
            _talk(mortal.ana, mortal.channel, spoken, adding=newcomer.id),
            _talk(ben, mortal.channel, spoken),
        )
        enough = len(spoken) + chance.randint(5, 14)
        while len(spoken) < enough:  # noqa: ASYNC110 -- what is said is the clock here
            await asyncio.sleep(0.001)
        assert not work.done()
        await process.kill()
        await work
        for one in (mortal.ana, ben):
            one.restart()
        await process.start()
        await mortal.ana.device.add(mortal.channel, newcomer.id)

    texts = await together(mortal.channel, mortal.ana, ben, cleo, dora)
    assert sorted(texts) == sorted(spoken)
    for name in ("Ana", "Ben"):
        assert _by(name, texts) == _by(name, spoken)
    entries = await ids_in_log(ben, mortal.channel)
    assert len(entries) == len(set(entries)) == len(spoken)


async def _talk(
    one: Companion,
    channel: ChannelId,
    spoken: list[str],
    *,
    adding: ProfessionalId | None = None,
) -> None:
    """Say ten things and perhaps add somebody, whether or not there still is a server."""
    for turn in range(10):
        text = f"{one.name} {len(spoken)}"
        spoken.append(text)
        with contextlib.suppress(Unreachable):
            await one.say(channel, text)
        if adding is not None and turn == 3:
            with contextlib.suppress(Unreachable):
                await one.device.add(channel, adding)


def _by(name: str, texts: list[str]) -> list[str]:
    return [text for text in texts if text.startswith(name)]


async def _sign_in_again(one: Companion) -> None:
    code = one.code(timedelta(seconds=30))
    await sign_in(one.device, Credentials(email=one.email, password=PASSWORD, code=code))
