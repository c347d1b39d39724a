"""A notice that failed becomes a duty of its child, within a minute (N9).

The operator reads a line of the log. The coordinator gets a duty: a mark is left, as durable
as the alert must be, and the watch that finds it looks at the child and raises what its file
asks for. What concerns no child is told to the operator only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from care_circle.access import NotFound
from care_circle.follow_up.store import Mark, Marks
from care_circle.store import Appointments
from crypto.ids import AppointmentId, ChildId, ErrandId, new_id
from notifications.notice import Carrier, CarrierKind
from notifications.senders import Alert, Alerts
from notifications.store import Errands, NoSuchErrand
from server.logs import logger


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedAlerts(Alerts):
    """Puts a failed notice before the operator and the child's coordinators."""

    appointments: Appointments
    errands: Errands
    marks: Marks
    clock: Callable[[], datetime]

    @override
    async def raise_task(self, alert: Alert) -> None:
        logger().warning(
            "notice_needs_a_person",
            medium=alert.medium.value,
            code=alert.answer,
            kind=alert.state.value,
            id=alert.notice,
        )
        child = await self._child_of(alert.carrier)
        if child is not None:
            await self.marks.make(Mark(id=new_id(), child=child, due=self.clock()))

    async def _child_of(self, carrier: Carrier) -> ChildId | None:
        try:
            if carrier.kind is CarrierKind.ERRAND:
                return (await self.errands.errand(ErrandId(carrier.id))).child
            return (await self.appointments.appointment(AppointmentId(carrier.id))).child
        except (NotFound, NoSuchErrand):
            return None
