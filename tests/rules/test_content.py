"""What people say to each other, inside the sealed envelope."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.content import (
    MAX_CHECKLIST,
    MAX_TEXT,
    BadContent,
    ChecklistItem,
    Content,
    ContentType,
    DocumentLink,
    Message,
    Reaction,
    Task,
    TaskChange,
    decode,
    encode,
    type_of,
)
from crypto.entry import MAX_BODY
from crypto.ids import DocumentId, EntryId, ProfessionalId, TaskId, new_id

BEN = ProfessionalId(new_id())
ENTRY = EntryId(new_id())
TASK = TaskId(new_id())

EVERYTHING: list[Content] = [
    Message(text="Bonjour à tous"),
    Message(text="Oui", reply_to=ENTRY, mentions=(BEN,)),
    Task(task=TASK, title="Bilan"),
    Task(
        task=TASK,
        title="Bilan",
        details="Avant la visite",
        checklist=(ChecklistItem(text="Appeler"), ChecklistItem(text="Écrire", done=True)),
    ),
    TaskChange(task=TASK, state="completed"),
    TaskChange(
        task=TASK, title="Autre", details="", checklist=(), due="", assignees=(), note="Fait"
    ),
    Reaction(to=ENTRY, emoji="👍🏽"),
    DocumentLink(document=DocumentId(new_id()), label="Visite des 24 mois"),
]


@pytest.mark.parametrize("content", EVERYTHING, ids=lambda content: type(content).__name__)
def test_what_is_said_is_read_as_it_was_said(content: Content) -> None:
    assert decode(type_of(content), encode(content)) == content


@given(text=st.text(min_size=1, max_size=500))
def test_every_text_survives_or_is_refused_before_it_is_sent(text: str) -> None:
    message = Message(text=text)
    try:
        body = encode(message)
    except BadContent:
        assert any(0xD800 <= ord(character) <= 0xDFFF for character in text)
        return

    assert decode(ContentType.MESSAGE, body) == message


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"text": ""},
        {"text": 4},
        {"text": None},
        {"text": "x" * (MAX_TEXT + 1)},
        {"text": "é" * (MAX_TEXT // 2 + 1)},
        {"text": "x", "colour": "red"},
        {"text": "x", "reply_to": "../../etc"},
        {"text": "x", "mentions": "ben"},
        {"text": "x", "mentions": ["ben"]},
        {"text": "x", "mentions": [new_id() for _ in range(51)]},
        {"text": "\ud800"},
    ],
)
def test_a_message_of_another_shape_is_refused(raw: object) -> None:
    with pytest.raises(BadContent):
        decode(ContentType.MESSAGE, json.dumps(raw).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"text":"x"',
        b'{"text":"x","text":"y"}',
        b'{"text":NaN}',
        b"\xff\xfe",
        '{"text":"x"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"text":"x"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_plain_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadContent):
        decode(ContentType.MESSAGE, body)


def test_a_type_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadContent):
        decode("poem", b'{"text":"x"}')


@pytest.mark.parametrize(
    "step", ["x", {"text": "x"}, {"text": "x", "done": 1}, {"text": "x", "done": True, "by": "y"}]
)
def test_a_checklist_step_of_another_shape_is_refused(step: object) -> None:
    body = json.dumps({"task": TASK, "title": "Bilan", "checklist": [step]}).encode()

    with pytest.raises(BadContent):
        decode(ContentType.TASK, body)


def test_the_largest_task_fits_into_an_entry() -> None:
    steps = tuple(ChecklistItem(text="x" * 200) for _ in range(MAX_CHECKLIST))
    task = Task(task=TASK, title="x" * 200, details="x" * MAX_TEXT, checklist=steps)

    assert len(encode(task)) <= MAX_BODY


def test_nobody_can_send_what_nobody_would_read() -> None:
    with pytest.raises(BadContent):
        encode(Message(text="x" * (MAX_TEXT + 1)))
