"""A private feed: what a professional's calendar reads of their appointments, by a secret address.

The token is shown once and kept as its SHA-256. What a feed says is as neutral as a notice:
label, time, place. A child's initials are said only where the network allows it and the
person asks for it.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime

from crypto.ids import ProfessionalId, id_of

MOST_FEEDS = 10
MAX_NAME = 40
_TOKEN_BYTES = 24
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


class BadFeedName(ValueError):
    """A feed is named after the device that reads it: 1 to 40 printable characters."""


class TooManyFeeds(Exception):
    """Ten feeds are as many as one person has."""


class InitialsNotAllowed(Exception):
    """The network does not let feeds name a child, not even by initials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One device's feed. `fingerprint` is the SHA-256 of its token, in hexadecimal."""

    id: str
    professional: ProfessionalId
    name: str = field(repr=False)
    fingerprint: str = field(repr=False)
    made_at: datetime
    initials: bool = False
    used_on: date | None = None


def new_token() -> str:
    """Make a token: 32 characters, 192 bits, safe in a URL."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Tell whether a text has the shape of a token, so that nothing else is looked up."""
    return _TOKEN.fullmatch(text) is not None


def fingerprint(token: str) -> str:
    """Give what is stored of a token; 192 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def feed_id(professional: ProfessionalId, name: str) -> str:
    """Name the one feed of a person's device, so that making it again replaces its token."""
    return id_of(f"feed:{professional}:{name.casefold()}")


def feed_name(text: str) -> str:
    """Give a device's name back, trimmed.

    Raises:
        BadFeedName: It is empty, too long or not printable.
    """
    name = text.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadFeedName
    return name
