"""Use cases on appointments: book, move, cancel, close, read."""

from dataclasses import dataclass

from care_circle import appointment as rules
from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.appointment import OPEN, Appointment, AppointmentOver, CalledOff, Purpose, Slot
from care_circle.child import Child
from care_circle.services.desk import Desk, then_of
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from notifications.notice import Then


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentsService:
    """Appointments, each with its notices to the family planned in the same write.

    All methods raise NotFound where the actor may not know of the child,
    NoActiveConvention for a member without a convention in force, and Forbidden where the
    role does not do this. What a slot is refused for comes with the nearest that are free.
    """

    desk: Desk

    async def book(
        self,
        actor: Actor,
        child: ChildId,
        *,
        professional: ProfessionalId,
        slot: Slot,
        visit: str | None = None,
        care: str | None = None,
    ) -> Appointment:
        """Book an appointment for a child of the pathway and plan what the family is told.

        Raises:
            ChildNotIncluded, ChildLeft: The child is not, or no more, in the pathway.
            UnknownVisit, UnknownDiscipline, TwoPurposes: It is for nothing the pathway has.
            NotInCircle: The professional is not in the child's circle.
            SlotTaken: The professional or the child is taken then.
            InThePast, TooFarAhead, NoSuchTime, TimeTwice: Nobody could keep that time.
            TellingLabel, UnwritableLabel, NamesStructure: No family may be told of that place.
        """
        appointment = AppointmentId(self.desk.surroundings.new_id())
        purpose = Purpose(visit=visit, care=care)
        way = await self.desk.admit(actor, child, appointment, professional, purpose)
        await self.desk.require_tellable(slot)
        claim = self.desk.claim(appointment, slot, professional=professional, child=child)
        await self.desk.hold(actor, claim)
        return await self.desk.write(actor, way.child, claim, purpose=purpose)

    async def move(self, actor: Actor, appointment: AppointmentId, slot: Slot) -> Appointment:
        """Move an appointment and plan what the family is told of it.

        Raises:
            AppointmentOver: It is no longer open.
            ChildLeft: The child has left the pathway.
            SlotTaken: The professional or the child is taken then.
            InThePast, TooFarAhead, NoSuchTime, TimeTwice: Nobody could keep that time.
            TellingLabel, UnwritableLabel, NamesStructure: No family may be told of that place.
        """
        child, found = await self.desk.enter(actor, Action.WRITE_APPOINTMENT, appointment)
        await self.desk.guard.require_here(child.id)
        if found.status not in OPEN:
            raise AppointmentOver
        if slot == found.slot:
            return found
        await self.desk.require_tellable(slot)
        claim = self.desk.claim(appointment, slot, professional=found.professional, child=child.id)
        await self.desk.hold(actor, claim)
        moved, left = await self.desk.write_move(child, claim)
        await self._pass_on(child, moved, left.unsaid)
        return moved

    async def cancel(
        self, actor: Actor, appointment: AppointmentId, *, reason: str = ""
    ) -> Appointment:
        """Call an appointment off and plan what the family is told of it, but not why.

        Raises:
            AppointmentOver: It has begun, or was closed.
            BadReason: The reason is too long or not printable.
        """
        child, _ = await self.desk.enter(actor, Action.WRITE_APPOINTMENT, appointment)
        why = CalledOff(by=actor.professional, at=self.desk.surroundings.now(), reason=reason)
        cancelled, left = await self.desk.write_cancellation(child, appointment, why)
        await self._pass_on(child, cancelled, left.unsaid)
        return cancelled

    async def close(
        self, actor: Actor, appointment: AppointmentId, *, honoured: bool | None
    ) -> Appointment:
        """Say whether the family came; None takes back what was said.

        Raises:
            AppointmentOver: It was cancelled.
            NotYetHeld: It has not begun.
        """
        child, _ = await self.desk.enter(actor, Action.WRITE_APPOINTMENT, appointment)
        said = self.desk.words(child)

        def decided(held: Appointment) -> Appointment:
            if honoured is None:
                return rules.reopen(
                    held, recipients=said.recipients, tellings=said.tellings, now=said.now
                )
            return rules.close(
                held,
                honoured=honoured,
                recipients=said.recipients,
                tellings=said.tellings,
                now=said.now,
            )

        return await self.desk.appointments.change(appointment, decided)

    async def appointment(self, actor: Actor, appointment: AppointmentId) -> Appointment:
        """Read an appointment and how far its notices got."""
        _, found = await self.desk.enter(actor, Action.READ_APPOINTMENT, appointment)
        return found

    async def of_child(
        self, actor: Actor, child: ChildId, *, after: str = "", limit: int = 100
    ) -> tuple[Appointment, ...]:
        """Page through a child's appointments, by id."""
        await self.desk.guard.child(actor, Action.READ_APPOINTMENT, child, kind="appointment")
        return await self.desk.appointments.of_child(child, after=after, limit=limit)

    async def in_need(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Appointment, ...]:
        """Page through the appointments of which a notice failed or is in doubt, by id."""
        await self.desk.guard.network(actor, Action.LIST_FAILED_NOTICES, kind="appointment")
        return await self.desk.appointments.in_need(after=after, limit=limit)

    async def _pass_on(self, child: Child, changed: Appointment, unsaid: Then | None) -> None:
        """Let the next of a series say what the first, now changed, had not yet said."""
        following = await self.desk.siblings(changed) if unsaid is not None else ()
        if not following:
            return
        first, said = following[0], self.desk.words(child)
        then = then_of(following, every_weeks=unsaid.every_weeks if unsaid is not None else 1)

        def decided(held: Appointment) -> Appointment:
            return rules.announce(
                held,
                then,
                recipients=said.recipients,
                tellings=said.tellings,
                now=said.now,
            )

        await self.desk.appointments.change(first.id, decided)
