"""Challenges that prove they are ours, serve once, and are kept nowhere until they serve.

Whoever asks for a hundred thousand of them costs us nothing: a challenge carries its own end
and a code over it, and only those that came back are remembered, until they are over.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIFETIME = timedelta(minutes=5)
_RANDOM, _TIME, _CODE = 16, 8, 32


class ChallengeOver(Exception):
    """The challenge is none of ours, is for something else, was used, or is too old."""


@dataclass(frozen=True, slots=True)
class Challenges:
    """Makes and takes challenges; their key lives as long as the process."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _used: dict[bytes, datetime] = field(default_factory=dict, repr=False)

    def make(self, purpose: str, *, now: datetime) -> bytes:
        """Make a challenge, 56 bytes, for one purpose."""
        until = int((now + LIFETIME).timestamp())
        head = secrets.token_bytes(_RANDOM) + until.to_bytes(_TIME, "big")
        return head + self._code(head, purpose)

    def take(self, challenge: bytes, purpose: str, *, now: datetime) -> None:
        """Use a challenge up, whatever then becomes of what came with it.

        Raises:
            ChallengeOver: It does not serve for this, or not any more.
        """
        head, code = challenge[: _RANDOM + _TIME], challenge[_RANDOM + _TIME :]
        if not hmac.compare_digest(code, self._code(head, purpose)):
            raise ChallengeOver
        until = int.from_bytes(head[_RANDOM:], "big")
        self._forget(now)
        if until <= now.timestamp() or challenge in self._used:
            raise ChallengeOver
        self._used[challenge] = now + LIFETIME

    def _code(self, head: bytes, purpose: str) -> bytes:
        return hmac.new(self._key, head + purpose.encode(), hashlib.sha256).digest()

    def _forget(self, now: datetime) -> None:
        for challenge in [held for held, until in self._used.items() if until <= now]:
            del self._used[challenge]
