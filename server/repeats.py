"""Requests that may be sent twice: the second one gets the first one's answer.

For what the server names itself (a child, an appointment), since what the client names is
safe to repeat anyway. As the IETF draft on Idempotency-Key says: same key and same request,
same answer; same key and another request is a mistake; two at once, one waits.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from crypto.ids import ProfessionalId
from server.clock import Clock
from server.identity import ACTOR
from server.storage.engine import Engine, Stale
from server.storage.keys import Keyring
from server.storage.repository import Missing, Repository
from server.storage.shape import Shape
from server.wire import LARGE, body_of

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
PATIENCE = timedelta(minutes=1)
"""An answer that is not there after this long will not come: the process died over it."""

_LONGEST_KEY = 128
_TIDIED_AT_ONCE = 100
_KEPT_HEADERS = (hdrs.LOCATION, hdrs.ETAG, hdrs.CONTENT_TYPE)


class BadRepeatKey(Exception):
    """The key is empty, too long or not printable ASCII."""


class KeyReused(Exception):
    """The key was used for another request."""


class StillRunning(Exception):
    """The first request with this key is not answered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, as far as it is worth repeating."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A request once seen; `status` is 0 until it is answered. `request` is a SHA-256, hex."""

    id: str
    request: str
    at: datetime
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


class Repeats:
    """Remembers answers for a day, sealed, each for the person who got it."""

    def __init__(self, engine: Engine, keyring: Keyring, clock: Clock) -> None:
        shape = Shape(
            kind="repeat",
            type=Repeat,
            id_of=lambda repeat: repeat.id,
            due_of=lambda repeat: repeat.at + KEPT,
            # A digest of what can be guessed would confirm the guess to whoever stole the store.
            sealed=frozenset({"body", "request"}),
        )
        self._repeats = Repository(engine, keyring, shape)
        self._clock = clock

    async def answer(
        self, who: ProfessionalId, key: str, request: str, work: Callable[[], Awaitable[Answered]]
    ) -> Answered:
        """Give the answer of the first request with this key, doing the work if there is none.

        Raises:
            BadRepeatKey: The key is no key.
            KeyReused: It was used for another request.
            StillRunning: The first request is not answered yet.
        """
        if not 0 < len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise BadRepeatKey
        name = hashlib.sha256(f"{who}:{key}".encode()).hexdigest()
        first = await self._begin(Repeat(id=name, request=request, at=self._clock()))
        if first.status:
            return Answered(status=first.status, headers=first.headers, body=first.body)
        try:
            done = await work()
        except BaseException:
            # Refused or broken off: nothing was answered, so nothing is to be repeated.
            await self._repeats.drop(name)
            raise
        answered = replace(first, status=done.status, headers=done.headers, body=done.body)
        await self._repeats.upsert(name, lambda _: answered)
        return done

    async def tidy(self) -> int:
        """Forget answers older than a day, and tell how many there were."""
        now = self._clock()
        old = await self._repeats.claim(now=now, until=now + PATIENCE, limit=_TIDIED_AT_ONCE)
        for held in old:
            await self._repeats.drop(held.value.id)
        return len(old)

    async def _begin(self, wanted: Repeat) -> Repeat:
        """Take the key, or find who has it."""
        try:
            return (await self._repeats.create(wanted)).value
        except Stale:
            pass

        def decide(held: Repeat) -> Repeat:
            age = wanted.at - held.at
            if age >= KEPT or (not held.status and age >= PATIENCE):
                return wanted
            if held.request != wanted.request:
                raise KeyReused
            if not held.status:
                raise StillRunning
            return held

        try:
            return await self._repeats.change(wanted.id, decide)
        except Missing:
            raise StillRunning from None


REPEATS: web.AppKey[Repeats] = web.AppKey("repeats", Repeats)


@web.middleware
async def answer_once(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a POST that carries an Idempotency-Key once, however often it is sent."""
    key, actor = request.headers.get(HEADER), request.get(ACTOR)
    if key is None or actor is None or request.method != hdrs.METH_POST:
        return await handler(request)
    body = await body_of(request, LARGE)

    async def work() -> Answered:
        response = await handler(request)
        content = response.body if isinstance(response, web.Response) else b""
        kept = tuple((str(n), response.headers[n]) for n in _KEPT_HEADERS if n in response.headers)
        known = content if isinstance(content, bytes) else b""
        return Answered(status=response.status, headers=kept, body=known)

    asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()
    done = await request.app[REPEATS].answer(actor.professional, key, asked, work)
    return web.Response(status=done.status, headers=dict(done.headers), body=done.body)
