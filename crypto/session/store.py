"""A session as bytes for the vault, and back: whole, or in parts.

Whoever keeps the parts one by one writes only those that a step changed. Chains are
verified again when they are read: a roster is never stored, only proven.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from crypto.canonical import KEY_LENGTH, Blob, read_id, write_text
from crypto.identity import Device, Pins
from crypto.ids import ChannelId, CircleId, ProfessionalId
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A session cut where it changes; without a `device`, only some of one.

    The parts are secret as the whole is. The device's names the form of all of them.
    """

    device: bytes | None = field(default=None, repr=False)
    circles: Mapping[CircleId, bytes] = field(default_factory=dict, repr=False)
    channels: Mapping[ChannelId, bytes] = field(default_factory=dict, repr=False)


def encode_session(session: Session) -> bytes:
    """Return everything a device knows, secrets included: for the vault, for nobody else."""
    circles, channels = session.circles, session.channels
    writer = Writer().raw(encode_device(session))
    writer.opaque(b"".join(encode_circle(each, circles[each]) for each in sorted(circles)))
    for channel in sorted(channels):
        writer.opaque(encode_channel(channels[channel]))
    return writer.bytes()


def encode_device(session: Session) -> bytes:
    """Return the part that belongs to no circle: keys, pins and key packages."""
    writer = Writer().opaque(_MAGIC).put(session.device)
    writer.optional(None if session.identity is None else Blob(session.identity.private))
    keys = session.pins.keys
    writer.vector(_Named(who, keys[who]) for who in sorted(keys))
    writer.vector(session.packages)
    writer.vector(Blob(reference) for reference in sorted(session.resorts))
    return writer.bytes()


def encode_circle(circle: CircleId, state: CircleState) -> bytes:
    """Return the part of one circle."""
    return encode(_Circle(circle, state))


def encode_channel(state: ChannelState) -> bytes:
    """Return the part of one channel."""
    return encode(state)


def changed_parts(before: Session | None, after: Session) -> Parts:
    """Return what a step made anew and must be written; all of it if nothing was before."""
    same = before is not None and _same_device(before, after)
    circles = {} if before is None else before.circles
    channels = {} if before is None else before.channels
    return Parts(
        device=None if same else encode_device(after),
        circles={
            each: encode_circle(each, state)
            for each, state in after.circles.items()
            if circles.get(each) is not state
        },
        channels={
            each: encode_channel(state)
            for each, state in after.channels.items()
            if channels.get(each) is not state
        },
    )


def decode_session(data: bytes) -> Session:
    """Return the session that `encode_session` wrote.

    Raises:
        Malformed: The bytes are no session of this version.
        BadChain: A stored chain does not verify.
    """
    reader = own_reader(data)
    session = _read_device(reader)
    circles = {each.id: each.state for each in reader.vector(_Circle.read)}
    channels = []
    while reader.position < len(data):
        channels.append(_read_channel(reader.opaque()))
    kept = {channel.id: channel for channel in channels}
    return replace(session, circles=circles, channels=kept)


def decode_parts(parts: Parts) -> Session:
    """Return the session of which these are all the parts.

    Raises:
        Malformed: One of them is none, or stands under another's name, or there is no device.
        BadChain: A stored chain does not verify.
    """
    reader = own_reader(parts.device or b"")
    session = _read_device(reader)
    reader.end()
    circles = {each: _read_circle(data) for each, data in parts.circles.items()}
    channels = {each: _read_channel(data) for each, data in parts.channels.items()}
    named = all(circle.id == each for each, circle in circles.items())
    if not named or any(channel.id != each for each, channel in channels.items()):
        raise Malformed("a part under another's name")
    states = {each: circle.state for each, circle in circles.items()}
    return replace(session, circles=states, channels=channels)


def _same_device(before: Session, after: Session) -> bool:
    return (
        before.device is after.device
        and before.identity is after.identity
        and before.pins is after.pins
        and before.packages is after.packages
        and before.resorts is after.resorts
    )


def _read_device(reader: Reader) -> Session:
    if reader.opaque() != _MAGIC:
        raise Malformed("no session of ours")
    device, private = Device.read(reader), reader.optional(Blob.read)
    pins = Pins(keys={ProfessionalId(pin.id): pin.data for pin in reader.vector(_Named.read)})
    return Session(
        device=device,
        identity=None if private is None else _identity(private.data),
        pins=pins,
        packages=reader.vector(KeyPackageSecrets.read),
        resorts=frozenset(blob.data for blob in reader.vector(Blob.read)),
    )


def _read_circle(data: bytes) -> _Circle:
    reader = own_reader(data)
    circle = _Circle.read(reader)
    reader.end()
    return circle


def _read_channel(data: bytes) -> ChannelState:
    reader = own_reader(data)
    channel = ChannelState.read(reader)
    reader.end()
    return channel


def _identity(private: bytes) -> KeyPair:
    if len(private) != KEY_LENGTH:
        raise Malformed("a key of another length")
    return KeyPair(private=Secret(private), public=SUITE_1.signature_public(private))
