"""One client's appearance in a group, signed by it: RFC 9420, sections 7.2 and 7.3."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from crypto.mls.capabilities import Capabilities
from crypto.mls.codec import Reader, Writer
from crypto.mls.credential import Credential
from crypto.mls.extensions import Extension, read_extensions, read_required
from crypto.mls.lifetime import Lifetime, LifetimePolicy
from crypto.mls.refused import Refused
from crypto.mls.registry import LeafNodeSource, ProtocolVersion
from crypto.mls.suite import Suite

MAX_LEAF: Final = 1 << 13
"""Ours take some 600 bytes. A member who could blow its leaf up would make every later
GroupInfo too large to be sent, and so keep everybody else from committing."""

_LABEL = "LeafNodeTBS"


class InvalidLeaf(Refused):
    """A leaf breaks a rule of RFC 9420, section 7.3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafNode:
    """A leaf; `lifetime` is there for key packages only, `parent_hash` for commits only."""

    encryption_key: bytes
    signature_key: bytes
    credential: Credential
    capabilities: Capabilities
    source: LeafNodeSource
    lifetime: Lifetime | None = None
    parent_hash: bytes | None = None
    extensions: tuple[Extension, ...] = ()
    signature: bytes = b""
    # The bytes before the signature, once known: they are hashed, verified and sent often.
    _content: bytes | None = field(init=False, default=None, repr=False, compare=False)

    def content(self) -> bytes:
        """Return the wire form without the signature."""
        if self._content is None:
            object.__setattr__(self, "_content", _encode_content(self))
        return self._content or b""

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.raw(self.content()).opaque(self.signature)

    @staticmethod
    def read(reader: Reader) -> "LeafNode":
        """Take the wire form."""
        start = reader.position
        encryption_key, signature_key = reader.opaque(), reader.opaque()
        credential, capabilities = Credential.read(reader), Capabilities.read(reader)
        source = reader.enum8(LeafNodeSource)
        lifetime = Lifetime.read(reader) if source == LeafNodeSource.KEY_PACKAGE else None
        parent_hash = reader.opaque() if source == LeafNodeSource.COMMIT else None
        extensions = read_extensions(reader)
        content = reader.since(start)
        leaf = LeafNode(
            encryption_key=encryption_key,
            signature_key=signature_key,
            credential=credential,
            capabilities=capabilities,
            source=source,
            lifetime=lifetime,
            parent_hash=parent_hash,
            extensions=extensions,
            signature=reader.opaque(),
        )
        object.__setattr__(leaf, "_content", content)
        return leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafPlace:
    """Where a leaf stands: part of what its signature covers, unless it is a key package's."""

    group_id: bytes
    leaf: int


def sign_leaf(suite: Suite, leaf: LeafNode, key: bytes, place: LeafPlace | None) -> LeafNode:
    """Return the leaf with its owner's signature; a key package's leaf has no place yet."""
    return replace(leaf, signature=suite.sign_with_label(key, _LABEL, _signed(leaf, place)))


def verify_leaf(suite: Suite, leaf: LeafNode, place: LeafPlace | None) -> None:
    """Accept the signature of a leaf.

    Raises:
        BadSignature: Its owner did not sign it, or not for this place.
        InvalidLeaf: It came with a commit or an update, and no place is given.
    """
    signed = _signed(leaf, place)
    suite.verify_with_label(leaf.signature_key, _LABEL, signed, leaf.signature)


def check_leaf(
    suite: Suite,
    leaf: LeafNode,
    place: LeafPlace | None,
    *,
    group_extensions: Sequence[Extension],
    lifetimes: LifetimePolicy | None,
) -> None:
    """Accept a leaf by itself: all of section 7.3 but its source and its uniqueness.

    That all members support each other's credential types needs no look at the others:
    the reader knows basic credentials only, and each leaf must list its own type.

    Raises:
        InvalidLeaf: It breaks a rule.
        BadSignature: Its owner did not sign it.
        BadKey: Nobody could seal to its encryption key.
        Expired: Its key package is used outside its lifetime.
        LivesTooLong: Its key package claims more time than is granted.
    """
    if len(leaf.content()) > MAX_LEAF:
        raise InvalidLeaf("it is larger than any of ours")
    check_capabilities(suite, leaf, group_extensions)
    suite.check_public_key(leaf.encryption_key)
    if lifetimes is not None and leaf.lifetime is not None:
        lifetimes.check(leaf.lifetime)
    verify_leaf(suite, leaf, place)


def check_capabilities(suite: Suite, leaf: LeafNode, group: Sequence[Extension]) -> None:
    """Accept what a leaf says its client can do, in a group with these extensions.

    Raises:
        InvalidLeaf: It does not list what it uses, or lacks what the group asks for.
    """
    can = leaf.capabilities
    if ProtocolVersion.MLS10 not in can.versions or suite.id not in can.cipher_suites:
        raise InvalidLeaf("it does not list the group's version and suite")
    if leaf.credential.type not in can.credentials:
        raise InvalidLeaf("it does not list its own type of credential")
    if not all(can.support_extension(each.type) for each in (*leaf.extensions, *group)):
        raise InvalidLeaf("it does not list an extension in use")
    if group and not can.satisfy(read_required(group)):
        raise InvalidLeaf("it lacks what the group requires")


def _signed(leaf: LeafNode, place: LeafPlace | None) -> bytes:
    if leaf.source == LeafNodeSource.KEY_PACKAGE:
        return leaf.content()
    if place is None:
        raise InvalidLeaf("a leaf of a group outside of any group")
    writer = Writer().raw(leaf.content())
    return writer.opaque(place.group_id).uint32(place.leaf).bytes()


def _encode_content(leaf: LeafNode) -> bytes:
    writer = Writer().opaque(leaf.encryption_key).opaque(leaf.signature_key)
    writer.put(leaf.credential).put(leaf.capabilities).uint8(leaf.source)
    if leaf.lifetime is not None:
        writer.put(leaf.lifetime)
    if leaf.parent_hash is not None:
        writer.opaque(leaf.parent_hash)
    return writer.vector(leaf.extensions).bytes()
