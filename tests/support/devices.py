"""Professionals with an identity key and a device, as the tests of the sealed channel need them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from crypto.identity import Device, new_identity
from crypto.ids import CircleId, DeviceId, ProfessionalId, new_id
from crypto.membership import COORDINATOR, Roster, admit, dismiss, found, verify_chain
from crypto.mls.suite import KeyPair
from crypto.statement import HistoryGrant

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Person:
    professional: ProfessionalId
    identity: KeyPair
    device: Device


def person() -> Person:
    professional, identity = ProfessionalId(new_id()), new_identity()
    return Person(
        professional=professional,
        identity=identity,
        device=Device.enrol(identity, professional, DeviceId(new_id()), now=NOW),
    )


class Circle:
    """A membership chain that its coordinator writes as the test goes on."""

    def __init__(self, coordinator: Person) -> None:
        self.id = CircleId(new_id())
        self.coordinator = coordinator
        first = found(self.id, coordinator.identity.public, signer=coordinator.device, now=NOW)
        self.chain: tuple[bytes, ...] = (first.encode(),)

    @property
    def roster(self) -> Roster:
        return verify_chain(self.chain, self.id)

    def add(
        self,
        member: Person,
        *,
        role: str = "physiotherapist",
        history: HistoryGrant | None = None,
        by: Person | None = None,
        now: datetime = NOW,
    ) -> None:
        statement = admit(
            self.roster,
            member.professional,
            role=role,
            identity_key=member.identity.public,
            history=history or HistoryGrant(),
            signer=(by or self.coordinator).device,
            now=now,
        )
        self.chain = (*self.chain, statement.encode())

    def remove(self, member: Person, *, by: Person | None = None, now: datetime = NOW) -> None:
        signer = (by or self.coordinator).device
        statement = dismiss(self.roster, member.professional, signer=signer, now=now)
        self.chain = (*self.chain, statement.encode())


__all__ = ["COORDINATOR", "NOW", "Circle", "Person", "person"]
