"""A channel's tasks, folded from what their authors signed."""

from collections.abc import Iterable
from dataclasses import dataclass

from channels.content import Task, TaskChange
from channels.content_tasks import SignedTask, Uncounted, begun, changed
from crypto.ids import ChannelId, EntryId, TaskId
from crypto.membership import Roster
from crypto.session.effects import EntryOpened
from server.client.reading import content_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTask:
    """A task as its entries tell it; `seq` is the place of the last entry about it."""

    channel: ChannelId
    signed: SignedTask
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A channel's tasks, and those of its entries that changed them in vain."""

    tasks: dict[TaskId, BoardTask]
    uncounted: dict[EntryId, Uncounted]


def fold(entries: Iterable[EntryOpened], roster: Roster) -> Board:
    """Follow the tasks through a channel's entries, in the log's order."""
    board = Board(tasks={}, uncounted={})
    for one in entries:
        match content_of(one):
            case Task() as task if task.task not in board.tasks:
                signed = begun(task, one.opened.author.professional, one.card)
                held = BoardTask(channel=one.channel, signed=signed, seq=one.seq)
                board.tasks[task.task] = held
            case TaskChange() as change if change.task in board.tasks:
                _follow(board, one, change, roster)
            case _:
                pass
    return board


def _follow(board: Board, one: EntryOpened, change: TaskChange, roster: Roster) -> None:
    held, who = board.tasks[change.task], one.opened.author.professional
    signed, uncounted = changed(
        held.signed,
        change,
        by=who,
        coordinates=roster.coordinated(who, one.opened.entry.circle_length),
        card=one.card,
    )
    board.tasks[change.task] = BoardTask(channel=held.channel, signed=signed, seq=one.seq)
    if uncounted is not None:
        board.uncounted[one.opened.entry.id] = uncounted
