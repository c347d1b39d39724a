"""`ronde client recovery` as people use it: the code is shown once, a wiped machine comes back."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.journey import PASSWORD, Companion, Journey, journey, together
from tests.support.server import Running
from tests.support.terminal import Terminal, ids

CODE = re.compile(r"^ {4}((?:[0-9A-Z]{4} ){7}[0-9A-Z]{4})$", re.MULTILINE)


@pytest.fixture
async def story(server: Running) -> AsyncIterator[Journey]:
    async with journey(server) as begun:
        yield begun


@pytest.fixture
async def ben(story: Journey) -> Companion:
    """Somebody who has talked with the coordinator."""
    ben = await story.join("Ben")
    await story.gather(ben)
    await story.ana.say(story.channel, "dit avant la perte")
    await together(story.channel, story.ana, ben)
    return ben


def at(one: Companion) -> Terminal:
    return Terminal(path=one.path, clock=one.clock)


async def set_up(one: Companion) -> str:
    told = await at(one).run("recovery", "set-up", "--yes")
    found = CODE.search(told)
    assert found is not None
    return found[1]


def typed(server: Running, one: Companion, *lines: str) -> str:
    """Type the lines, then password and a code of the second factor that is still good."""
    server.clock.move(seconds=60)
    return "\n".join((*lines, PASSWORD, one.code(), ""))


async def test_a_code_is_shown_once_and_brings_everything_back(
    server: Running, story: Journey, ben: Companion, tmp_path: Path
) -> None:
    code = await set_up(ben)
    status = await at(ben).run("recovery", "status")
    new = Terminal(path=tmp_path / "n" / "neuf", clock=story.clock, server=server.url)

    words = typed(server, ben, "AAAA", code.lower())
    told = await new.run(
        "recovery", "restore", "--email", ben.email, "--lost", ben.device_id[:6], typed=words
    )

    assert code not in status
    assert "à jour" in status
    assert "32 signes" in told
    assert code not in told.upper().replace(code, "", 1)
    assert "1 message(s) relus, 1 appareil(s) perdu(s)" in told
    assert "dit avant la perte" in await new.run("history", story.channel)
    assert "Publié" in await new.run("post", story.channel, "me revoilà")
    assert PASSWORD not in told
    device = ids(await new.run("whoami"))[1]
    await at(story.ana).run("sync")
    listed = await at(story.ana).run("members", story.circle)
    assert device in listed
    assert ben.device_id not in listed


async def test_who_lost_nothing_gains_a_device(
    server: Running, story: Journey, ben: Companion, tmp_path: Path
) -> None:
    code = await set_up(ben)
    new = Terminal(path=tmp_path / "n" / "neuf", clock=story.clock, server=server.url)

    told = await new.run(
        "recovery", "restore", "--email", ben.email, "--keep", typed=typed(server, ben, code)
    )

    assert "0 appareil(s) perdu(s)" in told
    await at(story.ana).run("sync")
    listed = await at(story.ana).run("members", story.circle)
    assert ben.device_id in listed
    assert ids(await new.run("whoami"))[1] in listed


async def test_each_other_device_is_asked_about(
    server: Running, story: Journey, ben: Companion, tmp_path: Path
) -> None:
    code = await set_up(ben)
    new = Terminal(path=tmp_path / "n" / "neuf", clock=story.clock, server=server.url)

    told = await new.run(
        "recovery", "restore", "--email", ben.email, typed=typed(server, ben, code) + "oui\n"
    )

    assert f"L'appareil {ben.device_id} est-il perdu" in told
    assert "1 appareil(s) perdu(s)" in told


async def test_somebody_elses_code_opens_nothing(
    server: Running, story: Journey, ben: Companion, tmp_path: Path
) -> None:
    await set_up(ben)
    hers = await set_up(story.ana)
    new = Terminal(path=tmp_path / "n" / "neuf", clock=story.clock, server=server.url)

    refused = await new.run(
        "recovery", "restore", "--email", ben.email, typed=typed(server, ben, hers), code=1
    )

    assert "pas celui de votre sauvegarde" in refused
    assert not new.path.exists()


async def test_without_a_backup_one_is_told_what_to_do(
    server: Running, story: Journey, ben: Companion, tmp_path: Path
) -> None:
    code = await set_up(story.ana)
    new = Terminal(path=tmp_path / "n" / "neuf", clock=story.clock, server=server.url)

    refused = await new.run(
        "recovery", "restore", "--email", ben.email, typed=typed(server, ben, code), code=1
    )

    assert "n'a pas de code de secours" in refused
    assert "Aucun code" in await at(ben).run("recovery", "status")


async def test_who_lost_code_and_device_comes_back_under_a_new_key(
    server: Running, story: Journey, ben: Companion, tmp_path: Path
) -> None:
    new = Terminal(path=tmp_path / "n" / "neuf", clock=story.clock, server=server.url)

    refused = await new.run("enrol", "--email", ben.email, typed=typed(server, ben), code=1)
    key = "".join(re.findall(r"\b[0-9a-f]{4}\b", await new.run("whoami")))
    ana = at(story.ana)
    attested = await ana.run("recovery", "attest", ben.id, "--key", key)
    await new.run("sign-in", "--email", ben.email, typed=typed(server, ben))
    await ana.run("release", story.circle, ben.id)
    admitted = await ana.run("admit", story.circle, ben.id)
    await ana.run("add", story.channel, ben.id)
    heard = await new.run("sync")

    assert "recovery restore" in refused
    assert "avertis" in attested
    assert "ATTENTION : la clé d'identité a changé" in admitted
    assert "dit avant la perte" in heard


async def test_another_of_ones_devices_takes_the_backup_up(
    server: Running, story: Journey, ben: Companion, tmp_path: Path
) -> None:
    code = await set_up(ben)
    new = Terminal(path=tmp_path / "n" / "neuf", clock=story.clock, server=server.url)
    words = typed(server, ben, code)
    await new.run("recovery", "restore", "--email", ben.email, "--keep", typed=words)

    again = CODE.search(await new.run("recovery", "set-up", typed="oui\n"))
    assert again is not None
    await story.bring(await story.join("Eva"))
    await at(ben).run("sync")
    orphaned = await at(ben).run("recovery", "status")
    wrong = await at(ben).run("recovery", "take-up", typed=f"{code}\n", code=1)
    taken = await at(ben).run("recovery", "take-up", typed=f"{again[1]}\n")

    assert "Aucun code" in orphaned
    assert "pas celui de votre sauvegarde" in wrong
    assert "tient désormais la sauvegarde" in taken
    assert "à jour" in await at(ben).run("recovery", "status")
