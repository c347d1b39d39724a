"""Extensions, and those of them that we read: RFC 9420, sections 11.1, 12.4.3.2 and 13.4."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.mls.codec import Malformed, Reader, Writer, decode, encode
from crypto.mls.registry import ExtensionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A numbered addition whose content only those who know the number understand."""

    type: int
    data: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16(self.type).opaque(self.data)

    @staticmethod
    def read(reader: Reader) -> "Extension":
        """Take the wire form."""
        return Extension(type=reader.uint16(), data=reader.opaque())


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredCapabilities:
    """What every member of a group must be able to do: section 11.1."""

    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = ()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16s(self.extensions).uint16s(self.proposals).uint16s(self.credentials)

    @staticmethod
    def read(reader: Reader) -> "RequiredCapabilities":
        """Take the wire form."""
        return RequiredCapabilities(
            extensions=reader.uint16s(),
            proposals=reader.uint16s(),
            credentials=reader.uint16s(),
        )


def read_extensions(reader: Reader) -> tuple[Extension, ...]:
    """Take a list of extensions.

    Raises:
        Malformed: One type stands there twice (section 13.4).
    """
    extensions = reader.vector(Extension.read)
    if len({extension.type for extension in extensions}) != len(extensions):
        raise Malformed("an extension given twice")
    return extensions


def find(extensions: Sequence[Extension], kind: ExtensionType) -> bytes | None:
    """Return the content of the extension of that type, if there is one."""
    return next((each.data for each in extensions if each.type == kind), None)


def external_pub(key: bytes) -> Extension:
    """Make the extension that lets outsiders join by external commit."""
    return Extension(type=ExtensionType.EXTERNAL_PUB, data=Writer().opaque(key).bytes())


def read_external_pub(extensions: Sequence[Extension]) -> bytes | None:
    """Return the external key of a GroupInfo, if it gives one."""
    data = find(extensions, ExtensionType.EXTERNAL_PUB)
    return None if data is None else decode(Reader.opaque, data)


def required_capabilities(required: RequiredCapabilities) -> Extension:
    """Make the extension that says what members must be able to do."""
    return Extension(type=ExtensionType.REQUIRED_CAPABILITIES, data=encode(required))


def read_required(extensions: Sequence[Extension]) -> RequiredCapabilities:
    """Return what a group asks of its members: nothing, if it does not say."""
    data = find(extensions, ExtensionType.REQUIRED_CAPABILITIES)
    return RequiredCapabilities() if data is None else decode(RequiredCapabilities.read, data)
