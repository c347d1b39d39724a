"""An e-mail as it goes over the wire: the same bytes for one notice at every attempt.

Text, HTML and calendar stand side by side (RFC 2046, section 5.1.4), so that each mail
reader takes what it knows best; the calendar is also a file, for readers that know none
(RFC 6047, section 2.4 allows both). The Message-ID is the notice's.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import policy, utils
from email.headerregistry import Address
from email.message import EmailMessage
from functools import lru_cache

from crypto.ids import NoticeId
from notifications.senders import Mail
from server.senders.invitation import Organizer

BOUNCE = "bounce"
"""What the return path of a notice begins with, before a plus sign and the notice's id."""

_FILE = "invitation.ics"
_END = b"\r\n"
# What the library would fold or write otherwise is left to it.
_PLAIN = re.compile(r"<?[\w.+:/@-]+>?|[\w ,:+]+", re.ASCII)
_LONGEST_LINE = 78
_SHARED = 256
_ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058


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
        back = self.organizer.address
        if self.bounce_domain is not None:
            back = f"{BOUNCE}+{key}@{self.bounce_domain}"
        return Letter(
            sender=back,
            recipient=to.addr_spec,
            needs_utf8=needs_utf8,
            data=b"".join((*self._head(mail, to, key, now=now, utf8=needs_utf8), _body(mail, key))),
        )

    def _head(
        self, mail: Mail, to: Address, key: NoticeId, *, now: datetime, utf8: bool
    ) -> Iterator[bytes]:
        """Write the fields above the body; what many letters share is written once."""
        yield _from(self.organizer.name, self.organizer.address, utf8=utf8)
        yield _of_this_one("To", to.addr_spec, utf8=utf8, written=to)
        yield _shared("Subject", mail.subject, utf8=utf8)
        yield _of_this_one("Date", utils.format_datetime(mail.written_at or now), utf8=utf8)
        yield _of_this_one("Message-ID", f"<{key}@{self.organizer.domain}>", utf8=utf8)
        yield _shared("Content-Language", mail.language, utf8=utf8)
        # So that no holiday reply comes back (RFC 3834).
        yield _shared("Auto-Submitted", "auto-generated", utf8=utf8)
        if mail.stop is not None:
            yield _address_of_ours("List-Unsubscribe", f"<{mail.stop}>")
            yield _shared("List-Unsubscribe-Post", _ONE_CLICK, utf8=utf8)
        yield b"MIME-Version: 1.0" + _END


def _field(name: str, value: str | Address, *, utf8: bool) -> bytes:
    """Write a field as the library does (RFC 5322, RFC 2047), in one line or several."""
    head = EmailMessage(policy=policy.SMTP)
    head[name] = value
    wire = policy.SMTPUTF8 if utf8 else policy.SMTP
    return wire.fold_binary(name, head[name])


@lru_cache(maxsize=_SHARED)
def _shared(name: str, value: str, *, utf8: bool) -> bytes:
    """Write a field that stands in many letters; nobody's name or address."""
    return _field(name, value, utf8=utf8)


@lru_cache(maxsize=_SHARED)
def _from(name: str, address: str, *, utf8: bool) -> bytes:
    return _field("From", Address(name, addr_spec=address), utf8=utf8)


def _of_this_one(name: str, value: str, *, utf8: bool, written: Address | None = None) -> bytes:
    """Write a field of one letter: by hand where it is plain, a thirtieth of the work."""
    line = f"{name}: {value}"
    if len(line) <= _LONGEST_LINE and _PLAIN.fullmatch(value):
        return line.encode() + _END
    return _field(name, written or value, utf8=utf8)


def _address_of_ours(name: str, value: str) -> bytes:
    """Write a web address; the library would put a long one in words no mail reader decodes."""
    gap = " " if len(name) + 2 + len(value) <= _LONGEST_LINE else "\r\n "
    return f"{name}:{gap}{value}".encode("ascii") + _END


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


def _body(mail: Mail, key: NoticeId) -> bytes:
    """Write what stands below the head, by hand: the library takes three times as long.

    Boundaries are the notice's, so that every attempt is the same bytes; an equals sign with
    an underscore stands in no part that is quoted-printable or base64.
    """
    said = [
        _quoted("text/plain; charset=utf-8", mail.text),
        _quoted("text/html; charset=utf-8", mail.html),
    ]
    if mail.calendar is None:
        return _multipart("alternative", said, f"=_{key}_0")
    method = mail.method or "PUBLISH"
    said.append(_base64(f"text/calendar; charset=utf-8; method={method}", mail.calendar))
    file = _base64(
        "application/ics",
        mail.calendar,
        disposition=f'attachment; filename="{_FILE}"',
    )
    return _multipart("mixed", [_multipart("alternative", said, f"=_{key}_1"), file], f"=_{key}_0")


def _multipart(kind: str, parts: list[bytes], boundary: str) -> bytes:
    edge = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"'.encode()
    inside = b"".join(edge + _END + part + _END for part in parts)
    return head + _END + _END + inside + edge + b"--" + _END


def _quoted(kind: str, text: str) -> bytes:
    """Write a text quoted-printable, in lines that end as mails' do (RFC 2045, section 6.7)."""
    lines = text.replace("\r\n", "\n").rstrip("\n").replace("\n", "\r\n") + "\r\n"
    written = binascii.b2a_qp(lines.encode(), istext=True)
    return _part(kind, "quoted-printable", written)


def _base64(kind: str, data: bytes, *, disposition: str | None = None) -> bytes:
    return _part(kind, "base64", base64.encodebytes(data).replace(b"\n", _END), disposition)


def _part(kind: str, encoding: str, written: bytes, disposition: str | None = None) -> bytes:
    lines = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}"]
    if disposition is not None:
        lines.append(f"Content-Disposition: {disposition}")
    return "\r\n".join(lines).encode() + _END + _END + written
