"""The official vectors of RFC 9420, suite 1: primitives, tree arithmetic, secrets.

What each file proves is written in `test-vectors.md` of mlswg/mls-implementations;
the other files are read by the tests beside this one.
"""

import pytest

from crypto.mls.codec import Malformed, Reader, varint
from crypto.mls.psk import ExternalPskId, PreSharedKey, psk_secret
from crypto.mls.secret_tree import Ratchet, derive_tree_secret, message_key, sender_data_key
from crypto.mls.suite import HpkeCiphertext, Secret, suite_of
from tests.support.mls_vectors import FOLDER, Row, rows, unhex

KNOWN = {
    "crypto-basics",
    "deserialization",
    "key-schedule",
    "message-protection",
    "messages",
    "passive-client-handling-commit",
    "passive-client-random",
    "passive-client-welcome",
    "psk_secret",
    "secret-tree",
    "transcript-hashes",
    "tree-math",
    "tree-operations",
    "tree-validation",
    "treekem",
    "welcome",
}


def test_every_file_of_official_vectors_has_a_reader() -> None:
    found = {path.name for path in FOLDER.iterdir()}

    assert found == {f"{name}.json" for name in KNOWN} | {"README.md"}


@pytest.mark.parametrize("row", rows("deserialization"))
def test_a_length_reads_as_the_vector_says_and_is_written_alike(row: Row) -> None:
    header = unhex(row["vlbytes_header"])
    length = row["length"]

    # White-box: no message may be as long as the longest of these lengths.
    assert Reader(header)._varint() == length
    assert varint(length) == header
    with pytest.raises(Malformed):
        Reader(header[:-1]).opaque()


@pytest.mark.parametrize("row", rows("crypto-basics"))
def test_labelled_hashes_and_derivations_yield_what_the_vector_says(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])

    ref, expand = row["ref_hash"], row["expand_with_label"]
    derive, tree = row["derive_secret"], row["derive_tree_secret"]

    assert suite.ref_hash(ref["label"], unhex(ref["value"])) == unhex(ref["out"])
    assert suite.expand_with_label(
        unhex(expand["secret"]), expand["label"], unhex(expand["context"]), expand["length"]
    ) == unhex(expand["out"])
    assert suite.derive_secret(unhex(derive["secret"]), derive["label"]) == unhex(derive["out"])
    assert derive_tree_secret(
        suite, unhex(tree["secret"]), tree["label"], tree["generation"], tree["length"]
    ) == unhex(tree["out"])


@pytest.mark.parametrize("row", rows("crypto-basics"))
def test_labelled_signatures_verify_theirs_and_ours(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    given = row["sign_with_label"]
    public, label, content = unhex(given["pub"]), given["label"], unhex(given["content"])

    ours = suite.sign_with_label(unhex(given["priv"]), label, content)

    assert suite.signature_public(unhex(given["priv"])) == public
    suite.verify_with_label(public, label, content, unhex(given["signature"]))
    suite.verify_with_label(public, label, content, ours)


@pytest.mark.parametrize("row", rows("crypto-basics"))
def test_labelled_encryption_opens_theirs_and_ours(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    given = row["encrypt_with_label"]
    private, label, context = unhex(given["priv"]), given["label"], unhex(given["context"])
    theirs = HpkeCiphertext(
        kem_output=unhex(given["kem_output"]), ciphertext=unhex(given["ciphertext"])
    )

    ours = suite.seal_with_label(unhex(given["pub"]), label, context, unhex(given["plaintext"]))

    assert suite.open_with_label(private, label, context, theirs) == unhex(given["plaintext"])
    assert suite.open_with_label(private, label, context, ours) == unhex(given["plaintext"])


@pytest.mark.parametrize("row", rows("psk_secret"))
def test_pre_shared_keys_come_to_the_secret_of_the_vector(row: Row) -> None:
    keys = [
        PreSharedKey(
            id=ExternalPskId(psk_id=unhex(psk["psk_id"]), nonce=unhex(psk["psk_nonce"])),
            secret=Secret(unhex(psk["psk"])),
        )
        for psk in row["psks"]
    ]

    secret = psk_secret(suite_of(row["cipher_suite"]), keys)

    assert secret == unhex(row["psk_secret"])


@pytest.mark.parametrize("row", rows("secret-tree"))
def test_the_sender_data_key_is_derived_from_the_sample(row: Row) -> None:
    given = row["sender_data"]

    made = sender_data_key(
        suite_of(row["cipher_suite"]),
        unhex(given["sender_data_secret"]),
        unhex(given["ciphertext"]),
    )

    assert (made.key, made.nonce) == (unhex(given["key"]), unhex(given["nonce"]))


@pytest.mark.parametrize("row", rows("secret-tree"))
@pytest.mark.parametrize("ratchet", list(Ratchet))
def test_the_secret_tree_yields_each_message_key(row: Row, ratchet: Ratchet) -> None:
    expected, made = [], []

    for leaf, generations in enumerate(row["leaves"]):
        for given in generations:
            key = message_key(
                suite_of(row["cipher_suite"]),
                unhex(row["encryption_secret"]),
                leaf_count=len(row["leaves"]),
                leaf=leaf,
                ratchet=ratchet,
                generation=given["generation"],
            )
            made.append((key.key.hex(), key.nonce.hex()))
            expected.append((given[f"{ratchet}_key"], given[f"{ratchet}_nonce"]))

    assert made == expected
