"""The ways out and back, put together from the settings: mail servers, providers of SMS, receipts.

What the worker gets is two ordered lists; what the routes get is who may call in and how that
is believed. The secrets in the addresses that providers call are made from the master key, one
for each, so that nobody has to invent and keep them.
"""

import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, runtime_checkable
from urllib.parse import quote

import aiohttp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from notifications.delivery import Result
from notifications.replies import Reply
from notifications.senders import Mailer, Texter
from server.clock import Clock
from server.config import Config
from server.senders.addresses import ProviderAddress
from server.senders.brevo import BrevoAccount, BrevoCallbacks, BrevoTexter
from server.senders.calling_back import Callbacks, Told
from server.senders.http_line import HttpLine
from server.senders.invitation import Organizer
from server.senders.ovh import OvhAccount, OvhCallbacks, OvhTexter
from server.senders.pacing import PacedTexter
from server.senders.smpp.session import Centre
from server.senders.smpp.texter import SmppTexter, kept_bound, trusted
from server.senders.sms import SignedCallbacks, WebhookTexter
from server.senders.smtp import SmtpMailer, SmtpServer
from server.senders.twilio import TwilioAccount, TwilioCallbacks, TwilioTexter

RECEIPTS = "/receipts"
MAIL = "mail"
"""The name under which mail servers tell of what came back."""

_WINDOW = 10

Hear = Callable[[str, Told | Reply], Awaitable[None]]


@runtime_checkable
class Checkable(Protocol):
    """A way whose other end can be asked, at no cost and telling nobody anything, if it is well."""

    async def check(self) -> Result:
        """Ask; `Accepted` is well."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways out, in the order in which they are tried; `plain` are the texters unpaced."""

    mailers: tuple[Mailer, ...]
    texters: tuple[Texter, ...]
    plain: tuple[Texter, ...]


@asynccontextmanager
async def open_ways(
    config: Config, *, clock: Clock, hear: Hear, keep_lines: bool = True
) -> AsyncIterator[Ways]:
    """Open what sending needs for the length of a block.

    `hear` is told, with the provider's name, what comes back on a line of ours. Without
    `keep_lines` no line is opened ahead: for those who only look.
    """
    async with AsyncExitStack() as stack:
        session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        http = await stack.enter_async_context(session)
        mailers = tuple(_mailer(config, each, clock) for each in config.ways.mail)
        for mailer in mailers:
            stack.push_async_callback(mailer.close)
        plain = tuple(_texter(config, each, clock, http, hear) for each in config.ways.sms)
        for texter in plain:
            if keep_lines and isinstance(texter, SmppTexter):
                await stack.enter_async_context(kept_bound(texter))
        rates = [each.rate or config.ways.rate for each in config.ways.sms]
        paced = tuple(
            PacedTexter(texter=texter, rate=rate, clock=time.monotonic)
            for texter, rate in zip(plain, rates, strict=True)
        )
        yield Ways(mailers=mailers, texters=paced, plain=plain)


def callbacks_of(config: Config) -> Mapping[str, Callbacks]:
    """Say who may call in, by name, and how each is believed."""
    found = {each.name: _callbacks(config, each) for each in config.ways.sms}
    known = {name: callbacks for name, callbacks in found.items() if callbacks is not None}
    if config.ways.bounce_key is not None:
        known[MAIL] = SignedCallbacks(secret=config.ways.bounce_key)
    return known


def receipts_address(config: Config, provider: ProviderAddress) -> str | None:
    """Give the address that a provider must call; None for one that calls nowhere."""
    base = f"{config.public_url}{RECEIPTS}/{provider.name}"
    match provider.scheme:
        case "ovh" | "brevo":
            return f"{base}/{_path_secret(config, provider.name)}"
        case "twilio" | "webhook":
            return base
        case _:
            return None


def _path_secret(config: Config, name: str) -> str:
    """Make the secret in the path of a provider that signs nothing: 32 bytes, base64url."""
    info = b"ronde receipts v1 " + name.encode()
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info)
    return base64.urlsafe_b64encode(made.derive(config.master_key)).rstrip(b"=").decode()


def _callbacks(config: Config, provider: ProviderAddress) -> Callbacks | None:
    match provider.scheme:
        case "ovh":
            return OvhCallbacks(secret=_path_secret(config, provider.name))
        case "brevo":
            return BrevoCallbacks(secret=_path_secret(config, provider.name))
        case "twilio":
            return TwilioCallbacks(token=provider.password or "")
        case "webhook":
            return SignedCallbacks(secret=provider.password or "")
        case _:
            return None


def _mailer(config: Config, address: ProviderAddress, clock: Clock) -> SmtpMailer:
    return SmtpMailer(
        server=SmtpServer.of(address),
        organizer=Organizer(name=config.mail_name, address=config.mail_from),
        clock=clock,
        bounce_domain=config.ways.bounce_domain,
        name=address.name,
    )


def _texter(
    config: Config,
    address: ProviderAddress,
    clock: Clock,
    http: aiohttp.ClientSession,
    hear: Hear,
) -> Texter:
    line, countries = HttpLine(http=http), config.ways.countries
    match address.scheme:
        case "ovh":
            return OvhTexter(
                line=line,
                account=_ovh(address),
                clock=clock,
                countries=countries,
                name=address.name,
            )
        case "brevo":
            return BrevoTexter(
                line=line,
                account=_brevo(config, address),
                clock=clock,
                countries=countries,
                name=address.name,
            )
        case "twilio":
            return TwilioTexter(
                line=line,
                account=_twilio(config, address),
                clock=clock,
                countries=countries,
                name=address.name,
            )
        case "webhook":
            return _webhook(config, address, clock, http)
        case _:
            return _smpp(config, address, clock, hear)


def _ovh(address: ProviderAddress) -> OvhAccount:
    return OvhAccount(
        origin=address.origin,
        service=address.path,
        application=address.user or "",
        secret=address.password or "",
        consumer=address.options["consumer"],
        sender=address.options.get("sender"),
    )


def _brevo(config: Config, address: ProviderAddress) -> BrevoAccount:
    return BrevoAccount(
        origin=address.origin,
        api_key=address.password or "",
        sender=address.options["sender"],
        receipts=_reachable(config, address),
    )


def _twilio(config: Config, address: ProviderAddress) -> TwilioAccount:
    return TwilioAccount(
        origin=address.origin,
        sid=address.user or "",
        token=address.password or "",
        sender=address.options.get("sender"),
        service=address.options.get("service"),
        receipts=_reachable(config, address),
    )


def _reachable(config: Config, address: ProviderAddress) -> str | None:
    """Give the address to call, unless we are only on this very machine."""
    return None if config.is_local else receipts_address(config, address)


def _webhook(
    config: Config, address: ProviderAddress, clock: Clock, http: aiohttp.ClientSession
) -> WebhookTexter:
    hours = float(address.options.get("key_hours", "0"))
    return WebhookTexter(
        http=http,
        url=f"{address.origin}/{quote(address.path, safe='/?=&%')}",
        secret=address.password or "",
        clock=clock,
        key_window=timedelta(hours=hours) if hours else None,
        countries=config.ways.countries,
        name=address.name,
    )


def _smpp(config: Config, address: ProviderAddress, clock: Clock, hear: Hear) -> SmppTexter:
    async def heard(said: Told | Reply) -> None:
        await hear(address.name, said)

    return SmppTexter(
        centre=Centre(
            host=address.host,
            port=address.port,
            system_id=address.user or "",
            password=address.password or "",
            system_type=address.options.get("type", ""),
            window=int(address.options.get("window", _WINDOW)),
            tls=trusted() if address.scheme == "smpps" else None,
        ),
        sender=address.options.get("sender", ""),
        clock=clock,
        hear=heard,
        countries=config.ways.countries,
        name=address.name,
        ids_in_hex=address.options.get("ids") == "hex",
    )
