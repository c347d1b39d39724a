"""Sends notices as e-mail through the house's own mail server (SMTP, RFC 5321).

The Message-ID is made from the notice's id, so a second copy of one notice is the same
message to every mail server and reader: that is our key, and why a doubt may be retried.
Lines are kept open for a run of mails. Nothing is signed here (DKIM): the mail server does.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTPResponseException
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Capabilities, Refused, Result, Retry
from notifications.senders import Mail, Mailer
from server.senders.addresses import ProviderAddress
from server.senders.invitation import Organizer
from server.senders.letter import Letter, Stationery, address_of

IDLE_S = 20.0
"""How long a line is kept for the next mail: mail servers wait five minutes at the least."""

# A second copy has the same Message-ID, so most mailboxes show one; a mail too many is
# harmless where one too few is not (DECISIONS 54).
_CAPABILITIES = Capabilities(key_window=timedelta(days=28), lookup=False)
_LINES = 4
# Together they stay below the worker's patience, so that what never left is never in doubt.
BEFORE_DATA_S = 12.0
DATA_S = 15.0
_PARTING_S = 2.0
_PERMANENT = 500
_CLOSING = 421
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\d)")


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
    def from_url(cls, url: str) -> Self:
        """Read `smtp://host:port` (STARTTLS if offered), `smtp+starttls://` or `smtps://`.

        With a user name STARTTLS becomes a duty: a password never goes in the clear.
        """
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or _PORTS[parts.scheme],
            tls=_tls(parts.scheme, has_user=parts.username is not None),
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )

    @classmethod
    def of(cls, address: ProviderAddress) -> Self:
        """Take what settings say of it."""
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
    _lines: "_Lines" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lines", _Lines(self._client, self.idle_s))

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
                    return await _hand_over(line, letter, data_s=self.data_s)
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
            return Retry(_word("connect", failure))
        await _part(client)
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


class _Lines:
    """The lines to one server: up to four, each for one mail at a time, kept a while after it."""

    def __init__(self, client: Callable[[], aiosmtplib.SMTP], idle_s: float) -> None:
        self._client = client
        self._idle_s = idle_s
        self._places = asyncio.Semaphore(_LINES)
        self._kept: dict[aiosmtplib.SMTP, asyncio.TimerHandle] = {}

    @asynccontextmanager
    async def one(self, letter: Letter) -> AsyncIterator[aiosmtplib.SMTP | Result]:
        """Give a line on which the server has agreed to take a letter, or its answer instead."""
        async with self._places:
            line, agreed = await self._agree(letter)
            try:
                yield line if agreed is None else agreed
            except BaseException:
                line.close()
                raise
            if line.is_connected and not await self._keep(line, reset=agreed is not None):
                line.close()

    async def close(self) -> None:
        while self._kept:
            line, timer = self._kept.popitem()
            timer.cancel()
            await _part(line)

    async def _agree(self, letter: Letter) -> tuple[aiosmtplib.SMTP, Result | None]:
        """Put the envelope before the server; a kept line may have died, so then anew."""
        while self._kept:
            line, timer = self._kept.popitem()
            timer.cancel()
            with contextlib.suppress(_Stale), _closed_on_failure(line):
                return line, await _envelope(line, letter, fresh=False)
        line = self._client()
        with _closed_on_failure(line):
            try:
                await line.connect()
            except Exception as failure:  # noqa: BLE001 - not a byte of the message has left
                return line, Retry(_word("connect", failure))
            return line, await _envelope(line, letter, fresh=True)

    async def _keep(self, line: aiosmtplib.SMTP, *, reset: bool) -> bool:
        """Keep a line for the next mail; False if it cannot be used any more."""
        if reset:
            try:
                await line.rset()
            except (aiosmtplib.SMTPException, OSError):
                return False
        loop = asyncio.get_running_loop()
        self._kept[line] = loop.call_later(self._idle_s, self._let_go, line)
        return True

    def _let_go(self, line: aiosmtplib.SMTP) -> None:
        del self._kept[line]
        line.close()


class _Stale(Exception):
    """A line that was kept does not stand any more; nothing was said on it."""


async def _envelope(line: aiosmtplib.SMTP, letter: Letter, *, fresh: bool) -> Result | None:
    """Say who writes to whom; None when the server agrees to both.

    What is wrong with our own address must cost no family its notice, so it is for later;
    a word on the addressee is the server's, for now (4yz) or for good (5yz).

    Raises:
        _Stale: The line was kept, and is over.
    """
    if letter.needs_utf8 and not line.supports_extension("smtputf8"):
        return Refused("smtp_no_utf8")
    encoding = "utf-8" if letter.needs_utf8 else "ascii"
    options = ["SMTPUTF8"] if letter.needs_utf8 else []
    try:
        await line.mail(letter.sender, options=options)
        await line.rcpt(letter.recipient, encoding=encoding)
    except aiosmtplib.SMTPRecipientRefused as refusal:
        return _refused(refusal)
    except SMTPResponseException as refusal:
        if not fresh and refusal.code == _CLOSING:
            raise _Stale from refusal
        return Retry(_coded(refusal))
    except (aiosmtplib.SMTPException, OSError) as failure:
        if not fresh:
            raise _Stale from failure
        return Retry(_word("envelope", failure))
    return None


async def _hand_over(line: aiosmtplib.SMTP, letter: Letter, *, data_s: float) -> Result:
    """Send the letter itself; once its bytes may have left, only an answer settles anything.

    A reply code is the server's own word that it did not take the message (RFC 5321,
    section 4.2.1): 4yz for now, 5yz for good.
    """
    try:
        answer = await line.data(letter.data, timeout=data_s)
    except SMTPResponseException as refusal:
        return _refused(refusal)
    except (aiosmtplib.SMTPException, OSError) as failure:
        return Ambiguous(_word("send", failure))
    return Accepted(answer.message[:120])


@contextmanager
def _closed_on_failure(line: aiosmtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        line.close()
        raise


async def _part(line: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await line.quit(timeout=_PARTING_S)
    line.close()


def _refused(refusal: SMTPResponseException) -> Result:
    word = _coded(refusal)
    return Refused(word) if refusal.code >= _PERMANENT else Retry(word)


def _coded(refusal: SMTPResponseException) -> str:
    """Name a refusal by its codes alone (RFC 3463): its text may quote addresses."""
    enhanced = _ENHANCED.match(refusal.message)
    return f"smtp_{refusal.code}" + (f"_{enhanced[0]}" if enhanced is not None else "")


def _word(stage: str, failure: BaseException) -> str:
    """Name a failure by its class alone: its text may quote addresses."""
    return f"smtp_{stage}_{type(failure).__name__}".lower()


def _tls(scheme: str, *, has_user: bool) -> Tls:
    if scheme == "smtps":
        return Tls.IMPLICIT
    return Tls.STARTTLS if scheme == "smtp+starttls" or has_user else Tls.IF_OFFERED
