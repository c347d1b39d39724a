"""What a mail server sends back when a mail did not arrive (RFC 3464), read strictly.

A return counts only if it is a report of delivery status, says that delivery failed for good
(5.x.x), and names a notice of ours by the address it came back to, or by the Message-ID of
what it returns. Everything else that lands in such a mailbox, holiday replies above all, is
nothing to act on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from enum import StrEnum

from notifications.delivery import ReceiptState
from server.senders.calling_back import Told
from server.senders.letter import BOUNCE

LONGEST = 1_000_000
"""What a return may weigh, in bytes; what is longer is not read."""

_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_ID = "[0-9a-z]{20,40}"
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")
_MOST_RECIPIENTS = 10


class Kind(StrEnum):
    """What a mail in the mailbox of returns is."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A mail that came back, and what it tells, if anything."""

    kind: Kind
    told: Told | None = None


def read_return(raw: bytes, *, domain: str, own_domain: str, at: datetime) -> Returned:
    """Read one mail of the mailbox of returns.

    `domain` is where our return paths lead, `own_domain` that of our Message-IDs.
    """
    if len(raw) > LONGEST:
        return Returned(kind=Kind.NOTHING)
    try:
        message = message_from_bytes(raw, policy=policy.default)
        return _read(message, domain=domain, own_domain=own_domain, at=at)
    except Exception:  # noqa: BLE001 - the parser raises many kinds on what strangers write
        return Returned(kind=Kind.NOTHING)


def _read(message: EmailMessage, *, domain: str, own_domain: str, at: datetime) -> Returned:
    is_report = (
        message.get_content_type() == "multipart/report"
        and str(message.get_param("report-type", "")).lower() == "delivery-status"
    )
    if not is_report:
        return Returned(kind=Kind.NOTHING)
    found = list(_recipients(message))
    if len(found) != 1:
        return Returned(kind=Kind.NOTHING)  # We never write to two at once.
    ((action, status),) = found
    key = _key(message, domain=domain, own_domain=own_domain)
    if key is None:
        return Returned(kind=Kind.UNKNOWN)
    return _ended(action, status, key=key, at=at)


def _ended(action: str, status: str, *, key: str, at: datetime) -> Returned:
    match action, status[0]:
        case "failed", "5":
            told = Told(state=ReceiptState.FAILED, at=at, key=key, code=f"bounce_{status}")
            return Returned(kind=Kind.FAILED, told=told)
        case "delivered", "2":
            return Returned(
                kind=Kind.DELIVERED, told=Told(state=ReceiptState.DELIVERED, at=at, key=key)
            )
        case (("delayed" | "failed"), "4"):
            # « Failed » with a code for now is a server that gave up: it will not come.
            if action == "delayed":
                return Returned(kind=Kind.DELAYED)
            told = Told(state=ReceiptState.FAILED, at=at, key=key, code=f"bounce_{status}")
            return Returned(kind=Kind.FAILED, told=told)
        case _:
            return Returned(kind=Kind.NOTHING)


def _recipients(message: EmailMessage) -> Iterator[tuple[str, str]]:
    """Give action and status of each recipient that the report is about (section 2.3)."""
    for part in message.iter_parts():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in list(_held(part))[1 : _MOST_RECIPIENTS + 1]:
            action = str(block.get("Action", "")).strip().lower()
            status = _STATUS.match(str(block.get("Status", "")).strip())
            if action and status is not None:
                yield action, status[0]


def _key(message: EmailMessage, *, domain: str, own_domain: str) -> str | None:
    """Find the notice: by the address that it came back to, and by what is returned.

    Where both are there they must agree: else somebody put the report together.
    """
    by_address = _first(rf"{BOUNCE}\+({_ID})@{re.escape(domain)}", _addressed(message))
    by_mail = _first(rf"<({_ID})@{re.escape(own_domain)}>", _returned_ids(message))
    if by_address is not None and by_mail is not None and by_address != by_mail:
        return None
    return by_address or by_mail


def _addressed(message: EmailMessage) -> Iterator[str]:
    for name in _TO:
        yield from (str(said) for said in message.get_all(name, []))


def _returned_ids(message: EmailMessage) -> Iterator[str]:
    """Give the Message-IDs of the mail that is returned, in full or by its head alone."""
    for part in message.iter_parts():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            yield from (str(each.get("Message-ID", "")) for each in _held(part))
        elif kind == "text/rfc822-headers":
            data = part.get_payload(decode=True)
            head = message_from_bytes(data if isinstance(data, bytes) else b"")
            yield str(head.get("Message-ID", ""))


def _held(part: Message) -> Iterator[Message]:
    """Give the messages that a part holds: a report's blocks are such, too."""
    held = part.get_payload()
    if isinstance(held, list):
        yield from (each for each in held if isinstance(each, Message))


def _first(pattern: str, texts: Iterator[str]) -> str | None:
    for text in texts:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            return match[1].lower()
    return None
