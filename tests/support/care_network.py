"""A whole network on one real store, and the first words of a family in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from care_circle.access import Action
from care_circle.agenda.free import Hours
from care_circle.appointment import Slot
from care_circle.child import Child
from care_circle.consent import Word
from care_circle.definition.pathway import Pathway
from care_circle.role import Role
from care_circle.services.appointments import AppointmentsService
from care_circle.services.children import ChildrenService, NewChild
from care_circle.services.circles import CirclesService
from care_circle.services.desk import Desk
from care_circle.services.diary import Diary
from care_circle.services.documents import DocumentsService
from care_circle.services.guard import Guard as Gate
from care_circle.services.people import PeopleService
from care_circle.services.tasks import TasksService
from care_circle.surroundings import Surroundings
from crypto.ids import ProfessionalId, new_id
from server.storage.agenda import EngineBusyCalendars, EngineHoldings
from server.storage.care import (
    EngineAppointments,
    EngineChildren,
    EngineCircles,
    EngineDocuments,
    EnginePeople,
    EngineTasks,
)
from server.storage.keys import Keyring
from server.storage.sqlite import SqliteEngine
from tests.support.care import NOW, PATHWAY, TODAY, Somebody, child, convention, mother, newborn
from tests.support.engines import TickingClock

SLOT = Slot(
    start=datetime(2026, 12, 3, 14, 30),  # noqa: DTZ001 - a wall time, as people agreed on it
    zone="Europe/Paris",
    duration_minutes=45,
    place_label="12 rue des Lilas",
)


@dataclass(kw_only=True)
class Network:
    """A whole network on one store, with a clock to turn and a record to read."""

    store: EnginePeople
    children_store: EngineChildren
    people: PeopleService
    children: ChildrenService
    circles: CirclesService
    tasks: TasksService
    documents: DocumentsService
    appointments: AppointmentsService
    now: list[datetime]
    recorded: list[tuple[str, str, str, str]] = field(default_factory=list)

    async def employ(self, who: Somebody, *, convened: bool = True) -> Somebody:
        await self.store.add_professional(who.record)
        if convened and who.record.role is Role.PROFESSIONAL:
            await self.store.add_convention(convention(who.id))
        return who


@asynccontextmanager
async def open_network(folder: Path, pathway: Pathway = PATHWAY) -> AsyncIterator[Network]:
    """Open an empty network in a folder for the length of a block."""
    engine = await SqliteEngine.open(folder / "store", TickingClock())
    keyring = await Keyring.open(engine, b"\x01" * 32)
    people, circles = EnginePeople(engine, keyring), EngineCircles(engine, keyring)
    children = EngineChildren(engine, keyring)
    now, recorded = [NOW], list[tuple[str, str, str, str]]()
    world = _world(now, recorded)
    gate = Gate(people=people, children=children, circles=circles, surroundings=world)
    yield Network(
        store=people,
        children_store=children,
        people=PeopleService(people=people, guard=gate, surroundings=world, pathway=pathway),
        children=ChildrenService(
            children=children, people=people, guard=gate, surroundings=world, pathway=pathway
        ),
        circles=CirclesService(
            circles=circles,
            children=children,
            people=people,
            guard=gate,
            surroundings=world,
            pathway=pathway,
        ),
        tasks=TasksService(tasks=EngineTasks(engine, keyring), guard=gate, surroundings=world),
        documents=DocumentsService(
            documents=EngineDocuments(engine, keyring),
            people=people,
            guard=gate,
            surroundings=world,
            pathway=pathway,
        ),
        appointments=AppointmentsService(desk=_desk(engine, keyring, gate, pathway)),
        now=now,
        recorded=recorded,
    )
    await engine.close()


def _desk(engine: SqliteEngine, keyring: Keyring, gate: Gate, pathway: Pathway) -> Desk:
    return Desk(
        appointments=EngineAppointments(engine, keyring),
        people=gate.people,
        guard=gate,
        surroundings=gate.surroundings,
        pathway=pathway,
        diary=_diary(engine, keyring, gate.surroundings),
    )


def _world(now: list[datetime], recorded: list[tuple[str, str, str, str]]) -> Surroundings:
    async def record(who: ProfessionalId, action: Action, kind: str, thing: str) -> None:
        recorded.append((who, action, kind, thing))

    return Surroundings(
        clock=lambda: now[0], new_id=new_id, record=record, zone=ZoneInfo("Europe/Paris")
    )


def _diary(engine: SqliteEngine, keyring: Keyring, world: Surroundings) -> Diary:
    return Diary(
        holdings=EngineHoldings(engine, keyring),
        calendars=EngineBusyCalendars(engine, keyring),
        appointments=EngineAppointments(engine, keyring),
        surroundings=world,
        hours=Hours(),
    )


def newly_born(doc: Somebody, **changes: object) -> NewChild:
    known = child()
    new = NewChild(
        identity=known.identity,
        perinatal=newborn("28+3"),
        contacts=(mother(),),
        referring_physician=doc.id,
    )
    return replace(new, **changes)  # type: ignore[arg-type]  # any field of a new child


async def agree(network: Network, by: Somebody, family: Child, word: Word = Word.AGREED) -> None:
    for contact in family.contacts:
        await network.children.record_word(
            by.actor,
            family.id,
            contact=contact.id,
            word=word,
            on=TODAY,
            language="fr",
            document="charte-1",
        )
