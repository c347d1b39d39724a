"""Random walks of groups: whoever commits, all members and the service arrive at one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import pytest

from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.message import pack, unpack_key_package
from crypto.mls.processing import RemovedFromGroup
from crypto.mls.public_group import PublicGroup
from tests.support.mls_actors import NOW, accept, package_of

LABEL, CONTEXT, LENGTH = "ronde walk", b"context", 32
LARGEST = 14


class WillNotJoin(Exception):
    """A client refuses a Welcome that others follow, for a reason known and not ours."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What all members must see alike."""

    epoch: int
    tree_hash: bytes
    transcript: bytes
    authenticator: bytes
    exported: bytes


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a committer sends: the tree goes to those it adds."""

    commit: bytes
    welcome: bytes | None
    tree: bytes | None


class Walker(Protocol):
    """A client of any implementation."""

    name: str

    def key_package(self) -> bytes:
        """Make a key package and keep its secrets."""

    def create(self, group_id: bytes) -> None:
        """Begin a group of one."""

    def join(self, welcome: bytes, tree: bytes | None) -> None:
        """Follow a Welcome made for the last key package."""

    def commit(self, adds: Sequence[bytes], removes: Sequence[int]) -> Sent:
        """Commit, and move to the next epoch at once."""

    def process(self, commit: bytes) -> None:
        """Follow another's commit."""

    def leaf(self) -> int:
        """Tell where the client stands."""

    def view(self) -> View:
        """Tell what the client sees."""


@dataclass(kw_only=True)
class Ours:
    """A client of our own core."""

    name: str
    secrets: KeyPackageSecrets | None = None
    group: Group | None = None

    @property
    def joined(self) -> Group:
        """The group, once there is one."""
        assert self.group is not None
        return self.group

    def key_package(self) -> bytes:
        """Make a key package and keep its secrets."""
        self.secrets = package_of(self.name)
        return pack(self.secrets.key_package)

    def create(self, group_id: bytes) -> None:
        """Begin a group of one."""
        self.group = Group.create(group_id, package_of(self.name))

    def join(self, welcome: bytes, tree: bytes | None) -> None:
        """Follow a Welcome made for the last key package."""
        assert self.secrets is not None
        self.group = Group.join(welcome, self.secrets, tree, accept, NOW)

    def commit(self, adds: Sequence[bytes], removes: Sequence[int]) -> Sent:
        """Commit, and move to the next epoch at once."""
        packages = [unpack_key_package(each) for each in adds]
        commit, welcome, self.group = self.joined.commit(packages, removes, now=NOW)
        return Sent(commit=commit, welcome=welcome, tree=self.group.tree)

    def enter(self, group_info: bytes, replaces: int | None) -> bytes:
        """Come in from outside."""
        commit, self.group = Group.external(
            group_info, package_of(self.name), replaces, accept, NOW
        )
        return commit

    def process(self, commit: bytes) -> None:
        """Follow another's commit, from what the vault would have kept."""
        self.group = Group.decode(self.joined.encode()).process(commit, accept, NOW)

    def leaf(self) -> int:
        """Tell where the client stands."""
        return self.joined.leaf

    def view(self) -> View:
        """Tell what the client sees."""
        group = self.joined
        return View(
            epoch=group.epoch,
            tree_hash=group.state.context.tree_hash,
            transcript=group.confirmed_transcript_hash,
            authenticator=group.authenticator,
            exported=group.export(LABEL, CONTEXT, LENGTH),
        )


@dataclass(kw_only=True)
class Walk:
    """A group of walkers, its delivery service, and where chance takes them."""

    random: Random
    hire: Callable[[str], Walker]
    members: list[Walker]
    service: PublicGroup
    gone: list[str] = field(default_factory=list)
    hired: int = 0
    evicted: int = 0

    @staticmethod
    def begin(seed: int, hire: Callable[[str], Walker] = lambda name: Ours(name=name)) -> "Walk":
        """Begin with one of ours; `hire` makes those who come later."""
        first = Ours(name="first")
        first.create(b"walk %d" % seed)
        service = PublicGroup.from_group_info(first.joined.group_info())
        return Walk(random=Random(seed), hire=hire, members=[first], service=service)

    def steps(self, count: int) -> None:
        """Take so many steps, and see after each that all agree."""
        for _ in range(count):
            self.step()
            self.agree()

    def step(self) -> None:
        """Take one step: a commit of some member, or of one from outside."""
        few, many = len(self.members) < 3, len(self.members) >= LARGEST
        moves = [self.update, *([] if few else [self.remove, self.exchange, self.remove])]
        moves += [] if many else [self.add, self.add, self.come_in]
        self.random.choice([*moves, self.come_back])()

    def agree(self) -> None:
        """See that all members and the service are at one place."""
        first = self.members[0].view()
        for member in self.members[1:]:
            assert member.view() == first, member.name
        seen = self.service.state.context
        assert (seen.epoch, seen.tree_hash) == (first.epoch, first.tree_hash)
        assert seen.confirmed_transcript_hash == first.transcript
        leaves = {member.leaf(): member.name.encode() for member in self.members}
        assert {each.leaf: each.identity for each in self.service.members} == leaves

    def update(self) -> None:
        """One renews its keys."""
        self._commit(self.random.choice(self.members), [], [])

    def add(self) -> None:
        """One adds up to three."""
        self._commit(self.random.choice(self.members), self._newcomers(), [])

    def remove(self) -> None:
        """One removes up to two others."""
        committer = self.random.choice(self.members)
        self._commit(committer, [], self._others(committer))

    def exchange(self) -> None:
        """One removes and adds at once."""
        committer = self.random.choice(self.members)
        self._commit(committer, self._newcomers(), self._others(committer))

    def come_in(self) -> None:
        """One of ours comes in from outside, if one of ours can show it the group."""
        if not self._ours():
            self.update()
            return
        self.hired += 1
        self._enter(Ours(name=f"guest {self.hired}"), None)

    def come_back(self) -> None:
        """One of ours who lost everything takes its own place again, if another shows it."""
        if len(self._ours()) < 2:
            self.update()
            return
        lost = self.random.choice(self._ours())
        self._enter(Ours(name=lost.name), lost)

    def _ours(self) -> list[Ours]:
        return [member for member in self.members if isinstance(member, Ours)]

    def _newcomers(self) -> list[Walker]:
        """Hire some, now and then under the name of one who left."""
        found = []
        for _ in range(self.random.randint(1, 3)):
            if self.gone and self.random.random() < 0.5:
                name = self.gone.pop(self.random.randrange(len(self.gone)))
            else:
                self.hired += 1
                name = f"walker {self.hired}"
            found.append(self.hire(name))
        return found

    def _others(self, committer: Walker) -> list[Walker]:
        others = [member for member in self.members if member is not committer]
        count = min(self.random.randint(1, 2), len(others))
        return self.random.sample(others, count)

    def _commit(self, committer: Walker, adds: Sequence[Walker], removes: Sequence[Walker]) -> None:
        packages = [each.key_package() for each in adds]
        sent = committer.commit(packages, [each.leaf() for each in removes])
        self._deliver(sent.commit, committer, removes)
        self.service.check_welcome(sent.welcome)
        if isinstance(committer, Ours):
            self.service.check_group_info(committer.joined.group_info(), committer.leaf())
        absent = [each.name for each in adds if not self._joins(each, sent)]
        if absent:
            self._evict(absent)

    def _joins(self, newcomer: Walker, sent: Sent) -> bool:
        """Seat a newcomer, and tell whether it took the seat."""
        assert sent.welcome is not None
        try:
            newcomer.join(sent.welcome, sent.tree)
        except WillNotJoin:
            return False
        self.members.append(newcomer)
        return True

    def _evict(self, names: Sequence[str]) -> None:
        """Remove those who were added and did not come."""
        committer = self.random.choice(self.members)
        leaves = [each.leaf for each in self.service.members if each.identity.decode() in names]
        sent = committer.commit([], leaves)
        self._deliver(sent.commit, committer, [])
        self.evicted += len(leaves)
        self.gone += names

    def _enter(self, newcomer: Ours, lost: Walker | None) -> None:
        shown = [member for member in self._ours() if member is not lost]
        info = self.random.choice(shown).joined.group_info()
        commit = newcomer.enter(info, None if lost is None else lost.leaf())
        self._deliver(commit, newcomer, [] if lost is None else [lost])
        if lost is not None:
            self.gone.remove(lost.name)
        self.members.append(newcomer)

    def _deliver(self, commit: bytes, committer: Walker, removed: Sequence[Walker]) -> None:
        self.service = self.service.process(commit, accept, NOW)
        for member in self.members:
            if member in removed:
                _is_told(member, commit)
            elif member is not committer:
                member.process(commit)
        self.members = [member for member in self.members if member not in removed]
        self.gone += [member.name for member in removed]


def _is_told(removed: Walker, commit: bytes) -> None:
    """See that one of ours learns of its removal and keeps what it had."""
    if isinstance(removed, Ours):
        before = removed.view()
        with pytest.raises(RemovedFromGroup):
            removed.process(commit)
        assert removed.view() == before
