"""The official vectors of RFC 9420, suite 1: from epoch to epoch."""

import pytest

from crypto.mls import key_schedule
from crypto.mls.codec import decode, encode
from crypto.mls.framing import AuthenticatedContent
from crypto.mls.group_context import GroupContext
from crypto.mls.suite import Secret, suite_of
from crypto.mls.transcript import confirmation_tag, confirmed_hash, interim_hash
from tests.support.mls_vectors import Row, rows, unhex


def context_of(row: Row, number: int) -> GroupContext:
    """Build the group context of an epoch of a key-schedule row."""
    epoch = row["epochs"][number]
    return GroupContext(
        cipher_suite=row["cipher_suite"],
        group_id=unhex(row["group_id"]),
        epoch=number,
        tree_hash=unhex(epoch["tree_hash"]),
        confirmed_transcript_hash=unhex(epoch["confirmed_transcript_hash"]),
    )


@pytest.mark.parametrize("row", rows("key-schedule"))
def test_each_epoch_yields_every_secret_of_the_vector(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    init = Secret(unhex(row["initial_init_secret"]))

    for number, epoch in enumerate(row["epochs"]):
        context = context_of(row, number)
        psk = unhex(epoch["psk_secret"])
        joiner = key_schedule.joiner_secret(suite, init, unhex(epoch["commit_secret"]), context)
        epoch_secret = key_schedule.epoch_secret(suite, joiner, psk, context)
        made = key_schedule.derive_epoch(suite, epoch_secret)
        init = made.init

        assert encode(context).hex() == epoch["group_context"]
        assert joiner.hex() == epoch["joiner_secret"]
        assert key_schedule.welcome_secret(suite, joiner, psk).hex() == epoch["welcome_secret"]
        assert {
            "init_secret": made.init.hex(),
            "sender_data_secret": made.sender_data.hex(),
            "encryption_secret": made.encryption.hex(),
            "exporter_secret": made.exporter.hex(),
            "epoch_authenticator": made.authenticator.hex(),
            "external_secret": made.external.hex(),
            "confirmation_key": made.confirmation_key.hex(),
            "membership_key": made.membership_key.hex(),
            "resumption_psk": made.resumption_psk.hex(),
            "external_pub": key_schedule.external_key_pair(suite, made).public.hex(),
        }.items() <= epoch.items()


@pytest.mark.parametrize("row", rows("key-schedule"))
def test_the_exporter_yields_the_secret_of_the_vector(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])

    exported = [
        key_schedule.export(
            suite,
            unhex(epoch["exporter_secret"]),
            epoch["exporter"]["label"],
            unhex(epoch["exporter"]["context"]),
            epoch["exporter"]["length"],
        ).hex()
        for epoch in row["epochs"]
    ]

    assert exported == [epoch["exporter"]["secret"] for epoch in row["epochs"]]


@pytest.mark.parametrize("row", rows("transcript-hashes"))
def test_a_commit_moves_both_transcript_hashes_and_carries_its_tag(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    message = decode(AuthenticatedContent.read, unhex(row["authenticated_content"]))
    before = unhex(row["interim_transcript_hash_before"])

    confirmed = confirmed_hash(suite, before, message)
    tag = confirmation_tag(suite, unhex(row["confirmation_key"]), confirmed)

    assert message.commit() is message.content.body
    assert confirmed.hex() == row["confirmed_transcript_hash_after"]
    assert tag == message.auth.confirmation_tag
    assert interim_hash(suite, confirmed, tag).hex() == row["interim_transcript_hash_after"]
    assert encode(message) == unhex(row["authenticated_content"])
