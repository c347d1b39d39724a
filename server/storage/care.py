"""The care circle's ports on any engine, and the addresses notices are sent to."""

from collections.abc import Callable
from datetime import date

from typing_extensions import override

from care_circle.appointment import Appointment
from care_circle.child import Child
from care_circle.circle import Circle, CircleExists
from care_circle.consent import Consent
from care_circle.convention import Convention
from care_circle.documents.document import AlreadyWritten, Document
from care_circle.professional import Professional
from care_circle.store import (
    AlreadyThere,
    Appointments,
    Children,
    Circles,
    Documents,
    People,
    Tasks,
)
from care_circle.structure import Structure
from care_circle.task import TaskCard
from care_circle.telling.reaching import reached
from crypto.ids import (
    AppointmentId,
    ChildId,
    CircleId,
    ContactId,
    ConventionId,
    DocumentId,
    ProfessionalId,
    StructureId,
    TaskId,
)
from notifications.notice import Medium, Rule
from notifications.reach import NotNow, Reached, WhyNot
from notifications.store import Contacts
from server.storage import care_shapes as shapes
from server.storage.engine import Engine, Stale, Taken
from server.storage.errand_shapes import errand_shape
from server.storage.finding import change_found, found
from server.storage.keys import Keyring
from server.storage.outbox import SeenTo, StoredOutbox
from server.storage.repository import Repository

_PAGE = 200


class EnginePeople(People):
    """`People` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._keyring = keyring
        self._structures = Repository(engine, keyring, shapes.structure_shape())
        self._professionals = Repository(engine, keyring, shapes.professional_shape(keyring))
        self._conventions = Repository(engine, keyring, shapes.convention_shape())

    @override
    async def add_structure(self, structure: Structure) -> None:
        await self._structures.create(structure)

    @override
    async def structure(self, structure: StructureId) -> Structure:
        return found(await self._structures.get(structure))

    @override
    async def structures(self, *, after: str, limit: int) -> tuple[Structure, ...]:
        return tuple(await self._structures.find(shapes.ALL, after=after, limit=limit))

    @override
    async def add_professional(self, professional: Professional) -> None:
        try:
            await self._professionals.create(professional)
        except Taken:
            raise AlreadyThere from None

    @override
    async def professional(self, professional: ProfessionalId) -> Professional:
        return found(await self._professionals.get(professional))

    @override
    async def professional_with_email(self, email: str) -> Professional:
        key = shapes.email_key(self._keyring, email)
        return found(await self._professionals.find_one(key))

    @override
    async def professionals(self, *, after: str, limit: int) -> tuple[Professional, ...]:
        return tuple(await self._professionals.find(shapes.ALL, after=after, limit=limit))

    @override
    async def change_professional(
        self, professional: ProfessionalId, decide: Callable[[Professional], Professional]
    ) -> Professional:
        return await change_found(self._professionals, professional, decide)

    @override
    async def add_convention(self, convention: Convention) -> None:
        await self._conventions.create(convention)

    @override
    async def conventions_of(self, professional: ProfessionalId) -> tuple[Convention, ...]:
        key = shapes.professional_key(professional)
        return await self._conventions.all_of(key)

    @override
    async def convention(self, convention: ConventionId) -> Convention:
        return found(await self._conventions.get(convention))

    @override
    async def change_convention(
        self, convention: ConventionId, decide: Callable[[Convention], Convention]
    ) -> Convention:
        return await change_found(self._conventions, convention, decide)


class EngineChildren(Children, Contacts):
    """`Children` on any engine, and the addresses of their families for notices."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._keyring = keyring
        self._phones_known = False
        self._children = Repository(engine, keyring, shapes.child_shape(keyring))
        self._consents = Repository(engine, keyring, shapes.consent_shape())

    @override
    async def add(self, child: Child) -> None:
        try:
            await self._children.create(child)
        except Taken:
            raise AlreadyThere from None

    @override
    async def child(self, child: ChildId) -> Child:
        return found(await self._children.get(child))

    @override
    async def born_on(self, day: date) -> tuple[Child, ...]:
        key = shapes.birth_key(self._keyring, day.isoformat())
        return await self._children.all_of(key)

    @override
    async def page(self, *, after: str, limit: int) -> tuple[Child, ...]:
        return tuple(await self._children.find(shapes.ALL, after=after, limit=limit))

    @override
    async def change(self, child: ChildId, decide: Callable[[Child], Child]) -> Child:
        return await change_found(self._children, child, decide)

    @override
    async def consent(self, child: ChildId) -> Consent:
        return await self._consents.get(child) or Consent(child=child)

    @override
    async def change_consent(self, child: ChildId, decide: Callable[[Consent], Consent]) -> Consent:
        return await self._consents.upsert(child, lambda held: decide(held or Consent(child=child)))

    @override
    async def reach(self, contact: ContactId, medium: Medium, *, on: date, rule: Rule) -> Reached:
        child = await self._children.find_one(shapes.contact_key(contact))
        if child is None:
            return NotNow(WhyNot.GONE)
        return reached(child.contact(contact), medium, on=on, rule=rule)

    @override
    async def with_phone(self, number: str) -> tuple[Child, ...]:
        key = shapes.phone_key(self._keyring, number)
        if not self._phones_known:
            await self._note_phones()
        return await self._children.all_of(key)

    async def _note_phones(self) -> None:
        """Have children found by number who were kept before numbers were a key; once a process."""
        after = ""
        while page := await self._children.labels(shapes.ALL, after=after, limit=_PAGE):
            for child, tags in page:
                if not any(tag.startswith(shapes.PHONES) for tag in tags):
                    await self._children.rekey(child)
            after = page[-1][0]
        self._phones_known = True


class EngineCircles(Circles):
    """`Circles` on any engine; the child's id is a circle's unique key."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._circles = Repository(engine, keyring, shapes.circle_shape())

    @override
    async def add(self, circle: Circle) -> None:
        try:
            await self._circles.create(circle)
        except (Taken, Stale):
            raise CircleExists from None

    @override
    async def circle(self, circle: CircleId) -> Circle:
        return found(await self._circles.get(circle))

    @override
    async def of_child(self, child: ChildId) -> Circle | None:
        return await self._circles.find_one(shapes.child_key(child))

    @override
    async def of_member(
        self, professional: ProfessionalId, *, after: str, limit: int
    ) -> tuple[Circle, ...]:
        key = shapes.member_key(professional)
        return tuple(await self._circles.find(key, after=after, limit=limit))

    @override
    async def change(self, circle: CircleId, decide: Callable[[Circle], Circle]) -> Circle:
        return await change_found(self._circles, circle, decide)


class EngineTasks(Tasks):
    """`Tasks` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._tasks = Repository(engine, keyring, shapes.task_shape())

    @override
    async def task(self, task: TaskId) -> TaskCard | None:
        return await self._tasks.get(task)

    @override
    async def change(self, task: TaskId, decide: Callable[[TaskCard | None], TaskCard]) -> TaskCard:
        return await self._tasks.upsert(task, decide)

    @override
    async def of_circle(self, circle: CircleId, *, after: str, limit: int) -> tuple[TaskCard, ...]:
        return tuple(await self._tasks.find(shapes.circle_key(circle), after=after, limit=limit))

    @override
    async def of_assignee(
        self, professional: ProfessionalId, *, after: str, limit: int
    ) -> tuple[TaskCard, ...]:
        key = shapes.assignee_key(professional)
        return tuple(await self._tasks.find(key, after=after, limit=limit))

    @override
    async def forget(self, task: TaskId) -> None:
        await self._tasks.drop(task)


class EngineDocuments(Documents):
    """`Documents` on any engine."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._documents = Repository(engine, keyring, shapes.document_shape())

    @override
    async def add(self, document: Document) -> None:
        try:
            await self._documents.create(document)
        except Taken:
            raise AlreadyWritten from None

    @override
    async def document(self, document: DocumentId) -> Document:
        return found(await self._documents.get(document))

    @override
    async def of_child(self, child: ChildId, *, after: str, limit: int) -> tuple[Document, ...]:
        key = shapes.child_key(child)
        return tuple(await self._documents.find(key, after=after, limit=limit))

    @override
    async def change(
        self, document: DocumentId, decide: Callable[[Document], Document]
    ) -> Document:
        return await change_found(self._documents, document, decide)


class EngineAppointments(Appointments):
    """`Appointments` on any engine; a notice is part of its appointment's document."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._appointments = Repository(engine, keyring, shapes.appointment_shape())

    @override
    async def add(self, appointment: Appointment) -> None:
        await self._appointments.create(appointment)

    @override
    async def appointment(self, appointment: AppointmentId) -> Appointment:
        return found(await self._appointments.get(appointment))

    @override
    async def of_child(self, child: ChildId, *, after: str, limit: int) -> tuple[Appointment, ...]:
        key = shapes.child_key(child)
        return tuple(await self._appointments.find(key, after=after, limit=limit))

    @override
    async def in_need(self, *, after: str, limit: int) -> tuple[Appointment, ...]:
        return tuple(await self._appointments.find(shapes.IN_NEED, after=after, limit=limit))

    @override
    async def change(
        self, appointment: AppointmentId, decide: Callable[[Appointment], Appointment]
    ) -> Appointment:
        return await change_found(self._appointments, appointment, decide)


class EngineOutbox(StoredOutbox):
    """The outbox on any engine: the notices where the appointments and errands are."""

    def __init__(self, engine: Engine, keyring: Keyring, seen_to: SeenTo | None = None) -> None:
        super().__init__(
            Repository(engine, keyring, shapes.appointment_shape()),
            Repository(engine, keyring, errand_shape()),
            seen_to,
        )
