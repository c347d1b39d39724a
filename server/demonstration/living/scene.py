"""What the deeds of the seeded weeks share: the people, the days, and each child's things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channels.content_parts import ChecklistItem
from crypto.ids import (
    AppointmentId,
    ChannelId,
    ChildId,
    CircleId,
    DocumentId,
    EntryId,
)
from crypto.session.log import Card
from server.demonstration.clock import StoryClock
from server.demonstration.living.letters import Letters
from server.demonstration.living.person import Person
from server.demonstration.living.script import ChildWords
from server.demonstration.living.weekdays import Weekdays

NO_CHILD, NO_CIRCLE, NO_CHANNEL = ChildId(""), CircleId(""), ChannelId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTask:
    """A task as it stands: its card, and its steps."""

    card: Card
    steps: tuple[ChecklistItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document as it stands."""

    id: DocumentId
    edition: int
    answers: Mapping[str, Any] = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Case:
    """A child with everything that was made for it so far, by the names of the script."""

    words: ChildWords
    id: ChildId = NO_CHILD
    contacts: tuple[str, ...] = ()
    circle: CircleId = NO_CIRCLE
    channel: ChannelId = NO_CHANNEL
    entries: dict[str, EntryId] = field(default_factory=dict)
    tasks: dict[str, HeldTask] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    appointments: dict[str, AppointmentId] = field(default_factory=dict)
    prescriptions: dict[str, str] = field(default_factory=dict)
    forfaits: dict[str, str] = field(default_factory=dict)
    sessions: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The seeded network as it stands."""

    folder: Path
    clock: StoryClock
    days: Weekdays
    letters: Letters
    people: Mapping[str, Person]
    cases: Mapping[str, Case]
