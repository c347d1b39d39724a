"""What a device keeps on disk, under a passphrase.

Argon2id where the platform's OpenSSL has it, else scrypt; the parameters stand in
front of the ciphertext, bound to it, so they may grow without losing old files.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crypto import aes256
from crypto.mls.codec import Malformed, Reader, Writer
from crypto.mls.suite import BadTag, Secret

_MAGIC: Final = b"ronde vault v1"
_SALT_LENGTH: Final = 16
_ARGON2ID, _SCRYPT = 1, 2
# A file that asks for more than this is no file of ours but a way to freeze its reader.
_MAX_PASSES: Final = 16
_MAX_LANES: Final = 8
_MAX_MEMORY_KIB: Final = 1 << 20
# A vault holds all channels of a device: more than one message may.
_MAX_HEADER: Final = 64


class WrongPassphrase(Exception):
    """The passphrase does not open the vault, or somebody changed its bytes."""


class BadVault(Exception):
    """The bytes are no vault that this version can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess costs: memory in KiB, passes over it, lanes.

    The default is RFC 9106's second choice: 64 MiB, three passes, four lanes. Scrypt
    reads the memory as N and r = 8 and has no passes of its own.
    """

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 4


DEFAULT_COST: Final = Cost()


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultKey:
    """A passphrase already stretched, so that every save need not cost what a guess costs."""

    header: bytes
    key: Secret

    def seal(self, state: bytes) -> bytes:
        """Seal a device's state."""
        return self.header + aes256.seal(self.key, self.header, state)


def new_key(passphrase: str, *, cost: Cost = DEFAULT_COST) -> VaultKey:
    """Stretch a passphrase for a new vault: slow on purpose."""
    salt = secrets.token_bytes(_SALT_LENGTH)
    method = _ARGON2ID
    try:
        key = _key(method, salt, passphrase, cost)
    except UnsupportedAlgorithm:
        method = _SCRYPT
        key = _key(method, salt, passphrase, cost)
    return VaultKey(header=_header(method, salt, cost), key=key)


def seal(state: bytes, passphrase: str, *, cost: Cost = DEFAULT_COST) -> bytes:
    """Seal a device's state under a passphrase."""
    return new_key(passphrase, cost=cost).seal(state)


def open_(vault: bytes, passphrase: str) -> bytes:
    """Open what `seal` made.

    Raises:
        WrongPassphrase: It was sealed under another one, or changed since.
        BadVault: It is no vault, or one of unreasonable cost.
    """
    return unlock(vault, passphrase)[0]


def unlock(vault: bytes, passphrase: str) -> tuple[bytes, VaultKey]:
    """Open a vault and keep the key to seal its next state with.

    Raises:
        WrongPassphrase: It was sealed under another one, or changed since.
        BadVault: It is no vault, or one of unreasonable cost.
    """
    reader = Reader(vault[:_MAX_HEADER])
    try:
        if reader.opaque() != _MAGIC:
            raise BadVault("no vault of ours")
        method, salt = reader.uint8(), reader.fixed(_SALT_LENGTH)
        cost = Cost(memory_kib=reader.uint32(), passes=reader.uint8(), lanes=reader.uint8())
    except Malformed:
        raise BadVault("no vault of ours") from None
    _check(method, cost)
    header = reader.since(0)
    key = VaultKey(header=header, key=_key(method, salt, passphrase, cost))
    try:
        return aes256.open_(key.key, header, vault[len(header) :]), key
    except BadTag:
        raise WrongPassphrase from None


def _header(method: int, salt: bytes, cost: Cost) -> bytes:
    writer = Writer().opaque(_MAGIC).uint8(method).opaque(salt)
    return writer.uint32(cost.memory_kib).uint8(cost.passes).uint8(cost.lanes).bytes()


def _check(method: int, cost: Cost) -> None:
    if method not in (_ARGON2ID, _SCRYPT):
        raise BadVault("a way to stretch passphrases that we do not know")
    if not (
        1 <= cost.passes <= _MAX_PASSES
        and 1 <= cost.lanes <= _MAX_LANES
        and 8 * cost.lanes <= cost.memory_kib <= _MAX_MEMORY_KIB
    ):
        raise BadVault("a vault of unreasonable cost")


def _key(method: int, salt: bytes, passphrase: str, cost: Cost) -> Secret:
    secret = passphrase.encode()
    if method == _ARGON2ID:
        stretched = Argon2id(
            salt=salt,
            length=aes256.KEY_LENGTH,
            iterations=cost.passes,
            lanes=cost.lanes,
            memory_cost=cost.memory_kib,
        ).derive(secret)
        return Secret(stretched)
    # 128 · r · N bytes: with r = 8 one KiB of memory for each N, which is a power of two.
    n = 1 << (cost.memory_kib.bit_length() - 1)
    scrypt = Scrypt(salt=salt, length=aes256.KEY_LENGTH, n=n, r=8, p=cost.lanes)
    return Secret(scrypt.derive(secret))
