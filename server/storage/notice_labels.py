"""The tags by which notices are listed and counted without opening the records they live in.

They say on which day how many are in which state by which medium; not to whom, nor of what.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from care_circle.telling.ledger import day_of, is_listed
from notifications.notice import Medium, Notice, State, failed

_COUNT, _NEED = "n:", "need:"


@dataclass(frozen=True, slots=True)
class Label:
    """So many notices of a record that are alike."""

    day: date
    state: State
    medium: Medium
    number: int


def labels_of(notices: tuple[Notice, ...]) -> Iterator[str]:
    """Give the tags of a record's notices: to be among those the store finds it by."""
    listed = [each for each in notices if is_listed(each)]
    yield from (day_tag(day) for day in sorted({day_of(each) for each in listed}))
    alike = Counter((day_of(each), each.state, each.medium) for each in listed)
    for (day, state, medium), number in sorted(alike.items()):
        yield f"{_COUNT}{day}:{state}:{medium}:{number}"
    if needed := len(failed(notices)):
        yield f"{_NEED}{needed}"


def day_tag(day: date) -> str:
    """Give the key of the records of which a notice belongs to a day of UTC."""
    return f"day:{day}"


def read_labels(tags: tuple[str, ...]) -> Iterator[Label]:
    """Read how many notices of which kind a record has, off its tags."""
    for tag in tags:
        if tag.startswith(_COUNT):
            day, state, medium, number = tag.removeprefix(_COUNT).split(":")
            yield Label(date.fromisoformat(day), State(state), Medium(medium), int(number))


def read_needed(tags: tuple[str, ...]) -> int:
    """Read how many of a record's notices need a person, off its tags."""
    return sum(int(tag.removeprefix(_NEED)) for tag in tags if tag.startswith(_NEED))
