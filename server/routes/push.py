"""Web push: subscribe this device's browser, so that it is told that something waits."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web

from server.identity import actor_of, device_of
from server.operations import Operations
from server.senders.web_push import application_key
from server.services import PUSH_KEY, SUBSCRIPTIONS
from server.storage.push import PushKey
from server.wire import Struct, answer, nothing, read

operations = Operations()

Text = Annotated[str, msgspec.Meta(max_length=4096)]


class KeyView(Struct, frozen=True, kw_only=True):
    """The key to subscribe with: P-256, uncompressed, base64url without padding."""

    key: str


class SubscriptionKeys(Struct, frozen=True, kw_only=True):
    """What the browser reads by, base64url without padding (RFC 8291)."""

    p256dh: Text
    auth: Text


class SubscriptionForm(Struct, frozen=True, kw_only=True):
    """A browser's subscription: where its maker's push service takes messages for it."""

    endpoint: Text
    keys: SubscriptionKeys


class SubscriptionView(Struct, frozen=True, kw_only=True):
    """What to name a subscription by, to take it back."""

    id: str


@operations.add("GET", "/push/key", answer=KeyView)
async def push_key(request: web.Request) -> web.Response:
    """Give the key by which push services know this server."""
    key: PushKey = request.app[PUSH_KEY]

    return answer(KeyView(key=application_key(await key.private())))


@operations.add(
    "POST",
    "/push/subscriptions",
    body=SubscriptionForm,
    answer=SubscriptionView,
    status=HTTPStatus.CREATED,
)
async def subscribe(request: web.Request) -> web.Response:
    """Let this device's browser be told; safe to repeat."""
    actor = actor_of(request)
    device, form = device_of(actor), await read(request, SubscriptionForm)

    kept = await request.app[SUBSCRIPTIONS].add(
        actor.professional,
        device,
        endpoint=form.endpoint,
        p256dh=form.keys.p256dh,
        auth=form.keys.auth,
    )

    return answer(SubscriptionView(id=kept.id), status=HTTPStatus.CREATED)


@operations.add("DELETE", "/push/subscriptions/{subscription}", status=HTTPStatus.NO_CONTENT)
async def unsubscribe(request: web.Request) -> web.Response:
    """Tell one of one's browsers no more."""
    professional = actor_of(request).professional

    await request.app[SUBSCRIPTIONS].remove(professional, request.match_info["subscription"])

    return nothing()
