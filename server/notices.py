"""The worker that tells families, put together from the settings."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import NO_PROMISE, Ambiguous, Capabilities, Refused, Result
from notifications.senders import Mail, Mailer, Text, Texter
from notifications.ways import WaysOut
from notifications.worker import Worker
from server.alerting import RaisedAlerts
from server.coming_back import listening
from server.config import Config
from server.digesting import contacts_of
from server.family_house import replies_of
from server.house import House
from server.logs import logger
from server.receipts import Receipts
from server.senders.invitation import Organizer
from server.senders.render import TemplateRenderer
from server.storage.heard import HeardReplies
from server.ways_out import callbacks_of, open_ways
from server.wording import wording

EVERY = timedelta(seconds=1)
_MOST_HANDS = 32
_SECONDS_IN_HAND = 4
_chance = random.SystemRandom().random


def link_key(config: Config) -> bytes:
    """Derive the key of the families' links from the master key: 32 bytes."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"ronde notice links v1")
    return kdf.derive(config.master_key)


@asynccontextmanager
async def open_worker(
    config: Config, house: House, receipts: Receipts | None = None
) -> AsyncIterator[Worker]:
    """Open what sending needs, and give the worker; it does not run yet.

    `receipts` takes what comes back meanwhile; without it nobody listens.

    Raises:
        BadTemplates: The words for families cannot be used.
    """
    listener = receipts or receipts_of(config, house)
    async with AsyncExitStack() as stack:
        ways = await stack.enter_async_context(
            open_ways(config, clock=house.clock, hear=listener.take)
        )
        if receipts is not None:
            heard = HeardReplies(house.engine, house.keyring)
            await stack.enter_async_context(listening(config, receipts, ways, heard))
        yield Worker(
            outbox=house.outbox,
            contacts=contacts_of(house, config.zone),
            renderer=_renderer(config, house),
            ways=WaysOut(
                mailers=ways.mailers or (Unconfigured(),),
                texters=ways.texters or (Unconfigured(),),
            ),
            alerts=RaisedAlerts(
                appointments=house.stores.appointments,
                errands=house.stores.errands,
                marks=house.stores.follow_up_marks,
                clock=house.clock,
            ),
            clock=house.clock,
            chance=_chance,
            trouble=_trouble,
            link_key=link_key(config),
            valve=house.sending.valve,
            at_once=_hands(config),
        )


def receipts_of(config: Config, house: House) -> Receipts:
    """Build what takes receipts and answers of families."""
    return Receipts(
        outbox=house.outbox,
        replies=replies_of(house),
        callbacks=callbacks_of(config),
        clock=house.clock,
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


def _renderer(config: Config, house: House) -> TemplateRenderer:
    return TemplateRenderer(
        templates=wording(config, house.pathway),
        organizer=Organizer(name=config.mail_name, address=config.mail_from),
        public_url=config.links,
        phone=config.phone,
        home=config.public_url,
    )


def _hands(config: Config) -> int:
    """Say how many records to have in hand: no more than the slowest provider serves in time.

    An attempt waits for its turn a few seconds at most, so what is taken must be gone by then.
    """
    rates = [each.rate or config.ways.rate for each in config.ways.sms]
    return max(1, min(_MOST_HANDS, int(min(rates, default=_MOST_HANDS) * _SECONDS_IN_HAND)))


def _trouble(word: str) -> None:
    logger().error("notices_trouble", code=word)
