"""Stores whose writes the follow-up hears of: a mark before the write, a look after it.

The mark outlives a process that dies between the two; whoever finds it due looks instead.
A look that fails does not undo the write, and leaves the mark.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from typing_extensions import override

from care_circle.appointment import Appointment
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.consent import Consent
from care_circle.convention import Convention
from care_circle.documents.document import Document
from care_circle.follow_up.store import Mark, Marks
from care_circle.professional import Professional
from crypto.ids import (
    AppointmentId,
    ChildId,
    CircleId,
    ConventionId,
    DocumentId,
    ProfessionalId,
    new_id,
)
from server.clock import Clock
from server.logs import logger
from server.storage.care import (
    EngineAppointments,
    EngineChildren,
    EngineCircles,
    EngineDocuments,
    EnginePeople,
)
from server.storage.engine import Busy, Engine, Unavailable
from server.storage.keys import Keyring

PATIENCE = timedelta(minutes=1)
"""How long a write and the look after it may take before somebody else looks."""

Look = Callable[[ChildId], Awaitable[object]]


class Watch:
    """Hears of writes. Until somebody looks, marks are all it leaves."""

    def __init__(self, marks: Marks, clock: Clock) -> None:
        self._marks = marks
        self._clock = clock
        self._look: Look | None = None

    def look_with(self, look: Look) -> None:
        """Say who looks at a child after a write."""
        self._look = look

    @asynccontextmanager
    async def over(self, child: ChildId) -> AsyncIterator[None]:
        """Watch over a write about one child.

        What the write raises passes through. Only where nobody can tell whether it happened
        does the mark stay.
        """
        mark = Mark(id=new_id(), child=child, due=self._clock() + PATIENCE)
        await self._marks.make(mark)
        try:
            yield
        except (Busy, Unavailable):
            raise
        except Exception:
            await self._marks.lift(mark.id)
            raise
        await self._look_at(child, mark)

    @asynccontextmanager
    async def over_all_round(self, professional: ProfessionalId) -> AsyncIterator[None]:
        """Watch over a write about a person: whoever claims marks looks at the children."""
        mark = Mark(id=new_id(), professional=professional, due=self._clock() + PATIENCE)
        await self._marks.make(mark)
        try:
            yield
        except (Busy, Unavailable):
            raise
        except Exception:
            await self._marks.lift(mark.id)
            raise
        await self._marks.make(replace(mark, id=new_id(), due=self._clock()))
        await self._marks.lift(mark.id)

    async def soon(self, child: ChildId) -> None:
        """Have a child looked at within moments, by whoever claims marks."""
        await self._marks.make(Mark(id=new_id(), child=child, due=self._clock()))

    async def _look_at(self, child: ChildId, mark: Mark) -> None:
        if self._look is None:
            return
        try:
            await self._look(child)
            await self._marks.lift(mark.id)
        except Exception as error:  # noqa: BLE001 -- the write is done; whoever finds the mark looks again
            logger().error("follow_up_failed", cause=error)


class Watched:
    """Stands before a store of an engine in its bases, and has the watch that its writes pass."""

    def __init__(self, engine: Engine, keyring: Keyring, watch: Watch) -> None:
        super().__init__(engine, keyring)  # type: ignore[call-arg]  # the store that follows in the bases takes them
        self._watch = watch


class WatchedPeople(Watched, EnginePeople):
    """People whose conventions and places count in the follow-up of children round them."""

    @override
    async def change_professional(
        self, professional: ProfessionalId, decide: Callable[[Professional], Professional]
    ) -> Professional:
        async with self._watch.over_all_round(professional):
            return await super().change_professional(professional, decide)

    @override
    async def add_convention(self, convention: Convention) -> None:
        async with self._watch.over_all_round(convention.professional):
            await super().add_convention(convention)

    @override
    async def change_convention(
        self, convention: ConventionId, decide: Callable[[Convention], Convention]
    ) -> Convention:
        held = await self.convention(convention)
        async with self._watch.over_all_round(held.professional):
            return await super().change_convention(convention, decide)


class WatchedChildren(Watched, EngineChildren):
    """Children and consents that are followed up."""

    @override
    async def add(self, child: Child) -> None:
        async with self._watch.over(child.id):
            await super().add(child)

    @override
    async def change(self, child: ChildId, decide: Callable[[Child], Child]) -> Child:
        async with self._watch.over(child):
            return await super().change(child, decide)

    @override
    async def change_consent(self, child: ChildId, decide: Callable[[Consent], Consent]) -> Consent:
        async with self._watch.over(child):
            return await super().change_consent(child, decide)


class WatchedCircles(Watched, EngineCircles):
    """Circles of children that are followed up."""

    @override
    async def add(self, circle: Circle) -> None:
        async with self._watch.over(circle.child):
            await super().add(circle)

    @override
    async def change(self, circle: CircleId, decide: Callable[[Circle], Circle]) -> Circle:
        held = await self.circle(circle)
        async with self._watch.over(held.child):
            return await super().change(circle, decide)


class WatchedDocuments(Watched, EngineDocuments):
    """Documents of children that are followed up."""

    @override
    async def add(self, document: Document) -> None:
        async with self._watch.over(document.child):
            await super().add(document)

    @override
    async def change(
        self, document: DocumentId, decide: Callable[[Document], Document]
    ) -> Document:
        held = await self.document(document)
        async with self._watch.over(held.child):
            return await super().change(document, decide)


class WatchedAppointments(Watched, EngineAppointments):
    """Appointments of children that are followed up."""

    @override
    async def add(self, appointment: Appointment) -> None:
        async with self._watch.over(appointment.child):
            await super().add(appointment)

    @override
    async def change(
        self, appointment: AppointmentId, decide: Callable[[Appointment], Appointment]
    ) -> Appointment:
        held = await self.appointment(appointment)
        async with self._watch.over(held.child):
            return await super().change(appointment, decide)
