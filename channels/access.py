"""The one guarded way to a channel: whoever comes in here is on the roster right now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.model import Asker, Channel, NotAMember, Participants
from channels.store import ChannelStore, Rosters
from crypto.ids import ChannelId, CircleId, is_id

# Changes made by this process are known at once; those of another one after this long at most.
ROSTER_LIFETIME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What is behind the door: a channel, and who may take part in it."""

    channel: Channel
    participants: Participants


class Door:
    """Lets people on the roster through, and treats a stranger as if nothing were there.

    Channels never change and rosters rarely, so both are remembered: an append must cost
    no read of the store.
    """

    def __init__(
        self, *, store: ChannelStore, rosters: Rosters, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._rosters = rosters
        self._clock = clock
        self._channels: dict[ChannelId, Channel] = {}
        self._known: dict[CircleId, tuple[datetime, Participants]] = {}
        self._generation = 0

    async def enter(self, asker: Asker, channel: ChannelId) -> Way:
        """Find the way to a channel.

        Raises:
            NotAMember: There is no such channel, or the asker has no part in its circle.
        """
        found = self._channels.get(channel)
        if found is None:
            if not is_id(channel):
                raise NotAMember
            found = self._channels[channel] = await self._store.find(channel)
        participants = await self.enter_circle(asker, found.circle)
        return Way(channel=found, participants=participants)

    async def enter_circle(self, asker: Asker, circle: CircleId) -> Participants:
        """Find the way to a circle.

        Raises:
            NotAMember: There is no such circle, or the asker has no part in it.
        """
        participants = await self.participants(circle)
        participants.check(asker)
        return participants

    async def participants(self, circle: CircleId) -> Participants:
        """Read who may take part, at most `ROSTER_LIFETIME` old.

        Raises:
            NotAMember: There is no such circle.
        """
        now = self._clock()
        known = self._known.get(circle)
        if known is not None and known[0] > now:
            return known[1]
        if not is_id(circle):
            raise NotAMember
        generation = self._generation
        participants = await self._rosters.participants(circle)
        # What was read before a change was announced must not outlive the announcement.
        if generation == self._generation:
            self._known[circle] = (now + ROSTER_LIFETIME, participants)
        return participants

    def remember(self, channel: Channel) -> None:
        """Note a channel just opened."""
        self._channels[channel.id] = channel

    def forget_rosters(self) -> None:
        """Read every roster anew from now on, because one of them changed."""
        self._generation += 1
        self._known.clear()
