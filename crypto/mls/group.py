"""A group as one of its members has it: the core's whole interface for a client.

A `Group` never changes. An operation returns a new one and leaves the old as it was;
a message that is refused leaves nothing behind. The bytes taken and given are
MLSMessages, but for the tree, which is the `ratchet_tree` extension's content.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crypto.mls.codec import Malformed, Reader, Writer, decode, encode
from crypto.mls.committing import make_commit, make_welcome, member_intent
from crypto.mls.credential import Credential
from crypto.mls.extensions import external_pub
from crypto.mls.group_info import GroupInfo, sign_group_info, tree_extension
from crypto.mls.joining import external_intent, open_welcome, our_state
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets
from crypto.mls.key_schedule import export, external_key_pair
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.member_state import MemberState, first_epoch
from crypto.mls.message import pack, unpack_group_info, unpack_public, unpack_welcome
from crypto.mls.processing import process_commit
from crypto.mls.proposal import Add, Proposal, Remove
from crypto.mls.public_state import Allow, Member, PublicState
from crypto.mls.suite import Secret
from crypto.mls.transition import describe

_FORM = 1
_SIGNATURE_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One member's view of one epoch, and the key it signs with."""

    own: MemberState
    signature_key: Secret

    @staticmethod
    def create(group_id: bytes, secrets: KeyPackageSecrets) -> "Group":
        """Begin a group of one: RFC 9420, section 11."""
        own = first_epoch(group_id, secrets)
        return Group(own=own, signature_key=secrets.signature_key)

    @staticmethod
    def join(
        welcome: bytes,
        secrets: KeyPackageSecrets,
        tree: bytes | None,
        allow: Allow,
        now: datetime,
    ) -> "Group":
        """Follow a Welcome; without a tree, its GroupInfo must carry one.

        `allow` judges all members, this one among them, as added by the Welcome's signer.
        That the group is not one we are in already is for the caller to see to.

        Raises:
            Refused: Something in the Welcome does not hold; see `open_welcome`.
        """
        opened = unpack_welcome(welcome)
        own = open_welcome(opened, secrets, tree, allow=allow, now=now)
        return Group(own=own, signature_key=secrets.signature_key)

    @staticmethod
    def external(
        group_info: bytes,
        secrets: KeyPackageSecrets,
        replaces: int | None,
        allow: Allow,
        now: datetime,
    ) -> tuple[bytes, "Group"]:
        """Add oneself, taking the place of one's own old leaf if `replaces` names it.

        `allow` is called twice: for the group as it stands, as at a join, and for the
        change itself, as all members will see it.

        Raises:
            Refused: Something in the GroupInfo does not hold; see `external_intent`.
        """
        info = unpack_group_info(group_info)
        state = our_state(info, None, allow=allow, now=now)
        intent = external_intent(info, state, secrets, replaces)
        made = make_commit(intent)
        change = describe(
            state, intent.applied, made.own.state.tree, committer=intent.leaf, external=True
        )
        allow(change, state)
        group = Group(own=made.own, signature_key=secrets.signature_key)
        return pack(made.message), group

    @property
    def state(self) -> PublicState:
        """The epoch without its secrets."""
        return self.own.state

    @property
    def group_id(self) -> bytes:
        """The group's name, the same in all epochs."""
        return self.state.group_id

    @property
    def epoch(self) -> int:
        """Number of commits since the group began."""
        return self.state.epoch

    @property
    def leaf(self) -> int:
        """Where we stand in the tree."""
        return self.own.keys.leaf

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody in the group, by leaf."""
        return self.state.members

    @property
    def authenticator(self) -> Secret:
        """32 bytes that two members share if and only if they see the same group: section 8.7."""
        return self.own.secrets.authenticator

    @property
    def confirmed_transcript_hash(self) -> bytes:
        """32 bytes that fix all commits so far; not secret, for comparing with others (R11)."""
        return self.state.context.confirmed_transcript_hash

    @property
    def tree(self) -> bytes:
        """The public tree, as `join` takes it."""
        return encode(self.state.tree)

    def export(self, label: str, context: bytes, length: int) -> Secret:
        """Derive a secret for use outside of MLS, the same for all members: section 8.5."""
        return export(self.state.suite, self.own.secrets.exporter, label, context, length)

    def group_info(self) -> bytes:
        """Describe the group for those who join: with the tree and the external key."""
        state = self.state
        outside = external_key_pair(state.suite, self.own.secrets).public
        info = GroupInfo(
            context=state.context,
            extensions=(tree_extension(state.tree), external_pub(outside)),
            confirmation_tag=state.confirmation_tag,
            signer=self.leaf,
        )
        return pack(sign_group_info(state.suite, info, self.signature_key))

    def commit(
        self,
        adds: Sequence[KeyPackage] = (),
        removes: Sequence[int] = (),
        *,
        now: datetime,
        credential: Credential | None = None,
    ) -> tuple[bytes, bytes | None, "Group"]:
        """Add and remove members and renew our keys: (commit, Welcome for the added, next Group).

        There is always a path (protocol R13). The next Group is pending until the delivery
        service has taken the commit. A credential given replaces ours.

        Raises:
            Refused: What is asked for would be refused by the others.
        """
        proposals: tuple[Proposal, ...] = (
            *(Remove(removed=leaf) for leaf in removes),
            *(Add(key_package=package) for package in adds),
        )
        lifetimes = LifetimePolicy(now=now)
        intent = member_intent(
            self.own, proposals, signature_key=self.signature_key, lifetimes=lifetimes
        )
        if credential is not None:
            intent = replace(intent, draft=replace(intent.draft, credential=credential))
        made = make_commit(intent)
        welcome = make_welcome(intent, made)
        after = replace(self, own=made.own)
        return pack(made.message), None if welcome is None else pack(welcome), after

    def process(self, message: bytes, allow: Allow, now: datetime) -> "Group":
        """Enter the epoch that another's commit begins.

        `now` is the moment the log took the commit.

        Raises:
            RemovedFromGroup: It is valid, allowed, and takes us out.
            OwnMessage: It is our own.
            Refused: Something in it does not hold; or whatever `allow` raises.
        """
        own = process_commit(self.own, unpack_public(message), allow, now=now)
        return replace(self, own=own)

    def encode(self) -> bytes:
        """Write everything down for our own vault: it holds secrets."""
        return Writer().uint8(_FORM).put(self.own).opaque(self.signature_key).bytes()

    @staticmethod
    def decode(data: bytes) -> "Group":
        """Read what `encode` wrote.

        Raises:
            Malformed: It is something else, or its parts do not belong together.
        """
        return decode(_read, data)


def _read(reader: Reader) -> Group:
    if reader.uint8() != _FORM:
        raise Malformed("a group written in another form")
    own, signature_key = MemberState.read(reader), Secret(reader.fixed(_SIGNATURE_KEY_LENGTH))
    leaf = own.state.tree.member(own.keys.leaf)
    if own.state.suite.signature_public(signature_key) != leaf.signature_key:
        raise Malformed("a signature key that is not the leaf's")
    return Group(own=own, signature_key=signature_key)
