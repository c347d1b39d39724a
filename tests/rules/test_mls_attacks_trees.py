"""What an insider may try with the tree it shows to a newcomer: each refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.mls.codec import Malformed, decode, encode
from crypto.mls.group import Group
from crypto.mls.joining import NotInTree
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.leaf_node import LeafNode, LeafPlace, sign_leaf
from crypto.mls.lifetime import Expired, Lifetime, LivesTooLong
from crypto.mls.profile import ClientTwice
from crypto.mls.public_state import Change, PublicState
from crypto.mls.ratchet_tree import ParentNode, RatchetTree
from crypto.mls.refused import Refused
from crypto.mls.suite import BadKey
from crypto.mls.tree_kem import lay_path
from crypto.mls.tree_validation import InvalidTree
from tests.support.mls_actors import NOW, SUITE, Circle, NotAllowed, accept, circle_of, package_of
from tests.support.mls_forge import forged_package
from tests.support.mls_invite import Invitation, InviteLies, invite, with_node

ROOT = 7


@pytest.fixture
def circle() -> Circle:
    return circle_of(5)


@pytest.fixture
def zoe() -> KeyPackageSecrets:
    return package_of("zoe")


def join(zoe: KeyPackageSecrets, invitation: Invitation) -> Group:
    """Have Zoe follow an invitation."""
    return Group.join(invitation.welcome, zoe, invitation.tree, accept, NOW)


def refuse(
    circle: Circle, zoe: KeyPackageSecrets, lies: InviteLies, error: type[Exception]
) -> None:
    """See that Zoe refuses Eve's invitation, and could still follow Ana's."""
    with pytest.raises(error):
        join(zoe, invite(circle[4], zoe, lies))
    assert join(zoe, invite(circle[0], zoe)).epoch == circle[0].epoch + 1


def parent(tree: RatchetTree, place: int) -> ParentNode:
    """Return a parent that is not blank."""
    node = tree.parent_node(place)
    assert node is not None
    return node


def changed_root(change: Callable[[ParentNode], ParentNode]) -> InviteLies:
    """Lie about the root of the tree."""
    return InviteLies(tree=lambda tree: with_node(tree, ROOT, change(parent(tree, ROOT))))


def changed_leaf(leaf: int, change: Callable[[LeafNode], LeafNode]) -> InviteLies:
    """Lie about a leaf of the tree."""
    return InviteLies(tree=lambda tree: with_node(tree, 2 * leaf, change(tree.member(leaf))))


def test_the_tree_of_another_epoch_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    invitation = invite(circle[4], zoe)

    with pytest.raises(InvalidTree):
        Group.join(invitation.welcome, zoe, circle[4].tree, accept, NOW)


def test_a_truncated_tree_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    lies = InviteLies(tree=lambda tree: with_node(tree, 10, None).truncated())

    refuse(circle, zoe, lies, InvalidTree)


def test_a_tree_without_our_leaf_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    invitation = invite(circle[4], zoe, adds=[package_of("zoe").key_package])

    with pytest.raises(NotInTree):
        join(zoe, invitation)


def test_a_tree_that_ends_in_blanks_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    invitation = invite(circle[4], zoe)
    tree = decode(RatchetTree.read, invitation.tree)
    inner = encode(tree)[2:]

    longer = (0x4000 | (len(inner) + 4)).to_bytes(2, "big") + inner + bytes(4)

    with pytest.raises(Malformed):
        Group.join(invitation.welcome, zoe, longer, accept, NOW)
    with pytest.raises(Malformed):
        Group.join(invitation.welcome, zoe, invitation.tree[:-1], accept, NOW)
    with pytest.raises(Malformed):
        Group.join(invitation.welcome, zoe, invitation.tree + b"\x00", accept, NOW)


def test_a_tree_with_a_ghost_that_the_policy_does_not_know_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    ghost = package_of("ghost").key_package

    def no_ghosts(change: Change, state: PublicState) -> None:
        assert change.committer.identity == b"eve"
        if any(member.identity == b"ghost" for member in change.added):
            raise NotAllowed

    invitation = invite(circle[4], zoe, adds=[ghost, zoe.key_package])

    with pytest.raises(NotAllowed):
        Group.join(invitation.welcome, zoe, invitation.tree, no_ghosts, NOW)


@pytest.mark.parametrize("unmerged", [(6,), (8,), (5, 6), (2**32 - 1,)])
def test_an_unmerged_leaf_that_is_nobody_is_refused(
    circle: Circle, zoe: KeyPackageSecrets, unmerged: tuple[int, ...]
) -> None:
    lies = changed_root(lambda root: replace(root, unmerged_leaves=unmerged))

    refuse(circle, zoe, lies, InvalidTree)


def test_a_member_shown_as_unmerged_who_is_not_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    refuse(circle, zoe, changed_root(lambda root: replace(root, unmerged_leaves=(1,))), InvalidTree)


@pytest.mark.parametrize("unmerged", [(2, 1), (1, 1)])
def test_unmerged_leaves_out_of_order_or_twice_are_refused(
    circle: Circle, zoe: KeyPackageSecrets, unmerged: tuple[int, ...]
) -> None:
    lies = changed_root(lambda root: replace(root, unmerged_leaves=unmerged))

    refuse(circle, zoe, lies, Malformed)


def test_an_unmerged_leaf_that_is_hidden_is_refused(zoe: KeyPackageSecrets) -> None:
    circle = circle_of(7)
    commit, _, after = circle[0].commit([package_of("new").key_package], now=NOW)
    circle = circle.after(after, commit)
    assert parent(circle[0].state.tree, 11).unmerged_leaves == (7,)

    hidden = InviteLies(
        tree=lambda tree: with_node(tree, 11, replace(parent(tree, 11), unmerged_leaves=()))
    )

    with pytest.raises(InvalidTree):
        join(zoe, invite(circle[0], zoe, hidden))
    assert parent(join(zoe, invite(circle[0], zoe)).state.tree, 11).unmerged_leaves == (7,)


@pytest.mark.parametrize("change", ["hash", "no hash", "key"])
def test_a_parent_that_no_member_vouches_for_is_refused(
    circle: Circle, zoe: KeyPackageSecrets, change: str
) -> None:
    stranger = SUITE.generate_key_pair().public
    lies = {
        "hash": InviteLies(
            tree=lambda t: with_node(t, 3, replace(parent(t, 3), parent_hash=bytes(32)))
        ),
        "no hash": InviteLies(
            tree=lambda t: with_node(t, 3, replace(parent(t, 3), parent_hash=b""))
        ),
        "key": InviteLies(
            tree=lambda t: with_node(t, 3, replace(parent(t, 3), encryption_key=stranger))
        ),
    }

    refuse(circle, zoe, lies[change], InvalidTree)


def test_a_parent_out_of_nowhere_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    def grown(tree: RatchetTree) -> RatchetTree:
        node = ParentNode(encryption_key=SUITE.generate_key_pair().public, parent_hash=b"")
        assert tree.parent_node(13) is None
        return with_node(tree, 13, node)

    refuse(circle, zoe, InviteLies(tree=grown), InvalidTree)


def test_a_leaf_that_its_owner_did_not_sign_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    stranger = SUITE.generate_signature_key()
    swapped = changed_leaf(1, lambda leaf: replace(leaf, signature_key=stranger.public))
    renamed = changed_leaf(
        1, lambda leaf: replace(leaf, credential=replace(leaf.credential, identity=b"mallory"))
    )

    refuse(circle, zoe, swapped, Refused)
    refuse(circle, zoe, renamed, Refused)


def test_a_tree_in_which_one_stands_twice_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    twin = package_of("ben").key_package.leaf_node
    clone = circle[4].state.tree.member(1)

    refuse(circle, zoe, InviteLies(tree=lambda tree: tree.add(twin)[0]), ClientTwice)
    refuse(circle, zoe, InviteLies(tree=lambda tree: tree.add(clone)[0]), InvalidTree)


@pytest.mark.parametrize(
    ("start", "length", "error"),
    [
        (timedelta(hours=2), timedelta(days=9), Expired),
        (timedelta(days=-1), timedelta(days=91), LivesTooLong),
    ],
)
def test_a_tree_with_a_leaf_of_an_impossible_lifetime_is_refused(
    circle: Circle,
    zoe: KeyPackageSecrets,
    start: timedelta,
    length: timedelta,
    error: type[Exception],
) -> None:
    lifetime = Lifetime.starting(NOW + start, length)
    ghost = forged_package(package_of("ghost"), leaf=lambda leaf: replace(leaf, lifetime=lifetime))

    invitation = invite(circle[4], zoe, adds=[ghost, zoe.key_package])

    with pytest.raises(error):
        join(zoe, invitation)


def test_a_silent_member_whose_key_package_is_over_keeps_nobody_out(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    silent = package_of("silent", now=NOW - timedelta(days=120)).key_package

    group = join(zoe, invite(circle[4], zoe, adds=[silent, zoe.key_package]))

    assert [member.identity for member in group.members[5:]] == [b"silent", b"zoe"]


def test_a_parent_that_nobody_can_seal_to_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    eve = circle[4]

    def relaid(tree: RatchetTree) -> RatchetTree:
        keys = [parent(tree, place).encryption_key for place, _ in tree.filtered_path(4)]
        laid, above = lay_path(SUITE, tree, 4, [*keys[:-1], bytes(32)])
        leaf = replace(tree.member(4), parent_hash=above)
        stand = LeafPlace(group_id=eve.group_id, leaf=4)
        return laid.replace_leaf(4, sign_leaf(SUITE, leaf, eve.signature_key, stand))

    refuse(circle, zoe, InviteLies(tree=relaid), BadKey)
