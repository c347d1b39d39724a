"""What one may try with a GroupInfo, on those outside and on the service: each refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.mls.extensions import Extension, external_pub
from crypto.mls.group import Group
from crypto.mls.group_info import GroupInfo, sign_group_info, tree_extension
from crypto.mls.joining import NoTree, NoWayIn
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.message import pack, unpack_group_info
from crypto.mls.profile import ClientTwice
from crypto.mls.public_group import GroupInfoMismatch, PublicGroup, WelcomeMismatch
from crypto.mls.public_state import Change, PublicState
from crypto.mls.ratchet_tree import NoSuchLeaf
from crypto.mls.refused import OutOfProfile
from crypto.mls.registry import ExtensionType
from crypto.mls.suite import BadKey, BadSignature, Secret, UnsupportedSuite
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_validation import InvalidTree
from tests.support import mls_scene
from tests.support.mls_actors import NOW, SUITE, NotAllowed, accept, package_of
from tests.support.mls_scene import Errors, Scene


@pytest.fixture
def scene() -> Scene:
    return mls_scene.scene()


@pytest.fixture
def zoe() -> KeyPackageSecrets:
    return package_of("zoe")


def shown(
    scene: Scene, change: Callable[[GroupInfo], GroupInfo], *, signer: Secret | None = None
) -> bytes:
    """Have Ana show the group to one outside, changed and signed again."""
    ana = scene.circle[0]
    info = change(unpack_group_info(ana.group_info()))
    return pack(sign_group_info(SUITE, info, signer or ana.signature_key))


def without(info: GroupInfo, kind: ExtensionType) -> GroupInfo:
    """Leave an extension out of a GroupInfo."""
    return replace(info, extensions=tuple(each for each in info.extensions if each.type != kind))


def test_a_group_info_that_no_member_signed_leads_nowhere(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    stranger = SUITE.generate_signature_key().private

    info = shown(scene, lambda info: info, signer=stranger)

    with pytest.raises(BadSignature):
        Group.external(info, zoe, None, accept, NOW)
    with pytest.raises(BadSignature):
        PublicGroup.from_group_info(info)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda info: without(info, ExtensionType.EXTERNAL_PUB), (NoWayIn, GroupInfoMismatch)),
        (lambda info: without(info, ExtensionType.RATCHET_TREE), NoTree),
        (lambda info: replace(info, signer=6), NoSuchLeaf),
        (lambda info: replace(info, signer=1), BadSignature),
        (
            lambda info: replace(info, context=replace(info.context, tree_hash=bytes(32))),
            InvalidTree,
        ),
        (
            lambda info: replace(info, context=replace(info.context, group_id=b"other")),
            BadSignature,
        ),
        (
            lambda info: replace(info, context=replace(info.context, cipher_suite=3)),
            UnsupportedSuite,
        ),
        (
            lambda info: replace(
                info,
                context=replace(
                    info.context,
                    extensions=(Extension(type=ExtensionType.EXTERNAL_SENDERS, data=b"\x00"),),
                ),
            ),
            OutOfProfile,
        ),
    ],
    ids=["no way in", "no tree", "nobody", "another", "tree", "group", "suite", "extension"],
)
def test_a_group_info_that_lies_leads_nowhere(
    scene: Scene,
    zoe: KeyPackageSecrets,
    change: Callable[[GroupInfo], GroupInfo],
    error: Errors,
) -> None:
    info = shown(scene, change)

    with pytest.raises(error):
        Group.external(info, zoe, None, accept, NOW)
    with pytest.raises(error):
        PublicGroup.from_group_info(info)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32)])
def test_a_way_in_that_is_no_key_leads_nowhere(
    scene: Scene, zoe: KeyPackageSecrets, key: bytes
) -> None:
    info = shown(
        scene,
        lambda info: replace(
            without(info, ExtensionType.EXTERNAL_PUB),
            extensions=(
                *without(info, ExtensionType.EXTERNAL_PUB).extensions,
                external_pub(key),
            ),
        ),
    )

    with pytest.raises(BadKey):
        Group.external(info, zoe, None, accept, NOW)


def test_a_group_with_a_member_that_the_policy_does_not_know_is_not_joined(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    def only_these(change: Change, state: PublicState) -> None:
        if any(member.identity == b"eve" for member in change.added):
            raise NotAllowed

    with pytest.raises(NotAllowed):
        Group.external(scene.circle[0].group_info(), zoe, None, only_these, NOW)


def test_the_service_takes_no_group_info_that_does_not_fit_the_commit(scene: Scene) -> None:
    service = scene.service.process(scene.commit, accept, NOW)
    ben = scene.circle[1].process(scene.commit, accept, NOW)

    service.check_group_info(scene.after.group_info(), 0)
    for info, error in (
        (scene.circle[0].group_info(), GroupInfoMismatch),
        (ben.group_info(), GroupInfoMismatch),
    ):
        with pytest.raises(error):
            service.check_group_info(info, 0)
    with pytest.raises(GroupInfoMismatch):
        service.check_group_info(scene.after.group_info(), 1)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda info: replace(info, confirmation_tag=bytes(32)), GroupInfoMismatch),
        (lambda info: without(info, ExtensionType.RATCHET_TREE), GroupInfoMismatch),
        (lambda info: without(info, ExtensionType.EXTERNAL_PUB), GroupInfoMismatch),
        (lambda info: replace(info, signer=1), GroupInfoMismatch),
        (
            lambda info: replace(
                info, context=replace(info.context, confirmed_transcript_hash=bytes(32))
            ),
            GroupInfoMismatch,
        ),
    ],
    ids=["tag", "no tree", "no way in", "signer", "transcript"],
)
def test_the_service_takes_no_group_info_that_lies(
    scene: Scene, change: Callable[[GroupInfo], GroupInfo], error: type[Exception]
) -> None:
    service = scene.service.process(scene.commit, accept, NOW)
    info = change(unpack_group_info(scene.after.group_info()))
    signed = pack(sign_group_info(SUITE, info, scene.after.signature_key))

    with pytest.raises(error):
        service.check_group_info(signed, 0)


def test_the_service_takes_no_group_info_that_the_committer_did_not_sign(scene: Scene) -> None:
    service = scene.service.process(scene.commit, accept, NOW)
    info = unpack_group_info(scene.after.group_info())
    signed = pack(sign_group_info(SUITE, info, SUITE.generate_signature_key().private))

    with pytest.raises(BadSignature):
        service.check_group_info(signed, 0)


def test_the_service_takes_no_welcome_that_leaves_one_out_or_names_another(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    yan = package_of("yan").key_package
    ana = scene.circle[0]
    commit, both, _ = ana.commit([zoe.key_package, yan], now=NOW)
    _, one, _ = ana.commit([zoe.key_package], now=NOW)
    service = scene.service.process(commit, accept, NOW)
    nobody = scene.service.process(scene.commit, accept, NOW)

    service.check_welcome(both)
    nobody.check_welcome(None)
    for group, welcome in ((service, one), (service, None), (nobody, one)):
        with pytest.raises(WelcomeMismatch):
            group.check_welcome(welcome)


def test_a_group_in_which_a_client_stands_twice_leads_nowhere(
    scene: Scene, zoe: KeyPackageSecrets
) -> None:
    twin = package_of("ben").key_package.leaf_node
    tree, _ = scene.circle[0].state.tree.add(twin)

    def doubled(info: GroupInfo) -> GroupInfo:
        context = replace(info.context, tree_hash=root_hash(SUITE, tree))
        others = without(info, ExtensionType.RATCHET_TREE).extensions
        return replace(info, context=context, extensions=(tree_extension(tree), *others))

    info = shown(scene, doubled)

    with pytest.raises(ClientTwice):
        Group.external(info, zoe, None, accept, NOW)
    with pytest.raises(ClientTwice):
        PublicGroup.from_group_info(info)
