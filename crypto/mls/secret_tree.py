"""The secret tree: which key seals which PrivateMessage. RFC 9420, section 9.

Ronde sends its handshakes in the clear and its content in envelopes of its own, and
`Group` refuses PrivateMessages; this stands for the official vectors. So it keeps no
state, deletes nothing and forgets no generation: not a thing to send messages with.
"""

from dataclasses import dataclass
from enum import StrEnum

from crypto.mls.codec import Writer
from crypto.mls.refused import Refused
from crypto.mls.suite import Secret, Suite

# Each generation costs a derivation, and its number comes from the sender.
MAX_GENERATION = 1024


class UnusableGeneration(Refused):
    """A generation so far ahead that deriving it would only burn time."""


class Ratchet(StrEnum):
    """The two ratchets of a member; the value is the label of its first secret."""

    HANDSHAKE = "handshake"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKey:
    """What seals one message: an AEAD key and a nonce before the reuse guard."""

    key: Secret
    nonce: Secret


def message_key(
    suite: Suite,
    encryption_secret: bytes,
    *,
    leaf_count: int,
    leaf: int,
    ratchet: Ratchet,
    generation: int,
) -> MessageKey:
    """Derive the key of one message of one member, from the root of the tree.

    `leaf_count` is the width of the full tree: a power of two.

    Raises:
        UnusableGeneration: The generation is past `MAX_GENERATION`.
    """
    if generation > MAX_GENERATION:
        raise UnusableGeneration
    node = _leaf_secret(suite, encryption_secret, leaf_count=leaf_count, leaf=leaf)
    secret = suite.expand_with_label(node, ratchet.value, b"", suite.hash_length)
    for step in range(generation):
        secret = derive_tree_secret(suite, secret, "secret", step, suite.hash_length)
    return MessageKey(
        key=derive_tree_secret(suite, secret, "key", generation, suite.key_length),
        nonce=derive_tree_secret(suite, secret, "nonce", generation, suite.nonce_length),
    )


def sender_data_key(suite: Suite, sender_data_secret: bytes, ciphertext: bytes) -> MessageKey:
    """Derive what seals the name of the sender, from a sample of the ciphertext: section 6.3.2."""
    sample = ciphertext[: suite.hash_length]
    expand = suite.expand_with_label
    return MessageKey(
        key=expand(sender_data_secret, "key", sample, suite.key_length),
        nonce=expand(sender_data_secret, "nonce", sample, suite.nonce_length),
    )


def derive_tree_secret(
    suite: Suite, secret: bytes, label: str, generation: int, length: int
) -> Secret:
    """DeriveTreeSecret of RFC 9420, section 9."""
    context = Writer().uint32(generation).bytes()
    return suite.expand_with_label(secret, label, context, length)


def _leaf_secret(suite: Suite, root: bytes, *, leaf_count: int, leaf: int) -> Secret:
    """Walk from the root down to a leaf, halving the tree at each step."""
    secret = Secret(root)
    width = leaf_count
    while width > 1:
        width //= 2
        side = "right" if leaf & width else "left"
        secret = suite.expand_with_label(secret, "tree", side.encode(), suite.hash_length)
    return secret
