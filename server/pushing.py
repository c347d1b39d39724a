"""The bell put together: who waits is told by web push, as long as the application lives."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from server.channel_house import CHANNEL_HOUSE
from server.rounds import again_and_again
from server.security import CONFIG
from server.senders.web_push import WebPush, outward
from server.services import HOUSE, PUSH_KEY

LOOK_SECONDS = 2.0
"""Long enough for a page that loads again to be back before its owner would be told."""


async def keep_telling(app: web.Application) -> AsyncIterator[None]:
    """Look every two seconds whom to tell; if looking dies, so does the process."""
    config, channels = app[CONFIG], app[CHANNEL_HOUSE]
    async with outward(loopback=config.push_loopback) as http, asyncio.TaskGroup() as tasks:
        pusher = WebPush(
            http=http,
            key=await app[PUSH_KEY].private(),
            contact=f"mailto:{config.mail_from}",
            clock=app[HOUSE].clock,
        )

        async def look() -> None:
            await channels.bell.tell(pusher, here=channels.sockets.present())

        running = tasks.create_task(
            again_and_again(look, every=LOOK_SECONDS, trouble="bell_failed")
        )
        yield
        running.cancel()
