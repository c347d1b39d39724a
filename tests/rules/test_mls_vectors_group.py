"""The official passive clients once more, through `Group`: what fits our profile, and the rest.

Their key packages live for a year or for ever, so `Group` lets none of them join
(protocol R12). From inside, each commit of theirs that Ronde could have made must be
followed to the same epoch, and each other refused for what it is.
"""

import pytest

from crypto.mls.framing import PublicMessage
from crypto.mls.group import Group
from crypto.mls.lifetime import LivesTooLong
from crypto.mls.member_state import MemberState, state_of
from crypto.mls.message import unpack
from crypto.mls.proposal import Add, Remove
from crypto.mls.public_group import PublicGroup
from crypto.mls.refused import OutOfProfile
from crypto.mls.suite import Secret
from crypto.mls.transcript import confirmation_tag
from tests.support.mls_actors import NOW, accept
from tests.support.mls_vectors import PASSIVE, Row, keys_of, unhex
from tests.support.passive_client import PassiveClient


def client_of(row: Row) -> PassiveClient:
    """Have the client of a row join as the vectors mean it to."""
    external = {unhex(psk["psk_id"]): unhex(psk["psk"]) for psk in row["external_psks"]}
    tree = unhex(row["ratchet_tree"]) if row["ratchet_tree"] else None
    return PassiveClient.join(unhex(row["welcome"]), keys_of(row), tree, external)


def group_of(client: PassiveClient) -> Group:
    """Put the client's state into a Group."""
    confirmed, key = client.context.confirmed_transcript_hash, client.secrets.confirmation_key
    tag = confirmation_tag(client.suite, key, confirmed)
    state = state_of(client.context, client.tree, tag)
    own = MemberState(state=state, keys=client.keys, secrets=client.secrets)
    return Group(own=own, signature_key=Secret(b""))


def expected_refusal(commit: bytes) -> type[Exception] | None:
    """Tell for what Ronde refuses a commit of the vectors, if it does."""
    message = unpack(commit)
    if not isinstance(message, PublicMessage):
        return OutOfProfile
    proposals = message.authenticated().commit().proposals
    if not all(isinstance(each, Add | Remove) for each in proposals):
        return OutOfProfile
    return LivesTooLong if any(isinstance(each, Add) for each in proposals) else None


@pytest.mark.parametrize("row", PASSIVE)
def test_a_group_of_ours_lets_no_client_of_the_vectors_in(row: Row) -> None:
    keys = keys_of(row)
    tree = unhex(row["ratchet_tree"]) if row["ratchet_tree"] else None
    expected = OutOfProfile if row["external_psks"] else LivesTooLong

    with pytest.raises(expected):
        Group.join(unhex(row["welcome"]), keys, tree, accept, NOW)


@pytest.mark.parametrize("row", [row for row in PASSIVE if row.values[0]["epochs"]])
def test_a_group_of_ours_follows_or_refuses_each_commit_of_the_vectors(row: Row) -> None:
    client = client_of(row)
    followed = 0

    for epoch in row["epochs"]:
        for proposal in epoch["proposals"]:
            client.hear(unhex(proposal))
        commit, group = unhex(epoch["commit"]), group_of(client)
        before, refusal = group.state.context, expected_refusal(commit)
        client.follow(commit)

        if refusal is None:
            service = PublicGroup(state=group.state).process(commit, accept, NOW)
            after = group.process(commit, accept, NOW)
            assert after.authenticator.hex() == epoch["epoch_authenticator"]
            assert service.state.context == after.state.context == client.context
            followed += 1
        else:
            with pytest.raises(refusal):
                group.process(commit, accept, NOW)
            assert group.state.context == before

    assert followed >= len(row["epochs"]) // 2
