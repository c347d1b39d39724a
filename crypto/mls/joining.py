"""Believing a group one is not in yet: RFC 9420, sections 12.4.3.1 and 12.4.3.2."""

from datetime import datetime

from crypto.mls import tree_math
from crypto.mls.committing import Intent
from crypto.mls.extensions import read_external_pub
from crypto.mls.framing import Sender
from crypto.mls.group_info import GroupInfo, read_tree, verify_group_info
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.key_schedule import (
    derive_epoch,
    epoch_secret,
    no_psk,
    send_external_init,
)
from crypto.mls.leaf_node import LeafNode
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.member_state import MemberState, check_confirmed, state_of
from crypto.mls.profile import check_clients, check_extensions
from crypto.mls.proposal import ExternalInit, Proposal, Remove
from crypto.mls.proposal_list import SentProposal, apply_proposals, check_external
from crypto.mls.public_state import Allow, Change, PublicState
from crypto.mls.refused import OutOfProfile, Refused
from crypto.mls.registry import SenderType
from crypto.mls.suite import Secret, equal, suite_of
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_kem import InvalidPath, TreeKeys, climb
from crypto.mls.tree_validation import InvalidTree, check_tree
from crypto.mls.welcome import Welcome, open_group_info, open_group_secrets


class NotInTree(Refused):
    """A Welcome leads to a tree in which our key package has no leaf."""


class NoTree(Refused):
    """Neither the GroupInfo nor the caller gives the ratchet tree."""


class NoWayIn(Refused):
    """A GroupInfo without external key: its group takes no external commits."""


def verified_state(
    info: GroupInfo, tree_bytes: bytes | None, lifetimes: LifetimePolicy | None
) -> PublicState:
    """Believe a GroupInfo: its tree is the one it hashes, valid, and a member signed it.

    The tree is the caller's, or else the one the GroupInfo carries. The confirmation
    tag is believed on the signature; who has secrets checks it with them.

    Raises:
        NoTree: There is none.
        InvalidTree: It is not the tree hashed, or it is not valid.
        NoSuchLeaf: The signer is not a member.
        BadSignature: The signer, or the owner of a leaf, did not sign.
        Refused: A leaf is not valid, or the suite is not ours.
    """
    suite = suite_of(info.context.cipher_suite)
    data = tree_bytes or info.tree_bytes()
    if data is None:
        raise NoTree
    tree = read_tree(data)
    if not equal(root_hash(suite, tree), info.context.tree_hash):
        raise InvalidTree("another tree than the one hashed")
    verify_group_info(suite, info, tree.member(info.signer).signature_key)
    check_tree(
        suite,
        tree,
        group_id=info.context.group_id,
        group_extensions=info.context.extensions,
        lifetimes=lifetimes,
    )
    return state_of(info.context, tree, info.confirmation_tag)


def our_state(
    info: GroupInfo, tree_bytes: bytes | None, *, allow: Allow, now: datetime
) -> PublicState:
    """Believe a GroupInfo of a group of our kind whose members are all allowed.

    Raises:
        OutOfProfile: The group uses what we do not.
        ClientTwice: A client stands at two leaves.
        Refused: See `verified_state`; or whatever `allow` raises.
    """
    check_extensions(info.context.extensions)
    state = verified_state(info, tree_bytes, LifetimePolicy(now=now, expires=False))
    check_clients(state.tree)
    change = Change(
        added=state.members,
        removed=(),
        updated=(),
        committer=state.member(info.signer),
        external=False,
    )
    allow(change, state)
    return state


def open_welcome(
    welcome: Welcome,
    secrets: KeyPackageSecrets,
    tree_bytes: bytes | None,
    *,
    allow: Allow,
    now: datetime,
) -> MemberState:
    """Follow a Welcome into its group.

    Raises:
        NotForUs: It names another key package.
        OutOfProfile: It asks for pre-shared keys, or the group uses what we do not.
        NotInTree: Our leaf is not in the tree.
        Unconfirmed: Its secrets are not those of the epoch it describes.
        Refused: See `our_state`; or whatever `allow` raises.
    """
    suite = suite_of(welcome.cipher_suite)
    ours = open_group_secrets(suite, welcome, secrets)
    if ours.psks:
        raise OutOfProfile("a group that wants pre-shared keys")
    joiner, psk = ours.joiner_secret, no_psk(suite)
    info = open_group_info(suite, welcome, joiner=joiner, psk_secret=psk)
    if info.context.cipher_suite != suite.id:
        raise OutOfProfile("a group of another suite than its Welcome")
    state = our_state(info, tree_bytes, allow=allow, now=now)
    keys = keys_from_welcome(state, info.signer, secrets, ours.path_secret)
    epoch = derive_epoch(suite, epoch_secret(suite, joiner, psk, state.context))
    own = MemberState(state=state, keys=keys, secrets=epoch)
    check_confirmed(own)
    return own


def keys_from_welcome(
    state: PublicState, signer: int, secrets: KeyPackageSecrets, path_secret: Secret | None
) -> TreeKeys:
    """Derive the private keys that a newcomer starts with.

    Raises:
        NotInTree: Its leaf is not in the tree.
        InvalidPath: The path secret does not give the keys in the tree, or not all that
            others will seal to.
    """
    leaf = _own_leaf(state, secrets.key_package.leaf_node)
    keys = TreeKeys(leaf=leaf, private={tree_math.leaf_node(leaf): secrets.encryption_key})
    if path_secret is not None:
        path = (place for place, _ in state.tree.filtered_path(signer))
        shared = [place for place in path if tree_math.covers(place, leaf)]
        climbed, _ = climb(state.suite, state.tree, shared, path_secret)
        keys = keys.with_keys(climbed)
    if not keys.suffice(state.tree):
        raise InvalidPath("a newcomer is not told a key that it is to have")
    return keys


def external_intent(
    info: GroupInfo, state: PublicState, secrets: KeyPackageSecrets, replaces: int | None
) -> Intent:
    """Prepare the commit by which a newcomer adds itself, in place of an old leaf if it says so.

    Raises:
        OutOfProfile: The group is of another suite than our keys.
        NoWayIn: The group gives no external key.
        NoSuchLeaf: Nobody stands at the leaf to replace.
    """
    if secrets.key_package.cipher_suite != state.suite.id:
        raise OutOfProfile("a group of another suite than our keys")
    external_pub = read_external_pub(info.extensions)
    if external_pub is None:
        raise NoWayIn
    kem_output, init_secret = send_external_init(state.suite, external_pub)
    old = () if replaces is None else (Remove(removed=replaces),)
    proposals: tuple[Proposal, ...] = (ExternalInit(kem_output=kem_output), *old)
    sent = [SentProposal(proposal=each, sender=None) for each in proposals]
    check_external(state.suite, sent)
    applied = apply_proposals(state.context, state.tree, sent, None)
    return Intent(
        state=state,
        sender=Sender(type=SenderType.NEW_MEMBER_COMMIT),
        leaf=applied.tree.first_blank(),
        proposals=proposals,
        applied=applied,
        draft=secrets.key_package.leaf_node,
        signature_key=secrets.signature_key,
        init_secret=init_secret,
        membership_key=None,
    )


def _own_leaf(state: PublicState, ours: LeafNode) -> int:
    leaf = next((leaf for leaf, node in state.tree.members() if node == ours), None)
    if leaf is None:
        raise NotInTree
    return leaf
