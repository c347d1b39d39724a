"""What a task has become: its first words, then every signed change, in the log's order.

Where it stands follows the rule of care_circle/task.py over what was signed, so that the
server's card can be held against it. Its words are for those whose task it is: who gave
it, whoever it is given to, and the circle's coordinators. Anybody may comment.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal, overload

from channels.content import Task, TaskChange
from channels.content_parts import ChecklistItem
from crypto.ids import DocumentId, ProfessionalId, TaskId
from crypto.session.log import Card

ASKED: Final = "requested"
# FHIR's task statuses, each with those that may follow it; what ends a task leads nowhere.
_NEXT: Final[dict[str, tuple[str, ...]]] = {
    ASKED: ("accepted", "in-progress", "completed", "rejected", "cancelled"),
    "accepted": ("in-progress", "completed", "rejected", "cancelled"),
    "in-progress": ("completed", "cancelled"),
    "rejected": (ASKED, "cancelled"),
    "completed": (),
    "cancelled": (),
}


class Uncounted(StrEnum):
    """Why a change, or what of it changes the task's words, does not count."""

    NOT_THEIRS = "not_theirs"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTask:
    """A task as its authors signed it; an empty `due` (else YYYY-MM-DD) or document is none.

    `contradicted`: the server showed another card beside the last change that counted.
    """

    task: TaskId
    author: ProfessionalId
    title: str
    details: str
    checklist: tuple[ChecklistItem, ...]
    state: str
    due: str
    assignees: tuple[ProfessionalId, ...]
    document: DocumentId | Literal[""]
    contradicted: bool = False


def begun(words: Task, author: ProfessionalId, card: Card | None) -> SignedTask:
    """Begin a task; only what an older client left unsigned is taken from its clear card."""
    due, assignees, document = words.due, words.assignees, words.document
    task = SignedTask(
        task=words.task,
        author=author,
        title=words.title,
        details=words.details,
        checklist=words.checklist,
        state=ASKED,
        due=_due(card) if due is None else due,
        assignees=_assignees(card) if assignees is None else assignees,
        document=_document(card) if document is None else document,
    )
    lies = words.assignees is not None if card is None else contradicts(card, task)
    return replace(task, contradicted=lies)


def changed(
    task: SignedTask,
    change: TaskChange,
    *,
    by: ProfessionalId,
    coordinates: bool,
    card: Card | None,
) -> tuple[SignedTask, Uncounted | None]:
    """Bring a task up to a change, and say why it does not count where it does not.

    Of a change that moves the card rightly and the words wrongly, the card's part counts:
    the server, which cannot read words, has counted it.
    """
    placed = _placed(task, change)
    refusal = _refusal(task, placed, by)
    if refusal is not None:
        return task, refusal
    lies = task.contradicted or placed != task if card is None else contradicts(card, placed)
    placed = replace(placed, contradicted=lies)
    worded = _worded(placed, change)
    if worded != placed and not may_word(task, by, coordinates=coordinates):
        return placed, Uncounted.NOT_THEIRS
    return worded, None


@overload
def with_card(content: Task, card: Card) -> Task: ...
@overload
def with_card(content: TaskChange, card: Card) -> TaskChange: ...
def with_card(content: Task | TaskChange, card: Card) -> Task | TaskChange:
    """Say what a card says under one's own signature as well; a new task is asked for."""
    due, assignees, document = _due(card), card.assignees, _document(card)
    if isinstance(content, Task):
        return replace(content, due=due, assignees=assignees, document=document)
    return replace(content, state=card.state, due=due, assignees=assignees, document=document)


def contradicts(card: Card, task: SignedTask) -> bool:
    """Tell whether a card that the server shows says otherwise than what was signed."""
    shown = (card.state, _due(card), set(card.assignees), _document(card))
    return shown != (task.state, task.due, set(task.assignees), task.document)


def may_word(task: SignedTask, by: ProfessionalId, *, coordinates: bool) -> bool:
    """Tell whether somebody may rewrite a task's title, details and steps."""
    return coordinates or _is_theirs(task, by)


def _placed(task: SignedTask, change: TaskChange) -> SignedTask:
    return replace(
        task,
        state=change.state if change.state in _NEXT else task.state,
        due=task.due if change.due is None else change.due,
        assignees=task.assignees if change.assignees is None else change.assignees,
        document=task.document if change.document is None else change.document,
    )


def _worded(task: SignedTask, change: TaskChange) -> SignedTask:
    return replace(
        task,
        title=task.title if change.title is None else change.title,
        details=task.details if change.details is None else change.details,
        checklist=task.checklist if change.checklist is None else change.checklist,
    )


def _refusal(task: SignedTask, wanted: SignedTask, by: ProfessionalId) -> Uncounted | None:
    reassigned = set(wanted.assignees) != set(task.assignees)
    moved = wanted.state != task.state
    asks_anew = reassigned and wanted.state == ASKED
    if moved and not asks_anew and wanted.state not in _NEXT[task.state]:
        return Uncounted.TOO_LATE
    if not _NEXT[task.state] and (moved or reassigned):
        return Uncounted.TOO_LATE
    touched = (wanted.due, wanted.document) != (task.due, task.document)
    if (touched or (moved and not asks_anew)) and not _is_theirs(task, by):
        return Uncounted.NOT_THEIRS
    return None


def _is_theirs(task: SignedTask, by: ProfessionalId) -> bool:
    return by == task.author or by in task.assignees


def _due(card: Card | None) -> str:
    return "" if card is None or card.due is None else card.due.isoformat()


def _assignees(card: Card | None) -> tuple[ProfessionalId, ...]:
    return () if card is None else card.assignees


def _document(card: Card | None) -> DocumentId | Literal[""]:
    return "" if card is None or card.document is None else card.document
