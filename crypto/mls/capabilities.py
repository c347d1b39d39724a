"""What a client says it can do: RFC 9420, section 7.2."""

from dataclasses import dataclass

from crypto.mls.codec import Reader, Writer
from crypto.mls.extensions import RequiredCapabilities
from crypto.mls.registry import (
    DEFAULT_EXTENSIONS,
    DEFAULT_PROPOSALS,
    CredentialType,
    ProtocolVersion,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Numbers of what a client supports; numbers unknown to us are kept and ignored."""

    versions: tuple[int, ...]
    cipher_suites: tuple[int, ...]
    extensions: tuple[int, ...]
    proposals: tuple[int, ...]
    credentials: tuple[int, ...]

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16s(self.versions).uint16s(self.cipher_suites).uint16s(self.extensions)
        writer.uint16s(self.proposals).uint16s(self.credentials)

    @staticmethod
    def read(reader: Reader) -> "Capabilities":
        """Take the wire form."""
        return Capabilities(
            versions=reader.uint16s(),
            cipher_suites=reader.uint16s(),
            extensions=reader.uint16s(),
            proposals=reader.uint16s(),
            credentials=reader.uint16s(),
        )

    def support_extension(self, kind: int) -> bool:
        """Tell whether an extension may be used with this client: listed, or known to all."""
        return kind in DEFAULT_EXTENSIONS or kind in self.extensions

    def satisfy(self, required: RequiredCapabilities) -> bool:
        """Tell whether a group's requirements are met: section 11.1."""
        return (
            all(self.support_extension(kind) for kind in required.extensions)
            and DEFAULT_PROPOSALS.union(self.proposals).issuperset(required.proposals)
            and set(self.credentials).issuperset(required.credentials)
        )


def ours(suite: int) -> Capabilities:
    """List what this core supports in one suite, and nothing it does not."""
    return Capabilities(
        versions=(ProtocolVersion.MLS10,),
        cipher_suites=(suite,),
        extensions=(),
        proposals=(),
        credentials=(CredentialType.BASIC,),
    )
