"""Passkeys: make one, list them, remove one, and sign in with one.

Options and credentials cross the wire as WebAuthn's own JSON does (Level 3, sections 5.1.8
to 5.1.10), so that browsers read and write them themselves.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web

from crypto.ids import DeviceId
from server.accounts.passkeys import Passkey
from server.identity import actor_of
from server.operations import Operations
from server.routes.sessions import SessionView, agent_on, answer_opened
from server.security import network_of
from server.services import PASSKEYS, SIGN_IN
from server.wire import Struct, answer, nothing, read

operations = Operations()

Base64Url = Annotated[str, msgspec.Meta(max_length=16_384, pattern=r"^[A-Za-z0-9_-]*\Z")]
Attachment = Literal["platform", "cross-platform"]


class Extensions(msgspec.Struct, frozen=True):
    """What extensions told the page; whatever it is, it is passed over and kept nowhere."""


class Attested(
    Struct,
    frozen=True,
    kw_only=True,
    rename={
        "client_data": "clientDataJSON",
        "attestation": "attestationObject",
        "authenticator_data": "authenticatorData",
        "public_key": "publicKey",
        "public_key_algorithm": "publicKeyAlgorithm",
    },
):
    """What an authenticator answered when it made a passkey."""

    client_data: Base64Url
    attestation: Base64Url
    authenticator_data: Base64Url | None = None
    public_key: Base64Url | None = None
    public_key_algorithm: int | None = None
    transports: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=32)], ...], msgspec.Meta(max_length=10)
    ] = ()


class Asserted(
    Struct,
    frozen=True,
    kw_only=True,
    rename={
        "client_data": "clientDataJSON",
        "authenticator_data": "authenticatorData",
        "user_handle": "userHandle",
    },
):
    """What an authenticator answered when it was asked who is there."""

    client_data: Base64Url
    authenticator_data: Base64Url
    signature: Base64Url
    user_handle: Base64Url | None = None


class Credential(
    Struct,
    frozen=True,
    kw_only=True,
    rename={
        "raw_id": "rawId",
        "attachment": "authenticatorAttachment",
        "extensions": "clientExtensionResults",
    },
):
    """What both kinds of credential have."""

    id: Base64Url
    raw_id: Base64Url
    type: Literal["public-key"]
    attachment: Attachment | None = None
    extensions: Extensions = Extensions()


class NewCredential(Credential, frozen=True, kw_only=True):
    """A credential just made."""

    response: Attested


class UsedCredential(Credential, frozen=True, kw_only=True):
    """A credential just used."""

    response: Asserted


class PasskeyForm(Struct, frozen=True, kw_only=True):
    """A new passkey, and what its owner calls it."""

    credential: NewCredential
    name: str = ""


class PasskeySignInForm(Struct, frozen=True, kw_only=True):
    """A passkey's answer. A browser gets a cookie; a program asks for the token with `bearer`."""

    credential: UsedCredential
    device: DeviceId | None = None
    bearer: bool = False


class PasskeyView(Struct, frozen=True, kw_only=True):
    """A passkey as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None


class PasskeyList(Struct, frozen=True, kw_only=True):
    """One's passkeys, oldest first."""

    passkeys: tuple[PasskeyView, ...]


Options = dict[str, Any]
"""What a browser is given: WebAuthn's JSON, not ours."""


@operations.add("POST", "/passkeys/options", answer=Options)
async def creation_options(request: web.Request) -> web.Response:
    """Make the options for a new passkey; they serve once, for five minutes."""
    options = await request.app[PASSKEYS].creation(actor_of(request).professional)

    return answer(options)


@operations.add(
    "POST", "/passkeys", body=PasskeyForm, answer=PasskeyView, status=HTTPStatus.CREATED
)
async def add_passkey(request: web.Request) -> web.Response:
    """Keep a new passkey."""
    actor, form = actor_of(request), await read(request, PasskeyForm)

    passkey = await request.app[PASSKEYS].add(
        actor.professional, _plain(form.credential), name=form.name
    )

    return answer(_view(passkey), status=HTTPStatus.CREATED)


@operations.add("GET", "/passkeys", answer=PasskeyList)
async def list_passkeys(request: web.Request) -> web.Response:
    """List one's passkeys."""
    held = await request.app[PASSKEYS].of(actor_of(request).professional)

    return answer(PasskeyList(passkeys=tuple(map(_view, held))))


@operations.add("DELETE", "/passkeys/{passkey}", status=HTTPStatus.NO_CONTENT)
async def remove_passkey(request: web.Request) -> web.Response:
    """Remove one of one's passkeys."""
    professional = actor_of(request).professional

    await request.app[PASSKEYS].remove(professional, request.match_info["passkey"])

    return nothing()


@operations.add("POST", "/sessions/passkey/options", answer=Options, public=True)
async def request_options(request: web.Request) -> web.Response:
    """Make the options for a sign-in; they serve once, for five minutes."""
    return answer(request.app[PASSKEYS].request())


@operations.add(
    "POST",
    "/sessions/passkey",
    body=PasskeySignInForm,
    answer=SessionView,
    status=HTTPStatus.CREATED,
    public=True,
)
async def sign_in_by_passkey(request: web.Request) -> web.Response:
    """Sign in with a passkey, which stands for both factors."""
    form = await read(request, PasskeySignInForm)

    token, session = await request.app[SIGN_IN].by_passkey(
        _plain(form.credential),
        device=form.device,
        agent=agent_on(request),
        network=network_of(request),
    )

    return answer_opened(request, token, session, bearer=form.bearer)


def _plain(credential: Credential) -> dict[str, Any]:
    """Write a credential as it came, without what it does not say."""
    plain: dict[str, Any] = msgspec.to_builtins(credential)
    plain["response"] = {n: held for n, held in plain["response"].items() if held is not None}
    return plain


def _view(passkey: Passkey) -> PasskeyView:
    return PasskeyView(
        id=passkey.id, name=passkey.name, created_at=passkey.created_at, used_at=passkey.used_at
    )
