"""The outermost frame of everything that travels: MLSMessage of RFC 9420, section 6."""

from dataclasses import dataclass
from typing import TypeVar, assert_never

from crypto.mls.codec import Reader, Writer, decode, encode
from crypto.mls.framing import PublicMessage
from crypto.mls.group_info import GroupInfo
from crypto.mls.key_package import KeyPackage
from crypto.mls.private_message import PrivateMessage
from crypto.mls.refused import OutOfProfile
from crypto.mls.registry import ProtocolVersion, WireFormat
from crypto.mls.welcome import Welcome

Content = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage
Kind = TypeVar("Kind", PublicMessage, Welcome, GroupInfo, KeyPackage)


@dataclass(frozen=True, slots=True, kw_only=True)
class MlsMessage:
    """One message of version 1.0; what it holds tells the wire format."""

    content: Content

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16(ProtocolVersion.MLS10).uint16(wire_format_of(self.content))
        writer.put(self.content)

    @staticmethod
    def read(reader: Reader) -> "MlsMessage":
        """Take the wire form."""
        reader.enum16(ProtocolVersion)
        return MlsMessage(content=_read_content(reader, reader.enum16(WireFormat)))


def wire_format_of(content: Content) -> WireFormat:
    """Return the registered number of what a message holds."""
    match content:
        case PublicMessage():
            return WireFormat.PUBLIC_MESSAGE
        case PrivateMessage():
            return WireFormat.PRIVATE_MESSAGE
        case Welcome():
            return WireFormat.WELCOME
        case GroupInfo():
            return WireFormat.GROUP_INFO
        case KeyPackage():
            return WireFormat.KEY_PACKAGE
    assert_never(content)


def pack(content: Content) -> bytes:
    """Frame something for the way."""
    return encode(MlsMessage(content=content))


def unpack(data: bytes) -> Content:
    """Take the frame off; nothing inside is verified.

    Raises:
        Malformed: The bytes are no MLSMessage.
    """
    return decode(MlsMessage.read, data).content


def unpack_public(data: bytes) -> PublicMessage:
    """Take the frame off a PublicMessage.

    Raises:
        OutOfProfile: It holds something else: a PrivateMessage, say.
        Malformed: The bytes are no MLSMessage.
    """
    return _unpack_only(data, PublicMessage)


def unpack_welcome(data: bytes) -> Welcome:
    """Take the frame off a Welcome.

    Raises:
        OutOfProfile: It holds something else.
        Malformed: The bytes are no MLSMessage.
    """
    return _unpack_only(data, Welcome)


def unpack_group_info(data: bytes) -> GroupInfo:
    """Take the frame off a GroupInfo.

    Raises:
        OutOfProfile: It holds something else.
        Malformed: The bytes are no MLSMessage.
    """
    return _unpack_only(data, GroupInfo)


def unpack_key_package(data: bytes) -> KeyPackage:
    """Take the frame off a key package.

    Raises:
        OutOfProfile: It holds something else.
        Malformed: The bytes are no MLSMessage.
    """
    return _unpack_only(data, KeyPackage)


def _read_content(reader: Reader, kind: WireFormat) -> Content:
    match kind:
        case WireFormat.PUBLIC_MESSAGE:
            return PublicMessage.read(reader)
        case WireFormat.PRIVATE_MESSAGE:
            return PrivateMessage.read(reader)
        case WireFormat.WELCOME:
            return Welcome.read(reader)
        case WireFormat.GROUP_INFO:
            return GroupInfo.read(reader)
        case WireFormat.KEY_PACKAGE:
            return KeyPackage.read(reader)
    assert_never(kind)


def _unpack_only(data: bytes, kind: type[Kind]) -> Kind:
    content = unpack(data)
    if not isinstance(content, kind):
        raise OutOfProfile("another message than was asked for")
    return content
