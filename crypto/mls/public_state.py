"""What everybody may know of a group in one epoch, and the hook that judges its changes."""

from collections.abc import Callable
from dataclasses import dataclass

from crypto.mls.group_context import GroupContext
from crypto.mls.leaf_node import LeafNode
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.suite import Suite, suite_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A client in a group; `identity` is its credential's, which proves nothing by itself."""

    leaf: int
    identity: bytes
    signature_key: bytes
    encryption_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicState:
    """An epoch without its secrets: the context, the tree, and what ties it to the past."""

    context: GroupContext
    tree: RatchetTree
    interim_transcript_hash: bytes
    confirmation_tag: bytes

    @property
    def suite(self) -> Suite:
        """The group's cipher suite."""
        return suite_of(self.context.cipher_suite)

    @property
    def group_id(self) -> bytes:
        """The group's name, the same in all epochs."""
        return self.context.group_id

    @property
    def epoch(self) -> int:
        """Number of commits since the group began."""
        return self.context.epoch

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody in the group, by leaf."""
        return tuple(member_of(leaf, node) for leaf, node in self.tree.members())

    def member(self, leaf: int) -> Member:
        """Return the member at a leaf.

        Raises:
            NoSuchLeaf: Nobody stands there.
        """
        return member_of(leaf, self.tree.member(leaf))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a commit does to the members, for `allow` to judge.

    `removed` are as they were, `added` as they come, `updated` is the committer as its
    path makes it: a new certificate shows there. The committer of an external commit
    is the newcomer itself, and `added` holds it too. `references` name the key packages
    of the others added, in the same order; an external committer used none.

    For a client about to join, `added` is the whole group and the committer is the
    member who signed the GroupInfo.
    """

    added: tuple[Member, ...]
    removed: tuple[Member, ...]
    updated: tuple[Member, ...]
    committer: Member
    external: bool
    references: tuple[bytes, ...] = ()


Allow = Callable[[Change, PublicState], None]
"""The one policy hook: called with a change and the state before it; raising refuses."""


def member_of(leaf: int, node: LeafNode) -> Member:
    """Describe the client at a leaf."""
    return Member(
        leaf=leaf,
        identity=node.credential.identity,
        signature_key=node.signature_key,
        encryption_key=node.encryption_key,
    )
