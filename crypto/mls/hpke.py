"""The parts of HPKE (RFC 9180) that MLS needs and `cryptography` does not expose.

`cryptography` seals and opens, and that is what we use for it. Deriving a key pair
from a secret (section 7.1.3) and exporting a secret from a sender's context
(section 5.3), which external commits need, stand here, on its X25519 and HKDF.
"""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

_VERSION = b"HPKE-v1"
_KEM = b"KEM\x00\x20"  # DHKEM(X25519, HKDF-SHA256)
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x01"  # with HKDF-SHA256 and AES-128-GCM
_BASE_MODE = b"\x00"
_SHA256 = hashes.SHA256()
_HASH_LENGTH = 32


def derive_private_key(secret: bytes) -> bytes:
    """Turn a secret into a private X25519 key, 32 bytes: RFC 9180, section 7.1.3."""
    extracted = _labeled_extract(_KEM, b"", b"dkp_prk", secret)
    return _labeled_expand(_KEM, extracted, b"sk", b"", 32)


def export_as_sender(
    recipient: X25519PublicKey, *, context: bytes, length: int
) -> tuple[bytes, bytes]:
    """Agree on a secret with the owner of a key: (KEM output to send, exported secret)."""
    ephemeral = X25519PrivateKey.generate()
    sent = ephemeral.public_key().public_bytes_raw()
    shared = _shared_secret(ephemeral.exchange(recipient), sent, recipient.public_bytes_raw())
    return sent, _export(shared, b"", context, length)


def export_as_recipient(
    sent: X25519PublicKey, private: X25519PrivateKey, *, context: bytes, length: int
) -> bytes:
    """Compute the secret that a sender exported, from the KEM output received."""
    public = private.public_key().public_bytes_raw()
    shared = _shared_secret(private.exchange(sent), sent.public_bytes_raw(), public)
    return _export(shared, b"", context, length)


def _shared_secret(agreed: bytes, sent: bytes, recipient: bytes) -> bytes:
    extracted = _labeled_extract(_KEM, b"", b"eae_prk", agreed)
    return _labeled_expand(_KEM, extracted, b"shared_secret", sent + recipient, _HASH_LENGTH)


def _export(shared: bytes, info: bytes, context: bytes, length: int) -> bytes:
    """Run the key schedule in base mode, then export: RFC 9180, sections 5.1 and 5.3."""
    psk_id = _labeled_extract(_SUITE, b"", b"psk_id_hash", b"")
    info_hash = _labeled_extract(_SUITE, b"", b"info_hash", info)
    secret = _labeled_extract(_SUITE, shared, b"secret", b"")
    exporter = _labeled_expand(
        _SUITE, secret, b"exp", _BASE_MODE + psk_id + info_hash, _HASH_LENGTH
    )
    return _labeled_expand(_SUITE, exporter, b"sec", context, length)


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return HKDF.extract(_SHA256, salt or bytes(_HASH_LENGTH), _VERSION + suite + label + material)


def _labeled_expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labeled = length.to_bytes(2, "big") + _VERSION + suite + label + info
    return HKDFExpand(_SHA256, length, labeled).derive(secret)
