"""Digits that two people compare to know that nobody stands between them: R3.

A safety number belongs to a pair of professionals and changes only with an identity
key; a circle code belongs to an epoch and changes with every commit.
"""

import hashlib
from typing import Final

from crypto.canonical import write_text
from crypto.ids import ProfessionalId
from crypto.mls.codec import Writer
from crypto.mls.suite import SUITE_1

# Making a key whose 30 digits look right costs an attacker this many hashes for each try:
# the figure that other messengers settled on for the same purpose.
ROUNDS: Final = 5200
_HALF: Final = 30
_GROUP: Final = 5
_MODULUS: Final = 100_000


def safety_number(one: tuple[ProfessionalId, bytes], other: tuple[ProfessionalId, bytes]) -> str:
    """Return the 60 digits of two professionals, each given as (id, identity key).

    Twelve groups of five, the same whoever computes them.
    """
    halves = sorted((_fingerprint(*one), _fingerprint(*other)))
    return _digits(b"".join(halves))


def circle_code(authenticator: bytes) -> str:
    """Return the 30 digits of an epoch, from its authenticator (RFC 9420, section 8.7).

    Six groups of five. Two members who see different groups see different codes.
    """
    return _digits(SUITE_1.expand_with_label(authenticator, "ronde circle code v1", b"", _HALF))


def _fingerprint(professional: ProfessionalId, identity_key: bytes) -> bytes:
    writer = Writer().opaque(b"ronde safety number v1")
    write_text(writer, professional)
    start = writer.opaque(identity_key).bytes()
    digest = hashlib.sha512(start).digest()
    for _ in range(ROUNDS - 1):
        digest = hashlib.sha512(digest + start).digest()
    return digest[:_HALF]


def _digits(data: bytes) -> str:
    groups = (data[at : at + _GROUP] for at in range(0, len(data), _GROUP))
    return " ".join(f"{int.from_bytes(group, 'big') % _MODULUS:05}" for group in groups)
