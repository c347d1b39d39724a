"""Last chapters: somebody leaves and reads nothing more; who could read what, measured."""

import asyncio
import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from channels.content import Message
from channels.headless_people import release_member
from crypto.session import session as sessions
from crypto.session.log import Kind
from server.clock import Clock
from server.demonstration.family import CONCERN, opened_mails
from server.demonstration.network import CHILD_NAME
from server.demonstration.stage import Stage
from server.demonstration.talk import content_of, say, words_in
from server.storage.engine import Doc, Dumped
from server.storage.opening import open_engine

AFTERWARDS = "Inès a quitté le cercle ; on poursuit la surveillance à quatre mois."
KEPT_BY_SERVER = ("ronde.sqlite3", "ronde.sqlite3-wal", "journal.jsonl")
SENT_TO_FAMILY = ("mails.jsonl", "texts.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of thing, and how much of it each party was found to read."""

    thing: str
    members: str
    removed: str
    server: str
    disk: str
    family: str


async def release_psychologist(stage: Stage) -> None:
    """Remove a member, speak on, and let her try everything she has."""
    narrator, camille, ines = stage.narrator, stage["camille"], stage["ines"]
    narrator.chapter("Inès quitte le cercle")
    before = len(await ines.device.history(stage.channel))
    narrator.tell(f"Avant son départ, Inès lit {before} entrées.")
    await release_member(camille.device, stage.circle, ines.id)
    narrator.tell("Camille signe son départ ; son appareil la retire du groupe, les clés changent.")
    await say(stage, stage["helene"], Message(text=AFTERWARDS))
    for key in ("camille", "yanis"):
        await stage[key].device.synchronise()
    await _let_her_try(stage)


async def show_table(stage: Stage) -> bool:
    """Measure who can read what; tell whether it is as it should be."""
    stage.narrator.chapter("Qui a pu lire quoi")
    rows = await _rows(stage)
    widths = [
        max(len(_cells(row)[n]) for row in (HEADER, *rows)) for n in range(len(_cells(HEADER)))
    ]
    for row in (HEADER, *rows):
        cells = [cell.ljust(width) for cell, width in zip(_cells(row), widths, strict=True)]
        click.echo(("   " + "  ".join(cells)).rstrip())
    for line in LEGEND:
        stage.narrator.detail(line)
    return stage.kept and tuple(_cells(row)[1:] for row in rows) == EXPECTED


LEGEND = (
    "serveur : ce qu'il remet en clair quand on l'interroge ;",
    "disque volé : base et journaux, sans la clé maîtresse ;",
    "envois : courriels et SMS des parents, décodés.",
)


HEADER = Row(
    thing="",
    members="membres",
    removed="Inès, après",
    server="serveur",
    disk="disque volé",
    family="envois",
)


async def _let_her_try(stage: Stage) -> None:
    narrator = stage.narrator
    answer = await _refusal(stage, f"/channels/{stage.channel}/entries")
    narrator.tell(f"Inès redemande le canal : {answer}.")
    answer = await _refusal(stage, f"/circles/{stage.circle}/documents")
    narrator.tell(f"Elle redemande les documents : {answer}.")
    handed, opened = await _stolen(stage)
    narrator.tell(
        f"Si on lui remettait le journal scellé : entrées nouvelles, {handed} ; ouvertes, {opened}."
    )


async def _refusal(stage: Stage, path: str) -> str:
    """Let her ask for something; the server must not even say that it is there."""
    code = await stage["ines"].is_refused(path)
    return {"not_found": "introuvable", "": "DONNÉ"}.get(code, code)


async def _stolen(stage: Stage) -> tuple[int, int]:
    """Hand her device the log that she may no longer fetch; count what is new, and opened."""
    ines, helene = stage["ines"].device, stage["helene"].device
    items = await helene.items(stage.channel)
    known = ines.session.channels[stage.channel].cursor
    stolen = [item for item in items if item.seq > known]
    opened = sessions.read(ines.session, stage.channel, stolen)
    return sum(item.kind is Kind.ENTRY for item in stolen), len(opened)


async def _rows(stage: Stage) -> list[Row]:
    said = (*stage.said,)
    documents, child = f"/circles/{stage.circle}/documents", f"/children/{stage.child}"
    _, opened = await _stolen(stage)
    return [
        Row(
            thing="paroles du canal",
            members=f"{await _members_read(stage)} sur 3",
            removed="rien de neuf" if opened == 0 else f"LU ({opened})",
            server=await _served(stage, f"/channels/{stage.channel}/entries?limit=200", said),
            disk=await _kept(stage, said),
            family=await _sent(stage, said),
        ),
        Row(
            thing="document des 24 mois",
            members=f"{await _served_to(stage, documents, (CONCERN,))} sur 3",
            removed=await _refusal(stage, documents),
            server=await _served(stage, documents, (CONCERN,)),
            disk=await _kept(stage, (CONCERN,)),
            family=await _sent(stage, (CONCERN,)),
        ),
        Row(
            thing="nom de l'enfant",
            members=f"{await _served_to(stage, child, CHILD_NAME)} sur 3",
            removed=await _refusal(stage, child),
            server=await _served(stage, child, CHILD_NAME),
            disk=await _kept(stage, CHILD_NAME),
            family=await _sent(stage, CHILD_NAME),
        ),
    ]


EXPECTED = (
    ("3 sur 3", "rien de neuf", "rien", "rien", "rien"),
    ("3 sur 3", "introuvable", "lu", "rien", "rien"),
    ("3 sur 3", "introuvable", "lu", "rien", "rien"),
)


async def _members_read(stage: Stage) -> int:
    """Count the members whose device reads every phrase that was said, in order."""
    read = [
        [words for entry in history for words in words_in(content_of(entry))]
        for history in [await stage[key].device.history(stage.channel) for key in MEMBERS]
    ]
    return sum(words == stage.said for words in read)


async def _served_to(stage: Stage, path: str, phrases: Sequence[str]) -> int:
    """Count the members to whom the server hands every phrase."""
    answers = [
        json.dumps(await stage[key].line.ask("GET", path), ensure_ascii=False) for key in MEMBERS
    ]
    return sum(all(phrase in answer for phrase in phrases) for answer in answers)


MEMBERS = ("camille", "helene", "yanis")


async def _served(stage: Stage, path: str, phrases: Sequence[str]) -> str:
    """Tell whether the server handed a member the phrases themselves, so that it read them."""
    answer = json.dumps(await stage["helene"].line.ask("GET", path), ensure_ascii=False)
    return "lu" if any(phrase in answer for phrase in phrases) else "rien"


async def _sent(stage: Stage, phrases: Sequence[str]) -> str:
    """Look for phrases in what left for the family."""
    files = await asyncio.to_thread(_contents, stage.world.folder, SENT_TO_FAMILY)
    return _verdict([*files, *await opened_mails(stage.world.folder)], phrases)


async def _kept(stage: Stage, phrases: Sequence[str]) -> str:
    """Look for phrases in all that a thief of the server's disk would hold."""
    files = await asyncio.to_thread(_contents, stage.world.folder, KEPT_BY_SERVER)
    if "://" in stage.world.store:
        files.append(await _dumped(stage.world.store, stage.clock))
    return _verdict(files, phrases)


async def _dumped(store: str, clock: Clock) -> bytes:
    """Give all that a database elsewhere holds for us, as it holds it."""
    engine = await open_engine(store, clock)
    try:
        return b"".join([repr(item).encode() + _body(item) async for item in engine.dump()])
    finally:
        await engine.close()


def _body(item: Doc | Dumped) -> bytes:
    return item.body if isinstance(item, Doc) else item.entry.body


def _contents(folder: Path, names: Sequence[str]) -> list[bytes]:
    return [(folder / name).read_bytes() for name in names if (folder / name).exists()]


def _verdict(held: Sequence[bytes], phrases: Sequence[str]) -> str:
    """Count phrases in clear and in the disguises that software gives them."""
    hits = sum(form in data for data in held for phrase in phrases for form in _forms(phrase))
    return "rien" if hits == 0 else f"TROUVÉ ({hits})"


def _forms(phrase: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
        plain = phrase.encode(encoding, "ignore")
        yield plain
        for shift in range(3):
            # What surrounds it decides how base64 cuts it; all signs but those at its ends are
            # the same. Fewer signs would be met by chance.
            first, last = -(-8 * shift // 6), 8 * (shift + len(plain)) // 6
            yield base64.b64encode(bytes(shift) + plain)[first:last]
    yield phrase.encode("ascii", "backslashreplace")


def _cells(row: Row) -> tuple[str, ...]:
    return (row.thing, row.members, row.removed, row.server, row.disk, row.family)
