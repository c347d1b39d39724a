"""Python and TypeScript read and refuse the same, and write what the other reads.

What is random here is drawn from a seed that a failure names; the vectors of
tests/vectors/ronde are what it starts from.
"""

import base64
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Literal

import pytest

from channels.content import (
    Content,
    Deletion,
    DocumentLink,
    Edit,
    Message,
    Reaction,
    Task,
    TaskChange,
    encode,
    type_of,
)
from channels.content_parts import Attachment, ChecklistItem
from crypto.ids import BlobId, DocumentId, EntryId, ProfessionalId, TaskId, new_id
from crypto.mls.suite import Secret
from tests.support.ronde_twin import made, outcomes
from tests.support.ronde_vectors import FOLDER, b64, load, run

SEEDS = (1, 2)
MANY = 300

# What two languages may write, count or sort differently.
LETTERS = [
    *'aé"\\/\b\f\n\r\t\0\x1f\x7f\x85\xa0\u2028\u2029\ufeff\ufffd',
    *("👩🏽‍⚕️", "𐀀", "\U0010ffff", "e\u0301", "\\ud83d", "__proto__"),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_here_is_read_there_and_written_the_same(seed: int) -> None:
    vectors = [content_vector(content) for content in contents(Random(seed))]

    told = outcomes(vectors)

    assert told == [{"outcome": "ok", "again": one["given"]["body"]} for one in vectors]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_twin_makes_is_read_here_with_the_same_meaning(seed: int) -> None:
    vectors = made(seed, contents=MANY)

    assert len(vectors) == MANY + 6
    for vector in vectors:
        assert vector["expect"]["outcome"] == "ok", vector
        assert run(vector) == vector["expect"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spoiled_body_means_the_same_or_nothing_on_both_sides(seed: int) -> None:
    random = Random(seed)
    vectors = []
    for content in contents(random):
        vector = content_vector(content)
        body = base64.b64decode(vector["given"]["body"])
        vector["given"]["body"] = b64(spoiled_body(body, random))
        vectors.append(vector)

    assert_twins_agree(vectors)


@pytest.mark.parametrize("seed", SEEDS)
def test_spoiled_bytes_are_refused_alike(seed: int) -> None:
    random = Random(seed)
    vectors = [one for path in sorted(FOLDER.iterdir()) for one in spoiled(load(path), random)]

    assert len(vectors) > MANY
    assert_twins_agree(vectors)


def assert_twins_agree(vectors: list[dict[str, Any]]) -> None:
    different = [
        (vector["given"], here, there)
        for vector, there in zip(vectors, outcomes(vectors), strict=True)
        if (here := run(vector)) != there
    ]

    assert different == []


def content_vector(content: Content) -> dict[str, Any]:
    given = {"type": type_of(content).value, "body": b64(encode(content))}
    return {"given": given, "steps": [{"do": "read_content"}]}


def spoiled(vector: dict[str, Any], random: Random) -> Iterator[dict[str, Any]]:
    """Spoil each of a vector's byte strings in turn, a few times."""
    for key, value in vector["given"].items():
        if key == "device":
            continue  # Its own device file: nobody else writes that.
        places = value if isinstance(value, list) else [value]
        for at, one in enumerate(places):
            for _ in range(6 if is_bytes(one) else 0):
                changed = b64(spoiled_bytes(base64.b64decode(one), random))
                rest = [*places[:at], changed, *places[at + 1 :]]
                given = vector["given"] | {key: rest if isinstance(value, list) else changed}
                yield {"given": given, "steps": vector["steps"]}


def is_bytes(value: object) -> bool:
    """Tell base64 from ids and the names of types, which are shorter or not of its letters."""
    if not isinstance(value, str) or len(value) % 4:
        return False
    try:
        return len(base64.b64decode(value, validate=True)) >= 20
    except ValueError:
        return False


def spoiled_bytes(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    other = bytes([data[at] ^ 1 << random.randrange(8)])
    changed = data[:at] + other + data[at + 1 :]
    cut, longer = data[:at], data + b"\0"
    return random.choice([changed, changed, changed, cut, longer])


def spoiled_body(body: bytes, random: Random) -> bytes:
    """Spoil JSON as a broken client would: bytes, or a value or a key of it."""
    raw = json.loads(body)
    key = random.choice(sorted(raw))
    odd: object = random.choice(
        [None, True, 0, -1, 1.5, 10**400, "", "x", "\ud800", [], {}, [None], {"text": "x"}, [[[]]]]
    )
    without = {name: value for name, value in raw.items() if name != key}
    return random.choice(
        [
            spoiled_bytes(body, random),
            compact(raw | {key: odd}),
            compact(raw | {random.choice(["of", "urgent", "colour", "__proto__"]): odd}),
            compact(without),
            json.dumps(raw).encode(),
        ]
    )


def compact(raw: object) -> bytes:
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode(errors="surrogatepass")


def contents(random: Random) -> Iterator[Content]:
    makers: list[Callable[[Random], Content]] = [
        *(message, edit, task, change),
        lambda _: Deletion(of=EntryId(new_id())),
        lambda r: Reaction(to=EntryId(new_id()), emoji=r.choice(["👍🏽", "❤️", "\0"])),
        lambda r: DocumentLink(document=DocumentId(new_id()), label=text(r, 5)),
    ]
    for _ in range(MANY):
        yield random.choice(makers)(random)


def text(random: Random, most: int, *, least: int = 0) -> str:
    return "".join(random.choices(LETTERS, k=random.randint(least, most)))


def people(random: Random) -> tuple[ProfessionalId, ...]:
    return tuple(ProfessionalId(new_id()) for _ in range(random.randrange(4)))


def checklist(random: Random) -> tuple[ChecklistItem, ...]:
    steps = range(random.randrange(4))
    return tuple(ChecklistItem(text=text(random, 4, least=1), done=one % 2 == 0) for one in steps)


def message(random: Random) -> Message:
    files = tuple(attachment(random) for _ in range(random.randrange(3)))
    return Message(
        text=text(random, 30, least=0 if files else 1),
        reply_to=random.choice([None, EntryId(new_id())]),
        mentions=people(random),
        attachments=files,
        urgent=random.random() < 0.5,
    )


def attachment(random: Random) -> Attachment:
    return Attachment(
        blob=BlobId(new_id()),
        key=Secret(random.randbytes(32)),
        size=random.choice([0, 1, 65_536, 10 << 20]),
        sha256=random.randbytes(32),
        type=random.choice(["image/webp", "application/vnd.oasis.opendocument.text", "a/b"]),
        name=text(random, 5, least=1),
        width=random.choice([None, 1, 65_535]),
        height=random.choice([None, 1, 65_535]),
    )


def edit(random: Random) -> Edit:
    said = text(random, 30, least=1)
    return Edit(of=EntryId(new_id()), text=said, mentions=people(random))


def task(random: Random) -> Task:
    return Task(
        task=TaskId(new_id()),
        title=text(random, 5, least=1),
        details=text(random, 20),
        checklist=checklist(random),
        due=random.choice([None, "", "2028-02-29"]),
        assignees=random.choice([None, people(random)]),
        document=document(random),
    )


def change(random: Random) -> TaskChange:
    return TaskChange(
        task=TaskId(new_id()),
        title=random.choice([None, text(random, 5, least=1)]),
        details=random.choice([None, text(random, 20)]),
        checklist=random.choice([None, checklist(random)]),
        state=random.choice([None, "in-progress"]),
        due=random.choice([None, "", "2027-01-31"]),
        assignees=random.choice([None, people(random)]),
        document=document(random),
        note=text(random, 9),
    )


def document(random: Random) -> DocumentId | Literal[""] | None:
    return random.choice([None, "", DocumentId(new_id())])
