"""What people say to each other in a channel, before it is sealed and after it is opened.

The bodies of entries: plain JSON inside the sealed envelope, read as strictly as if a
stranger had written it, because a member's broken client is one. Like everything that
is signed, a content has one byte form only.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, assert_never

from channels.content_fields import (
    BadContent,
    Fields,
    day_of,
    document_of,
    flag_of,
    id_of,
    professionals_of,
    text_of,
    utf8,
)
from channels.content_parts import (
    Attachment,
    ChecklistItem,
    plain_attachment,
    plain_step,
    read_attachments,
    read_checklist,
)
from crypto.ids import DocumentId, EntryId, ProfessionalId, TaskId

# Limits count UTF-8 bytes, the one measure that every language has.
MAX_TEXT: Final = 8_000
MAX_TITLE: Final = 200
MAX_EMOJI: Final = 16
MAX_STATE: Final = 32


class ContentType(StrEnum):
    """What an entry is, as its signed `type` says."""

    MESSAGE = "message"
    EDIT = "edit"
    DELETION = "deletion"
    TASK = "task"
    TASK_CHANGE = "task_change"
    REACTION = "reaction"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text, perhaps an answer to another entry, perhaps naming people or carrying files.

    With attachments it may have no text. `urgent` asks readers to look now.
    """

    text: str
    reply_to: EntryId | None = None
    mentions: tuple[ProfessionalId, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Another text for a message; readers heed it only from the message's own author."""

    of: EntryId
    text: str
    mentions: tuple[ProfessionalId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """An entry taken back; readers heed it only from the entry's own author."""

    of: EntryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The sealed half of a task; its card (assignees, due, state) travels in clear.

    Due, assignees and document repeat the card under the author's signature: empty says
    that there is none, None that an older client left it unsaid.
    """

    task: TaskId
    title: str
    details: str = ""
    checklist: tuple[ChecklistItem, ...] = ()
    due: str | None = None
    assignees: tuple[ProfessionalId, ...] | None = None
    document: DocumentId | Literal[""] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """What somebody did to a task: None leaves a field as it was, empty lifts it.

    State, due, assignees and document repeat the clear card under the author's signature,
    so a card that the server altered can be told from one that its author wrote.
    """

    task: TaskId
    title: str | None = None
    details: str | None = None
    checklist: tuple[ChecklistItem, ...] | None = None
    state: str | None = None
    due: str | None = None
    assignees: tuple[ProfessionalId, ...] | None = None
    document: DocumentId | Literal[""] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A sign under another entry; the same from the same author again takes it back."""

    to: EntryId
    emoji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLink:
    """A pathway document of the child, named for those who may read it."""

    document: DocumentId
    label: str


Content = Message | Edit | Deletion | Task | TaskChange | Reaction | DocumentLink


def type_of(content: Content) -> ContentType:
    """Return the type under which a content is signed."""
    return _TYPES[type(content)]


def encode(content: Content) -> bytes:
    """Return a content's body: compact JSON, keys sorted, without what says nothing.

    Raises:
        BadContent: A reader would refuse it: a text too long, an id that is none.
    """
    body = _written(content)
    decode(type_of(content), body)
    return body


def decode(kind: str, body: bytes) -> Content:
    """Read a body of the type that its author signed.

    Two parsers of JSON never agree on everything (a key said twice, 1.0 for 1), so what
    `encode` would have written otherwise is refused.

    Raises:
        BadContent: A type unknown to this version, an unknown or missing key, a value
            of the wrong shape or beyond its limit, another form of the same.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise BadContent("a type that this version does not know")
    try:
        fields = Fields(json.loads(body.decode()))
    except (ValueError, RecursionError):
        raise BadContent("no JSON") from None
    content = reader(fields)
    fields.end()
    if _written(content) != body:
        raise BadContent("not as it is written")
    return content


def _written(content: Content) -> bytes:
    said = {key: value for key, value in _plain(content).items() if value is not None}
    return utf8(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _plain(content: Content) -> dict[str, object]:
    match content:
        case Message():
            return _plain_message(content)
        case Edit():
            said = {"of": content.of, "text": content.text}
            return {**said, "mentions": list(content.mentions) or None}
        case Deletion():
            return {"of": content.of}
        case Task():
            return _plain_task(content)
        case TaskChange():
            return _plain_change(content)
        case Reaction():
            return {"to": content.to, "emoji": content.emoji}
        case DocumentLink():
            return {"document": content.document, "label": content.label}
        case _:
            assert_never(content)


def _plain_message(message: Message) -> dict[str, object]:
    return {
        "text": message.text,
        "reply_to": message.reply_to,
        "mentions": list(message.mentions) or None,
        "attachments": [plain_attachment(one) for one in message.attachments] or None,
        "urgent": message.urgent or None,
    }


def _plain_task(task: Task) -> dict[str, object]:
    return {
        "task": task.task,
        "title": task.title,
        "details": task.details or None,
        "checklist": [plain_step(one) for one in task.checklist] or None,
        "due": task.due,
        "assignees": None if task.assignees is None else list(task.assignees),
        "document": task.document,
    }


def _plain_change(change: TaskChange) -> dict[str, object]:
    steps = change.checklist
    return {
        "task": change.task,
        "title": change.title,
        "details": change.details,
        "checklist": None if steps is None else [plain_step(one) for one in steps],
        "state": change.state,
        "due": change.due,
        "assignees": None if change.assignees is None else list(change.assignees),
        "document": change.document,
        "note": change.note or None,
    }


def _message(fields: Fields) -> Message:
    attachments = fields.maybe("attachments", read_attachments) or ()
    reply_to = fields.maybe("reply_to", id_of)
    return Message(
        text=fields.take("text", text_of(MAX_TEXT, least=0 if attachments else 1)),
        reply_to=None if reply_to is None else EntryId(reply_to),
        mentions=fields.maybe("mentions", professionals_of) or (),
        attachments=attachments,
        urgent=fields.maybe("urgent", flag_of) or False,
    )


def _edit(fields: Fields) -> Edit:
    return Edit(
        of=EntryId(fields.take("of", id_of)),
        text=fields.take("text", text_of(MAX_TEXT, least=1)),
        mentions=fields.maybe("mentions", professionals_of) or (),
    )


def _deletion(fields: Fields) -> Deletion:
    return Deletion(of=EntryId(fields.take("of", id_of)))


def _task(fields: Fields) -> Task:
    return Task(
        task=TaskId(fields.take("task", id_of)),
        title=fields.take("title", text_of(MAX_TITLE, least=1)),
        details=fields.maybe("details", text_of(MAX_TEXT)) or "",
        checklist=fields.maybe("checklist", read_checklist) or (),
        due=fields.maybe("due", day_of),
        assignees=fields.maybe("assignees", professionals_of),
        document=fields.maybe("document", document_of),
    )


def _task_change(fields: Fields) -> TaskChange:
    return TaskChange(
        task=TaskId(fields.take("task", id_of)),
        title=fields.maybe("title", text_of(MAX_TITLE, least=1)),
        details=fields.maybe("details", text_of(MAX_TEXT)),
        checklist=fields.maybe("checklist", read_checklist),
        state=fields.maybe("state", text_of(MAX_STATE, least=1)),
        due=fields.maybe("due", day_of),
        assignees=fields.maybe("assignees", professionals_of),
        document=fields.maybe("document", document_of),
        note=fields.maybe("note", text_of(MAX_TEXT)) or "",
    )


def _reaction(fields: Fields) -> Reaction:
    emoji = fields.take("emoji", text_of(MAX_EMOJI, least=1))
    return Reaction(to=EntryId(fields.take("to", id_of)), emoji=emoji)


def _document(fields: Fields) -> DocumentLink:
    document = DocumentId(fields.take("document", id_of))
    return DocumentLink(document=document, label=fields.take("label", text_of(MAX_TITLE)))


_TYPES: Final[Mapping[type[Content], ContentType]] = {
    Message: ContentType.MESSAGE,
    Edit: ContentType.EDIT,
    Deletion: ContentType.DELETION,
    Task: ContentType.TASK,
    TaskChange: ContentType.TASK_CHANGE,
    Reaction: ContentType.REACTION,
    DocumentLink: ContentType.DOCUMENT,
}

_READERS: Final[Mapping[str, Callable[[Fields], Content]]] = {
    ContentType.MESSAGE: _message,
    ContentType.EDIT: _edit,
    ContentType.DELETION: _deletion,
    ContentType.TASK: _task,
    ContentType.TASK_CHANGE: _task_change,
    ContentType.REACTION: _reaction,
    ContentType.DOCUMENT: _document,
}
