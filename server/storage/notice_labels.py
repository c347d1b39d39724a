"""The tags by which notices are listed and counted without opening the records they live in.

They say in which quarter of an hour how many are in which state by which medium; not to whom,
nor of what. Clocks all over the world are apart by whole quarters, so that a network's own days
are read off them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from care_circle.telling.ledger import is_listed, moment_of
from notifications.notice import Medium, Notice, State, failed

_COUNT, _NEED = "n:", "need:"
_QUARTER_S = 15 * 60
_MOMENT = "%Y-%m-%dT%H%M"
# Labels of before this was noted name a day of UTC alone: its middle is on that day for most.
_NOON = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Label:
    """So many notices of a record that are alike, by the quarter of an hour they begin in."""

    at: datetime
    state: State
    medium: Medium
    number: int


def labels_of(notices: tuple[Notice, ...]) -> Iterator[str]:
    """Give the tags of a record's notices: to be among those the store finds it by."""
    listed = [(_quarter_of(each), each) for each in notices if is_listed(each)]
    yield from sorted({day for (day, _), _ in listed})
    alike: dict[tuple[str, State, Medium], int] = {}
    for (_, quarter), each in listed:
        kind = (quarter, each.state, each.medium)
        alike[kind] = alike.get(kind, 0) + 1
    for (quarter, state, medium), number in sorted(alike.items()):
        yield f"{_COUNT}{quarter}:{state}:{medium}:{number}"
    if needed := len(failed(notices)):
        yield f"{_NEED}{needed}"


def day_tag(day: date) -> str:
    """Give the key of the records of which a notice belongs to a day of UTC."""
    return f"day:{day}"


def read_labels(tags: tuple[str, ...]) -> Iterator[Label]:
    """Read how many notices of which kind a record has, off its tags."""
    for tag in tags:
        if tag.startswith(_COUNT):
            quarter, state, medium, number = tag.removeprefix(_COUNT).split(":")
            yield Label(_read_quarter(quarter), State(state), Medium(medium), int(number))


def read_needed(tags: tuple[str, ...]) -> int:
    """Read how many of a record's notices need a person, off its tags."""
    return sum(int(tag.removeprefix(_NEED)) for tag in tags if tag.startswith(_NEED))


def _quarter_of(notice: Notice) -> tuple[str, str]:
    """Give the tag of a notice's day and the name of its quarter of an hour."""
    return _named(int(moment_of(notice).timestamp()) // _QUARTER_S)


@lru_cache(maxsize=1024)
def _named(quarter: int) -> tuple[str, str]:
    """Name the so-many-th quarter since 1970: families are told in the same few each day."""
    at = datetime.fromtimestamp(quarter * _QUARTER_S, UTC)
    return day_tag(at.date()), at.strftime(_MOMENT)


def _read_quarter(text: str) -> datetime:
    if len(text) == len("2026-11-22"):
        return datetime.combine(date.fromisoformat(text), _NOON)
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
