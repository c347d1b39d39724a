"""What is pushed beside the log: how far somebody has come, and who is there.

Both are gathered for a moment and only the last state is told: twenty devices that read one
entry, or a page that loads again, make a few frames and not hundreds. Neither is kept here,
and neither crosses to another process: whoever comes later asks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Container

from channels.marks import Mark
from crypto.ids import ChannelId, DeviceId, ProfessionalId
from server.forms.marks import MarkPush, Presence
from server.live.frames import event_packet, text_frame
from server.live.rooms import Rooms, Run
from server.logs import logger
from server.wire import encode

GATHERED_FOR = 0.15
"""Seconds; short enough to feel at once."""

Receivers = Callable[[ChannelId], Awaitable[Container[DeviceId]]]
"""Tells which devices may hear of a channel now."""


class Whispers:
    """Gathers marks and comings and goings, and tells the rooms of the last of them."""

    def __init__(self, *, receivers: Receivers, run: Run) -> None:
        self._receivers = receivers
        self._run = run
        self._rooms: Rooms | None = None
        self._marks: dict[ChannelId, dict[DeviceId, Mark]] = {}
        self._peopled: set[ChannelId] = set()
        self._told: dict[ChannelId, tuple[ProfessionalId, ...]] = {}
        self._waiting = False

    def attach(self, rooms: Rooms) -> None:
        """Name the rooms to whisper in."""
        self._rooms = rooms

    def marked(self, mark: Mark) -> None:
        """Tell those who listen to a channel how far a device has come."""
        self._marks.setdefault(mark.channel, {})[mark.device] = mark
        self._soon()

    def peopled(self, channel: ChannelId) -> None:
        """Tell those who listen to a channel who is there, if that has changed."""
        self._peopled.add(channel)
        self._soon()

    def _soon(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._run(self._gather())

    async def _gather(self) -> None:
        await asyncio.sleep(GATHERED_FOR)
        marks, self._marks = self._marks, {}
        peopled, self._peopled = self._peopled, set()
        self._waiting = False
        for channel in {*marks, *peopled}:
            try:
                await self._tell(channel, marks.get(channel, {}), peopled=channel in peopled)
            except Exception as error:  # noqa: BLE001 -- one roster that cannot be read silences no other
                logger().warning("whisper_failed", cause=error)

    async def _tell(
        self, channel: ChannelId, marks: dict[DeviceId, Mark], *, peopled: bool
    ) -> None:
        if self._rooms is None:
            return
        receivers = await self._receivers(channel)
        for mark in marks.values():
            frame = text_frame(event_packet("mark", encode(MarkPush.in_channel(mark))))
            self._rooms.whisper(channel, frame, receivers)
        if peopled:
            self._tell_presence(self._rooms, channel, receivers)

    def _tell_presence(
        self, rooms: Rooms, channel: ChannelId, receivers: Container[DeviceId]
    ) -> None:
        present = rooms.present(channel, receivers)
        if present == self._told.get(channel, ()):
            return
        if present:
            self._told[channel] = present
        else:
            del self._told[channel]
        frame = event_packet("presence", encode(Presence(channel=channel, present=present)))
        rooms.whisper(channel, text_frame(frame), receivers)
