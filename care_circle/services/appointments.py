"""Use cases on appointments: book, move, cancel, close, read."""

from dataclasses import dataclass

from care_circle import appointment as rules
from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.appointment import Appointment, Slot
from care_circle.child import Child, require_included
from care_circle.definition.pathway import Pathway
from care_circle.services.guard import Guard
from care_circle.store import Appointments, Children, People
from care_circle.surroundings import Surroundings
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.notice import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentsService:
    """Appointments, each with its notices to the family planned in the same write.

    All methods raise NotFound where the actor may not know of the child,
    NoActiveConvention for a member without a convention in force, and Forbidden where the
    role does not do this.
    """

    appointments: Appointments
    children: Children
    people: People
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway

    async def book(
        self,
        actor: Actor,
        child: ChildId,
        *,
        professional: ProfessionalId,
        slot: Slot,
        visit: str | None = None,
    ) -> Appointment:
        """Book a visit for a child of the pathway and plan what the family is told.

        Raises:
            ChildNotIncluded: The child is not in the pathway.
            ChildLeft: It has left it.
            UnknownVisit: The pathway has no such visit.
            InThePast: The slot has begun.
        """
        appointment = AppointmentId(self.surroundings.new_id())
        way = await self.guard.child(
            actor, Action.WRITE_APPOINTMENT, child, kind="appointment", thing=appointment
        )
        require_included(way.child)
        await self.guard.require_here(child)
        if visit is not None:
            self.pathway.visit(visit)
        await self.people.professional(professional)
        booked = rules.book(
            appointment,
            slot,
            child=child,
            professional=professional,
            visit=visit,
            by=actor.professional,
            recipients=self._recipients(way.child),
            now=self.surroundings.now(),
        )
        await self.appointments.add(booked)
        return booked

    async def move(self, actor: Actor, appointment: AppointmentId, slot: Slot) -> Appointment:
        """Move an appointment and plan what the family is told of it.

        Raises:
            AppointmentOver: It is no longer open.
            InThePast: The new slot has begun.
            ChildLeft: The child has left the pathway.
        """
        child = await self._enter(actor, Action.WRITE_APPOINTMENT, appointment)
        await self.guard.require_here(child.id)
        recipients, now = self._recipients(child), self.surroundings.now()
        return await self.appointments.change(
            appointment, lambda held: rules.move(held, slot, recipients=recipients, now=now)
        )

    async def cancel(self, actor: Actor, appointment: AppointmentId) -> Appointment:
        """Call an appointment off and plan what the family is told of it.

        Raises:
            AppointmentOver: It has begun, or was closed.
        """
        child = await self._enter(actor, Action.WRITE_APPOINTMENT, appointment)
        recipients, now = self._recipients(child), self.surroundings.now()
        return await self.appointments.change(
            appointment, lambda held: rules.cancel(held, recipients=recipients, now=now)
        )

    async def close(
        self, actor: Actor, appointment: AppointmentId, *, honoured: bool
    ) -> Appointment:
        """Say whether the family came.

        Raises:
            AppointmentOver: It was cancelled.
            NotYetHeld: It has not begun.
        """
        await self._enter(actor, Action.WRITE_APPOINTMENT, appointment)
        now = self.surroundings.now()
        return await self.appointments.change(
            appointment, lambda held: rules.close(held, honoured=honoured, now=now)
        )

    async def appointment(self, actor: Actor, appointment: AppointmentId) -> Appointment:
        """Read an appointment and how far its notices got."""
        await self._enter(actor, Action.READ_APPOINTMENT, appointment)
        return await self.appointments.appointment(appointment)

    async def of_child(
        self, actor: Actor, child: ChildId, *, after: str = "", limit: int = 100
    ) -> tuple[Appointment, ...]:
        """Page through a child's appointments, by id."""
        await self.guard.child(actor, Action.READ_APPOINTMENT, child, kind="appointment")
        return await self.appointments.of_child(child, after=after, limit=limit)

    async def in_need(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Appointment, ...]:
        """Page through the appointments of which a notice failed or is in doubt, by id."""
        await self.guard.network(actor, Action.LIST_FAILED_NOTICES, kind="appointment")
        return await self.appointments.in_need(after=after, limit=limit)

    async def _enter(self, actor: Actor, action: Action, appointment: AppointmentId) -> Child:
        found = await self.appointments.appointment(appointment)
        way = await self.guard.child(
            actor, action, found.child, kind="appointment", thing=appointment
        )
        return way.child

    def _recipients(self, child: Child) -> tuple[Recipient, ...]:
        return child.recipients(self.surroundings.today())
