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
    ChecklistItem,
    DocumentLink,
    Message,
    Reaction,
    Task,
    TaskChange,
    type_of,
)
from channels.content import encode as encode_content
from crypto.bundle import Bundle
from crypto.ids import (
    DocumentId,
    EntryId,
    TaskId,
)
from crypto.mls.codec import encode
from tests.support.ronde_vectors import FOLDER, b64, run
from tests.support.vector_people import ANA, BEN, Vector, id_of
from tests.support.vectors_entries import entries, histories
from tests.support.vectors_membership import certificates, chains


def numbers() -> Iterator[Vector]:
    people = [{"id": each.professional, "key": b64(each.identity.public)} for each in (ANA, BEN)]
    for name, pair in (("number", people), ("number-turned", people[::-1])):
        yield Vector(
            name=f"safety-{name}",
            source="protocol.md R3",
            comment="The same sixty digits whoever computes them.",
            given={"people": pair},
            steps=[{"do": "safety_number"}],
        )
    yield Vector(
        name="safety-circle-code",
        source="protocol.md R3; RFC 9420, section 8.7",
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
            source="protocol.md R5",
            comment=comment,
            given={"bundle": b64(encode(bundle))},
            steps=[{"do": "read_bundle"}],
            outcome=outcome,
        )


def contents() -> Iterator[Vector]:
    task = TaskId(id_of("task"))
    for name, content in (
        (
            "message",
            Message(text="Oui", reply_to=EntryId(id_of("entry 1")), mentions=(BEN.professional,)),
        ),
        ("task", Task(task=task, title="Bilan", checklist=(ChecklistItem(text="Écrire"),))),
        ("task-change", TaskChange(task=task, state="completed", due="", note="Fait")),
        ("reaction", Reaction(to=EntryId(id_of("entry 1")), emoji="👍")),
        (
            "document",
            DocumentLink(document=DocumentId(id_of("document")), label="Visite des 24 mois"),
        ),
    ):
        yield _content(name, type_of(content).value, encode_content(content), "ok")
    for name, kind, body in (
        ("unknown-key", "message", b'{"colour":"red","text":"x"}'),
        ("key-twice", "message", b'{"text":"x","text":"y"}'),
        ("unknown-type", "poem", b'{"text":"x"}'),
        ("too-long", "message", b'{"text":"' + b"x" * 8001 + b'"}'),
        ("half-a-character", "message", b'{"text":"\\ud800"}'),
        ("no-utf-8", "message", b'{"text":"\xff"}'),
    ):
        yield _content(name, kind, body, "bad_content")


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
    for family in (certificates, chains, entries, histories, numbers, bundles, contents):
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
