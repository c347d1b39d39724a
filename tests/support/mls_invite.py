"""Welcomes and GroupInfos of an insider who lies to a newcomer.

As with `mls_forge`, all that a lie does not touch is right: the tree hash is that of
the tree shown, the confirmation tag that of the secrets given, the signature the inviter's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from crypto.mls import key_schedule
from crypto.mls.codec import encode
from crypto.mls.committing import Made, make_commit, member_intent
from crypto.mls.group import Group
from crypto.mls.group_context import GroupContext
from crypto.mls.group_info import GroupInfo, sign_group_info
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.message import pack
from crypto.mls.proposal import Add
from crypto.mls.ratchet_tree import Node, RatchetTree
from crypto.mls.suite import suite_of
from crypto.mls.transcript import confirmation_tag
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_math import common_ancestor
from crypto.mls.welcome import EncryptedGroupSecrets, GroupSecrets, Welcome


@dataclass(frozen=True, kw_only=True)
class InviteLies:
    """Where an invitation departs from the truth."""

    tree: Callable[[RatchetTree], RatchetTree] = lambda tree: tree
    context: Callable[[GroupContext], GroupContext] = lambda context: context
    info: Callable[[GroupInfo], GroupInfo] = lambda info: info
    signed: Callable[[GroupInfo], GroupInfo] = lambda info: info
    secrets: Callable[[GroupSecrets], GroupSecrets] = lambda secrets: secrets
    welcome: Callable[[Welcome], Welcome] = lambda welcome: welcome


TRUTH = InviteLies()


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What a newcomer is handed: a Welcome, and the tree it is to believe."""

    welcome: bytes
    tree: bytes


def invite(
    inviter: Group,
    newcomer: KeyPackageSecrets,
    lies: InviteLies = TRUTH,
    *,
    adds: Sequence[KeyPackage] = (),
) -> Invitation:
    """Add a newcomer and lie to it.

    `adds` are key packages to add instead of its own; the Welcome still goes to it, with
    the path secret of the last of them.
    """
    made, leaf = _commit(inviter, adds or (newcomer.key_package,))
    suite = made.own.state.suite
    tree = lies.tree(made.own.state.tree)
    context = lies.context(replace(made.own.state.context, tree_hash=root_hash(suite, tree)))
    psk_secret = key_schedule.no_psk(suite)
    epoch = key_schedule.derive_epoch(
        suite, key_schedule.epoch_secret(suite, made.joiner, psk_secret, context)
    )
    info = lies.info(
        GroupInfo(
            context=context,
            extensions=(),
            confirmation_tag=confirmation_tag(
                suite, epoch.confirmation_key, context.confirmed_transcript_hash
            ),
            signer=inviter.leaf,
        )
    )
    info = lies.signed(sign_group_info(suite, info, inviter.signature_key))
    shared = common_ancestor(leaf, inviter.leaf, made.own.state.tree.width)
    secrets = lies.secrets(
        GroupSecrets(joiner_secret=made.joiner, path_secret=made.path_secrets[shared])
    )
    welcome = _seal(newcomer, info, secrets, psk_secret)
    return Invitation(welcome=pack(lies.welcome(welcome)), tree=encode(tree))


def with_node(tree: RatchetTree, place: int, node: Node | None) -> RatchetTree:
    """Put a node into a tree and leave all others as they are."""
    nodes = [tree.node(at) for at in range(2 * tree.width - 1)]
    nodes[place] = node
    return RatchetTree(nodes)


def _commit(inviter: Group, packages: Sequence[KeyPackage]) -> tuple[Made, int]:
    intent = member_intent(
        inviter.own,
        tuple(Add(key_package=package) for package in packages),
        signature_key=inviter.signature_key,
        lifetimes=LifetimePolicy(now=None, longest=timedelta(days=999)),
    )
    return make_commit(intent), intent.applied.added[-1][0]


def _seal(
    newcomer: KeyPackageSecrets, info: GroupInfo, secrets: GroupSecrets, psk_secret: bytes
) -> Welcome:
    package = newcomer.key_package
    suite = suite_of(package.cipher_suite)
    base = key_schedule.welcome_secret(suite, secrets.joiner_secret, psk_secret)
    key = suite.expand_with_label(base, "key", b"", suite.key_length)
    nonce = suite.expand_with_label(base, "nonce", b"", suite.nonce_length)
    encrypted = suite.aead_seal(key, nonce, b"", encode(info))
    sealed = suite.seal_with_label(package.init_key, "Welcome", encrypted, encode(secrets))
    part = EncryptedGroupSecrets(new_member=package.reference(), encrypted=sealed)
    return Welcome(cipher_suite=suite.id, secrets=(part,), encrypted_group_info=encrypted)
