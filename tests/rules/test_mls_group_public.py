"""What the delivery service can check of a group without any of its secrets (R14)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.mls.extensions import Extension, external_pub
from crypto.mls.group import Group
from crypto.mls.group_info import GroupInfo, sign_group_info
from crypto.mls.message import pack, unpack_group_info
from crypto.mls.public_group import (
    GroupInfoMismatch,
    PublicGroup,
    WelcomeMismatch,
    welcome_references,
)
from crypto.mls.public_state import Change, PublicState
from crypto.mls.ratchet_tree import NoSuchLeaf
from crypto.mls.refused import OutOfProfile, Refused
from crypto.mls.registry import ExtensionType
from crypto.mls.suite import BadSignature
from crypto.mls.transition import WrongEpoch, WrongGroup
from crypto.mls.tree_validation import InvalidTree
from tests.support.mls_actors import NOW, SUITE, Circle, NotAllowed, accept, circle_of, package_of


def service_of(circle: Circle) -> PublicGroup:
    return PublicGroup.from_group_info(circle[0].group_info())


def resigned(group: Group, change: Callable[[GroupInfo], GroupInfo]) -> bytes:
    """Have a member sign a GroupInfo that is not quite its group's."""
    info = change(unpack_group_info(group.group_info()))
    return pack(sign_group_info(SUITE, info, group.signature_key))


def test_the_service_knows_who_is_in_and_with_which_keys() -> None:
    circle = circle_of(4)

    service = service_of(circle)

    assert service.members == circle[2].members
    assert service.member(1) == circle[0].members[1]
    assert (service.group_id, service.epoch) == (circle[0].group_id, circle[0].epoch)
    with pytest.raises(NoSuchLeaf):
        service.member(4)


def test_the_service_follows_commits_as_members_do() -> None:
    circle = circle_of(4)
    package = package_of("zoe")
    commit, welcome, ana = circle[0].commit([package.key_package], [2], now=NOW)
    assert welcome is not None

    after = service_of(circle).process(commit, accept, NOW)

    assert after.state == replace(ana.state, tree=after.state.tree)
    after.check_group_info(ana.group_info(), 0)
    after.check_welcome(welcome)
    assert welcome_references(welcome) == (package.key_package.reference(),)


def test_the_service_follows_a_newcomer_from_outside() -> None:
    circle = circle_of(3)
    commit, zoe = Group.external(circle[1].group_info(), package_of("zoe"), None, accept, NOW)

    after = service_of(circle).process(commit, accept, NOW)

    assert after.members == zoe.members
    assert after.change is not None
    assert after.change.external
    after.check_group_info(zoe.group_info(), after.change.committer.leaf)
    after.check_welcome(None)


def test_the_service_asks_before_it_moves() -> None:
    circle = circle_of(3)
    service = service_of(circle)
    commit, _, _ = circle[1].commit(now=NOW)

    def refuse(_change: Change, state: PublicState) -> None:
        assert state == service.state
        raise NotAllowed

    with pytest.raises(NotAllowed):
        service.process(commit, refuse, NOW)
    assert service.epoch == circle[0].epoch


def test_the_service_refuses_a_commit_of_another_epoch_or_group() -> None:
    circle = circle_of(3)
    commit, _, _ = circle[0].commit(now=NOW)
    other = Group.create(b"another circle", package_of("ana"))
    foreign, _, _ = other.commit(now=NOW)
    after = service_of(circle).process(commit, accept, NOW)

    with pytest.raises(WrongEpoch):
        after.process(commit, accept, NOW)
    with pytest.raises(WrongGroup):
        after.process(foreign, accept, NOW)


def test_a_group_info_must_describe_what_the_commit_made() -> None:
    circle = circle_of(3)
    commit, _, ana = circle[0].commit(now=NOW)
    ben = circle[1].process(commit, accept, NOW)
    after = service_of(circle).process(commit, accept, NOW)

    def refuse(data: bytes, error: type[Exception] = GroupInfoMismatch) -> None:
        with pytest.raises(error):
            after.check_group_info(data, 0)

    after.check_group_info(ana.group_info(), 0)
    refuse(circle[0].group_info())
    refuse(ben.group_info())
    refuse(resigned(ben, lambda info: replace(info, signer=0)), BadSignature)
    refuse(resigned(ana, lambda info: replace(info, confirmation_tag=bytes(32))))
    refuse(resigned(ana, lambda info: replace(info, extensions=info.extensions[:1])))
    refuse(resigned(ana, lambda info: replace(info, extensions=info.extensions[1:])))
    refuse(commit, OutOfProfile)


def test_a_welcome_must_be_for_exactly_those_added() -> None:
    circle = circle_of(3)
    two = [package_of(name).key_package for name in ("yara", "zoe")]
    both, for_both, _ = circle[0].commit(two, now=NOW)
    _, for_one, _ = circle[0].commit(two[:1], now=NOW)
    none, nothing, _ = circle[0].commit(now=NOW)

    after_both = service_of(circle).process(both, accept, NOW)
    after_none = service_of(circle).process(none, accept, NOW)

    after_both.check_welcome(for_both)
    after_none.check_welcome(nothing)
    for refused in (for_one, None):
        with pytest.raises(WelcomeMismatch):
            after_both.check_welcome(refused)
    with pytest.raises(WelcomeMismatch):
        after_none.check_welcome(for_one)


def test_the_service_begins_only_from_a_group_info_that_holds() -> None:
    circle = circle_of(3)
    group = circle[0]
    small = Extension(type=ExtensionType.RATCHET_TREE, data=circle_of(2)[0].tree)

    def other_tree(info: GroupInfo) -> GroupInfo:
        return replace(info, extensions=(small, *info.extensions[1:]))

    def external_senders(info: GroupInfo) -> GroupInfo:
        extension = Extension(type=ExtensionType.EXTERNAL_SENDERS, data=b"\x00")
        return replace(info, context=replace(info.context, extensions=(extension,)))

    def no_way_in(info: GroupInfo) -> GroupInfo:
        return replace(info, extensions=info.extensions[:1])

    def twice(info: GroupInfo) -> GroupInfo:
        return replace(info, extensions=(*info.extensions, external_pub(bytes(32))))

    unsigned = replace(unpack_group_info(group.group_info()), signature=bytes(64))
    refused: list[tuple[bytes, type[Exception]]] = [
        (resigned(group, other_tree), InvalidTree),
        (resigned(group, external_senders), OutOfProfile),
        (resigned(group, no_way_in), GroupInfoMismatch),
        (resigned(group, twice), Refused),
        (resigned(group, lambda info: replace(info, signer=9)), NoSuchLeaf),
        (pack(unsigned), BadSignature),
    ]

    for data, error in refused:
        with pytest.raises(error):
            PublicGroup.from_group_info(data)
