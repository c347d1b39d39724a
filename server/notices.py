"""The worker that tells families, put together from the settings."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import NO_PROMISE, Ambiguous, Capabilities, Refused, Result
from notifications.senders import Alert, Alerts, Mail, Mailer, Text, Texter
from notifications.worker import Worker
from server.config import Config
from server.house import House
from server.logs import logger
from server.senders.invitation import Organizer
from server.senders.render import TemplateRenderer
from server.senders.sms import WebhookTexter
from server.senders.smtp import SmtpMailer, SmtpServer
from server.wording import wording

EVERY = timedelta(seconds=1)
_chance = random.SystemRandom().random


def link_key(config: Config) -> bytes:
    """Derive the key of the families' links from the master key: 32 bytes."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"ronde notice links v1")
    return kdf.derive(config.master_key)


@asynccontextmanager
async def open_worker(config: Config, house: House) -> AsyncIterator[Worker]:
    """Open what sending needs, and give the worker; it does not run yet.

    Raises:
        BadTemplates: The words for families cannot be used.
    """
    organizer = Organizer(name=config.mail_name, address=config.mail_from)
    async with aiohttp.ClientSession() as http:
        yield Worker(
            outbox=house.outbox,
            contacts=house.stores.children,
            renderer=TemplateRenderer(
                templates=wording(config, house.pathway),
                organizer=organizer,
                public_url=config.links,
                phone=config.phone,
            ),
            mailers=(_mailer(config, house, organizer),),
            texters=(_texter(config, house, http),),
            alerts=LoggedAlerts(),
            clock=house.clock,
            chance=_chance,
            trouble=_trouble,
            link_key=link_key(config),
        )


@dataclass(frozen=True, slots=True)
class Unconfigured(Mailer, Texter):
    """A medium that nobody set up: each notice by it ends at once, where a person sees it."""

    @property
    @override
    def name(self) -> str:
        return "none"

    @property
    @override
    def capabilities(self) -> Capabilities:
        return NO_PROMISE

    @override
    async def send(self, message: Mail | Text, *, to: str, key: NoticeId) -> Result:
        return Refused("not_configured")

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return Ambiguous("not_configured")


class LoggedAlerts(Alerts):
    """Tells the operator; the coordinator sees the same notice in the child's list."""

    @override
    async def raise_task(self, alert: Alert) -> None:
        logger().warning(
            "notice_needs_a_person",
            medium=alert.medium.value,
            code=alert.answer,
            kind=alert.state.value,
            id=alert.notice,
        )


def _mailer(config: Config, house: House, organizer: Organizer) -> Mailer:
    if config.smtp_url is None:
        return Unconfigured()
    server = SmtpServer.from_url(config.smtp_url)
    return SmtpMailer(server=server, organizer=organizer, clock=house.clock)


def _texter(config: Config, house: House, http: aiohttp.ClientSession) -> Texter:
    if config.sms_url is None or config.sms_key is None:
        return Unconfigured()
    return WebhookTexter(
        http=http,
        url=config.sms_url,
        secret=config.sms_key,
        clock=house.clock,
        key_window=timedelta(hours=config.sms_key_hours) if config.sms_key_hours else None,
    )


def _trouble(word: str) -> None:
    logger().error("notices_trouble", code=word)
