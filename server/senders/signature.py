"""The signature on webhooks: HMAC-SHA256 over the time and the very bytes of the body."""

import hashlib
import hmac

TIMESTAMP_HEADER = "X-Ronde-Timestamp"
SIGNATURE_HEADER = "X-Ronde-Signature"
KEY_HEADER = "Idempotency-Key"
# How far two clocks, and a slow line, may be apart.
TOLERANCE_S = 300

_SCHEME = "v1="


def sign(secret: str, body: bytes, *, timestamp: int) -> str:
    """Sign a body sent at a Unix time in seconds; the answer goes into `SIGNATURE_HEADER`."""
    signed = str(timestamp).encode() + b"." + body
    return _SCHEME + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_signed(secret: str, body: bytes, *, timestamp: str, signature: str, now: int) -> bool:
    """Tell whether a body is what the holder of the secret sent, not long ago."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len(str(now)) + 1):
        return False
    expected = sign(secret, body, timestamp=int(timestamp))
    is_fresh = abs(now - int(timestamp)) <= TOLERANCE_S
    return (
        hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape"))
        and is_fresh
    )
