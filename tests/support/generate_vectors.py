"""Writes tests/vectors/ronde/*.json: `python -m tests.support.generate_vectors`.

People and ids are derived from names, so that vectors speak of the same ones; what the
protocol makes random (nonces, HPKE) differs from run to run, so a file that exists is
kept unless its name is given. Each file must be verified by the other language before it
is committed.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace

from channels.content import (
    Deletion,
    DocumentLink,
    Edit,
    Message,
    Reaction,
    Task,
    TaskChange,
    type_of,
)
from channels.content import encode as encode_content
from channels.content_parts import Attachment, ChecklistItem
from crypto.bundle import Bundle
from crypto.ids import BlobId, DocumentId, EntryId, TaskId
from crypto.mls.codec import encode
from crypto.mls.suite import Secret
from tests.support.ronde_vectors import FOLDER, b64, run
from tests.support.vector_people import ANA, BEN, Vector, id_of
from tests.support.vectors_entries import entries, histories
from tests.support.vectors_files import files
from tests.support.vectors_membership import certificates, chains
from tests.support.vectors_tasks import tasks


def numbers() -> Iterator[Vector]:
    people = [{"id": each.professional, "key": b64(each.identity.public)} for each in (ANA, BEN)]
    for name, pair in (("number", people), ("number-turned", people[::-1])):
        yield Vector(
            name=f"safety-{name}",
            source="ARCHITECTURE.md R3",
            comment="The same sixty digits whoever computes them.",
            given={"people": pair},
            steps=[{"do": "safety_number"}],
        )
    yield Vector(
        name="safety-circle-code",
        source="ARCHITECTURE.md R3; RFC 9420, section 8.7",
        comment="Thirty digits of an epoch.",
        given={"authenticator": b64(hashlib.sha256(b"authenticator").digest())},
        steps=[{"do": "circle_code"}],
    )


def bundles() -> Iterator[Vector]:
    reference = hashlib.sha256(b"reference").digest()
    creation, bad = Bundle(group_info=b"group info"), "bad_bundle"
    addition = replace(creation, commit=b"commit", welcome=b"welcome", key_packages=(reference,))
    for name, comment, bundle, outcome in (
        ("creation", "GroupInfo of epoch 0 alone.", creation, "ok"),
        ("addition", "A commit that adds one device.", addition, "ok"),
        ("no-welcome", "Nobody is told.", replace(addition, welcome=None), bad),
        ("no-newcomer", "A Welcome for nobody.", replace(addition, key_packages=()), bad),
        (
            "twice",
            "One key package twice.",
            replace(addition, key_packages=(reference,) * 2),
            "bad_bundle",
        ),
    ):
        yield Vector(
            name=f"bundle-{name}",
            source="ARCHITECTURE.md R5",
            comment=comment,
            given={"bundle": b64(encode(bundle))},
            steps=[{"do": "read_bundle"}],
            outcome=outcome,
        )


PHOTO = Attachment(
    blob=BlobId(id_of("blob")),
    key=Secret(hashlib.sha256(b"blob key").digest()),
    size=81_920,
    sha256=hashlib.sha256(b"blob").digest(),
    type="image/webp",
    name="Goûter.webp",
    width=1280,
    height=960,
)
SCAN = replace(PHOTO, type="application/pdf", name="Bilan.pdf", width=None, height=None)


SIGNED = Task(task=TaskId(id_of("task")), title="Bilan", assignees=(BEN.professional,))


def contents() -> Iterator[Vector]:
    task, first = TaskId(id_of("task")), EntryId(id_of("entry 1"))
    for name, content in (
        ("message", Message(text="Oui", reply_to=first, mentions=(BEN.professional,))),
        ("message-odd-letters", Message(text=_ODD_LETTERS)),
        ("message-urgent", Message(text="Tout de suite", urgent=True)),
        ("message-attachments", Message(text="Deux pièces", attachments=(PHOTO, SCAN))),
        ("message-attachment-alone", Message(text="", attachments=(SCAN,))),
        ("edit", Edit(of=first, text="Non", mentions=(BEN.professional,))),
        ("deletion", Deletion(of=first)),
        ("task", Task(task=task, title="Bilan", checklist=(ChecklistItem(text="Écrire"),))),
        ("task-change", TaskChange(task=task, state="completed", due="", note="Fait")),
        ("task-signed", replace(SIGNED, due="2028-02-29", document=DocumentId(id_of("document")))),
        ("task-signed-none", replace(SIGNED, due="", assignees=(), document="")),
        ("task-change-document", TaskChange(task=task, document="", assignees=())),
        ("reaction", Reaction(to=first, emoji="👍")),
        (
            "document",
            DocumentLink(document=DocumentId(id_of("document")), label="Visite des 24 mois"),
        ),
    ):
        yield _content(name, type_of(content).value, encode_content(content), "ok")
    for name, kind, body in _refused_contents():
        yield _content(name, kind, body, "bad_content")


# Whatever the two languages might write differently, and what sorts or counts oddly.
_ODD_LETTERS = "".join(map(chr, range(0x20))) + '\x7f\x80"\\/\u2028\u2029\ufeff\ufffd𐀀👩🏽‍⚕️é'


def _refused_contents() -> Iterator[tuple[str, str, bytes]]:
    first = id_of("entry 1")
    photo = encode_content(Message(text="x", attachments=(PHOTO,)))
    yield from (
        ("unknown-key", "message", b'{"colour":"red","text":"x"}'),
        ("proto-key", "message", b'{"__proto__":{},"text":"x"}'),
        ("key-twice", "message", b'{"text":"x","text":"y"}'),
        ("unknown-type", "poem", b'{"text":"x"}'),
        ("type-of-every-object", "constructor", b'{"text":"x"}'),
        ("too-long", "message", b'{"text":"' + b"x" * 8001 + b'"}'),
        ("half-a-character", "message", b'{"text":"\\ud800"}'),
        ("no-utf-8", "message", b'{"text":"\xff"}'),
        ("byte-order-mark", "message", b'\xef\xbb\xbf{"text":"x"}'),
        ("spaces", "message", b'{"text": "x"}'),
        ("keys-unsorted", "edit", f'{{"text":"x","of":"{first}"}}'.encode()),
        ("needless-escape", "message", b'{"text":"\\u0078"}'),
        ("not-urgent", "message", b'{"text":"x","urgent":false}'),
        ("nothing-said", "message", b'{"text":""}'),
        ("edit-to-nothing", "edit", f'{{"of":"{first}","text":""}}'.encode()),
        ("attachments-none", "message", b'{"attachments":[],"text":"x"}'),
        ("attachment-size-fraction", "message", photo.replace(b":81920,", b":81920.0,")),
        ("attachment-size-signed", "message", photo.replace(b":81920,", b":-0,")),
        ("attachment-size-true", "message", photo.replace(b":81920,", b":true,")),
        ("attachment-size-large", "message", photo.replace(b":81920,", b":10485761,")),
        ("attachment-type", "message", photo.replace(b"image/webp", b"image")),
        ("attachment-key-short", "message", _altered(photo, "key", b64(bytes(31)))),
        ("attachment-key-loose-bits", "message", _altered(photo, "key", "A" * 42 + "B=")),
        ("attachment-key-spaced", "message", _altered(photo, "key", b64(bytes(32)) + " ")),
        ("attachment-name-long", "message", _altered(photo, "name", "é" * 101)),
        ("attachments-eleven", "message", _eleven(photo)),
    )
    signed = encode_content(replace(SIGNED, due="2028-02-29", document=""))
    for name, due in (
        ("no-day", "2027-02-29"),
        ("no-year", "0000-01-01"),
        ("week", "2028-W09-2"),
        ("basic", "20280229"),
        ("moment", "2028-02-29T00:00Z"),
    ):
        yield f"task-due-{name}", "task", signed.replace(b"2028-02-29", due.encode())
    yield "task-document", "task", signed.replace(b'"document":""', b'"document":"bilan"')
    yield "task-nobody", "task", signed.replace(b'"assignees":[', b'"assignees":null,"x":[')


def _altered(body: bytes, key: str, value: str) -> bytes:
    raw = json.loads(body)
    raw["attachments"][0][key] = value
    return _compact(raw)


def _eleven(body: bytes) -> bytes:
    raw = json.loads(body)
    return _compact({**raw, "attachments": raw["attachments"] * 11})


def _compact(raw: object) -> bytes:
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _content(name: str, kind: str, body: bytes, outcome: str) -> Vector:
    return Vector(
        name=f"content-{name}",
        source="channels/content.py",
        comment="A body as its author signed it, and as it is written again.",
        given={"type": kind, "body": b64(body)},
        steps=[{"do": "read_content"}],
        outcome=outcome,
    )


def every_vector() -> Iterator[Vector]:
    families = certificates, chains, entries, histories, numbers, bundles, contents, files, tasks
    for family in families:
        yield from family()


def write(again: frozenset[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for vector in every_vector():
        path = FOLDER / f"{vector.name}.json"
        if path.exists() and vector.name not in again:
            continue
        plain: dict[str, object] = {
            "name": vector.name,
            "source": vector.source,
            "comment": vector.comment,
            "given": vector.given,
            "steps": vector.steps,
        }
        plain["expect"] = run(plain)
        outcome = run(plain)["outcome"]
        if outcome != vector.outcome:
            raise SystemExit(f"{vector.name}: {outcome} instead of {vector.outcome}")
        path.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    write(frozenset(sys.argv[1:]))
