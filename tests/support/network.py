"""A small network over HTTP: who was trained, who has a convention, one child and its circle."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from care_circle.role import Profession, Role
from crypto.identity import Device, attest
from crypto.ids import ChildId, CircleId, ProfessionalId, new_id
from crypto.membership import Roster, admit, dismiss, found, verify_chain
from crypto.mls.codec import encode
from crypto.mls.suite import KeyPair
from crypto.statement import HistoryGrant
from tests.support.actors import Answer, Person, device_form, founded, new_device

FAMILY_NAME = "Quenouille"
GIVEN_NAME = "Zéphyrine"
MOTHER_EMAIL = "mere.quenouille@famille.example"
MOTHER_PHONE = "+33639980102"


@dataclass(slots=True, kw_only=True)
class Member:
    """A person of the network with an identity key and a device."""

    person: Person
    identity: KeyPair
    device: Device

    @property
    def id(self) -> ProfessionalId:
        """Id of the person."""
        return self.person.id


@dataclass(slots=True, kw_only=True)
class Network:
    """What a coordinator sets up before anybody talks about a child."""

    ana: Member
    child: ChildId = ChildId("")  # noqa: RUF009 -- an id is text
    circle: CircleId = CircleId("")  # noqa: RUF009 -- an id is text
    chain: tuple[bytes, ...] = ()
    contacts: list[str] = field(default_factory=list)

    @property
    def roster(self) -> Roster:
        """The roster as a client verifies it."""
        return verify_chain(self.chain, self.circle)

    async def attest(self, member: Member) -> Answer:
        """Attest somebody's identity key, as at the end of a training."""
        coordinator = self.ana
        word = attest(
            coordinator.id,
            coordinator.identity,
            professional=member.id,
            identity_key=member.identity.public,
            at=coordinator.person.server.clock(),
        )
        form = {"statement": base64.b64encode(encode(word)).decode()}
        path = f"/professionals/{member.id}/attestation"
        return await coordinator.person.ask("PUT", path, form)

    async def sign_convention(self, professional: ProfessionalId, *, days: int = 100) -> str:
        """Bring a convention from the checklist to its signature."""
        ana, today = self.ana.person, self.ana.person.server.clock().date()
        begun = await ana.post(f"/professionals/{professional}/conventions")
        path = begun.headers["Location"].removeprefix("/api/v1")
        for piece in begun.body["pieces"]:
            assert (await ana.post(f"{path}/pieces", {"code": piece["code"]})).status == 200
        signed = await ana.ask(
            "PUT",
            f"{path}/signature",
            {
                "signed_on": str(today),
                "active_from": str(today),
                "active_to": str(today + timedelta(days=days)),
            },
        )
        assert signed.status == 200, signed
        return str(begun.body["id"])

    async def join(
        self, person: Person, *, name: str, profession: Profession | None = Profession.PHYSICIAN
    ) -> Member:
        """Bring a professional in as the network does: account, device, key, convention."""
        await founded(person, role=Role.PROFESSIONAL, name=name, profession=profession)
        member = await with_device(person)
        assert (await self.attest(member)).status == 200
        await self.sign_convention(member.id)
        return member

    async def include_child(self, physician: ProfessionalId) -> Answer:
        """Register a child born at 28+3, record the mother's agreement, include it."""
        ana = self.ana.person
        registered = await ana.post("/children", child_form(physician))
        assert registered.status == 201, registered
        self.child = ChildId(registered.body["id"])
        self.contacts = [contact["id"] for contact in registered.body["contacts"]]
        word = {
            "contact": self.contacts[0],
            "word": "agreed",
            "on": str(ana.server.clock().date()),
            "language": "fr",
            "document": "CONSENTEMENT-1",
        }
        assert (await ana.post(f"/children/{self.child}/consent", word)).status == 200
        return await ana.post(f"/children/{self.child}/inclusion")

    async def open_circle(self) -> Answer:
        """Open the child's circle with the coordinator alone."""
        ana = self.ana
        self.circle = CircleId(new_id())
        genesis = found(
            self.circle, ana.identity.public, signer=ana.device, now=ana.person.server.clock()
        ).encode()
        form = {"circle": self.circle, "genesis": base64.b64encode(genesis).decode()}
        opened = await ana.person.post(f"/children/{self.child}/circle", form)
        if opened.status == 201:
            self.chain = (genesis,)
        return opened

    async def admit(self, member: Member, *, role: str = "physician") -> Answer:
        """Let a member into the circle by a signed statement."""
        statement = admit(
            self.roster,
            member.id,
            role=role,
            identity_key=member.identity.public,
            history=HistoryGrant(),
            signer=self.ana.device,
            now=self.ana.person.server.clock(),
        ).encode()
        return await self._append("admissions", statement)

    async def settle(self, physician: Member) -> None:
        """Include a child with its physician, open its circle, and let the physician in."""
        included = await self.include_child(physician.id)
        assert included.status == 200, included
        assert (await self.open_circle()).status == 201
        assert (await self.admit(physician)).status == 200

    async def release(self, member: Member) -> Answer:
        """End a member's stay by a signed statement."""
        now = self.ana.person.server.clock()
        statement = dismiss(self.roster, member.id, signer=self.ana.device, now=now).encode()
        return await self._append("releases", statement)

    async def _append(self, what: str, statement: bytes) -> Answer:
        form = {"statement": base64.b64encode(statement).decode()}
        answer = await self.ana.person.post(f"/circles/{self.circle}/{what}", form)
        if answer.status == 200:
            self.chain = (*self.chain, statement)
        return answer


async def with_device(person: Person) -> Member:
    """Give a signed-in person an identity key and a registered device."""
    identity, device = new_device(person)
    answer = await person.post("/devices", device_form(device, identity))
    assert answer.status == 201, answer
    return Member(person=person, identity=identity, device=device)


async def network_of(ana: Person) -> Network:
    """Begin a network with its coordinator, who attests herself."""
    network = Network(ana=await with_device(ana))
    assert (await network.attest(network.ana)).status == 200
    return network


def child_form(physician: ProfessionalId | None = None) -> dict[str, Any]:
    """Describe a child whose 24-month visit is near, as the maternity would."""
    perinatal: dict[str, Any] = {"gestational_age": {"weeks": 28, "days": 3}}
    flags = (
        "psycho_affective_risk", "socio_economic_risk", "hie_treated_by_hypothermia",
        "complex_cardiopathy", "severe_congenital_malformation", "severe_congenital_infection",
        "neurological_pathology",
    )  # fmt: skip
    return {
        "identity": {
            "birth_family_name": FAMILY_NAME,
            "birth_given_names": [GIVEN_NAME],
            "birth_date": "2024-08-20",
            "sex": "female",
        },
        "perinatal": perinatal | {"birth_weight_g": 1120} | dict.fromkeys(flags, False),
        "contacts": [
            {
                "family_name": FAMILY_NAME,
                "given_name": "Apolline",
                "email": MOTHER_EMAIL,
                "phone": MOTHER_PHONE,
            }
        ],
        "referring_physician": physician,
    }
