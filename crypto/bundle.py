"""What opens or advances a channel's group, stored by the server as one thing.

A commit, the Welcome for those it adds and the GroupInfo of the epoch it makes are
accepted together or not at all (R5): a newcomer never sees a commit whose Welcome got
lost, and the delivery service can always rebuild its public tree.
"""

from dataclasses import dataclass
from typing import Final

from crypto.canonical import HASH_LENGTH, Blob, read_suite
from crypto.mls.codec import Malformed, Reader, Writer, decode, encode
from crypto.mls.suite import SUITE_1

# A tree of 100 devices is some 70 kB, and stands in the Welcome and in the GroupInfo.
MAX_BUNDLE: Final = 1 << 20
MAX_KEY_PACKAGES: Final = 200


class BadBundle(Exception):
    """The bytes are no bundle, or one larger than any group of ours needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A commit with all that goes with it; without a commit, the creation of a group.

    `commit`, `welcome` and `group_info` are encoded MLSMessages (RFC 9420, section 6);
    `key_packages` are the 32-byte references (section 5.2) of those the commit adds.
    """

    group_info: bytes
    commit: bytes | None = None
    welcome: bytes | None = None
    key_packages: tuple[bytes, ...] = ()

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint16(SUITE_1.id)
        writer.optional(None if self.commit is None else Blob(self.commit))
        writer.optional(None if self.welcome is None else Blob(self.welcome))
        writer.opaque(self.group_info)
        writer.vector(Blob(reference) for reference in self.key_packages)

    @staticmethod
    def read(reader: Reader) -> "Bundle":
        """Take the wire form; the messages inside are not looked at."""
        read_suite(reader, SUITE_1.id)
        commit, welcome = reader.optional(Blob.read), reader.optional(Blob.read)
        return Bundle(
            commit=None if commit is None else commit.data,
            welcome=None if welcome is None else welcome.data,
            group_info=reader.opaque(),
            key_packages=reader.vector(lambda inner: inner.fixed(HASH_LENGTH)),
        )

    def encode(self) -> bytes:
        """Return the bytes that a `create` or `commit` item carries.

        Raises:
            BadBundle: It is larger than the server would take, or adds too many at once.
        """
        data = encode(self)
        if len(data) > MAX_BUNDLE or len(self.key_packages) > MAX_KEY_PACKAGES:
            raise BadBundle("a bundle that is too large")
        return data

    @staticmethod
    def decode(data: bytes) -> "Bundle":
        """Read a bundle: a Welcome exactly where key packages are used, both under a commit.

        Raises:
            BadBundle: It is not one, or too large.
        """
        if len(data) > MAX_BUNDLE:
            raise BadBundle("a bundle that is too large")
        try:
            bundle = decode(Bundle.read, data)
        except Malformed:
            raise BadBundle("no bundle") from None
        used = bundle.key_packages
        if len(used) > MAX_KEY_PACKAGES or len(set(used)) != len(used):
            raise BadBundle("key packages without number")
        if (bundle.welcome is None) != (not used) or (used and bundle.commit is None):
            raise BadBundle("a welcome without newcomers")
        return bundle
