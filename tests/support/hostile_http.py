"""Providers of SMS over real HTTP, each in its own dialect, and as bad as they come.

A dialect checks what its provider would check (who asks, signed how) and answers as that
one does; what goes wrong is the same for all of them. What was taken is kept, so that a
test can tell whether the family would have been told.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import parse_qs

from aiohttp import web

from server.senders import signature

SECRET = "a secret both sides know"
APPLICATION, CONSUMER = "an application", "a consumer"
ACCOUNT = "AC00000000000000000000000000000000"
SERVICE = "sms-zz00000-1"


class Fault(StrEnum):
    """How the provider treats the next request."""

    NONE = "none"
    FAILS_BUT_TAKES = "fails_but_takes"
    FAILS = "fails"
    TAKES_AND_RESETS = "takes_and_resets"
    RESETS = "resets"
    TAKES_TOO_SLOWLY = "takes_too_slowly"
    DRIPS = "drips"
    TOO_MANY = "too_many"
    DOWN = "down"
    WRONG_KEYS = "wrong_keys"
    REDIRECTS = "redirects"
    MUMBLES = "mumbles"
    WRONG_SHAPE = "wrong_shape"
    TALKS_FOR_EVER = "talks_for_ever"
    DEEP = "deep"


TAKING = frozenset(
    {
        *(Fault.NONE, Fault.FAILS_BUT_TAKES, Fault.TAKES_AND_RESETS, Fault.TAKES_TOO_SLOWLY),
        *(Fault.MUMBLES, Fault.WRONG_SHAPE, Fault.TALKS_FOR_EVER, Fault.DEEP),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A text that the provider took."""

    key: str
    to: str
    text: str
    asked: Mapping[str, object]


Reader = Callable[[web.Request, bytes], Taken]
Yes = Callable[[Taken, str], tuple[int, object]]


@dataclass(slots=True, kw_only=True)
class HostileProvider:
    """One provider; `faults` are used up one request after the other."""

    read: Reader
    yes: Yes
    port: int = 0
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    patience: float = 0.3
    answers: dict[str, object] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(f"{request.method} {request.path}")
        if request.method == "GET":
            return web.json_response(self.answers.get(request.path, []))
        taken = self.read(request, body)
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        if fault in TAKING:
            self.taken.append(taken)
        return await self._react(fault, taken, request)

    async def _react(self, fault: Fault, taken: Taken, request: web.Request) -> web.StreamResponse:
        if fault in (Fault.TAKES_AND_RESETS, Fault.RESETS) and request.transport is not None:
            request.transport.abort()
        if fault is Fault.TAKES_TOO_SLOWLY:
            await asyncio.sleep(self.patience * 2)
        if fault is Fault.DRIPS:
            return await self._drip(request)
        if fault is Fault.TALKS_FOR_EVER:
            return await self._talk(request)
        plain = {
            Fault.FAILS_BUT_TAKES: web.Response(status=500),
            Fault.FAILS: web.Response(status=502, text="<html>bad gateway</html>"),
            Fault.TOO_MANY: web.Response(status=429, headers={"Retry-After": "90"}),
            Fault.DOWN: web.Response(status=503, headers={"Retry-After": "-5"}),
            Fault.WRONG_KEYS: web.json_response({"message": "who?"}, status=403),
            Fault.REDIRECTS: web.Response(status=307, headers={"Location": "/elsewhere"}),
            Fault.MUMBLES: web.Response(status=200, text="thanks!"),
            Fault.WRONG_SHAPE: web.json_response([[1], {"ids": {}, "sid": 7, "ref": None}]),
            Fault.DEEP: web.Response(status=201, text="[" * 50_000),
        }
        if fault in plain:
            return plain[fault]
        status, said = self.yes(taken, f"{len(self.taken)}")
        return web.json_response(said, status=status)

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        """Send the head of an answer a byte at a time, and never its end."""
        transport = request.transport
        assert transport is not None
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 400:
            if transport.is_closing():
                break
            transport.write(bytes([byte]))
            await asyncio.sleep(self.patience / 10)
        return web.Response()

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        """Answer yes with a body that has no end."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b'["' + b"a" * 65_536)
                await asyncio.sleep(0)
        return response


def webhook() -> HostileProvider:
    """Speak our own signed webhook."""

    def read(request: web.Request, body: bytes) -> Taken:
        assert signature.is_signed(
            SECRET,
            body,
            timestamp=request.headers[signature.TIMESTAMP_HEADER],
            signature=request.headers[signature.SIGNATURE_HEADER],
            now=_now(),
        )
        said = json.loads(body)
        assert request.headers[signature.KEY_HEADER] == said["ref"]
        return Taken(key=said["ref"], to=said["to"], text=said["text"], asked=said)

    return HostileProvider(read=read, yes=lambda _taken, number: (200, {"ref": number}))


def ovh() -> HostileProvider:
    """Speak OVHcloud's API: a signature over keys, method, address, body and time."""

    def read(request: web.Request, body: bytes) -> Taken:
        assert request.path == f"/1.0/sms/{SERVICE}/jobs"
        assert request.headers["X-Ovh-Application"] == APPLICATION
        stamp = request.headers["X-Ovh-Timestamp"]
        assert abs(int(stamp) - _now()) < 60
        signed = f"{SECRET}+{CONSUMER}+{request.method}+{request.url}+{body.decode()}+{stamp}"
        expected = "$1$" + hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 - as OVH does
        assert request.headers["X-Ovh-Signature"] == expected
        said = json.loads(body)
        return Taken(key=said["tag"], to=said["receivers"][0], text=said["message"], asked=said)

    def yes(taken: Taken, number: str) -> tuple[int, object]:
        report = {"totalCreditsRemoved": 1, "invalidReceivers": [], "ids": [int(number)]}
        return 200, report | {"validReceivers": [taken.to]}

    return HostileProvider(read=read, yes=yes)


def brevo() -> HostileProvider:
    """Speak Brevo's transactional SMS."""

    def read(request: web.Request, body: bytes) -> Taken:
        assert request.path == "/v3/transactionalSMS/send"
        assert request.headers["api-key"] == SECRET
        said = json.loads(body)
        assert said["type"] == "transactional"
        return Taken(key=said["tag"], to=f"+{said['recipient']}", text=said["content"], asked=said)

    return HostileProvider(read=read, yes=lambda _taken, number: (201, {"messageId": int(number)}))


def twilio() -> HostileProvider:
    """Speak Twilio's Messages API."""

    def read(request: web.Request, body: bytes) -> Taken:
        assert request.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        login = base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {login}"
        said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        key = said["StatusCallback"].rpartition("=")[2]
        return Taken(key=key, to=said["To"], text=said["Body"], asked=said)

    def yes(taken: Taken, number: str) -> tuple[int, object]:
        return 201, {"sid": number, "status": "queued", "error_code": None, "to": taken.to}

    return HostileProvider(read=read, yes=yes)


DIALECTS: Mapping[str, Callable[[], HostileProvider]] = {
    "webhook": webhook,
    "ovh": ovh,
    "brevo": brevo,
    "twilio": twilio,
}


@contextlib.asynccontextmanager
async def running(provider: HostileProvider) -> AsyncIterator[HostileProvider]:
    """Run a provider on loopback for the length of a block."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        provider.port = runner.addresses[0][1]
        yield provider
    finally:
        await runner.cleanup()


def _now() -> int:
    return int(datetime.now(UTC).timestamp())  # noqa: TID251 - an outside party's own clock
