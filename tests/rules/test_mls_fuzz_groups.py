"""Groups under damaged messages: refused, nothing moved, and only refusals come out."""

from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random

import pytest

from crypto.mls.codec import decode, encode
from crypto.mls.commit import Commit
from crypto.mls.framing import ContentAuth
from crypto.mls.group import Group
from crypto.mls.group_info import GroupInfo, sign_group_info
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.message import pack, unpack_group_info, unpack_public
from crypto.mls.processing import RemovedFromGroup
from crypto.mls.public_group import PublicGroup
from crypto.mls.refused import Refused
from tests.support.mls_actors import NOW, SUITE, Circle, accept, circle_of, package_of
from tests.support.mls_forge import Forger, send, signed_content
from tests.support.mutation import blurred, damaged

NOW_ROUNDS, LONG_ROUNDS = 500, 25_000


@dataclass(frozen=True, kw_only=True)
class Range:
    """What is shot at: a member, the service and a newcomer, and with what."""

    circle: Circle
    service: PublicGroup
    zoe: KeyPackageSecrets
    commit: bytes
    welcome: bytes
    tree: bytes
    info: bytes

    @property
    def others(self) -> list[bytes]:
        """Genuine bytes to splice from."""
        return [self.commit, self.welcome, self.tree, self.info]


def shooting_range() -> Range:
    """Set up a circle of five whose first member adds Zoe and removes the fourth."""
    circle, zoe = circle_of(5), package_of("zoe")
    commit, welcome, after = circle[0].commit([zoe.key_package], [3], now=NOW)
    assert welcome is not None
    return Range(
        circle=circle,
        service=PublicGroup.from_group_info(circle[0].group_info()),
        zoe=zoe,
        commit=commit,
        welcome=welcome,
        tree=after.tree,
        info=circle[0].group_info(),
    )


def hurt(random: Random, data: bytes, target: Range) -> bytes:
    """Damage bytes badly, or so little that they can still be read."""
    if random.random() < 0.5:
        return blurred(random, data)
    return damaged(random, data, target.others)


def refused(member: Group, service: PublicGroup, message: bytes) -> bool:
    """Have a member and the service take a message; tell whether the member refused it."""
    before = member.encode()
    with suppress(Refused):
        service.process(message, accept, NOW)
    try:
        member.process(message, accept, NOW)
    except (Refused, RemovedFromGroup):
        assert member.encode() == before
        return True
    return False


def shoot_commits(rounds: int, *, seed: int) -> None:
    """Damage a commit on its way."""
    target, random = shooting_range(), Random(seed)
    for _ in range(rounds):
        message = hurt(random, target.commit, target)
        if message != target.commit:
            assert refused(target.circle[1], target.service, message)
    assert not refused(target.circle[1], target.service, target.commit)


def shoot_signed_commits(rounds: int, *, seed: int) -> int:
    """Damage a commit before an insider signs and tags it; return how many could be read."""
    target, random = shooting_range(), Random(seed)
    ana = Forger.inside(target.circle[0])
    body = encode(unpack_public(target.commit).authenticated().commit())
    read = 0
    for _ in range(rounds):
        try:
            commit = decode(Commit.read, hurt(random, body, target))
        except Refused:
            continue
        read += 1
        signed = signed_content(ana, commit)
        auth = ContentAuth(signature=signed.auth.signature, confirmation_tag=bytes(32))
        message = send(ana, replace(signed, auth=auth))
        assert refused(target.circle[1], target.service, message)
    return read


def shoot_newcomers(rounds: int, *, seed: int) -> None:
    """Damage the Welcome or the tree that a newcomer is handed."""
    target, random = shooting_range(), Random(seed)
    for _ in range(rounds):
        welcome, tree = target.welcome, target.tree
        if random.random() < 0.5:
            welcome = hurt(random, welcome, target)
        else:
            tree = hurt(random, tree, target)
        if (welcome, tree) != (target.welcome, target.tree):
            with pytest.raises(Refused):
                Group.join(welcome, target.zoe, tree, accept, NOW)
    assert Group.join(target.welcome, target.zoe, target.tree, accept, NOW).epoch


def shoot_group_infos(rounds: int, *, seed: int) -> int:
    """Damage a GroupInfo before an insider signs it; return how many could be read."""
    target, random = shooting_range(), Random(seed)
    ana, body = target.circle[0], encode(unpack_group_info(target.info))
    read = 0
    for _ in range(rounds):
        try:
            info = decode(GroupInfo.read, hurt(random, body, target))
        except Refused:
            continue
        read += 1
        shown = pack(sign_group_info(SUITE, info, ana.signature_key))
        for enter in (
            lambda data: Group.external(data, target.zoe, None, accept, NOW),
            PublicGroup.from_group_info,
        ):
            try:
                enter(shown)
            except Refused:
                continue
    return read


def shoot_vaults(rounds: int, *, seed: int) -> None:
    """Damage a group at rest."""
    target, random = shooting_range(), Random(seed)
    stored = target.circle[1].encode()
    for _ in range(rounds):
        data = hurt(random, stored, target)
        try:
            found = Group.decode(data)
        except Refused:
            continue
        assert found.encode() == data


def test_a_commit_damaged_on_its_way_is_refused() -> None:
    shoot_commits(NOW_ROUNDS, seed=1)


def test_a_commit_damaged_by_an_insider_is_refused() -> None:
    assert shoot_signed_commits(NOW_ROUNDS, seed=2) > 50


def test_a_damaged_invitation_is_refused() -> None:
    shoot_newcomers(NOW_ROUNDS, seed=3)


def test_a_group_info_damaged_by_an_insider_does_no_harm() -> None:
    assert shoot_group_infos(NOW_ROUNDS, seed=4) > 50


def test_a_group_damaged_at_rest_is_refused_or_what_it_says() -> None:
    shoot_vaults(NOW_ROUNDS, seed=5)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 104))
def test_whatever_damage_is_done_only_refusals_come_out(seed: int) -> None:
    shoot_commits(LONG_ROUNDS, seed=seed)
    shoot_newcomers(LONG_ROUNDS, seed=seed)
    shoot_vaults(LONG_ROUNDS, seed=seed)

    assert shoot_signed_commits(LONG_ROUNDS, seed=seed) > 100
    assert shoot_group_infos(LONG_ROUNDS, seed=seed) > 100
