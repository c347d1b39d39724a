"""The living demonstration: what it promises to whoever tries it, with its real server."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from pyotp.totp import TOTP

from channels.content import Deletion, Edit, Message, Reaction, Task
from channels.headless import HttpLine, connect
from channels.headless_device import HeadlessDevice
from channels.headless_people import Confirmation, enrol
from server.demonstration.cast import SMALL_COST
from server.demonstration.clock import StoryClock
from server.demonstration.living import script as deeds
from server.demonstration.living.ledger import FILE, AnotherVersion, keep, recall
from server.demonstration.living.script import Script, read_script
from server.demonstration.living.welcoming import welcome
from server.demonstration.page import Shown, page
from server.demonstration.processes import world
from tests.support.living import Living, all_of, everything_said, living

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Living]:
    async with living(tmp_path_factory.mktemp("demo")) as begun:
        yield begun


async def test_a_new_device_reads_the_weeks_with_what_is_printed(
    network: Living, tmp_path: Path
) -> None:
    gabin = network.script.children["gabin"].deeds
    wanted = Counter(type(deed) for deed in gabin)

    async with network.restored("yanis", tmp_path) as device:
        said = max((await everything_said(device)).values(), key=len)
        held = Counter(type(one) for one in said)

    assert held[Message] == wanted[deeds.Say] == 38
    assert held[Reaction] == wanted[deeds.Sign]
    assert held[Task] == wanted[deeds.Task]
    assert held[Deletion] == wanted[deeds.Delete] == 1
    assert sum(len(one.attachments) for one in said if isinstance(one, Message)) == 5
    assert any(one.urgent for one in said if isinstance(one, Message))
    assert any(one.mentions == (device.professional,) for one in said if isinstance(one, Message))


async def test_there_is_plenty_to_read_and_to_do(network: Living, tmp_path: Path) -> None:
    async with network.restored("camille", tmp_path) as device:
        said = await everything_said(device)
        children = await all_of(device.line, "/coordination/children")
        colleagues = await all_of(device.line, "/coordination/professionals")
        late = (await device.line.ask("GET", "/coordination/late"))["items"]
        day = await device.line.ask("GET", "/day")

    assert sum(map(len, said.values())) > 150
    assert any(isinstance(one, Edit) for every in said.values() for one in every)
    assert Counter(str(child["stage"]) for child in children) == {
        "support": 10,
        "exit": 1,
        "coordination": 1,
        "inclusion": 1,
    }
    assert len(colleagues) == 20
    assert Counter(str(one["account"]) for one in colleagues) == {"active": 19, "invited": 1}
    assert [one["child"]["given_name"] for one in late if one["child"]["late_visits"]] == ["Maëlys"]
    assert day["tasks"]


@pytest.mark.parametrize("key", ["helene", "yanis", "camille"])
async def test_something_is_unread_for_each_role(network: Living, tmp_path: Path, key: str) -> None:
    async with connect(network.world.url) as line:
        signed = await line.ask("POST", "/sessions", network.credentials(key).form())
        line.sign_in(signed["token"])
        day = await line.ask("GET", "/day")

    channels = [one for circle in day["circles"] for one in circle["channels"]]
    assert channels
    assert all(0 < one["read"] <= one["head"] for one in channels)
    assert any(one["read"] < one["head"] for one in channels)


async def test_every_printed_sign_in_opens_the_door(network: Living) -> None:
    for one in network.ledger.sign_ins:
        async with connect(network.world.url) as line:
            form = network.credentials(one.email.partition("@")[0]).form()
            signed = await line.ask("POST", "/sessions", form)
            line.sign_in(signed["token"])
            me = await line.ask("GET", "/me")

        assert f"{me['given_name']} {me['family_name']}" == one.name


async def test_families_were_told_on_their_days(network: Living) -> None:
    shown = shown_of(network)

    letters = shown.letters()

    assert len(letters) > 60
    assert [one["at"] for one in letters] == sorted((one["at"] for one in letters), reverse=True)
    assert len({str(one["at"])[:10] for one in letters}) > 8
    assert {one["medium"] for one in letters} == {"email", "sms"}
    assert {"Merci de confirmer votre rendez-vous", "Votre rendez-vous approche"} <= {
        str(one["subject"]) for one in letters
    }
    for child in network.script.children.values():
        assert not any(child.family_name in str(one["text"]) for one in letters)
        assert not any(child.given_name in str(one["text"]) for one in letters)


async def test_the_page_shows_codes_and_letters_and_is_strict(network: Living) -> None:
    async with page(shown_of(network), 0) as address, aiohttp.ClientSession() as http:
        async with http.get(f"{address}/") as response:
            policy = response.headers["Content-Security-Policy"]
            markup = await response.text()
        async with http.get(f"{address}/people") as response:
            told = await response.json()
        async with http.get(f"{address}/people", headers={"Host": "elsewhere.example"}) as refused:
            status = refused.status

    secret = network.sign_in("helene").secret
    around = {TOTP(secret).at(network.clock(), shift) for shift in (-1, 0)}
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in markup
    assert status == 421
    code = next(one["code"] for one in told["people"] if one["email"].startswith("helene"))
    assert code in around
    assert told["invitation"]["link"].startswith(f"{network.world.url}/invitation#")


async def test_a_newcomer_is_let_in_and_reads_what_was_said_before(
    network: Living, tmp_path: Path
) -> None:
    waiting = asyncio.create_task(
        welcome(
            network.ledger,
            server=network.world.url,
            folder=network.world.folder,
            clock=network.clock,
        )
    )
    invitation = network.ledger.invitation
    async with connect(network.world.url) as line:
        device = await newcomer(line, invitation.token, network, tmp_path)
        await asyncio.wait_for(waiting, timeout=30)
        await device.synchronise()
        (said,) = (await everything_said(device)).values()

    words = [one.text for one in said if isinstance(one, Message)]
    ilyes = network.script.children["ilyes"].deeds
    assert len(words) == sum(isinstance(deed, deeds.Say) for deed in ilyes) + 1
    assert words[-1].startswith(f"Bonjour @{invitation.name}")


async def test_a_kept_demonstration_goes_on_where_it_was(tmp_path: Path) -> None:
    seeded, folder = tmp_path / "seeded", tmp_path / "kept"
    seeded.mkdir()
    async with living(seeded, only("tiago", "maelys", "ilyes")) as first:
        keep(seeded, first.ledger)

    seeded.rename(folder)
    kept = recall(folder)

    assert kept == first.ledger
    assert (folder / FILE).stat().st_mode & 0o077 == 0
    async with world(folder, kept=kept.settings) as again:
        clock = StoryClock(file=folder / "clock")
        resumed = Living(world=again, clock=clock, script=first.script, ledger=kept)
        async with resumed.restored("camille", tmp_path) as device:
            said = await everything_said(device)
    assert sorted(len(every) for every in said.values()) == [10, 41]


async def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"settings": {}}')

    with pytest.raises(AnotherVersion):
        recall(tmp_path)


async def newcomer(line: HttpLine, token: str, network: Living, folder: Path) -> HeadlessDevice:
    """Begin as the invitation lets anybody begin."""
    form = {"token": token, "password": "hirondelle-sous-le-toit-7"}
    secret = (await line.ask("POST", "/enrolments", form))["secret"]
    return await enrol(
        line,
        Confirmation(invitation=token, code=TOTP(secret).at(network.clock())),
        server=network.world.url,
        path=folder / "newcomer",
        passphrase="hirondelle sous le toit",
        clock=network.clock,
        cost=SMALL_COST,
        stock=4,
    )


def only(*names: str) -> Script:
    script = read_script()
    return Script(people=script.people, children={name: script.children[name] for name in names})


def shown_of(network: Living) -> Shown:
    return Shown(
        ledger=network.ledger,
        server=network.world.url,
        folder=network.world.folder,
        clock=network.clock,
    )
