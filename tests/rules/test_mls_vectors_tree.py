"""The official vectors of RFC 9420, suite 1: the ratchet tree."""

from collections.abc import Callable

import pytest

from crypto.mls import tree_math
from crypto.mls.codec import decode, encode
from crypto.mls.leaf_node import LeafPlace, verify_leaf
from crypto.mls.proposal import Add, Remove, Update, read_proposal
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.suite import suite_of
from crypto.mls.tree_hash import root_hash, tree_hash
from crypto.mls.tree_validation import check_parent_hashes, check_tree
from tests.support.mls_vectors import Row, rows, unhex


def or_none(find: Callable[[int], int], node: int) -> int | None:
    """Return what an arithmetic function finds, or nothing where it finds none."""
    try:
        return find(node)
    except ValueError:
        return None


@pytest.mark.parametrize("row", rows("tree-math"))
def test_tree_arithmetic_finds_the_relatives_of_every_node(row: Row) -> None:
    leaves, nodes = row["n_leaves"], range(row["n_nodes"])

    left = [or_none(tree_math.left, node) for node in nodes]
    right = [or_none(tree_math.right, node) for node in nodes]
    parent = [or_none(lambda node: tree_math.parent(node, leaves), node) for node in nodes]
    sibling = [or_none(lambda node: tree_math.sibling(node, leaves), node) for node in nodes]

    assert tree_math.node_count(leaves) == row["n_nodes"]
    assert tree_math.root(leaves) == row["root"]
    assert (left, right) == (row["left"], row["right"])
    assert (parent, sibling) == (row["parent"], row["sibling"])


@pytest.mark.parametrize("row", rows("tree-validation"))
def test_a_tree_is_resolved_and_hashed_as_the_vector_says(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    tree = decode(RatchetTree.read, unhex(row["tree"]))
    nodes = range(tree_math.node_count(tree.width))

    resolutions = [list(tree.resolution(node)) for node in nodes]
    hashes = [tree_hash(suite, tree, node).hex() for node in nodes]

    assert resolutions == row["resolutions"]
    assert hashes == row["tree_hashes"]
    assert encode(tree) == unhex(row["tree"])


@pytest.mark.parametrize("row", rows("tree-validation"))
def test_a_tree_made_by_members_passes_every_check_of_a_joiner(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    tree = decode(RatchetTree.read, unhex(row["tree"]))
    group_id = unhex(row["group_id"])

    check_parent_hashes(suite, tree)
    for number, leaf in tree.members():
        verify_leaf(suite, leaf, LeafPlace(group_id=group_id, leaf=number))
    check_tree(suite, tree, group_id=group_id, group_extensions=(), lifetimes=None)


@pytest.mark.parametrize("row", rows("tree-operations"))
def test_a_proposal_turns_one_tree_into_the_other(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    before = decode(RatchetTree.read, unhex(row["tree_before"]))

    proposal = decode(read_proposal, unhex(row["proposal"]))
    match proposal:
        case Add():
            after, _ = before.add(proposal.key_package.leaf_node)
        case Update():
            after = before.update(row["proposal_sender"], proposal.leaf_node)
        case Remove():
            after = before.remove(proposal.removed)
        case _:
            pytest.fail("a proposal that changes no tree")

    assert root_hash(suite, before) == unhex(row["tree_hash_before"])
    assert encode(before) == unhex(row["tree_before"])
    assert encode(after) == unhex(row["tree_after"])
    assert root_hash(suite, after) == unhex(row["tree_hash_after"])
