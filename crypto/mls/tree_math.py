"""Where things stand in a full binary tree kept in an array: RFC 9420, appendix C.

Leaves stand at even places, leaf `n` at place `2 n`; a parent stands between its two
subtrees. `leaves` is always the width of the whole tree: a power of two.
"""

from functools import lru_cache


def node_count(leaves: int) -> int:
    """Number of places in a tree so wide."""
    return 2 * leaves - 1


def leaf_node(leaf: int) -> int:
    """Place of a leaf."""
    return 2 * leaf


def is_leaf(node: int) -> bool:
    """Tell whether a leaf stands at a place."""
    return node % 2 == 0


def level(node: int) -> int:
    """Height of a place above the leaves: the number of one bits at its end."""
    return (~node & (node + 1)).bit_length() - 1


def root(leaves: int) -> int:
    """Place of the root."""
    return leaves - 1


def left(node: int) -> int:
    """Place of the left child.

    Raises:
        ValueError: A leaf has no children.
    """
    height = level(node)
    if height == 0:
        raise ValueError("a leaf has no children")
    return node - (1 << (height - 1))


def right(node: int) -> int:
    """Place of the right child.

    Raises:
        ValueError: A leaf has no children.
    """
    height = level(node)
    if height == 0:
        raise ValueError("a leaf has no children")
    return node + (1 << (height - 1))


def parent(node: int, leaves: int) -> int:
    """Place of the parent.

    Raises:
        ValueError: The root has none.
    """
    if node == root(leaves):
        raise ValueError("the root has no parent")
    step = 1 << level(node)
    return node - step if node & (step << 1) else node + step


def sibling(node: int, leaves: int) -> int:
    """Place of the parent's other child.

    Raises:
        ValueError: The root has none.
    """
    above = parent(node, leaves)
    return right(above) if node < above else left(above)


@lru_cache(maxsize=4096)
def direct_path(node: int, leaves: int) -> tuple[int, ...]:
    """Places above a place, from its parent up to the root."""
    path = []
    while node != root(leaves):
        node = parent(node, leaves)
        path.append(node)
    return tuple(path)


@lru_cache(maxsize=4096)
def copath(node: int, leaves: int) -> tuple[int, ...]:
    """Siblings of a place and of the places above it, upwards; one per place above."""
    below = (node, *direct_path(node, leaves)[:-1])
    return tuple(sibling(place, leaves) for place in below) if node != root(leaves) else ()


def leaves_below(node: int) -> range:
    """Leaves of the subtree at a place, itself included if it is one."""
    width = 1 << level(node)
    first = (node - (width - 1)) // 2
    return range(first, first + width)


def covers(node: int, leaf: int) -> bool:
    """Tell whether a leaf is in the subtree at a place."""
    return leaf in leaves_below(node)


def common_ancestor(one: int, other: int, leaves: int) -> int:
    """Lowest place above two different leaves."""
    return next(place for place in direct_path(leaf_node(one), leaves) if covers(place, other))
