"""A channel's tasks, folded from what their authors signed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from channels.content import Task, TaskChange
from channels.content_parts import ChecklistItem
from crypto.ids import ChannelId, ProfessionalId, TaskId
from crypto.session.effects import EntryOpened
from server.client.reading import content_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTask:
    """A task as its entries tell it; what nobody signed yet is None.

    A due date of `""` was lifted.
    """

    task: TaskId
    channel: ChannelId
    author: ProfessionalId
    title: str
    details: str = ""
    checklist: tuple[ChecklistItem, ...] = ()
    state: str | None = None
    due: str | None = None
    assignees: tuple[ProfessionalId, ...] | None = None


def fold(entries: Iterable[EntryOpened]) -> dict[TaskId, BoardTask]:
    """Follow the tasks through a channel's entries, in the log's order."""
    board: dict[TaskId, BoardTask] = {}
    for one in entries:
        match content_of(one):
            case Task() as task if task.task not in board:
                board[task.task] = BoardTask(
                    task=task.task,
                    channel=one.channel,
                    author=one.opened.author.professional,
                    title=task.title,
                    details=task.details,
                    checklist=task.checklist,
                )
            case TaskChange() as change if change.task in board:
                board[change.task] = changed(board[change.task], change)
            case _:
                pass
    return board


def changed(task: BoardTask, change: TaskChange) -> BoardTask:
    """Apply a change: what it leaves out stays as it was."""
    named = ("title", "details", "checklist", "state", "due", "assignees")
    said = {name: getattr(change, name) for name in named}
    return replace(task, **{name: value for name, value in said.items() if value is not None})
