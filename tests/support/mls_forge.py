"""An insider's lies: commits that only one with real keys could make, and wrong.

Everything a forger can make right is right (signatures, parent hashes, confirmation
tag, membership tag), so that the one lie told is the one that must be found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crypto.mls import key_schedule
from crypto.mls.codec import encode
from crypto.mls.commit import Commit, ProposalRef
from crypto.mls.framing import (
    AuthenticatedContent,
    Body,
    ContentAuth,
    FramedContent,
    PublicMessage,
    Sender,
    membership_tag,
    sign_content,
)
from crypto.mls.group import Group
from crypto.mls.group_context import GroupContext
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets, sign_key_package
from crypto.mls.leaf_node import LeafNode, LeafPlace, sign_leaf
from crypto.mls.message import pack
from crypto.mls.proposal import Add, Proposal, Remove
from crypto.mls.public_state import PublicState
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.registry import LeafNodeSource, SenderType, WireFormat
from crypto.mls.suite import Secret, Suite, suite_of
from crypto.mls.transcript import confirmation_tag, confirmed_hash
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_kem import NewPath, TreeKeys, lay_path, seal_path
from crypto.mls.update_path import UpdatePath

OUTSIDE = -1


@dataclass(frozen=True, kw_only=True)
class Forger:
    """Who forges: a member, or a stranger who commits from outside."""

    state: PublicState
    leaf: int
    signature_key: bytes
    init: Secret
    membership_key: bytes | None
    draft: LeafNode
    leaf_signature_key: bytes | None = None

    @property
    def suite(self) -> Suite:
        """The group's cipher suite."""
        return self.state.suite

    @property
    def sender(self) -> Sender:
        """Who the commit says it is from."""
        if self.leaf == OUTSIDE:
            return Sender(type=SenderType.NEW_MEMBER_COMMIT)
        return Sender(type=SenderType.MEMBER, index=self.leaf)

    @staticmethod
    def inside(group: Group) -> "Forger":
        """Let a member forge with its own keys."""
        return Forger(
            state=group.state,
            leaf=group.leaf,
            signature_key=group.signature_key,
            init=group.own.secrets.init,
            membership_key=group.own.secrets.membership_key,
            draft=group.state.tree.member(group.leaf),
        )

    @staticmethod
    def outside(state: PublicState, secrets: KeyPackageSecrets, init: Secret) -> "Forger":
        """Let a stranger forge an external commit; `init` is what its ExternalInit gave."""
        return Forger(
            state=state,
            leaf=OUTSIDE,
            signature_key=secrets.signature_key,
            init=init,
            membership_key=None,
            draft=secrets.key_package.leaf_node,
        )


@dataclass(frozen=True, kw_only=True)
class Lies:
    """Where a forgery departs from the truth; each lie is told before what covers it is made."""

    public_keys: Callable[[list[bytes]], list[bytes]] = lambda keys: keys
    leaf: Callable[[LeafNode], LeafNode] = lambda leaf: leaf
    sealed: Callable[[UpdatePath], UpdatePath] = lambda path: path
    content: Callable[[FramedContent], FramedContent] = lambda content: content
    tag: Callable[[bytes], bytes] = lambda tag: tag
    message: Callable[[PublicMessage], PublicMessage] = lambda message: message


TRUTH = Lies()


def forge(
    forger: Forger,
    proposals: Sequence[Proposal | ProposalRef],
    lies: Lies = TRUTH,
    *,
    path: bool = True,
) -> bytes:
    """Make a commit without a single check."""
    state, suite = forger.state, forger.suite
    tree, newcomers = _applied(state.tree, proposals)
    leaf = tree.first_blank() if forger.leaf == OUTSIDE else forger.leaf
    tree = tree.room_for(leaf)
    update, commit_secret = None, key_schedule.no_path(suite)
    if path:
        laid = _laid(forger, tree, leaf, lies)
        context = encode(_provisional(state, laid.tree))
        update = lies.sealed(seal_path(suite, laid, context, newcomers))
        tree, commit_secret = laid.tree, laid.commit_secret
    signed = signed_content(forger, Commit(proposals=tuple(proposals), path=update), lies)
    confirmed = confirmed_hash(suite, state.interim_transcript_hash, signed)
    context_after = replace(_provisional(state, tree), confirmed_transcript_hash=confirmed)
    joiner = key_schedule.joiner_secret(suite, forger.init, commit_secret, context_after)
    psk = key_schedule.no_psk(suite)
    epoch = key_schedule.derive_epoch(
        suite, key_schedule.epoch_secret(suite, joiner, psk, context_after)
    )
    tag = lies.tag(confirmation_tag(suite, epoch.confirmation_key, confirmed))
    auth = ContentAuth(signature=signed.auth.signature, confirmation_tag=tag)
    return send(forger, replace(signed, auth=auth), lies)


def signed_content(forger: Forger, body: Body, lies: Lies = TRUTH) -> AuthenticatedContent:
    """Sign a body as the forger, in the group's current context."""
    state = forger.state
    content = FramedContent(
        group_id=state.group_id, epoch=state.epoch, sender=forger.sender, body=body
    )
    content = lies.content(content)
    signature = sign_content(state.suite, content, forger.signature_key, context=state.context)
    return AuthenticatedContent(
        wire_format=WireFormat.PUBLIC_MESSAGE,
        content=content,
        auth=ContentAuth(signature=signature),
    )


def send(forger: Forger, signed: AuthenticatedContent, lies: Lies = TRUTH) -> bytes:
    """Put the membership tag on, if the sender is to have one, and pack."""
    tag = None
    if signed.content.sender.type == SenderType.MEMBER:
        key = forger.membership_key or b"no key at all"
        tag = membership_tag(forger.suite, signed, key, context=forger.state.context)
    message = PublicMessage(content=signed.content, auth=signed.auth, membership_tag=tag)
    return pack(lies.message(message))


def forged_package(
    secrets: KeyPackageSecrets,
    *,
    leaf: Callable[[LeafNode], LeafNode] = lambda leaf: leaf,
    package: Callable[[KeyPackage], KeyPackage] = lambda package: package,
) -> KeyPackage:
    """Change a key package and have its owner sign it again, the leaf too."""
    given = secrets.key_package
    suite = suite_of(given.cipher_suite)
    signed = sign_leaf(suite, leaf(given.leaf_node), secrets.signature_key, None)
    return sign_key_package(package(replace(given, leaf_node=signed)), secrets.signature_key)


def _applied(
    tree: RatchetTree, proposals: Sequence[Proposal | ProposalRef]
) -> tuple[RatchetTree, frozenset[int]]:
    newcomers = set()
    for proposal in proposals:
        if isinstance(proposal, Remove) and tree.leaf(proposal.removed) is not None:
            tree = tree.remove(proposal.removed)
    for proposal in proposals:
        if isinstance(proposal, Add):
            tree, leaf = tree.add(proposal.key_package.leaf_node)
            newcomers.add(leaf)
    return tree, frozenset(newcomers)


def _provisional(state: PublicState, tree: RatchetTree) -> GroupContext:
    return replace(state.context, epoch=state.epoch + 1, tree_hash=root_hash(state.suite, tree))


def _laid(forger: Forger, tree: RatchetTree, leaf: int, lies: Lies) -> NewPath:
    """Lay a path of fresh secrets, with lies about its keys or its leaf signed into it."""
    suite = forger.suite
    places = [place for place, _ in tree.filtered_path(leaf)]
    secrets, secret = {}, suite.random_secret()
    for place in places:
        secrets[place] = secret
        secret = suite.derive_secret(secret, "path")
    pairs = [suite.derive_key_pair(suite.derive_secret(secrets[place], "node")) for place in places]
    own = suite.generate_key_pair()
    draft = replace(
        forger.draft, encryption_key=own.public, source=LeafNodeSource.COMMIT, lifetime=None
    )
    public_keys = lies.public_keys([pair.public for pair in pairs])
    laid, above = lay_path(suite, tree, leaf, public_keys)
    stand = LeafPlace(group_id=forger.state.group_id, leaf=leaf)
    changed = lies.leaf(replace(draft, parent_hash=above))
    key = forger.leaf_signature_key or forger.signature_key
    signed = sign_leaf(suite, changed, key, stand)
    return NewPath(
        tree=laid.replace_leaf(leaf, signed),
        keys=TreeKeys(leaf=leaf, private={}),
        secrets=secrets,
        commit_secret=secret,
    )
