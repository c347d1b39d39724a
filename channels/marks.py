"""How far each device has come in a channel: what reached it, what was read, in which epoch.

A mark is a person's word about themselves and no part of the log: losing the newest of a
second loses nothing that the next one does not say again. Hence it is kept in memory first
and written at leisure; hence, too, it only ever grows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from channels.access import Door
from channels.model import Asker, Refusal
from channels.store import ChannelStore
from crypto.ids import ChannelId, DeviceId, ProfessionalId

REMEMBERED = 20_000
"""How many written marks are kept at hand: a network's devices of a day."""

TRANSCRIPT = 32
"""Bytes of a confirmed transcript hash in the one cipher suite there is (RFC 9420, 17.1)."""


class BadMark(Refusal):
    """A mark claims more than the log holds, or more read than received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A device's place in a channel's log, and in its group for others to compare (R11).

    `delivered` and `read` are sequence numbers; `transcript` is the confirmed transcript
    hash of `epoch`, 32 bytes. `at` is when it last changed, ms UTC.
    """

    channel: ChannelId
    device: DeviceId
    professional: ProfessionalId
    delivered: int
    read: int
    epoch: int
    transcript: bytes = field(repr=False)
    at: int


def advanced(held: Mark | None, told: Mark) -> Mark:
    """Move a mark forward by what its device tells now; nothing in it ever goes back.

    Of two words on one epoch the later one counts: a device that found itself astray says so.
    """
    if held is None:
        return told
    older = told.epoch < held.epoch
    moved = replace(
        held,
        delivered=max(held.delivered, told.delivered),
        read=max(held.read, told.read),
        epoch=held.epoch if older else told.epoch,
        transcript=held.transcript if older else told.transcript,
    )
    return held if moved == held else replace(moved, at=told.at)


def is_forked(marks: Sequence[Mark]) -> bool:
    """Tell whether two devices report different transcripts of one epoch (R11).

    The server cannot say who is right: devices compare for themselves, and decide.
    """
    seen: dict[int, bytes] = {}
    return any(seen.setdefault(mark.epoch, mark.transcript) != mark.transcript for mark in marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How far everybody has come, and whether devices that are there see two groups (R11)."""

    marks: tuple[Mark, ...]
    forked: bool


class MarkStore(Protocol):
    """Marks by channel and device, and by whose they are."""

    async def find(self, channel: ChannelId, device: DeviceId) -> Mark | None:
        """Find a device's mark."""
        ...

    async def of_channel(self, channel: ChannelId) -> tuple[Mark, ...]:
        """List the marks of a channel."""
        ...

    async def of_professional(self, professional: ProfessionalId) -> tuple[Mark, ...]:
        """List the marks of all devices of a person."""
        ...

    async def keep(self, mark: Mark) -> None:
        """Move a stored mark forward to this one."""
        ...


Key = tuple[ChannelId, DeviceId]

Tell = Callable[[Mark], None]
"""Pushes a mark that moved to whoever listens; never waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Takes marks, shows them to those on the roster, and writes them once in a while."""

    store: MarkStore
    channels: ChannelStore
    door: Door
    clock: Callable[[], datetime]
    tell: Tell
    _known: dict[Key, Mark] = field(default_factory=dict, repr=False)
    _unwritten: set[Key] = field(default_factory=set, repr=False)

    async def put(
        self,
        asker: Asker,
        channel: ChannelId,
        *,
        delivered: int,
        read: int,
        epoch: int,
        transcript: bytes,
    ) -> Mark:
        """Note how far the asker's device has come, and give its mark as it stands now.

        Raises:
            NotAMember: There is no such channel for the asker.
            BadMark: It claims more than there is.
        """
        await self.door.enter(asker, channel)
        head = (await self.channels.heads((channel,)))[channel]
        if not 0 <= read <= delivered <= head or len(transcript) != TRANSCRIPT:
            raise BadMark
        told = Mark(
            channel=channel,
            device=asker.device,
            professional=asker.professional,
            delivered=delivered,
            read=read,
            epoch=epoch,
            transcript=transcript,
            at=int(self.clock().timestamp() * 1000),
        )
        await self._recall(channel, asker.device)
        # Nothing is awaited from here on, so that two words of one device cannot cross.
        key = (channel, asker.device)
        held = self._known.get(key)
        mark = advanced(held, told)
        if mark != held:
            self._known[key] = mark
            self._unwritten.add(key)
            self.tell(mark)
        return mark

    async def of_channel(self, asker: Asker, channel: ChannelId) -> Places:
        """Show how far the people who may take part in a channel now have come.

        What somebody read on a device that is gone stays read, by them and for the others;
        about the group only devices that are still there are asked.

        Raises:
            NotAMember: There is no such channel for the asker.
        """
        way = await self.door.enter(asker, channel)
        here = way.participants
        stored = await self.store.of_channel(channel)
        found = self._newest(stored, lambda mark: mark.channel == channel)
        marks = tuple(m for m in found if m.professional in here.identity_keys.keys() - here.lapsed)
        forked = is_forked([mark for mark in marks if mark.device in here.receivers])
        return Places(marks=marks, forked=forked)

    async def read_by(self, professional: ProfessionalId) -> Mapping[ChannelId, int]:
        """Tell how far a person has read in each channel, on whichever device."""
        stored = await self.store.of_professional(professional)
        furthest: dict[ChannelId, int] = {}
        for mark in self._newest(stored, lambda mark: mark.professional == professional):
            furthest[mark.channel] = max(furthest.get(mark.channel, 0), mark.read)
        return furthest

    async def write(self) -> None:
        """Write what was told since the last time; what fails is written the next time."""
        for key in tuple(self._unwritten):
            mark = self._known[key]
            await self.store.keep(mark)
            if self._known[key] == mark:
                self._unwritten.discard(key)
        if len(self._known) > REMEMBERED:
            for key in self._known.keys() - self._unwritten:
                del self._known[key]

    async def _recall(self, channel: ChannelId, device: DeviceId) -> None:
        """Have what is stored at hand, unless something newer is."""
        if (channel, device) not in self._known:
            stored = await self.store.find(channel, device)
            if stored is not None:
                self._known.setdefault((channel, device), stored)

    def _newest(self, stored: Sequence[Mark], wanted: Callable[[Mark], bool]) -> tuple[Mark, ...]:
        newest = {(mark.channel, mark.device): mark for mark in stored}
        for key in self._unwritten:
            mark = self._known[key]
            if wanted(mark):
                newest[key] = advanced(newest.get(key), mark)
        return tuple(newest[key] for key in sorted(newest))
