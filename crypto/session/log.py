"""What a session reads from a channel's log and asks to have appended to it.

The shell turns these into the wire's JSON and back; nothing here knows of it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crypto.canonical import read_id, read_text, write_text
from crypto.ids import ChannelId, DeviceId, DocumentId, EntryId, ProfessionalId, TaskId
from crypto.mls.codec import Malformed, Reader, Writer

_MAX_STATE = 32
_MAX_DATE = 10


class Kind(StrEnum):
    """What an item of the log is; only `entry` is content."""

    CREATE = "create"
    ENTRY = "entry"
    COMMIT = "commit"
    HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The part of a task that travels in clear, for reminders and the board: R15."""

    task: TaskId
    state: str
    assignees: tuple[ProfessionalId, ...] = ()
    due: date | None = None
    document: DocumentId | None = None

    def write(self, writer: Writer) -> None:
        """Append a form for the device's own store."""
        write_text(writer, self.task)
        write_text(writer, self.state)
        writer.vector(_Name(one) for one in self.assignees)
        write_text(writer, "" if self.due is None else self.due.isoformat())
        write_text(writer, self.document or "")

    @staticmethod
    def read(reader: Reader) -> "Card":
        """Take the form that `write` made."""
        task, state = TaskId(read_id(reader)), read_text(reader, limit=_MAX_STATE)
        assignees = tuple(ProfessionalId(one.id) for one in reader.vector(_Name.read))
        due = read_text(reader, limit=_MAX_DATE)
        document = read_text(reader, limit=64)
        return Card(
            task=task,
            state=state,
            assignees=assignees,
            due=_date(due) if due else None,
            document=DocumentId(document) if document else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One place of a channel's log: `seq` from 1, `at` UTC by the server's clock."""

    channel: ChannelId
    seq: int
    id: EntryId
    kind: Kind
    epoch: int
    sender: DeviceId
    at: datetime
    body: bytes = field(repr=False)
    card: Card | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendRequest:
    """What a device asks the log to take; the same id and content may be asked for again."""

    channel: ChannelId
    id: EntryId
    kind: Kind
    epoch: int
    body: bytes = field(repr=False)
    card: Card | None = None


def read_code(reader: Reader, known: int) -> int:
    """Take a byte that stands for one of so many things.

    Raises:
        Malformed: It stands for nothing.
    """
    code = reader.uint8()
    if code >= known:
        raise Malformed("a code that stands for nothing")
    return code


@dataclass(frozen=True, slots=True)
class _Name:
    id: str

    def write(self, writer: Writer) -> None:
        write_text(writer, self.id)

    @staticmethod
    def read(reader: Reader) -> "_Name":
        return _Name(read_id(reader))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("a date that is none") from None
