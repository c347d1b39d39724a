"""What the members of a group agree on in one epoch: RFC 9420, section 8.1."""

from dataclasses import dataclass

from crypto.mls.codec import Reader, Writer
from crypto.mls.extensions import Extension, read_extensions
from crypto.mls.registry import ProtocolVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupContext:
    """The context that signatures and secrets of an epoch are bound to."""

    cipher_suite: int
    group_id: bytes
    epoch: int
    tree_hash: bytes
    confirmed_transcript_hash: bytes
    extensions: tuple[Extension, ...] = ()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16(ProtocolVersion.MLS10).uint16(self.cipher_suite)
        writer.opaque(self.group_id).uint64(self.epoch).opaque(self.tree_hash)
        writer.opaque(self.confirmed_transcript_hash).vector(self.extensions)

    @staticmethod
    def read(reader: Reader) -> "GroupContext":
        """Take the wire form."""
        reader.enum16(ProtocolVersion)
        return GroupContext(
            cipher_suite=reader.uint16(),
            group_id=reader.opaque(),
            epoch=reader.uint64(),
            tree_hash=reader.opaque(),
            confirmed_transcript_hash=reader.opaque(),
            extensions=read_extensions(reader),
        )
