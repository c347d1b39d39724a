"""The house put together: one store, and on it every service that people are served by."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from care_circle.access import Action
from care_circle.definition.pathway import COCON, Pathway
from care_circle.definition.pathway_reading import read_pathway
from care_circle.services.children import ChildrenService
from care_circle.services.coordination import CoordinationService
from care_circle.services.day import DayService
from care_circle.services.documents import DocumentsService
from care_circle.services.follower import Follower
from care_circle.services.glance import GlanceService
from care_circle.services.guard import Guard
from care_circle.services.tasks import TasksService
from care_circle.surroundings import Surroundings
from crypto.ids import ProfessionalId, new_id
from notifications.words import SHIPPED, Words
from server.account_house import AccountHouse, Grounds, furnish_accounts
from server.accounts.accounts import Accounts
from server.accounts.devices import Devices
from server.accounts.me import Me
from server.accounts.passkeys import Passkeys
from server.accounts.passwords import Passwords
from server.accounts.sessions import Sessions
from server.accounts.sign_in import SignIn
from server.accounts.webauthn import NOWHERE, Site
from server.agenda_house import AgendaHouse, furnish_agenda
from server.audit import Audit
from server.clock import Clock
from server.colleagues import Colleagues
from server.live.announcer import RosterChanges
from server.live.use_cases import LiveCircles, LivePeople
from server.pathway_house import Ground, PathwayCare, PathwayStores, documents_on, furnish_pathway
from server.sending_house import SendingHouse, furnish_sending
from server.storage.care import (
    EngineOutbox,
)
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """The care circle's services."""

    people: LivePeople
    children: ChildrenService
    circles: LiveCircles
    tasks: TasksService
    documents: DocumentsService
    agenda: AgendaHouse
    day: DayService
    glance: GlanceService
    coordination: CoordinationService


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
    pathway_care: PathwayCare
    follower: Follower
    accounts: Accounts
    sessions: Sessions
    devices: Devices
    colleagues: Colleagues
    passkeys: Passkeys
    sign_in: SignIn
    me: Me
    outbox: EngineOutbox
    sending: SendingHouse
    changes: RosterChanges


@cache
def the_pathway(folder: Path | None = None) -> Pathway:
    """Read a network's own pathway, or that of this release; each folder once.

    Raises:
        DefinitionError: With every file and line that is wrong.
    """
    return read_pathway(folder or COCON)


def furnish(
    engine: Engine,
    keyring: Keyring,
    *,
    clock: Clock,
    zone: str,
    passwords: Passwords,
    site: Site = NOWHERE,
    pathway: Pathway | None = None,
    forbidden: Words = SHIPPED,
) -> House:
    """Put the services on an open engine; nothing runs yet.

    `forbidden`: the words that no place may be called by, those of the network included.
    """
    stores, audit = Stores.on(engine, keyring, clock), Audit(engine=engine, clock=clock)
    changes = RosterChanges()
    pathway_stores = PathwayStores.on(engine, keyring, stores.watch)
    around = _surroundings(audit, clock, zone)
    ground = _ground(stores, pathway_stores, around, pathway or the_pathway(), forbidden)
    care = _care(ground, changes)
    stores.watch.look_with(ground.follower.refresh)
    known = _accounts(ground, care, audit, changes, passwords=passwords, site=site)
    outbox = EngineOutbox(engine, keyring, stores.watch.soon)
    return House(
        engine=engine,
        keyring=keyring,
        clock=clock,
        pathway=ground.pathway,
        audit=audit,
        stores=stores,
        care=care,
        pathway_care=furnish_pathway(ground),
        follower=ground.follower,
        accounts=known.accounts,
        sessions=known.sessions,
        devices=known.devices,
        passkeys=known.passkeys,
        sign_in=known.sign_in,
        me=known.me,
        colleagues=_colleagues(stores, care),
        outbox=outbox,
        sending=furnish_sending(ground, engine, keyring, outbox),
        changes=changes,
    )


def _accounts(
    here: Ground,
    care: Care,
    audit: Audit,
    changes: RosterChanges,
    *,
    passwords: Passwords,
    site: Site,
) -> AccountHouse:
    return furnish_accounts(
        Grounds(
            stores=here.stores,
            people=care.people,
            clock=here.around.clock,
            audit=audit,
            passwords=passwords,
            changes=changes,
            site=site,
        )
    )


def _colleagues(stores: Stores, care: Care) -> Colleagues:
    return Colleagues(service=care.coordination, accounts=stores.accounts, devices=stores.devices)


def _surroundings(audit: Audit, clock: Clock, zone: str) -> Surroundings:
    async def record(who: ProfessionalId, action: Action, kind: str, thing: str) -> None:
        await audit.record(actor=who, action=action, kind=kind, id=thing)

    return Surroundings(clock=clock, new_id=new_id, record=record, zone=ZoneInfo(zone))


def _ground(
    stores: Stores,
    pathway_stores: PathwayStores,
    around: Surroundings,
    pathway: Pathway,
    forbidden: Words,
) -> Ground:
    guard = Guard(
        people=stores.people,
        children=stores.children,
        circles=stores.circles,
        surroundings=around,
        leavings=stores.departures,
    )
    return Ground(
        stores=stores,
        pathway_stores=pathway_stores,
        guard=guard,
        around=around,
        pathway=pathway,
        forbidden=forbidden,
    )


def _care(here: Ground, changes: RosterChanges) -> Care:
    stores, guard = here.stores, here.guard
    return Care(
        people=_people(here, changes),
        children=_children(here),
        circles=_circles(here, changes),
        tasks=TasksService(tasks=stores.tasks, guard=guard, surroundings=here.around),
        documents=documents_on(here),
        agenda=furnish_agenda(here),
        day=DayService(people=stores.people, tasks=stores.tasks, follower=here.follower),
        glance=GlanceService(people=stores.people, guard=guard, files=here.files),
        coordination=CoordinationService(
            people=stores.people,
            children_register=stores.children,
            tasks=stores.tasks,
            guard=guard,
            follower=here.follower,
        ),
    )


def _people(here: Ground, changes: RosterChanges) -> LivePeople:
    return LivePeople(
        people=here.stores.people,
        guard=here.guard,
        surroundings=here.around,
        pathway=here.pathway,
        changes=changes,
        forbidden=here.forbidden,
    )


def _children(here: Ground) -> ChildrenService:
    return ChildrenService(
        children=here.stores.children,
        people=here.stores.people,
        guard=here.guard,
        surroundings=here.around,
        pathway=here.pathway,
    )


def _circles(here: Ground, changes: RosterChanges) -> LiveCircles:
    return LiveCircles(
        circles=here.stores.circles,
        children=here.stores.children,
        people=here.stores.people,
        guard=here.guard,
        surroundings=here.around,
        pathway=here.pathway,
        changes=changes,
    )
