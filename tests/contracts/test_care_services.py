"""The use cases on a real store: one child's way through them, and who is turned away where."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from care_circle.access import Action, Forbidden, NotFound
from care_circle.appointment import InThePast, Slot, Status
from care_circle.child import Child, ChildNotIncluded, LikelyDuplicate
from care_circle.circle import Circle, CircleExists
from care_circle.consent import ConsentMissing, ParentOpposed, Standing, Word
from care_circle.convention import Convention, NoActiveConvention, TrainingModule
from care_circle.document import DocumentState, StaleEdition
from care_circle.inclusion import Guard, GuardsUnmet, NotIncludable, Outcome
from care_circle.professional import Professional
from care_circle.role import Profession, Role
from care_circle.services.appointments import AppointmentsService
from care_circle.services.children import Changes, ChildrenService, NewChild
from care_circle.services.circles import CirclesService
from care_circle.services.documents import DocumentsService
from care_circle.services.guard import Guard as Gate
from care_circle.services.people import NewProfessional, PeopleService
from care_circle.services.tasks import TasksService
from care_circle.surroundings import Surroundings
from care_circle.task import TaskChange, TaskState, project
from crypto.identity import attest as sign_attestation
from crypto.identity import new_identity
from crypto.ids import ChannelId, CircleId, ProfessionalId, TaskId, new_id
from crypto.mls.codec import encode
from notifications.notice import Medium
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
from tests.support.care import (
    NOW,
    PATHWAY,
    TODAY,
    Somebody,
    addition,
    child,
    convention,
    coordinator,
    genesis,
    mother,
    newborn,
    removal,
    somebody,
)
from tests.support.care_answers import WHOLE
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


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    engine = await SqliteEngine.open(tmp_path / "store", TickingClock())
    keyring = await Keyring.open(engine, b"\x01" * 32)
    people, circles = EnginePeople(engine, keyring), EngineCircles(engine, keyring)
    children = EngineChildren(engine, keyring)
    now, recorded = [NOW], list[tuple[str, str, str, str]]()

    async def record(who: ProfessionalId, action: Action, kind: str, thing: str) -> None:
        recorded.append((who, action, kind, thing))

    world = Surroundings(
        clock=lambda: now[0], new_id=new_id, record=record, zone=ZoneInfo("Europe/Paris")
    )
    gate = Gate(people=people, children=children, circles=circles, surroundings=world)
    yield Network(
        store=people,
        children_store=children,
        people=PeopleService(people=people, guard=gate, surroundings=world, pathway=PATHWAY),
        children=ChildrenService(
            children=children, people=people, guard=gate, surroundings=world, pathway=PATHWAY
        ),
        circles=CirclesService(
            circles=circles,
            children=children,
            people=people,
            guard=gate,
            surroundings=world,
            pathway=PATHWAY,
        ),
        tasks=TasksService(tasks=EngineTasks(engine, keyring), guard=gate, surroundings=world),
        documents=DocumentsService(
            documents=EngineDocuments(engine, keyring),
            people=people,
            guard=gate,
            surroundings=world,
            pathway=PATHWAY,
        ),
        appointments=AppointmentsService(
            appointments=EngineAppointments(engine, keyring),
            children=children,
            people=people,
            guard=gate,
            surroundings=world,
            pathway=PATHWAY,
        ),
        now=now,
        recorded=recorded,
    )
    await engine.close()


@pytest.fixture
async def ana(network: Network) -> Somebody:
    return await network.employ(coordinator())


@pytest.fixture
async def doc(network: Network) -> Somebody:
    return await network.employ(somebody(profession=Profession.PHYSICIAN))


@pytest.fixture
async def kim(network: Network) -> Somebody:
    return await network.employ(somebody())


@pytest.fixture
async def eve(network: Network) -> Somebody:
    return await network.employ(somebody(profession=Profession.PSYCHOLOGIST))


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


@pytest.fixture
async def noe(network: Network, ana: Somebody, doc: Somebody) -> Child:
    family = await network.children.register(ana.actor, newly_born(doc))
    await agree(network, ana, family)
    return await network.children.include(ana.actor, family.id)


@pytest.fixture
async def circle(
    network: Network, ana: Somebody, doc: Somebody, kim: Somebody, noe: Child
) -> Circle:
    name = CircleId(new_id())
    opened = await network.circles.open(ana.actor, noe.id, circle=name, genesis=genesis(name, ana))
    for member in (doc, kim):
        opened = await network.circles.admit(ana.actor, name, addition(opened, member, ana))
    return opened


async def test_a_coordinator_convenes_trains_and_attests_a_professional(
    network: Network, ana: Somebody
) -> None:
    kim = await network.people.register(
        ana.actor,
        NewProfessional(
            family_name="Garance",
            given_name="Kim",
            role=Role.PROFESSIONAL,
            profession=Profession.PHYSIOTHERAPIST,
            email="kim@exemple.test",
        ),
    )
    agreed = await convened(network, ana, kim)
    for module in TrainingModule:
        agreed = await network.people.attest_training(ana.actor, agreed.id, module, on=TODAY)
    key = new_identity()
    word = sign_attestation(
        ana.id, ana.identity, professional=kim.id, identity_key=key.public, at=NOW
    )
    attested = await network.people.attest_identity(ana.actor, kim.id, encode(word))

    assert agreed.is_active(TODAY)
    assert agreed.is_trained()
    assert attested.attestation is not None
    assert attested.attestation.identity_key == key.public
    assert await network.people.conventions(kim.actor, kim.id) == (agreed,)


async def convened(network: Network, by: Somebody, kim: Professional) -> Convention:
    begun = await network.people.propose_convention(by.actor, kim.id)
    for piece in begun.pieces:
        await network.people.receive_piece(by.actor, begun.id, piece.code)
    return await network.people.sign_convention(
        by.actor, begun.id, signed_on=TODAY, active_from=TODAY
    )


async def test_a_professional_does_not_convene_and_a_coordinator_makes_no_administrator(
    network: Network, ana: Somebody, kim: Somebody
) -> None:
    boss = NewProfessional(
        family_name="Carmin", given_name="Luc", role=Role.ADMINISTRATOR, email="luc@exemple.test"
    )

    with pytest.raises(Forbidden):
        await network.people.register(ana.actor, boss)
    with pytest.raises(NotFound):
        await network.people.register(kim.actor, boss)
    with pytest.raises(NotFound):
        await network.people.propose_convention(kim.actor, kim.id)
    with pytest.raises(NotFound):
        await network.people.conventions(kim.actor, ana.id)


async def test_a_child_is_included_once_the_rules_and_the_guards_allow(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    lone = newly_born(doc, perinatal=newborn(None), referring_physician=None)
    family = await network.children.register(ana.actor, lone)

    with pytest.raises(NotIncludable, match="undetermined"):
        await network.children.include(ana.actor, family.id)
    await network.children.describe(ana.actor, family.id, Changes(perinatal=newborn("28+3")))
    with pytest.raises(GuardsUnmet) as refused:
        await network.children.include(ana.actor, family.id)
    await network.children.describe(ana.actor, family.id, Changes(referring_physician=doc.id))
    await agree(network, ana, family)
    included = await network.children.include(ana.actor, family.id)

    assert refused.value.guards == (Guard.CONVENTION, Guard.CONSENT)
    assert included.decision is not None
    assert included.decision.reasons == ("INC-1",)


async def test_a_parents_refusal_excludes_the_child(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    family = await network.children.register(ana.actor, newly_born(doc))
    await agree(network, ana, family, Word.REFUSED)

    asked = await network.children.eligibility(ana.actor, family.id)
    _, standing = await network.children.consent(ana.actor, family.id)

    assert (asked.assessment.outcome, asked.assessment.reasons) == (Outcome.EXCLUDED, ("EXC-1",))
    assert standing is Standing.OPPOSED
    with pytest.raises(NotIncludable):
        await network.children.include(ana.actor, family.id)


async def test_a_child_registered_twice_is_noticed_and_a_twin_is_let_in(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    await network.children.register(ana.actor, newly_born(doc))

    with pytest.raises(LikelyDuplicate):
        await network.children.register(ana.actor, newly_born(doc))
    twin = await network.children.register(ana.actor, newly_born(doc), although_alike=True)

    assert await network.children.child(ana.actor, twin.id) == twin


async def test_contacts_get_ids_of_ours(network: Network, ana: Somebody, doc: Somebody) -> None:
    chosen = mother()

    family = await network.children.register(ana.actor, newly_born(doc, contacts=(chosen,)))
    other = await network.children.put_contact(ana.actor, family.id, chosen)
    changed = await network.children.put_contact(
        ana.actor, family.id, replace(family.contacts[0], language="en")
    )

    ids = {contact.id for contact in other.contacts}
    assert chosen.id not in ids
    assert len(ids) == 2
    assert {contact.id for contact in changed.contacts} == ids


async def test_the_calendar_of_a_child_born_at_28_3_has_its_24_month_visit_now(
    network: Network, ana: Somebody, noe: Child
) -> None:
    days = {
        visit.visit: visit.window for visit in await network.children.calendar(ana.actor, noe.id)
    }

    window = days["V24"]
    assert window is not None
    assert window.opens <= TODAY <= window.closes
    assert days["V00"] is None


async def test_a_circle_opens_with_consent_and_the_same_request_gets_the_same_circle(
    network: Network, ana: Somebody, noe: Child
) -> None:
    name = CircleId(new_id())
    first = genesis(name, ana)

    opened = await network.circles.open(ana.actor, noe.id, circle=name, genesis=first)
    again = await network.circles.open(ana.actor, noe.id, circle=name, genesis=first)

    assert again == opened
    other = CircleId(new_id())
    with pytest.raises(CircleExists):
        await network.circles.open(ana.actor, noe.id, circle=other, genesis=genesis(other, ana))


async def test_without_inclusion_or_with_a_withdrawn_consent_no_circle_opens(
    network: Network, ana: Somebody, doc: Somebody, noe: Child
) -> None:
    fresh = await network.children.register(ana.actor, newly_born(doc), although_alike=True)
    name = CircleId(new_id())
    first = genesis(name, ana)

    with pytest.raises(ConsentMissing):
        await network.circles.open(ana.actor, fresh.id, circle=name, genesis=first)
    await agree(network, ana, fresh)
    with pytest.raises(ChildNotIncluded):
        await network.circles.open(ana.actor, fresh.id, circle=name, genesis=first)
    await agree(network, ana, noe, Word.WITHDRAWN)
    with pytest.raises(ParentOpposed):
        await network.circles.open(ana.actor, noe.id, circle=name, genesis=first)


async def test_only_a_convention_of_that_day_opens_the_door(
    network: Network, ana: Somebody, circle: Circle
) -> None:
    late = await network.employ(somebody(), convened=False)
    await network.store.add_convention(convention(late.id, until=TODAY))

    network.now[0] = NOW + timedelta(days=1)
    with pytest.raises(NoActiveConvention):
        await network.circles.admit(ana.actor, circle.id, addition(circle, late, ana))
    network.now[0] = NOW
    entered = await network.circles.admit(ana.actor, circle.id, addition(circle, late, ana))

    assert late.id in entered.roster


async def test_a_lapsed_member_is_told_so_and_a_removed_one_finds_nothing(
    network: Network, ana: Somebody, kim: Somebody, circle: Circle
) -> None:
    held = await network.people.conventions(kim.actor, kim.id)
    before = await network.circles.circle(kim.actor, circle.id)

    await network.people.end_convention(ana.actor, held[0].id, last_day=TODAY - timedelta(days=1))
    with pytest.raises(NoActiveConvention):
        await network.circles.circle(kim.actor, circle.id)
    await network.circles.release(ana.actor, circle.id, removal(circle, kim, ana))
    with pytest.raises(NotFound):
        await network.circles.circle(kim.actor, circle.id)

    assert before == circle
    assert await network.circles.mine(kim.actor) == ()


async def test_a_day_ends_at_midnight_where_the_network_is(
    network: Network, kim: Somebody, ana: Somebody, circle: Circle
) -> None:
    held = await network.people.conventions(kim.actor, kim.id)
    await network.people.end_convention(ana.actor, held[0].id, last_day=TODAY)

    network.now[0] = NOW.replace(hour=22, minute=59)
    await network.circles.circle(kim.actor, circle.id)
    network.now[0] = NOW.replace(hour=23, minute=0)
    with pytest.raises(NoActiveConvention):
        await network.circles.circle(kim.actor, circle.id)


async def test_drafts_of_others_leave_no_hole_in_a_page_of_documents(
    network: Network, doc: Somebody, kim: Somebody, circle: Circle
) -> None:
    documents, signed = network.documents, set()
    for number in range(6):
        begun = await documents.draft(doc.actor, circle.id, form="v24", answers=WHOLE)
        if number % 2:
            signed.add((await documents.sign(doc.actor, begun.id, edition=1)).id)

    first = await documents.of_circle(kim.actor, circle.id, limit=2)
    rest = await documents.of_circle(kim.actor, circle.id, after=first[-1].id, limit=2)

    assert (len(first), len(rest)) == (2, 1)
    assert {document.id for document in (*first, *rest)} == signed


async def test_a_document_is_drafted_signed_amended_and_read_by_the_circle_only(
    network: Network, doc: Somebody, kim: Somebody, eve: Somebody, circle: Circle
) -> None:
    documents = network.documents
    begun = await documents.draft(doc.actor, circle.id, form="v24", answers={"asq_done": False})
    await documents.edit(doc.actor, begun.id, WHOLE, edition=1)
    hidden = await documents.of_circle(kim.actor, circle.id)
    signed = await documents.sign(doc.actor, begun.id, edition=2)
    amended = await documents.amend(
        doc.actor, begun.id, WHOLE | {"weight_kg": 11.5}, edition=3, reason="Poids relu"
    )

    assert hidden == ()
    assert (signed.state, amended.state) == (DocumentState.SIGNED, DocumentState.AMENDED)
    assert await documents.document(kim.actor, begun.id) == amended
    assert await documents.of_circle(kim.actor, circle.id) == (amended,)
    with pytest.raises(StaleEdition):
        await documents.strike(doc.actor, begun.id, edition=3, reason="Erreur")
    with pytest.raises(Forbidden):
        await documents.sign(kim.actor, begun.id, edition=4)
    with pytest.raises(NotFound):
        await documents.document(eve.actor, begun.id)


async def test_a_coordinator_outside_the_circle_reads_no_document_and_may_not_release(
    network: Network, ana: Somebody, doc: Somebody, kim: Somebody, circle: Circle
) -> None:
    zoe = await network.employ(coordinator())
    begun = await network.documents.draft(doc.actor, circle.id, form="v24", answers=WHOLE)

    with pytest.raises(Forbidden):
        await network.documents.document(zoe.actor, begun.id)
    with pytest.raises(Forbidden):
        await network.circles.release(zoe.actor, circle.id, removal(circle, kim, ana))


async def test_an_appointment_is_booked_moved_and_cancelled_with_its_notices(
    network: Network, ana: Somebody, doc: Somebody, noe: Child, eve: Somebody
) -> None:
    sam = await network.employ(somebody(Role.SECRETARY))
    booked = await network.appointments.book(
        sam.actor, noe.id, professional=doc.id, slot=SLOT, visit="V24"
    )
    later = replace(SLOT, start=SLOT.start + timedelta(days=2))
    moved = await network.appointments.move(ana.actor, booked.id, later)
    off = await network.appointments.cancel(sam.actor, booked.id)

    assert len(booked.notices) == 4
    assert [one.status for one in (booked, moved, off)] == [
        *(Status.BOOKED, Status.MOVED, Status.CANCELLED)
    ]
    assert await network.appointments.of_child(sam.actor, noe.id) == (off,)
    with pytest.raises(NotFound):
        await network.appointments.appointment(eve.actor, booked.id)
    with pytest.raises(InThePast):
        await network.appointments.book(
            sam.actor,
            noe.id,
            professional=doc.id,
            slot=replace(SLOT, start=SLOT.start - timedelta(days=30)),
        )


async def test_an_appointment_is_not_told_by_a_refused_medium(
    network: Network, ana: Somebody, doc: Somebody, noe: Child
) -> None:
    await network.children.opt_out(ana.actor, noe.id, noe.contacts[0].id, Medium.SMS)

    booked = await network.appointments.book(
        ana.actor, noe.id, professional=doc.id, slot=SLOT, visit="V24"
    )

    assert {notice.medium for notice in booked.notices} == {Medium.EMAIL}


async def test_no_appointment_is_made_for_a_child_outside_the_pathway(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    family = await network.children.register(ana.actor, newly_born(doc))

    with pytest.raises(ChildNotIncluded):
        await network.appointments.book(ana.actor, family.id, professional=doc.id, slot=SLOT)


async def test_an_open_task_is_listed_for_those_who_have_it(
    network: Network, doc: Somebody, kim: Somebody, circle: Circle
) -> None:
    asked = TaskChange(
        task=TaskId(new_id()),
        circle=circle.id,
        channel=ChannelId(new_id()),
        by=doc.id,
        assignees=(kim.id,),
        due=TODAY,
        state=TaskState.REQUESTED,
        document=None,
        at=NOW,
        seq=1,
    )
    done = replace(asked, by=kim.id, state=TaskState.COMPLETED, seq=2)

    card = await network.tasks.tasks.change(asked.task, lambda held: project(held, asked))
    waiting = await network.tasks.mine(kim.actor)
    ended = await network.tasks.tasks.change(asked.task, lambda held: project(held, done))

    assert waiting == (card,)
    assert await network.tasks.mine(kim.actor) == ()
    assert await network.tasks.of_circle(doc.actor, circle.id) == (ended,)


Look = Callable[[Network, Somebody, Child, Circle], Awaitable[object]]


@pytest.mark.parametrize(
    "look",
    [
        lambda network, who, noe, _: network.children.child(who.actor, noe.id),
        lambda network, who, noe, _: network.children.consent(who.actor, noe.id),
        lambda network, who, noe, _: network.children.calendar(who.actor, noe.id),
        lambda network, who, noe, _: network.children.eligibility(who.actor, noe.id),
        lambda network, who, noe, _: network.children.include(who.actor, noe.id),
        lambda network, who, noe, _: network.children.describe(who.actor, noe.id, Changes()),
        lambda network, who, *_: network.children.page(who.actor),
        lambda network, who, _, circle: network.circles.circle(who.actor, circle.id),
        lambda network, who, _, circle: network.circles.close(who.actor, circle.id),
        lambda network, who, _, circle: network.tasks.of_circle(who.actor, circle.id),
        lambda network, who, _, circle: network.documents.of_circle(who.actor, circle.id),
        lambda network, who, _, circle: network.documents.draft(
            who.actor, circle.id, form="v24", answers={}
        ),
        lambda network, who, noe, _: network.appointments.of_child(who.actor, noe.id),
        lambda network, who, noe, _: network.appointments.book(
            who.actor, noe.id, professional=who.id, slot=SLOT
        ),
    ],
)
async def test_a_stranger_is_answered_alike_for_what_exists_and_what_does_not(
    network: Network, eve: Somebody, noe: Child, circle: Circle, look: Look
) -> None:
    nowhere = replace(circle, id=CircleId(new_id()))
    nobody = child()
    network.recorded.clear()

    with pytest.raises(NotFound):
        await look(network, eve, noe, circle)
    with pytest.raises(NotFound):
        await look(network, eve, nobody, nowhere)

    assert network.recorded == []


async def test_every_read_and_write_is_recorded_once_by_who_what_and_which(
    network: Network, doc: Somebody, kim: Somebody, noe: Child, circle: Circle
) -> None:
    network.recorded.clear()

    await network.children.child(doc.actor, noe.id)
    begun = await network.documents.draft(doc.actor, circle.id, form="v24", answers=WHOLE)
    await network.documents.sign(doc.actor, begun.id, edition=1)
    await network.documents.document(kim.actor, begun.id)
    await network.documents.of_circle(kim.actor, circle.id)

    assert network.recorded == [
        (doc.id, Action.READ_CHILD, "child", noe.id),
        (doc.id, Action.DRAFT_DOCUMENT, "document", begun.id),
        (doc.id, Action.SIGN_DOCUMENT, "document", begun.id),
        (kim.id, Action.READ_DOCUMENT, "document", begun.id),
        (kim.id, Action.READ_DOCUMENT, "circle", circle.id),
    ]
