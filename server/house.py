"""The house put together: one store, and on it every service that people are served by."""

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from care_circle.access import Action
from care_circle.pathway import COCON, Pathway, read_pathway
from care_circle.services.appointments import AppointmentsService
from care_circle.services.children import ChildrenService
from care_circle.services.documents import DocumentsService
from care_circle.services.guard import Guard
from care_circle.services.tasks import TasksService
from care_circle.surroundings import Surroundings
from crypto.ids import DeviceId, ProfessionalId, new_id
from server.accounts import Accounts
from server.announcer import RosterChanges
from server.audit import Audit
from server.clock import Clock
from server.devices import AttestedIdentities, Devices
from server.family import FamilyPages
from server.live import LiveCircles, LivePeople
from server.passwords import Passwords
from server.sessions import Sessions
from server.sign_in import SignIn
from server.storage.care import (
    EngineAppointments,
    EngineChildren,
    EngineCircles,
    EngineDocuments,
    EngineOutbox,
    EnginePeople,
    EngineTasks,
)
from server.storage.engine import Engine
from server.storage.identity import EngineAccounts, EngineDevices, EngineSessions
from server.storage.keys import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Every feature's store, all on one engine."""

    people: EnginePeople
    children: EngineChildren
    circles: EngineCircles
    tasks: EngineTasks
    documents: EngineDocuments
    appointments: EngineAppointments
    accounts: EngineAccounts
    sessions: EngineSessions
    devices: EngineDevices

    @staticmethod
    def on(engine: Engine, keyring: Keyring) -> "Stores":
        """Put every store on an engine."""
        return Stores(
            people=EnginePeople(engine, keyring),
            children=EngineChildren(engine, keyring),
            circles=EngineCircles(engine, keyring),
            tasks=EngineTasks(engine, keyring),
            documents=EngineDocuments(engine, keyring),
            appointments=EngineAppointments(engine, keyring),
            accounts=EngineAccounts(engine, keyring),
            sessions=EngineSessions(engine, keyring),
            devices=EngineDevices(engine, keyring),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """The care circle's services."""

    people: LivePeople
    children: ChildrenService
    circles: LiveCircles
    tasks: TasksService
    documents: DocumentsService
    appointments: AppointmentsService


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All that stands before the first request: stores, services, and who tells whom."""

    engine: Engine
    keyring: Keyring
    clock: Clock
    pathway: Pathway
    audit: Audit
    stores: Stores
    care: Care
    accounts: Accounts
    sessions: Sessions
    devices: Devices
    sign_in: SignIn
    outbox: EngineOutbox
    family: FamilyPages
    changes: RosterChanges


def furnish(
    engine: Engine, keyring: Keyring, *, clock: Clock, zone: str, passwords: Passwords
) -> House:
    """Put the services on an open engine; nothing runs yet."""
    stores, audit = Stores.on(engine, keyring), Audit(engine=engine, clock=clock)
    pathway, changes = read_pathway(COCON), RosterChanges()

    async def record(who: ProfessionalId, action: Action, kind: str, thing: str) -> None:
        await audit.record(actor=who, action=action, kind=kind, id=thing)

    surroundings = Surroundings(clock=clock, new_id=new_id, record=record, zone=ZoneInfo(zone))
    care = _care(stores, surroundings, pathway=pathway, changes=changes)
    sessions = Sessions(store=stores.sessions, clock=clock)
    accounts = Accounts(
        store=stores.accounts, people=care.people, passwords=passwords, clock=clock, audit=audit
    )
    devices = Devices(
        store=stores.devices,
        keys=AttestedIdentities(stores.people),
        clock=clock,
        audit=audit,
        bind=sessions.bind,
        removed=partial(_device_removed, sessions, changes),
    )
    outbox = EngineOutbox(engine, keyring)
    return House(
        engine=engine,
        keyring=keyring,
        clock=clock,
        pathway=pathway,
        audit=audit,
        stores=stores,
        care=care,
        accounts=accounts,
        sessions=sessions,
        devices=devices,
        sign_in=SignIn(accounts=accounts, devices=devices, sessions=sessions),
        outbox=outbox,
        family=FamilyPages(outbox=outbox, audit=audit, clock=clock),
        changes=changes,
    )


def _care(
    stores: Stores, surroundings: Surroundings, *, pathway: Pathway, changes: RosterChanges
) -> Care:
    people, children, circles = stores.people, stores.children, stores.circles
    guard = Guard(people=people, children=children, circles=circles, surroundings=surroundings)
    return Care(
        people=LivePeople(
            people=people, guard=guard, surroundings=surroundings, pathway=pathway, changes=changes
        ),
        children=ChildrenService(
            children=children,
            people=people,
            guard=guard,
            surroundings=surroundings,
            pathway=pathway,
        ),
        circles=LiveCircles(
            circles=circles,
            children=children,
            people=people,
            guard=guard,
            surroundings=surroundings,
            pathway=pathway,
            changes=changes,
        ),
        tasks=TasksService(tasks=stores.tasks, guard=guard, surroundings=surroundings),
        documents=DocumentsService(
            documents=stores.documents,
            people=people,
            guard=guard,
            surroundings=surroundings,
            pathway=pathway,
        ),
        appointments=AppointmentsService(
            appointments=stores.appointments,
            children=children,
            people=people,
            guard=guard,
            surroundings=surroundings,
            pathway=pathway,
        ),
    )


async def _device_removed(
    sessions: Sessions, changes: RosterChanges, professional: ProfessionalId, device: DeviceId
) -> None:
    """End what a removed device holds open: its sessions, and its place in channels."""
    await sessions.revoke_all(professional, device=device)
    await changes.announce()
