"""How those just added get the epoch's secrets: RFC 9420, section 12.4.3.1."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.mls.codec import Reader, Writer, decode, encode
from crypto.mls.group_info import GroupInfo
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets
from crypto.mls.key_schedule import welcome_secret
from crypto.mls.psk import PreSharedKeyId, read_psk_id
from crypto.mls.refused import Refused
from crypto.mls.suite import HpkeCiphertext, Secret, Suite

_LABEL = "Welcome"


class NotForUs(Refused):
    """A Welcome names none of the key packages it was opened with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSecrets:
    """What one newcomer is given; the path secret is its common ancestor's with the committer."""

    joiner_secret: Secret
    path_secret: Secret | None
    psks: tuple[PreSharedKeyId, ...] = ()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.opaque(self.joiner_secret)
        writer.uint8(0 if self.path_secret is None else 1)
        if self.path_secret is not None:
            writer.opaque(self.path_secret)
        writer.vector(self.psks)

    @staticmethod
    def read(reader: Reader) -> "GroupSecrets":
        """Take the wire form."""
        joiner = Secret(reader.opaque())
        path = reader.optional(Reader.opaque)
        return GroupSecrets(
            joiner_secret=joiner,
            path_secret=None if path is None else Secret(path),
            psks=reader.vector(read_psk_id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedGroupSecrets:
    """The secrets sealed to one key package, which is named by its reference."""

    new_member: bytes
    encrypted: HpkeCiphertext

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.opaque(self.new_member).put(self.encrypted)

    @staticmethod
    def read(reader: Reader) -> "EncryptedGroupSecrets":
        """Take the wire form."""
        return EncryptedGroupSecrets(
            new_member=reader.opaque(), encrypted=HpkeCiphertext.read(reader)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Secrets for each newcomer, and the GroupInfo encrypted once for all of them."""

    cipher_suite: int
    secrets: tuple[EncryptedGroupSecrets, ...]
    encrypted_group_info: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16(self.cipher_suite).vector(self.secrets).opaque(self.encrypted_group_info)

    @staticmethod
    def read(reader: Reader) -> "Welcome":
        """Take the wire form."""
        return Welcome(
            cipher_suite=reader.uint16(),
            secrets=reader.vector(EncryptedGroupSecrets.read),
            encrypted_group_info=reader.opaque(),
        )

    def references(self) -> tuple[bytes, ...]:
        """References of the key packages that can open it."""
        return tuple(secret.new_member for secret in self.secrets)


def seal_welcome(
    suite: Suite,
    info: GroupInfo,
    newcomers: Sequence[tuple[KeyPackage, Secret | None]],
    *,
    joiner: Secret,
    psk_secret: Secret,
) -> Welcome:
    """Make the Welcome for newcomers, each with the path secret it is to have."""
    key, nonce = _key_and_nonce(suite, joiner, psk_secret)
    encrypted = suite.aead_seal(key, nonce, b"", encode(info))
    secrets = []
    for package, path_secret in newcomers:
        plain = encode(GroupSecrets(joiner_secret=joiner, path_secret=path_secret))
        sealed = suite.seal_with_label(package.init_key, _LABEL, encrypted, plain)
        secrets.append(EncryptedGroupSecrets(new_member=package.reference(), encrypted=sealed))
    return Welcome(cipher_suite=suite.id, secrets=tuple(secrets), encrypted_group_info=encrypted)


def open_group_secrets(suite: Suite, welcome: Welcome, secrets: KeyPackageSecrets) -> GroupSecrets:
    """Open a newcomer's part of a Welcome.

    Raises:
        NotForUs: It is for other key packages, or of another suite.
        BadTag: It was not sealed to this key package's init key.
        Malformed: It holds something else.
    """
    if welcome.cipher_suite != secrets.key_package.cipher_suite:
        raise NotForUs
    reference = secrets.key_package.reference()
    ours = [each.encrypted for each in welcome.secrets if each.new_member == reference]
    if len(ours) != 1:
        raise NotForUs
    context = welcome.encrypted_group_info
    return decode(
        GroupSecrets.read, suite.open_with_label(secrets.init_key, _LABEL, context, ours[0])
    )


def open_group_info(
    suite: Suite, welcome: Welcome, *, joiner: bytes, psk_secret: bytes
) -> GroupInfo:
    """Open the common part of a Welcome; nothing in it is verified yet.

    Raises:
        BadTag: It was encrypted with another joiner secret.
        Malformed: It holds something else.
    """
    key, nonce = _key_and_nonce(suite, joiner, psk_secret)
    return decode(GroupInfo.read, suite.aead_open(key, nonce, b"", welcome.encrypted_group_info))


def _key_and_nonce(suite: Suite, joiner: bytes, psk_secret: bytes) -> tuple[Secret, Secret]:
    secret = welcome_secret(suite, joiner, psk_secret)
    return (
        suite.expand_with_label(secret, "key", b"", suite.key_length),
        suite.expand_with_label(secret, "nonce", b"", suite.nonce_length),
    )
