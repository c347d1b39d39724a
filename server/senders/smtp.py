"""Sends notices as e-mail through the house's own mail server (SMTP, RFC 5321).

The Message-ID is made from the notice's id, so a second copy of one notice is the same
message to every mail server and reader: that is our key, and why a doubt may be retried.
"""

import contextlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy, utils
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Capabilities, Refused, Result, Retry
from notifications.senders import Mail, Mailer
from server.senders.invitation import Organizer

# A mailbox shows one copy of a Message-ID however late the second one comes.
_CAPABILITIES = Capabilities(key_window=timedelta(days=28), lookup=False)
_TIMEOUT = 20.0
_PARTING = 2.0
_PERMANENT = 500
_PORTS = {"smtp": 25, "smtps": 465}


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
        """Read `smtp://host:port` (STARTTLS if offered) or `smtps://user:password@host`.

        With a user name STARTTLS becomes a duty: a password never goes in the clear.
        """
        parts = urlsplit(url)
        tls = Tls.IF_OFFERED if parts.username is None else Tls.STARTTLS
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or _PORTS[parts.scheme],
            tls=Tls.IMPLICIT if parts.scheme == "smtps" else tls,
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer(Mailer):
    """Hands mails to one server, one connection each; `trust` overrides the system's roots."""

    server: SmtpServer
    organizer: Organizer
    clock: Callable[[], datetime]
    trust: ssl.SSLContext | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    @override
    async def send(self, mail: Mail, *, to: str, key: NoticeId) -> Result:
        address = _address(to)
        if address is None:
            return Refused("bad_address")
        message = self._message(mail, address, key)
        client = self._client()
        try:
            await client.connect()
        except Exception as failure:  # noqa: BLE001 - not a byte of the message has left
            return Retry(_word("connect", failure))
        try:
            _, answer = await client.send_message(
                message, sender=self.organizer.address, recipients=[address.addr_spec]
            )
        except (aiosmtplib.SMTPException, OSError) as failure:
            return _classified(failure)
        else:
            return Accepted(answer[:120])
        finally:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_PARTING)
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        tls = self.server.tls
        return aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.username,
            password=self.server.password,
            local_hostname=self.organizer.domain,
            timeout=_TIMEOUT,
            use_tls=tls is Tls.IMPLICIT,
            start_tls={Tls.IF_OFFERED: None, Tls.STARTTLS: True, Tls.IMPLICIT: False}[tls],
            tls_context=self.trust,
        )

    def _message(self, mail: Mail, to: Address, key: NoticeId) -> EmailMessage:
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(self.organizer.name, addr_spec=self.organizer.address)
        message["To"] = to
        message["Subject"] = mail.subject
        message["Date"] = utils.format_datetime(self.clock())
        message["Message-ID"] = f"<{key}@{self.organizer.domain}>"
        message["Content-Language"] = mail.language
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please.
        message.set_content(mail.text, cte="quoted-printable")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        message.add_alternative(
            mail.calendar.decode(), subtype="calendar", params={"method": mail.method}, cte="base64"
        )
        return message


def _address(text: str) -> Address | None:
    """Read an e-mail address strictly, so that nothing of it can become a header or a command."""
    if not text.isprintable() or " " in text:
        return None
    try:
        address = Address(addr_spec=text)
    except Exception:  # noqa: BLE001 - the parser raises IndexError and others on odd input
        return None
    return address if address.username and "." in address.domain.strip(".") else None


def _classified(failure: Exception) -> Result:
    """Say what a failed hand-over means; once the data may have left, nobody can tell.

    A reply code is the server's own word that it did not take the message (RFC 5321,
    section 4.2.1): 4yz for now, 5yz for good.
    """
    for refusal in _replies(failure):
        word = f"smtp_{refusal.code}"
        return Refused(word) if refusal.code >= _PERMANENT else Retry(word)
    if isinstance(failure, aiosmtplib.SMTPNotSupported):
        return Refused("smtp_not_supported")
    return Ambiguous(_word("send", failure))


def _replies(failure: Exception) -> Iterator[aiosmtplib.SMTPResponseException]:
    if isinstance(failure, aiosmtplib.SMTPRecipientsRefused):
        yield from failure.recipients
    elif isinstance(failure, aiosmtplib.SMTPResponseException):
        yield failure


def _word(stage: str, failure: Exception) -> str:
    """Name a failure by its class alone: its text may quote addresses."""
    return f"smtp_{stage}_{type(failure).__name__}".lower()
