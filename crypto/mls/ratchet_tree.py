"""The public side of the tree of keys: RFC 9420, sections 4, 7.1, 7.7 and 12.4.3.3.

A tree never changes: each operation copies the array of nodes, which is a list of
references, and forgets the hashes above what it touched.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from crypto.mls import tree_math
from crypto.mls.codec import Malformed, Reader, Writer
from crypto.mls.leaf_node import LeafNode
from crypto.mls.refused import Refused
from crypto.mls.registry import NodeType

MAX_LEAVES: Final = 1 << 12
"""Far above any circle: a tree wider than this is refused before it is built."""


class NoSuchLeaf(Refused):
    """A place in the tree was named where nobody stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentNode:
    """A key that the members below know, but for the unmerged leaves."""

    encryption_key: bytes
    parent_hash: bytes
    unmerged_leaves: tuple[int, ...] = ()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.opaque(self.encryption_key).opaque(self.parent_hash)
        writer.uint32s(self.unmerged_leaves)

    @staticmethod
    def read(reader: Reader) -> "ParentNode":
        """Take the wire form.

        Raises:
            Malformed: The unmerged leaves do not rise (section 7.1).
        """
        node = ParentNode(
            encryption_key=reader.opaque(),
            parent_hash=reader.opaque(),
            unmerged_leaves=reader.uint32s(),
        )
        leaves = node.unmerged_leaves
        if any(one >= next_one for one, next_one in pairwise(leaves)):
            raise Malformed("unmerged leaves out of order")
        return node


Node = LeafNode | ParentNode


class RatchetTree:
    """An immutable tree; nodes are named by their place, leaves by their number."""

    __slots__ = ("_hashes", "_nodes")

    def __init__(self, nodes: Sequence[Node | None], hashes: Sequence[bytes | None] = ()) -> None:
        self._nodes = tuple(nodes)
        # What `tree_hash` computed, by place; filled as it goes, never wrong.
        self._hashes: list[bytes | None] = list(hashes) or [None] * len(self._nodes)

    @staticmethod
    def of(leaf: LeafNode) -> "RatchetTree":
        """Make a tree of one member."""
        return RatchetTree([leaf])

    @property
    def width(self) -> int:
        """Number of leaves, blank ones included: a power of two."""
        return (len(self._nodes) + 1) // 2

    @property
    def hashes(self) -> list[bytes | None]:
        """The tree hashes known so far, by place; `tree_hash` fills them in."""
        return self._hashes

    def node(self, place: int) -> Node | None:
        """Return what stands at a place: nothing if it is blank."""
        return self._nodes[place]

    def parent_node(self, place: int) -> ParentNode | None:
        """Return the parent node at a place: nothing if it is blank or a leaf's."""
        node = self._nodes[place]
        return node if isinstance(node, ParentNode) else None

    def leaf(self, leaf: int) -> LeafNode | None:
        """Return a member's leaf: nothing if it is blank or outside the tree."""
        if not 0 <= leaf < self.width:
            return None
        node = self._nodes[2 * leaf]
        return node if isinstance(node, LeafNode) else None

    def member(self, leaf: int) -> LeafNode:
        """Return a member's leaf.

        Raises:
            NoSuchLeaf: Nobody stands there.
        """
        node = self.leaf(leaf)
        if node is None:
            raise NoSuchLeaf
        return node

    def members(self) -> Iterator[tuple[int, LeafNode]]:
        """Go through the members from left to right, each with its number."""
        for place in range(0, len(self._nodes), 2):
            node = self._nodes[place]
            if isinstance(node, LeafNode):
                yield place // 2, node

    def parents(self) -> Iterator[tuple[int, ParentNode]]:
        """Go through the parents that are not blank, each with its place."""
        for place in range(1, len(self._nodes), 2):
            node = self._nodes[place]
            if isinstance(node, ParentNode):
                yield place, node

    def encryption_keys(self) -> Iterator[bytes]:
        """Go through the encryption keys of all nodes."""
        return (node.encryption_key for node in self._nodes if node is not None)

    def first_blank(self) -> int:
        """Number of the leftmost blank leaf; the width if there is none."""
        leaves = range(self.width)
        return next((leaf for leaf in leaves if self._nodes[2 * leaf] is None), self.width)

    def resolution(self, place: int) -> tuple[int, ...]:
        """Places of the fewest nodes that together hold all members below: section 4.1.1."""
        node = self._nodes[place]
        if isinstance(node, ParentNode):
            return (place, *(2 * leaf for leaf in node.unmerged_leaves))
        if node is not None:
            return (place,)
        if tree_math.is_leaf(place):
            return ()
        left, right = tree_math.left(place), tree_math.right(place)
        return self.resolution(left) + self.resolution(right)

    def filtered_path(self, leaf: int) -> tuple[tuple[int, int], ...]:
        """Direct path of a leaf without nodes that would add nothing: section 4.1.2.

        Each node comes with its child on the copath, whose resolution is not empty.
        """
        place = tree_math.leaf_node(leaf)
        path = tree_math.direct_path(place, self.width)
        copath = tree_math.copath(place, self.width)
        steps = zip(path, copath, strict=True)
        return tuple((node, other) for node, other in steps if self.resolution(other))

    def add(self, leaf_node: LeafNode) -> tuple["RatchetTree", int]:
        """Put a newcomer at the leftmost blank leaf: section 12.1.1."""
        leaf = self.first_blank()
        return self.room_for(leaf).insert(leaf, leaf_node), leaf

    def insert(self, leaf: int, leaf_node: LeafNode) -> "RatchetTree":
        """Put a newcomer at a blank leaf, unmerged in every parent above it."""
        nodes = list(self._nodes)
        for place in tree_math.direct_path(2 * leaf, self.width):
            node = nodes[place]
            if isinstance(node, ParentNode):
                unmerged = list(node.unmerged_leaves)
                insort(unmerged, leaf)
                nodes[place] = replace(node, unmerged_leaves=tuple(unmerged))
        nodes[2 * leaf] = leaf_node
        return self._changed(nodes, leaf)

    def room_for(self, leaf: int) -> "RatchetTree":
        """Return a tree wide enough for a leaf at the first blank: section 7.7."""
        return self if leaf < self.width else self._extended()

    def update(self, leaf: int, leaf_node: LeafNode) -> "RatchetTree":
        """Replace a member's leaf and blank what stood above: section 12.1.2.

        Raises:
            NoSuchLeaf: Nobody stands there.
        """
        self.member(leaf)
        return self.set_path(leaf, leaf_node, {})

    def remove(self, leaf: int) -> "RatchetTree":
        """Take a member out, blank what stood above, and truncate: section 12.1.3.

        Raises:
            NoSuchLeaf: Nobody stands there.
        """
        self.member(leaf)
        return self.set_path(leaf, None, {}).truncated()

    def truncated(self) -> "RatchetTree":
        """Halve the width as long as nobody stands in the right half: section 7.7."""
        width = self.width
        while width > 1 and not any(self._nodes[leaf * 2] for leaf in range(width // 2, width)):
            width //= 2
        count = tree_math.node_count(width)
        return RatchetTree(self._nodes[:count], self._hashes[:count])

    def set_path(
        self, leaf: int, leaf_node: LeafNode | None, parents: dict[int, ParentNode]
    ) -> "RatchetTree":
        """Blank a leaf's direct path, then put in the leaf and the parents given, by place."""
        nodes = list(self._nodes)
        nodes[2 * leaf] = leaf_node
        for place in tree_math.direct_path(2 * leaf, self.width):
            nodes[place] = parents.get(place)
        return self._changed(nodes, leaf)

    def replace_leaf(self, leaf: int, leaf_node: LeafNode) -> "RatchetTree":
        """Put in a leaf and leave what stands above it."""
        nodes = list(self._nodes)
        nodes[2 * leaf] = leaf_node
        return self._changed(nodes, leaf)

    def write(self, writer: Writer) -> None:
        """Append the `ratchet_tree` extension's content, without blanks at the end."""
        last = max(place for place, node in enumerate(self._nodes) if node is not None)
        inner = Writer()
        for node in self._nodes[: last + 1]:
            _write_node(inner, node)
        writer.opaque(inner.bytes())

    @staticmethod
    def read(reader: Reader) -> "RatchetTree":
        """Take the `ratchet_tree` extension's content.

        Raises:
            Malformed: Nodes at the wrong places, a blank at the end, or too many.
        """
        nodes = reader.vector(_read_node)
        if not nodes or nodes[-1] is None or len(nodes) > tree_math.node_count(MAX_LEAVES):
            raise Malformed("a tree that ends in a blank, or not soon enough")
        for place, node in enumerate(nodes):
            if node is not None and isinstance(node, LeafNode) != tree_math.is_leaf(place):
                raise Malformed("a node at the wrong place")
        width = 1
        while tree_math.node_count(width) < len(nodes):
            width *= 2
        blanks = tree_math.node_count(width) - len(nodes)
        return RatchetTree(nodes + (None,) * blanks)

    def _changed(self, nodes: list[Node | None], leaf: int) -> "RatchetTree":
        """Keep the hashes but those of a leaf and of the nodes above it."""
        hashes = list(self._hashes)
        hashes[2 * leaf] = None
        for place in tree_math.direct_path(2 * leaf, self.width):
            hashes[place] = None
        return RatchetTree(nodes, hashes)

    def _extended(self) -> "RatchetTree":
        """Double the width: the old tree becomes the left half under a blank root."""
        blanks: tuple[None, ...] = (None,) * (len(self._nodes) + 1)
        return RatchetTree(self._nodes + blanks, [*self._hashes, *blanks])


def _write_node(writer: Writer, node: Node | None) -> None:
    if node is None:
        writer.uint8(0)
        return
    kind = NodeType.LEAF if isinstance(node, LeafNode) else NodeType.PARENT
    writer.uint8(1).uint8(kind).put(node)


def _read_node(reader: Reader) -> Node | None:
    return reader.optional(_read_present)


def _read_present(reader: Reader) -> Node:
    kind = reader.enum8(NodeType)
    return LeafNode.read(reader) if kind == NodeType.LEAF else ParentNode.read(reader)
