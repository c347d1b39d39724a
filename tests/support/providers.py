"""Providers at the edge of the world: a mail server that is real, an SMS provider that lies."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from functools import partial

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from server.senders import signature

SECRET = "a secret both sides know"


@dataclass(slots=True)
class MailServer:
    """What a real SMTP server took; `refuse` is what it answers to a recipient or to data."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refuse_recipient: str | None = None
    refuse_data: str | None = None
    hang_up_after_data: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.refuse_recipient is not None:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refuse_data is not None:
            return self.refuse_data
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append(envelope)
        if self.hang_up_after_data and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 taken"


@contextlib.asynccontextmanager
async def mail_server(
    tls: ssl.SSLContext | None = None, password: bytes | None = None
) -> AsyncIterator[MailServer]:
    """Run a real SMTP server on loopback for the length of a block.

    With `tls` it offers STARTTLS; with a password it wants to hear it, over TLS only.
    """
    box = MailServer()
    loop = asyncio.get_running_loop()

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        heard = isinstance(data, LoginPassword) and data.password == password
        return AuthResult(success=heard, handled=False)

    serve = partial(
        SMTP,
        box,
        enable_SMTPUTF8=True,
        loop=loop,
        tls_context=tls,
        auth_required=password is not None,
        authenticator=authenticate,
    )
    server = await loop.create_server(serve, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await asyncio.sleep(0.05)  # aiosmtpd ends its conversations in tasks of its own.


class Mood(StrEnum):
    """How the SMS provider treats the next request."""

    TAKES = "takes"
    FAILS_BUT_TAKES = "fails_but_takes"
    FAILS = "fails"
    TAKES_AND_RESETS = "takes_and_resets"
    TAKES_SLOWLY = "takes_slowly"
    TOO_MANY = "too_many"
    DOWN = "down"
    BAD_REQUEST = "bad_request"
    REDIRECTS = "redirects"
    MUMBLES = "mumbles"


@dataclass(slots=True)
class SmsProvider:
    """A provider over real HTTP; `moods` are used up one request after the other."""

    honours_keys: bool = True
    port: int = 0
    moods: list[Mood] = field(default_factory=list)
    delivered: list[dict[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    slowness: float = 1.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        key = request.headers[signature.KEY_HEADER]
        assert signature.is_signed(
            SECRET,
            body,
            timestamp=request.headers[signature.TIMESTAMP_HEADER],
            signature=request.headers[signature.SIGNATURE_HEADER],
            now=int(datetime.now(UTC).timestamp()),  # noqa: TID251 - an outside party's own clock
        )
        self.keys.append(key)
        mood = self.moods.pop(0) if self.moods else Mood.TAKES
        return await self._react(mood, json.loads(body), request)

    async def _react(
        self, mood: Mood, wanted: dict[str, str], request: web.Request
    ) -> web.StreamResponse:
        takes = {
            *(Mood.TAKES, Mood.FAILS_BUT_TAKES, Mood.TAKES_AND_RESETS),
            *(Mood.TAKES_SLOWLY, Mood.MUMBLES),
        }
        known = any(wanted["ref"] == taken["ref"] for taken in self.delivered)
        if mood in takes and not (self.honours_keys and known):
            self.delivered.append(wanted)
        if mood is Mood.TAKES_AND_RESETS and request.transport is not None:
            request.transport.abort()
        if mood is Mood.TAKES_SLOWLY:
            await asyncio.sleep(self.slowness)
        answers = {
            Mood.FAILS_BUT_TAKES: web.Response(status=500),
            Mood.FAILS: web.Response(status=502),
            Mood.TOO_MANY: web.Response(status=429, headers={"Retry-After": "90"}),
            Mood.DOWN: web.Response(status=503, headers={"Retry-After": "-5"}),
            Mood.BAD_REQUEST: web.json_response({"error": "no such number"}, status=400),
            Mood.REDIRECTS: web.Response(status=302, headers={"Location": "/elsewhere"}),
            Mood.MUMBLES: web.Response(text="thanks!"),
        }
        return answers.get(mood) or web.json_response({"ref": f"p-{len(self.delivered)}"})


@contextlib.asynccontextmanager
async def sms_provider(*, honours_keys: bool = True) -> AsyncIterator[SmsProvider]:
    """Run the provider on loopback for the length of a block."""
    provider = SmsProvider(honours_keys=honours_keys)
    app = web.Application()
    app.router.add_post("/sms", provider.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        provider.port = runner.addresses[0][1]
        yield provider
    finally:
        await runner.cleanup()
