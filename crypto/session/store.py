"""A session as bytes for the vault, and back.

Chains are verified again when they are read: a roster is never stored, only proven.
"""

from dataclasses import dataclass
from typing import Final

from crypto.canonical import KEY_LENGTH, Blob, read_id, write_text
from crypto.identity import Device, Pins
from crypto.ids import CircleId, ProfessionalId
from crypto.membership import verify_chain
from crypto.mls.codec import Malformed, Reader, Writer, encode, own_reader
from crypto.mls.key_package import KeyPackageSecrets
from crypto.mls.suite import SUITE_1, KeyPair, Secret
from crypto.session.state import ChannelState, CircleState, Session

_MAGIC: Final = b"ronde session v2"


@dataclass(frozen=True, slots=True)
class _Named:
    """An id with a number or with bytes: a claim, or a pin."""

    id: str
    data: bytes

    def write(self, writer: Writer) -> None:
        write_text(writer, self.id)
        writer.opaque(self.data)

    @staticmethod
    def read(reader: Reader) -> "_Named":
        return _Named(read_id(reader), reader.opaque())


@dataclass(frozen=True, slots=True)
class _Circle:
    id: CircleId
    state: CircleState

    def write(self, writer: Writer) -> None:
        write_text(writer, self.id)
        writer.vector(Blob(statement) for statement in self.state.chain)
        writer.uint64(self.state.checks)
        claims = self.state.claims
        writer.vector(_Named(who, claims[who].to_bytes(4, "big")) for who in sorted(claims))

    @staticmethod
    def read(reader: Reader) -> "_Circle":
        circle = CircleId(read_id(reader))
        chain = tuple(blob.data for blob in reader.vector(Blob.read))
        checks = reader.uint64()
        claims = {
            ProfessionalId(claim.id): int.from_bytes(claim.data, "big")
            for claim in reader.vector(_Named.read)
        }
        roster = verify_chain(chain, circle)
        state = CircleState(chain=chain, roster=roster, checks=checks, claims=claims)
        return _Circle(circle, state)


def encode_session(session: Session) -> bytes:
    """Return everything a device knows, secrets included: for the vault, for nobody else."""
    writer = Writer().opaque(_MAGIC).put(session.device)
    writer.optional(None if session.identity is None else Blob(session.identity.private))
    keys = session.pins.keys
    writer.vector(_Named(who, keys[who]) for who in sorted(keys))
    writer.vector(session.packages)
    writer.vector(Blob(reference) for reference in sorted(session.resorts))
    writer.vector(_Circle(circle, session.circles[circle]) for circle in sorted(session.circles))
    for channel in sorted(session.channels):
        writer.opaque(encode(session.channels[channel]))
    return writer.bytes()


def decode_session(data: bytes) -> Session:
    """Return the session that `encode_session` wrote.

    Raises:
        Malformed: The bytes are no session of this version.
        BadChain: A stored chain does not verify.
    """
    reader = own_reader(data)
    if reader.opaque() != _MAGIC:
        raise Malformed("no session of ours")
    device, private = Device.read(reader), reader.optional(Blob.read)
    pins = Pins(keys={ProfessionalId(pin.id): pin.data for pin in reader.vector(_Named.read)})
    packages = reader.vector(KeyPackageSecrets.read)
    resorts = frozenset(blob.data for blob in reader.vector(Blob.read))
    circles = {each.id: each.state for each in reader.vector(_Circle.read)}
    channels = []
    while reader.position < len(data):
        inner = own_reader(reader.opaque())
        channels.append(ChannelState.read(inner))
        inner.end()
    return Session(
        device=device,
        identity=None if private is None else _identity(private.data),
        pins=pins,
        packages=packages,
        resorts=resorts,
        circles=circles,
        channels={channel.id: channel for channel in channels},
    )


def _identity(private: bytes) -> KeyPair:
    if len(private) != KEY_LENGTH:
        raise Malformed("a key of another length")
    return KeyPair(private=Secret(private), public=SUITE_1.signature_public(private))
