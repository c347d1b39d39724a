"""The composition root: the one place where everything meets."""

import asyncio
from collections.abc import AsyncIterator, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from server.accounts.backups import Backups
from server.accounts.passwords import Passwords
from server.accounts.subscriptions import Subscriptions
from server.accounts.webauthn import Site
from server.channel_house import furnish_channels, install_channels
from server.clock import Clock, system_clock
from server.config import Config
from server.cookie import SESSION_COOKIE, SessionCookie
from server.digesting import DIGESTS, digests_of, keep_digesting
from server.family_house import install_family
from server.front import FrontRunner
from server.house import House, furnish, the_pathway
from server.identity import ACTOR, presented_token
from server.import_house import furnish_imports, install_imports
from server.limits import RateLimit
from server.live.connection import Limits
from server.logs import log_requests
from server.notices import EVERY, open_worker, receipts_of
from server.openapi import describe
from server.operations import Operation, add_operations
from server.problems import answer_problems
from server.pushing import keep_telling
from server.repeats import REPEATS, Repeats, answer_once
from server.rounds import again_and_again
from server.routes import (
    accounts,
    agendas,
    appointments,
    backup,
    blobs,
    board,
    browser,
    channels,
    children,
    circles,
    conventions,
    coordination,
    day,
    departures,
    devices,
    documents,
    duties,
    early_care,
    early_care_rules,
    follow_up,
    handings,
    health,
    imports,
    keys,
    marks,
    me,
    meetings,
    notices,
    pages,
    passkeys,
    pathways,
    professionals,
    push,
    questionnaires,
    readings,
    receipts,
    relay,
    report,
    sending,
    series,
    sessions,
    statements,
    structures,
    tasks,
    urgency,
)
from server.routes.backup import BACKUPS
from server.routes.blobs import BLOBS
from server.routes.receipts import RECEIPTS
from server.routes.urgency import CALL_LIMIT, CALLS
from server.security import CONFIG, HEADER_SECONDS, LIMITS, add_strict_headers, guard
from server.services import SESSIONS, SUBSCRIPTIONS, install
from server.sockets import PATH as SOCKETS_PATH
from server.storage.keys import Keyring
from server.storage.opening import open_engine
from server.vigil import vigil_of, watching
from server.wire import LARGE, answer
from server.wording import wording

TIDY_SECONDS = 60

OPERATIONS: tuple[Operation, ...] = (
    *health.operations,
    *accounts.operations,
    *sessions.operations,
    *devices.operations,
    *passkeys.operations,
    *push.operations,
    *backup.operations,
    *me.operations,
    *structures.operations,
    *professionals.operations,
    *conventions.operations,
    *children.operations,
    *circles.operations,
    *coordination.operations,
    *follow_up.operations,
    *board.operations,
    *duties.operations,
    *report.operations,
    *day.operations,
    *channels.operations,
    *blobs.operations,
    *marks.operations,
    *urgency.operations,
    *keys.operations,
    *tasks.operations,
    *documents.operations,
    *readings.operations,
    *receipts.operations,
    *appointments.operations,
    *notices.operations,
    *sending.operations,
    *series.operations,
    *agendas.operations,
    *agendas.public,
    *early_care.operations,
    *meetings.operations,
    *departures.operations,
    *relay.operations,
    *early_care_rules.operations,
    *statements.operations,
    *imports.operations,
    *pathways.operations,
    *questionnaires.operations,
    *handings.operations,
    *pages.operations,
)
"""Every operation there is; what is not public here needs a session, whatever the handler does."""

_PUBLIC: frozenset[Handler] = browser.OPEN.union(
    (pages.closed_page,), (each.handler for each in OPERATIONS if each.public)
)


async def build(
    config: Config, *, clock: Clock = system_clock, passwords: Passwords | None = None
) -> web.Application:
    """Open the store and put the application together; its cleanup closes the store again.

    Raises:
        NewerFile, Damaged, Unavailable, OldSqlite: The store cannot be opened.
        WrongMasterKey: The store's keys were wrapped by another master key.
    """
    engine = await open_engine(config.store, clock)
    try:
        keyring = await Keyring.open(engine, config.master_key)
        house = furnish(
            engine,
            keyring,
            clock=clock,
            zone=config.zone,
            passwords=passwords or Passwords(),
            site=Site.of(config),
            pathway=the_pathway(config.pathway),
            forbidden=wording(config, the_pathway(config.pathway)).words,
        )
        return assemble(config, house)
    except BaseException:
        await engine.close()
        raise


def assemble(config: Config, house: House) -> web.Application:
    """Put routes, gates and background work round a furnished house."""
    app = web.Application(
        middlewares=[log_requests, answer_problems, guard, recognise, answer_once],
        client_max_size=LARGE,
    )
    app[CONFIG] = config
    app[LIMITS] = {each.handler: each.limit for each in OPERATIONS if each.limit > LARGE}
    app[SESSION_COOKIE] = SessionCookie.of(config)
    app[REPEATS] = Repeats(house.engine, house.keyring, house.clock)
    app[BACKUPS] = Backups(store=house.stores.backups, clock=house.clock, audit=house.audit)
    install(app, house)
    install_family(app, house, config)
    app[DIGESTS] = digests_of(house, config.zone)
    app[CALL_LIMIT] = RateLimit(CALLS)
    app[SUBSCRIPTIONS] = Subscriptions(
        store=house.stores.subscriptions, clock=house.clock, loopback=config.push_loopback
    )
    add_operations(app, OPERATIONS)
    app.router.add_get("/openapi.json", _openapi)
    app.on_response_prepare.append(add_strict_headers)
    app.router.add_route("*", "/r/{rest:.*}", pages.closed_page)
    browser.add_pages(app)
    app.cleanup_ctx.append(_close_store(house))
    app[RECEIPTS] = receipts_of(config, house)
    app.cleanup_ctx.append(_tell_families(config, house))
    app.cleanup_ctx.append(_tidy_up)
    install_imports(app, furnish_imports(house, trial=config.ins == "test"))
    app.cleanup_ctx.append(_follow_up(house))
    install_channels(app, house, furnish_channels(house, zone=config.zone, limits=Limits()))
    app.cleanup_ctx.append(keep_telling)
    app.cleanup_ctx.append(keep_digesting)
    return app


def runner(app: web.Application, *, head_seconds: float = HEADER_SECONDS) -> web.AppRunner:
    """Wrap an application in the one kind of runner it is safe in.

    Bodies are never unpacked (one bomb would freeze everybody), and a head or an idle
    connection may not last for ever. `handler_cancellation` stays off: a client that leaves
    cancels no write.
    """
    return FrontRunner(
        app,
        access_log=None,
        auto_decompress=False,
        keepalive_timeout=head_seconds,
        handle_signals=False,
    )


@web.middleware
async def recognise(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who is asking; without a session there is nothing but what is public.

    Raises:
        NotSignedIn: There is no valid session, and the operation needs one.
    """
    matched = request.match_info
    if matched.http_exception is None and not _is_open(matched.handler, request.path):
        token = presented_token(request.headers, request.app[SESSION_COOKIE])
        request[ACTOR] = await request.app[SESSIONS].actor(token)
    return await handler(request)


def _is_open(handler: Handler, path: str) -> bool:
    """Tell whether an operation is public; sockets ask for the session themselves."""
    return handler in _PUBLIC or handler is _openapi or path == SOCKETS_PATH


async def _openapi(_request: web.Request) -> web.Response:
    return answer(describe(OPERATIONS))


Context = Callable[[web.Application], AsyncIterator[None]]


def _close_store(house: House) -> Context:
    async def context(_app: web.Application) -> AsyncIterator[None]:
        yield
        await house.engine.close()

    return context


async def _tidy_up(app: web.Application) -> AsyncIterator[None]:
    """Forget what is over, every minute, as long as the application lives."""
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(again_and_again(tidy, every=TIDY_SECONDS, trouble="tidying_failed"))
            for tidy in (app[REPEATS].tidy, app[SESSIONS].tidy, app[BLOBS].tidy)
        ]
        yield
        for task in running:
            task.cancel()


def _follow_up(house: House) -> Context:
    """Keep watch over follow-ups as long as the application lives."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        async with watching(vigil_of(house)):
            yield

    return context


def _tell_families(config: Config, house: House) -> Context:
    """Run the outbox worker as long as the application lives; if it dies, so does the process."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        taking = app[RECEIPTS]
        async with open_worker(config, house, taking) as worker, asyncio.TaskGroup() as tasks:
            house.sending.receipting.learn(worker.ways)
            running = tasks.create_task(worker.run(every=EVERY))
            yield
            running.cancel()

    return context
