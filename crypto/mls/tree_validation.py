"""Whether a tree from outside is one that members made: RFC 9420, sections 7.9.2 and 12.4.3.1."""

from collections.abc import Mapping, Sequence

from crypto.mls import tree_math
from crypto.mls.extensions import Extension
from crypto.mls.leaf_node import LeafNode, LeafPlace, check_leaf
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.ratchet_tree import ParentNode, RatchetTree
from crypto.mls.refused import Refused
from crypto.mls.registry import LeafNodeSource
from crypto.mls.suite import Suite, equal
from crypto.mls.tree_hash import parent_hash


class InvalidTree(Refused):
    """A ratchet tree breaks a rule that holds for every tree members make."""


def check_tree(
    suite: Suite,
    tree: RatchetTree,
    *,
    group_id: bytes,
    group_extensions: Sequence[Extension],
    lifetimes: LifetimePolicy | None,
) -> None:
    """Accept a whole tree, as a joiner must: leaves, keys, unmerged leaves, parent hashes.

    Raises:
        InvalidTree: The nodes do not fit together.
        BadKey: Nobody could seal to one of the keys.
        Refused: A leaf is not valid; see `check_leaf`.
    """
    check_unique(tree)
    check_unmerged(tree)
    check_parent_hashes(suite, tree)
    for _, parent in tree.parents():
        suite.check_public_key(parent.encryption_key)
    for leaf, node in tree.members():
        place = LeafPlace(group_id=group_id, leaf=leaf)
        check_leaf(suite, node, place, group_extensions=group_extensions, lifetimes=lifetimes)


def check_unique(tree: RatchetTree) -> None:
    """Accept a tree in which no key stands twice.

    Raises:
        InvalidTree: Two nodes share an encryption key, or two leaves a signature key.
    """
    encryption = list(tree.encryption_keys())
    if len(set(encryption)) != len(encryption):
        raise InvalidTree("an encryption key in two places")
    signature = [node.signature_key for _, node in tree.members()]
    if len(set(signature)) != len(signature):
        raise InvalidTree("a signature key in two places")


def check_unmerged(tree: RatchetTree) -> None:
    """Accept a tree whose unmerged leaves are members, listed all the way up.

    Raises:
        InvalidTree: One is blank, stands elsewhere, or a node between does not list it.
    """
    unmerged = {place: frozenset(node.unmerged_leaves) for place, node in tree.parents()}
    for place, leaves in unmerged.items():
        for leaf in leaves:
            if not tree_math.covers(place, leaf) or tree.leaf(leaf) is None:
                raise InvalidTree("an unmerged leaf that is none")
            _check_between(tree, place, leaf, unmerged)


def check_parent_hashes(suite: Suite, tree: RatchetTree) -> None:
    """Accept a tree in which every parent key was put there by a member below it.

    Raises:
        InvalidTree: A parent is not named by exactly one node below.
    """
    for place, node in tree.parents():
        left, right = tree_math.left(place), tree_math.right(place)
        named = _is_named(suite, tree, node, left, right) + _is_named(
            suite, tree, node, right, left
        )
        if named != 1:
            raise InvalidTree("a parent whose key no member vouches for")


def _check_between(
    tree: RatchetTree, place: int, leaf: int, unmerged: Mapping[int, frozenset[int]]
) -> None:
    for lower in tree_math.direct_path(2 * leaf, tree.width):
        if lower == place:
            return
        if leaf not in unmerged.get(lower, (leaf,)):
            raise InvalidTree("a node between does not list an unmerged leaf")


def _is_named(suite: Suite, tree: RatchetTree, node: ParentNode, child: int, other: int) -> bool:
    """Tell whether a node below `child` carries the parent hash of `node`: section 7.9.2.

    That node is the one left of the child's resolution when the leaves unmerged at the
    parent are taken away: the section asks for equality of the two sets, so it is alone.
    """
    late = {2 * leaf for leaf in node.unmerged_leaves if tree_math.covers(child, leaf)}
    resolution = set(tree.resolution(child))
    below = resolution - late
    if len(below) != 1 or not late <= resolution:
        return False
    named = _named_by(tree.node(below.pop()))
    return named is not None and equal(named, parent_hash(suite, tree, node, other))


def _named_by(node: LeafNode | ParentNode | None) -> bytes | None:
    if isinstance(node, LeafNode):
        return node.parent_hash if node.source == LeafNodeSource.COMMIT else None
    return None if node is None else node.parent_hash
