"""Making a commit, as a member or as a newcomer: RFC 9420, sections 12.4.1 and 12.4.3.2."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crypto.mls import tree_math
from crypto.mls.codec import encode
from crypto.mls.commit import Commit
from crypto.mls.framing import (
    AuthenticatedContent,
    ContentAuth,
    FramedContent,
    PublicMessage,
    Sender,
    membership_tag,
    sign_content,
)
from crypto.mls.group_info import GroupInfo, sign_group_info
from crypto.mls.key_schedule import (
    derive_epoch,
    epoch_secret,
    joiner_secret,
    no_psk,
)
from crypto.mls.leaf_node import LeafNode, LeafPlace, check_capabilities
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.member_state import MemberState, state_of
from crypto.mls.profile import check_clients
from crypto.mls.proposal import Proposal
from crypto.mls.proposal_list import Applied, SentProposal, apply_proposals, check_regular
from crypto.mls.public_state import PublicState
from crypto.mls.registry import SenderType, WireFormat
from crypto.mls.suite import Secret
from crypto.mls.transcript import confirmation_tag, confirmed_hash
from crypto.mls.transition import provisional_context
from crypto.mls.tree_kem import NewPath, new_path, seal_path
from crypto.mls.tree_validation import check_unique
from crypto.mls.welcome import Welcome, seal_welcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A commit about to be made: proposals already checked and applied, and by whom.

    `draft` gives the new leaf its keys' owner and its credential; a newcomer has no
    membership key, and its init secret is the one it sends in its ExternalInit.
    """

    state: PublicState
    sender: Sender
    leaf: int
    proposals: tuple[Proposal, ...]
    applied: Applied
    draft: LeafNode
    signature_key: Secret
    init_secret: Secret
    membership_key: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A commit to send, and where its maker stands once it is accepted."""

    message: PublicMessage
    own: MemberState
    joiner: Secret
    path_secrets: Mapping[int, Secret] = field(repr=False)


def member_intent(
    own: MemberState,
    proposals: tuple[Proposal, ...],
    *,
    signature_key: Secret,
    lifetimes: LifetimePolicy,
) -> Intent:
    """Check and apply what a member is about to commit.

    Raises:
        Refused: A proposal or the list of them would be refused by the others.
    """
    state, leaf = own.state, own.keys.leaf
    sent = [SentProposal(proposal=each, sender=leaf) for each in proposals]
    check_regular(state.suite, sent, leaf)
    return Intent(
        state=state,
        sender=Sender(type=SenderType.MEMBER, index=leaf),
        leaf=leaf,
        proposals=proposals,
        applied=apply_proposals(state.context, state.tree, sent, lifetimes),
        draft=state.tree.member(leaf),
        signature_key=signature_key,
        init_secret=own.secrets.init,
        membership_key=own.secrets.membership_key,
    )


def make_commit(intent: Intent) -> Made:
    """Lay and seal a path, sign the commit, and enter the epoch it begins.

    Raises:
        InvalidLeaf: Our own client lacks what the group asks for.
        InvalidTree: A key would stand twice in the tree.
        ClientTwice: A client would.
    """
    state, suite = intent.state, intent.state.suite
    path = _lay(intent)
    provisional = provisional_context(state, intent.applied, path.tree)
    sealed = seal_path(suite, path, encode(provisional), intent.applied.newcomers)
    signed = _sign(intent, Commit(proposals=intent.proposals, path=sealed))
    confirmed = confirmed_hash(suite, state.interim_transcript_hash, signed)
    context = replace(provisional, confirmed_transcript_hash=confirmed)
    joiner = joiner_secret(suite, intent.init_secret, path.commit_secret, context)
    secrets = derive_epoch(suite, epoch_secret(suite, joiner, no_psk(suite), context))
    tag = confirmation_tag(suite, secrets.confirmation_key, confirmed)
    return Made(
        message=_protect(intent, signed, tag),
        own=MemberState(state=state_of(context, path.tree, tag), keys=path.keys, secrets=secrets),
        joiner=joiner,
        path_secrets=path.secrets,
    )


def make_welcome(intent: Intent, made: Made) -> Welcome | None:
    """Make the Welcome for those the commit adds; nothing if it adds nobody."""
    if not intent.applied.added:
        return None
    state = made.own.state
    suite, width = state.suite, state.tree.width
    info = GroupInfo(
        context=state.context,
        extensions=(),
        confirmation_tag=state.confirmation_tag,
        signer=intent.leaf,
    )
    newcomers = []
    for leaf, package in intent.applied.added:
        shared = tree_math.common_ancestor(leaf, intent.leaf, width)
        newcomers.append((package, made.path_secrets[shared]))
    signed = sign_group_info(suite, info, intent.signature_key)
    return seal_welcome(suite, signed, newcomers, joiner=made.joiner, psk_secret=no_psk(suite))


def _lay(intent: Intent) -> NewPath:
    state = intent.state
    place = LeafPlace(group_id=state.group_id, leaf=intent.leaf)
    tree = intent.applied.tree.room_for(intent.leaf)
    check_capabilities(state.suite, intent.draft, intent.applied.extensions)
    path = new_path(state.suite, tree, place, intent.draft, intent.signature_key)
    check_unique(path.tree)
    check_clients(path.tree)
    return path


def _sign(intent: Intent, commit: Commit) -> AuthenticatedContent:
    state = intent.state
    content = FramedContent(
        group_id=state.group_id, epoch=state.epoch, sender=intent.sender, body=commit
    )
    signature = sign_content(state.suite, content, intent.signature_key, context=state.context)
    return AuthenticatedContent(
        wire_format=WireFormat.PUBLIC_MESSAGE,
        content=content,
        auth=ContentAuth(signature=signature),
    )


def _protect(intent: Intent, signed: AuthenticatedContent, tag: bytes) -> PublicMessage:
    auth = replace(signed.auth, confirmation_tag=tag)
    state, key, membership = intent.state, intent.membership_key, None
    if key is not None:
        tagged = replace(signed, auth=auth)
        membership = membership_tag(state.suite, tagged, key, context=state.context)
    return PublicMessage(content=signed.content, auth=auth, membership_tag=membership)
