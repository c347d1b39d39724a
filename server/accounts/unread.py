"""How much waits for a professional, in numbers, and since when; never what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care_circle.convention import Footing, footing
from care_circle.role import Role
from care_circle.services.files import everything
from care_circle.store import Circles, People, Tasks
from channels.marks import MarkStore
from channels.model import Channel, Item
from channels.store import ChannelStore
from crypto.ids import ChannelId, CircleId, ProfessionalId
from crypto.session.log import Kind
from notifications import hours
from notifications.notice import Unread
from server.accounts.sessions import SessionStore

MOST = 99
"""More unread messages than this are told as so many: nobody reads a longer number."""

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What waits for somebody: how much, since when the newest of it, when they were last here."""

    unread: Unread
    newest: datetime | None
    last_here: datetime | None

    def is_news(self, told: datetime | None) -> bool:
        """Tell whether something came since they were last here, or last told."""
        if self.newest is None:
            return False
        return all(since is None or self.newest > since for since in (self.last_here, told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Counts what waits, off places in logs and cards of tasks."""

    people: People
    circles: Circles
    tasks: Tasks
    channels: ChannelStore
    marks: MarkStore
    sessions: SessionStore
    clock: Callable[[], datetime]
    zone: ZoneInfo

    async def of(self, professional: ProfessionalId) -> Standing:
        """Count what waits for somebody; nothing for who may see no circle today.

        Raises:
            NotFound: There is no such person.
        """
        marks = await self.marks.of_professional(professional)
        sessions = await self.sessions.of(professional)
        here = [hours.from_ms(mark.at) for mark in marks] + [each.seen_at for each in sessions]
        last_here = max(here, default=None)
        if not await self._may_look(professional):
            return Standing(unread=Unread(messages=0, tasks=0), newest=None, last_here=last_here)
        read: dict[ChannelId, int] = {}
        for mark in marks:
            read[mark.channel] = max(read.get(mark.channel, 0), mark.read)
        found = await self._messages(professional, read)
        tasks = await self._tasks(professional)
        came = [hours.from_ms(item.at) for item in found]
        if tasks:
            came.append(self._this_morning())
        return Standing(
            unread=Unread(messages=min(len(found), MOST), tasks=tasks),
            newest=max(came, default=None),
            last_here=last_here,
        )

    async def _messages(
        self, professional: ProfessionalId, read: dict[ChannelId, int]
    ) -> list[Item]:
        """Give what others wrote and this person has not read, a hundred entries at the most."""
        circles = await everything(
            lambda after: self.circles.of_member(professional, after=after, limit=_PAGE)
        )
        channels = [c for circle in circles for c in await self._channels(circle.id)]
        heads = await self.channels.heads([each.id for each in channels])
        found: list[Item] = []
        for name, head in heads.items():
            if head > read.get(name, 0) and len(found) <= MOST:
                unread = await self.channels.read(name, since=read.get(name, 0), limit=_PAGE)
                found += (i for i in unread if i.kind is Kind.ENTRY and i.by != professional)
        return found

    async def _channels(self, circle: CircleId) -> tuple[Channel, ...]:
        return await self.channels.of_circle(circle)

    async def _tasks(self, professional: ProfessionalId) -> int:
        """Count the open tasks that are due by tomorrow."""
        cards = await everything(
            lambda after: self.tasks.of_assignee(professional, after=after, limit=_PAGE)
        )
        tomorrow = self._today() + timedelta(days=1)
        return sum(card.due is not None and card.due <= tomorrow for card in cards)

    async def _may_look(self, professional: ProfessionalId) -> bool:
        person = await self.people.professional(professional)
        if person.role is not Role.PROFESSIONAL:
            return True
        held = await self.people.conventions_of(professional)
        return footing(held, on=self._today()) is Footing.ACTIVE

    def _today(self) -> date:
        return self.clock().astimezone(self.zone).date()

    def _this_morning(self) -> datetime:
        return datetime.combine(self._today(), time(), self.zone)
