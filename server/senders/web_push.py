"""Web push: telling a browser, by its maker's push service, that something waits.

The message says that and the language to say it in, nothing else; it is sealed for the
browser all the same (RFC 8291), so that a push service learns no more than when.
"""

import asyncio
import base64
import importlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from ipaddress import ip_address
from types import ModuleType
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typing_extensions import override

from server.accounts.subscriptions import Subscription
from server.logs import logger

KEPT_BY_THE_SERVICE = timedelta(hours=12)
"""How long a push service keeps a message for a browser that is off (RFC 8030, TTL)."""

_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_SIGNED_FOR = timedelta(hours=12)
_TOPIC = "waiting"
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class Pushed(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPush:
    """Sends the one message there is. `contact` is whom a push service may write to."""

    http: aiohttp.ClientSession
    key: EllipticCurvePrivateKey = field(repr=False)
    contact: str
    clock: Callable[[], datetime]

    async def send(self, to: Subscription, *, language: str, urgent: bool = False) -> Pushed:
        """Tell one browser that something waits, or something urgent."""
        kind = "urgent" if urgent else "news"
        said = json.dumps({"kind": kind, "language": language}).encode()
        body = await self._sealed(to, said)
        headers = {
            "Authorization": await self._signed(to.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(KEPT_BY_THE_SERVICE.total_seconds())),
            "Topic": _TOPIC,
            "Urgency": "high" if urgent else "normal",
        }
        try:
            async with self.http.post(
                to.endpoint, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as answer:
                return _outcome(answer.status)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            logger().warning("push_failed", cause=error)
            return Pushed.LATER

    async def _sealed(self, to: Subscription, said: bytes) -> bytes:
        keys = {"p256dh": _text(to.p256dh), "auth": _text(to.auth)}
        pusher = (await _library("pywebpush")).WebPusher({"endpoint": to.endpoint, "keys": keys})
        sealed: bytes = pusher.encode(said)["body"]
        return sealed

    async def _signed(self, endpoint: str) -> str:
        """Say who is sending, to this push service and for some hours (RFC 8292)."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((self.clock() + _SIGNED_FOR).timestamp()),
            "sub": self.contact,
        }
        signer = (await _library("py_vapid")).Vapid02(self.key)
        header: str = signer.sign(claims)["Authorization"]
        return header


def application_key(key: EllipticCurvePrivateKey) -> str:
    """Write the public half as browsers take it to subscribe: base64url without padding."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(point)


@asynccontextmanager
async def outward(*, loopback: bool) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a line that leaves for public addresses only, whatever a name resolves to."""
    resolver = None if loopback else PublicAddresses(aiohttp.ThreadedResolver())
    connector = aiohttp.TCPConnector(resolver=resolver, limit=8)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as http:
        yield http


class PublicAddresses(AbstractResolver):
    """Resolves names, and knows none that lead into a private network."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if not all(ip_address(each["host"].partition("%")[0]).is_global for each in found):
            raise OSError("a public name with a private address")
        return found

    @override
    async def close(self) -> None:
        await self._resolver.close()


def _outcome(status: int) -> Pushed:
    if status in _GONE:
        return Pushed.GONE
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Pushed.LATER
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Pushed.TAKEN
    logger().warning("push_refused", status=status)
    return Pushed.REFUSED


async def _library(name: str) -> ModuleType:
    # Imported when first needed, and beside the loop: it takes half a second.
    return await asyncio.to_thread(importlib.import_module, name)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
