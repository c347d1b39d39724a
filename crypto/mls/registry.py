"""The numbers of RFC 9420: its enumerations and the IANA registries it opened (section 17)."""

from enum import IntEnum
from typing import Final

PROTOCOL_LABEL: Final = "MLS 1.0 "


class ProtocolVersion(IntEnum):
    """Versions of the protocol."""

    MLS10 = 1


class WireFormat(IntEnum):
    """What an MLSMessage holds: section 17.2."""

    PUBLIC_MESSAGE = 1
    PRIVATE_MESSAGE = 2
    WELCOME = 3
    GROUP_INFO = 4
    KEY_PACKAGE = 5


class ContentType(IntEnum):
    """What a framed content holds: section 6."""

    APPLICATION = 1
    PROPOSAL = 2
    COMMIT = 3


class SenderType(IntEnum):
    """Who sent a framed content: section 6."""

    MEMBER = 1
    EXTERNAL = 2
    NEW_MEMBER_PROPOSAL = 3
    NEW_MEMBER_COMMIT = 4


class LeafNodeSource(IntEnum):
    """How a leaf came into the tree: section 7.2."""

    KEY_PACKAGE = 1
    UPDATE = 2
    COMMIT = 3


class NodeType(IntEnum):
    """The two kinds of node in a ratchet tree: section 7.8."""

    LEAF = 1
    PARENT = 2


class ProposalType(IntEnum):
    """The default proposals: section 17.4."""

    ADD = 1
    UPDATE = 2
    REMOVE = 3
    PSK = 4
    REINIT = 5
    EXTERNAL_INIT = 6
    GROUP_CONTEXT_EXTENSIONS = 7


class ProposalOrRefType(IntEnum):
    """How a commit names a proposal: section 12.4."""

    PROPOSAL = 1
    REFERENCE = 2


class ExtensionType(IntEnum):
    """The extensions that RFC 9420 defines: section 17.3."""

    APPLICATION_ID = 1
    RATCHET_TREE = 2
    REQUIRED_CAPABILITIES = 3
    EXTERNAL_PUB = 4
    EXTERNAL_SENDERS = 5


class CredentialType(IntEnum):
    """The kinds of credential: section 17.5."""

    BASIC = 1
    X509 = 2


DEFAULT_EXTENSIONS: Final = frozenset(int(kind) for kind in ExtensionType)
"""Extension types that every client knows, so that no capability list names them."""

DEFAULT_PROPOSALS: Final = frozenset(int(kind) for kind in ProposalType)
"""Proposal types that every client knows, so that no capability list names them."""
