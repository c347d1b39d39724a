"""What a group shows to those about to join it, signed by a member: RFC 9420, section 12.4.3."""

from dataclasses import dataclass, replace

from crypto.mls.codec import Reader, Writer, decode, encode
from crypto.mls.extensions import Extension, find, read_extensions
from crypto.mls.group_context import GroupContext
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.registry import ExtensionType
from crypto.mls.suite import Suite

_LABEL = "GroupInfoTBS"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupInfo:
    """An epoch's context and confirmation tag, with extensions; `signer` is a leaf."""

    context: GroupContext
    extensions: tuple[Extension, ...]
    confirmation_tag: bytes
    signer: int
    signature: bytes = b""

    def content(self) -> bytes:
        """Return the wire form without the signature."""
        writer = Writer().put(self.context).vector(self.extensions)
        return writer.opaque(self.confirmation_tag).uint32(self.signer).bytes()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.raw(self.content()).opaque(self.signature)

    @staticmethod
    def read(reader: Reader) -> "GroupInfo":
        """Take the wire form."""
        return GroupInfo(
            context=GroupContext.read(reader),
            extensions=read_extensions(reader),
            confirmation_tag=reader.opaque(),
            signer=reader.uint32(),
            signature=reader.opaque(),
        )

    def tree_bytes(self) -> bytes | None:
        """Return the content of the `ratchet_tree` extension, if there is one."""
        return find(self.extensions, ExtensionType.RATCHET_TREE)


def tree_extension(tree: RatchetTree) -> Extension:
    """Make the extension that carries the whole tree: section 12.4.3.3."""
    return Extension(type=ExtensionType.RATCHET_TREE, data=encode(tree))


def read_tree(data: bytes) -> RatchetTree:
    """Read the content of a `ratchet_tree` extension.

    Raises:
        Malformed: It is no tree.
    """
    return decode(RatchetTree.read, data)


def sign_group_info(suite: Suite, info: GroupInfo, key: bytes) -> GroupInfo:
    """Return the GroupInfo with its signer's signature."""
    return replace(info, signature=suite.sign_with_label(key, _LABEL, info.content()))


def verify_group_info(suite: Suite, info: GroupInfo, key: bytes) -> None:
    """Accept a GroupInfo's signature, given the key in its signer's leaf.

    Raises:
        BadSignature: No such member signed it.
    """
    suite.verify_with_label(key, _LABEL, info.content(), info.signature)
