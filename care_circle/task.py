"""A task's card: the little the server may know of it (R15). Its words are sealed.

The card is a projection of the channel's log. `change` judges a change before it is
appended; `project` brings the card up to the log afterwards and, because the log is the
truth and two changes may have been judged side by side, passes over what no longer fits.
"""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from crypto.ids import ChannelId, CircleId, DocumentId, ProfessionalId, TaskId

MAX_ASSIGNEES = 32


class TaskRefused(Exception):
    """A change of a task that may not be made."""


class NotOnTheRoster(TaskRefused):
    """Tasks are given by members to members."""


class NotTheirTask(TaskRefused):
    """Only the author and those it is assigned to change a task's state, date or document."""


class IllegalTransition(TaskRefused):
    """The state cannot follow the present one."""


class TaskElsewhere(TaskRefused):
    """The id is in use in another channel."""


class TaskState(StrEnum):
    """FHIR's task statuses, those of them that we need."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_NEXT: dict[TaskState, frozenset[TaskState]] = {
    TaskState.REQUESTED: frozenset(TaskState) - {TaskState.REQUESTED},
    TaskState.ACCEPTED: frozenset(
        {TaskState.IN_PROGRESS, TaskState.COMPLETED, TaskState.REJECTED, TaskState.CANCELLED}
    ),
    TaskState.IN_PROGRESS: frozenset({TaskState.COMPLETED, TaskState.CANCELLED}),
    TaskState.REJECTED: frozenset({TaskState.REQUESTED, TaskState.CANCELLED}),
    TaskState.COMPLETED: frozenset(),
    TaskState.CANCELLED: frozenset(),
}
ENDED = frozenset({TaskState.COMPLETED, TaskState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCard:
    """A task as the server knows it; `seq` is the log entry that last changed it, 0 before any."""

    id: TaskId
    circle: CircleId
    channel: ChannelId
    author: ProfessionalId
    assignees: tuple[ProfessionalId, ...]
    due: date | None
    state: TaskState
    document: DocumentId | None
    seq: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """A task as somebody wants it from now on: the whole card, not a difference.

    `seq` is the place of the entry that carries it, 0 while it has none.
    """

    task: TaskId
    circle: CircleId
    channel: ChannelId
    by: ProfessionalId
    assignees: tuple[ProfessionalId, ...]
    due: date | None
    state: TaskState
    document: DocumentId | None
    at: datetime
    seq: int = 0


def change(
    card: TaskCard | None, wanted: TaskChange, *, roster: Container[ProfessionalId]
) -> TaskCard:
    """Judge a change by a member and give the card as it would be.

    Any member may give a task to other members, which asks anew; only the author and the
    present assignees may change its state, date or document.

    Raises:
        NotOnTheRoster: Its author, or somebody newly assigned, is not a member.
        NotTheirTask: The change is for the author or an assignee to make.
        IllegalTransition: The state cannot follow the present one.
        TaskElsewhere: The id belongs to another channel.
    """
    held = () if card is None else card.assignees
    added = [assignee for assignee in wanted.assignees if assignee not in held]
    if wanted.by not in roster or any(assignee not in roster for assignee in added):
        raise NotOnTheRoster
    if len(wanted.assignees) > MAX_ASSIGNEES:
        raise NotOnTheRoster
    if card is None:
        if wanted.state is not TaskState.REQUESTED:
            raise IllegalTransition
        return _created(wanted)
    _check(card, wanted)
    return _changed(card, wanted)


def project(card: TaskCard | None, logged: TaskChange) -> TaskCard:
    """Bring a card up to an entry of the log; an entry already projected changes nothing.

    Membership was judged when the entry was taken; what two members did at once is settled
    by the log's order, and the second change is passed over when it no longer fits.
    """
    if card is None:
        return _created(logged)
    if logged.seq <= card.seq:
        return card
    try:
        _check(card, logged)
    except TaskRefused:
        return card if logged.channel != card.channel else replace(card, seq=logged.seq)
    return _changed(card, logged)


def _check(card: TaskCard, wanted: TaskChange) -> None:
    if wanted.channel != card.channel or wanted.circle != card.circle:
        raise TaskElsewhere
    reassigned = set(wanted.assignees) != set(card.assignees)
    asks_anew = reassigned and wanted.state is TaskState.REQUESTED
    moved = wanted.state is not card.state
    if moved and not asks_anew and wanted.state not in _NEXT[card.state]:
        raise IllegalTransition
    if card.state in ENDED and (moved or reassigned):
        raise IllegalTransition
    own = wanted.by == card.author or wanted.by in card.assignees
    touched = (wanted.due, wanted.document) != (card.due, card.document)
    if not own and (touched or (moved and not asks_anew)):
        raise NotTheirTask


def _created(wanted: TaskChange) -> TaskCard:
    return TaskCard(
        id=wanted.task,
        circle=wanted.circle,
        channel=wanted.channel,
        author=wanted.by,
        assignees=wanted.assignees,
        due=wanted.due,
        state=wanted.state,
        document=wanted.document,
        seq=wanted.seq,
        changed_at=wanted.at,
    )


def _changed(card: TaskCard, wanted: TaskChange) -> TaskCard:
    return replace(
        card,
        assignees=wanted.assignees,
        due=wanted.due,
        state=wanted.state,
        document=wanted.document,
        seq=max(card.seq, wanted.seq),
        changed_at=wanted.at,
    )
