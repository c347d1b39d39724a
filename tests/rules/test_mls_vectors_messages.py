"""The official vectors of RFC 9420, suite 1: structures, and how contents are protected."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from crypto.mls import key_schedule
from crypto.mls.codec import Reader, Writer, decode, encode
from crypto.mls.commit import Commit
from crypto.mls.framing import (
    AuthenticatedContent,
    Body,
    ContentAuth,
    FramedContent,
    PublicMessage,
    Sender,
    membership_tag,
    read_body,
    sign_content,
    verify_content,
    write_body,
)
from crypto.mls.group_context import GroupContext
from crypto.mls.group_info import GroupInfo, verify_group_info
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets, check_key_package
from crypto.mls.message import pack, unpack
from crypto.mls.private_message import MessageSecrets, PrivateMessage, protect, unprotect
from crypto.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    InjectPsk,
    ReInit,
    Remove,
    Update,
)
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.registry import ContentType, SenderType, WireFormat
from crypto.mls.suite import BadSignature, BadTag, Secret, Suite, suite_of
from crypto.mls.transcript import confirmation_tag
from crypto.mls.welcome import GroupSecrets, Welcome, open_group_info, open_group_secrets
from tests.support.mls_vectors import Row, rows, unhex

FRAMED: dict[str, type] = {
    "mls_welcome": Welcome,
    "mls_group_info": GroupInfo,
    "mls_key_package": KeyPackage,
    "public_message_application": PublicMessage,
    "public_message_proposal": PublicMessage,
    "public_message_commit": PublicMessage,
    "private_message": PrivateMessage,
}
BARE: dict[str, Callable[[Reader], Any]] = {
    "ratchet_tree": RatchetTree.read,
    "group_secrets": GroupSecrets.read,
    "add_proposal": Add.read,
    "update_proposal": Update.read,
    "remove_proposal": Remove.read,
    "pre_shared_key_proposal": InjectPsk.read,
    "re_init_proposal": ReInit.read,
    "external_init_proposal": ExternalInit.read,
    "group_context_extensions_proposal": GroupContextExtensions.read,
    "commit": Commit.read,
}
CONTENTS = {
    "public_message_application": ContentType.APPLICATION,
    "public_message_proposal": ContentType.PROPOSAL,
    "public_message_commit": ContentType.COMMIT,
}
KINDS = {
    "application": ContentType.APPLICATION,
    "proposal": ContentType.PROPOSAL,
    "commit": ContentType.COMMIT,
}


@pytest.mark.parametrize("row", rows("messages"))
def test_every_structure_is_read_and_written_back_alike(row: Row) -> None:
    framed = {name: unpack(unhex(row[name])) for name in FRAMED}
    bare = {name: decode(read, unhex(row[name])) for name, read in BARE.items()}

    assert set(row) == set(framed) | set(bare)
    assert {name: type(content) for name, content in framed.items()} == FRAMED
    assert {name: pack(content).hex() for name, content in framed.items()}.items() <= row.items()
    assert {name: encode(value).hex() for name, value in bare.items()}.items() <= row.items()
    for name, kind in CONTENTS.items():
        message = framed[name]
        assert isinstance(message, PublicMessage)
        assert message.content.type == kind


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A message-protection row, read."""

    suite: Suite
    context: GroupContext
    secrets: MessageSecrets
    membership_key: bytes
    private: bytes
    public: bytes

    def signed(self, body: Body, wire_format: WireFormat) -> AuthenticatedContent:
        """Sign a body as the vector's sender: leaf 1 of 2."""
        content = FramedContent(
            group_id=self.context.group_id,
            epoch=self.context.epoch,
            sender=Sender(type=SenderType.MEMBER, index=1),
            body=body,
        )
        signature = sign_content(
            self.suite, content, self.private, context=self.context, wire_format=wire_format
        )
        tag = b"a tag nobody checks here" if isinstance(body, Commit) else None
        auth = ContentAuth(signature=signature, confirmation_tag=tag)
        return AuthenticatedContent(wire_format=wire_format, content=content, auth=auth)

    def verify(self, message: AuthenticatedContent) -> Body:
        """Verify a content as a member does and return its body."""
        verify_content(self.suite, message, self.public, context=self.context)
        assert message.content.sender == Sender(type=SenderType.MEMBER, index=1)
        return message.content.body

    def tag(self, message: AuthenticatedContent) -> bytes:
        """Compute the membership tag."""
        return membership_tag(self.suite, message, self.membership_key, context=self.context)


def scene_of(row: Row) -> Scene:
    """Read a message-protection row."""
    return Scene(
        suite=suite_of(row["cipher_suite"]),
        context=GroupContext(
            cipher_suite=row["cipher_suite"],
            group_id=unhex(row["group_id"]),
            epoch=row["epoch"],
            tree_hash=unhex(row["tree_hash"]),
            confirmed_transcript_hash=unhex(row["confirmed_transcript_hash"]),
        ),
        secrets=MessageSecrets(
            encryption=Secret(unhex(row["encryption_secret"])),
            sender_data=Secret(unhex(row["sender_data_secret"])),
            leaf_count=2,
        ),
        membership_key=unhex(row["membership_key"]),
        private=unhex(row["signature_priv"]),
        public=unhex(row["signature_pub"]),
    )


def raw(body: Body) -> bytes:
    """Return a body's bytes; application data without the length before it."""
    if isinstance(body, bytes):
        return body
    writer = Writer()
    write_body(writer, body)
    return writer.bytes()


def body_of(row: Row, name: str) -> Body:
    """Read the raw value of a message-protection row."""
    data = unhex(row[name])
    if name == "application":
        return data
    return decode(lambda reader: read_body(reader, KINDS[name]), data)


@pytest.mark.parametrize("row", rows("message-protection"))
@pytest.mark.parametrize("name", ["proposal", "commit"])
def test_a_public_message_verifies_theirs_and_ours(row: Row, name: str) -> None:
    scene = scene_of(row)
    theirs = unpack(unhex(row[f"{name}_pub"]))
    assert isinstance(theirs, PublicMessage)

    signed = scene.signed(body_of(row, name), WireFormat.PUBLIC_MESSAGE)
    sent = PublicMessage(content=signed.content, auth=signed.auth, membership_tag=scene.tag(signed))
    ours = unpack(pack(sent))
    assert isinstance(ours, PublicMessage)

    assert scene.suite.signature_public(scene.private) == scene.public
    for message in (theirs, ours):
        assert raw(scene.verify(message.authenticated())) == unhex(row[name])
        assert scene.tag(message.authenticated()) == message.membership_tag


@pytest.mark.parametrize("row", rows("message-protection"))
@pytest.mark.parametrize("name", ["proposal", "commit", "application"])
def test_a_private_message_opens_theirs_and_ours(row: Row, name: str) -> None:
    scene = scene_of(row)
    theirs = unpack(unhex(row[f"{name}_priv"]))
    assert isinstance(theirs, PrivateMessage)

    signed = scene.signed(body_of(row, name), WireFormat.PRIVATE_MESSAGE)
    ours = protect(scene.suite, signed, scene.secrets, generation=3, padding=17)

    for message in (theirs, decode(PrivateMessage.read, encode(ours))):
        opened = unprotect(scene.suite, message, scene.secrets)
        assert raw(scene.verify(opened)) == unhex(row[name])
        assert message.type == KINDS[name]


@pytest.mark.parametrize("row", rows("message-protection"))
def test_a_private_message_that_was_altered_does_not_open(row: Row) -> None:
    scene = scene_of(row)
    message = unpack(unhex(row["application_priv"]))
    assert isinstance(message, PrivateMessage)

    altered = [
        replace(message, epoch=message.epoch + 1),
        replace(message, authenticated_data=b"other"),
        replace(message, type=ContentType.PROPOSAL),
        replace(message, ciphertext=message.ciphertext[:-1] + b"\x00"),
    ]

    for each in altered:
        with pytest.raises(BadTag):
            unprotect(scene.suite, each, scene.secrets)


@pytest.mark.parametrize("row", rows("message-protection"))
def test_a_content_signed_for_one_way_of_travelling_does_not_travel_the_other(row: Row) -> None:
    scene = scene_of(row)
    signed = scene.signed(unhex(row["application"]), WireFormat.PUBLIC_MESSAGE)

    with pytest.raises(ValueError, match="otherwise"):
        protect(scene.suite, signed, scene.secrets, generation=0)
    with pytest.raises(BadSignature):
        scene.verify(replace(signed, wire_format=WireFormat.PRIVATE_MESSAGE))


@pytest.mark.parametrize("row", rows("welcome"))
def test_a_welcome_opens_and_its_group_info_proves_the_epoch(row: Row) -> None:
    suite = suite_of(row["cipher_suite"])
    package, welcome = unpack(unhex(row["key_package"])), unpack(unhex(row["welcome"]))
    assert isinstance(package, KeyPackage)
    assert isinstance(welcome, Welcome)
    keys = KeyPackageSecrets(
        key_package=package,
        init_key=Secret(unhex(row["init_priv"])),
        encryption_key=Secret(b""),
        signature_key=Secret(b""),
    )

    secrets = open_group_secrets(suite, welcome, keys)
    joiner, psk = secrets.joiner_secret, key_schedule.no_psk(suite)
    info = open_group_info(suite, welcome, joiner=joiner, psk_secret=psk)
    epoch = key_schedule.derive_epoch(
        suite, key_schedule.epoch_secret(suite, joiner, psk, info.context)
    )

    assert package.reference() in welcome.references()
    check_key_package(suite, package, lifetimes=None)
    verify_group_info(suite, info, unhex(row["signer_pub"]))
    assert info.confirmation_tag == confirmation_tag(
        suite, epoch.confirmation_key, info.context.confirmed_transcript_hash
    )
