"""What people say to each other in a channel, before it is sealed and after it is opened.

The bodies of entries: plain JSON inside the sealed envelope, read as strictly as if a
stranger had written it, because a member's broken client is one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar, assert_never

from crypto.ids import DocumentId, EntryId, ProfessionalId, TaskId, is_id

# Limits count UTF-8 bytes, the one measure that every language has.
MAX_TEXT: Final = 8_000
MAX_TITLE: Final = 200
MAX_EMOJI: Final = 16
MAX_STATE: Final = 32
MAX_DUE: Final = 10
MAX_MENTIONS: Final = 50
MAX_CHECKLIST: Final = 50

T = TypeVar("T")


class BadContent(Exception):
    """An entry's body is none that this version understands."""


class ContentType(StrEnum):
    """What an entry is, as its signed `type` says."""

    MESSAGE = "message"
    TASK = "task"
    TASK_CHANGE = "task_change"
    REACTION = "reaction"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text, perhaps an answer to another entry, perhaps naming people."""

    text: str
    reply_to: EntryId | None = None
    mentions: tuple[ProfessionalId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One step of a task."""

    text: str
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The sealed half of a task; its card (assignees, due, state) travels in clear."""

    task: TaskId
    title: str
    details: str = ""
    checklist: tuple[ChecklistItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """What somebody did to a task: None leaves a field as it was, an empty `due` lifts it.

    State, due and assignees repeat the clear card under the author's signature, so a
    card that the server altered can be told from one that its author wrote.
    """

    task: TaskId
    title: str | None = None
    details: str | None = None
    checklist: tuple[ChecklistItem, ...] | None = None
    state: str | None = None
    due: str | None = None
    assignees: tuple[ProfessionalId, ...] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A sign under another entry."""

    to: EntryId
    emoji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLink:
    """A pathway document of the child, named for those who may read it."""

    document: DocumentId
    label: str


Content = Message | Task | TaskChange | Reaction | DocumentLink


def type_of(content: Content) -> ContentType:
    """Return the type under which a content is signed."""
    match content:
        case Message():
            return ContentType.MESSAGE
        case Task():
            return ContentType.TASK
        case TaskChange():
            return ContentType.TASK_CHANGE
        case Reaction():
            return ContentType.REACTION
        case DocumentLink():
            return ContentType.DOCUMENT
        case _:
            assert_never(content)


def encode(content: Content) -> bytes:
    """Return a content's body: compact JSON, keys sorted, without what says nothing.

    Raises:
        BadContent: A reader would refuse it: a text too long, an id that is none.
    """
    said = {key: value for key, value in _plain(content).items() if value is not None}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    body = _utf8(text)
    decode(type_of(content), body)
    return body


def decode(kind: str, body: bytes) -> Content:
    """Read a body of the type that its author signed.

    Raises:
        BadContent: A type unknown to this version, an unknown or missing key, a value
            of the wrong shape or beyond its limit.
    """
    try:
        raw = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadContent("no JSON") from None
    reader = _READERS.get(kind)
    if reader is None or not isinstance(raw, dict):
        raise BadContent("a type that this version does not know")
    fields = _Fields(raw)
    content = reader(fields)
    fields.end()
    return content


class _Fields:
    """Takes the keys out of an object one by one, and refuses what is left over."""

    __slots__ = ("_left",)

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._left = dict(raw)

    def take(self, key: str, read: Callable[[object], T]) -> T:
        if key not in self._left:
            raise BadContent("a key that is missing")
        return read(self._left.pop(key))

    def maybe(self, key: str, read: Callable[[object], T]) -> T | None:
        return self.take(key, read) if key in self._left else None

    def end(self) -> None:
        if self._left:
            raise BadContent("a key that nobody knows")


def _plain(content: Content) -> dict[str, object]:
    match content:
        case Message():
            return {
                "text": content.text,
                "reply_to": content.reply_to,
                "mentions": list(content.mentions) or None,
            }
        case Task():
            return {
                "task": content.task,
                "title": content.title,
                "details": content.details or None,
                "checklist": _steps(content.checklist) or None,
            }
        case TaskChange():
            return _plain_change(content)
        case Reaction():
            return {"to": content.to, "emoji": content.emoji}
        case DocumentLink():
            return {"document": content.document, "label": content.label}
        case _:
            assert_never(content)


def _plain_change(change: TaskChange) -> dict[str, object]:
    return {
        "task": change.task,
        "title": change.title,
        "details": change.details,
        "checklist": None if change.checklist is None else _steps(change.checklist),
        "state": change.state,
        "due": change.due,
        "assignees": None if change.assignees is None else list(change.assignees),
        "note": change.note or None,
    }


def _steps(checklist: tuple[ChecklistItem, ...]) -> list[dict[str, object]]:
    return [{"text": item.text, "done": item.done} for item in checklist]


def _message(fields: _Fields) -> Message:
    reply_to = fields.maybe("reply_to", _id)
    return Message(
        text=fields.take("text", _text(MAX_TEXT, least=1)),
        reply_to=None if reply_to is None else EntryId(reply_to),
        mentions=_professionals(fields.maybe("mentions", _ids)) or (),
    )


def _task(fields: _Fields) -> Task:
    return Task(
        task=TaskId(fields.take("task", _id)),
        title=fields.take("title", _text(MAX_TITLE, least=1)),
        details=fields.maybe("details", _text(MAX_TEXT)) or "",
        checklist=fields.maybe("checklist", _checklist) or (),
    )


def _task_change(fields: _Fields) -> TaskChange:
    return TaskChange(
        task=TaskId(fields.take("task", _id)),
        title=fields.maybe("title", _text(MAX_TITLE, least=1)),
        details=fields.maybe("details", _text(MAX_TEXT)),
        checklist=fields.maybe("checklist", _checklist),
        state=fields.maybe("state", _text(MAX_STATE, least=1)),
        due=fields.maybe("due", _text(MAX_DUE)),
        assignees=_professionals(fields.maybe("assignees", _ids)),
        note=fields.maybe("note", _text(MAX_TEXT)) or "",
    )


def _reaction(fields: _Fields) -> Reaction:
    emoji = fields.take("emoji", _text(MAX_EMOJI, least=1))
    return Reaction(to=EntryId(fields.take("to", _id)), emoji=emoji)


def _document(fields: _Fields) -> DocumentLink:
    document = DocumentId(fields.take("document", _id))
    return DocumentLink(document=document, label=fields.take("label", _text(MAX_TITLE)))


_READERS: Final[Mapping[str, Callable[[_Fields], Content]]] = {
    ContentType.MESSAGE: _message,
    ContentType.TASK: _task,
    ContentType.TASK_CHANGE: _task_change,
    ContentType.REACTION: _reaction,
    ContentType.DOCUMENT: _document,
}


def _text(limit: int, *, least: int = 0) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not least <= len(_utf8(value)) <= limit:
            raise BadContent("a text that is missing or too long")
        return value

    return read


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BadContent("half a character") from None


def _id(value: object) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise BadContent("an id of another shape")
    return value


def _ids(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_MENTIONS:
        raise BadContent("a list that is none, or too long")
    return tuple(_id(one) for one in value)


def _professionals(ids: tuple[str, ...] | None) -> tuple[ProfessionalId, ...] | None:
    return None if ids is None else tuple(ProfessionalId(one) for one in ids)


def _checklist(value: object) -> tuple[ChecklistItem, ...]:
    if not isinstance(value, list) or len(value) > MAX_CHECKLIST:
        raise BadContent("a checklist that is none, or too long")
    return tuple(_step(one) for one in value)


def _step(value: object) -> ChecklistItem:
    if not isinstance(value, dict):
        raise BadContent("a step that is none")
    fields = _Fields(value)
    text = fields.take("text", _text(MAX_TITLE, least=1))
    item = ChecklistItem(text=text, done=fields.take("done", _flag))
    fields.end()
    return item


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadContent("a mark that is neither on nor off")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    raw = dict(pairs)
    if len(raw) != len(pairs):
        raise BadContent("a key said twice")
    return raw


def _refuse(_: str) -> float:
    raise BadContent("a number that is none")
