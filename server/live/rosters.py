"""Who may take part in a circle's channels, put together from circle, devices, conventions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from typing_extensions import override

from care_circle.access import NotFound
from care_circle.circle import Circle, verified_roster
from care_circle.convention import NoActiveConvention, require_active
from care_circle.store import Circles, People
from channels.model import NotAMember, Participants, RegisteredDevice
from channels.store import Rosters
from crypto.ids import CircleId, DeviceId, ProfessionalId
from crypto.membership import COORDINATOR, Roster, Seat
from server.accounts.devices import DeviceStore, read_certificate
from server.clock import Clock

# A verified chain is some kilobytes; a network's busy circles of a day fit.
_REMEMBERED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleRosters(Rosters):
    """Reads rosters from the circle's chain, verified here before anybody is let in by it."""

    circles: Circles
    people: People
    devices: DeviceStore
    clock: Clock
    zone: ZoneInfo
    _verified: dict[CircleId, tuple[tuple[bytes, ...], Roster]] = field(
        default_factory=dict, repr=False
    )

    @override
    async def participants(self, circle: CircleId) -> Participants:
        try:
            found = await self.circles.circle(circle)
        except NotFound:
            raise NotAMember from None
        seats = self._roster(found).active.values()
        devices = [await self._devices_of(seat.professional) for seat in seats]
        lapsed = [seat.professional for seat in seats if await self._is_lapsed(seat)]
        return Participants(
            circle=circle,
            identity_keys={seat.professional: seat.identity_key for seat in seats},
            devices=_by_id(one for owned in devices for one in owned),
            lapsed=frozenset(lapsed),
            coordinators=frozenset(seat.professional for seat in seats if seat.role == COORDINATOR),
        )

    def _roster(self, circle: Circle) -> Roster:
        """Verify a chain once; a longer one is verified anew."""
        held = self._verified.get(circle.id)
        if held is not None and held[0] == circle.chain:
            return held[1]
        roster = verified_roster(circle)
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified[circle.id] = (circle.chain, roster)
        return roster

    async def _devices_of(self, professional: ProfessionalId) -> list[RegisteredDevice]:
        return [
            RegisteredDevice(
                id=device.id,
                professional=professional,
                signature_key=read_certificate(device.certificate).signature_key,
            )
            for device in await self.devices.of(professional)
            if device.removed_at is None
        ]

    async def _is_lapsed(self, seat: Seat) -> bool:
        if seat.role == COORDINATOR:
            return False
        today = self.clock().astimezone(self.zone).date()
        try:
            require_active(await self.people.conventions_of(seat.professional), on=today)
        except NoActiveConvention:
            return True
        return False


def _by_id(devices: Iterable[RegisteredDevice]) -> dict[DeviceId, RegisteredDevice]:
    return {device.id: device for device in devices}
