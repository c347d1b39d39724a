"""Invented people of a network, their children and the chain that binds them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from care_circle.actor import Actor
from care_circle.ages import GestationalAge
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.contact import Contact
from care_circle.convention import Convention, Piece
from care_circle.definition.inclusion import Decision
from care_circle.definition.pathway import COCON
from care_circle.definition.pathway_reading import read_pathway
from care_circle.definition.perinatal import FLAGS, Perinatal
from care_circle.ins import Identity, Sex
from care_circle.professional import IdentityAttestation, Professional
from care_circle.role import Profession, Role
from crypto import membership
from crypto.identity import Device, new_identity
from crypto.ids import (
    ChildId,
    CircleId,
    ContactId,
    ConventionId,
    DeviceId,
    ProfessionalId,
    new_id,
)
from crypto.mls.suite import KeyPair
from crypto.statement import HistoryGrant

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
PATHWAY = read_pathway(COCON)


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """A professional with the keys of their one device."""

    record: Professional
    identity: KeyPair
    device: Device

    @property
    def id(self) -> ProfessionalId:
        return self.record.id

    @property
    def actor(self) -> Actor:
        return self.record.actor


def somebody(
    role: Role = Role.PROFESSIONAL,
    profession: Profession | None = Profession.PHYSIOTHERAPIST,
    **changes: Any,  # noqa: ANN401 - any field of the record
) -> Somebody:
    professional, identity = ProfessionalId(new_id()), new_identity()
    attestation = IdentityAttestation(
        identity_key=identity.public, statement=b"said", coordinator=professional, at=NOW
    )
    record = Professional(
        id=professional,
        family_name="Zinzolin",
        given_name="Ana",
        role=role,
        email=f"{professional}@exemple.test",
        profession=profession if role is Role.PROFESSIONAL else None,
        attestation=attestation,
    )
    device = Device.enrol(identity, professional, DeviceId(new_id()), now=NOW)
    return Somebody(record=replace(record, **changes), identity=identity, device=device)


def coordinator() -> Somebody:
    return somebody(Role.COORDINATOR)


def convention(
    professional: ProfessionalId,
    *,
    since: date = date(2026, 1, 1),
    until: date | None = None,
) -> Convention:
    return Convention(
        id=ConventionId(new_id()),
        professional=professional,
        pieces=(Piece(code="convention", received_on=date(2025, 12, 1)),),
        signed_on=date(2025, 12, 15),
        active_from=since,
        active_to=until,
    )


def mother(**changes: Any) -> Contact:  # noqa: ANN401 - any field of a contact
    contact = Contact(
        id=ContactId(new_id()),
        family_name="Amarante",
        given_name="Louise",
        email="louise@exemple.test",
        phone="+33639980011",
    )
    return replace(contact, **changes)


def newborn(gestation: str | None = "28+3", **known: Any) -> Perinatal:  # noqa: ANN401 - any fact
    """A birth of which everything not named was looked for and not found."""
    absent: dict[str, Any] = dict.fromkeys(FLAGS, False)
    age = None if gestation is None else GestationalAge.written(gestation)
    facts = absent | {"birth_weight_g": 2500, "growth_percentile": 50, "growth_sd": 0} | known
    return Perinatal(gestational_age=age, **facts)


def child(*, included: bool = True, **changes: Any) -> Child:  # noqa: ANN401 - any field of a child
    decision = Decision(reasons=("INC-1",), version="1", on=TODAY, by=ProfessionalId("coordinator"))
    made = Child(
        id=ChildId(new_id()),
        local_identifier="ABCDEF2345",
        identity=Identity(
            birth_family_name="Amarante",
            birth_given_names=("Noé",),
            birth_date=date(2024, 9, 1),
            sex=Sex.MALE,
        ),
        perinatal=newborn(),
        contacts=(mother(),),
        decision=decision if included else None,
    )
    return replace(made, **changes)


def genesis(circle: CircleId, by: Somebody, *, at: datetime = NOW) -> bytes:
    return membership.found(circle, by.identity.public, signer=by.device, now=at).encode()


def addition(
    circle: Circle, newcomer: Somebody, by: Somebody, *, role: str = "", at: datetime = NOW
) -> bytes:
    profession = newcomer.record.profession or newcomer.record.role
    return membership.admit(
        membership.verify_chain(circle.chain, circle.id),
        newcomer.id,
        role=role or profession.value,
        identity_key=newcomer.identity.public,
        history=HistoryGrant(),
        signer=by.device,
        now=at,
    ).encode()


def removal(circle: Circle, leaver: Somebody, by: Somebody, *, at: datetime = NOW) -> bytes:
    roster = membership.verify_chain(circle.chain, circle.id)
    return membership.dismiss(roster, leaver.id, signer=by.device, now=at).encode()
