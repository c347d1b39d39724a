"""The tags by which notices are listed and counted without opening the records they live in.

They say in which quarter of an hour how many are in which state by which medium; not to whom,
nor of what. Clocks all over the world are apart by whole quarters, so that a network's own days
are read off them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from care_circle.telling.ledger import day_of, is_listed, moment_of
from notifications.notice import Medium, Notice, State, failed

_COUNT, _NEED = "n:", "need:"
_QUARTER = 15
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
    listed = [each for each in notices if is_listed(each)]
    yield from (day_tag(day) for day in sorted({day_of(each) for each in listed}))
    alike = Counter((_quarter_of(each), each.state, each.medium) for each in listed)
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


def _quarter_of(notice: Notice) -> str:
    at = moment_of(notice)
    return (at - timedelta(minutes=at.minute % _QUARTER)).strftime(_MOMENT)


def _read_quarter(text: str) -> datetime:
    if len(text) == len("2026-11-22"):
        return datetime.combine(date.fromisoformat(text), _NOON)
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
