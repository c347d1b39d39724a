"""What Ronde uses of MLS; the rest is refused when met, never ignored (protocol, "The core")."""

from typing import Final

from crypto.mls.commit import ProposalRef
from crypto.mls.extensions import Extension
from crypto.mls.framing import AuthenticatedContent
from crypto.mls.proposal import Add, ExternalInit, Remove
from crypto.mls.proposal_list import SentProposal
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.refused import OutOfProfile, Refused
from crypto.mls.registry import ExtensionType, SenderType, WireFormat

GROUP_EXTENSIONS: Final = frozenset({int(ExtensionType.REQUIRED_CAPABILITIES)})
"""Extensions that may stand in the context of a group of ours."""


MAX_PROPOSALS: Final = 512
"""Far above what one change of a circle needs; each costs two signatures to check."""


class ClientTwice(Refused):
    """One client would stand at two leaves."""


def proposals_of(message: AuthenticatedContent) -> tuple[SentProposal, ...]:
    """Return the proposals of a commit of the kind we use.

    Raises:
        OutOfProfile: It came encrypted, carries data of its own, names a proposal by
            reference, proposes something other than Add, Remove and ExternalInit, or
            proposes without end.
        Malformed: It is no commit.
    """
    if message.wire_format != WireFormat.PUBLIC_MESSAGE:
        raise OutOfProfile("a handshake that is not a PublicMessage")
    if message.content.authenticated_data:
        raise OutOfProfile("a commit with data of its own")
    sender = message.content.sender
    leaf = sender.index if sender.type == SenderType.MEMBER else None
    given, proposals = message.commit().proposals, []
    if len(given) > MAX_PROPOSALS:
        raise OutOfProfile("more proposals than any circle needs")
    for each in given:
        if isinstance(each, ProposalRef):
            raise OutOfProfile("a proposal by reference")
        if not isinstance(each, Add | Remove | ExternalInit):
            raise OutOfProfile("a proposal that we do not use")
        proposals.append(SentProposal(proposal=each, sender=leaf))
    return tuple(proposals)


def check_extensions(extensions: tuple[Extension, ...]) -> None:
    """Accept the extensions of a group context.

    Raises:
        OutOfProfile: One of them is not among those we use: external senders, say.
    """
    if any(each.type not in GROUP_EXTENSIONS for each in extensions):
        raise OutOfProfile("a group with an extension that we do not use")


def check_clients(tree: RatchetTree) -> None:
    """Accept a tree in which each client, known by its credential, stands once.

    Raises:
        ClientTwice: Two leaves say they are the same client.
    """
    identities = [node.credential.identity for _, node in tree.members()]
    if len(set(identities)) != len(identities):
        raise ClientTwice
