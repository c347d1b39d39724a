"""The outbox on the generic repository: notices live in their appointment's own document.

So "the appointment moved" and "its notices are planned" are one write on either engine.
The document's `due` is the earliest notice due; claiming moves it forward.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from typing_extensions import override

from care_circle.appointment import Appointment
from crypto.ids import AppointmentId
from notifications import hours, link
from notifications.notice import Notice, next_due
from notifications.store import Decide, NoSuchAppointment, Outbox
from server.storage.repository import Missing, Repository


def due_of(appointment: Appointment) -> datetime | None:
    """Say when a worker must look at an appointment: `Shape.due_of`."""
    due = next_due(appointment.notices)
    return None if due is None else hours.from_ms(due)


def link_tags(appointment: Appointment) -> tuple[str, ...]:
    """Give the tags by which a family's link is found: to be among `Shape.tags_of`."""
    links = (notice.link for notice in appointment.notices)
    return tuple(dict.fromkeys(f"link:{each}" for each in links if each is not None))


@dataclass(frozen=True, slots=True)
class StoredOutbox(Outbox):
    """The notices in the documents of a repository of appointments."""

    repository: Repository[Appointment]

    @override
    async def claim(
        self, *, now: datetime, until: datetime, limit: int
    ) -> tuple[AppointmentId, ...]:
        held = await self.repository.claim(now=now, until=until, limit=limit)
        return tuple(each.value.id for each in held)

    @override
    async def change(self, appointment: AppointmentId, decide: Decide) -> tuple[Notice, ...]:
        def decided(stored: Appointment) -> Appointment:
            return replace(stored, notices=decide(stored.notices))

        try:
            changed = await self.repository.change(appointment, decided)
        except Missing as cause:
            raise NoSuchAppointment from cause
        return changed.notices

    async def behind(self, token: str) -> tuple[Appointment, Notice] | None:
        """Find what a family's link stands for; None for a link that is none of ours."""
        if not link.is_token(token):
            return None
        fingerprint = link.fingerprint(token)
        appointment = await self.repository.find_one(f"link:{fingerprint}")
        if appointment is None:
            return None
        found = (each for each in appointment.notices if each.link == fingerprint)
        return next(((appointment, notice) for notice in found), None)
