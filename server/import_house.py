"""Imports put together, and the loop that goes on with what was begun."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from care_circle.import_source import read_sources
from care_circle.importing import PRODUCTION, TRIAL
from care_circle.services.imports import ImportsService
from server.config import Config
from server.house import House
from server.rounds import again_and_again
from server.storage.imports import EngineArrivals, EngineImportRuns, EngineOrigins

EVERY_SECONDS = 1

IMPORTS: web.AppKey[ImportsService] = web.AppKey("imports", ImportsService)


def furnish_imports(house: House, config: Config) -> ImportsService:
    """Put the use cases on imports on a furnished house."""
    register = house.care.children
    return ImportsService(
        runs=EngineImportRuns(house.engine, house.keyring),
        origins=EngineOrigins(house.engine, house.keyring),
        arrivals=EngineArrivals(house.stores.children, house.stores.people),
        children=house.stores.children,
        people=house.stores.people,
        guard=register.guard,
        surroundings=register.surroundings,
        sources=read_sources(),
        systems=TRIAL if config.ins == "test" else PRODUCTION,
    )


async def keep_importing(app: web.Application) -> AsyncIterator[None]:
    """Go on with imports as long as the application lives."""
    async with asyncio.TaskGroup() as tasks:
        work = again_and_again(app[IMPORTS].work, every=EVERY_SECONDS, trouble="import_failed")
        running = tasks.create_task(work)
        yield
        running.cancel()
