"""What the parts of the core refuse by themselves, beyond what the official vectors show."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crypto.mls import hpke
from crypto.mls.capabilities import Capabilities
from crypto.mls.codec import MAX_ITEMS, Malformed, Reader, Writer, decode, encode
from crypto.mls.extensions import (
    Extension,
    RequiredCapabilities,
    read_extensions,
    required_capabilities,
)
from crypto.mls.key_package import (
    InvalidKeyPackage,
    KeyPackage,
    KeyPackageSecrets,
    check_key_package,
)
from crypto.mls.leaf_node import InvalidLeaf, LeafNode
from crypto.mls.ratchet_tree import ParentNode, RatchetTree
from crypto.mls.refused import OutOfProfile
from crypto.mls.registry import LeafNodeSource
from crypto.mls.suite import SUITE_1, BadKey, BadSignature, BadTag, UnsupportedSuite, suite_of
from tests.support.mls_actors import package_of
from tests.support.mls_forge import forged_package


def check(package: KeyPackage, *group: Extension) -> None:
    check_key_package(SUITE_1, package, group_extensions=group, lifetimes=None)


def capable(leaf: LeafNode, **changes: tuple[int, ...]) -> LeafNode:
    lists = {name: getattr(leaf.capabilities, name) for name in Capabilities.__slots__}
    return replace(leaf, capabilities=Capabilities(**{**lists, **changes}))


@pytest.fixture
def secrets() -> KeyPackageSecrets:
    return package_of("zoe")


def test_a_key_package_survives_the_way_to_the_vault_and_back(secrets: KeyPackageSecrets) -> None:
    assert decode(KeyPackageSecrets.read, encode(secrets)) == secrets
    check(secrets.key_package)


@pytest.mark.parametrize(
    "changes",
    [{"versions": ()}, {"cipher_suites": (2,)}, {"credentials": (2,)}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_leaf_lists_what_it_uses(
    secrets: KeyPackageSecrets, changes: dict[str, tuple[int, ...]]
) -> None:
    with pytest.raises(InvalidLeaf):
        check(forged_package(secrets, leaf=lambda leaf: capable(leaf, **changes)))


def test_a_leaf_lists_the_extensions_it_carries(secrets: KeyPackageSecrets) -> None:
    extension = Extension(type=0xF000, data=b"")
    bare = forged_package(secrets, leaf=lambda leaf: replace(leaf, extensions=(extension,)))
    listed = forged_package(
        secrets,
        leaf=lambda leaf: capable(replace(leaf, extensions=(extension,)), extensions=(0xF000,)),
    )

    with pytest.raises(InvalidLeaf):
        check(bare)
    check(listed)


def test_a_leaf_has_what_the_group_requires(secrets: KeyPackageSecrets) -> None:
    ours = required_capabilities(RequiredCapabilities(credentials=(1,), proposals=(1, 3)))
    more = required_capabilities(RequiredCapabilities(proposals=(0xF000,)))

    check(secrets.key_package, ours)
    with pytest.raises(InvalidLeaf):
        check(secrets.key_package, more)


def test_a_key_package_is_for_one_suite_one_use_and_two_keys(secrets: KeyPackageSecrets) -> None:
    def committed(leaf: LeafNode) -> LeafNode:
        return replace(leaf, source=LeafNodeSource.COMMIT, lifetime=None, parent_hash=b"")

    def one_key(package: KeyPackage) -> KeyPackage:
        return replace(package, init_key=package.leaf_node.encryption_key)

    with pytest.raises(InvalidKeyPackage):
        check(forged_package(secrets, package=one_key))
    with pytest.raises(InvalidKeyPackage):
        check(replace(secrets.key_package, leaf_node=committed(secrets.key_package.leaf_node)))
    with pytest.raises(InvalidKeyPackage):
        check(replace(secrets.key_package, cipher_suite=3))
    with pytest.raises(UnsupportedSuite):
        suite_of(3)


def test_a_key_package_bears_two_signatures_of_its_owner(secrets: KeyPackageSecrets) -> None:
    package, other = secrets.key_package, package_of("zoe").key_package
    leaf = replace(package.leaf_node, signature=other.leaf_node.signature)

    with pytest.raises(BadSignature):
        check(replace(package, signature=other.signature))
    with pytest.raises(BadSignature):
        check(forged_package(secrets, package=lambda given: replace(given, leaf_node=leaf)))


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31), b"", bytes(31), b"\x09" * 33])
def test_a_key_that_nobody_can_seal_to_gets_nobody_in(
    secrets: KeyPackageSecrets, key: bytes
) -> None:
    with pytest.raises(BadKey):
        check(forged_package(secrets, leaf=lambda leaf: replace(leaf, encryption_key=key)))
    with pytest.raises(BadKey):
        check(forged_package(secrets, package=lambda given: replace(given, init_key=key)))


@pytest.mark.parametrize(
    "key", [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", b"\xff" * 32, b""]
)
def test_a_signature_key_that_anybody_can_sign_for_is_none(key: bytes) -> None:
    with pytest.raises(BadKey):
        SUITE_1.verify_with_label(key, "label", b"content", bytes(64))


def test_what_is_sealed_opens_with_its_key_label_and_context_only() -> None:
    pair, other = SUITE_1.generate_key_pair(), SUITE_1.generate_key_pair()
    sealed = SUITE_1.seal_with_label(pair.public, "label", b"context", b"plain")

    assert SUITE_1.open_with_label(pair.private, "label", b"context", sealed) == b"plain"
    with pytest.raises(BadTag):
        SUITE_1.open_with_label(other.private, "label", b"context", sealed)
    with pytest.raises(BadTag):
        SUITE_1.open_with_label(pair.private, "other", b"context", sealed)
    with pytest.raises(BadTag):
        SUITE_1.open_with_label(pair.private, "label", b"other", sealed)


def test_a_secret_is_exported_as_rfc_9180_shows() -> None:
    """Appendix A.1.1 of RFC 9180: base mode, the same three algorithms as suite 1."""
    sender = hpke.derive_private_key(
        bytes.fromhex("7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234")
    )
    recipient = hpke.derive_private_key(
        bytes.fromhex("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037")
    )
    ephemeral = X25519PrivateKey.from_private_bytes(sender)
    public = X25519PrivateKey.from_private_bytes(recipient).public_key()
    sent = ephemeral.public_key().public_bytes_raw()

    shared = hpke._shared_secret(ephemeral.exchange(public), sent, public.public_bytes_raw())
    exported = hpke._export(shared, b"Ode on a Grecian Urn", b"", 32)

    assert shared.hex() == "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"
    assert exported.hex() == "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee"


def test_who_exports_to_a_key_shares_the_secret_with_its_owner() -> None:
    pair = SUITE_1.generate_key_pair()

    sent, secret = SUITE_1.export_to(pair.public, b"context")

    assert SUITE_1.export_from(pair.private, sent, b"context") == secret
    assert SUITE_1.export_from(pair.private, sent, b"other") != secret
    with pytest.raises(BadKey):
        SUITE_1.export_from(pair.private, bytes(32), b"context")


def test_a_tree_is_as_wide_as_its_members_need() -> None:
    leaves = [package_of(f"client {number}").key_package.leaf_node for number in range(5)]
    tree = RatchetTree.of(leaves[0])
    widths = [tree.width]
    for leaf in leaves[1:]:
        tree, _ = tree.add(leaf)
        widths.append(tree.width)

    shrunk = tree.remove(4)

    assert widths == [1, 2, 4, 4, 8]
    assert (shrunk.width, shrunk.remove(2).remove(3).width) == (4, 2)
    assert shrunk.remove(1).add(leaves[4])[1] == 1
    assert decode(RatchetTree.read, encode(tree)).width == 8


def test_a_tree_has_leaves_and_parents_in_their_places() -> None:
    leaf = package_of("zoe").key_package.leaf_node
    parent = ParentNode(encryption_key=b"key", parent_hash=b"")
    as_leaf, as_parent = b"\x01\x01" + encode(leaf), b"\x01\x02" + encode(parent)

    for nodes in (as_parent, as_leaf + as_leaf, as_leaf + b"\x00", b""):
        with pytest.raises(Malformed):
            decode(RatchetTree.read, Writer().opaque(nodes).bytes())


def test_lists_that_only_cost_time_are_not_read() -> None:
    blanks = Writer().opaque(bytes(MAX_ITEMS + 1)).bytes()
    twice = Writer().vector([Extension(type=9, data=b"")] * 2).bytes()

    with pytest.raises(Malformed):
        decode(RatchetTree.read, blanks)
    with pytest.raises(Malformed):
        Reader(Writer().opaque(bytes(2 * MAX_ITEMS + 2)).bytes()).uint16s()
    with pytest.raises(Malformed):
        decode(read_extensions, twice)


def test_a_certificate_chain_is_not_a_credential_of_ours(secrets: KeyPackageSecrets) -> None:
    wire = encode(secrets.key_package)
    basic = Writer().uint16(1).opaque(b"zoe").bytes()
    x509 = Writer().uint16(2).opaque(b"\x02\x30\x00").bytes()

    assert wire.count(basic) == 1
    with pytest.raises(OutOfProfile):
        decode(KeyPackage.read, wire.replace(basic, x509))
