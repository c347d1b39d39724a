"""Digests put together: opened when due as long as the application lives, reached when sent."""

import asyncio
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from aiohttp import web

from channels.delivery import DeliveryService
from channels.projection import Projection
from server.accounts.unread import Waiting
from server.digests import Digests, EverybodysContacts
from server.house import House
from server.notice_counts import Counting
from server.rounds import again_and_again
from server.services import HOUSE
from server.storage.channels import EngineChannelStore
from server.storage.key_packages import EnginePackageStore

DIGESTS: web.AppKey[Digests] = web.AppKey("digests", Digests)

LOOK_SECONDS = 20.0
COUNT_SECONDS = 300.0


def waiting_of(house: House, zone: str) -> Waiting:
    """Build what counts how much waits for somebody."""
    projection = Projection(tasks=house.stores.tasks, packages=EnginePackageStore(house.engine))
    return Waiting(
        people=house.stores.people,
        circles=house.stores.circles,
        tasks=house.stores.tasks,
        channels=EngineChannelStore(
            house.engine, restore=DeliveryService().restore, project=projection.apply
        ),
        marks=house.stores.marks,
        sessions=house.stores.sessions,
        clock=house.clock,
        zone=ZoneInfo(zone),
    )


def digests_of(house: House, zone: str) -> Digests:
    """Build what opens digests."""
    return Digests(
        preferences=house.stores.preferences,
        errands=house.stores.errands,
        waiting=waiting_of(house, zone),
        clock=house.clock,
        zone=ZoneInfo(zone),
    )


def contacts_of(house: House, zone: str) -> EverybodysContacts:
    """Build what says where somebody is reached, of a family or of the network."""
    return EverybodysContacts(
        families=house.stores.children,
        accounts=house.stores.accounts,
        preferences=house.stores.preferences,
        waiting=waiting_of(house, zone),
    )


async def keep_digesting(app: web.Application) -> AsyncIterator[None]:
    """Look every twenty seconds whose digest is due, and every five minutes how many wait."""
    house, digests = app[HOUSE], app[DIGESTS]
    counting = Counting(ledger=house.sending.ledger, clock=house.clock)
    async with asyncio.TaskGroup() as tasks:
        running = (
            tasks.create_task(
                again_and_again(digests.look, every=LOOK_SECONDS, trouble="digests_failed")
            ),
            tasks.create_task(
                again_and_again(counting.tell, every=COUNT_SECONDS, trouble="counting_failed")
            ),
        )
        yield
        for task in running:
            task.cancel()
