"""A network with an invented early care, put together as the house does, on any engine."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from care_circle.access import Action
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.definition.early_care_terms import Part
from care_circle.definition.form import FormRecord
from care_circle.definition.pathway import Pathway
from care_circle.early_care.forfait import Forfait
from care_circle.early_care.prescription import Prescription, Wish
from care_circle.early_care.statement import Seen, Statement
from care_circle.role import Profession, Role
from care_circle.services.care_sessions import CareSessionsService
from care_circle.services.documents import DocumentsService
from care_circle.services.early_care import EarlyCareService
from care_circle.services.guard import Guard
from care_circle.services.statements import StatementsService
from care_circle.surroundings import Surroundings
from crypto.ids import CareSessionId, ForfaitId, ProfessionalId, new_id
from server.pathway_house import Ground, PathwayCare, PathwayStores, furnish_pathway
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.stores import Stores
from tests.support.care import PATHWAY, Somebody, child, convention, coordinator, somebody
from tests.support.early_care import RULES, SINGING, SWIMMING, circle_of, held

FIRST_DAY = date(2026, 11, 21)


@dataclass(kw_only=True)
class CareNetwork:
    """Services on one store, a clock to turn, the people of one child's circle."""

    stores: Stores
    pathway_stores: PathwayStores
    early_care: EarlyCareService
    sessions: CareSessionsService
    statements: StatementsService
    documents: DocumentsService
    care: PathwayCare
    now: list[datetime]
    recorded: list[tuple[str, str, str, str]]
    ana: Somebody
    doc: Somebody
    meg: Somebody
    kim: Somebody
    lea: Somebody
    noe: Child
    circle: Circle

    @property
    def today(self) -> date:
        """The day it is in Paris."""
        return self.now[0].astimezone(ZoneInfo("Europe/Paris")).date()

    def turn_to(self, day: date) -> None:
        """Turn the clock to the evening of a day."""
        self.now[0] = datetime.combine(day, time(19, 0), tzinfo=UTC)

    async def prescribe(self, **wish: Any) -> Prescription:  # noqa: ANN401 - any field of a wish
        """Let the physician prescribe ten sessions of swimming for six months."""
        asked = Wish(discipline="swimming", reason="elle coule", sessions=10, months=6)
        return await self.early_care.prescribe(self.doc.actor, self.noe.id, replace(asked, **wish))

    async def open(self, *, whose: Somebody | None = None, **wish: Any) -> Forfait:  # noqa: ANN401
        """Prescribe and open a forfait."""
        written = await self.prescribe(**wish)
        return await self.early_care.open_forfait(
            self.ana.actor, written.id, professional=whose.id if whose else None
        )

    async def claim(
        self,
        forfait: ForfaitId,
        *,
        by: Somebody | None = None,
        on: date | None = None,
        session: CareSessionId | None = None,
        **said: Any,  # noqa: ANN401 - any field of a session
    ) -> CareSessionId:
        """Claim a session of a day, and give its id."""
        name = session or CareSessionId(new_id())
        await self.sessions.claim(
            (by or self.kim).actor, forfait, name, held(on or self.today, **said)
        )
        return name

    async def read(self, month: str, *, of: Somebody | None = None) -> Statement:
        """Let somebody read a statement of their own."""
        who = of or self.kim
        return await self.statements.statement(who.actor, who.id, month)

    async def validate(self, month: str, *, of: Somebody | None = None) -> Statement:
        """Let somebody validate a month as it stands."""
        who = of or self.kim
        shown = await self.read(month, of=who)
        seen = Seen(lines=len(shown.lines), total_cents=shown.total_cents)
        return await self.statements.validate(who.actor, who.id, month, seen)

    async def use_up(self, forfait: Forfait) -> None:
        """Claim all that a forfait holds, one session a day."""
        for number in range(forfait.quota):
            part = Part.SESSION if number else Part.ASSESSMENT
            await self.claim(forfait.id, on=forfait.opened_on + timedelta(days=number), part=part)


async def care_network(engine: Engine, *, most: int | None = 34_000) -> CareNetwork:
    """Put a network on an empty engine: a coordinator, a physician, two physiotherapists.

    `most` is what a forfait pays at most, in cents.
    """
    keyring = await Keyring.open(engine, b"\x01" * 32)
    stores = Stores.on(engine, keyring)
    now, recorded = [datetime(2026, 11, 21, 19, 0, tzinfo=UTC)], list[tuple[str, str, str, str]]()
    ground = _ground(
        stores,
        PathwayStores.on(engine, keyring, stores.watch),
        _surroundings(now, recorded),
        _pathway(most),
    )
    care, people = furnish_pathway(ground), _people()
    noe = child(referring_physician=people["doc"].id)
    circle = circle_of(noe, *people.values())
    await _settle(stores, people.values(), noe, circle)
    return CareNetwork(
        stores=stores,
        pathway_stores=ground.pathway_stores,
        early_care=care.early_care,
        sessions=care.sessions,
        statements=care.statements,
        care=care,
        documents=_documents(ground),
        now=now,
        recorded=recorded,
        **people,
        noe=noe,
        circle=circle,
    )


def _surroundings(now: list[datetime], recorded: list[tuple[str, str, str, str]]) -> Surroundings:
    async def record(who: ProfessionalId, action: Action, kind: str, thing: str) -> None:
        recorded.append((who, action, kind, thing))

    return Surroundings(
        clock=lambda: now[0], new_id=new_id, record=record, zone=ZoneInfo("Europe/Paris")
    )


def _pathway(most: int | None) -> Pathway:
    """Give the pathway with an early care of ours and without the records of its own."""
    forms = PATHWAY.forms.items()
    return replace(
        PATHWAY,
        disciplines=(replace(SWIMMING, year_cents=most), SINGING),
        early_care=RULES,
        forms={code: form for code, form in forms if form.record is FormRecord.DOCUMENT},
        former=(),
    )


def _ground(
    stores: Stores, pathway_stores: PathwayStores, around: Surroundings, pathway: Pathway
) -> Ground:
    guard = Guard(
        people=stores.people,
        children=stores.children,
        circles=stores.circles,
        surroundings=around,
        leavings=stores.departures,
    )
    return Ground(
        stores=stores, pathway_stores=pathway_stores, guard=guard, around=around, pathway=pathway
    )


def _documents(here: Ground) -> DocumentsService:
    return DocumentsService(
        documents=here.stores.documents,
        people=here.stores.people,
        guard=here.guard,
        surroundings=here.around,
        pathway=here.pathway,
    )


def _people() -> dict[str, Somebody]:
    doc, meg = (somebody(profession=Profession.PHYSICIAN) for _ in range(2))
    return {"ana": coordinator(), "doc": doc, "meg": meg, "kim": somebody(), "lea": somebody()}


async def _settle(stores: Stores, people: Iterable[Somebody], noe: Child, circle: Circle) -> None:
    """Write all of them down, each professional under a convention."""
    for who in people:
        await stores.people.add_professional(who.record)
        if who.record.role is Role.PROFESSIONAL:
            await stores.people.add_convention(convention(who.id))
    await stores.children.add(noe)
    await stores.circles.add(circle)
