"""Corners of RFC 9420 that a first reading of the core asked about."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from crypto.mls import tree_math
from crypto.mls.extensions import Extension
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.leaf_node import MAX_LEAF, InvalidLeaf
from crypto.mls.processing import RemovedFromGroup
from crypto.mls.profile import MAX_PROPOSALS
from crypto.mls.proposal import Remove
from crypto.mls.ratchet_tree import Node, ParentNode, RatchetTree
from crypto.mls.refused import OutOfProfile
from crypto.mls.registry import ExtensionType
from crypto.mls.transition import WrongGroup
from crypto.mls.tree_hash import parent_hash, root_hash
from crypto.mls.tree_validation import check_parent_hashes, check_unmerged
from tests.support.mls_actors import NOW, SUITE, Circle, accept, circle_of, package_of
from tests.support.mls_forge import Forger, Lies, forge
from tests.support.mls_scene import scene

SLOW = 1.0


def after(
    circle: Circle,
    by: int,
    *,
    removes: Sequence[int] = (),
    adds: Sequence[KeyPackageSecrets] = (),
) -> Circle:
    """Have one member commit and all follow, those removed learning it."""
    commit, welcome, own = circle[by].commit([one.key_package for one in adds], removes, now=NOW)
    for leaf in removes:
        with pytest.raises(RemovedFromGroup):
            circle[leaf].process(commit, accept, NOW)
    staying = Circle(groups=tuple(one for one in circle.groups if one.leaf not in removes))
    joined = [Group.join(welcome or b"", one, own.tree, accept, NOW) for one in adds]
    return alike(Circle(groups=(*staying.after(own, commit).groups, *joined)))


def from_outside(circle: Circle, who: KeyPackageSecrets, replaces: int | None) -> Circle:
    """Let a newcomer in from outside, perhaps in place of a leaf."""
    info = circle.groups[0].group_info()
    commit, own = Group.external(info, who, replaces, accept, NOW)
    others = [one for one in circle.groups if one.leaf != replaces]
    return alike(Circle(groups=(own, *(one.process(commit, accept, NOW) for one in others))))


def alike(circle: Circle) -> Circle:
    """See that all agree, before and after being written down and read again."""
    groups = tuple(Group.decode(one.encode()) for one in circle.groups)
    first = groups[0]
    for one in groups:
        assert one.state.context == first.state.context
        assert one.authenticator == first.authenticator
        assert one.export("review", b"x", 32) == first.export("review", b"x", 32)
    assert len({one.leaf for one in groups}) == len(groups) == len(first.members)
    return Circle(groups=tuple(sorted(groups, key=lambda one: one.leaf)))


def test_a_group_shrinks_to_one_and_grows_again() -> None:
    circle = after(circle_of(8), 5, removes=(0, 1, 2, 3, 4, 6, 7))
    assert circle.groups[0].state.tree.width == 8

    circle = after(circle, 5)
    circle = after(circle, 5, adds=[package_of("kim"), package_of("lou")])
    circle = after(circle, 0, removes=(5,))

    assert circle.groups[0].state.tree.width == 2
    assert [one.leaf for one in circle.groups] == [0, 1]


def test_a_leaf_is_taken_again_in_the_commit_that_frees_it() -> None:
    circle = circle_of(7)

    circle = after(circle, 0, removes=(3, 6), adds=[package_of("kim"), package_of("dora")])
    circle = after(circle, 3, removes=(0,), adds=[package_of("ana")])

    assert len(circle.groups[0].members) == 7
    after(circle, 0)


def test_one_from_outside_takes_a_place_beyond_blanks_at_the_right_edge() -> None:
    circle = after(circle_of(8), 0, removes=(4, 5, 6))

    circle = from_outside(circle, package_of("hal"), 7)
    assert circle.groups[0].state.tree.width == 8
    circle = from_outside(circle, package_of("kim"), None)
    circle = after(circle, 5)

    assert [one.leaf for one in circle.groups] == [0, 1, 2, 3, 4, 5]


def test_unmerged_leaves_come_and_go_under_blanks() -> None:
    circle = circle_of(8)

    circle = after(circle, 0, removes=(2, 5))
    circle = after(circle, 1, adds=[package_of("kim")])
    circle = after(circle, 7, adds=[package_of("lou"), package_of("max")])
    circle = after(circle, 2, removes=(0,))
    circle = from_outside(circle, package_of("nia"), 1)
    circle = after(circle, 8)

    for leaf in [one.leaf for one in circle.groups]:
        circle = after(circle, leaf)


def test_a_group_of_257_follows_commits_from_its_edges() -> None:
    packages = [package_of(f"member {place}") for place in range(257)]
    first = Group.create(b"many", packages[0])
    _, welcome, first = first.commit([one.key_package for one in packages[1:]], now=NOW)
    last = Group.join(welcome or b"", packages[256], first.tree, accept, NOW)
    circle = Circle(groups=(first, last))

    commit, _, own = last.commit(removes=range(1, 255), now=NOW)
    first = first.process(commit, accept, NOW)

    assert [one.leaf for one in circle.groups] == [0, 256]
    assert first.authenticator == own.authenticator
    assert Group.decode(own.encode()).state.tree.width == 512


def test_a_client_may_be_in_two_groups_by_one_last_resort() -> None:
    zoe, circle = package_of("zoe"), circle_of(3)
    other = Circle(groups=(Group.create(b"another", package_of("ana")),))

    circle = after(circle, 1, adds=[zoe])
    other = after(other, 0, adds=[zoe])

    assert circle[3].authenticator != other[1].authenticator
    commit, _, _ = circle[3].commit(now=NOW)
    with pytest.raises(WrongGroup):
        other[0].process(commit, accept, NOW)


def test_a_leaf_too_large_to_be_told_to_newcomers_is_refused() -> None:
    staged = scene()
    heavy = Extension(type=ExtensionType.APPLICATION_ID, data=bytes(MAX_LEAF))

    lie = forge(staged.eve, (), Lies(leaf=lambda leaf: replace(leaf, extensions=(heavy,))))

    staged.refuse(lie, InvalidLeaf)


def test_proposals_without_end_are_refused_before_they_are_looked_at() -> None:
    staged = scene()

    lie = forge(staged.eve, [Remove(removed=1)] * (MAX_PROPOSALS + 1))

    staged.refuse(lie, OutOfProfile)


def test_a_tree_made_to_be_slow_is_checked_as_fast_as_any() -> None:
    tree = _slow_tree(Forger.inside(circle_of(2)[0]), 4096)
    root_hash(SUITE, tree)
    before = time.process_time()

    check_unmerged(tree)
    check_parent_hashes(SUITE, tree)

    assert time.process_time() - before < SLOW


def _slow_tree(owner: Forger, width: int) -> RatchetTree:
    """Let one member vouch for all above it, and call all others unmerged everywhere."""
    nodes: list[Node | None] = [None] * (2 * width - 1)
    for leaf in range(width):
        nodes[2 * leaf] = replace(owner.draft, encryption_key=os.urandom(32))
    above = b""
    for place in reversed(tree_math.direct_path(0, width)):
        unmerged = tuple(leaf for leaf in tree_math.leaves_below(place) if leaf)
        node = ParentNode(
            encryption_key=os.urandom(32), parent_hash=above, unmerged_leaves=unmerged
        )
        nodes[place] = node
        above = parent_hash(SUITE, RatchetTree(nodes), node, tree_math.right(place))
    nodes[0] = replace(owner.draft, parent_hash=above)
    return RatchetTree(nodes)
