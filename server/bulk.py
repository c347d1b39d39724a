"""One act on several things: each is done or refused by itself, and told line by line."""

from collections.abc import Awaitable, Callable, Sequence

from server.problems import problem_of
from server.wire import Struct


class BulkLine(Struct, frozen=True, kw_only=True):
    """What became of one thing: done, or the stable code of the problem that kept it."""

    id: str
    done: bool
    code: str | None


async def line_by_line(
    things: Sequence[str], act: Callable[[str], Awaitable[object]]
) -> tuple[BulkLine, ...]:
    """Do an act on each of several things, once for each, whatever becomes of the others."""
    lines = []
    for thing in dict.fromkeys(things):
        try:
            await act(thing)
        except Exception as error:  # noqa: BLE001 -- a line's refusal is that line's answer
            lines.append(BulkLine(id=thing, done=False, code=problem_of(error).kind.code))
        else:
            lines.append(BulkLine(id=thing, done=True, code=None))
    return tuple(lines)
