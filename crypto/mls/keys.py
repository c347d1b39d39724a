"""Raw public keys: which bytes are usable keys, on both curves.

Two implementations must agree on what they accept, or one refused commit splits a group;
and a key of small order is no key: anybody can sign for it, nobody can seal to it.
"""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

_LENGTH = 32
_PRIME = 2**255 - 19
_WITHOUT_TOP_BIT = 2**255 - 1
# The u of the points whose order divides eight: zero, one, minus one, and the two of order
# eight (RFC 7748, section 6.1).
_SMALL_ORDER_U = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    }
)
# The y of the points whose order divides eight: the neutral one, order two, four, eight.
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)


def is_agreement_key(public: bytes) -> bool:
    """Tell whether the bytes are an X25519 key that a secret can be agreed with.

    X25519 takes several encodings for one key (RFC 7748, section 5) and makes only the
    canonical one; we take only that, or one key could stand in a tree under two names.
    """
    if len(public) != _LENGTH:
        return False
    u = int.from_bytes(public, "little")
    return u < _PRIME and u not in _SMALL_ORDER_U


def agreement_key(public: bytes) -> X25519PublicKey | None:
    """Return the X25519 key that the bytes are, if they are a usable one."""
    return X25519PublicKey.from_public_bytes(public) if is_agreement_key(public) else None


@lru_cache(maxsize=4096)
def verifying_key(public: bytes) -> Ed25519PublicKey | None:
    """Return the Ed25519 key that the bytes are, if they are a usable one in canonical form."""
    if len(public) != _LENGTH:
        return None
    y = int.from_bytes(public, "little") & _WITHOUT_TOP_BIT
    if y >= _PRIME or y in _SMALL_ORDER_Y:
        return None
    return Ed25519PublicKey.from_public_bytes(public)


def starts_at_rest(signature: bytes) -> bool:
    """Tell whether the point that a signature begins with has small order.

    No honest signer makes one. Some verifiers take it and some do not (the Web Cryptography
    API says to refuse it), so that with one of these a signer could split a group.
    """
    return int.from_bytes(signature[:_LENGTH], "little") & _WITHOUT_TOP_BIT in _SMALL_ORDER_Y


def agreement_public(private: bytes) -> bytes:
    """Return the public half of an X25519 key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
