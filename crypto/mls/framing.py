"""What is signed, by whom, and how it travels unencrypted: RFC 9420, sections 6, 6.1 and 6.2."""

from dataclasses import dataclass, field

from crypto.mls.codec import Malformed, Reader, Writer, encode
from crypto.mls.commit import Commit
from crypto.mls.group_context import GroupContext
from crypto.mls.proposal import Proposal, read_proposal, write_proposal
from crypto.mls.registry import ContentType, ProtocolVersion, SenderType, WireFormat
from crypto.mls.suite import Suite

_LABEL = "FramedContentTBS"
_PROPOSAL_REFERENCE_LABEL = "MLS 1.0 Proposal Reference"
_INSIDE = (SenderType.MEMBER, SenderType.NEW_MEMBER_COMMIT)
_NUMBERED = (SenderType.MEMBER, SenderType.EXTERNAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A member by leaf, an external sender by its place in a list, or a newcomer."""

    type: SenderType
    index: int = 0

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint8(self.type)
        if self.type in _NUMBERED:
            writer.uint32(self.index)

    @staticmethod
    def read(reader: Reader) -> "Sender":
        """Take the wire form."""
        kind = reader.enum8(SenderType)
        return Sender(type=kind, index=reader.uint32() if kind in _NUMBERED else 0)


Body = bytes | Proposal | Commit


@dataclass(frozen=True, slots=True, kw_only=True)
class FramedContent:
    """What a sender says in one epoch of one group: application bytes, a proposal, a commit."""

    group_id: bytes
    epoch: int
    sender: Sender
    authenticated_data: bytes = b""
    body: Body
    # The wire form, once known: it is signed, tagged, hashed and sent.
    _wire: bytes | None = field(init=False, default=None, repr=False, compare=False)

    @property
    def type(self) -> ContentType:
        """The kind of the body."""
        if isinstance(self.body, bytes):
            return ContentType.APPLICATION
        return ContentType.COMMIT if isinstance(self.body, Commit) else ContentType.PROPOSAL

    def wire(self) -> bytes:
        """Return the wire form."""
        if self._wire is None:
            writer = Writer().opaque(self.group_id).uint64(self.epoch).put(self.sender)
            writer.opaque(self.authenticated_data).uint8(self.type)
            write_body(writer, self.body)
            object.__setattr__(self, "_wire", writer.bytes())
        return self._wire or b""

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.raw(self.wire())

    @staticmethod
    def read(reader: Reader) -> "FramedContent":
        """Take the wire form."""
        start = reader.position
        content = FramedContent(
            group_id=reader.opaque(),
            epoch=reader.uint64(),
            sender=Sender.read(reader),
            authenticated_data=reader.opaque(),
            body=read_body(reader, reader.enum8(ContentType)),
        )
        object.__setattr__(content, "_wire", reader.since(start))
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentAuth:
    """FramedContentAuthData: the signature, and for a commit the confirmation tag."""

    signature: bytes
    confirmation_tag: bytes | None = None

    def write(self, writer: Writer) -> None:
        """Append the wire form; whoever reads it knows whether there is a tag."""
        writer.opaque(self.signature)
        if self.confirmation_tag is not None:
            writer.opaque(self.confirmation_tag)

    @staticmethod
    def read(reader: Reader, kind: ContentType) -> "ContentAuth":
        """Take the wire form that goes with a kind of content."""
        signature = reader.opaque()
        tag = reader.opaque() if kind == ContentType.COMMIT else None
        return ContentAuth(signature=signature, confirmation_tag=tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatedContent:
    """A content with what vouches for it; the signature covers the wire format too."""

    wire_format: WireFormat
    content: FramedContent
    auth: ContentAuth

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16(self.wire_format).put(self.content).put(self.auth)

    @staticmethod
    def read(reader: Reader) -> "AuthenticatedContent":
        """Take the wire form."""
        wire_format = reader.enum16(WireFormat)
        content = FramedContent.read(reader)
        auth = ContentAuth.read(reader, content.type)
        return AuthenticatedContent(wire_format=wire_format, content=content, auth=auth)

    def commit(self) -> Commit:
        """Return the commit that is the content.

        Raises:
            Malformed: It is something else.
        """
        if not isinstance(self.content.body, Commit):
            raise Malformed("not a commit")
        return self.content.body

    def proposal_reference(self, suite: Suite) -> bytes:
        """Return the hash that a later commit names this proposal by: section 5.2."""
        return suite.ref_hash(_PROPOSAL_REFERENCE_LABEL, encode(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMessage:
    """A content that travels in the clear; a member proves itself one by the tag."""

    content: FramedContent
    auth: ContentAuth
    membership_tag: bytes | None = None

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.put(self.content).put(self.auth)
        if self.membership_tag is not None:
            writer.opaque(self.membership_tag)

    @staticmethod
    def read(reader: Reader) -> "PublicMessage":
        """Take the wire form."""
        content = FramedContent.read(reader)
        auth = ContentAuth.read(reader, content.type)
        member = content.sender.type == SenderType.MEMBER
        tag = reader.opaque() if member else None
        return PublicMessage(content=content, auth=auth, membership_tag=tag)

    def authenticated(self) -> AuthenticatedContent:
        """Return what the signature covers; the tag is the caller's to check first."""
        return AuthenticatedContent(
            wire_format=WireFormat.PUBLIC_MESSAGE, content=self.content, auth=self.auth
        )


def write_body(writer: Writer, body: Body) -> None:
    """Append a content's body, as PublicMessage and PrivateMessage both hold it."""
    if isinstance(body, bytes):
        writer.opaque(body)
    elif isinstance(body, Commit):
        writer.put(body)
    else:
        write_proposal(writer, body)


def read_body(reader: Reader, kind: ContentType) -> Body:
    """Take the body of a content of that kind."""
    if kind == ContentType.APPLICATION:
        return reader.opaque()
    return Commit.read(reader) if kind == ContentType.COMMIT else read_proposal(reader)


def signed_bytes(
    content: FramedContent, wire_format: WireFormat, context: GroupContext | None
) -> bytes:
    """Return FramedContentTBS: members and external committers bind the group context."""
    writer = Writer().uint16(ProtocolVersion.MLS10).uint16(wire_format).put(content)
    if content.sender.type in _INSIDE:
        if context is None:
            raise ValueError("a member speaks in a group context")
        writer.put(context)
    return writer.bytes()


def sign_content(
    suite: Suite,
    content: FramedContent,
    key: bytes,
    *,
    context: GroupContext | None,
    wire_format: WireFormat = WireFormat.PUBLIC_MESSAGE,
) -> bytes:
    """Sign a content: section 6.1."""
    return suite.sign_with_label(key, _LABEL, signed_bytes(content, wire_format, context))


def verify_content(
    suite: Suite, message: AuthenticatedContent, key: bytes, *, context: GroupContext | None
) -> None:
    """Accept the signature of a content, given its sender's key.

    Raises:
        BadSignature: Another key, another group, another epoch, or another content.
    """
    signed = signed_bytes(message.content, message.wire_format, context)
    suite.verify_with_label(key, _LABEL, signed, message.auth.signature)


def membership_tag(
    suite: Suite, message: AuthenticatedContent, key: bytes, *, context: GroupContext
) -> bytes:
    """Compute what proves that a sender knows the epoch's membership key: section 6.2."""
    tagged = signed_bytes(message.content, message.wire_format, context) + encode(message.auth)
    return suite.mac(key, tagged)
