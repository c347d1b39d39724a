"""A push service on this machine, as browser makers run them, and a browser that reads by it."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece  # type: ignore[import-untyped]  # it ships none
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped]  # it ships none

from tests.support.authenticator import url64


@dataclass(kw_only=True)
class Browser:
    """Somebody's browser: its keys, and where it is told."""

    endpoint: str
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def form(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "keys": {"p256dh": url64(point), "auth": url64(self.auth)},
        }

    def read(self, sealed: bytes) -> Any:  # noqa: ANN401 -- JSON
        return json.loads(http_ece.decrypt(sealed, private_key=self.key, auth_secret=self.auth))


@dataclass(frozen=True, kw_only=True)
class Message:
    """What arrived at an endpoint."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def claims(self) -> dict[str, Any]:
        """What the sender says of itself, believed if the signature holds (RFC 8292)."""
        header = self.headers["Authorization"]
        assert Vapid02.verify(header)
        token = header.partition("t=")[2].partition(",")[0]
        payload = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
        return claims


@dataclass(kw_only=True)
class PushService:
    """Takes messages; `answers` says by path what is answered instead of 201."""

    url: str = ""
    messages: list[Message] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def browser(self) -> Browser:
        return Browser(endpoint=f"{self.url}/push/{secrets.token_urlsafe(12)}")

    async def take(self, request: web.Request) -> web.StreamResponse:
        message = Message(
            path=request.path, headers=dict(request.headers), body=await request.read()
        )
        async with self.news:
            self.messages.append(message)
            self.news.notify_all()
        match self.answers.get(request.path, "201"):
            case "redirect":
                raise web.HTTPTemporaryRedirect(f"{self.url}/elsewhere")
            case "cut":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "flood":
                return web.Response(status=201, body=b"x" * 10_000_000)
            case status:
                return web.Response(status=int(status), text="what was sent, and to whom")

    async def received(self, count: int) -> list[Message]:
        """Wait until so many messages have come."""
        async with asyncio.timeout(30), self.news:
            await self.news.wait_for(lambda: len(self.messages) >= count)
        return self.messages


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """Run a push service for the length of a block."""
    service = PushService()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
