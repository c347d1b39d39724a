"""What an insider may try on one who joins by Welcome: each refused."""

from dataclasses import replace

import pytest

from crypto.mls.extensions import Extension, RequiredCapabilities, required_capabilities
from crypto.mls.group import Group
from crypto.mls.group_info import GroupInfo, sign_group_info
from crypto.mls.joining import NoTree
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.leaf_node import InvalidLeaf
from crypto.mls.member_state import Unconfirmed
from crypto.mls.message import pack
from crypto.mls.psk import ExternalPskId
from crypto.mls.ratchet_tree import NoSuchLeaf
from crypto.mls.refused import OutOfProfile
from crypto.mls.registry import ExtensionType
from crypto.mls.suite import BadSignature, BadTag, Secret, UnsupportedSuite
from crypto.mls.tree_kem import InvalidPath
from crypto.mls.welcome import NotForUs
from tests.support.mls_actors import NOW, SUITE, Circle, accept, circle_of, package_of
from tests.support.mls_invite import Invitation, InviteLies, invite


@pytest.fixture
def circle() -> Circle:
    return circle_of(5)


@pytest.fixture
def zoe() -> KeyPackageSecrets:
    return package_of("zoe")


def join(zoe: KeyPackageSecrets, invitation: Invitation) -> Group:
    """Have Zoe follow an invitation."""
    return Group.join(invitation.welcome, zoe, invitation.tree, accept, NOW)


def refuse(
    circle: Circle, zoe: KeyPackageSecrets, lies: InviteLies, error: type[Exception]
) -> None:
    """See that Zoe refuses Eve's invitation, and could still follow Ana's."""
    with pytest.raises(error):
        join(zoe, invite(circle[4], zoe, lies))
    assert join(zoe, invite(circle[0], zoe)).epoch == circle[0].epoch + 1


def test_an_invitation_without_a_lie_is_followed(circle: Circle, zoe: KeyPackageSecrets) -> None:
    group = join(zoe, invite(circle[4], zoe))

    assert [member.identity for member in group.members][5:] == [b"zoe"]
    assert Group.decode(group.encode()).authenticator == group.authenticator


def test_a_group_info_that_no_member_signed_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    stranger = SUITE.generate_signature_key().private

    refuse(circle, zoe, InviteLies(signed=lambda i: replace(i, signature=bytes(64))), BadSignature)
    refuse(
        circle, zoe, InviteLies(signed=lambda i: sign_group_info(SUITE, i, stranger)), BadSignature
    )


def test_a_group_info_signed_in_the_name_of_another_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    refuse(circle, zoe, InviteLies(info=lambda info: replace(info, signer=0)), BadSignature)


@pytest.mark.parametrize("signer", [6, 7, 8, 2**32 - 1])
def test_a_group_info_signed_by_nobody_is_refused(
    circle: Circle, zoe: KeyPackageSecrets, signer: int
) -> None:
    refuse(circle, zoe, InviteLies(info=lambda info: replace(info, signer=signer)), NoSuchLeaf)


def test_a_group_info_altered_after_it_was_signed_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    def older(info: GroupInfo) -> GroupInfo:
        return replace(info, context=replace(info.context, epoch=info.context.epoch - 1))

    refuse(circle, zoe, InviteLies(signed=older), BadSignature)


def test_a_wrong_confirmation_tag_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    lies = InviteLies(info=lambda info: replace(info, confirmation_tag=bytes(32)))

    refuse(circle, zoe, lies, Unconfirmed)


def test_a_transcript_that_is_not_the_groups_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    def elsewhere(info: GroupInfo) -> GroupInfo:
        context = replace(info.context, confirmed_transcript_hash=bytes(32))
        return replace(info, context=context)

    refuse(circle, zoe, InviteLies(info=elsewhere), Unconfirmed)


def test_a_welcome_for_another_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    invitation = invite(circle[4], package_of("yan"))

    with pytest.raises(NotForUs):
        join(zoe, invitation)


def test_a_welcome_that_names_us_twice_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    lies = InviteLies(welcome=lambda welcome: replace(welcome, secrets=welcome.secrets * 2))

    refuse(circle, zoe, lies, NotForUs)


def test_a_welcome_altered_on_the_way_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    lies = InviteLies(
        welcome=lambda welcome: replace(
            welcome, encrypted_group_info=welcome.encrypted_group_info[:-1] + b"\x00"
        )
    )

    refuse(circle, zoe, lies, BadTag)


def test_a_welcome_of_another_suite_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    lies = InviteLies(welcome=lambda welcome: replace(welcome, cipher_suite=3))
    inside = InviteLies(info=lambda i: replace(i, context=replace(i.context, cipher_suite=3)))

    refuse(circle, zoe, lies, UnsupportedSuite)
    refuse(circle, zoe, inside, OutOfProfile)


def test_a_welcome_that_asks_for_pre_shared_keys_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    name = ExternalPskId(psk_id=b"key", nonce=bytes(32))

    refuse(circle, zoe, InviteLies(secrets=lambda s: replace(s, psks=(name,))), OutOfProfile)


def test_a_path_secret_that_gives_other_keys_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    lies = InviteLies(secrets=lambda secrets: replace(secrets, path_secret=Secret(bytes(32))))

    refuse(circle, zoe, lies, InvalidPath)


def test_a_welcome_that_withholds_the_path_secret_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    lies = InviteLies(secrets=lambda secrets: replace(secrets, path_secret=None))

    # Zoe could open no commit that is sealed to the nodes above her.
    refuse(circle, zoe, lies, InvalidPath)


def test_a_welcome_without_a_tree_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    invitation = invite(circle[4], zoe)

    with pytest.raises(NoTree):
        Group.join(invitation.welcome, zoe, None, accept, NOW)


def test_a_group_with_an_extension_we_do_not_use_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    senders = (Extension(type=ExtensionType.EXTERNAL_SENDERS, data=b"\x00"),)
    lies = InviteLies(context=lambda context: replace(context, extensions=senders))

    refuse(circle, zoe, lies, OutOfProfile)


def test_a_leaf_signed_for_another_group_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    lies = InviteLies(context=lambda context: replace(context, group_id=b"another circle"))

    refuse(circle, zoe, lies, BadSignature)


def test_what_is_no_welcome_is_refused(circle: Circle, zoe: KeyPackageSecrets) -> None:
    for other in (circle[0].group_info(), pack(zoe.key_package)):
        with pytest.raises(OutOfProfile):
            Group.join(other, zoe, circle[0].tree, accept, NOW)


def test_a_group_that_requires_what_its_members_lack_is_refused(
    circle: Circle, zoe: KeyPackageSecrets
) -> None:
    def requiring(required: RequiredCapabilities) -> InviteLies:
        extensions = (required_capabilities(required),)
        return InviteLies(context=lambda context: replace(context, extensions=extensions))

    met = requiring(RequiredCapabilities(credentials=(1,)))

    assert join(zoe, invite(circle[4], zoe, met)).epoch == circle[4].epoch + 1
    for lacking in (
        RequiredCapabilities(extensions=(0xF00D,)),
        RequiredCapabilities(proposals=(0xF00D,)),
        RequiredCapabilities(credentials=(2,)),
    ):
        refuse(circle, zoe, requiring(lacking), InvalidLeaf)
