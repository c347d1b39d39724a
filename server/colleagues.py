"""The directory as the office looks at it: conventions, accounts, devices, identity keys."""

from dataclasses import dataclass, field

from care_circle.actor import Actor
from care_circle.services.coordination import Colleague, CoordinationService
from crypto.ids import ProfessionalId
from server.accounts.accounts import AccountStore
from server.accounts.devices import DeviceStore
from server.accounts.standing import Standing, standing_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownColleague:
    """A colleague, how far their account got, and their devices.

    `shown_key` is the identity key (Ed25519, 32 bytes) that certified their devices: the one
    to compare face to face. `attested`: it is the very key a coordinator attested.
    """

    colleague: Colleague
    account: Standing
    devices: int
    shown_key: bytes | None = field(repr=False)

    @property
    def attested(self) -> bool:
        """Tell whether the key their devices stand on was attested."""
        word = self.colleague.person.attestation
        return word is not None and self.shown_key in (None, word.identity_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleagues:
    """Puts the directory, the accounts and the devices together."""

    service: CoordinationService
    accounts: AccountStore
    devices: DeviceStore

    async def page(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[KnownColleague, ...]:
        """Page through the directory, by id.

        Raises:
            NotFound, Forbidden: It is the office's.
        """
        found = await self.service.colleagues(actor, after=after, limit=limit)
        return tuple([await self._known(colleague) for colleague in found])

    async def one(self, actor: Actor, professional: ProfessionalId) -> KnownColleague:
        """Give one of the directory.

        Raises:
            NotFound, Forbidden: There is none, or it is the office's.
        """
        return await self._known(await self.service.colleague(actor, professional))

    async def _known(self, colleague: Colleague) -> KnownColleague:
        devices = [d for d in await self.devices.of(colleague.person.id) if d.removed_at is None]
        newest = max(devices, key=lambda device: device.registered_at, default=None)
        return KnownColleague(
            colleague=colleague,
            account=standing_of(await self.accounts.find(colleague.person.id)),
            devices=len(devices),
            shown_key=None if newest is None else newest.identity_key,
        )
