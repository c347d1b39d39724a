"""The official vectors of RFC 9420, suite 1: following a group from its Welcome on."""

import pytest

from crypto.mls.suite import suite_of
from tests.support.mls_vectors import PASSIVE, Row, keys_of, unhex
from tests.support.passive_client import PassiveClient


@pytest.mark.parametrize("row", PASSIVE)
def test_the_private_keys_belong_to_the_key_package(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    keys = keys_of(row)
    package = keys.key_package

    sealed = [
        suite.seal_with_label(package.init_key, "test", b"", b"init"),
        suite.seal_with_label(package.leaf_node.encryption_key, "test", b"", b"leaf"),
    ]

    assert suite.open_with_label(keys.init_key, "test", b"", sealed[0]) == b"init"
    assert suite.open_with_label(keys.encryption_key, "test", b"", sealed[1]) == b"leaf"
    assert suite.signature_public(keys.signature_key) == package.leaf_node.signature_key


@pytest.mark.parametrize("row", PASSIVE)
def test_a_passive_client_arrives_at_every_epoch(row: Row) -> None:
    external = {unhex(psk["psk_id"]): unhex(psk["psk"]) for psk in row["external_psks"]}
    tree = unhex(row["ratchet_tree"]) if row["ratchet_tree"] else None

    client = PassiveClient.join(unhex(row["welcome"]), keys_of(row), tree, external)
    arrived = [client.authenticator.hex()]
    for epoch in row["epochs"]:
        for proposal in epoch["proposals"]:
            client.hear(unhex(proposal))
        client.follow(unhex(epoch["commit"]))
        arrived.append(client.authenticator.hex())

    expected = [epoch["epoch_authenticator"] for epoch in row["epochs"]]
    assert arrived == [row["initial_epoch_authenticator"], *expected]
