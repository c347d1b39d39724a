"""A group as the delivery service has it: everything that can be checked without a secret.

It cannot check confirmation tags, membership tags and what paths are sealed with; the
members do, and tell each other when they disagree (protocol R11, R14).
"""

from dataclasses import dataclass
from datetime import datetime

from crypto.mls.codec import encode
from crypto.mls.extensions import read_external_pub
from crypto.mls.group_info import GroupInfo, verify_group_info
from crypto.mls.joining import verified_state
from crypto.mls.lifetime import LifetimePolicy
from crypto.mls.message import unpack_group_info, unpack_public, unpack_welcome
from crypto.mls.profile import check_clients, check_extensions, proposals_of
from crypto.mls.public_state import Allow, Change, Member, PublicState
from crypto.mls.refused import Refused
from crypto.mls.suite import suite_of
from crypto.mls.transition import finish, stage, verify_commit


class GroupInfoMismatch(Refused):
    """A GroupInfo does not describe the epoch that its commit begins."""


class WelcomeMismatch(Refused):
    """A Welcome is not for exactly those whom its commit adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicGroup:
    """The public state of one epoch, and the change that led to it, if we saw it."""

    state: PublicState
    change: Change | None = None

    @staticmethod
    def from_group_info(data: bytes) -> "PublicGroup":
        """Begin from a GroupInfo that carries its tree.

        Raises:
            Refused: Its tree or its signature does not hold, or it is out of our profile.
        """
        info = unpack_group_info(data)
        check_extensions(info.context.extensions)
        state = verified_state(info, None, LifetimePolicy(now=None))
        check_clients(state.tree)
        _check_way_in(info)
        return PublicGroup(state=state)

    @property
    def group_id(self) -> bytes:
        """The group's name, the same in all epochs."""
        return self.state.group_id

    @property
    def epoch(self) -> int:
        """Number of commits since the group began."""
        return self.state.epoch

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody in the group, by leaf."""
        return self.state.members

    def member(self, leaf: int) -> Member:
        """Return the member at a leaf.

        Raises:
            NoSuchLeaf: Nobody stands there.
        """
        return self.state.member(leaf)

    def process(self, message: bytes, allow: Allow, now: datetime) -> "PublicGroup":
        """Follow a commit; `allow` is told who made it, and compares with who sent it.

        Raises:
            Refused: Something in it does not hold; or whatever `allow` raises.
        """
        authenticated = unpack_public(message).authenticated()
        verify_commit(self.state, authenticated)
        proposals = proposals_of(authenticated)
        staged = stage(self.state, authenticated, proposals, LifetimePolicy(now=now))
        check_clients(staged.tree)
        allow(staged.change, self.state)
        state = finish(self.state, staged, authenticated)
        return PublicGroup(state=state, change=staged.change)

    def check_group_info(self, data: bytes, committer: int) -> None:
        """Accept the GroupInfo that comes with the commit just processed.

        Raises:
            GroupInfoMismatch: Another epoch, tree, transcript or signer, or no way in that
            anybody could take.
            BadSignature: The committer did not sign it.
        """
        info, state = unpack_group_info(data), self.state
        if info.context != state.context or info.signer != committer:
            raise GroupInfoMismatch
        if info.confirmation_tag != state.confirmation_tag:
            raise GroupInfoMismatch
        if info.tree_bytes() != encode(state.tree):
            raise GroupInfoMismatch
        _check_way_in(info)
        key = state.tree.member(committer).signature_key
        verify_group_info(state.suite, info, key)

    def check_welcome(self, data: bytes | None) -> None:
        """Accept the Welcome that comes with the commit just processed.

        Raises:
            WelcomeMismatch: It leaves out one whom the commit adds, or names another.
        """
        added = () if self.change is None else self.change.references
        named = () if data is None else welcome_references(data)
        if sorted(named) != sorted(added):
            raise WelcomeMismatch


def welcome_references(data: bytes) -> tuple[bytes, ...]:
    """Tell which key packages a Welcome is for, by reference.

    Raises:
        OutOfProfile: It is not a Welcome.
        Malformed: It is no MLSMessage.
    """
    return unpack_welcome(data).references()


def _check_way_in(info: GroupInfo) -> None:
    # With a key that no secret can be agreed with, a group that lost the thread stays lost.
    key = read_external_pub(info.extensions)
    if key is None or not suite_of(info.context.cipher_suite).is_usable_key(key):
        raise GroupInfoMismatch
