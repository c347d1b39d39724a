"""Which proposals may stand together, and what they do: RFC 9420, sections 12.2 and 12.3."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto.mls.extensions import Extension, read_required
from crypto.mls.group_context import GroupContext
from crypto.mls.key_package import KeyPackage, check_key_package
from crypto.mls.leaf_node import InvalidLeaf, LeafPlace, check_leaf
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    InjectPsk,
    Proposal,
    ReInit,
    Remove,
    Update,
)
from crypto.mls.psk import PreSharedKeyId, ResumptionPskId, ResumptionUsage
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.refused import Refused
from crypto.mls.registry import LeafNodeSource
from crypto.mls.suite import Suite, suite_of

_WITHOUT_PATH = (Add, InjectPsk, ReInit)


class InvalidProposals(Refused):
    """The proposals of a commit do not go together, or not with its committer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentProposal:
    """A proposal and the leaf of the member who made it; a newcomer has none."""

    proposal: Proposal
    sender: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a list of proposals comes to; leaves are numbered as in `tree`, or as before it."""

    tree: RatchetTree
    added: tuple[tuple[int, KeyPackage], ...]
    removed: tuple[int, ...]
    updated: tuple[int, ...]
    extensions: tuple[Extension, ...]
    psks: tuple[PreSharedKeyId, ...]
    kem_output: bytes | None

    @property
    def newcomers(self) -> frozenset[int]:
        """Leaves of those added."""
        return frozenset(leaf for leaf, _ in self.added)


def check_regular(suite: Suite, proposals: Sequence[SentProposal], committer: int) -> None:
    """Accept the list of a member's commit.

    Raises:
        InvalidProposals: The list breaks a rule of section 12.2.
    """
    plain = [each.proposal for each in proposals]
    if any(isinstance(each, ExternalInit) for each in plain):
        raise InvalidProposals("a member has no need of an ExternalInit")
    if len(plain) > 1 and any(isinstance(each, ReInit) for each in plain):
        raise InvalidProposals("a ReInit stands alone")
    if sum(isinstance(each, GroupContextExtensions) for each in plain) > 1:
        raise InvalidProposals("the extensions are replaced once")
    touched = _touched(proposals)
    if committer in touched:
        raise InvalidProposals("a committer neither updates nor removes itself so")
    if len(set(touched)) != len(touched):
        raise InvalidProposals("one leaf is touched twice")
    keys = [each.key_package.leaf_node.signature_key for each in plain if isinstance(each, Add)]
    if len(set(keys)) != len(keys):
        raise InvalidProposals("one client is added twice")
    _check_psks(suite, plain)


def check_external(suite: Suite, proposals: Sequence[SentProposal]) -> None:
    """Accept the list of a newcomer's commit; whom it may remove is for `allow` to say.

    Raises:
        InvalidProposals: The list breaks a rule of section 12.2.
        BadKey: No secret can be agreed with what its ExternalInit gives.
    """
    plain = [each.proposal for each in proposals]
    if sum(isinstance(each, ExternalInit) for each in plain) != 1:
        raise InvalidProposals("a newcomer gives exactly one ExternalInit")
    if sum(isinstance(each, Remove) for each in plain) > 1:
        raise InvalidProposals("a newcomer removes one leaf at most")
    if not all(isinstance(each, ExternalInit | Remove | InjectPsk) for each in plain):
        raise InvalidProposals("a newcomer proposes nothing else")
    for kem_output in (each.kem_output for each in plain if isinstance(each, ExternalInit)):
        suite.check_public_key(kem_output)
    _check_psks(suite, plain)


def needs_path(proposals: Iterable[SentProposal]) -> bool:
    """Tell whether a commit of these must have a path: section 12.4."""
    plain = [each.proposal for each in proposals]
    return not plain or not all(isinstance(each, _WITHOUT_PATH) for each in plain)


def apply_proposals(
    context: GroupContext,
    tree: RatchetTree,
    proposals: Sequence[SentProposal],
    lifetimes: LifetimePolicy | None,
) -> Applied:
    """Check each proposal and apply the list, in the order of section 12.3.

    Raises:
        NoSuchLeaf: A Remove names nobody.
        InvalidProposals: An Update without a member, or extensions that some lack.
        Refused: A key package or a leaf is not valid.
    """
    suite, plain = suite_of(context.cipher_suite), [each.proposal for each in proposals]
    extensions = _extensions_after(context, plain)
    for each in proposals:
        if isinstance(each.proposal, Update):
            tree = _update(suite, context, tree, each, extensions)
    removed = tuple(each.removed for each in plain if isinstance(each, Remove))
    for leaf in removed:
        tree = tree.remove(leaf)
    tree, added = _seat(suite, tree, plain, extensions, lifetimes)
    if extensions is not context.extensions:
        _check_required(tree, extensions)
    return Applied(
        tree=tree,
        added=added,
        removed=removed,
        updated=tuple(_updaters(proposals)),
        extensions=extensions,
        psks=tuple(each.psk for each in plain if isinstance(each, InjectPsk)),
        kem_output=next((e.kem_output for e in plain if isinstance(e, ExternalInit)), None),
    )


def _seat(
    suite: Suite,
    tree: RatchetTree,
    proposals: Iterable[Proposal],
    extensions: Sequence[Extension],
    lifetimes: LifetimePolicy | None,
) -> tuple[RatchetTree, tuple[tuple[int, KeyPackage], ...]]:
    """Give each client added its leaf, in the order of the list."""
    added = []
    for package in (each.key_package for each in proposals if isinstance(each, Add)):
        check_key_package(suite, package, group_extensions=extensions, lifetimes=lifetimes)
        tree, leaf = tree.add(package.leaf_node)
        added.append((leaf, package))
    return tree, tuple(added)


def _touched(proposals: Iterable[SentProposal]) -> list[int]:
    """Leaves that the list updates or removes, each as often as it does."""
    removed = [each.proposal.removed for each in proposals if isinstance(each.proposal, Remove)]
    return removed + _updaters(proposals)


def _updaters(proposals: Iterable[SentProposal]) -> list[int]:
    senders = [each.sender for each in proposals if isinstance(each.proposal, Update)]
    return [sender for sender in senders if sender is not None]


def _check_psks(suite: Suite, proposals: Iterable[Proposal]) -> None:
    names = [each.psk for each in proposals if isinstance(each, InjectPsk)]
    if len(set(names)) != len(names):
        raise InvalidProposals("one pre-shared key is injected twice")
    for name in names:
        if len(name.nonce) != suite.hash_length:
            raise InvalidProposals("a nonce of the wrong length")
        if isinstance(name, ResumptionPskId) and name.usage != ResumptionUsage.APPLICATION:
            raise InvalidProposals("a key for reopening a group")


def _extensions_after(
    context: GroupContext, proposals: Iterable[Proposal]
) -> tuple[Extension, ...]:
    for each in proposals:
        if isinstance(each, GroupContextExtensions):
            return each.extensions
    return context.extensions


def _update(
    suite: Suite,
    context: GroupContext,
    tree: RatchetTree,
    sent: SentProposal,
    extensions: Sequence[Extension],
) -> RatchetTree:
    if sent.sender is None or not isinstance(sent.proposal, Update):
        raise InvalidProposals("an update of nobody")
    leaf, old = sent.proposal.leaf_node, tree.member(sent.sender)
    if leaf.source != LeafNodeSource.UPDATE or leaf.encryption_key == old.encryption_key:
        raise InvalidLeaf("an update that is none")
    place = LeafPlace(group_id=context.group_id, leaf=sent.sender)
    check_leaf(suite, leaf, place, group_extensions=extensions, lifetimes=None)
    return tree.update(sent.sender, leaf)


def _check_required(tree: RatchetTree, extensions: Sequence[Extension]) -> None:
    required = read_required(extensions)
    for _, node in tree.members():
        can = node.capabilities
        if not can.satisfy(required) or not all(can.support_extension(e.type) for e in extensions):
            raise InvalidProposals("extensions that a member does not support")
