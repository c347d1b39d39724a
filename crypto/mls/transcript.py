"""The running hashes that tie an epoch to every commit before it: RFC 9420, section 8.2."""

from crypto.mls.codec import Writer
from crypto.mls.framing import AuthenticatedContent
from crypto.mls.suite import Suite


def confirmed_hash(suite: Suite, interim: bytes, commit: AuthenticatedContent) -> bytes:
    """Hash a commit, signature included, onto what came before."""
    writer = Writer().uint16(commit.wire_format).put(commit.content).opaque(commit.auth.signature)
    return suite.hash(interim + writer.bytes())


def interim_hash(suite: Suite, confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """Hash a commit's confirmation tag onto the confirmed hash."""
    return suite.hash(confirmed + Writer().opaque(confirmation_tag).bytes())


def confirmation_tag(suite: Suite, confirmation_key: bytes, confirmed: bytes) -> bytes:
    """Compute what proves that a committer arrived where we did: section 6.1."""
    return suite.mac(confirmation_key, confirmed)
