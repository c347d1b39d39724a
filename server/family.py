"""What a family's link opens: when and where, and nothing that says why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from care_circle.access import NotFound
from care_circle.appointment import Appointment, Status
from notifications import hours
from server.audit import Audit
from server.clock import Clock
from server.storage.outbox import StoredOutbox

STAYS_OPEN = timedelta(days=1)
"""A link shows its appointment until the day after; later it opens nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An appointment as its family may see it; `start` is aware, in the place's own zone."""

    start: datetime
    place: str
    is_cancelled: bool
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyPages:
    """Opens links; who holds one needs no account, and learns what the SMS said already."""

    outbox: StoredOutbox
    audit: Audit
    clock: Clock

    async def behind(self, token: str) -> Invitation:
        """Find what a link stands for, as the appointment is now and not as it was then.

        Raises:
            NotFound: It is none of ours, or its appointment is over since a day.
        """
        found = await self.outbox.behind(token)
        if found is None:
            raise NotFound
        appointment, notice = found
        start = _start(appointment)
        if self.clock() > start + STAYS_OPEN:
            raise NotFound
        await self.audit.record(
            actor=None, action="open_link", kind="appointment", id=appointment.id
        )
        return Invitation(
            start=start,
            place=appointment.slot.place_label,
            is_cancelled=appointment.status is Status.CANCELLED,
            language=notice.language,
        )


def _start(appointment: Appointment) -> datetime:
    slot = appointment.slot
    return hours.local(hours.instant(slot.start, slot.zone), slot.zone)
