"""Pre-shared keys: their names, and the secret they come to. RFC 9420, section 8.4.

Ronde injects none and `Group` refuses commits and Welcomes that do; the parsers must
still know them to say so, and the official vectors use them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from crypto.mls.codec import Malformed, Reader, Writer, encode
from crypto.mls.suite import Secret, Suite


class ResumptionUsage(IntEnum):
    """What the secret of an earlier epoch is brought back for."""

    APPLICATION = 1
    REINIT = 2
    BRANCH = 3


_EXTERNAL, _RESUMPTION = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalPskId:
    """The name of a key agreed on elsewhere, and the nonce of this one use."""

    psk_id: bytes
    nonce: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form of the PreSharedKeyID."""
        writer.uint8(_EXTERNAL).opaque(self.psk_id).opaque(self.nonce)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumptionPskId:
    """The group and epoch whose `resumption_psk` is meant, and the nonce of this one use."""

    usage: ResumptionUsage
    group_id: bytes
    epoch: int
    nonce: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form of the PreSharedKeyID."""
        writer.uint8(_RESUMPTION).uint8(self.usage).opaque(self.group_id)
        writer.uint64(self.epoch).opaque(self.nonce)


PreSharedKeyId = ExternalPskId | ResumptionPskId


@dataclass(frozen=True, slots=True, kw_only=True)
class PreSharedKey:
    """A name with the key it stands for."""

    id: PreSharedKeyId
    secret: Secret


def read_psk_id(reader: Reader) -> PreSharedKeyId:
    """Take a PreSharedKeyID.

    Raises:
        Malformed: The type or the usage is none that RFC 9420 defines.
    """
    kind = reader.uint8()
    if kind == _EXTERNAL:
        return ExternalPskId(psk_id=reader.opaque(), nonce=reader.opaque())
    if kind != _RESUMPTION:
        raise Malformed("no such type of pre-shared key")
    return ResumptionPskId(
        usage=reader.enum8(ResumptionUsage),
        group_id=reader.opaque(),
        epoch=reader.uint64(),
        nonce=reader.opaque(),
    )


def psk_secret(suite: Suite, keys: Sequence[PreSharedKey]) -> Secret:
    """Chain keys into the one secret the key schedule takes; without keys it is all zeros."""
    zeros = bytes(suite.hash_length)
    secret = Secret(zeros)
    for index, key in enumerate(keys):
        label = Writer().raw(encode(key.id)).uint16(index).uint16(len(keys)).bytes()
        extracted = suite.extract(zeros, key.secret)
        step = suite.expand_with_label(extracted, "derived psk", label, suite.hash_length)
        secret = suite.extract(step, secret)
    return secret
