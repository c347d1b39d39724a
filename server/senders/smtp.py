"""Sends notices as e-mail through the house's own mail server (SMTP, RFC 5321).

The Message-ID is made from the notice's id, so a second copy of one notice is the same
message to every mail server and reader: that is our key, and why a doubt may be retried.
Lines are kept open for a run of mails. Nothing is signed here (DKIM): the mail server does.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

import aiosmtplib
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Capabilities, Refused, Result, Retry
from notifications.senders import Mail, Mailer
from server.senders.addresses import ProviderAddress
from server.senders.invitation import Organizer
from server.senders.letter import Stationery, address_of
from server.senders.smtp_line import Lines, hand_over, part, word_of

IDLE_S = 20.0
"""How long a line is kept for the next mail: mail servers wait five minutes at the least."""

# A second copy has the same Message-ID, so most mailboxes show one; a mail too many is
# harmless where one too few is not (DECISIONS 54).
# What comes back from mailboxes says that a mail failed, hardly ever that it arrived.
_CAPABILITIES = Capabilities(key_window=timedelta(days=28), lookup=False, receipts=False)
# Together they stay below the worker's patience, so that what never left is never in doubt.
BEFORE_DATA_S = 12.0
DATA_S = 15.0


class Tls(StrEnum):
    """How the connection is sealed."""

    IF_OFFERED = "if_offered"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The mail server that takes our messages on."""

    host: str
    port: int
    tls: Tls = Tls.IF_OFFERED
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, address: ProviderAddress) -> Self:
        """Take what settings say of it.

        With a user name STARTTLS becomes a duty: a password never goes in the clear.
        """
        return cls(
            host=address.host,
            port=address.port,
            tls=_tls(address.scheme, has_user=address.user is not None),
            username=address.user,
            password=address.password,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer(Mailer):
    """Hands mails to one server; `trust` overrides the system's roots.

    At most four lines at once; `close` ends those that are kept.
    """

    server: SmtpServer
    organizer: Organizer
    clock: Callable[[], datetime]
    trust: ssl.SSLContext | None = None
    bounce_domain: str | None = None
    name: str = "smtp"
    idle_s: float = IDLE_S
    before_data_s: float = BEFORE_DATA_S
    data_s: float = DATA_S
    _lines: Lines = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lines", Lines(self._client, self.idle_s))

    @property
    @override
    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    @override
    async def send(self, mail: Mail, *, to: str, key: NoticeId) -> Result:
        address = address_of(to)
        if address is None:
            return Refused("bad_address")
        stationery = Stationery(organizer=self.organizer, bounce_domain=self.bounce_domain)
        letter = stationery.letter(mail, address, key, now=self.clock())
        try:
            async with asyncio.timeout(self.before_data_s) as patience:
                async with self._lines.one(letter) as line:
                    if not isinstance(line, aiosmtplib.SMTP):
                        return line
                    patience.reschedule(None)
                    return await hand_over(line, letter, data_s=self.data_s)
        except TimeoutError:
            return Retry("smtp_slow")

    async def close(self) -> None:
        """Part from the mail server on every line that is kept."""
        await self._lines.close()

    async def check(self) -> Result:
        """Connect, seal and sign in, and part again: whether a mail could be handed over."""
        client = self._client()
        try:
            async with asyncio.timeout(self.before_data_s):
                await client.connect()
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError) as failure:
            return Retry(word_of("connect", failure))
        await part(client)
        return Accepted(self.name)

    def _client(self) -> aiosmtplib.SMTP:
        tls = self.server.tls
        return aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.username,
            password=self.server.password,
            local_hostname=self.organizer.domain,
            timeout=self.before_data_s,
            use_tls=tls is Tls.IMPLICIT,
            start_tls={Tls.IF_OFFERED: None, Tls.STARTTLS: True, Tls.IMPLICIT: False}[tls],
            tls_context=self.trust,
        )


def _tls(scheme: str, *, has_user: bool) -> Tls:
    if scheme == "smtps":
        return Tls.IMPLICIT
    return Tls.STARTTLS if scheme == "smtp+starttls" or has_user else Tls.IF_OFFERED
