"""Contents that travel encrypted: RFC 9420, section 6.3.

Ronde sends none, and `Group` refuses them; this stands for the official vectors. It
keeps no record of generations used, so nothing here stops a replay.
"""

import secrets
from dataclasses import dataclass

from crypto.mls.codec import Malformed, Reader, Writer, decode, encode
from crypto.mls.framing import (
    AuthenticatedContent,
    ContentAuth,
    FramedContent,
    Sender,
    read_body,
    write_body,
)
from crypto.mls.registry import ContentType, SenderType, WireFormat
from crypto.mls.secret_tree import MessageKey, Ratchet, message_key, sender_data_key
from crypto.mls.suite import Secret, Suite

GUARD_LENGTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateMessage:
    """A content sealed with its sender's next key; who the sender is, sealed apart."""

    group_id: bytes
    epoch: int
    type: ContentType
    authenticated_data: bytes
    encrypted_sender_data: bytes
    ciphertext: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.opaque(self.group_id).uint64(self.epoch).uint8(self.type)
        writer.opaque(self.authenticated_data).opaque(self.encrypted_sender_data)
        writer.opaque(self.ciphertext)

    @staticmethod
    def read(reader: Reader) -> "PrivateMessage":
        """Take the wire form."""
        return PrivateMessage(
            group_id=reader.opaque(),
            epoch=reader.uint64(),
            type=reader.enum8(ContentType),
            authenticated_data=reader.opaque(),
            encrypted_sender_data=reader.opaque(),
            ciphertext=reader.opaque(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderData:
    """Which member's which key sealed a content, and what its nonce was disturbed with."""

    leaf: int
    generation: int
    reuse_guard: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint32(self.leaf).uint32(self.generation).raw(self.reuse_guard)

    @staticmethod
    def read(reader: Reader) -> "SenderData":
        """Take the wire form."""
        return SenderData(
            leaf=reader.uint32(),
            generation=reader.uint32(),
            reuse_guard=reader.raw(GUARD_LENGTH),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSecrets:
    """What an epoch seals contents with; `leaf_count` is the width of its tree."""

    encryption: Secret
    sender_data: Secret
    leaf_count: int


def protect(
    suite: Suite,
    message: AuthenticatedContent,
    with_secrets: MessageSecrets,
    *,
    generation: int,
    padding: int = 0,
) -> PrivateMessage:
    """Seal a content that was signed for this wire format.

    Raises:
        ValueError: It was signed for another wire format, or not by a member.
    """
    content = message.content
    if message.wire_format != WireFormat.PRIVATE_MESSAGE:
        raise ValueError("it was signed to travel otherwise")
    if content.sender.type != SenderType.MEMBER:
        raise ValueError("members alone have message keys")
    sender = SenderData(
        leaf=content.sender.index,
        generation=generation,
        reuse_guard=secrets.token_bytes(GUARD_LENGTH),
    )
    key = _content_key(suite, with_secrets, sender, content.type)
    header = _header(content.group_id, content.epoch, content.type)
    aad = header + Writer().opaque(content.authenticated_data).bytes()
    ciphertext = suite.aead_seal(key.key, key.nonce, aad, _plaintext(message, padding))
    outer = sender_data_key(suite, with_secrets.sender_data, ciphertext)
    return PrivateMessage(
        group_id=content.group_id,
        epoch=content.epoch,
        type=content.type,
        authenticated_data=content.authenticated_data,
        encrypted_sender_data=suite.aead_seal(outer.key, outer.nonce, header, encode(sender)),
        ciphertext=ciphertext,
    )


def unprotect(
    suite: Suite, message: PrivateMessage, with_secrets: MessageSecrets
) -> AuthenticatedContent:
    """Open a content; its signature is the caller's to verify.

    Raises:
        BadTag: Other secrets sealed it, or it was altered.
        Malformed: It holds something else, its padding is not zeros, or no leaf is so named.
        UnusableGeneration: Its key is too far ahead.
    """
    header = _header(message.group_id, message.epoch, message.type)
    outer = sender_data_key(suite, with_secrets.sender_data, message.ciphertext)
    opened = suite.aead_open(outer.key, outer.nonce, header, message.encrypted_sender_data)
    sender = decode(SenderData.read, opened)
    if sender.leaf >= with_secrets.leaf_count:
        raise Malformed("a sender outside the tree")
    key = _content_key(suite, with_secrets, sender, message.type)
    aad = header + Writer().opaque(message.authenticated_data).bytes()
    plaintext = suite.aead_open(key.key, key.nonce, aad, message.ciphertext)
    return _read_plaintext(plaintext, message, sender)


def _content_key(
    suite: Suite, with_secrets: MessageSecrets, sender: SenderData, kind: ContentType
) -> MessageKey:
    """Derive a content's key, the reuse guard already mixed into the nonce."""
    application = kind == ContentType.APPLICATION
    key = message_key(
        suite,
        with_secrets.encryption,
        leaf_count=with_secrets.leaf_count,
        leaf=sender.leaf,
        ratchet=Ratchet.APPLICATION if application else Ratchet.HANDSHAKE,
        generation=sender.generation,
    )
    guarded = bytes(one ^ other for one, other in zip(key.nonce, sender.reuse_guard, strict=False))
    return MessageKey(key=key.key, nonce=Secret(guarded + key.nonce[GUARD_LENGTH:]))


def _header(group_id: bytes, epoch: int, kind: ContentType) -> bytes:
    """Return SenderDataAAD, which PrivateContentAAD begins with."""
    return Writer().opaque(group_id).uint64(epoch).uint8(kind).bytes()


def _plaintext(message: AuthenticatedContent, padding: int) -> bytes:
    writer = Writer()
    write_body(writer, message.content.body)
    return writer.put(message.auth).raw(bytes(padding)).bytes()


def _read_plaintext(
    plaintext: bytes, message: PrivateMessage, sender: SenderData
) -> AuthenticatedContent:
    reader = Reader(plaintext)
    body = read_body(reader, message.type)
    auth = ContentAuth.read(reader, message.type)
    if any(reader.raw(len(plaintext) - reader.position)):
        raise Malformed("padding that is not zeros")
    content = FramedContent(
        group_id=message.group_id,
        epoch=message.epoch,
        sender=Sender(type=SenderType.MEMBER, index=sender.leaf),
        authenticated_data=message.authenticated_data,
        body=body,
    )
    return AuthenticatedContent(wire_format=WireFormat.PRIVATE_MESSAGE, content=content, auth=auth)
