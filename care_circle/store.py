"""What the care circle needs remembered, as verbs; each is one atom on whatever stands behind it.

A write of what exists takes a decision: a pure function run on what is stored, perhaps
twice. When it raises, nothing is changed. `change…` gives back what is stored then. What
cannot be found raises `NotFound`, which says the same to strangers.
"""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from care_circle.appointment import Appointment
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.consent import Consent
from care_circle.convention import Convention
from care_circle.documents.document import Document
from care_circle.professional import Professional
from care_circle.structure import Structure
from care_circle.task import TaskCard
from crypto.ids import (
    AppointmentId,
    ChildId,
    CircleId,
    ConventionId,
    DocumentId,
    ProfessionalId,
    StructureId,
    TaskId,
)


class AlreadyThere(Exception):
    """The e-mail address, or the INS, belongs to somebody else on the register."""


class People(Protocol):
    """Structures, professionals and their conventions."""

    async def add_structure(self, structure: Structure) -> None:
        """Keep a new structure."""
        ...

    async def structure(self, structure: StructureId) -> Structure:
        """Find a structure.

        Raises:
            NotFound: There is none.
        """
        ...

    async def structures(self, *, after: str, limit: int) -> tuple[Structure, ...]:
        """Page through all structures, by id."""
        ...

    async def add_professional(self, professional: Professional) -> None:
        """Keep a new professional.

        Raises:
            AlreadyThere: The e-mail address is taken.
        """
        ...

    async def professional(self, professional: ProfessionalId) -> Professional:
        """Find a professional.

        Raises:
            NotFound: There is none.
        """
        ...

    async def professional_with_email(self, email: str) -> Professional:
        """Find a professional by e-mail address, whatever its case.

        Raises:
            NotFound: There is none.
        """
        ...

    async def professionals(self, *, after: str, limit: int) -> tuple[Professional, ...]:
        """Page through all professionals, by id."""
        ...

    async def change_professional(
        self, professional: ProfessionalId, decide: Callable[[Professional], Professional]
    ) -> Professional:
        """Change a professional.

        Raises:
            NotFound: There is none.
            AlreadyThere: The new e-mail address is taken.
        """
        ...

    async def add_convention(self, convention: Convention) -> None:
        """Keep a new convention."""
        ...

    async def conventions_of(self, professional: ProfessionalId) -> tuple[Convention, ...]:
        """Give all of a professional's conventions."""
        ...

    async def convention(self, convention: ConventionId) -> Convention:
        """Find a convention.

        Raises:
            NotFound: There is none.
        """
        ...

    async def change_convention(
        self, convention: ConventionId, decide: Callable[[Convention], Convention]
    ) -> Convention:
        """Change a convention.

        Raises:
            NotFound: There is none.
        """
        ...


class Children(Protocol):
    """Children and what their parents said."""

    async def add(self, child: Child) -> None:
        """Keep a new child.

        Raises:
            AlreadyThere: The INS belongs to another child.
        """
        ...

    async def child(self, child: ChildId) -> Child:
        """Find a child.

        Raises:
            NotFound: There is none.
        """
        ...

    async def born_on(self, day: date) -> tuple[Child, ...]:
        """Give the children born on a day (INS-5: that is how a duplicate is looked for)."""
        ...

    async def with_phone(self, number: str) -> tuple[Child, ...]:
        """Give the children in whose families somebody has this number, in international form."""
        ...

    async def page(self, *, after: str, limit: int) -> tuple[Child, ...]:
        """Page through all children, by id."""
        ...

    async def change(self, child: ChildId, decide: Callable[[Child], Child]) -> Child:
        """Change a child.

        Raises:
            NotFound: There is none.
            AlreadyThere: The INS belongs to another child.
        """
        ...

    async def consent(self, child: ChildId) -> Consent:
        """Give what was said for a child; nothing yet is an empty consent."""
        ...

    async def change_consent(self, child: ChildId, decide: Callable[[Consent], Consent]) -> Consent:
        """Change what was said for a child."""
        ...


class Circles(Protocol):
    """Circles, one for each child at most."""

    async def add(self, circle: Circle) -> None:
        """Keep a new circle.

        Raises:
            CircleExists: The child has one already.
        """
        ...

    async def circle(self, circle: CircleId) -> Circle:
        """Find a circle.

        Raises:
            NotFound: There is none.
        """
        ...

    async def of_child(self, child: ChildId) -> Circle | None:
        """Give a child's circle, if it has one."""
        ...

    async def of_member(
        self, professional: ProfessionalId, *, after: str, limit: int
    ) -> tuple[Circle, ...]:
        """Page through the circles somebody is in now, by id."""
        ...

    async def change(self, circle: CircleId, decide: Callable[[Circle], Circle]) -> Circle:
        """Change a circle.

        Raises:
            NotFound: There is none.
        """
        ...


class Tasks(Protocol):
    """Task cards: a projection, so writing one that was never there creates it."""

    async def task(self, task: TaskId) -> TaskCard | None:
        """Give a task's card, if it is there."""
        ...

    async def change(self, task: TaskId, decide: Callable[[TaskCard | None], TaskCard]) -> TaskCard:
        """Change a task's card, or create it."""
        ...

    async def of_circle(self, circle: CircleId, *, after: str, limit: int) -> tuple[TaskCard, ...]:
        """Page through a circle's tasks, by id."""
        ...

    async def of_assignee(
        self, professional: ProfessionalId, *, after: str, limit: int
    ) -> tuple[TaskCard, ...]:
        """Page through the open tasks somebody has, by id."""
        ...

    async def forget(self, task: TaskId) -> None:
        """Drop a card; one that is not there is no error."""
        ...


class Documents(Protocol):
    """Pathway documents with all their versions."""

    async def add(self, document: Document) -> None:
        """Keep a new document.

        Raises:
            AlreadyWritten: The child has one already, and may have one only.
        """
        ...

    async def document(self, document: DocumentId) -> Document:
        """Find a document.

        Raises:
            NotFound: There is none.
        """
        ...

    async def of_child(self, child: ChildId, *, after: str, limit: int) -> tuple[Document, ...]:
        """Page through a child's documents, by id."""
        ...

    async def change(
        self, document: DocumentId, decide: Callable[[Document], Document]
    ) -> Document:
        """Change a document.

        Raises:
            NotFound: There is none.
        """
        ...


class Appointments(Protocol):
    """Appointments, their notices inside them."""

    async def add(self, appointment: Appointment) -> None:
        """Keep a new appointment and its notices: one write."""
        ...

    async def appointment(self, appointment: AppointmentId) -> Appointment:
        """Find an appointment.

        Raises:
            NotFound: There is none.
        """
        ...

    async def of_child(self, child: ChildId, *, after: str, limit: int) -> tuple[Appointment, ...]:
        """Page through a child's appointments, by id."""
        ...

    async def in_need(self, *, after: str, limit: int) -> tuple[Appointment, ...]:
        """Page through the appointments of which a notice needs a person, by id."""
        ...

    async def change(
        self, appointment: AppointmentId, decide: Callable[[Appointment], Appointment]
    ) -> Appointment:
        """Change an appointment and its notices: one write.

        Raises:
            NotFound: There is none.
        """
        ...
