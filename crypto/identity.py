"""Who stands behind a leaf: R1 of the protocol.

A professional has one identity key; each device has a leaf signature key and a
long-lived HPKE key, both named in a certificate that the identity key signs. The
certificate travels inside the leaf's basic credential (RFC 9420, section 5.3), so
every member checks it without asking the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from crypto.canonical import (
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    read_id,
    read_moment,
    read_suite,
    write_moment,
    write_text,
)
from crypto.ids import DeviceId, ProfessionalId
from crypto.mls.codec import Malformed, Reader, Writer, decode, encode
from crypto.mls.suite import SUITE_1, BadKey, BadSignature, KeyPair, Secret

DEVICE_LABEL: Final = "ronde device v1"
ATTESTATION_LABEL: Final = "ronde attestation v1"
# Assumed: a device is re-certified once a year; key packages are replaced every 90 days anyway.
CERTIFICATE_LIFETIME: Final = timedelta(days=366)


class CertificateFault(StrEnum):
    """Why a device certificate is refused."""

    MALFORMED = "malformed"
    FORGED = "forged"
    EXPIRED = "expired"
    MISMATCHED = "mismatched"


class BadCertificate(Exception):
    """A device cannot show that its professional vouches for it."""

    def __init__(self, fault: CertificateFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class BadAttestation(Exception):
    """No coordinator of ours signed this attestation as it stands."""


class IdentityChanged(Exception):
    """A professional shows another identity key than the one we pinned."""

    def __init__(self, professional: ProfessionalId) -> None:
        super().__init__("a pinned identity key changed")
        self.professional = professional


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCertificate:
    """An identity key's word that a device is one of its professional's own.

    Keys are raw and 32 bytes long (Ed25519 and X25519 in suite 1); `not_after` is UTC
    and kept to the millisecond.
    """

    professional: ProfessionalId
    device: DeviceId
    signature_key: bytes
    hpke_key: bytes
    not_after: datetime
    signature: bytes
    suite: int = SUITE_1.id

    def write(self, writer: Writer) -> None:
        """Append the wire form: what is signed, then the signature."""
        writer.raw(self.content()).opaque(self.signature)

    @staticmethod
    def read(reader: Reader) -> "DeviceCertificate":
        """Take the wire form; says nothing about the signature."""
        return DeviceCertificate(
            suite=read_suite(reader, SUITE_1.id),
            professional=ProfessionalId(read_id(reader)),
            device=DeviceId(read_id(reader)),
            signature_key=reader.fixed(KEY_LENGTH),
            hpke_key=reader.fixed(KEY_LENGTH),
            not_after=read_moment(reader),
            signature=reader.fixed(SIGNATURE_LENGTH),
        )

    def content(self) -> bytes:
        """Return the bytes that the identity key signs."""
        writer = Writer().uint16(self.suite)
        write_text(writer, self.professional)
        write_text(writer, self.device)
        writer.opaque(self.signature_key).opaque(self.hpke_key)
        write_moment(writer, self.not_after)
        return writer.bytes()

    def verify(self, identity_key: bytes, now: datetime) -> None:
        """Accept the certificate as the identity key's own, still valid at `now`.

        Raises:
            BadCertificate: Another key signed it, or it is over.
        """
        try:
            _verify(identity_key, DEVICE_LABEL, self.content(), self.signature)
        except (BadKey, BadSignature):
            raise BadCertificate(CertificateFault.FORGED) from None
        if now > self.not_after:
            raise BadCertificate(CertificateFault.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One MLS client of a professional, with its private keys and its certificate."""

    certificate: DeviceCertificate
    signature_key: KeyPair
    hpke_key: KeyPair

    @staticmethod
    def enrol(
        identity: KeyPair, professional: ProfessionalId, device: DeviceId, *, now: datetime
    ) -> "Device":
        """Make a device's keys and have the identity key certify them for a year."""
        signature_key, hpke_key = SUITE_1.generate_signature_key(), SUITE_1.generate_key_pair()
        certificate = certify(
            identity,
            professional,
            device,
            signature_key=signature_key.public,
            hpke_key=hpke_key.public,
            not_after=now + CERTIFICATE_LIFETIME,
        )
        return Device(certificate=certificate, signature_key=signature_key, hpke_key=hpke_key)

    @property
    def id(self) -> DeviceId:
        """Id of the device."""
        return self.certificate.device

    @property
    def professional(self) -> ProfessionalId:
        """Id of the professional whose device it is."""
        return self.certificate.professional

    def sign(self, label: str, content: bytes) -> bytes:
        """Sign with the leaf key under a label: 64 bytes."""
        return SUITE_1.sign_with_label(self.signature_key.private, label, content)

    def write(self, writer: Writer) -> None:
        """Append the device, private keys included, for its own sealed store."""
        writer.put(self.certificate)
        writer.opaque(self.signature_key.private).opaque(self.hpke_key.private)

    @staticmethod
    def read(reader: Reader) -> "Device":
        """Take a device from its own sealed store."""
        certificate = DeviceCertificate.read(reader)
        signing, opening = reader.fixed(KEY_LENGTH), reader.fixed(KEY_LENGTH)
        return Device(
            certificate=certificate,
            signature_key=KeyPair(private=Secret(signing), public=certificate.signature_key),
            hpke_key=KeyPair(private=Secret(opening), public=certificate.hpke_key),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A coordinator's word, given face to face, that an identity key is a professional's."""

    professional: ProfessionalId
    identity_key: bytes
    at: datetime
    coordinator: ProfessionalId
    signature: bytes

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.raw(self.content())
        write_text(writer, self.coordinator)
        writer.opaque(self.signature)

    @staticmethod
    def read(reader: Reader) -> "Attestation":
        """Take the wire form; says nothing about the signature."""
        return Attestation(
            professional=ProfessionalId(read_id(reader)),
            identity_key=reader.fixed(KEY_LENGTH),
            at=read_moment(reader),
            coordinator=ProfessionalId(read_id(reader)),
            signature=reader.fixed(SIGNATURE_LENGTH),
        )

    def content(self) -> bytes:
        """Return the bytes that the coordinator's identity key signs."""
        writer = Writer()
        write_text(writer, self.professional)
        writer.opaque(self.identity_key)
        write_moment(writer, self.at)
        return writer.bytes()

    def verify(self, coordinator_key: bytes) -> None:
        """Accept the attestation as signed by that coordinator's identity key.

        Raises:
            BadAttestation: Another key signed it, or it says something else.
        """
        try:
            _verify(coordinator_key, ATTESTATION_LABEL, self.content(), self.signature)
        except (BadKey, BadSignature):
            raise BadAttestation from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """The identity keys we have seen: the first sight of a professional counts."""

    keys: Mapping[ProfessionalId, bytes] = field(default_factory=dict)

    def see(self, professional: ProfessionalId, identity_key: bytes) -> "Pins":
        """Pin a key at first sight; let a known one pass.

        Raises:
            IdentityChanged: Another key is pinned; only `accept` changes it.
        """
        known = self.keys.get(professional)
        if known is None:
            return self.accept(professional, identity_key)
        if known != identity_key:
            raise IdentityChanged(professional)
        return self

    def accept(self, professional: ProfessionalId, identity_key: bytes) -> "Pins":
        """Pin a key whatever was pinned before, because a person said so."""
        return replace(self, keys={**self.keys, professional: identity_key})


def new_identity() -> KeyPair:
    """Make a professional's identity key: Ed25519, 32 and 32 bytes."""
    return SUITE_1.generate_signature_key()


def certify(
    identity: KeyPair,
    professional: ProfessionalId,
    device: DeviceId,
    *,
    signature_key: bytes,
    hpke_key: bytes,
    not_after: datetime,
) -> DeviceCertificate:
    """Sign the certificate of a device whose two public keys are given."""
    unsigned = DeviceCertificate(
        professional=professional,
        device=device,
        signature_key=signature_key,
        hpke_key=hpke_key,
        not_after=not_after,
        signature=bytes(SIGNATURE_LENGTH),
    )
    signature = SUITE_1.sign_with_label(identity.private, DEVICE_LABEL, unsigned.content())
    return replace(unsigned, signature=signature)


def attest(
    coordinator: ProfessionalId,
    coordinator_identity: KeyPair,
    *,
    professional: ProfessionalId,
    identity_key: bytes,
    at: datetime,
) -> Attestation:
    """Sign that a professional's identity key was seen face to face."""
    unsigned = Attestation(
        professional=professional,
        identity_key=identity_key,
        at=at,
        coordinator=coordinator,
        signature=bytes(SIGNATURE_LENGTH),
    )
    private = coordinator_identity.private
    signature = SUITE_1.sign_with_label(private, ATTESTATION_LABEL, unsigned.content())
    return replace(unsigned, signature=signature)


def credential_identity(certificate: DeviceCertificate) -> bytes:
    """Return the identity of a leaf's basic credential: (professional, device, certificate)."""
    writer = Writer()
    write_text(writer, certificate.professional)
    write_text(writer, certificate.device)
    return writer.opaque(encode(certificate)).bytes()


def certificate_of(identity: bytes) -> DeviceCertificate:
    """Read the certificate out of a credential's identity; its signature is not checked.

    Raises:
        BadCertificate: There is none, or it names another professional or device.
    """
    reader = Reader(identity)
    try:
        names = read_id(reader), read_id(reader)
        certificate = decode(DeviceCertificate.read, reader.opaque())
        reader.end()
    except Malformed:
        raise BadCertificate(CertificateFault.MALFORMED) from None
    if names != (certificate.professional, certificate.device):
        raise BadCertificate(CertificateFault.MISMATCHED)
    return certificate


@lru_cache(maxsize=4096)
def _verify(key: bytes, label: str, content: bytes, signature: bytes) -> None:
    # Certificates come back with every commit and every entry; a refusal is never remembered.
    SUITE_1.verify_with_label(key, label, content, signature)
