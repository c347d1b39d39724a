"""What an insider may try with the frame of a commit: each refused, nothing moved."""

from dataclasses import replace

import pytest

from crypto.mls.codec import Malformed
from crypto.mls.framing import Sender
from crypto.mls.member_state import Unconfirmed
from crypto.mls.message import pack
from crypto.mls.private_message import MessageSecrets, protect
from crypto.mls.processing import OwnMessage, RemovedFromGroup
from crypto.mls.proposal import (
    Remove,
)
from crypto.mls.ratchet_tree import NoSuchLeaf
from crypto.mls.refused import OutOfProfile
from crypto.mls.registry import SenderType, WireFormat
from crypto.mls.suite import BadSignature, BadTag
from crypto.mls.transition import WrongEpoch, WrongGroup
from tests.support import mls_scene
from tests.support.mls_actors import NOW, SUITE, accept
from tests.support.mls_forge import Lies, forge, send, signed_content
from tests.support.mls_scene import Scene


@pytest.fixture
def scene() -> Scene:
    return mls_scene.scene()


def test_a_commit_in_the_name_of_another_is_refused(scene: Scene) -> None:
    ana = Sender(type=SenderType.MEMBER, index=0)

    lie = forge(scene.eve, [], Lies(content=lambda content: replace(content, sender=ana)))

    scene.refuse(lie, BadSignature)


@pytest.mark.parametrize("leaf", [5, 8, 2**32 - 1])
def test_a_commit_from_an_empty_place_is_refused(scene: Scene, leaf: int) -> None:
    nobody = Sender(type=SenderType.MEMBER, index=leaf)

    lie = forge(scene.eve, [], Lies(content=lambda content: replace(content, sender=nobody)))

    scene.refuse(lie, NoSuchLeaf)


def test_a_commit_with_a_wrong_confirmation_tag_is_refused(scene: Scene) -> None:
    other = forge(scene.eve, [], Lies(tag=lambda tag: tag[:-1] + bytes((tag[-1] ^ 1,))))
    none = forge(scene.eve, [], Lies(tag=lambda _: b""))

    scene.refuse(other, Unconfirmed, service=False)
    scene.refuse(none, Unconfirmed, service=False)


def test_a_commit_with_a_wrong_membership_tag_is_refused(scene: Scene) -> None:
    other = forge(
        scene.eve, [], Lies(message=lambda message: replace(message, membership_tag=bytes(32)))
    )
    none = forge(scene.eve, [], Lies(message=lambda message: replace(message, membership_tag=b"")))

    scene.refuse(other, BadTag, service=False)
    scene.refuse(none, BadTag, service=False)


def test_a_replayed_commit_is_refused(scene: Scene) -> None:
    ben = scene.circle[1].process(scene.commit, accept, NOW)
    service = scene.service.process(scene.commit, accept, NOW)
    before = ben.encode()

    with pytest.raises(WrongEpoch):
        ben.process(scene.commit, accept, NOW)
    with pytest.raises(WrongEpoch):
        service.process(scene.commit, accept, NOW)

    assert ben.encode() == before


def test_our_own_commit_is_not_processed_but_adopted(scene: Scene) -> None:
    ana = scene.circle[0]
    before = ana.encode()

    with pytest.raises(OwnMessage):
        ana.process(scene.commit, accept, NOW)

    assert ana.encode() == before


@pytest.mark.parametrize("step", [-1, 1, 2**40])
def test_a_commit_of_another_epoch_is_refused(scene: Scene, step: int) -> None:
    lie = forge(
        scene.eve,
        [],
        Lies(content=lambda content: replace(content, epoch=content.epoch + step)),
    )

    scene.refuse(lie, WrongEpoch)


def test_a_commit_of_another_group_is_refused(scene: Scene) -> None:
    lie = forge(scene.eve, [], Lies(content=lambda content: replace(content, group_id=b"another")))

    scene.refuse(lie, WrongGroup)


def test_a_commit_with_data_of_its_own_is_refused(scene: Scene) -> None:
    lie = forge(
        scene.eve, [], Lies(content=lambda content: replace(content, authenticated_data=b"x"))
    )

    scene.refuse(lie, OutOfProfile)


@pytest.mark.parametrize(
    "sender", [SenderType.EXTERNAL, SenderType.NEW_MEMBER_PROPOSAL], ids=lambda kind: kind.name
)
def test_a_commit_from_one_who_cannot_commit_is_refused(scene: Scene, sender: SenderType) -> None:
    stranger = Sender(type=sender)

    lie = forge(scene.eve, [], Lies(content=lambda content: replace(content, sender=stranger)))

    scene.refuse(lie, OutOfProfile)


def test_a_proposal_standing_alone_is_refused(scene: Scene) -> None:
    lie = send(scene.eve, signed_content(scene.eve, Remove(removed=0)))

    scene.refuse(lie, (OutOfProfile, Malformed))


def test_application_data_in_the_clear_is_refused(scene: Scene) -> None:
    lie = send(scene.eve, signed_content(scene.eve, b"in the clear"))

    scene.refuse(lie, (OutOfProfile, Malformed))


def test_a_private_message_is_refused(scene: Scene) -> None:
    eve = scene.circle[4]
    signed = replace(signed_content(scene.eve, b"sealed"), wire_format=WireFormat.PRIVATE_MESSAGE)
    secrets = MessageSecrets(
        encryption=eve.own.secrets.encryption,
        sender_data=eve.own.secrets.sender_data,
        leaf_count=eve.state.tree.width,
    )

    lie = pack(protect(SUITE, signed, secrets, generation=0))

    scene.refuse(lie, OutOfProfile)


def test_one_who_is_removed_learns_it_and_keeps_the_old_state(scene: Scene) -> None:
    commit, _, after = scene.circle[0].commit(removes=[2], now=NOW)
    cleo, ben = scene.circle[2], scene.circle[1]
    before = cleo.encode()

    with pytest.raises(RemovedFromGroup):
        cleo.process(commit, accept, NOW)

    assert cleo.encode() == before
    assert ben.process(commit, accept, NOW).authenticator == after.authenticator
