"""An epoch as one member has it: the public state, its private keys, the epoch's secrets."""

from dataclasses import dataclass

from crypto.mls.codec import Malformed, Reader, Writer
from crypto.mls.group_context import GroupContext
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.key_schedule import EpochSecrets, derive_epoch
from crypto.mls.public_state import PublicState
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.refused import Refused
from crypto.mls.suite import Secret, equal, suite_of
from crypto.mls.transcript import confirmation_tag, interim_hash
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_kem import TreeKeys


class Unconfirmed(Refused):
    """A confirmation tag does not fit the secrets we derived: not the same group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberState:
    """What a member keeps of an epoch, but for its signature key, which outlives epochs."""

    state: PublicState
    keys: TreeKeys
    secrets: EpochSecrets

    def write(self, writer: Writer) -> None:
        """Append a form for the member's own vault; it is not part of RFC 9420."""
        writer.put(self.state.context).put(self.state.tree)
        writer.opaque(self.state.confirmation_tag).put(self.keys).opaque(self.secrets.epoch)

    @staticmethod
    def read(reader: Reader) -> "MemberState":
        """Take the form that `write` made; signatures were verified when it was new.

        Raises:
            Malformed: It is something else, or its parts do not belong together.
            Unconfirmed: Its secrets are not those of its epoch.
        """
        context, tree = GroupContext.read(reader), RatchetTree.read(reader)
        tag, keys = reader.opaque(), TreeKeys.read(reader)
        secrets = derive_epoch(suite_of(context.cipher_suite), Secret(reader.opaque()))
        own = MemberState(state=state_of(context, tree, tag), keys=keys, secrets=secrets)
        if not equal(root_hash(own.state.suite, tree), context.tree_hash):
            raise Malformed("a tree that is not the group's")
        if not keys.fit(own.state.suite, tree):
            raise Malformed("private keys that are not the tree's")
        check_confirmed(own)
        return own


def first_epoch(group_id: bytes, secrets: KeyPackageSecrets) -> MemberState:
    """Begin a group of one: RFC 9420, section 11."""
    package = secrets.key_package
    suite, tree = suite_of(package.cipher_suite), RatchetTree.of(package.leaf_node)
    context = GroupContext(
        cipher_suite=suite.id,
        group_id=group_id,
        epoch=0,
        tree_hash=root_hash(suite, tree),
        confirmed_transcript_hash=b"",
    )
    epoch = derive_epoch(suite, suite.random_secret())
    tag = confirmation_tag(suite, epoch.confirmation_key, b"")
    keys = TreeKeys(leaf=0, private={0: secrets.encryption_key})
    return MemberState(state=state_of(context, tree, tag), keys=keys, secrets=epoch)


def state_of(context: GroupContext, tree: RatchetTree, tag: bytes) -> PublicState:
    """Put a public state together; the interim hash follows from the tag: section 8.2."""
    suite = suite_of(context.cipher_suite)
    return PublicState(
        context=context,
        tree=tree,
        interim_transcript_hash=interim_hash(suite, context.confirmed_transcript_hash, tag),
        confirmation_tag=tag,
    )


def check_confirmed(own: MemberState) -> None:
    """Accept an epoch's confirmation tag, in constant time.

    Raises:
        Unconfirmed: Our secrets give another.
    """
    state = own.state
    confirmed = state.context.confirmed_transcript_hash
    expected = confirmation_tag(state.suite, own.secrets.confirmation_key, confirmed)
    if not equal(expected, state.confirmation_tag):
        raise Unconfirmed
