"""Push subscriptions: where a browser may be told that something waits.

An endpoint is an address we are asked to send to, chosen by a page: only those of the push
services that browsers really have are taken, so that nobody makes us knock elsewhere.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from care_circle.access import NotFound
from crypto.ids import DeviceId, ProfessionalId
from server.clock import Clock
from server.config import LOOPBACK

MOST_SUBSCRIPTIONS = 10
LONGEST_ENDPOINT = 2048
_AUTH_BYTES = 16
_HTTPS = 443
_NAME = re.compile(r"[a-z0-9.-]+")

SERVICES = ("fcm.googleapis.com", "jmt17.google.com", "web.push.apple.com")
FAMILIES = (".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
"""The push services of Chrome and its kin, Safari, Firefox and Edge, seen in November 2026."""


class BadSubscription(ValueError):
    """The endpoint is of no push service we know, or the keys are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Where one browser is told (RFC 8030), and the keys it reads by (RFC 8291).

    `id` is the SHA-256 of the endpoint, in hexadecimal. `p256dh` is an uncompressed point of
    P-256, 65 bytes; `auth` is 16 bytes.
    """

    id: str
    professional: ProfessionalId
    device: DeviceId
    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)
    since: datetime


class SubscriptionStore(Protocol):
    """Subscriptions by id and by professional."""

    async def keep(self, subscription: Subscription) -> None:
        """Keep a subscription; whoever had its endpoint before has it no more."""
        ...

    async def find(self, subscription: str) -> Subscription | None:
        """Find a subscription."""
        ...

    async def of(self, professional: ProfessionalId) -> tuple[Subscription, ...]:
        """List the subscriptions of a professional."""
        ...

    async def drop(self, subscription: str) -> None:
        """Forget a subscription; one that is gone already is no matter."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """Take, list, drop. `loopback` lets tests put a push service on this very machine."""

    store: SubscriptionStore
    clock: Clock
    loopback: bool = False

    async def add(
        self,
        professional: ProfessionalId,
        device: DeviceId,
        *,
        endpoint: str,
        p256dh: str,
        auth: str,
    ) -> Subscription:
        """Keep where a device's browser is told; safe to repeat. Beyond ten the oldest go.

        Raises:
            BadSubscription: It is not of a push service we know, or the keys are none.
        """
        self._check(endpoint)
        subscription = Subscription(
            id=hashlib.sha256(endpoint.encode()).hexdigest(),
            professional=professional,
            device=device,
            endpoint=endpoint,
            p256dh=_point(p256dh),
            auth=_auth(auth),
            since=self.clock(),
        )
        await self.store.keep(subscription)
        held = sorted(await self.store.of(professional), key=lambda each: each.since, reverse=True)
        for old in held[MOST_SUBSCRIPTIONS:]:
            await self.store.drop(old.id)
        return subscription

    async def remove(self, professional: ProfessionalId, subscription: str) -> None:
        """Forget one of somebody's subscriptions.

        Raises:
            NotFound: They have no such subscription.
        """
        found = await self.store.find(subscription)
        if found is None or found.professional != professional:
            raise NotFound
        await self.store.drop(subscription)

    def _check(self, endpoint: str) -> None:
        if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii():
            raise BadSubscription
        try:
            parts = urlsplit(endpoint)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise BadSubscription from None
        if self.loopback and host in LOOPBACK:
            return
        if parts.scheme != "https" or port not in (None, _HTTPS) or "@" in parts.netloc:
            raise BadSubscription
        # An address with a zone may end like a name, and is looked up by nobody.
        if not _NAME.fullmatch(host) or (host not in SERVICES and not host.endswith(FAMILIES)):
            raise BadSubscription


def _point(text: str) -> bytes:
    point = _bytes(text)
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        raise BadSubscription from None
    return point


def _auth(text: str) -> bytes:
    secret = _bytes(text)
    if len(secret) != _AUTH_BYTES:
        raise BadSubscription
    return secret


def _bytes(text: str) -> bytes:
    """Read base64url without padding, as browsers write keys."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadSubscription from None
