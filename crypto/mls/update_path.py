"""How a committer tells the others the new keys above its leaf: RFC 9420, section 7.6."""

from dataclasses import dataclass

from crypto.mls.codec import Reader, Writer
from crypto.mls.leaf_node import LeafNode
from crypto.mls.suite import HpkeCiphertext


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePathNode:
    """A new key, and its path secret sealed to each node of the copath's resolution."""

    encryption_key: bytes
    encrypted_path_secret: tuple[HpkeCiphertext, ...]

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.opaque(self.encryption_key).vector(self.encrypted_path_secret)

    @staticmethod
    def read(reader: Reader) -> "UpdatePathNode":
        """Take the wire form."""
        return UpdatePathNode(
            encryption_key=reader.opaque(),
            encrypted_path_secret=reader.vector(HpkeCiphertext.read),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePath:
    """The committer's new leaf and the nodes of its filtered direct path, upwards."""

    leaf_node: LeafNode
    nodes: tuple[UpdatePathNode, ...]

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.put(self.leaf_node).vector(self.nodes)

    @staticmethod
    def read(reader: Reader) -> "UpdatePath":
        """Take the wire form."""
        return UpdatePath(leaf_node=LeafNode.read(reader), nodes=reader.vector(UpdatePathNode.read))
