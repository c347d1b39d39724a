"""Things break while words pass through: neither the answer nor the journal repeats them."""

import io
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.logs import configure_logs
from tests.support.actors import Answer, Person, founded, stranger
from tests.support.canary_search import found
from tests.support.network import GIVEN_NAME, Network, child_form, network_of
from tests.support.server import Running, running

WORDS = "Il ne dort plus depuis le grand charivari"
PHRASES = (WORDS, GIVEN_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A network with a child in it, and a journal that keeps everything."""

    server: Running
    ana: Person
    network: Network
    journal: io.StringIO

    async def ask_everything(self) -> list[Answer]:
        """Ask in every way in which words pass: forms, questions, both factors."""
        ana, child = self.ana, self.network.child
        form = child_form() | {"although_alike": True}
        form["identity"]["usual_given_name"] = WORDS
        document = {"form": "F26", "answers": {"parents_concern": WORDS}}
        return [
            await ana.get(f"/children/{child}"),
            await ana.post("/children", form),
            await ana.ask("PATCH", f"/children/{child}", {"identity": form["identity"]}),
            await ana.post(f"/circles/{self.network.circle}/documents", document),
            await ana.post("/structures", {"name": WORDS, "neutral_label": "3 rue des Pinsons"}),
            await ana.post("/sessions", {"email": WORDS, "password": WORDS, "code": WORDS}),
        ]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    journal = io.StringIO()
    configure_logs("debug", journal)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(tmp_path))
        ana = await founded(await stack.enter_async_context(stranger(server)))
        network = await network_of(ana)
        await network.include_child(ana.id)
        await network.open_circle()
        yield Scene(server=server, ana=ana, network=network, journal=journal)


def seen(answers: list[Answer], journal: io.StringIO) -> list[str]:
    """Look for the words in refusals and in the journal."""
    refused = [answer for answer in answers if answer.status >= 400]
    told = "\n".join(f"{answer.body} {answer.headers}" for answer in refused)
    return found(PHRASES, told.encode()) + found(PHRASES, journal.getvalue().encode())


async def test_a_store_that_closes_under_the_server_makes_it_tell_nothing(scene: Scene) -> None:
    read = (await scene.ask_everything())[0]
    await scene.server.house.engine.close()

    answers = await scene.ask_everything()

    assert found(PHRASES, str(read.body).encode()) != []
    assert {answer.status for answer in answers} <= {500, 503}
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert "server.storage.engine.Unavailable" in scene.journal.getvalue()
    assert seen(answers, scene.journal) == []


async def test_a_damaged_record_is_told_by_its_kind_only(scene: Scene) -> None:
    with sqlite3.connect(scene.server.config.store) as other:
        other.execute("UPDATE doc SET body = body || x'00' WHERE kind = 'child'")
    other.close()

    answers = await scene.ask_everything()

    assert [answer.status for answer in answers if answer.status >= 500] != []
    assert "Damaged" in scene.journal.getvalue()
    assert seen(answers, scene.journal) == []
