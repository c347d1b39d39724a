"""Hashes over the tree: RFC 9420, sections 7.8 and 7.9."""

from bisect import bisect_left
from collections.abc import Sequence

from crypto.mls import tree_math
from crypto.mls.codec import Writer
from crypto.mls.ratchet_tree import ParentNode, RatchetTree
from crypto.mls.registry import NodeType
from crypto.mls.suite import Suite


def root_hash(suite: Suite, tree: RatchetTree) -> bytes:
    """Hash the whole tree: what the group context carries."""
    return tree_hash(suite, tree, tree_math.root(tree.width))


def tree_hash(suite: Suite, tree: RatchetTree, place: int) -> bytes:
    """Hash the subtree at a place; each hash is computed once in a tree's life."""
    known = tree.hashes[place]
    if known is None:
        known = _compute(suite, tree, place, ())
        tree.hashes[place] = known
    return known


def parent_hash(suite: Suite, tree: RatchetTree, node: ParentNode, other: int) -> bytes:
    """Hash a parent as its child on one side names it; `other` is the child on the other side.

    The sibling is hashed as it was when the parent got its key: without the leaves that
    came later, which are those the parent lists as unmerged (section 7.9).
    """
    sibling = _hash_without(suite, tree, other, node.unmerged_leaves)
    writer = Writer().opaque(node.encryption_key).opaque(node.parent_hash).opaque(sibling)
    return suite.hash(writer.bytes())


def _hash_without(suite: Suite, tree: RatchetTree, place: int, late: Sequence[int]) -> bytes:
    """Hash a subtree without some of its leaves; where there are none, the usual hash serves.

    `late` rises, so that each node looks only at those below it: a tree made to be slow
    is hashed as fast as any other.
    """
    below = tree_math.leaves_below(place)
    here = late[bisect_left(late, below.start) : bisect_left(late, below.stop)]
    return _compute(suite, tree, place, here) if here else tree_hash(suite, tree, place)


def _compute(suite: Suite, tree: RatchetTree, place: int, late: Sequence[int]) -> bytes:
    writer = Writer()
    if tree_math.is_leaf(place):
        leaf = place // 2
        writer.uint8(NodeType.LEAF).uint32(leaf)
        writer.optional(None if late else tree.leaf(leaf))
    else:
        writer.uint8(NodeType.PARENT).optional(_without(tree.parent_node(place), late))
        for child in (tree_math.left(place), tree_math.right(place)):
            writer.opaque(_hash_without(suite, tree, child, late))
    return suite.hash(writer.bytes())


def _without(node: ParentNode | None, late: Sequence[int]) -> ParentNode | None:
    if node is None or not late:
        return node
    gone = frozenset(late)
    unmerged = tuple(leaf for leaf in node.unmerged_leaves if leaf not in gone)
    return ParentNode(
        encryption_key=node.encryption_key,
        parent_hash=node.parent_hash,
        unmerged_leaves=unmerged,
    )
