"""The second factor: six digits from a secret both sides hold (RFC 6238), each usable once."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime

from pyotp.totp import TOTP

STEP_SECONDS = 30
_SECRET_BYTES = 20
_SKEW = (-1, 0, 1)
_ISSUER = "Ronde"


class CodeRefused(Exception):
    """The code is wrong, too old, or was used before."""


def new_secret() -> str:
    """Make a secret: 160 random bits in base 32, as authenticator programs take them."""
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def used_step(secret: str, code: str, *, last: int, now: datetime) -> int:
    """Find the time step a code belongs to, which must be later than the last one used.

    One step to either side is let through for clocks that differ (RFC 6238, section 5.2),
    and a code that was watched over somebody's shoulder is worth nothing once used.

    Raises:
        CodeRefused: It is the code of no step that may still be used.
    """
    present = int(now.timestamp()) // STEP_SECONDS
    generator = TOTP(secret)
    found = None
    for step in (present + skew for skew in _SKEW):
        expected = generator.generate_otp(step)
        if hmac.compare_digest(expected.encode(), code.encode()) and step > last:
            found = step
    if found is None:
        raise CodeRefused
    return found


def enrolment_uri(secret: str, account: str) -> str:
    """Give the address an authenticator program reads as a QR code.

    `account` is the opaque id, not the e-mail: these addresses end up in screenshots.
    """
    return TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)
