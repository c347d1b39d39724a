"""`ronde client` as people use it: real server, real socket, the files of real devices."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyotp.totp import TOTP

from care_circle.role import Profession, Role
from channels.content import Deletion, Edit, Message, Task, TaskChange
from channels.content_parts import Attachment
from channels.content_tasks import with_card
from channels.headless_people import admit_member
from crypto.ids import BlobId, TaskId, new_id
from crypto.mls.suite import Secret
from crypto.session.log import Card
from server.client.command import client
from tests.support.actors import Person, founded, stranger
from tests.support.journey import (
    PASSPHRASE,
    PASSWORD,
    Companion,
    Journey,
    ids_in_log,
    journey,
    together,
)
from tests.support.server import Running
from tests.support.terminal import Terminal, ids, keyboard, numbers

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def story(server: Running) -> AsyncIterator[Journey]:
    async with journey(server) as begun:
        yield begun


def at(one: Companion, *, server: str | None = None) -> Terminal:
    return Terminal(path=one.path, clock=one.clock, server=server)


async def test_a_newcomer_comes_from_an_invitation_to_a_device(
    server: Running, tmp_path: Path
) -> None:
    async with stranger(server) as ana:
        await founded(ana)
        record = await _register(ana)
        terminal = Terminal(path=tmp_path / "d" / "ben", clock=server.clock, server=server.url)

        code = await asyncio.to_thread(_activate, server, record["token"])
        enrolled = await terminal.run(
            "enrol", "--email", "ben@ronde.example", typed=f"{PASSWORD}\n{code}\n"
        )

        assert record["professional"] in ids(enrolled)
        assert len("".join(re.findall(r"\b[0-9a-f]{4}\b", enrolled))) >= 64
        assert PASSWORD not in enrolled
        assert (await terminal.run("sync")).endswith("✔ À jour.\n")
        again = await terminal.run("enrol", "--email", "ben@ronde.example", code=1)
        assert "sign-in" in again


async def test_a_story_told_by_commands_alone(story: Journey) -> None:
    ben = await story.join("Ben")
    dora = await story.join("Dora", Profession.PSYCHOLOGIST)
    await story.include_child(ben)
    ana, his, hers = at(story.ana), at(ben), at(dora)

    circle = ids(await ana.run("open-circle", story.child))[0]
    channel = ids(await ana.run("open-channel", circle))[0]
    for one in (ben, dora):
        await ana.run("admit", circle[:6], one.id)
        assert "✔" in await ana.run("add", channel[:6], one.id[:6])
    assert "déjà" in await ana.run("add", channel, ben.id)
    assert channel in await his.run("sync")
    assert "rejoint" not in await hers.run("sync")

    assert "n° " in await ana.run("post", channel, "-", typed="Bonjour\nà tous\n")
    first = re.search(r"#(\d+)", await his.run("history", channel))
    assert first is not None
    number = first.group(1)
    await his.run("post", channel, "Bien reçu", "--reply-to", number, "--mention", story.ana.id)
    await hers.run("react", channel, f"#{number}", "👍")
    await his.run("link", channel, "a" * 26, "Visite des 24 mois")
    told = await hers.run("history", channel)
    assert "Bonjour" in told
    assert f"↳ #{number} : Bien reçu (@ Ana Dubreuil)" in told
    assert f"👍 sous #{number}" in told
    assert "Ben Lavigne" in told
    assert "Visite des 24 mois" in told

    await _assign_and_do(story, circle, channel)
    await _compare(story, circle, channel)

    assert "n'est plus du cercle" in await ana.run("release", circle, dora.id)
    await his.run("post", channel, "Entre nous deux")
    assert "Vous n'êtes plus dans le cercle" in await hers.run("sync")
    refused = await hers.run("history", channel, code=1)
    assert refused.splitlines()[-1].startswith("✘ Introuvable")
    assert "Entre nous deux" not in refused
    assert "sorti le" in await ana.run("members", circle)


async def _assign_and_do(story: Journey, circle: str, channel: str) -> None:
    ben, ana = story.people["Ben"], at(story.ana)
    given = await ana.run(
        "task", channel, "Bilan moteur", "--check", "marche", "--check", "escalier",
        "--assign", ben.id, "--due", "2026-12-01",
    )  # fmt: skip
    task = ids(given)[-1]
    listed = await at(ben).run("tasks", circle)
    assert "« Bilan moteur »  demandée" in listed
    assert "pour Ben Lavigne, avant le 01/12/2026" in listed
    assert "☐ 1. marche" in listed

    stranger_ = await at(story.people["Dora"]).run(
        "task-change", channel, task[:8], "--state", "completed", code=1
    )
    await at(ben).run("task-change", channel, task[:8], "--state", "in-progress", "--done", "1")
    await at(ben).run("task-change", channel, task[:8], "--state", "completed", "--note", "fait")

    assert "Seuls l'auteur" in stranger_
    listed = await ana.run("tasks", circle)
    assert "faite" in listed
    assert "☑ 1. marche" in listed
    assert "☐ 2. escalier" in listed
    assert "ATTENTION" not in listed


async def test_a_task_shows_as_it_was_signed_whatever_card_the_server_has(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    task = TaskId(new_id())
    signed = Card(task=task, state="requested", assignees=(ben.id,), due=date(2027, 3, 9))
    words = with_card(Task(task=task, title="Appeler la PMI"), signed)
    await story.ana.post(
        story.channel, words, card=replace(signed, assignees=(ben.id, story.ana.id), due=None)
    )

    listed = await at(ben).run("tasks", story.circle)
    told = await at(ben).run("history", story.channel)
    await at(ben).run("task-change", story.channel, task, "--state", "accepted")

    assert "pour Ben Lavigne, avant le 09/03/2027" in listed
    assert "autre chose que ce qu'ont écrit ses auteurs" in listed
    assert "avant le 09/03/2027" in told
    assert "autre chose que ce qu'ont écrit ses auteurs" in told
    board = await story.ana.line.ask("GET", f"/circles/{story.circle}/tasks")
    assert [(one["due"], one["assignees"]) for one in board["items"]] == [("2027-03-09", [ben.id])]


async def test_another_member_rewrites_no_task(story: Journey) -> None:
    ben, dora = await story.join("Ben"), await story.join("Dora")
    await story.gather(ben, dora)
    given = await at(story.ana).run("task", story.channel, "Bilan moteur", "--assign", ben.id)
    task = ids(given)[-1]

    refused = await at(dora).run(
        "task-change", story.channel, task, "--title", "Ne rien faire", code=1
    )
    await dora.device.catch_up(story.channel)
    await dora.post(story.channel, TaskChange(task=TaskId(task), title="Ne rien faire"))
    await at(dora).run("task-change", story.channel, task, "--note", "Je peux aider")

    assert "n'est pas à vous" in refused
    assert "« Bilan moteur »" in await at(ben).run("tasks", story.circle)
    told = await at(ben).run("history", story.channel)
    assert told.count("ce changement ne compte pas") == 1
    assert "Je peux aider" in told


async def test_whoever_admits_reads_as_what_before_it_is_signed(story: Journey) -> None:
    ben, dora = await story.join("Ben"), await story.join("Dora")
    eva = await story.join("Eva", role=Role.COORDINATOR)
    await story.gather(ben)

    wrong = await at(story.ana).run("admit", story.circle, dora.id, "--role", "midwife", code=1)
    unsaid = await at(story.ana).run("admit", story.circle, eva.id, code=1)
    said = await at(story.ana).run("admit", story.circle, eva.id, "--role", "coordinator")

    assert "Vous signez : Dora" in wrong
    assert "rien n'est signé" in wrong
    assert "faire entrer et sortir du cercle" in unsaid
    assert "Vous signez : Eva" in said
    story.ana.restart()
    await story.ana.device.know_circle(story.circle)
    roster = story.ana.device.roster(story.circle)
    assert roster.coordinators == {story.ana.id, eva.id}
    assert dora.id not in roster.active


async def _compare(story: Journey, circle: str, channel: str) -> None:
    ana, ben = story.ana, story.people["Ben"]

    hers = await at(ana).run("safety-number", ben.id)
    his = await at(ben).run("safety-number", ana.id)

    assert len(numbers(his)) == 12
    assert numbers(his) == numbers(hers)
    codes = [numbers(await at(one).run("circle-code", channel)) for one in (ana, ben)]
    assert codes[0] == codes[1]
    assert len(codes[0]) == 6
    listed = await at(ben).run("members", circle)
    assert f"{ana.id}  Ana Dubreuil, Coordinatrice" in listed
    assert "Psychologue" in listed


def attachment(name: str) -> Attachment:
    return Attachment(
        blob=BlobId(new_id()),
        key=Secret(bytes(32)),
        size=81_920,
        sha256=bytes(32),
        type="application/pdf",
        name=name,
    )


async def test_what_is_written_offline_waits_and_is_sent_later(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)

    kept = await at(ben, server=NOWHERE).run("post", story.channel, "sans réseau")
    more = await at(ben, server=NOWHERE).run("post", story.channel, "toujours sans")
    lost = await at(ben, server=NOWHERE).run("sync", code=1)
    sent = await at(ben).run("sync")

    assert "boîte d'envoi (1 en attente)" in kept
    assert "boîte d'envoi (2 en attente)" in more
    assert "ne répond pas" in lost
    assert "À jour : 2 message(s) envoyé(s)" in sent
    ben.restart()
    assert await together(story.channel, story.ana, ben) == ["sans réseau", "toujours sans"]
    assert len(await ids_in_log(ben, story.channel)) == 2


async def test_what_a_newcomer_is_handed_is_not_called_unreadable(story: Journey) -> None:
    ben, eva = await story.join("Ben"), await story.join("Eva")
    await story.gather(ben)
    await story.ana.say(story.channel, "dit avant son arrivée")
    await admit_member(story.ana.device, story.circle, eva.id)
    await story.ana.device.add(story.channel, eva.id)

    synced = await at(eva).run("sync")

    assert "dit avant son arrivée" in synced
    assert "n'a pas" not in synced


async def test_news_met_on_the_way_is_announced_and_ones_own_words_are_not(
    story: Journey,
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await story.ana.say(story.channel, "une nouvelle")

    met = await at(ben).run("circle-code", story.channel)
    await at(ben).run("post", story.channel, "ma réponse")
    synced = await at(ben).run("sync")

    assert f"1 nouveau(x) message(s) : « ronde client history {story.channel} »" in met
    assert "une nouvelle" not in synced
    assert "ma réponse" not in synced


async def test_after_the_session_ended_one_sentence_says_what_to_do(
    story: Journey, server: Running
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    server.clock.move(hours=13)

    refused = await at(ben).run("post", story.channel, "trop tard", code=1)
    typed = f"{PASSWORD}\n{ben.code()}\n"
    opened = await at(ben).run("sign-in", "--email", ben.email, typed=typed)
    sent = await at(ben).run("sync")

    assert refused.count("✘") == 1
    assert "ronde client sign-in" in refused
    assert "attend dans la boîte d'envoi" in refused
    assert "Session ouverte" in opened
    assert "À jour" in sent
    assert "trop tard" in await at(ben).run("history", story.channel)


async def test_refusals_end_with_one_and_misuse_with_two(story: Journey, tmp_path: Path) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    nobody = Terminal(path=tmp_path / "nobody", clock=story.clock)

    refusals = {
        "« ronde client enrol »": await nobody.run("sync", code=1),
        "ne commence par": await at(ben).run("post", "zzzzzz", "?", code=1),
        "Votre rôle ne permet pas": await at(ben).run("open-circle", story.child, code=1),
        "vide, trop long": await at(ben).run("post", story.channel, "", code=1),
        "n° 99": await at(ben).run("react", story.channel, "99", "👍", code=1),
        "déjà dans le cercle": await at(story.ana).run("admit", story.circle, ben.id, code=1),
        "garde un coordonnateur": await at(story.ana).run("release", story.circle, "moi", code=1),
        "pas soi-même": await at(ben).run("remove", story.channel, "moi", code=1),
    }
    misuse = {
        "Il manque TEXTE": await at(ben).run("post", story.channel, code=2),
        "Commande inconnue": await at(ben).run("poster", code=2),
        "au choix : all, since, joining": await at(ben).run(
            "admit", "c", "p", "--history", "tout", code=2
        ),
        "--since va avec": await at(ben).run("admit", "c", "p", "--history", "since", code=2),
        "Rien à changer": await at(ben).run("task-change", "c", "t", code=2),
        "en clair": await at(ben, server="http://ronde.example").run("sync", code=2),
    }

    for said, output in {**refusals, **misuse}.items():
        assert said in output
        assert output.count("✘") == 1


async def test_a_wrong_passphrase_is_refused_and_the_right_one_never_shown(
    story: Journey,
) -> None:
    phrase = story.folder / "fausse"
    phrase.write_text("une autre phrase\n")
    terminal = at(story.ana)
    result = await asyncio.to_thread(
        CliRunner().invoke,
        client,
        ["--file", str(terminal.path), "--passphrase-file", str(phrase), "whoami"],
    )
    asked = await asyncio.to_thread(
        CliRunner().invoke,
        client,
        ["--file", str(terminal.path), "whoami"],
        input=f"{PASSPHRASE}\n",
    )

    assert result.exit_code == 1
    assert "phrase secrète" in result.output
    assert asked.exit_code == 0
    assert story.ana.id in asked.output
    assert PASSPHRASE not in asked.output


async def test_corrections_and_files_are_told_in_a_line_each(story: Journey) -> None:
    ben, file = await story.join("Ben"), attachment("Bilan\x1b[2J.pdf")
    await story.gather(ben)
    first = await ben.say(story.channel, "à demain")
    await ben.post(story.channel, Edit(of=first, text="à jeudi", mentions=(story.ana.id,)))
    await ben.post(story.channel, Message(text="", attachments=(file,), urgent=True))
    await ben.post(story.channel, Deletion(of=first))

    told = await at(story.ana).run("history", story.channel)

    number = told.partition("#")[2].split()[0]
    assert f"Correction de #{number} : à jeudi (@ Ana Dubreuil)" in told
    assert "[urgent]\n" in told
    assert "Fichier « Bilan�[2J.pdf » (application/pdf, 82 ko)" in told
    assert f"Retrait de #{number}\n" in told
    assert "ne sait pas montrer" not in told


async def test_a_text_cannot_steer_the_terminal_of_who_reads_it(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await ben.say(story.channel, "\x1b[2Jeffacé \u202etrevni")

    told = await at(story.ana).run("history", story.channel)

    assert "effacé" in told
    assert "\x1b" not in told
    assert "\u202e" not in told


async def test_listening_tells_at_once_and_leaves_the_device_to_other_commands(
    story: Journey,
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)

    async with _listening(at(ben), story.channel) as process:
        await story.ana.say(story.channel, "vous m'entendez ?")
        heard = await _line_with(process, "vous m'entendez ?")
        mine = await at(ben).run("post", story.channel, "oui")
        echoed = await _line_with(process, "oui")
        process.send_signal(signal.SIGINT)
        rest, _ = await asyncio.wait_for(process.communicate(), 20)

    assert heard
    assert echoed
    assert "Publié" in mine
    assert "Fin de l'écoute." in rest.decode()
    assert process.returncode == 0
    ben.restart()
    assert await together(story.channel, story.ana, ben) == ["vous m'entendez ?", "oui"]


def test_every_command_explains_itself_in_french() -> None:
    runner = CliRunner()

    for words in ([], *([name] for name in client.commands)):
        shown = runner.invoke(client, [*words, "--help"])
        assert shown.exit_code == 0
        assert shown.output.startswith("Usage : ")
        assert "Affiche cette aide." in shown.output
        assert "Show this" not in shown.output
        assert "password" not in shown.output


async def _register(ana: Person) -> dict[str, str]:
    form = {
        "family_name": "Lavigne",
        "given_name": "Ben",
        "role": "professional",
        "profession": "physician",
        "email": "ben@ronde.example",
    }
    person = (await ana.post("/professionals", form)).body
    record: dict[str, str] = (await ana.post(f"/professionals/{person['id']}/invitation")).body
    return record


def _activate(server: Running, token: str) -> str:
    """Use an invitation at a terminal, mistyping the first code; return the next code."""
    with keyboard("--server", server.url, "activate") as typing:
        typing.answer("Invitation", token)
        typing.answer("Mot de passe", PASSWORD)
        typing.answer("Encore une fois", PASSWORD)
        shown = typing.wait_for("Code affiché")
        found = re.search(r"secret +([A-Z2-7]+)", shown)
        assert found is not None
        assert "otpauth://totp/" in shown
        assert PASSWORD not in shown
        typing.answer("Code affiché", "000000")
        typing.wait_for("Code refusé")
        code = TOTP(found.group(1))
        typing.answer("Code affiché", code.at(server.clock()))
        typing.wait_for("✔ Compte actif")
    return code.at(server.clock() + timedelta(seconds=30))


@asynccontextmanager
async def _listening(terminal: Terminal, channel: str) -> AsyncIterator[Process]:
    phrase = terminal.path.with_suffix(".phrase")
    phrase.write_text(PASSPHRASE)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "server", "client", "--file", str(terminal.path),
        "--passphrase-file", str(phrase), "listen", channel,
        stdout=PIPE, stderr=PIPE, cwd=Path(__file__).parents[2], env={"PYTHONUTF8": "1"},
    )  # fmt: skip
    try:
        await _line_with(process, "À l'écoute")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _line_with(process: Process, words: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while True:
            line = (await process.stdout.readline()).decode()
            assert line, await _last_words(process)
            if words in line:
                return line


async def _last_words(process: Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.read()).decode() or "the command ended"
