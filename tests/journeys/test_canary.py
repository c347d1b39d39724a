"""A phrase in every field that a person can fill, a whole journey, and then: where is it?

Nowhere but where it belongs. The fields are read off the routes, the pathway's forms and the
contents of channels, so a new field without a phrase fails here.
"""

import asyncio
import base64
import dataclasses
import json
import re
import shutil
from collections.abc import AsyncIterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from care_circle.definition.form import FormRecord
from care_circle.definition.pathway import COCON
from care_circle.definition.pathway_reading import read_pathway
from channels import content
from channels.content_parts import Attachment, ChecklistItem
from notifications.replies import Reply
from server.app import OPERATIONS
from server.clock import system_clock
from server.storage.engine import Doc, Dumped
from server.storage.heard import HeardReplies
from server.storage.keys import Keyring
from server.storage.sqlite import SqliteEngine
from tests.support.canary_fields import fields_of, places
from tests.support.canary_inventory import Inventory, as_text, inventory
from tests.support.canary_phrases import (
    MOTHER_PHONE,
    RECORDS,
    REPLY,
    SEALED,
    SECRETS,
    TOLD_BEHIND_THE_LINK,
    TOLD_BY_MAIL,
    TOLD_BY_SMS,
    UNPLANTED,
    UNSAID,
)
from tests.support.canary_search import found, named
from tests.support.canary_storm import (
    ask_wrongly,
    guess,
    look_everywhere,
    mumble,
    shout_into_sockets,
)
from tests.support.canary_walk import PROFESSIONS, Walk, begun, end
from tests.support.canary_walk_care import walk_everything
from tests.support.canary_walk_documents import takes_words
from tests.support.canary_wire import IN_A_PATH, INTRUDER, Exchange, Notebook

ROOT = Path(__file__).resolve().parents[2]
READABLE = ROOT / "tests" / "docs" / "readable-fields.json"
DIRECTORY = ("StructureForm", "ProfessionalForm")
OURS_TO_NAME = "/contacts/"
"""A new contact's id is made by the server, whatever the client calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen, all of it bytes."""

    folder: Path
    notebook: Notebook
    days: Mapping[str, tuple[str, ...]]
    secrets: tuple[str, ...]
    links: tuple[str, ...]
    said: tuple[content.Content, ...]
    read_by_ben: tuple[bytes, ...]
    heard_on_sockets: bytes
    heard_by_mumblers: tuple[bytes, ...]
    wire: bytes
    mails: tuple[bytes, ...]
    texts: tuple[str, ...]
    processes: bytes
    dump: bytes
    inventory: Inventory
    ids: Mapping[str, str]

    @property
    def records(self) -> tuple[str, ...]:
        """Phrases that are sealed at rest."""
        return tuple(phrase for each in (*RECORDS.values(), *self.days.values()) for phrase in each)

    @property
    def everything(self) -> tuple[str, ...]:
        """All phrases, and every secret that was made on the way."""
        kept = (phrase for each in SECRETS.values() for phrase in each)
        made = (*self.secrets, *self.links)
        return (*self.records, *SEALED.values(), *kept, *made, INTRUDER, IN_A_PATH, "Rodomontade")

    def files(self, name: str) -> dict[str, bytes]:
        """Read the files below a folder, with their names."""
        paths = [path for path in (self.folder / name).rglob("*") if path.is_file()]
        return {path.name: path.name.encode() + b"\n" + path.read_bytes() for path in paths}

    def refusals(self) -> list[Exchange]:
        """List what was refused, to anybody."""
        return [each for each in self.notebook.exchanges if each.status >= 400]

    def successes(self) -> list[Exchange]:
        """List what was granted."""
        return [each for each in self.notebook.exchanges if each.status < 400]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """Walk the whole journey once, then ask all that is wrong."""
    folder = tmp_path_factory.mktemp("canary")
    yield asyncio.run(_gathered(folder))
    shutil.rmtree(folder)


async def _gathered(folder: Path) -> Evidence:
    async with AsyncExitStack() as stack:
        walk = await stack.enter_async_context(begun(folder))
        await walk_everything(walk)
        heard = await _ask_all_that_is_wrong(walk)
        mumbled = tuple(await mumble(walk))
        ben = walk.cast["ben"].device
        await ben.synchronise()
        entries = await ben.history(next(iter(ben.session.channels)))
        shutil.copytree(folder / "store", folder / "living")
        processes = await asyncio.to_thread(_command_line, walk.server.pid)
        await end(walk.server)
        master_key = base64.b64decode(walk.settings["RONDE_MASTER_KEY"])
        await _hear_reply(folder, master_key, walk.clock())
        return Evidence(
            folder=folder,
            notebook=walk.notebook,
            days=walk.days,
            secrets=tuple(secret for secret in walk.secrets if secret),
            links=tuple(walk.links),
            said=tuple(walk.said),
            read_by_ben=tuple(entry.opened.entry.body for entry in entries),
            heard_on_sockets=heard,
            heard_by_mumblers=mumbled,
            wire=bytes(walk.wire.bytes_up) + bytes(walk.wire.bytes_down),
            mails=tuple(envelope.content or b"" for envelope in walk.letters.envelopes),  # type: ignore[misc]  # bytes on the wire
            texts=tuple(f"{text.to} {text.text}" for text in walk.texts.texts),
            processes=processes,
            dump=await _dumped(folder),
            inventory=await _listed(folder, master_key),
            ids=walk.ids,
        )


async def _ask_all_that_is_wrong(walk: Walk) -> bytes:
    ana, dora = walk.cast["ana"].line, walk.cast["dora"].line
    nobody = await walk.line("nobody")
    await walk.cast["dora"].return_to_work()
    await walk.cast["eve"].return_to_work()
    for name, line in (("nobody", nobody), ("dora", dora), ("eve", walk.cast["eve"].line)):
        stranger = await walk.line(f"stranger {name}")
        stranger.token = line.token
        await look_everywhere(walk, stranger)
    for line in (ana, nobody):
        wrong = await walk.line("wrong")
        wrong.token = line.token
        await ask_wrongly(walk, wrong)
    await guess(nobody)
    return b"\n".join(
        [*await shout_into_sockets(walk, ana.token), *await shout_into_sockets(walk, None)]
    )


def _command_line(process: int) -> bytes:
    place = Path(f"/proc/{process}")
    names = [place / "cmdline", place / "environ"]
    return b"\n".join(name.read_bytes() for name in names if name.exists())


async def _hear_reply(folder: Path, master_key: bytes, at: datetime) -> None:
    """Note what a provider gave that is asked for answers; those of the walk call by themselves."""
    engine = await SqliteEngine.open(folder / "store" / "ronde.sqlite3", system_clock)
    try:
        heard = HeardReplies(engine, await Keyring.open(engine, master_key))
        await heard.note("ovh", Reply(from_number=MOTHER_PHONE, text=REPLY, at=at))
    finally:
        await engine.close()


async def _dumped(folder: Path) -> bytes:
    """Make a backup by dump, as bytes."""
    shutil.copytree(folder / "store", folder / "copy")
    engine = await SqliteEngine.open(folder / "copy" / "ronde.sqlite3", system_clock)
    try:
        return b"\n".join([_flat(item) async for item in _all(engine)])
    finally:
        await engine.close()


async def _listed(folder: Path, master_key: bytes) -> Inventory:
    """List every field in the store, as the operator, with the master key."""
    engine = await SqliteEngine.open(folder / "copy" / "ronde.sqlite3", system_clock)
    try:
        return await inventory(engine.dump(), await Keyring.open(engine, master_key))
    finally:
        await engine.close()


def _all(engine: SqliteEngine) -> AsyncIterable[Doc | Dumped]:
    return engine.dump()


def _flat(item: Doc | Dumped) -> bytes:
    if isinstance(item, Doc):
        keys = (item.kind, item.id, item.unique or "", *item.tags, str(item.due))
        return "\n".join(keys).encode() + item.body
    return f"{item.stream}\n{item.entry.mid}\n".encode() + item.entry.body


# What is planted, and that it is planted everywhere.


def planted(evidence: Evidence) -> dict[str, set[str]]:
    """Collect the phrases that were taken, by field."""
    wanted = {*evidence.everything}
    taken: dict[str, set[str]] = {}
    for exchange in evidence.successes():
        operation = exchange.operation
        if operation is None or operation.body is None or not isinstance(exchange.sent, dict):
            continue
        for place in places(operation.body, exchange.sent):
            if place.value in wanted:
                taken.setdefault(place.field, set()).add(place.value)
    return taken


def test_every_field_of_every_form_was_filled_with_a_phrase_or_refused_one(
    evidence: Evidence,
) -> None:
    every, taken = fields_of(OPERATIONS), planted(evidence)
    probed = {field for _, _, field in evidence.notebook.probed}

    assert set(every) - set(taken) - probed - set(UNPLANTED) == set()
    assert {
        field for field, phrases in RECORDS.items() if {*phrases} - taken.get(field, set())
    } == {
        "ProfessionalForm.given_name",
        "ProfessionalForm.family_name",
        "ProfessionalForm.email",
    }, "the coordinator is made at the command line, all other phrases over HTTP"
    assert {*UNPLANTED} & {*taken} <= {"EnrolmentForm.token", "ConfirmationForm.token"}
    assert {*UNPLANTED} <= {*every}


def test_every_path_was_tried_with_a_phrase_in_each_of_its_places(evidence: Evidence) -> None:
    tried = {(each.method, each.operation.path) for each in evidence.refusals() if each.operation}

    with_places = {(each.method, each.path) for each in OPERATIONS if "{" in each.path}
    assert with_places - tried == set()


def test_no_phrase_was_taken_for_an_id_a_day_or_a_listed_word(evidence: Evidence) -> None:
    assert [line for line in evidence.notebook.accepted if OURS_TO_NAME not in line] == []


def test_every_text_of_the_pathways_forms_was_answered_with_a_phrase(evidence: Evidence) -> None:
    pathway = read_pathway(COCON)
    texts = {
        (form.code, field.code)
        for form in pathway.forms.values()
        for field in form.fields()
        if form.record is FormRecord.DOCUMENT and takes_words(field)
    }
    answered = {
        (exchange.sent["form"], code)
        for exchange in evidence.successes()
        if isinstance(exchange.sent, dict) and "form" in exchange.sent
        for code, answer in _said(exchange.sent["answers"])
        if answer in evidence.everything
    }

    assert texts - answered == set()
    assert texts != set()


def _said(answers: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Give each answer with its question's code, those in lists and rows too."""
    for code, answer in answers.items():
        for each in answer if isinstance(answer, list) else [answer]:
            yield from each.items() if isinstance(each, dict) else [(code, each)]


def test_everything_that_can_be_said_in_a_channel_was_said_with_a_phrase(
    evidence: Evidence,
) -> None:
    kinds = [ChecklistItem, Attachment, *get_args(content.Content)]
    every = {
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name, hint in get_type_hints(kind).items()
        if str in (hint, *get_args(hint))
    }
    pieces = [*evidence.said]
    parts = [
        part
        for one in pieces
        for field in ("checklist", "attachments")
        for part in getattr(one, field, None) or ()
    ]
    said = {
        f"{type(one).__name__}.{field.name}"
        for one in (*pieces, *parts)
        for field in dataclasses.fields(one)
        if getattr(one, field.name) == SEALED.get(f"{type(one).__name__}.{field.name}", one)
    }

    assert every - said == set(UNSAID)
    assert said == set(SEALED)


# The controls: the same eyes find each phrase where it belongs.


def test_whoever_may_read_reads_everything(evidence: Evidence) -> None:
    read = b"\n".join(each.body for each in evidence.successes())
    heard = b"\n".join(evidence.read_by_ben)

    assert named(found(evidence.records, read)) == set(evidence.records)
    assert named(found(SEALED.values(), heard)) == set(SEALED.values())


def test_letters_and_texts_tell_where_and_nothing_else(evidence: Evidence) -> None:
    mails, texts = b"\n".join(evidence.mails), "\n".join(evidence.texts).encode()
    links = evidence.links

    assert named(found(TOLD_BY_SMS, texts)) == set(TOLD_BY_SMS)
    assert named(found(TOLD_BY_MAIL, mails)) == set(TOLD_BY_MAIL)
    for mail in evidence.mails:
        assert found(evidence.everything, mail, besides=(*TOLD_BY_MAIL, *links)) == []
    assert found(evidence.everything, texts, besides=(*TOLD_BY_SMS, *links)) == []


def test_a_phrase_that_nobody_sealed_is_found_in_the_store(
    evidence: Evidence, tmp_path: Path
) -> None:
    phrase = SEALED["Message.text"]

    async def leak() -> bytes:
        engine = await SqliteEngine.open(tmp_path / "leaky", system_clock)
        await engine.put(Doc("leak", "a", 0, phrase.encode()))
        data = (tmp_path / "leaky-wal").read_bytes()
        await engine.close()
        return data + (tmp_path / "leaky").read_bytes()

    assert found([phrase], asyncio.run(leak())) != []


# And nowhere else.


def test_the_store_its_log_and_its_backup_hold_no_phrase(evidence: Evidence) -> None:
    living, ended = evidence.files("living"), evidence.files("store")

    assert {"ronde.sqlite3", "ronde.sqlite3-wal", "ronde.sqlite3-shm"} <= set(living)
    for name, data in (*living.items(), *ended.items(), ("dump", evidence.dump)):
        assert found(evidence.everything, data) == [], name
        assert INTRUDER.encode() not in data
    assert evidence.ids["child"].encode() in evidence.dump
    assert any(evidence.ids["child"].encode() in data for data in living.values())


def test_nothing_is_logged_or_printed(evidence: Evidence) -> None:
    errors = (evidence.folder / "stderr.log").read_bytes()

    assert b"/api/v1/children/{child}/appointments" in errors
    assert b"notice_needs_a_person" in errors
    assert found(evidence.everything, errors) == []
    assert (evidence.folder / "stdout.log").read_bytes() == b""


def test_no_process_shows_a_phrase_to_its_neighbours(evidence: Evidence) -> None:
    assert found(evidence.everything, evidence.processes) == []


def test_no_refusal_repeats_what_it_refuses(evidence: Evidence) -> None:
    # A family's page is shown again with what was refused: it tells what it tells anyway.
    refusals = [each for each in evidence.refusals() if each.who != "finder"]
    data = b"\n".join(each.headers + b"\n" + each.body for each in refusals)

    assert len(refusals) > 500
    assert {each.status for each in refusals} >= {400, 401, 404, 405, 409, 415, 422, 428}
    assert [each for each in refusals if each.status >= 500] == []
    assert found(evidence.everything, data) == []
    assert found(evidence.everything, evidence.heard_on_sockets) == []
    assert evidence.heard_on_sockets.count(b'"code":') > 5


def test_what_is_not_even_http_is_refused_like_everything_else(evidence: Evidence) -> None:
    answers = evidence.heard_by_mumblers

    assert len(answers) == 8
    for answer in answers:
        assert answer.startswith(b"HTTP/1.")
        assert b"Content-Type: application/problem+json" in answer
        assert b"Python" not in answer
        assert found(evidence.everything, answer) == []


def test_no_header_of_any_answer_holds_a_phrase(evidence: Evidence) -> None:
    headers = b"\n".join(each.headers for each in evidence.notebook.exchanges)

    assert found(evidence.everything, headers) == []


def test_what_members_say_to_each_other_is_not_even_on_the_wire(evidence: Evidence) -> None:
    assert found(RECORDS["IdentityForm.usual_given_name"], evidence.wire) != []
    assert found((*SEALED.values(), *SECRETS["passphrase"]), evidence.wire) == []


def test_devices_keep_everything_sealed(evidence: Evidence) -> None:
    files = evidence.files("devices")

    assert len([name for name in files if name.endswith(".appareil")]) == len(PROFESSIONS)
    for name, data in files.items():
        besides = [name.partition(".")[0]]
        assert found(evidence.everything, data, besides=besides) == [], name


def test_strangers_are_told_nothing(evidence: Evidence) -> None:
    of = [each for each in evidence.notebook.exchanges if each.who.startswith("stranger")]
    directory = [
        phrase
        for field, phrases in RECORDS.items()
        if field.startswith(DIRECTORY)
        for phrase in phrases
    ]

    for each in of:
        besides = () if each.who == "stranger nobody" else directory
        assert found(evidence.everything, each.headers + each.body, besides=besides) == [], each
    reads = [each for each in of if each.operation and "{child}" in each.operation.path]
    assert {each.status for each in reads} == {401, 404}
    assert {each.path for each in of if each.who == "stranger nobody" and each.status < 400} == {
        "/healthz",
        "/readyz",
    }


def test_whoever_finds_a_familys_link_learns_where_and_when_only(evidence: Evidence) -> None:
    pages = [each for each in evidence.notebook.exchanges if each.who == "finder"]
    told = b"\n".join(page.body for page in pages)

    assert found(TOLD_BEHIND_THE_LINK[1:], told) != []
    for page in pages:
        own = page.path.split("/")[2]
        besides = (*TOLD_BEHIND_THE_LINK, own)
        assert found(evidence.everything, page.body, besides=besides) == [], page
        assert page.status < 500


def test_what_we_could_hand_over_is_what_was_reviewed(evidence: Evidence) -> None:
    """A field that is new here is read by a person before it is added to the reviewed file."""
    reviewed = json.loads(READABLE.read_text(encoding="utf-8"))

    assert as_text(evidence.inventory) == as_text(reviewed)


def test_every_kind_of_record_was_in_the_store_when_it_was_listed(evidence: Evidence) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "server").rglob("*.py")]
    declared = re.compile(
        r'^KIND(?:: Final)? = "([a-z_]+)"|\bkind="([a-z_]+)",\s+type=', re.MULTILINE
    )
    kinds = {one or other for source in sources for one, other in declared.findall(source)}

    assert kinds - set(evidence.inventory) == {"follow_up_mark"}, "it lives as long as a write"
    assert len(kinds) > 10


def test_of_what_members_say_nothing_could_be_handed_over(evidence: Evidence) -> None:
    log = evidence.inventory["log of a channel"]

    assert log["closed_to_us"] == ["entry body", "history body"]
    assert not {name for name in log["clear"] if name.startswith(("text", "title", "note"))}
