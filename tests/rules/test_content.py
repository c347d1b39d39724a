"""What people say to each other, inside the sealed envelope."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.content import (
    MAX_TEXT,
    Content,
    ContentType,
    Deletion,
    DocumentLink,
    Edit,
    Message,
    Reaction,
    Task,
    TaskChange,
    decode,
    encode,
    type_of,
)
from channels.content_fields import MAX_PEOPLE, BadContent
from channels.content_parts import MAX_ATTACHMENTS, MAX_CHECKLIST, Attachment, ChecklistItem
from crypto.entry import MAX_BODY
from crypto.ids import BlobId, DocumentId, EntryId, ProfessionalId, TaskId, new_id
from crypto.mls.suite import Secret

BEN = ProfessionalId(new_id())
ENTRY = EntryId(new_id())
TASK = TaskId(new_id())
PHOTO = Attachment(
    blob=BlobId(new_id()),
    key=Secret(bytes(range(32))),
    size=81_920,
    sha256=bytes(32),
    type="image/webp",
    name="Goûter.webp",
    width=1280,
    height=960,
)
SCAN = replace(PHOTO, type="application/pdf", name="Bilan.pdf", width=None, height=None)

EVERYTHING: list[Content] = [
    Message(text="Bonjour à tous"),
    Message(text="Oui", reply_to=ENTRY, mentions=(BEN,)),
    Message(text="Deux pièces", attachments=(PHOTO, SCAN), urgent=True),
    Message(text="", attachments=(PHOTO,)),
    Edit(of=ENTRY, text="Oui, demain", mentions=(BEN,)),
    Edit(of=ENTRY, text="Non"),
    Deletion(of=ENTRY),
    Task(task=TASK, title="Bilan"),
    Task(
        task=TASK,
        title="Bilan",
        details="Avant la visite",
        checklist=(ChecklistItem(text="Appeler"), ChecklistItem(text="Écrire", done=True)),
    ),
    Task(task=TASK, title="Bilan", due="", assignees=(), document=""),
    Task(
        task=TASK,
        title="Bilan",
        due="2028-02-29",
        assignees=(BEN,),
        document=DocumentId(new_id()),
    ),
    TaskChange(task=TASK, document=DocumentId(new_id())),
    TaskChange(task=TASK, state="completed"),
    TaskChange(
        task=TASK, title="Autre", details="", checklist=(), due="", assignees=(), note="Fait"
    ),
    Reaction(to=ENTRY, emoji="👍🏽"),
    DocumentLink(document=DocumentId(new_id()), label="Visite des 24 mois"),
]


FILE: dict[str, object] = {
    "blob": PHOTO.blob,
    "key": "A" * 43 + "=",
    "size": 0,
    "sha256": "A" * 43 + "=",
    "type": "image/png",
    "name": "x",
}


def compact(raw: object) -> bytes:
    """Write as a client of ours does, so that nothing but the value is refused."""
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode(errors="surrogatepass")


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
        {"text": "x", "attachments": "photo"},
        {"text": "x", "urgent": 1},
    ],
)
def test_a_message_of_another_shape_is_refused(raw: object) -> None:
    with pytest.raises(BadContent):
        decode(ContentType.MESSAGE, compact(raw))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"text":"x"',
        b'{"text":"x","text":"y"}',
        b'{"text":NaN}',
        b'{"text":"\\ud800"}',
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
    body = compact({"task": TASK, "title": "Bilan", "checklist": [step]})

    with pytest.raises(BadContent):
        decode(ContentType.TASK, body)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due": "2027-02-29"},
        {"due": "0000-01-01"},
        {"due": "20270101"},
        {"due": "2027-W01-1"},
        {"due": "2027-01-01T00:00"},
        {"due": "\uff12\uff10\uff12\uff17-01-01"},
        {"due": "2027-01-01\n"},
        {"due": None},
        {"assignees": ""},
        {"assignees": ["ben"]},
        {"document": "bilan"},
        {"document": None},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("kind", [ContentType.TASK, ContentType.TASK_CHANGE])
def test_a_task_signs_no_day_and_nobody_that_there_is_not(
    kind: ContentType, wrong: dict[str, object]
) -> None:
    with pytest.raises(BadContent):
        decode(kind, compact({"task": TASK, "title": "Bilan"} | wrong))


def test_an_attachment_as_it_ought_to_be_is_read() -> None:
    message = decode(ContentType.MESSAGE, compact({"text": "", "attachments": [FILE]}))

    assert isinstance(message, Message)
    assert [one.blob for one in message.attachments] == [PHOTO.blob]


@pytest.mark.parametrize(
    "wrong",
    [
        {"blob": "../../etc"},
        {"key": "A" * 42 + "=="},
        {"key": "A" * 42 + "B="},
        {"key": "A" * 43},
        {"key": "A" * 42 + "é="},
        {"key": 4},
        {"sha256": ""},
        {"size": -1},
        {"size": 1.0},
        {"size": True},
        {"size": "1"},
        {"size": (10 << 20) + 1},
        {"size": 10**400},
        {"type": ""},
        {"type": "image"},
        {"type": "Image/PNG"},
        {"type": "text/html; charset=utf-8"},
        {"type": "a/" + "b" * 99},
        {"name": ""},
        {"name": "é" * 101},
        {"width": 0},
        {"width": 65_536},
        {"height": 1.5},
        {"height": None},
        {"colour": "red"},
    ],
    ids=json.dumps,
)
def test_an_attachment_of_another_shape_is_refused(wrong: dict[str, object]) -> None:
    body = compact({"text": "x", "attachments": [FILE | wrong]})

    with pytest.raises(BadContent):
        decode(ContentType.MESSAGE, body)


@pytest.mark.parametrize("key", list(FILE))
def test_an_attachment_wants_all_that_makes_it_one(key: str) -> None:
    rest = {name: value for name, value in FILE.items() if name != key}

    with pytest.raises(BadContent):
        decode(ContentType.MESSAGE, compact({"text": "x", "attachments": [rest]}))


def test_a_message_carries_ten_files_and_no_more() -> None:
    ten = Message(text="", attachments=(PHOTO,) * MAX_ATTACHMENTS)

    assert decode(ContentType.MESSAGE, encode(ten)) == ten
    with pytest.raises(BadContent):
        encode(replace(ten, attachments=(*ten.attachments, PHOTO)))


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (ContentType.EDIT, {"of": ENTRY}),
        (ContentType.EDIT, {"text": "x"}),
        (ContentType.EDIT, {"of": ENTRY, "text": ""}),
        (ContentType.EDIT, {"of": ENTRY, "text": "x", "urgent": True}),
        (ContentType.EDIT, {"of": "#4", "text": "x"}),
        (ContentType.DELETION, {}),
        (ContentType.DELETION, {"of": "#4"}),
        (ContentType.DELETION, {"of": ENTRY, "text": "x"}),
    ],
)
def test_a_correction_of_another_shape_is_refused(kind: ContentType, raw: object) -> None:
    with pytest.raises(BadContent):
        decode(kind, compact(raw))


@pytest.mark.parametrize(
    "body",
    [
        b'{ "text":"x"}',
        b'{"text":"x"}\n',
        b'{"text":"\\u0078"}',
        b'{"text":"\\/"}',
        b'{"text":"x","mentions":[]}',
        b'{"text":"x","urgent":false}',
        f'{{"text":"x","mentions":["{BEN}"]}}'.encode(),
        compact({"text": "x", "attachments": [FILE]}).replace(b":0,", b":-0,"),
    ],
    # Ids are made anew in each process, and must not be part of a test's name.
    ids=range(8),
)
def test_what_nobody_writes_in_that_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadContent):
        decode(ContentType.MESSAGE, body)


def test_the_key_of_a_file_shows_nowhere() -> None:
    assert repr(PHOTO.key) in repr(PHOTO)
    assert "\\x1f" not in repr(PHOTO)


def test_the_largest_message_fits_into_an_entry() -> None:
    file = replace(PHOTO, name="x" * 200, type="a/" + "b" * 98, size=10 << 20)
    message = Message(
        text="\n" * MAX_TEXT,
        reply_to=ENTRY,
        mentions=(BEN,) * 50,
        attachments=(file,) * MAX_ATTACHMENTS,
    )

    assert len(encode(message)) <= MAX_BODY


def test_the_largest_task_fits_into_an_entry() -> None:
    steps = tuple(ChecklistItem(text="x" * 200) for _ in range(MAX_CHECKLIST))
    task = Task(
        task=TASK,
        title="x" * 200,
        details="\n" * MAX_TEXT,
        checklist=steps,
        due="2028-02-29",
        assignees=(BEN,) * MAX_PEOPLE,
        document=DocumentId(new_id()),
    )

    assert len(encode(task)) <= MAX_BODY


def test_nobody_can_send_what_nobody_would_read() -> None:
    with pytest.raises(BadContent):
        encode(Message(text="x" * (MAX_TEXT + 1)))
