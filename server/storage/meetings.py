"""Meetings on any engine: open are ids, dates of work and the edition; every word is sealed."""

from collections.abc import Callable
from datetime import date

from typing_extensions import override

from care_circle.leaving.store import Meetings
from care_circle.meetings.meeting import Meeting, MeetingState, days_held
from crypto.ids import ChildId, MeetingId, ProfessionalId
from server.storage.care_shapes import child_key
from server.storage.engine import Engine
from server.storage.finding import change_found, found
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape
from server.storage.watched import Watch


def meeting_shape() -> Shape[Meeting]:
    """Shape meetings: found by child, and by whoever is called to one that is not over."""
    return Shape(
        kind="meeting",
        type=Meeting,
        id_of=lambda meeting: meeting.id,
        tags_of=_tags,
        sealed=frozenset({"calling", "versions", "cancellation"}),
        scope_of=lambda meeting: meeting.child,
    )


def called_key(professional: str) -> str:
    """Give the key of the meetings somebody is called to."""
    return f"called:{professional}"


def _tags(meeting: Meeting) -> tuple[str, ...]:
    called = meeting.calling.invited if meeting.state is MeetingState.CALLED else ()
    return (child_key(meeting.child), *sorted(map(called_key, called)))


class EngineMeetings(Meetings):
    """`Meetings` on any engine, followed up."""

    def __init__(self, engine: Engine, keyring: Keyring, watch: Watch) -> None:
        self._meetings = Repository(engine, keyring, meeting_shape())
        self._watch = watch

    @override
    async def add(self, meeting: Meeting) -> None:
        async with self._watch.over(meeting.child):
            await self._meetings.create(meeting)

    @override
    async def meeting(self, meeting: MeetingId) -> Meeting:
        return found(await self._meetings.get(meeting))

    @override
    async def of_child(self, child: ChildId) -> tuple[Meeting, ...]:
        return await self._meetings.all_of(child_key(child))

    @override
    async def called_with(self, professional: ProfessionalId) -> tuple[Meeting, ...]:
        return await self._meetings.all_of(called_key(professional))

    @override
    async def held_days(self, child: ChildId) -> tuple[date, ...]:
        return days_held(await self.of_child(child))

    @override
    async def change(self, meeting: MeetingId, decide: Callable[[Meeting], Meeting]) -> Meeting:
        held = await self.meeting(meeting)
        async with self._watch.over(held.child):
            return await change_found(self._meetings, meeting, decide)
