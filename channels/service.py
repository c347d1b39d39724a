"""What can be done with channels: open, append, read, listen."""

import asyncio
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from care_circle.task import change
from channels.access import Door, Way
from channels.keys import KeyPackages, StoredPackage
from channels.model import (
    Asker,
    BadEntry,
    Card,
    Channel,
    ChannelState,
    Envelope,
    GroupView,
    Item,
    Participants,
    admit,
    check_form,
)
from channels.projection import Projection, wanted_change
from channels.store import Appended, Bell, ChannelStore, Feed
from crypto.bundle import Bundle
from crypto.ids import ChannelId, CircleId, DeviceId, is_id
from crypto.session.log import Kind

MAX_PAGE = 200
MAX_WATCHED = 200


class Delivery(Protocol):
    """Judges what opens or advances a channel's group (R14); `delivery.py` is the one there is."""

    def open(
        self,
        bundle: Bundle,
        channel: ChannelId,
        *,
        asker: Asker,
        participants: Participants,
        now: datetime,
    ) -> GroupView:
        """Accept the creation of a group of one device.

        Raises:
            BadCommit: It is not that.
        """
        ...

    def advance(
        self,
        group: GroupView,
        bundle: Bundle,
        *,
        asker: Asker,
        participants: Participants,
        packages: Mapping[bytes, StoredPackage],
        now: datetime,
    ) -> GroupView:
        """Accept a commit and return the group after it.

        Raises:
            BadCommit: The delivery service cannot stand behind it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelService:
    """Channels for those on the roster; every method refuses strangers before anything else."""

    store: ChannelStore
    door: Door
    delivery: Delivery
    packages: KeyPackages
    projection: Projection
    feed: Feed
    bell: Bell
    clock: Callable[[], datetime]
    # A key package is judged unused and marked used in two steps; a task's card likewise.
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def open_channel(
        self, asker: Asker, circle: CircleId, *, channel: ChannelId, envelope: Envelope
    ) -> Item:
        """Open a channel with a group of its creator's device alone; safe to repeat.

        The MLS group's id is the channel's id, which is why the client makes it.

        Raises:
            NotAMember: The asker has no part in the circle.
            BadEntry, TooLarge: The envelope is no creation.
            BadBundle: Its GroupInfo is not that of such a group, signed by the device.
            IdTaken: The channel's id is in use.
        """
        check_form(envelope)
        if envelope.kind is not Kind.CREATE or envelope.epoch != 0 or not is_id(channel):
            raise BadEntry
        participants = await self.door.enter_circle(asker, circle)
        now = self.clock()
        bundle = Bundle.decode(envelope.body)
        group = self.delivery.open(bundle, channel, asker=asker, participants=participants, now=now)
        opened = Channel(id=channel, circle=circle, created_by=asker.professional, created_at=now)
        appended = await self.store.open(opened, envelope, asker=asker, group=group)
        self.door.remember(await self.store.find(channel))
        return appended.item

    async def channels_of(self, asker: Asker, circle: CircleId) -> tuple[Channel, ...]:
        """List a circle's channels.

        Raises:
            NotAMember: The asker has no part in the circle.
        """
        await self.door.enter_circle(asker, circle)
        return await self.store.of_circle(circle)

    async def append(self, asker: Asker, channel: ChannelId, envelope: Envelope) -> Item:
        """Give an envelope its place in the log; it is durable when this returns.

        Raises:
            NotAMember: There is no such channel for the asker.
            StaleEpoch: The epoch is not the channel's; nothing was stored.
            IdTaken: The id was used for other content.
            ChannelFrozen: A device off the roster must be removed first.
            BadEntry, TooLarge, NotInGroup, BadCard: The rule of that name.
            BadBundle, BadCommit: The delivery service cannot stand behind the commit (R14).
            TaskRefused: The task's rules do not let it change so.
        """
        check_form(envelope)
        way = await self.door.enter(asker, channel)
        if envelope.kind is Kind.COMMIT:
            return await self._append_commit(asker, way, envelope)
        if envelope.card is not None:
            return await self._append_card(asker, way, envelope, envelope.card)

        def decide(state: ChannelState) -> GroupView:
            admit(state, envelope, asker=asker, participants=way.participants)
            return state.group

        appended = await self.store.append(channel, envelope, asker=asker, decide=decide)
        return self._told(appended, way)

    async def read(
        self, asker: Asker, channel: ChannelId, *, since: int, limit: int
    ) -> tuple[Item, ...]:
        """Read the items after `since`, at most `MAX_PAGE`.

        Raises:
            NotAMember: There is no such channel for the asker.
        """
        await self.door.enter(asker, channel)
        return await self.store.read(channel, since=since, limit=min(limit, MAX_PAGE))

    async def heads(self, asker: Asker, channels: Sequence[ChannelId]) -> Mapping[ChannelId, int]:
        """Tell how far each channel has come.

        Raises:
            NotAMember: One of them does not exist for the asker.
            BadEntry: More than `MAX_WATCHED` are asked for.
        """
        if len(channels) > MAX_WATCHED:
            raise BadEntry
        for channel in channels:
            await self.door.enter(asker, channel)
        return await self.store.heads(channels)

    async def news(
        self, channel: ChannelId, *, since: int
    ) -> tuple[tuple[Item, ...], Container[DeviceId]]:
        """Read what came after `since`, and who may have it, for pushing to them."""
        items = await self.store.read(channel, since=since, limit=MAX_PAGE)
        return items, await self.receivers(channel)

    async def receivers(self, channel: ChannelId) -> Container[DeviceId]:
        """Tell which devices may be given what is said in a channel now."""
        found = await self.store.find(channel)
        return (await self.door.participants(found.circle)).receivers

    async def rosters_changed(self) -> None:
        """Let a change of circle, device or account take effect on whoever listens now.

        To be called after the change is stored: from then on no removed member gets
        another byte. Where the roster cannot be read, nobody does before asking anew: one
        circle in trouble must not keep the others from being told.
        """
        self.door.forget_rosters()
        for channel in self.feed.watched():
            try:
                found = await self.store.find(channel)
                participants = await self.door.participants(found.circle)
            except Exception:  # noqa: BLE001 - whatever it is, whoever listens is asked again
                self.feed.cut(channel)
            else:
                self.feed.retain(channel, participants.receivers)

    async def _append_commit(self, asker: Asker, way: Way, envelope: Envelope) -> Item:
        bundle = Bundle.decode(envelope.body)
        now = self.clock()
        async with self._one_at_a_time:
            packages = await self.packages.handed(bundle.key_packages)

            def decide(state: ChannelState) -> GroupView:
                admit(state, envelope, asker=asker, participants=way.participants)
                return self.delivery.advance(
                    state.group,
                    bundle,
                    asker=asker,
                    participants=way.participants,
                    packages=packages,
                    now=now,
                )

            appended = await self.store.append(way.channel.id, envelope, asker=asker, decide=decide)
            item = self._told(appended, way)
            await self.projection.apply(way.channel, item)
        return item

    async def _append_card(self, asker: Asker, way: Way, envelope: Envelope, card: Card) -> Item:
        wanted = wanted_change(way.channel, card, by=asker.professional, at=self.clock())
        async with self._one_at_a_time:
            known = await self.projection.tasks.task(card.task)

            def decide(state: ChannelState) -> GroupView:
                admit(state, envelope, asker=asker, participants=way.participants)
                change(known, wanted, roster=way.participants.identity_keys)
                return state.group

            appended = await self.store.append(way.channel.id, envelope, asker=asker, decide=decide)
            item = self._told(appended, way)
            await self.projection.apply(way.channel, item)
        return item

    def _told(self, appended: Appended, way: Way) -> Item:
        """Push what is new to those who listen, now that it is durable."""
        if appended.fresh:
            self.feed.publish(appended.item, way.participants.receivers)
            if appended.item.kind is Kind.ENTRY:
                self.bell.ring(way.participants.others(appended.item.by))
        return appended.item
