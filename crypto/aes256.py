"""AES-256-GCM for what is stored: entries, and the file a device keeps.

MLS's own suite 1 seals handshakes with 128-bit keys; what lies in a log for years gets
256. The nonce is random and travels in front, so sealing twice under one key by
mistake (a device restored from an old copy of its file) gives nothing away.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.mls.suite import BadTag

KEY_LENGTH: Final = 32
NONCE_LENGTH: Final = 12
TAG_LENGTH: Final = 16


def seal(key: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Encrypt under a 32-byte key: nonce, ciphertext, tag."""
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return nonce + _cipher(key).encrypt(nonce, plaintext, aad)


def open_(key: bytes, aad: bytes, sealed: bytes) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        BadTag: Key, data or ciphertext is not the one it was made with.
    """
    if len(sealed) < NONCE_LENGTH + TAG_LENGTH:
        raise BadTag
    try:
        return _cipher(key).decrypt(sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], aad)
    except InvalidTag:
        raise BadTag from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_LENGTH:
        raise ValueError("AES-256 wants a key of 32 bytes")
    return AESGCM(key)
