"""Random lives of a group: after each step all members and the service see the same."""

import random
from dataclasses import dataclass, field

import pytest

from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.processing import RemovedFromGroup
from crypto.mls.public_group import PublicGroup
from tests.support.mls_actors import NOW, accept, package_of


@dataclass
class Walk:
    """A group whose members do at random what members may do."""

    chance: random.Random
    groups: list[Group] = field(default_factory=list)
    service: PublicGroup | None = None
    clients: int = 0

    def newcomer(self) -> KeyPackageSecrets:
        self.clients += 1
        return package_of(f"client {self.clients}")

    def begin(self) -> None:
        self.groups = [Group.create(b"walk", self.newcomer())]
        self.service = PublicGroup.from_group_info(self.groups[0].group_info())

    def step(self) -> None:
        room = len(self.groups) < 12
        kinds = ["rotate", "remove", "replace", "external", "rejoin"] + ["add"] * 4 * room
        kind = self.chance.choice(kinds)
        if kind in ("external", "rejoin") and (room or kind == "rejoin"):
            self.from_outside(rejoin=kind == "rejoin")
        else:
            self.from_inside(kind)
        assert len({group.authenticator for group in self.groups}) == 1
        assert len({group.export("walk", b"", 32) for group in self.groups}) == 1
        assert len({group.tree for group in self.groups}) == 1

    def from_inside(self, kind: str) -> None:
        committer = self.chance.choice(self.groups)
        others = [group.leaf for group in self.groups if group is not committer]
        added = [self.newcomer() for _ in range({"add": 2, "replace": 1}.get(kind, 0))]
        out = self.chance.sample(others, 1) if kind in ("remove", "replace") and others else []
        packages = [each.key_package for each in added]
        commit, welcome, after = committer.commit(packages, out, now=NOW)
        self.follow(commit, after, gone=set(out), maker=committer, welcome=welcome)
        tree = after.tree
        for secrets in added:
            assert welcome is not None
            self.groups.append(Group.join(welcome, secrets, tree, accept, NOW))

    def from_outside(self, *, rejoin: bool) -> None:
        info = self.chance.choice(self.groups).group_info()
        old = self.chance.choice(self.groups).leaf if rejoin else None
        commit, after = Group.external(info, self.newcomer(), old, accept, NOW)
        self.follow(commit, after, gone=set() if old is None else {old})

    def follow(
        self,
        commit: bytes,
        after: Group,
        *,
        gone: set[int],
        maker: Group | None = None,
        welcome: bytes | None = None,
    ) -> None:
        assert self.service is not None
        self.service = self.service.process(commit, accept, NOW)
        self.service.check_group_info(after.group_info(), after.leaf)
        self.service.check_welcome(welcome)
        moved = [Group.decode(after.encode())]
        for group in self.groups:
            if group.leaf in gone:
                with pytest.raises(RemovedFromGroup):
                    group.process(commit, accept, NOW)
            elif group is not maker:
                moved.append(group.process(commit, accept, NOW))
        self.groups = moved
        assert PublicGroup.from_group_info(after.group_info()).state.context == after.state.context


@pytest.mark.parametrize("seed", range(4))
def test_however_a_group_lives_its_members_agree(seed: int) -> None:
    walk = Walk(random.Random(seed))
    walk.begin()

    for _ in range(25):
        walk.step()

    assert walk.groups[0].epoch == 25


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
def test_however_long_a_group_lives_its_members_agree(seed: int) -> None:
    walk = Walk(random.Random(seed))
    walk.begin()

    for _ in range(60):
        walk.step()

    assert walk.groups[0].epoch == 60
