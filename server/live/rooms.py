"""Who listens to which channel, and pushing each item once, in order, to all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from typing_extensions import override

from channels.model import Item
from channels.store import Feed
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from server.forms.channels import ItemForm
from server.live.frames import event_packet, text_frame
from server.logs import logger
from server.wire import encode

# A gap wider than this is not pushed item by item: listeners see it and read for themselves.
WIDEST_GAP = 50

News = Callable[[ChannelId, int], Awaitable[tuple[Sequence[Item], Container[DeviceId]]]]
"""Reads the items after a number, and who may have them now."""

Run = Callable[[Coroutine[None, None, None]], None]
"""Lets something run on beside, watched over by whoever gave this."""


Peopled = Callable[[ChannelId], None]
"""Hears that somebody came into a room or left it."""


class Listener(Protocol):
    """One connection, as a room sees it."""

    @property
    def device(self) -> DeviceId:
        """Tell whose connection it is."""
        ...

    @property
    def professional(self) -> ProfessionalId:
        """Tell whose device it is."""
        ...

    def write(self, frame: bytes) -> None:
        """Send a finished frame without waiting, or drop the connection."""
        ...

    def drop(self) -> None:
        """Cut the connection at once."""
        ...


@dataclass(slots=True)
class _Room:
    """The listeners of a channel and the last number pushed to them.

    `last` is None until the log's head was read; until then, and while a gap is being
    filled, a new item only moves `wanted`.
    """

    listeners: dict[Listener, None] = field(default_factory=dict)
    last: int | None = None
    wanted: int = 0
    filling: bool = False


class Rooms(Feed):
    """Pushes committed items: encoded once, framed once, written to each transport."""

    def __init__(self, *, news: News, run: Run, peopled: Peopled) -> None:
        self._news = news
        self._peopled = peopled
        self._run = run
        self._rooms: dict[ChannelId, _Room] = {}
        self._due: list[tuple[_Room, bytes, Container[DeviceId]]] = []

    def join(self, listener: Listener, channel: ChannelId) -> None:
        """Add a listener; `begin` must follow with the log's head."""
        self._rooms.setdefault(channel, _Room()).listeners[listener] = None
        self._peopled(channel)

    def begin(self, channel: ChannelId, head: int) -> None:
        """Push from here on: what came while the head was being read is made up for."""
        room = self._rooms.get(channel)
        if room is not None and room.last is None:
            room.last = head
            self._fill_if_behind(channel, room)

    def leave(self, listener: Listener, channel: ChannelId) -> None:
        """Remove a listener, and the room with the last one."""
        room = self._rooms.get(channel)
        if room is not None:
            room.listeners.pop(listener, None)
            if not room.listeners:
                del self._rooms[channel]
            self._peopled(channel)

    @override
    def publish(self, item: Item, receivers: Container[DeviceId]) -> None:
        room = self._rooms.get(item.channel)
        if room is None:
            return
        room.wanted = max(room.wanted, item.seq)
        if room.last is None or room.filling or item.seq <= room.last:
            return
        if item.seq == room.last + 1:
            self._push(room, item, receivers)
        else:
            self._fill_if_behind(item.channel, room)

    @override
    def retain(self, channel: ChannelId, receivers: Container[DeviceId]) -> None:
        room = self._rooms.get(channel)
        if room is not None:
            gone = [one for one in room.listeners if one.device not in receivers]
            for listener in gone:
                self.leave(listener, channel)

    @override
    def cut(self, channel: ChannelId) -> None:
        room = self._rooms.pop(channel, None)
        if room is not None:
            logger().warning("room_cut", count=len(room.listeners))
            listeners = tuple(room.listeners)
            room.listeners.clear()
            for listener in listeners:
                listener.drop()

    @override
    def watched(self) -> tuple[ChannelId, ...]:
        return tuple(self._rooms)

    def present(
        self, channel: ChannelId, receivers: Container[DeviceId]
    ) -> tuple[ProfessionalId, ...]:
        """Name who listens to a channel now, on any device that may, in order of their ids."""
        room = self._rooms.get(channel)
        here = () if room is None else tuple(room.listeners)
        return tuple(sorted({one.professional for one in here if one.device in receivers}))

    def whisper(self, channel: ChannelId, frame: bytes, receivers: Container[DeviceId]) -> None:
        """Write a frame that is no part of the log to the listening devices that may have it."""
        room = self._rooms.get(channel)
        # A copy, since writing may drop a listener, which then leaves.
        for listener in () if room is None else tuple(room.listeners):
            if listener.device in receivers:
                listener.write(frame)

    def moved(self, channel: ChannelId, head: int) -> None:
        """Push up to a number that the log is known to have reached, whoever appended."""
        room = self._rooms.get(channel)
        if room is not None:
            room.wanted = max(room.wanted, head)
            self._fill_if_behind(channel, room)

    def _push(self, room: _Room, item: Item, receivers: Container[DeviceId]) -> None:
        room.last = item.seq
        frame = text_frame(event_packet("item", encode(ItemForm.of(item))))
        if not self._due:
            # After the task that appended has had the time to write its sender's ack.
            asyncio.get_running_loop().call_soon(self._flush)
        self._due.append((room, frame, receivers))

    def _flush(self) -> None:
        due, self._due = self._due, []
        for room, frame, receivers in due:
            # A copy, since writing may drop a listener, which then leaves.
            for listener in tuple(room.listeners):
                if listener.device in receivers:
                    listener.write(frame)

    def _fill_if_behind(self, channel: ChannelId, room: _Room) -> None:
        if room.last is not None and room.wanted > room.last and not room.filling:
            room.filling = True
            self._run(self._fill(channel, room))

    async def _fill(self, channel: ChannelId, room: _Room) -> None:
        """Read from the log what was not published in order, and push it in order.

        Trouble of any kind ends the attempt: the next item, or the next hint, begins another.
        """
        try:
            while room.last is not None and room.last < room.wanted:
                items, receivers = await self._news(channel, room.last)
                if not items:
                    room.wanted = room.last
                    return
                for item in items[-WIDEST_GAP:]:
                    self._push(room, item, receivers)
        except Exception as error:  # noqa: BLE001 -- one channel that cannot be read silences no other
            logger().warning("push_failed", cause=error)
        finally:
            room.filling = False
