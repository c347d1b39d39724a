"""What an insider may try with the proposals of a commit: each refused, nothing moved."""

from dataclasses import replace

import pytest

from crypto.mls.codec import Malformed
from crypto.mls.commit import ProposalRef
from crypto.mls.key_package import KeyPackage
from crypto.mls.profile import ClientTwice
from crypto.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    InjectPsk,
    ReInit,
    Remove,
    Update,
)
from crypto.mls.proposal_list import InvalidProposals, SentProposal, check_regular
from crypto.mls.psk import ExternalPskId, ResumptionPskId, ResumptionUsage
from crypto.mls.public_state import Change, PublicState
from crypto.mls.ratchet_tree import NoSuchLeaf
from crypto.mls.refused import OutOfProfile
from crypto.mls.tree_kem import InvalidPath
from crypto.mls.tree_validation import InvalidTree
from tests.support import mls_scene
from tests.support.mls_actors import NOW, SUITE, NotAllowed, accept, package_of
from tests.support.mls_forge import forge, forged_package
from tests.support.mls_scene import Scene


@pytest.fixture
def scene() -> Scene:
    return mls_scene.scene()


def adding(scene: Scene, package: KeyPackage) -> bytes:
    """Have Eve commit the addition of a key package."""
    return forge(scene.eve, [Add(key_package=package)])


def test_what_the_forger_makes_without_a_lie_is_accepted(scene: Scene) -> None:
    package = package_of("zoe").key_package
    true = forge(scene.eve, [Remove(removed=3), Add(key_package=package)])

    ben = scene.circle[1].process(true, accept, NOW)
    cleo = scene.circle[2].process(true, accept, NOW)

    assert ben.authenticator == cleo.authenticator
    assert [member.identity for member in ben.members] == [b"ana", b"ben", b"cleo", b"zoe", b"eve"]
    assert scene.service.process(true, accept, NOW).state.context == ben.state.context


def test_an_add_of_a_client_already_in_is_refused(scene: Scene) -> None:
    ben, zoe = scene.circle[1], package_of("zoe")
    same_identity = package_of("ben").key_package
    same_encryption_key = forged_package(
        zoe, leaf=lambda leaf: replace(leaf, encryption_key=ben.members[1].encryption_key)
    )
    same_signature_key = forged_package(
        replace(zoe, signature_key=ben.signature_key),
        leaf=lambda leaf: replace(leaf, signature_key=ben.members[1].signature_key),
    )

    scene.refuse(adding(scene, same_identity), ClientTwice)
    scene.refuse(adding(scene, same_encryption_key), InvalidTree)
    scene.refuse(adding(scene, same_signature_key), InvalidTree)


def test_a_client_may_take_its_own_place_within_one_commit(scene: Scene) -> None:
    ana = package_of("ana").key_package

    true = forge(scene.eve, [Add(key_package=ana), Remove(removed=0)])
    moved = [victim.process(true, accept, NOW) for victim in scene.victims]

    assert moved[0].members[0].signature_key == ana.leaf_node.signature_key
    assert len({group.authenticator for group in moved}) == 1


def test_one_client_is_not_added_twice_by_one_commit(scene: Scene) -> None:
    zoe = package_of("zoe")
    twice = [Add(key_package=zoe.key_package)] * 2
    two_keys = [Add(key_package=package_of("zoe").key_package) for _ in range(2)]

    scene.refuse(forge(scene.eve, twice), InvalidProposals)
    scene.refuse(forge(scene.eve, two_keys), ClientTwice)


def test_a_committer_does_not_remove_itself(scene: Scene) -> None:
    without_path = forge(scene.eve, [Remove(removed=4)], path=False)
    with_path = forge(scene.eve, [Remove(removed=4)])

    scene.refuse(without_path, InvalidProposals)
    scene.refuse(with_path, InvalidProposals)


def test_one_member_is_not_removed_twice(scene: Scene) -> None:
    lie = forge(scene.eve, [Remove(removed=0), Remove(removed=0)])

    scene.refuse(lie, InvalidProposals)


@pytest.mark.parametrize("leaf", [5, 7, 8, 2**31, 2**32 - 1])
def test_nobody_cannot_be_removed(scene: Scene, leaf: int) -> None:
    lie = forge(scene.eve, [Remove(removed=leaf)])

    scene.refuse(lie, NoSuchLeaf)


def test_a_remove_without_a_path_is_refused(scene: Scene) -> None:
    package = package_of("zoe").key_package

    alone = forge(scene.eve, [Remove(removed=0)], path=False)
    with_an_add = forge(scene.eve, [Add(key_package=package), Remove(removed=0)], path=False)

    scene.refuse(alone, InvalidPath)
    scene.refuse(with_an_add, InvalidPath)


def test_a_commit_of_nothing_without_a_path_is_refused(scene: Scene) -> None:
    lie = forge(scene.eve, [], path=False)

    scene.refuse(lie, InvalidPath)


def test_a_ghost_that_the_policy_does_not_know_is_refused(scene: Scene) -> None:
    seen = []

    def no_ghosts(change: Change, state: PublicState) -> None:
        seen.append((change.committer.identity, [each.identity for each in change.added]))
        assert state.epoch == scene.service.epoch
        if change.added:
            raise NotAllowed

    lie = adding(scene, package_of("ghost").key_package)

    scene.refuse(lie, NotAllowed, allow=no_ghosts)
    assert seen == [(b"eve", [b"ghost"])] * 4


@pytest.mark.parametrize(
    "proposal",
    [
        InjectPsk(psk=ExternalPskId(psk_id=b"key", nonce=bytes(32))),
        ReInit(group_id=b"other", version=1, cipher_suite=1, extensions=()),
        GroupContextExtensions(extensions=()),
        ProposalRef(reference=bytes(32)),
    ],
    ids=lambda proposal: type(proposal).__name__,
)
def test_a_proposal_out_of_our_profile_is_refused(
    scene: Scene, proposal: InjectPsk | ReInit | GroupContextExtensions | ProposalRef
) -> None:
    lie = forge(scene.eve, [proposal])

    scene.refuse(lie, OutOfProfile)


def test_an_update_by_value_is_refused(scene: Scene) -> None:
    leaf = scene.circle[4].state.tree.member(4)

    lie = forge(scene.eve, [Update(leaf_node=leaf)])

    scene.refuse(lie, OutOfProfile)


def test_a_member_gives_no_external_init(scene: Scene) -> None:
    lie = forge(scene.eve, [ExternalInit(kem_output=SUITE.generate_key_pair().public)])

    scene.refuse(lie, InvalidProposals)


def test_a_proposal_of_an_unknown_type_is_refused(scene: Scene) -> None:
    true = forge(scene.eve, [Remove(removed=0)])

    proposal = true.index(b"\x01\x00\x03\x00\x00\x00\x00")
    lie = true[: proposal + 1] + b"\x0a\x0a" + true[proposal + 3 :]

    scene.refuse(lie, Malformed)


PSK = InjectPsk(psk=ExternalPskId(psk_id=b"key", nonce=bytes(32)))
REOPENING = ResumptionPskId(
    usage=ResumptionUsage.BRANCH, group_id=b"a circle", epoch=1, nonce=bytes(32)
)
REINIT = ReInit(group_id=b"other", version=1, cipher_suite=1, extensions=())
EXTENSIONS = GroupContextExtensions(extensions=())


@pytest.mark.parametrize(
    "proposals",
    [
        [REINIT, Remove(removed=0)],
        [EXTENSIONS, EXTENSIONS],
        [PSK, PSK],
        [InjectPsk(psk=ExternalPskId(psk_id=b"key", nonce=bytes(31)))],
        [InjectPsk(psk=REOPENING)],
    ],
    ids=["reinit", "extensions", "psk twice", "nonce", "reopening"],
)
def test_lists_that_no_group_of_the_rfc_takes_are_refused(
    proposals: list[ReInit | Remove | GroupContextExtensions | InjectPsk],
) -> None:
    # Our profile refuses each of these before; the rule must not depend on that.
    sent = [SentProposal(proposal=each, sender=1) for each in proposals]

    with pytest.raises(InvalidProposals):
        check_regular(SUITE, sent, 1)
