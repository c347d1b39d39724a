"""What a group promises its members: they agree, and whoever is out stays out."""

from dataclasses import replace

import pytest

from crypto.mls.codec import Malformed
from crypto.mls.credential import Credential
from crypto.mls.extensions import Extension
from crypto.mls.group import Group
from crypto.mls.group_info import sign_group_info
from crypto.mls.joining import NoTree, NoWayIn
from crypto.mls.message import pack, unpack_group_info
from crypto.mls.processing import RemovedFromGroup
from crypto.mls.proposal_list import InvalidProposals
from crypto.mls.public_state import Change, PublicState
from crypto.mls.refused import Refused
from crypto.mls.transition import WrongEpoch
from crypto.mls.tree_validation import InvalidTree
from crypto.mls.welcome import NotForUs
from tests.support.mls_actors import NOW, SUITE, NotAllowed, accept, circle_of, package_of


class Asked:
    """A hook that allows everything and remembers what it was asked."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def __call__(self, change: Change, _state: PublicState) -> None:
        self.changes.append(change)


def refuse(change: Change, state: PublicState) -> None:
    raise NotAllowed


def identities(group: Group) -> list[bytes]:
    return [member.identity for member in group.members]


def add(committer: Group, name: str) -> tuple[bytes, Group, Group]:
    """Add a client: (commit, the committer's next group, the newcomer's group)."""
    package = package_of(name)
    commit, welcome, after = committer.commit([package.key_package], now=NOW)
    assert welcome is not None
    return commit, after, Group.join(welcome, package, after.tree, accept, NOW)


def test_all_who_follow_a_commit_share_what_the_epoch_gives() -> None:
    circle = circle_of(5)
    commit, ana, zoe = add(circle[0], "zoe")

    ben = circle[1].process(commit, accept, NOW)

    assert ana.authenticator == ben.authenticator == zoe.authenticator
    assert ana.export("label", b"context", 32) == zoe.export("label", b"context", 32)
    assert ana.export("label", b"context", 32) != zoe.export("label", b"other", 32)
    assert ana.confirmed_transcript_hash == zoe.confirmed_transcript_hash
    assert ana.tree == ben.tree == zoe.tree
    assert identities(zoe) == [b"ana", b"ben", b"cleo", b"dora", b"eve", b"zoe"]


def test_every_commit_renews_the_keys_of_its_maker() -> None:
    circle = circle_of(4)
    before = circle[1].members[1]

    _, _, after = circle[1].commit(now=NOW)

    assert after.members[1].encryption_key != before.encryption_key
    assert after.members[1].signature_key == before.signature_key
    assert after.authenticator != circle[1].authenticator


def test_the_removed_learn_that_they_are_and_nothing_of_what_follows() -> None:
    circle = circle_of(4)
    dora = circle[3]
    commit, _, ana = circle[0].commit(removes=[3], now=NOW)
    later, _, _ = ana.commit(now=NOW)

    with pytest.raises(RemovedFromGroup):
        dora.process(commit, accept, NOW)
    with pytest.raises(WrongEpoch):
        dora.process(later, accept, NOW)
    assert identities(ana) == [b"ana", b"ben", b"cleo"]


def test_of_two_commits_of_one_epoch_the_loser_gives_way_to_the_winner() -> None:
    circle = circle_of(3)
    won, _, ana = circle[0].commit(now=NOW)
    lost, _, pending = circle[1].commit(now=NOW)

    ben = circle[1].process(won, accept, NOW)

    assert ben.authenticator == ana.authenticator != pending.authenticator
    with pytest.raises(WrongEpoch):
        ana.process(lost, accept, NOW)


def test_a_member_may_be_replaced_by_its_next_device_in_one_commit() -> None:
    circle = circle_of(3)
    package = package_of("cleo")

    commit, welcome, ana = circle[0].commit([package.key_package], [2], now=NOW)
    ben = circle[1].process(commit, accept, NOW)

    assert welcome is not None
    cleo = Group.join(welcome, package, ana.tree, accept, NOW)
    assert identities(ben) == [b"ana", b"ben", b"cleo"]
    assert cleo.authenticator == ben.authenticator


def test_a_group_is_written_down_and_read_again_whole() -> None:
    circle = circle_of(5)
    again = Group.decode(circle[2].encode())

    commit, _, ana = circle[0].commit(now=NOW)

    assert again.encode() == circle[2].encode()
    assert again.process(commit, accept, NOW).authenticator == ana.authenticator


@pytest.mark.parametrize("where", [0, 4, 200, -1, -50, -70])
def test_a_damaged_group_is_not_read(where: int) -> None:
    whole = circle_of(2)[0].encode()
    data = bytearray(whole)
    data[where] ^= 2

    assert Group.decode(whole).encode() == whole
    with pytest.raises(Refused):
        Group.decode(bytes(data))


def test_a_group_shows_no_secret() -> None:
    group = circle_of(3)[1]
    secrets = [group.signature_key, group.authenticator, *group.own.keys.private.values()]

    shown = repr(group) + str(group.own.secrets) + f"{group.signature_key}"

    assert not any(secret.hex() in shown or repr(bytes(secret)) in shown for secret in secrets)
    assert "Secret(...)" in shown


def test_the_hook_is_told_who_comes_who_goes_and_who_says_so() -> None:
    circle, asked = circle_of(4), Asked()
    package = package_of("zoe")
    commit, _, _ = circle[0].commit([package.key_package], [2], now=NOW)

    circle[1].process(commit, asked, NOW)

    (change,) = asked.changes
    assert [member.identity for member in change.added] == [b"zoe"]
    assert [(member.leaf, member.identity) for member in change.removed] == [(2, b"cleo")]
    assert [member.leaf for member in change.updated] == [0]
    assert change.committer == circle[1].members[0]
    assert change.references == (package.key_package.reference(),)
    assert not change.external


def test_the_hook_sees_a_new_credential_before_it_counts() -> None:
    circle, asked = circle_of(2), Asked()
    renewed = Credential(identity=b"ana, certified anew")
    commit, _, _ = circle[0].commit(now=NOW, credential=renewed)

    ben = circle[1].process(commit, asked, NOW)

    assert asked.changes[0].updated[0].identity == renewed.identity
    assert ben.members[0].identity == renewed.identity


def test_a_hook_that_refuses_leaves_everything_as_it_was() -> None:
    circle = circle_of(3)
    commit, _, _ = circle[0].commit(now=NOW)
    before = circle[1].encode()

    with pytest.raises(NotAllowed):
        circle[1].process(commit, refuse, NOW)

    assert circle[1].encode() == before


def test_a_joiner_judges_everybody_who_is_in() -> None:
    circle, asked, package = circle_of(3), Asked(), package_of("zoe")
    _, welcome, ana = circle[0].commit([package.key_package], now=NOW)
    assert welcome is not None

    Group.join(welcome, package, ana.tree, asked, NOW)

    (change,) = asked.changes
    assert [member.identity for member in change.added] == [b"ana", b"ben", b"cleo", b"zoe"]
    assert change.committer.identity == b"ana"
    with pytest.raises(NotAllowed):
        Group.join(welcome, package, ana.tree, refuse, NOW)


def test_a_welcome_opens_only_with_its_key_package_and_its_tree() -> None:
    circle, package = circle_of(3), package_of("zoe")
    _, welcome, ana = circle[0].commit([package.key_package], now=NOW)
    assert welcome is not None
    wrong_key = replace(package, init_key=package_of("zoe").init_key)
    wrong_leaf = replace(package, key_package=package_of("zoe").key_package)

    with pytest.raises(NotForUs):
        Group.join(welcome, wrong_leaf, ana.tree, accept, NOW)
    with pytest.raises(Refused):
        Group.join(welcome, wrong_key, ana.tree, accept, NOW)
    with pytest.raises(NoTree):
        Group.join(welcome, package, None, accept, NOW)
    with pytest.raises(InvalidTree):
        Group.join(welcome, package, circle[0].tree, accept, NOW)
    with pytest.raises(Malformed):
        Group.join(welcome, package, ana.tree[:-1], accept, NOW)


def test_a_newcomer_adds_itself_and_all_agree() -> None:
    circle, asked = circle_of(4), Asked()

    commit, zoe = Group.external(circle[1].group_info(), package_of("zoe"), None, accept, NOW)
    after = [group.process(commit, asked, NOW) for group in circle.groups]

    assert {group.authenticator for group in after} == {zoe.authenticator}
    assert asked.changes[0].external
    assert asked.changes[0].added == (asked.changes[0].committer,)
    assert asked.changes[0].committer.identity == b"zoe"


def test_a_lost_device_comes_back_in_the_place_of_its_old_leaf() -> None:
    circle, asked = circle_of(4), Asked()

    info = circle[0].group_info()
    commit, cleo = Group.external(info, package_of("cleo"), 2, asked, NOW)
    ben = circle[1].process(commit, accept, NOW)

    assert ben.authenticator == cleo.authenticator
    assert identities(ben) == [b"ana", b"ben", b"cleo", b"dora"]
    joined, change = asked.changes
    assert [member.leaf for member in joined.added] == [0, 1, 2, 3]
    assert [member.leaf for member in change.removed] == [2]
    with pytest.raises(RemovedFromGroup):
        circle[2].process(commit, accept, NOW)


def test_without_an_external_key_or_a_tree_nobody_adds_itself() -> None:
    group = circle_of(2)[0]
    info = unpack_group_info(group.group_info())
    tree, external_pub = info.extensions

    def signed(extension: Extension) -> bytes:
        changed = replace(info, extensions=(extension,))
        return pack(sign_group_info(SUITE, changed, group.signature_key))

    with pytest.raises(NoWayIn):
        Group.external(signed(tree), package_of("zoe"), None, accept, NOW)
    with pytest.raises(NoTree):
        Group.external(signed(external_pub), package_of("zoe"), None, accept, NOW)


def test_what_the_others_would_refuse_is_not_committed() -> None:
    circle = circle_of(3)

    with pytest.raises(InvalidProposals):
        circle[0].commit(removes=[0], now=NOW)
    with pytest.raises(InvalidProposals):
        circle[0].commit(removes=[1, 1], now=NOW)
    with pytest.raises(Refused):
        circle[0].commit(removes=[7], now=NOW)
    with pytest.raises(Refused):
        circle[0].commit([package_of("ben").key_package], now=NOW)
