"""The hostile outside of `ronde chaos --notices`, as a process: SMS over HTTP, mails over SMTP.

Two providers of SMS take, refuse, fail, take and fail, take and hang up, or answer when nobody
listens any more. What a family really received goes into a file that the servers never see,
before any answer. Receipts come late, twice, and forged.
"""

import asyncio
import json
import random
import secrets
import sys
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, Final

import aiohttp
import msgspec
import uvloop
from aiohttp import web
from typing_extensions import override

from server.chaos.notices_clock import FastClock, Hands
from server.senders import signature
from server.sink import LOOPBACK, Letter, Sink, listening

DOORS: Final = ("first", "second")
MAIL: Final = "mail"

# How each request ends, of a hundred: those left are taken and answered at once.
_TOO_MANY, _FAILS, _FAILS_BUT_TAKES, _TAKES_AND_RESETS, _TAKES_TOO_LATE = 10, 8, 8, 8, 6
# Longer than the lease of two minutes on the fast clock.
_TOO_LATE_S: Final = 2.5
_RECEIPTS_PERCENT: Final = 40
_LOST_PERCENT: Final = 8
_FORGED_PERCENT: Final = 15
_DROPPED_PERCENT: Final = 20


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What the outside is like: `honours_keys` says whether a repeated key is dropped.

    `ports` are where the servers take receipts; `ledger` is the file of what was taken.
    """

    seed: int
    secret: str
    honours_keys: bool
    ports: tuple[int, ...]
    ledger: str
    hands: Hands


@dataclass(slots=True)
class Outside:
    """All providers, and what they took so far."""

    setting: Setting
    chance: random.Random
    ledger: IO[str]
    http: aiohttp.ClientSession
    taken: set[tuple[str, str]] = field(default_factory=set)
    receipts: set["asyncio.Task[None]"] = field(default_factory=set)

    def take(self, door: str, key: str) -> None:
        """Let the family have it, unless a key that is honoured came before."""
        known = (door, key) in self.taken
        self.taken.add((door, key))
        if known and self.setting.honours_keys:
            return
        self.note(door=door, key=key)
        if self._happens(_RECEIPTS_PERCENT):
            lost = self._happens(_LOST_PERCENT)
            if lost:
                self.note(lost=key)
            self._later(self._tell(door, key, "failed" if lost else "delivered"))

    def note(self, **said: str) -> None:
        """Write a line that outlives us."""
        self.ledger.write(json.dumps(said) + "\n")
        self.ledger.flush()

    async def answer(self, request: web.Request, *, door: str) -> web.Response:
        """Treat a text as badly as chance has it."""
        body = await request.read()
        stamp = request.headers.get(signature.TIMESTAMP_HEADER, "0")
        mark = request.headers.get(signature.SIGNATURE_HEADER, "")
        # One of the servers has its clock wrong, so only what is signed is looked at, not when.
        if not signature.is_signed(
            self.setting.secret, body, timestamp=stamp, signature=mark, now=int(stamp)
        ):
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        key, fate = request.headers[signature.KEY_HEADER], self.chance.randrange(100)
        if self._happens(_FORGED_PERCENT):
            self._later(self._forge(door, key))
        if (fate := fate - _TOO_MANY) < 0:
            headers = {"Retry-After": "1"} if self._happens(10) else {}
            return web.Response(status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
        if (fate := fate - _FAILS) < 0:
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        self.take(door, key)
        return await self._answered(request, key, fate)

    async def _answered(self, request: web.Request, key: str, fate: int) -> web.Response:
        if (fate := fate - _FAILS_BUT_TAKES) < 0:
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        if (fate := fate - _TAKES_AND_RESETS) < 0 and request.transport is not None:
            request.transport.abort()
        elif fate - _TAKES_TOO_LATE < 0:
            await asyncio.sleep(_TOO_LATE_S)
        return web.json_response({"ref": f"p-{key}"}, status=HTTPStatus.CREATED)

    async def _tell(self, door: str, key: str, state: str) -> None:
        for _ in range(self.chance.choice((1, 1, 2))):
            await asyncio.sleep(self.chance.choice((0.0, 0.5, 5.0)) * self.chance.random())
            await self._call(door, key, state, self.setting.secret)

    async def _forge(self, door: str, key: str) -> None:
        await asyncio.sleep(self.chance.random())
        state = self.chance.choice(("delivered", "failed"))
        await self._call(door, key, state, secrets.token_hex(16))

    async def _call(self, door: str, key: str, state: str, secret: str) -> None:
        """Call a server that may be dead just now, and try again for a while."""
        body = json.dumps({"key": key, "state": state}).encode()
        for _ in range(20):
            number = self.chance.randrange(len(self.setting.ports))
            clock = FastClock(hands=self.setting.hands, skew=timedelta(hours=number))
            stamp = int(clock().timestamp())
            headers = {
                signature.TIMESTAMP_HEADER: str(stamp),
                signature.SIGNATURE_HEADER: signature.sign(secret, body, timestamp=stamp),
            }
            url = f"http://{LOOPBACK}:{self.setting.ports[number]}/receipts/{door}"
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.post(url, data=body, headers=headers) as told:
                    if told.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                        return
            await asyncio.sleep(0.5)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self.receipts.add(task)
        task.add_done_callback(self.receipts.discard)

    def _happens(self, percent: int) -> bool:
        return self.chance.randrange(100) < percent

    def drops(self) -> bool:
        """Say whether a mail server hangs up after it took a mail."""
        return self._happens(_DROPPED_PERCENT)


@dataclass(slots=True, kw_only=True)
class Post(Sink):
    """A mail server that takes every mail, and now and then never says so."""

    outside: Outside

    @override
    async def take_letter(self, letter: Letter) -> None:
        mail = message_from_bytes(letter.raw, policy=policy.default)
        self.outside.note(door=MAIL, key=str(mail["Message-ID"]).strip("<>").partition("@")[0])
        if self.outside.drops():
            raise ConnectionResetError


async def main(setting: Setting) -> None:
    """Listen until the input ends."""
    ledger = await asyncio.to_thread(Path(setting.ledger).open, "a", encoding="utf-8")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        outside = Outside(setting, random.Random(setting.seed), ledger, http)  # noqa: S311 - replays
        post = Post(
            folder=Path(),
            secret=setting.secret,
            clock=FastClock(hands=setting.hands),
            outside=outside,
        )
        app = web.Application()
        for door in DOORS:
            app.router.add_post(f"/{door}", partial(outside.answer, door=door))
        served = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await served.setup()
        await web.TCPSite(served, LOOPBACK, 0).start()
        async with listening(post):
            said = {"http": served.addresses[0][1], "smtp": post.smtp_url}
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()
            await asyncio.to_thread(sys.stdin.read)
        await served.cleanup()


if __name__ == "__main__":
    uvloop.run(main(msgspec.json.decode(sys.stdin.readline(), type=Setting)))
