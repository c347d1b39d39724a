"""An e-mail as it goes over the wire: the same bytes for one notice at every attempt.

Text, HTML and calendar stand side by side (RFC 2046, section 5.1.4), so that each mail
reader takes what it knows best; the calendar is also a file, for readers that know none
(RFC 6047, section 2.4 allows both). The Message-ID is the notice's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import policy, utils
from email.headerregistry import Address
from email.message import EmailMessage

from crypto.ids import NoticeId
from notifications.senders import Mail
from server.senders.invitation import Organizer

BOUNCE = "bounce"
"""What the return path of a notice begins with, before a plus sign and the notice's id."""

_FILE = "invitation.ics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail in its envelope. `needs_utf8`: the addressee's name is not in ASCII (RFC 6531)."""

    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    needs_utf8: bool
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What all letters of a house have in common.

    `bounce_domain`: where what cannot be delivered comes back to, one address a notice;
    without it, back to the organizer.
    """

    organizer: Organizer
    bounce_domain: str | None = None

    def letter(self, mail: Mail, to: Address, key: NoticeId, *, now: datetime) -> Letter:
        """Write a mail to one addressee; `now` dates only what does not say its own date."""
        needs_utf8 = not to.username.isascii()
        wire = policy.SMTPUTF8 if needs_utf8 else policy.SMTP
        message = self._headed(mail, to, key, now=now)
        _fill(message, mail)
        # Only now: what is about content would have gone into a part of it.
        message["Content-Language"] = mail.language
        _name_boundaries(message, key)
        back = self.organizer.address
        if self.bounce_domain is not None:
            back = f"{BOUNCE}+{key}@{self.bounce_domain}"
        return Letter(
            sender=back,
            recipient=to.addr_spec,
            needs_utf8=needs_utf8,
            data=message.as_bytes(policy=wire),
        )

    def _headed(self, mail: Mail, to: Address, key: NoticeId, *, now: datetime) -> EmailMessage:
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(self.organizer.name, addr_spec=self.organizer.address)
        message["To"] = to
        message["Subject"] = mail.subject
        message["Date"] = utils.format_datetime(mail.written_at or now)
        message["Message-ID"] = f"<{key}@{self.organizer.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please.
        if mail.stop is not None:
            message["List-Unsubscribe"] = f"<{mail.stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        return message


def address_of(text: str) -> Address | None:
    """Read an e-mail address strictly, so that nothing of it can become a header or a command.

    A domain in other letters is written as DNS knows it (RFC 5891).
    """
    if not text.isprintable() or " " in text:
        return None
    name, at, domain = text.rpartition("@")
    # Letters and digits of any script may stand in a name (RFC 6532); the parser knows ASCII.
    plain = "".join("x" if sign.isalnum() else sign for sign in name)
    try:
        known = domain.encode("idna").decode()
        Address(addr_spec=f"{plain}{at}{known}")
        address = Address(username=name, domain=known)
    except Exception:  # noqa: BLE001 - the parsers raise IndexError and others on odd input
        return None
    return address if address.username and "." in address.domain.strip(".") else None


def _fill(message: EmailMessage, mail: Mail) -> None:
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.calendar is None:
        return
    message.add_alternative(
        mail.calendar.decode(),
        subtype="calendar",
        params={"method": mail.method or "PUBLISH"},
        cte="base64",
    )
    message.add_attachment(mail.calendar, maintype="application", subtype="ics", filename=_FILE)


def _name_boundaries(message: EmailMessage, key: NoticeId) -> None:
    """Give each multipart a boundary of its own: the library's would differ at every attempt.

    An equals sign with an underscore stands in no part that is quoted-printable or base64.
    """
    for place, part in enumerate(_multiparts(message)):
        part.set_boundary(f"=_{key}_{place}")


def _multiparts(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in message.walk():
        if part.is_multipart() and isinstance(part, EmailMessage):
            yield part
