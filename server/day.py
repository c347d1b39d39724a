"""My day with its channels: how far each has come, and how far one has read."""

from collections.abc import Mapping
from dataclasses import dataclass

from care_circle.actor import Actor
from care_circle.services.day import Day, DayService
from channels.marks import Marks
from channels.store import ChannelStore
from crypto.ids import ChannelId, CircleId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHead:
    """A channel's newest number, and the newest one the person has read on any device."""

    id: ChannelId
    head: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MyDay:
    """What waits for somebody, with the channels of each circle."""

    day: Day
    channels: Mapping[CircleId, tuple[ChannelHead, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Puts together what circles and channels know; who sees no circle sees no channel."""

    service: DayService
    channels: ChannelStore
    marks: Marks

    async def of(self, actor: Actor) -> MyDay:
        """Gather what waits for somebody."""
        day = await self.service.day(actor)
        circles = [child.circle for child in day.children if child.circle is not None]
        held = {circle: await self.channels.of_circle(circle) for circle in circles}
        names = [channel.id for channels in held.values() for channel in channels]
        heads = await self.channels.heads(names)
        read = await self.marks.read_by(actor.professional)
        return MyDay(
            day=day,
            channels={
                circle: tuple(
                    ChannelHead(id=each.id, head=heads[each.id], read=read.get(each.id, 0))
                    for each in channels
                )
                for circle, channels in held.items()
            },
        )
