"""The secret in a family's link: the same at every retry, kept only as a fingerprint.

The token is derived from the notice's id under a key of the house, so that a retry
sends the very same words, and a reader of the database cannot open anybody's page.
"""

import base64
import hashlib
import hmac
import re

from crypto.ids import NoticeId

_TOKEN_BYTES = 16
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


def token(key: bytes, notice: NoticeId) -> str:
    """Derive the token of a notice's link: 22 characters, 128 bits, safe in a URL."""
    digest = hmac.digest(key, b"ronde notice link v1:" + notice.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode("ascii").rstrip("=")


def is_token(text: str) -> bool:
    """Tell whether a text has the shape of a token, so that nothing else is looked up."""
    return _SHAPE.fullmatch(text) is not None


def fingerprint(text: str) -> str:
    """Give what is stored of a token: its SHA-256 in hex; 128 random bits need no salt."""
    return hashlib.sha256(text.encode()).hexdigest()
