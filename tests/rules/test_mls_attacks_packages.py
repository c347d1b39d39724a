"""What an insider may try with the key package of one it adds: each refused, nothing moved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.mls.capabilities import Capabilities
from crypto.mls.codec import Malformed
from crypto.mls.extensions import Extension
from crypto.mls.key_package import InvalidKeyPackage, KeyPackage
from crypto.mls.leaf_node import InvalidLeaf, LeafNode
from crypto.mls.lifetime import Expired, Lifetime, LivesTooLong
from crypto.mls.proposal import (
    Add,
)
from crypto.mls.refused import OutOfProfile
from crypto.mls.suite import BadKey, BadSignature
from tests.support import mls_scene
from tests.support.mls_actors import NOW, SUITE, package_of
from tests.support.mls_forge import forge, forged_package
from tests.support.mls_scene import Scene

SMALL_ORDER_KEYS = (bytes(32), bytes((1, *bytes(31))), b"\xec" + b"\xff" * 30 + b"\x7f")


@pytest.fixture
def scene() -> Scene:
    return mls_scene.scene()


def adding(scene: Scene, package: KeyPackage) -> bytes:
    """Have Eve commit the addition of a key package."""
    return forge(scene.eve, [Add(key_package=package)])


def living(leaf: LeafNode, *, start: timedelta, length: timedelta) -> LeafNode:
    """Give a leaf another lifetime."""
    begin = int((NOW + start).timestamp())
    end = begin + int(length.total_seconds())
    return replace(leaf, lifetime=Lifetime(not_before=begin, not_after=end))


def test_a_key_package_that_its_owner_did_not_sign_is_refused(scene: Scene) -> None:
    package = package_of("zoe").key_package
    stranger = package_of("zoe").key_package

    lie = adding(scene, replace(package, signature=stranger.signature))

    scene.refuse(lie, BadSignature)


def test_a_key_package_whose_init_key_was_swapped_is_refused(scene: Scene) -> None:
    package = package_of("zoe").key_package

    lie = adding(scene, replace(package, init_key=SUITE.generate_key_pair().public))

    scene.refuse(lie, BadSignature)


def test_a_key_package_whose_leaf_somebody_else_signed_is_refused(scene: Scene) -> None:
    zoe = package_of("zoe")
    stranger = package_of("zoe").key_package.leaf_node

    lie = adding(
        scene,
        forged_package(
            zoe,
            package=lambda given: replace(
                given, leaf_node=replace(given.leaf_node, signature=stranger.signature)
            ),
        ),
    )

    scene.refuse(lie, BadSignature)


@pytest.mark.parametrize(
    ("start", "length", "error"),
    [
        (timedelta(days=-30), timedelta(days=29), Expired),
        (timedelta(hours=1), timedelta(days=30), Expired),
        (timedelta(hours=-1), timedelta(days=91), LivesTooLong),
        (timedelta(hours=-1), timedelta(days=90, seconds=1), LivesTooLong),
        (timedelta(hours=1), timedelta(hours=-2), LivesTooLong),
    ],
    ids=["expired", "not yet valid", "over 90 days", "a second too long", "ends before it begins"],
)
def test_a_key_package_outside_its_lifetime_is_refused(
    scene: Scene, start: timedelta, length: timedelta, error: type[Exception]
) -> None:
    package = forged_package(
        package_of("zoe"), leaf=lambda leaf: living(leaf, start=start, length=length)
    )

    lie = adding(scene, package)

    scene.refuse(lie, error)


def test_a_key_package_of_another_suite_is_refused(scene: Scene) -> None:
    zoe = package_of("zoe")
    signed = forged_package(zoe)

    lie = adding(scene, replace(signed, cipher_suite=3))

    scene.refuse(lie, InvalidKeyPackage)


def test_a_key_package_of_another_version_is_refused(scene: Scene) -> None:
    package = package_of("zoe").key_package
    true = adding(scene, package)

    version = true.index(package.content())
    lie = true[:version] + b"\x00\x02" + true[version + 2 :]

    scene.refuse(lie, Malformed)


@pytest.mark.parametrize(
    "change",
    [
        lambda can: replace(can, versions=(2,)),
        lambda can: replace(can, cipher_suites=(3,)),
        lambda can: replace(can, credentials=(2,)),
    ],
    ids=["version", "suite", "credential"],
)
def test_a_leaf_without_the_capabilities_it_needs_is_refused(
    scene: Scene, change: Callable[[Capabilities], Capabilities]
) -> None:
    package = forged_package(
        package_of("zoe"),
        leaf=lambda leaf: replace(leaf, capabilities=change(leaf.capabilities)),
    )

    lie = adding(scene, package)

    scene.refuse(lie, InvalidLeaf)


def test_an_extension_that_its_leaf_does_not_list_is_refused(scene: Scene) -> None:
    unlisted = (Extension(type=0xF00D, data=b""),)
    in_leaf = forged_package(
        package_of("zoe"), leaf=lambda leaf: replace(leaf, extensions=unlisted)
    )
    in_package = forged_package(
        package_of("zoe"), package=lambda given: replace(given, extensions=unlisted)
    )

    scene.refuse(adding(scene, in_leaf), InvalidLeaf)
    scene.refuse(adding(scene, in_package), InvalidKeyPackage)


def test_a_certificate_chain_for_a_credential_is_refused(scene: Scene) -> None:
    package = package_of("zoe").key_package
    true = adding(scene, package)

    credential = true.index(b"\x00\x01\x03zoe")
    lie = true[:credential] + b"\x00\x02" + true[credential + 2 :]

    scene.refuse(lie, OutOfProfile)


def test_a_leaf_made_for_something_else_is_no_key_package(scene: Scene) -> None:
    bens = scene.circle[1].state.tree.member(1)

    lie = adding(scene, replace(package_of("zoe").key_package, leaf_node=bens))

    scene.refuse(lie, InvalidKeyPackage)


def test_an_init_key_that_is_the_encryption_key_is_refused(scene: Scene) -> None:
    package = forged_package(
        package_of("zoe"),
        package=lambda given: replace(given, init_key=given.leaf_node.encryption_key),
    )

    lie = adding(scene, package)

    scene.refuse(lie, InvalidKeyPackage)


@pytest.mark.parametrize("key", SMALL_ORDER_KEYS)
def test_a_key_that_nobody_can_seal_to_is_refused(scene: Scene, key: bytes) -> None:
    in_leaf = forged_package(package_of("zoe"), leaf=lambda leaf: replace(leaf, encryption_key=key))
    in_package = forged_package(
        package_of("zoe"), package=lambda given: replace(given, init_key=key)
    )

    scene.refuse(adding(scene, in_package), BadKey)
    # Nothing can be sealed to the leaf, so the forger leaves the path out.
    scene.refuse(forge(scene.eve, [Add(key_package=in_leaf)], path=False), BadKey)


def test_a_key_of_another_in_another_encoding_is_refused(scene: Scene) -> None:
    bens = scene.circle[1].members[1].encryption_key
    # X25519 ignores the top bit: this opens what is sealed to Ben, and is not his by name.
    alias = bens[:-1] + bytes((bens[-1] | 0x80,))
    package = forged_package(
        package_of("zoe"), leaf=lambda leaf: replace(leaf, encryption_key=alias)
    )

    # Our own suite seals nothing to such a key, so the forger leaves the path out.
    lie = forge(scene.eve, [Add(key_package=package)], path=False)

    scene.refuse(lie, BadKey)
