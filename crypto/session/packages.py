"""A device's key packages: made in advance, used once (R12)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from crypto.identity import Device, DeviceCertificate, certificate_of, credential_identity
from crypto.mls.credential import Credential
from crypto.mls.key_package import KeyPackage, KeyPackageSecrets, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.message import pack, unpack_key_package
from crypto.mls.suite import SUITE_1
from crypto.session.state import Session


def publish(session: Session, count: int, *, now: datetime) -> tuple[Session, tuple[bytes, ...]]:
    """Make key packages for the server to hand out; those past their time are forgotten.

    Returns the session to persist before the packages (encoded MLSMessages) leave. The
    last of them is to be left as the last resort: it may be handed out more than once, so
    its private keys stay until its time is over (RFC 9420, section 16.8).
    """
    fresh = tuple(make_package(session.device, now=now) for _ in range(count))
    kept = tuple(one for one in session.packages if not _is_over(one, now))
    packages = tuple(pack(one.key_package) for one in fresh)
    still = session.resorts.intersection(one.key_package.reference() for one in kept)
    resorts = still.union(one.key_package.reference() for one in fresh[-1:])
    return replace(session, packages=(*kept, *fresh), resorts=resorts), packages


def make_package(device: Device, *, now: datetime) -> KeyPackageSecrets:
    """Make one key package of a device, good for 90 days."""
    credential = Credential(identity=credential_identity(device.certificate))
    return new_key_package(SUITE_1, credential, device.signature_key, Lifetime.starting(now))


def package_for(session: Session, references: Iterable[bytes]) -> KeyPackageSecrets | None:
    """Find the key package of ours that a bundle names."""
    named = set(references)
    packages = session.packages
    return next((one for one in packages if one.key_package.reference() in named), None)


def spent(session: Session, package: KeyPackageSecrets) -> Session:
    """Delete the private keys of a key package that was used, unless it is a last resort."""
    if package.key_package.reference() in session.resorts:
        return session
    return replace(session, packages=tuple(one for one in session.packages if one != package))


def certificate_in(package: bytes) -> DeviceCertificate:
    """Read the certificate in an encoded key package; nothing is verified.

    Raises:
        Malformed: The bytes are no MLSMessage.
        OutOfProfile: They hold something else, or another kind of credential.
        BadCertificate: The credential holds no certificate.
    """
    return certificate_of(unpack_key_package(package).leaf_node.credential.identity)


def opened(packages: Iterable[bytes]) -> tuple[KeyPackage, ...]:
    """Take encoded key packages out of their frames."""
    return tuple(unpack_key_package(package) for package in packages)


def _is_over(secrets: KeyPackageSecrets, now: datetime) -> bool:
    lifetime = secrets.key_package.leaf_node.lifetime
    return lifetime is not None and lifetime.not_after < int(now.timestamp())
