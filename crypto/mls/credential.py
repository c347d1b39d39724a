"""Who a leaf says it is: RFC 9420, section 5.3."""

from dataclasses import dataclass

from crypto.mls.codec import Reader, Writer
from crypto.mls.refused import OutOfProfile
from crypto.mls.registry import CredentialType


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A basic credential: identity bytes that the application alone understands.

    It proves nothing. In Ronde the identity holds a certificate, and the `allow` hook
    is the authentication service that checks it (protocol R1, R2).
    """

    identity: bytes

    @property
    def type(self) -> CredentialType:
        """The one kind we use."""
        return CredentialType.BASIC

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16(CredentialType.BASIC).opaque(self.identity)

    @staticmethod
    def read(reader: Reader) -> "Credential":
        """Take the wire form.

        Raises:
            OutOfProfile: X.509, or a kind from after RFC 9420.
        """
        if reader.uint16() != CredentialType.BASIC:
            raise OutOfProfile("a credential that is not basic")
        return Credential(identity=reader.opaque())
