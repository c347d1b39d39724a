"""R1: certificates, attestations and pins."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.identity import (
    CERTIFICATE_LIFETIME,
    Attestation,
    BadAttestation,
    BadCertificate,
    CertificateFault,
    Device,
    DeviceCertificate,
    IdentityChanged,
    Pins,
    attest,
    certificate_of,
    credential_identity,
    new_identity,
)
from crypto.ids import DeviceId, ProfessionalId, new_id
from crypto.mls.codec import Malformed, Writer, decode, encode
from tests.support.devices import NOW, person


def test_a_certificate_read_from_a_credential_is_accepted_under_its_identity_key() -> None:
    ana = person()

    certificate = certificate_of(credential_identity(ana.device.certificate))

    certificate.verify(ana.identity.public, NOW)
    assert certificate == ana.device.certificate


def test_a_certificate_is_refused_under_another_identity_key() -> None:
    ana, eve = person(), person()

    with pytest.raises(BadCertificate) as refusal:
        ana.device.certificate.verify(eve.identity.public, NOW)

    assert refusal.value.fault is CertificateFault.FORGED


@pytest.mark.parametrize("field", ["professional", "device", "signature_key", "hpke_key"])
def test_no_field_of_a_certificate_can_be_exchanged(field: str) -> None:
    ana, eve = person(), person()
    forged = replace(ana.device.certificate, **{field: getattr(eve.device.certificate, field)})

    with pytest.raises(BadCertificate) as refusal:
        forged.verify(ana.identity.public, NOW)

    assert refusal.value.fault is CertificateFault.FORGED


def test_a_certificate_cannot_be_made_to_live_longer() -> None:
    ana = person()
    certificate = ana.device.certificate
    longer = replace(certificate, not_after=certificate.not_after + timedelta(days=1))

    with pytest.raises(BadCertificate) as refusal:
        longer.verify(ana.identity.public, NOW)

    assert refusal.value.fault is CertificateFault.FORGED


def test_a_certificate_is_valid_to_its_last_moment_and_not_after() -> None:
    ana = person()
    end = NOW + CERTIFICATE_LIFETIME

    ana.device.certificate.verify(ana.identity.public, end)
    with pytest.raises(BadCertificate) as refusal:
        ana.device.certificate.verify(ana.identity.public, end + timedelta(milliseconds=1))

    assert refusal.value.fault is CertificateFault.EXPIRED


def test_a_credential_that_names_another_professional_than_its_certificate_is_refused() -> None:
    ana, eve = person(), person()
    writer = Writer().opaque(eve.professional.encode()).opaque(ana.device.id.encode())
    identity = writer.opaque(encode(ana.device.certificate)).bytes()

    with pytest.raises(BadCertificate) as refusal:
        certificate_of(identity)

    assert refusal.value.fault is CertificateFault.MISMATCHED


@pytest.mark.parametrize("identity", [b"", b"ana", bytes(200)])
def test_a_credential_without_certificate_is_refused(identity: bytes) -> None:
    with pytest.raises(BadCertificate) as refusal:
        certificate_of(identity)

    assert refusal.value.fault is CertificateFault.MALFORMED


def test_a_certificate_of_another_suite_is_not_read() -> None:
    ana = person()
    other = encode(replace(ana.device.certificate, suite=2))

    with pytest.raises(Malformed):
        decode(DeviceCertificate.read, other)


def test_a_device_comes_back_from_its_own_store() -> None:
    ana = person()

    restored = decode(Device.read, encode(ana.device))

    assert restored == ana.device


def test_private_keys_do_not_show_in_reprs() -> None:
    ana = person()

    shown = repr(ana.device) + repr(ana.identity)

    assert repr(bytes(ana.device.signature_key.private)) not in shown
    assert repr(bytes(ana.identity.private)) not in shown


def test_an_attestation_is_accepted_under_its_coordinators_key_only() -> None:
    ana, ben, eve = person(), person(), person()
    attestation = attest(
        ana.professional,
        ana.identity,
        professional=ben.professional,
        identity_key=ben.identity.public,
        at=NOW,
    )

    decode(Attestation.read, encode(attestation)).verify(ana.identity.public)
    with pytest.raises(BadAttestation):
        attestation.verify(eve.identity.public)
    with pytest.raises(BadAttestation):
        replace(attestation, identity_key=eve.identity.public).verify(ana.identity.public)


def test_the_first_sight_of_an_identity_key_pins_it_and_a_change_is_loud() -> None:
    ben, key = ProfessionalId(new_id()), new_identity().public
    pins = Pins().see(ben, key)

    assert pins.see(ben, key) is pins
    with pytest.raises(IdentityChanged) as change:
        pins.see(ben, new_identity().public)
    assert change.value.professional == ben


def test_a_changed_identity_is_pinned_when_a_person_accepts_it() -> None:
    ben, key = ProfessionalId(new_id()), new_identity().public
    pins = Pins().see(ben, new_identity().public)

    accepted = pins.accept(ben, key)

    assert accepted.see(ben, key) is accepted


def test_two_devices_of_one_professional_have_nothing_but_the_professional_in_common() -> None:
    ana = person()
    other = Device.enrol(ana.identity, ana.professional, DeviceId(new_id()), now=NOW)

    other.certificate.verify(ana.identity.public, NOW)
    assert other.signature_key.public != ana.device.signature_key.public
    assert other.hpke_key.public != ana.device.hpke_key.public
