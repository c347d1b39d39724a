"""The cipher suites of RFC 9420, section 5: one so far, its id carried everywhere.

Every primitive is `cryptography`'s or the standard library's; labels and contexts
are bound here, so that no other file of the core meets a naked signature or key.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hpke as sealing
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from typing_extensions import override

from crypto.mls import hpke, keys
from crypto.mls.codec import Reader, Writer, varint
from crypto.mls.refused import Refused
from crypto.mls.registry import PROTOCOL_LABEL

_SHA256 = hashes.SHA256()
_SEALING = sealing.Suite(sealing.KEM.X25519, sealing.KDF.HKDF_SHA256, sealing.AEAD.AES_128_GCM)


class UnsupportedSuite(Refused):
    """A cipher suite that this core does not know."""


class BadSignature(Refused):
    """A signature was not made by that key over that content under that label."""


class BadTag(Refused):
    """A MAC or an AEAD tag does not fit what it came with."""


class BadKey(Refused):
    """The bytes of a key are not a usable key."""


class Secret(bytes):
    """Bytes that never show in a repr, a log line or a traceback."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return "Secret(...)"

    @override
    def __str__(self) -> str:
        return "Secret(...)"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A private key and its public half, raw bytes: 32 and 32 in suite 1."""

    private: Secret
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HpkeCiphertext:
    """What EncryptWithLabel yields: RFC 9420, section 5.1.3 and 7.6."""

    kem_output: bytes
    ciphertext: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.opaque(self.kem_output).opaque(self.ciphertext)

    @staticmethod
    def read(reader: Reader) -> "HpkeCiphertext":
        """Take the wire form."""
        return HpkeCiphertext(kem_output=reader.opaque(), ciphertext=reader.opaque())


@dataclass(frozen=True, slots=True)
class Suite:
    """The operations of one cipher suite, all labels applied; lengths in bytes."""

    id: int
    hash_length: int = 32
    key_length: int = 16
    nonce_length: int = 12
    tag_length: int = 16
    public_key_length: int = 32
    signature_length: int = 64

    def hash(self, data: bytes) -> bytes:
        """Hash bytes: SHA-256."""
        return hashlib.sha256(data).digest()

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Compute a tag of the hash's length: HMAC-SHA256."""
        return hmac.digest(key, data, "sha256")

    def extract(self, salt: bytes, material: bytes) -> Secret:
        """Concentrate key material into one secret: HKDF-Extract."""
        return Secret(HKDF.extract(_SHA256, salt, material))

    def expand(self, secret: bytes, info: bytes, length: int) -> Secret:
        """Stretch a secret for one purpose: HKDF-Expand."""
        return Secret(HKDFExpand(_SHA256, length, info).derive(secret))

    def expand_with_label(self, secret: bytes, label: str, context: bytes, length: int) -> Secret:
        """ExpandWithLabel of RFC 9420, section 8."""
        return self.expand(secret, length.to_bytes(2, "big") + _labeled(label, context), length)

    def derive_secret(self, secret: bytes, label: str) -> Secret:
        """DeriveSecret of RFC 9420, section 8."""
        return self.expand_with_label(secret, label, b"", self.hash_length)

    def ref_hash(self, label: str, value: bytes) -> bytes:
        """RefHash of RFC 9420, section 5.2; the label is given in full."""
        return self.hash(_opaque(label.encode("ascii")) + _opaque(value))

    def aead_seal(self, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
        """Encrypt: AES-128-GCM, the tag at the end."""
        return AESGCM(key).encrypt(nonce, plaintext, aad)

    def aead_open(self, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
        """Decrypt what `aead_seal` made.

        Raises:
            BadTag: Key, nonce, data or ciphertext is not the one it was made with.
        """
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, aad)
        except InvalidTag:
            raise BadTag from None

    def sign_with_label(self, private: bytes, label: str, content: bytes) -> bytes:
        """SignWithLabel of RFC 9420, section 5.1.2: 64 bytes, Ed25519."""
        return Ed25519PrivateKey.from_private_bytes(private).sign(_labeled(label, content))

    def verify_with_label(
        self, public: bytes, label: str, content: bytes, signature: bytes
    ) -> None:
        """VerifyWithLabel of RFC 9420, section 5.1.2.

        Raises:
            BadKey: The public key is none.
            BadSignature: Not signed by that key, or not under that label.
        """
        key = keys.verifying_key(public)
        if key is None:
            raise BadKey
        if keys.starts_at_rest(signature):
            raise BadSignature
        try:
            key.verify(signature, _labeled(label, content))
        except InvalidSignature:
            raise BadSignature from None

    def seal_with_label(
        self, public: bytes, label: str, context: bytes, plaintext: bytes
    ) -> HpkeCiphertext:
        """EncryptWithLabel of RFC 9420, section 5.1.3.

        Raises:
            BadKey: The public key is none, or has no order to speak of.
        """
        sealed = _SEALING.encrypt(plaintext, _public_key(public), _labeled(label, context))
        length = self.public_key_length
        return HpkeCiphertext(kem_output=sealed[:length], ciphertext=sealed[length:])

    def open_with_label(
        self, private: bytes, label: str, context: bytes, sealed: HpkeCiphertext
    ) -> Secret:
        """DecryptWithLabel of RFC 9420, section 5.1.3.

        Raises:
            BadTag: It was sealed to another key, label or context.
        """
        if len(sealed.kem_output) != self.public_key_length:
            raise BadTag
        key = X25519PrivateKey.from_private_bytes(private)
        data = sealed.kem_output + sealed.ciphertext
        try:
            return Secret(_SEALING.decrypt(data, key, _labeled(label, context)))
        except (InvalidTag, ValueError):
            raise BadTag from None

    def export_to(self, public: bytes, context: bytes) -> tuple[bytes, Secret]:
        """Agree with a key's owner on a secret of the hash's length: (KEM output, secret).

        Raises:
            BadKey: The public key is none, or has no order to speak of.
        """
        key = _public_key(public)
        sent, secret = hpke.export_as_sender(key, context=context, length=self.hash_length)
        return sent, Secret(secret)

    def export_from(self, private: bytes, sent: bytes, context: bytes) -> Secret:
        """Compute the secret that `export_to` gave the sender.

        Raises:
            BadKey: The KEM output is no key, or has no order to speak of.
        """
        key, other = X25519PrivateKey.from_private_bytes(private), _public_key(sent)
        length = self.hash_length
        return Secret(hpke.export_as_recipient(other, key, context=context, length=length))

    def derive_key_pair(self, secret: bytes) -> KeyPair:
        """Derive an encryption key pair from a secret: KEM.DeriveKeyPair of RFC 9180."""
        private = Secret(hpke.derive_private_key(secret))
        return KeyPair(private=private, public=keys.agreement_public(private))

    def generate_key_pair(self) -> KeyPair:
        """Make a fresh encryption key pair: X25519."""
        private = Secret(secrets.token_bytes(32))
        return KeyPair(private=private, public=keys.agreement_public(private))

    def generate_signature_key(self) -> KeyPair:
        """Make a fresh signature key pair: Ed25519."""
        private = Secret(secrets.token_bytes(32))
        return KeyPair(private=private, public=self.signature_public(private))

    def is_usable_key(self, public: bytes) -> bool:
        """Tell whether the bytes are an encryption key that a secret can be agreed with."""
        return keys.is_agreement_key(public)

    def check_public_key(self, public: bytes) -> None:
        """Accept an encryption key: with one of small order in the tree, nobody could commit.

        Raises:
            BadKey: Its length or its order is wrong.
        """
        if not keys.is_agreement_key(public):
            raise BadKey

    def signature_public(self, private: bytes) -> bytes:
        """Return the public half of a signature key."""
        return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def encryption_public(self, private: bytes) -> bytes:
        """Return the public half of an encryption key."""
        return keys.agreement_public(private)

    def random_secret(self) -> Secret:
        """Make a fresh secret of the hash's length."""
        return Secret(secrets.token_bytes(self.hash_length))


SUITE_1: Final = Suite(1)
"""MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519."""

_SUITES: Final = {SUITE_1.id: SUITE_1}


def suite_of(identifier: int) -> Suite:
    """Find a suite by its registered number.

    Raises:
        UnsupportedSuite: It is not one of ours.
    """
    try:
        return _SUITES[identifier]
    except KeyError:
        raise UnsupportedSuite from None


def equal(one: bytes, other: bytes) -> bool:
    """Compare two byte strings in time that says nothing about them."""
    return hmac.compare_digest(one, other)


def _opaque(data: bytes) -> bytes:
    return varint(len(data)) + data


def _labeled(label: str, content: bytes) -> bytes:
    return _opaque((PROTOCOL_LABEL + label).encode("ascii")) + _opaque(content)


def _public_key(public: bytes) -> X25519PublicKey:
    key = keys.agreement_key(public)
    if key is None:
        raise BadKey
    return key
