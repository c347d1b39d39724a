"""What is a key and what a signature at the edges of both curves: read in TypeScript alike."""

import json

import pytest

from crypto.mls import keys
from crypto.mls.suite import SUITE_1, BadKey, BadSignature, BadTag, HpkeCiphertext
from tests.support.key_vectors import FILE, LABEL, Row, every_row

ROWS = json.loads(FILE.read_text())
OUTCOMES = {BadKey: "bad_key", BadSignature: "bad_signature", BadTag: "bad_tag"}


def test_the_file_holds_what_its_generator_makes() -> None:
    assert list(every_row()) == ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['kind']}: {row['name']}")
def test_bytes_at_an_edge_come_to_what_the_vector_says(row: Row) -> None:
    given = {name: _unhex(value) for name, value in row["given"].items()}

    assert _outcome(row["kind"], given) == row["expect"]


def _unhex(value: str | int) -> bytes:
    return value.to_bytes(1, "big") if isinstance(value, int) else bytes.fromhex(value)


def _outcome(kind: str, given: dict[str, bytes]) -> dict[str, str]:
    try:
        return {"outcome": "ok", **_done(kind, given)}
    except tuple(OUTCOMES) as error:
        return {"outcome": OUTCOMES[type(error)]}


def _done(kind: str, given: dict[str, bytes]) -> dict[str, str]:
    suite = SUITE_1
    match kind:
        case "signature":
            suite.verify_with_label(given["public"], LABEL, given["content"], given["signature"])
            return {}
        case "agreement":
            suite.check_public_key(given["public"])
            sent, secret = suite.export_to(given["public"], b"")
            assert len(sent) == len(secret) == suite.hash_length
            return {}
        case "expand":
            return {"okm": suite.expand(given["secret"], given["info"], given["length"][0]).hex()}
        case "derive":
            pair = suite.derive_key_pair(given["secret"])
            assert pair.public == keys.agreement_public(pair.private)
            return {"private": pair.private.hex(), "public": pair.public.hex()}
        case "export":
            private, sent, context = given["private"], given["sent"], given["context"]
            return {"secret": suite.export_from(private, sent, context).hex()}
        case "open":
            sealed = HpkeCiphertext(kem_output=given["sent"], ciphertext=given["ciphertext"])
            opened = suite.open_with_label(given["private"], LABEL, given["context"], sealed)
            return {"plaintext": opened.hex()}
        case _:
            raise AssertionError(kind)
