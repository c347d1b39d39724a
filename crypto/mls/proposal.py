"""The seven changes that RFC 9420, section 12.1 lets one propose.

All are parsed, so that what is out of Ronde's profile is refused for what it is.
Each class writes its own content; `write_proposal` puts the type before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from crypto.mls.codec import Reader, Writer
from crypto.mls.extensions import Extension, read_extensions
from crypto.mls.key_package import KeyPackage
from crypto.mls.leaf_node import LeafNode
from crypto.mls.psk import PreSharedKeyId, read_psk_id
from crypto.mls.registry import ProposalType, ProtocolVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """Let a client in."""

    key_package: KeyPackage

    def write(self, writer: Writer) -> None:
        """Append the content."""
        writer.put(self.key_package)

    @staticmethod
    def read(reader: Reader) -> "Add":
        """Take the content."""
        return Add(key_package=KeyPackage.read(reader))


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Replace the sender's own leaf."""

    leaf_node: LeafNode

    def write(self, writer: Writer) -> None:
        """Append the content."""
        writer.put(self.leaf_node)

    @staticmethod
    def read(reader: Reader) -> "Update":
        """Take the content."""
        return Update(leaf_node=LeafNode.read(reader))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take a member out, named by leaf."""

    removed: int

    def write(self, writer: Writer) -> None:
        """Append the content."""
        writer.uint32(self.removed)

    @staticmethod
    def read(reader: Reader) -> "Remove":
        """Take the content."""
        return Remove(removed=reader.uint32())


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectPsk:
    """Mix a pre-shared key into the next epoch: PreSharedKey of section 12.1.4."""

    psk: PreSharedKeyId

    def write(self, writer: Writer) -> None:
        """Append the content."""
        writer.put(self.psk)

    @staticmethod
    def read(reader: Reader) -> "InjectPsk":
        """Take the content."""
        return InjectPsk(psk=read_psk_id(reader))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReInit:
    """Close the group and begin another with these parameters."""

    group_id: bytes
    version: int
    cipher_suite: int
    extensions: tuple[Extension, ...]

    def write(self, writer: Writer) -> None:
        """Append the content."""
        writer.opaque(self.group_id).uint16(self.version).uint16(self.cipher_suite)
        writer.vector(self.extensions)

    @staticmethod
    def read(reader: Reader) -> "ReInit":
        """Take the content."""
        return ReInit(
            group_id=reader.opaque(),
            version=reader.enum16(ProtocolVersion),
            cipher_suite=reader.uint16(),
            extensions=read_extensions(reader),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalInit:
    """Give the group the secret of a joiner who adds itself."""

    kem_output: bytes

    def write(self, writer: Writer) -> None:
        """Append the content."""
        writer.opaque(self.kem_output)

    @staticmethod
    def read(reader: Reader) -> "ExternalInit":
        """Take the content."""
        return ExternalInit(kem_output=reader.opaque())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupContextExtensions:
    """Replace the extensions of the group context."""

    extensions: tuple[Extension, ...]

    def write(self, writer: Writer) -> None:
        """Append the content."""
        writer.vector(self.extensions)

    @staticmethod
    def read(reader: Reader) -> "GroupContextExtensions":
        """Take the content."""
        return GroupContextExtensions(extensions=read_extensions(reader))


Proposal = Add | Update | Remove | InjectPsk | ReInit | ExternalInit | GroupContextExtensions


def type_of(proposal: Proposal) -> ProposalType:
    """Return the registered number of a proposal."""
    match proposal:
        case Add():
            return ProposalType.ADD
        case Update():
            return ProposalType.UPDATE
        case Remove():
            return ProposalType.REMOVE
        case InjectPsk():
            return ProposalType.PSK
        case ReInit():
            return ProposalType.REINIT
        case ExternalInit():
            return ProposalType.EXTERNAL_INIT
        case GroupContextExtensions():
            return ProposalType.GROUP_CONTEXT_EXTENSIONS
    assert_never(proposal)


def write_proposal(writer: Writer, proposal: Proposal) -> None:
    """Append a proposal: its type, then its content."""
    writer.uint16(type_of(proposal)).put(proposal)


_READERS: dict[ProposalType, Callable[[Reader], Proposal]] = {
    ProposalType.ADD: Add.read,
    ProposalType.UPDATE: Update.read,
    ProposalType.REMOVE: Remove.read,
    ProposalType.PSK: InjectPsk.read,
    ProposalType.REINIT: ReInit.read,
    ProposalType.EXTERNAL_INIT: ExternalInit.read,
    ProposalType.GROUP_CONTEXT_EXTENSIONS: GroupContextExtensions.read,
}


def read_proposal(reader: Reader) -> Proposal:
    """Take a proposal.

    Raises:
        Malformed: Of a type that RFC 9420 does not define: no member here supports any.
    """
    kind = reader.enum16(ProposalType)
    return _READERS[kind](reader)
