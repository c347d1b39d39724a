"""What providers tell by themselves: how a message ended, and what somebody answered.

A call from outside is believed only if it proves whom it comes from; one that does not is
answered as if there were nothing here. What it says is at most the name of a message and
how that one ended, so a call that comes twice, late, or before its time can do no harm.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from notifications.delivery import ReceiptState
from notifications.replies import Reply, international

LONGEST_BODY = 64 * 1024
"""What a call may weigh, in bytes: receipts take some hundred."""

_LONGEST_REPLY = 1_600


class Forged(Exception):
    """A call that does not prove whom it comes from."""


class Unreadable(Exception):
    """A call that is the provider's, but says nothing that we understand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one message stands. `key` is our name for it, `ref` the provider's; one is there.

    `code` is the provider's reason in one stable word; `at` when it says that it happened.
    """

    state: ReceiptState
    at: datetime
    key: str | None = None
    ref: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call by a provider. `url` is the address that it was given to call, in full."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: datetime


class Callbacks(Protocol):
    """Understands the calls of one provider."""

    def hear(self, call: Call) -> tuple[Told | Reply, ...]:
        """Say what a call tells; nothing for what is not worth telling.

        Raises:
            Forged: It is not the provider's.
            Unreadable: It is, and makes no sense.
        """
        ...


def require_secret(expected: str, given: str) -> None:
    """Insist on the secret in the path, for providers that sign nothing.

    Raises:
        Forged: It is another one.
    """
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape")):
        raise Forged


def reply_of(number: str, text: str, at: datetime) -> Reply | None:
    """Make a reply of what a provider says; None without a number that could have sent it."""
    known = international(number)
    return None if known is None else Reply(from_number=known, text=text[:_LONGEST_REPLY], at=at)
