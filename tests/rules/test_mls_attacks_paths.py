"""What an insider may try with the path of a commit: each refused, nothing moved."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.mls.capabilities import Capabilities
from crypto.mls.codec import encode
from crypto.mls.credential import Credential
from crypto.mls.extensions import Extension
from crypto.mls.leaf_node import InvalidLeaf, LeafNode
from crypto.mls.lifetime import Lifetime
from crypto.mls.message import unpack_public
from crypto.mls.profile import ClientTwice, proposals_of
from crypto.mls.public_state import Change, PublicState
from crypto.mls.registry import LeafNodeSource
from crypto.mls.suite import BadKey, BadSignature, BadTag, HpkeCiphertext
from crypto.mls.transition import stage
from crypto.mls.tree_kem import InvalidPath, open_path
from crypto.mls.tree_validation import InvalidTree
from crypto.mls.update_path import UpdatePath, UpdatePathNode
from tests.support import mls_scene
from tests.support.mls_actors import NOW, SUITE, NotAllowed, accept
from tests.support.mls_forge import Forger, Lies, forge
from tests.support.mls_scene import Scene

Sealed = tuple[HpkeCiphertext, ...]


@pytest.fixture
def scene() -> Scene:
    return mls_scene.scene()


def with_nodes(change: Callable[[list[UpdatePathNode]], list[UpdatePathNode]]) -> Lies:
    """Lie about the nodes of a path once they are sealed."""
    return Lies(sealed=lambda path: replace(path, nodes=tuple(change(list(path.nodes)))))


def with_secrets(change: Callable[[Sealed], Sealed]) -> Lies:
    """Lie about what the topmost node is sealed with."""

    def changed(path: UpdatePath) -> UpdatePath:
        top = path.nodes[-1]
        sealed = change(top.encrypted_path_secret)
        return replace(path, nodes=(*path.nodes[:-1], replace(top, encrypted_path_secret=sealed)))

    return Lies(sealed=changed)


def test_a_path_with_too_many_nodes_is_refused(scene: Scene) -> None:
    lie = forge(scene.eve, [], with_nodes(lambda nodes: [*nodes, nodes[-1]]))

    scene.refuse(lie, InvalidPath)


def test_a_path_with_too_few_nodes_is_refused(scene: Scene) -> None:
    lie = forge(scene.eve, [], with_nodes(lambda nodes: nodes[:-1]))

    scene.refuse(lie, InvalidPath)


def test_a_path_secret_sealed_to_too_many_is_refused(scene: Scene) -> None:
    lie = forge(scene.eve, [], with_secrets(lambda sealed: (*sealed, sealed[0])))

    scene.refuse(lie, InvalidPath)


def test_a_path_secret_sealed_to_too_few_is_refused(scene: Scene) -> None:
    lie = forge(scene.eve, [], with_secrets(lambda sealed: sealed[:-1]))

    scene.refuse(lie, InvalidPath)


def test_a_path_secret_that_cannot_be_opened_is_refused(scene: Scene) -> None:
    lie = forge(
        scene.eve,
        [],
        with_secrets(
            lambda sealed: tuple(
                replace(each, ciphertext=bytes(len(each.ciphertext))) for each in sealed
            )
        ),
    )

    scene.refuse(lie, BadTag, service=False)


@pytest.mark.parametrize("output", [b"", bytes(31), bytes(32), bytes(33)])
def test_a_path_secret_sealed_with_no_key_is_refused(scene: Scene, output: bytes) -> None:
    lie = forge(
        scene.eve,
        [],
        with_secrets(lambda sealed: tuple(replace(each, kem_output=output) for each in sealed)),
    )

    scene.refuse(lie, (BadKey, BadTag))


def test_a_path_key_that_does_not_come_from_its_secret_is_refused(scene: Scene) -> None:
    stranger = SUITE.generate_key_pair().public

    lie = forge(scene.eve, [], Lies(public_keys=lambda keys: [*keys[:-1], stranger]))

    scene.refuse(lie, InvalidPath, service=False)


def test_those_who_share_a_lower_node_see_that_its_key_is_wrong(scene: Scene) -> None:
    stranger = SUITE.generate_key_pair().public
    dora, cleo, ben = (scene.circle[leaf] for leaf in (3, 2, 1))
    lying = Forger.inside(cleo)
    before = dora.encode()

    lie = forge(lying, [], Lies(public_keys=lambda keys: [stranger, *keys[1:]]))

    with pytest.raises(InvalidPath):
        dora.process(lie, accept, NOW)
    assert dora.encode() == before
    # Nobody outside of that subtree can see it: this is why devices compare transcripts (R11).
    assert ben.process(lie, accept, NOW).epoch == ben.epoch + 1


def test_a_path_key_that_stands_in_the_tree_already_is_refused(scene: Scene) -> None:
    bens = scene.circle[1].members[1].encryption_key
    root = next(key for _, key in reversed(list(scene.service.state.tree.parents())))

    from_a_leaf = forge(scene.eve, [], Lies(public_keys=lambda keys: [*keys[:-1], bens]))
    from_a_parent = forge(
        scene.eve, [], Lies(public_keys=lambda keys: [*keys[:-1], root.encryption_key])
    )

    scene.refuse(from_a_leaf, InvalidPath)
    scene.refuse(from_a_parent, InvalidPath)


def test_a_path_with_one_key_at_two_nodes_is_refused(scene: Scene) -> None:
    lie = forge(
        Forger.inside(scene.circle[0]), [], Lies(public_keys=lambda keys: keys[:1] * len(keys))
    )

    scene.refuse(lie, InvalidPath)


def test_a_path_key_that_nobody_can_seal_to_is_refused(scene: Scene) -> None:
    lie = forge(scene.eve, [], Lies(public_keys=lambda keys: [*keys[:-1], bytes(32)]))

    scene.refuse(lie, BadKey)


def test_a_committer_who_keeps_its_encryption_key_is_refused(scene: Scene) -> None:
    kept = scene.circle[4].members[4].encryption_key

    lie = forge(scene.eve, [], Lies(leaf=lambda leaf: replace(leaf, encryption_key=kept)))

    scene.refuse(lie, InvalidPath)


def test_a_committer_who_takes_the_encryption_key_of_another_is_refused(scene: Scene) -> None:
    bens = scene.circle[1].members[1].encryption_key

    lie = forge(scene.eve, [], Lies(leaf=lambda leaf: replace(leaf, encryption_key=bens)))

    scene.refuse(lie, InvalidPath)


def test_a_committer_who_takes_the_signature_key_of_another_is_refused(scene: Scene) -> None:
    ben = scene.circle[1]
    # As if Ben had lent her his key to sign the leaf with.
    lent = replace(scene.eve, leaf_signature_key=ben.signature_key)
    bens = ben.members[1].signature_key

    lie = forge(lent, [], Lies(leaf=lambda leaf: replace(leaf, signature_key=bens)))

    scene.refuse(lie, InvalidTree)


def test_a_committer_who_takes_the_name_of_another_is_refused(scene: Scene) -> None:
    name = Credential(identity=b"ben")

    lie = forge(scene.eve, [], Lies(leaf=lambda leaf: replace(leaf, credential=name)))

    scene.refuse(lie, ClientTwice)


def test_a_committer_who_takes_a_new_name_is_shown_to_the_policy(scene: Scene) -> None:
    def no_new_names(change: Change, state: PublicState) -> None:
        known = {member.identity for member in state.members}
        if any(member.identity not in known for member in change.updated):
            raise NotAllowed

    name = Credential(identity=b"somebody else")
    lie = forge(scene.eve, [], Lies(leaf=lambda leaf: replace(leaf, credential=name)))

    scene.refuse(lie, NotAllowed, allow=no_new_names)


def test_a_parent_hash_that_lies_is_refused(scene: Scene) -> None:
    other = forge(scene.eve, [], Lies(leaf=lambda leaf: replace(leaf, parent_hash=bytes(32))))
    none = forge(scene.eve, [], Lies(leaf=lambda leaf: replace(leaf, parent_hash=b"")))

    scene.refuse(other, InvalidPath)
    scene.refuse(none, InvalidPath)


@pytest.mark.parametrize("source", [LeafNodeSource.KEY_PACKAGE, LeafNodeSource.UPDATE])
def test_a_path_with_a_leaf_made_for_something_else_is_refused(
    scene: Scene, source: LeafNodeSource
) -> None:
    lifetime = Lifetime.starting(NOW) if source == LeafNodeSource.KEY_PACKAGE else None

    def elsewhere(leaf: LeafNode) -> LeafNode:
        return replace(leaf, source=source, lifetime=lifetime, parent_hash=None)

    lie = forge(scene.eve, [], Lies(leaf=elsewhere))

    scene.refuse(lie, InvalidPath)


@pytest.mark.parametrize(
    "change",
    [
        lambda can: replace(can, versions=()),
        lambda can: replace(can, cipher_suites=(2, 3)),
        lambda can: replace(can, credentials=()),
    ],
    ids=["version", "suite", "credential"],
)
def test_a_path_with_a_leaf_that_lacks_a_capability_is_refused(
    scene: Scene, change: Callable[[Capabilities], Capabilities]
) -> None:
    lie = forge(
        scene.eve,
        [],
        Lies(leaf=lambda leaf: replace(leaf, capabilities=change(leaf.capabilities))),
    )

    scene.refuse(lie, InvalidLeaf)


def test_a_path_with_a_leaf_whose_extension_is_not_listed_is_refused(scene: Scene) -> None:
    unlisted = (Extension(type=0xF00D, data=b""),)

    lie = forge(scene.eve, [], Lies(leaf=lambda leaf: replace(leaf, extensions=unlisted)))

    scene.refuse(lie, InvalidLeaf)


def test_a_path_with_a_leaf_that_nobody_signed_is_refused(scene: Scene) -> None:
    lie = forge(
        scene.eve,
        [],
        Lies(
            sealed=lambda path: replace(
                path, leaf_node=replace(path.leaf_node, signature=bytes(64))
            )
        ),
    )

    scene.refuse(lie, BadSignature)


def test_a_path_with_a_leaf_of_another_epoch_is_refused(scene: Scene) -> None:
    old = scene.circle[4].state.tree.member(4)

    lie = forge(scene.eve, [], Lies(sealed=lambda path: replace(path, leaf_node=old)))

    scene.refuse(lie, InvalidPath)


def test_a_path_laid_from_the_leaf_of_another_is_refused(scene: Scene) -> None:
    bens = scene.circle[1].state.tree.member(1)

    lie = forge(scene.eve, [], Lies(sealed=lambda path: replace(path, leaf_node=bens)))

    scene.refuse(lie, BadSignature)


def test_one_who_ignores_her_removal_finds_no_secret_in_the_path(scene: Scene) -> None:
    cleo = scene.circle[2]
    commit, _, after = scene.circle[0].commit(removes=[2], now=NOW)
    message = unpack_public(commit).authenticated()

    staged = stage(cleo.state, message, proposals_of(message), None)

    assert staged.path is not None
    with pytest.raises(InvalidPath):
        open_path(
            SUITE,
            staged.path,
            staged.tree,
            sender=0,
            keys=cleo.own.keys,
            context=encode(staged.context),
            newcomers=frozenset(),
        )
    assert after.epoch == cleo.epoch + 1
