"""The people and places that all our own vectors speak of, derived from names."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from crypto.identity import Device, certify
from crypto.ids import (
    ChannelId,
    CircleId,
    DeviceId,
    ProfessionalId,
)
from crypto.mls.suite import SUITE_1, KeyPair, Secret
from tests.support.devices import NOW, Person

YEAR = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Vector:
    name: str
    source: str
    comment: str
    given: dict[str, object]
    steps: list[dict[str, object]]
    outcome: str = "ok"


def id_of(name: str) -> str:
    digest = hashlib.sha256(name.encode()).digest()[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def signing_key(name: str) -> KeyPair:
    private = Secret(hashlib.sha256(f"signing {name}".encode()).digest())
    return KeyPair(private=private, public=SUITE_1.signature_public(private))


def someone(name: str) -> Person:
    identity, signing = signing_key(f"identity {name}"), signing_key(f"leaf {name}")
    sealing = SUITE_1.derive_key_pair(hashlib.sha256(f"sealing {name}".encode()).digest())
    professional = ProfessionalId(id_of(f"professional {name}"))
    certificate = certify(
        identity,
        professional,
        DeviceId(id_of(f"device {name}")),
        signature_key=signing.public,
        hpke_key=sealing.public,
        not_after=NOW + YEAR,
    )
    device = Device(certificate=certificate, signature_key=signing, hpke_key=sealing)
    return Person(professional=professional, identity=identity, device=device)


ANA, BEN, EVE = someone("ana"), someone("ben"), someone("eve")
CIRCLE, CHANNEL = CircleId(id_of("circle")), ChannelId(id_of("channel"))
KEY = Secret(hashlib.sha256(b"content key").digest())
