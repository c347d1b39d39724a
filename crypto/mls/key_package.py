"""What a client leaves behind so that others can add it while it is away: RFC 9420, section 10."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crypto.mls.capabilities import ours
from crypto.mls.codec import Reader, Writer, encode
from crypto.mls.credential import Credential
from crypto.mls.extensions import Extension, read_extensions
from crypto.mls.leaf_node import LeafNode, check_leaf, sign_leaf
from crypto.mls.lifetime import Lifetime, LifetimePolicy
from crypto.mls.refused import Refused
from crypto.mls.registry import LeafNodeSource, ProtocolVersion
from crypto.mls.suite import KeyPair, Secret, Suite, suite_of

_LABEL = "KeyPackageTBS"
_PRIVATE_KEY_LENGTH = 32
_REFERENCE_LABEL = "MLS 1.0 KeyPackage Reference"


class InvalidKeyPackage(Refused):
    """A key package breaks a rule of RFC 9420, section 10.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPackage:
    """A signed leaf with the key that the Welcome will be sealed to."""

    cipher_suite: int
    init_key: bytes
    leaf_node: LeafNode
    extensions: tuple[Extension, ...] = ()
    signature: bytes = b""
    # The bytes before the signature, once known.
    _content: bytes | None = field(init=False, default=None, repr=False, compare=False)

    def content(self) -> bytes:
        """Return the wire form without the signature."""
        if self._content is None:
            writer = Writer().uint16(ProtocolVersion.MLS10).uint16(self.cipher_suite)
            writer.opaque(self.init_key).put(self.leaf_node).vector(self.extensions)
            object.__setattr__(self, "_content", writer.bytes())
        return self._content or b""

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.raw(self.content()).opaque(self.signature)

    @staticmethod
    def read(reader: Reader) -> "KeyPackage":
        """Take the wire form.

        Raises:
            Malformed: It is none, or one of a version that does not exist.
        """
        reader.enum16(ProtocolVersion)
        return KeyPackage(
            cipher_suite=reader.uint16(),
            init_key=reader.opaque(),
            leaf_node=LeafNode.read(reader),
            extensions=read_extensions(reader),
            signature=reader.opaque(),
        )

    def reference(self) -> bytes:
        """Return the hash that Welcomes name it by: section 5.2."""
        return suite_of(self.cipher_suite).ref_hash(_REFERENCE_LABEL, encode(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPackageSecrets:
    """A key package with the three private keys its maker keeps."""

    key_package: KeyPackage
    init_key: Secret
    encryption_key: Secret
    signature_key: Secret

    def write(self, writer: Writer) -> None:
        """Append a form for the maker's own vault; it is not part of RFC 9420."""
        writer.put(self.key_package).opaque(self.init_key)
        writer.opaque(self.encryption_key).opaque(self.signature_key)

    @staticmethod
    def read(reader: Reader) -> "KeyPackageSecrets":
        """Take the form that `write` made."""
        return KeyPackageSecrets(
            key_package=KeyPackage.read(reader),
            init_key=Secret(reader.fixed(_PRIVATE_KEY_LENGTH)),
            encryption_key=Secret(reader.fixed(_PRIVATE_KEY_LENGTH)),
            signature_key=Secret(reader.fixed(_PRIVATE_KEY_LENGTH)),
        )


def new_key_package(
    suite: Suite,
    credential: Credential,
    signature_key: KeyPair,
    lifetime: Lifetime,
) -> KeyPackageSecrets:
    """Make a key package for one use, with fresh encryption and init keys."""
    encryption, init = suite.generate_key_pair(), suite.generate_key_pair()
    leaf = LeafNode(
        encryption_key=encryption.public,
        signature_key=signature_key.public,
        credential=credential,
        capabilities=ours(suite.id),
        source=LeafNodeSource.KEY_PACKAGE,
        lifetime=lifetime,
    )
    signed = sign_leaf(suite, leaf, signature_key.private, None)
    package = KeyPackage(cipher_suite=suite.id, init_key=init.public, leaf_node=signed)
    return KeyPackageSecrets(
        key_package=sign_key_package(package, signature_key.private),
        init_key=init.private,
        encryption_key=encryption.private,
        signature_key=signature_key.private,
    )


def sign_key_package(package: KeyPackage, key: bytes) -> KeyPackage:
    """Return the key package with its owner's signature."""
    suite = suite_of(package.cipher_suite)
    return replace(package, signature=suite.sign_with_label(key, _LABEL, package.content()))


def check_key_package(
    suite: Suite,
    package: KeyPackage,
    *,
    group_extensions: Sequence[Extension] = (),
    lifetimes: LifetimePolicy | None,
) -> None:
    """Accept a key package for a group of that suite: section 10.1.

    Raises:
        InvalidKeyPackage: Another suite, a leaf from elsewhere, one key in two places.
        BadSignature: Its owner did not sign it or its leaf.
        Refused: Its leaf is not valid; see `check_leaf`.
    """
    leaf = package.leaf_node
    if package.cipher_suite != suite.id:
        raise InvalidKeyPackage("it is for another suite")
    if leaf.source != LeafNodeSource.KEY_PACKAGE:
        raise InvalidKeyPackage("its leaf was made for something else")
    if package.init_key == leaf.encryption_key:
        raise InvalidKeyPackage("its init key is its encryption key")
    if not all(leaf.capabilities.support_extension(each.type) for each in package.extensions):
        raise InvalidKeyPackage("it does not list an extension it carries")
    suite.check_public_key(package.init_key)
    check_leaf(suite, leaf, None, group_extensions=group_extensions, lifetimes=lifetimes)
    suite.verify_with_label(leaf.signature_key, _LABEL, package.content(), package.signature)
