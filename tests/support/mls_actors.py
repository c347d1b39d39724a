"""Clients for tests of the MLS core: key packages, groups that have lived a little, hooks."""

from dataclasses import dataclass
from datetime import UTC, datetime

from crypto.mls.credential import Credential
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.public_state import Change, PublicState
from crypto.mls.suite import SUITE_1

SUITE = SUITE_1
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NAMES = ("ana", "ben", "cleo", "dora", "eve", "fay", "gus", "hal", "ida", "jon")


def accept(change: Change, state: PublicState) -> None:
    """Allow everything: the policy of tests about what comes before policy."""


class NotAllowed(Exception):
    """What the hook of a test says to what it does not want."""


def package_of(name: str, *, now: datetime = NOW) -> KeyPackageSecrets:
    """Make a key package for a client with a fresh signature key."""
    key = SUITE.generate_signature_key()
    credential = Credential(identity=name.encode())
    return new_key_package(SUITE, credential, key, Lifetime.starting(now))


@dataclass(frozen=True, kw_only=True)
class Circle:
    """Members of one group in one epoch, by leaf."""

    groups: tuple[Group, ...]

    def __getitem__(self, leaf: int) -> Group:
        """Return the member at a leaf."""
        return next(group for group in self.groups if group.leaf == leaf)

    def after(self, committer: Group, commit: bytes) -> "Circle":
        """Have everybody but the committer, whose next state is given, process a commit."""
        others = (group for group in self.groups if group.leaf != committer.leaf)
        moved = [group.process(commit, accept, NOW) for group in others]
        groups = sorted([committer, *moved], key=lambda group: group.leaf)
        return Circle(groups=tuple(groups))


def circle_of(size: int) -> Circle:
    """Make a group that has lived: everybody added at once, then everybody but the last commits.

    The last member has not committed, so its leaf is still that of its key package.
    """
    packages = [package_of(name) for name in NAMES[:size]]
    first = Group.create(b"a circle", packages[0])
    others = packages[1:]
    commit, welcome, first = first.commit([each.key_package for each in others], now=NOW)
    assert commit
    assert welcome is not None
    joined = [Group.join(welcome, each, first.tree, accept, NOW) for each in others]
    circle = Circle(groups=(first, *joined))
    for leaf in range(size - 1):
        commit, _, after = circle[leaf].commit(now=NOW)
        circle = circle.after(after, commit)
    return circle
