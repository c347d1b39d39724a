"""A person who works in the network: coordinator, secretary, or one of the professions."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from care_circle.actor import Actor
from care_circle.contact import email_address, phone_number
from care_circle.ins import BadName, is_name
from care_circle.role import Profession, Role
from crypto.identity import Attestation, BadAttestation
from crypto.ids import ProfessionalId, StructureId
from crypto.mls.codec import Malformed, decode

_RPPS = re.compile(r"[0-9]{11}")
_IDENTITY_KEY_BYTES = 32


class BadRpps(ValueError):
    """An RPPS number is eleven digits."""


class ProfessionMissing(ValueError):
    """Whoever has the role of professional has a profession; a profession has a code."""


class IdentityKeyChanged(Exception):
    """Another identity key is already attested: the change is loud and never silent."""


class BadIdentityKey(ValueError):
    """An Ed25519 public key is 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAttestation:
    """A coordinator's word, given at the training, that a key is this professional's (R1).

    identity_key: 32 bytes, Ed25519. statement: the signed attestation as encoded by
    `crypto`, kept so that every member can check it without trusting the server.
    """

    identity_key: bytes
    statement: bytes = field(repr=False)
    coordinator: ProfessionalId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Professional:
    """One person of the network; names, e-mail and phone never show in a repr."""

    id: ProfessionalId
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    role: Role
    email: str = field(repr=False)
    profession: Profession | None = None
    structure: StructureId | None = None
    rpps: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    attestation: IdentityAttestation | None = None

    def __post_init__(self) -> None:
        """Refuse a person the network could not name or reach.

        Raises:
            BadName: A name is missing or no name.
            BadRpps: The RPPS number is not eleven digits.
            ProfessionMissing: The role is professional and there is no profession.
            BadEmail: The e-mail address is none.
            BadPhone: The phone number is not in international form.
        """
        if not (is_name(self.family_name) and is_name(self.given_name)):
            raise BadName
        if self.rpps is not None and _RPPS.fullmatch(self.rpps) is None:
            raise BadRpps
        if self.role is Role.PROFESSIONAL and self.profession is None:
            raise ProfessionMissing
        email_address(self.email)
        if self.phone is not None:
            phone_number(self.phone)

    @property
    def actor(self) -> Actor:
        """This person as the rules know them."""
        return Actor(professional=self.id, role=self.role, profession=self.profession)


def read_attestation(
    encoded: bytes, *, of: ProfessionalId, coordinator: Professional
) -> IdentityAttestation:
    """Read a coordinator's signed word and believe it, if she signed it for this professional.

    Her first attestation is of her own key, signed by that key: there is nobody before her.

    Raises:
        BadAttestation: It is malformed, about somebody else, or not signed by her key.
    """
    try:
        word = decode(Attestation.read, encoded)
    except Malformed:
        raise BadAttestation from None
    if word.professional != of or word.coordinator != coordinator.id:
        raise BadAttestation
    held = coordinator.attestation
    if held is None and of != coordinator.id:
        raise BadAttestation
    word.verify(word.identity_key if held is None else held.identity_key)
    return IdentityAttestation(
        identity_key=word.identity_key, statement=encoded, coordinator=coordinator.id, at=word.at
    )


def attest(
    professional: Professional, attestation: IdentityAttestation, *, replaces: bytes | None = None
) -> Professional:
    """Bind an identity key to a professional; the same key again changes nothing.

    `replaces` names the key given up, so that nobody changes a key without having seen
    the old one.

    Raises:
        BadIdentityKey: The key is not 32 bytes.
        IdentityKeyChanged: Another key is attested and `replaces` does not name it.
    """
    if len(attestation.identity_key) != _IDENTITY_KEY_BYTES:
        raise BadIdentityKey
    held = professional.attestation
    if held is not None and held.identity_key == attestation.identity_key:
        return professional
    if held is not None and held.identity_key != replaces:
        raise IdentityKeyChanged
    return replace(professional, attestation=attestation)
