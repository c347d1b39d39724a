"""Passwords: which are good enough, and how they are kept.

Argon2id costs 64 MiB and some 160 ms on purpose, so two at once is all a small machine
gets: more, and signing in becomes a way to stop the server.
"""

import asyncio
import math
from dataclasses import dataclass, field
from typing import Literal

import argon2
from typing_extensions import override

from server.storage.engine import Busy

LEAST_CHARACTERS = 15
MOST_CHARACTERS = 256
LEAST_BITS = 50
"""CNIL 2022-100: 50 bits where tries are throttled, which server/accounts/accounts.py does."""

_CONTEXT = (
    "ronde", "cocon", "spico", "motdepasse", "password", "azerty", "qwerty", "123456",
    "bonjour", "soleil", "doudou", "loulou", "bienvenue", "perinat",
)  # fmt: skip
_LEAST_AFTER_CONTEXT = 8
_LEAST_DIFFERENT = 6
_LEAST_OWN_WORD = 3
_AT_ONCE = 2
MOST_WAITING = 32
"""Some three seconds of hashing: whoever waited longer would have given up."""
_ALPHABETS = ((str.islower, 26), (str.isupper, 26), (str.isdigit, 10))
_OTHER_SIGNS = 33


class PasswordTooWeak(Exception):
    """A password breaks the policy; which part of it is in the documentation, not in the text."""


class WrongPassword(Exception):
    """The password is not the one that was set."""


class Gate(asyncio.Semaphore):
    """Lets two through at once and some wait; whoever comes then is told so at once."""

    def __init__(self) -> None:
        super().__init__(_AT_ONCE)
        self._waiting = 0

    @override
    async def acquire(self) -> Literal[True]:
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await super().acquire()
        finally:
            self._waiting -= 1


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes and verifies, in threads, at most two at once.

    All methods raise Busy when some seconds' worth of passwords is waiting already.
    """

    hasher: argon2.PasswordHasher = field(default_factory=argon2.PasswordHasher)
    gate: Gate = field(default_factory=Gate)

    async def hash(self, password: str) -> str:
        """Hash a password with Argon2id and a salt of its own."""
        async with self.gate:
            return await asyncio.to_thread(self.hasher.hash, password)

    async def verify(self, kept: str, password: str) -> None:
        """Compare a password with what is kept.

        Raises:
            WrongPassword: It is another one.
        """
        async with self.gate:
            try:
                await asyncio.to_thread(self.hasher.verify, kept, password)
            except argon2.exceptions.VerificationError:
                raise WrongPassword from None

    async def pretend(self, password: str) -> None:
        """Take as long as a comparison, for an account that does not exist."""
        await self.hash(password)


def require_strong(password: str, *, personal: tuple[str, ...] = ()) -> None:
    """Insist on a password that throttled guessing will not find.

    At least 15 characters of any kind and no demand for special signs (ASVS 6.2.1, 6.2.5);
    50 bits by the CNIL's formula; not made of this house's words or the person's own.

    Raises:
        PasswordTooWeak: It is too short or long, too uniform, or made of known words.
    """
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise PasswordTooWeak
    if len(set(password.casefold())) < _LEAST_DIFFERENT or cnil_bits(password) < LEAST_BITS:
        raise PasswordTooWeak
    rest = password.casefold()
    for word in (*_CONTEXT, *(own.casefold() for own in personal if len(own) >= _LEAST_OWN_WORD)):
        rest = rest.replace(word, "")
    if len(rest) < _LEAST_AFTER_CONTEXT:
        raise PasswordTooWeak


def cnil_bits(password: str) -> float:
    """Measure a password as the CNIL does: length times the bits of its alphabet."""
    size = sum(count for test, count in _ALPHABETS if any(map(test, password)))
    if any(not character.isalnum() or not character.isascii() for character in password):
        size += _OTHER_SIGNS
    return len(password) * math.log2(size) if size > 1 else 0.0
