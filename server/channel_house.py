"""Channels put together on the house's store, and tied to an application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from aiohttp import web

from channels.access import Door
from channels.blobs import BlobService
from channels.delivery import DeliveryService
from channels.keys import KeyPackages
from channels.marks import Marks
from channels.projection import Projection
from channels.service import ChannelService
from crypto.ids import ChannelId
from server.day import Days
from server.house import House
from server.limits import Allowance, RateLimit
from server.live.bell import Bell
from server.live.connection import Limits
from server.live.rosters import CircleRosters
from server.rounds import again_and_again
from server.routes.blobs import BLOBS
from server.routes.channels import CHANNELS
from server.routes.day import DAYS
from server.routes.keys import KEY_PACKAGES
from server.routes.marks import MARKS
from server.sockets import Sockets
from server.storage.blobs import EngineBlobs
from server.storage.channels import EngineChannelStore
from server.storage.key_packages import EnginePackageStore

# Adding a newcomer with two devices to ten channels takes twenty packages.
HAND_OUTS = Allowance(tries=600, seconds=3600)
# Names that came together are looked at together: most are of appends made here.
HINT_SECONDS = 0.2
# A device that reads fast tells of every entry; of all that a second brings, the last is kept.
MARK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """What routes and sockets reach channels through."""

    service: ChannelService
    packages: KeyPackages
    marks: Marks
    bell: Bell
    blobs: BlobService
    sockets: Sockets


CHANNEL_HOUSE: web.AppKey[Channels] = web.AppKey("channel_house", Channels)


def furnish_channels(house: House, *, zone: str, limits: Limits) -> Channels:
    """Put channels on an open house; nothing runs yet."""
    engine, clock, stores = house.engine, house.clock, house.stores
    package_store, delivery = EnginePackageStore(engine), DeliveryService()
    projection = Projection(tasks=stores.tasks, packages=package_store)
    store = EngineChannelStore(engine, restore=delivery.restore, project=projection.apply)
    door = Door(store=store, rosters=_rosters(house, ZoneInfo(zone)), clock=clock)
    packages = KeyPackages(
        store=package_store, door=door, allowance=RateLimit(HAND_OUTS), clock=clock
    )
    blobs = BlobService(store=EngineBlobs(engine, house.keyring), door=door, clock=clock)
    sockets = Sockets(sessions=house.sessions, clock=clock, limits=limits)
    bell = _bell(house, ZoneInfo(zone))
    service = ChannelService(
        store=store,
        door=door,
        delivery=delivery,
        packages=packages,
        projection=projection,
        feed=sockets.feed,
        bell=bell,
        clock=clock,
    )
    marks = Marks(
        store=stores.marks,
        channels=store,
        door=door,
        clock=clock,
        tell=sockets.whispers.marked,
    )
    return Channels(
        service=service, packages=packages, marks=marks, bell=bell, blobs=blobs, sockets=sockets
    )


def _rosters(house: House, zone: ZoneInfo) -> CircleRosters:
    stores = house.stores
    return CircleRosters(
        circles=stores.circles,
        people=stores.people,
        devices=stores.devices,
        clock=house.clock,
        zone=zone,
    )


def _bell(house: House, zone: ZoneInfo) -> Bell:
    stores = house.stores
    return Bell(
        subscriptions=stores.subscriptions,
        preferences=stores.preferences,
        clock=house.clock,
        zone=zone,
    )


def install_channels(app: web.Application, house: House, channels: Channels) -> None:
    """Open both doors, and let what ends elsewhere end here at once."""
    app[CHANNEL_HOUSE] = channels
    app[CHANNELS] = channels.service
    app[KEY_PACKAGES] = channels.packages
    app[BLOBS] = channels.blobs
    app[MARKS] = channels.marks
    app[DAYS] = Days(service=house.care.day, channels=channels.service.store, marks=channels.marks)
    channels.sockets.attach(app, channels.service, channels.marks)
    house.sessions.endings.subscribe(channels.sockets.drop_session)
    house.changes.subscribe(channels.service.rosters_changed)
    app.cleanup_ctx.append(_follow(house, channels))
    app.cleanup_ctx.append(_write_marks(channels))


Context = Callable[[web.Application], AsyncIterator[None]]


def _follow(house: House, channels: Channels) -> Context:
    """Push what other processes append, as long as the application lives."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        moved: set[ChannelId] = set()
        async with asyncio.TaskGroup() as tasks:
            running = (
                tasks.create_task(
                    again_and_again(
                        partial(_listen, house, moved),
                        every=HINT_SECONDS,
                        trouble="watch_failed",
                    )
                ),
                tasks.create_task(
                    again_and_again(
                        partial(_push, channels, moved),
                        every=HINT_SECONDS,
                        trouble="push_failed",
                    )
                ),
            )
            yield
            for task in running:
                task.cancel()

    return context


def _write_marks(channels: Channels) -> Context:
    """Write how far everybody has come, every second and once more at the end."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(
                again_and_again(channels.marks.write, every=MARK_SECONDS, trouble="marks_failed")
            )
            yield
            running.cancel()
        await channels.marks.write()

    return context


async def _listen(house: House, moved: set[ChannelId]) -> None:
    """Collect names; a store in trouble costs hints, which are allowed to get lost."""
    async for name in house.engine.watch():
        moved.add(ChannelId(name))


async def _push(channels: Channels, moved: set[ChannelId]) -> None:
    """Push what the named channels have got; what fails is named again."""
    feed = channels.sockets.feed
    names = [channel for channel in feed.watched() if channel in moved]
    moved.clear()
    try:
        heads = await channels.service.store.heads(names) if names else {}
    except BaseException:
        moved.update(names)
        raise
    for channel, head in heads.items():
        feed.moved(channel, head)
