"""What a commit does to the public side of a group: RFC 9420, section 12.4.2.

Members, joiners and the delivery service go through the same steps: `verify_commit`,
`stage`, `finish`. None of them needs a secret; a member does its part in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crypto.mls.commit import Commit
from crypto.mls.framing import AuthenticatedContent, FramedContent, verify_content
from crypto.mls.group_context import GroupContext
from crypto.mls.leaf_node import LeafPlace, check_leaf
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.proposal_list import (
    Applied,
    InvalidProposals,
    SentProposal,
    apply_proposals,
    check_external,
    check_regular,
    needs_path,
)
from crypto.mls.public_state import Change, PublicState, member_of
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.refused import OutOfProfile, Refused
from crypto.mls.registry import SenderType
from crypto.mls.suite import BadTag
from crypto.mls.transcript import confirmed_hash, interim_hash
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_kem import InvalidPath, merge_path
from crypto.mls.tree_validation import check_unique
from crypto.mls.update_path import UpdatePath


class WrongGroup(Refused):
    """A message speaks of another group."""


class WrongEpoch(Refused):
    """A message was made in an epoch that is not the current one: replayed, or too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A commit checked and applied, but not adopted.

    `context` is the provisional one: the new epoch and tree hash, the old transcript.
    """

    committer: int
    applied: Applied
    tree: RatchetTree
    path: UpdatePath | None
    context: GroupContext
    change: Change


def check_addressed(state: PublicState, content: FramedContent) -> None:
    """Accept a content made in this group and this epoch.

    Raises:
        WrongGroup: It speaks of another group.
        WrongEpoch: It was made in another epoch.
    """
    if content.group_id != state.group_id:
        raise WrongGroup
    if content.epoch != state.epoch:
        raise WrongEpoch


def verify_commit(state: PublicState, message: AuthenticatedContent) -> Commit:
    """Accept a commit's frame: its group, its epoch, and its sender's signature.

    Raises:
        WrongGroup: It speaks of another group.
        WrongEpoch: It was made in another epoch.
        NoSuchLeaf: Its sender is not a member.
        BadSignature: Its sender did not sign it.
        OutOfProfile: Its sender is of a kind that cannot commit.
        Malformed: It is no commit.
    """
    commit, sender = message.commit(), message.content.sender
    check_addressed(state, message.content)
    match sender.type:
        case SenderType.MEMBER:
            key = state.tree.member(sender.index).signature_key
        case SenderType.NEW_MEMBER_COMMIT if commit.path is not None:
            key = commit.path.leaf_node.signature_key
        case _:
            raise OutOfProfile("a sender who cannot commit")
    verify_content(state.suite, message, key, context=state.context)
    return commit


def stage(
    state: PublicState,
    message: AuthenticatedContent,
    proposals: Sequence[SentProposal],
    lifetimes: LifetimePolicy | None,
) -> Staged:
    """Check and apply a commit whose frame is verified and whose proposals are at hand.

    Raises:
        Refused: A proposal, the list of them, or the path is not valid.
    """
    sender, path = message.content.sender, message.commit().path
    external = sender.type == SenderType.NEW_MEMBER_COMMIT
    _check_list(state, message, proposals)
    applied = apply_proposals(state.context, state.tree, proposals, lifetimes)
    committer = applied.tree.first_blank() if external else sender.index
    tree = applied.tree if path is None else _with_path(state, applied, committer, path)
    check_unique(tree)
    return Staged(
        committer=committer,
        applied=applied,
        tree=tree,
        path=path,
        context=provisional_context(state, applied, tree),
        change=describe(state, applied, tree, committer=committer, external=external),
    )


def finish(state: PublicState, staged: Staged, message: AuthenticatedContent) -> PublicState:
    """Return the epoch that a staged commit begins; its confirmation tag is not checked here.

    Raises:
        BadTag: The commit has no confirmation tag.
    """
    tag = message.auth.confirmation_tag
    if tag is None:
        raise BadTag
    confirmed = confirmed_hash(state.suite, state.interim_transcript_hash, message)
    return PublicState(
        context=replace(staged.context, confirmed_transcript_hash=confirmed),
        tree=staged.tree,
        interim_transcript_hash=interim_hash(state.suite, confirmed, tag),
        confirmation_tag=tag,
    )


def provisional_context(state: PublicState, applied: Applied, tree: RatchetTree) -> GroupContext:
    """Return the context that path secrets are sealed under: section 12.4.1."""
    return replace(
        state.context,
        epoch=state.epoch + 1,
        tree_hash=root_hash(state.suite, tree),
        extensions=applied.extensions,
    )


def describe(
    state: PublicState,
    applied: Applied,
    tree: RatchetTree,
    *,
    committer: int,
    external: bool,
) -> Change:
    """Say what a commit does to the members, for `allow` to judge."""
    added = tuple(member_of(leaf, package.leaf_node) for leaf, package in applied.added)
    after = member_of(committer, tree.member(committer))
    updated = [member_of(leaf, tree.member(leaf)) for leaf in applied.updated]
    return Change(
        added=(*added, after) if external else added,
        removed=tuple(state.member(leaf) for leaf in applied.removed),
        updated=tuple(updated) if external else (*updated, after),
        committer=after if external else state.member(committer),
        external=external,
        references=tuple(package.reference() for _, package in applied.added),
    )


def _check_list(
    state: PublicState, message: AuthenticatedContent, proposals: Sequence[SentProposal]
) -> None:
    sender = message.content.sender
    if sender.type == SenderType.NEW_MEMBER_COMMIT:
        check_external(state.suite, proposals)
    else:
        check_regular(state.suite, proposals, sender.index)
    if message.commit().path is None and needs_path(proposals):
        raise InvalidPath("a commit that needs a path and has none")


def _with_path(
    state: PublicState, applied: Applied, committer: int, path: UpdatePath
) -> RatchetTree:
    leaf, extensions = path.leaf_node, applied.extensions
    if leaf.encryption_key in {state.tree.member(gone).encryption_key for gone in applied.removed}:
        raise InvalidProposals("a new leaf with an old key")
    place = LeafPlace(group_id=state.group_id, leaf=committer)
    check_leaf(state.suite, leaf, place, group_extensions=extensions, lifetimes=None)
    tree = applied.tree.room_for(committer)
    return merge_path(state.suite, tree, committer, path, applied.newcomers)
