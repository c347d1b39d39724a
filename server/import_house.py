"""Imports put together, and the loop that goes on with what was begun."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cache

from aiohttp import web

from care_circle.importing.proposal import PRODUCTION, TRIAL
from care_circle.importing.source import Source, read_sources
from care_circle.services.import_work import ImportWork
from care_circle.services.imports import ImportsService
from server.house import House
from server.logs import logger
from server.rounds import again_and_again
from server.storage.imports import EngineArrivals, EngineImportRuns, EngineOrigins

EVERY_SECONDS = 1

IMPORTS: web.AppKey[ImportsService] = web.AppKey("imports", ImportsService)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """The use cases on imports, and the work they leave behind."""

    service: ImportsService
    work: ImportWork


@cache
def the_sources() -> Mapping[str, Source]:
    """Read the sources of this release, once: their files are part of the program."""
    return read_sources()


def furnish_imports(house: House, *, trial: bool) -> Imports:
    """Put imports on a furnished house; `trial` carries national identifiers made for tests."""
    register, sources = house.care.children, the_sources()
    runs = EngineImportRuns(house.engine, house.keyring)
    origins = EngineOrigins(house.engine, house.keyring)
    service = ImportsService(
        runs=runs,
        origins=origins,
        children=house.stores.children,
        people=house.stores.people,
        guard=register.guard,
        surroundings=register.surroundings,
        sources=sources,
        systems=TRIAL if trial else PRODUCTION,
    )
    work = ImportWork(
        runs=runs,
        origins=origins,
        arrivals=EngineArrivals(house.stores.children, house.stores.people),
        children=house.stores.children,
        people=house.stores.people,
        guard=register.guard,
        surroundings=register.surroundings,
        sources=sources,
        trouble=lambda error: logger().error("import_line_failed", cause=error),
    )
    return Imports(service=service, work=work)


def keep_importing(imports: Imports) -> Callable[[web.Application], AsyncIterator[None]]:
    """Go on with imports as long as an application lives."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            work = again_and_again(imports.work.work, every=EVERY_SECONDS, trouble="import_failed")
            running = tasks.create_task(work)
            yield
            running.cancel()

    return context


def install_imports(app: web.Application, imports: Imports) -> None:
    """Put imports where handlers find them, and keep their work going."""
    app[IMPORTS] = imports.service
    app.cleanup_ctx.append(keep_importing(imports))
