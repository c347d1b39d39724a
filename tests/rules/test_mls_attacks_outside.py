"""What one from outside may try with an external commit: each refused, nothing moved."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from crypto.mls.commit import ProposalRef
from crypto.mls.framing import Sender
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.key_schedule import external_key_pair, send_external_init
from crypto.mls.member_state import Unconfirmed
from crypto.mls.profile import ClientTwice
from crypto.mls.proposal import Add, ExternalInit, InjectPsk, Proposal, Remove
from crypto.mls.proposal_list import InvalidProposals
from crypto.mls.psk import ExternalPskId
from crypto.mls.public_state import Change, PublicState
from crypto.mls.ratchet_tree import NoSuchLeaf
from crypto.mls.refused import OutOfProfile, Refused
from crypto.mls.registry import SenderType
from crypto.mls.suite import BadKey, BadSignature
from crypto.mls.tree_kem import InvalidPath
from crypto.mls.tree_validation import InvalidTree
from tests.support import mls_scene
from tests.support.mls_actors import NOW, SUITE, NotAllowed, package_of
from tests.support.mls_forge import TRUTH, Forger, Lies, forge
from tests.support.mls_scene import Scene


@pytest.fixture
def scene() -> Scene:
    return mls_scene.scene()


@pytest.fixture
def zoe() -> KeyPackageSecrets:
    return package_of("zoe")


def from_outside(
    scene: Scene,
    newcomer: KeyPackageSecrets,
    extra: Sequence[Proposal | ProposalRef] = (),
    lies: Lies = TRUTH,
    *,
    path: bool = True,
) -> bytes:
    """Commit from outside, with a true ExternalInit and whatever else."""
    group = scene.circle[0]
    public = external_key_pair(SUITE, group.own.secrets).public
    output, init = send_external_init(SUITE, public)
    forger = Forger.outside(group.state, newcomer, init)
    return forge(forger, [ExternalInit(kem_output=output), *extra], lies, path=path)


def returning(scene: Scene, leaf: int) -> KeyPackageSecrets:
    """Make a key package of a member who lost everything: same name, other keys."""
    return package_of(scene.circle[leaf].members[leaf].identity.decode())


def own_leaf_only(change: Change, state: PublicState) -> None:
    """Allow an external commit to remove nobody but an old leaf of the same client."""
    assert change.external
    assert change.added[-1] == change.committer
    if any(member.identity != change.committer.identity for member in change.removed):
        raise NotAllowed


def test_an_external_commit_without_a_lie_is_accepted(scene: Scene, zoe: KeyPackageSecrets) -> None:
    join, back = (
        from_outside(scene, zoe),
        from_outside(scene, returning(scene, 0), [Remove(removed=0)]),
    )

    for commit, last in ((join, b"zoe"), (back, b"eve")):
        moved = [victim.process(commit, own_leaf_only, NOW) for victim in scene.victims]
        service = scene.service.process(commit, own_leaf_only, NOW)

        assert len({group.authenticator for group in moved}) == 1
        assert service.state.context == moved[0].state.context
        assert moved[0].members[-1].identity == last


def test_one_from_outside_who_removes_another_is_refused(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    lie = from_outside(scene, zoe, [Remove(removed=0)])

    scene.refuse(lie, NotAllowed, allow=own_leaf_only)


def test_one_from_outside_removes_one_leaf_at_most(scene: Scene) -> None:
    lie = from_outside(scene, returning(scene, 0), [Remove(removed=0), Remove(removed=4)])
    same = from_outside(scene, returning(scene, 0), [Remove(removed=0), Remove(removed=0)])

    scene.refuse(lie, InvalidProposals)
    scene.refuse(same, InvalidProposals)


def test_one_from_outside_removes_somebody_who_is_there(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    lie = from_outside(scene, zoe, [Remove(removed=6)])

    scene.refuse(lie, NoSuchLeaf)


def test_one_from_outside_gives_exactly_one_external_init(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    init = SUITE.random_secret()
    none = forge(Forger.outside(scene.circle[0].state, zoe, init), [])
    two = from_outside(scene, zoe, [ExternalInit(kem_output=SUITE.generate_key_pair().public)])

    scene.refuse(none, InvalidProposals)
    scene.refuse(two, InvalidProposals)


def test_one_from_outside_adds_nobody_else(scene: Scene, zoe: KeyPackageSecrets) -> None:
    lie = from_outside(scene, zoe, [Add(key_package=package_of("ghost").key_package)])

    scene.refuse(lie, InvalidProposals)


@pytest.mark.parametrize(
    "proposal",
    [
        InjectPsk(psk=ExternalPskId(psk_id=b"key", nonce=bytes(32))),
        ProposalRef(reference=bytes(32)),
    ],
    ids=lambda proposal: type(proposal).__name__,
)
def test_a_proposal_out_of_our_profile_is_refused_from_outside_too(
    scene: Scene, zoe: KeyPackageSecrets, proposal: InjectPsk | ProposalRef
) -> None:
    lie = from_outside(scene, zoe, [proposal])

    scene.refuse(lie, OutOfProfile)


def test_an_external_commit_without_a_path_is_refused(scene: Scene, zoe: KeyPackageSecrets) -> None:
    lie = from_outside(scene, zoe, path=False)

    scene.refuse(lie, OutOfProfile)


def test_an_external_commit_signed_by_another_is_refused(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    group = scene.circle[0]
    output, init = send_external_init(SUITE, external_key_pair(SUITE, group.own.secrets).public)
    honest = Forger.outside(group.state, zoe, init)
    forger = replace(
        honest,
        signature_key=SUITE.generate_signature_key().private,
        leaf_signature_key=zoe.signature_key,
    )

    lie = forge(forger, [ExternalInit(kem_output=output)])

    scene.refuse(lie, BadSignature)


def test_an_external_commit_with_a_leaf_nobody_signed_is_refused(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    stranger = SUITE.generate_signature_key().private
    group = scene.circle[0]
    output, init = send_external_init(SUITE, external_key_pair(SUITE, group.own.secrets).public)
    forger = replace(Forger.outside(group.state, zoe, init), leaf_signature_key=stranger)

    lie = forge(forger, [ExternalInit(kem_output=output)])

    scene.refuse(lie, BadSignature)


def test_an_external_commit_whose_secret_is_not_the_groups_is_refused(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    stranger = SUITE.generate_key_pair()
    output, init = send_external_init(SUITE, stranger.public)

    lie = forge(Forger.outside(scene.circle[0].state, zoe, init), [ExternalInit(kem_output=output)])

    scene.refuse(lie, Unconfirmed, service=False)


@pytest.mark.parametrize("output", [b"", bytes(31), bytes(32), bytes(33)])
def test_an_external_commit_with_no_key_in_its_init_is_refused(
    scene: Scene, zoe: KeyPackageSecrets, output: bytes
) -> None:
    init = SUITE.random_secret()

    lie = forge(Forger.outside(scene.circle[0].state, zoe, init), [ExternalInit(kem_output=output)])

    scene.refuse(lie, BadKey)


def test_a_member_does_not_come_in_a_second_time(scene: Scene) -> None:
    ana = scene.circle[0]
    same_name = returning(scene, 0)
    same_key = replace(
        package_of("other name"),
        signature_key=ana.signature_key,
    )
    same_key = replace(
        same_key,
        key_package=replace(
            same_key.key_package,
            leaf_node=replace(
                same_key.key_package.leaf_node, signature_key=ana.members[0].signature_key
            ),
        ),
    )

    scene.refuse(from_outside(scene, same_name), ClientTwice)
    scene.refuse(from_outside(scene, same_key), InvalidTree)


def test_one_who_comes_back_with_the_old_encryption_key_is_refused(scene: Scene) -> None:
    old = scene.circle[0].members[0].encryption_key

    lie = from_outside(
        scene,
        returning(scene, 0),
        [Remove(removed=0)],
        Lies(leaf=lambda leaf: replace(leaf, encryption_key=old)),
    )

    scene.refuse(lie, (InvalidProposals, InvalidPath))


def test_an_external_commit_in_the_name_of_a_member_is_refused(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    ana = Sender(type=SenderType.MEMBER, index=0)

    lie = from_outside(scene, zoe, lies=Lies(content=lambda content: replace(content, sender=ana)))

    scene.refuse(lie, Refused)


def test_a_path_key_of_an_external_commit_must_come_from_its_secret(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    stranger = SUITE.generate_key_pair().public

    lie = from_outside(scene, zoe, lies=Lies(public_keys=lambda keys: [*keys[:-1], stranger]))

    scene.refuse(lie, InvalidPath, service=False)
