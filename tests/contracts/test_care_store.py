"""The care circle's ports on an engine: what goes in comes out, and the file tells nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from care_circle.access import NotFound
from care_circle.appointment import cancel
from care_circle.circle import CircleExists, release
from care_circle.consent import Step, Word, record
from care_circle.contact import Authority, LegalStatus, Relation
from care_circle.role import Profession
from care_circle.store import AlreadyThere
from care_circle.structure import Structure
from care_circle.task import TaskCard, TaskState
from crypto.ids import (
    AppointmentId,
    ChannelId,
    ChildId,
    CircleId,
    ContactId,
    DocumentId,
    ProfessionalId,
    StructureId,
    TaskId,
    new_id,
)
from notifications.notice import Medium, Rule, State
from notifications.reach import Reach
from server.storage.care import (
    EngineAppointments,
    EngineChildren,
    EngineCircles,
    EngineDocuments,
    EngineOutbox,
    EnginePeople,
    EngineTasks,
)
from server.storage.engine import Doc
from server.storage.keys import Erased, Keyring
from server.storage.sqlite import SqliteEngine
from tests.support.care import (
    NOW,
    TODAY,
    child,
    convention,
    mother,
    removal,
    somebody,
)
from tests.support.care_records import ANA, CANARY, booked, circle_of, let_in, signed, with_ins
from tests.support.engines import TickingClock
from tests.support.tellings import TELLINGS


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SqliteEngine]:
    opened = await SqliteEngine.open(tmp_path / "store", TickingClock())
    yield opened
    await opened.close()


@pytest.fixture
async def keyring(engine: SqliteEngine) -> Keyring:
    return await Keyring.open(engine, b"\x01" * 32)


@pytest.fixture
def people(engine: SqliteEngine, keyring: Keyring) -> EnginePeople:
    return EnginePeople(engine, keyring)


@pytest.fixture
def children(engine: SqliteEngine, keyring: Keyring) -> EngineChildren:
    return EngineChildren(engine, keyring)


@pytest.fixture
def circles(engine: SqliteEngine, keyring: Keyring) -> EngineCircles:
    return EngineCircles(engine, keyring)


@pytest.fixture
def tasks(engine: SqliteEngine, keyring: Keyring) -> EngineTasks:
    return EngineTasks(engine, keyring)


@pytest.fixture
def documents(engine: SqliteEngine, keyring: Keyring) -> EngineDocuments:
    return EngineDocuments(engine, keyring)


@pytest.fixture
def appointments(engine: SqliteEngine, keyring: Keyring) -> EngineAppointments:
    return EngineAppointments(engine, keyring)


@pytest.fixture
def outbox(engine: SqliteEngine, keyring: Keyring) -> EngineOutbox:
    return EngineOutbox(engine, keyring)


async def test_people_come_back_as_they_were_stored(people: EnginePeople) -> None:
    structure = Structure(id=StructureId(new_id()), name="Maison", neutral_label="12 rue des Lilas")
    kim = somebody(rpps="10001234567", phone="+33639980014").record
    agreed, other = convention(kim.id), convention(ANA.id)

    await people.add_structure(structure)
    await people.add_professional(kim)
    await people.add_convention(agreed)
    await people.add_convention(other)

    assert await people.structure(structure.id) == structure
    assert await people.structures(after="", limit=10) == (structure,)
    assert await people.structures(after=structure.id, limit=10) == ()
    assert await people.professional(kim.id) == kim
    assert await people.professional_with_email(kim.email.upper()) == kim
    assert await people.professionals(after="", limit=10) == (kim,)
    assert await people.conventions_of(kim.id) == (agreed,)
    assert await people.convention(other.id) == other


async def test_what_is_not_there_is_not_found(
    people: EnginePeople,
    children: EngineChildren,
    circles: EngineCircles,
    documents: EngineDocuments,
    appointments: EngineAppointments,
) -> None:
    nobody = new_id()

    for look in (
        people.professional(ProfessionalId(nobody)),
        people.professional_with_email("nobody@exemple.test"),
        people.change_professional(ProfessionalId(nobody), lambda held: held),
        people.structure(StructureId(nobody)),
        children.child(ChildId(nobody)),
        circles.circle(CircleId(nobody)),
        documents.document(DocumentId(nobody)),
        appointments.appointment(AppointmentId(nobody)),
    ):
        with pytest.raises(NotFound):
            await look
    assert await circles.of_child(ChildId(nobody)) is None


async def test_two_people_do_not_share_an_email_address(people: EnginePeople) -> None:
    kim, eve = somebody().record, somebody().record
    await people.add_professional(kim)
    await people.add_professional(eve)

    with pytest.raises(AlreadyThere):
        await people.add_professional(somebody(email=kim.email.upper()).record)
    with pytest.raises(AlreadyThere):
        await people.change_professional(eve.id, lambda held: replace(held, email=kim.email))

    assert await people.professional(eve.id) == eve


async def test_a_child_is_found_by_birth_date_and_an_ins_belongs_to_one(
    children: EngineChildren,
) -> None:
    noe, zoe = with_ins(child()), child()
    await children.add(noe)
    await children.add(zoe)

    with pytest.raises(AlreadyThere):
        await children.add(with_ins(child()))
    with pytest.raises(AlreadyThere):
        await children.change(zoe.id, with_ins)

    assert set(await children.born_on(date(2024, 9, 1))) == {noe, zoe}
    assert await children.born_on(date(2024, 9, 2)) == ()
    assert {one.id for one in await children.page(after="", limit=10)} == {noe.id, zoe.id}
    assert await children.child(noe.id) == noe


async def test_what_was_said_for_a_child_begins_empty_and_is_kept(
    children: EngineChildren,
) -> None:
    family = child()
    step = Step(
        contact=family.contacts[0].id,
        word=Word.AGREED,
        on=TODAY,
        language="fr",
        document="charte-1",
        by=ANA.id,
    )

    before = await children.consent(family.id)
    after = await children.change_consent(family.id, lambda held: record(held, step, today=TODAY))

    assert before.steps == ()
    assert after.steps == (step,)
    assert await children.consent(family.id) == after


async def test_an_address_is_given_while_its_owner_wants_the_medium(
    children: EngineChildren,
) -> None:
    her, silent = mother(), mother(may_be_told=False)
    family = child(contacts=(her, silent, mother(phone=None)))
    await children.add(family)

    assert await told(children, her.id, Medium.EMAIL, on=TODAY) == her.email
    assert await told(children, her.id, Medium.SMS, on=TODAY) == her.phone
    assert await told(children, silent.id, Medium.SMS, on=TODAY) is None
    assert await told(children, family.contacts[2].id, Medium.SMS, on=TODAY) is None
    assert await told(children, mother().id, Medium.SMS, on=TODAY) is None

    without = replace(her, opted_out=(Medium.SMS,))
    await children.change(family.id, lambda held: replace(held, contacts=(without,)))

    assert await told(children, her.id, Medium.SMS, on=TODAY) is None
    assert await told(children, silent.id, Medium.EMAIL, on=TODAY) is None


async def test_who_holds_authority_no_longer_is_told_nothing_from_that_day_on(
    children: EngineChildren,
) -> None:
    until = Authority(status=LegalStatus.HOLDER, until=TODAY)
    withdrawn = Authority(status=LegalStatus.WITHDRAWN, since=TODAY)
    once, never = mother(authorities=(until,)), mother(authorities=(until, withdrawn))
    friend = mother(relation=Relation.TRUSTED)
    await children.add(child(contacts=(once, never, friend)))

    assert await told(children, once.id, Medium.EMAIL, on=TODAY) == once.email
    assert await told(children, once.id, Medium.EMAIL, on=TODAY + timedelta(days=1)) is None
    assert await told(children, never.id, Medium.EMAIL, on=TODAY) is None
    assert await told(children, friend.id, Medium.EMAIL, on=TODAY) is None


async def told(
    children: EngineChildren, contact: ContactId, medium: Medium, *, on: date
) -> str | None:
    """Give where the first word about an appointment would go."""
    reached = await children.reach(contact, medium, on=on, rule=Rule.BOOKED)
    return reached.address if isinstance(reached, Reach) else None


async def test_a_child_has_one_circle(circles: EngineCircles) -> None:
    family = child()
    first = circle_of(family)
    await circles.add(first)

    with pytest.raises(CircleExists):
        await circles.add(circle_of(family))
    with pytest.raises(CircleExists):
        await circles.add(replace(circle_of(child()), id=first.id))

    assert await circles.of_child(family.id) == first


async def test_a_circle_is_found_by_those_who_are_in_it_now(circles: EngineCircles) -> None:
    kim = somebody()
    circle = circle_of(child())
    await circles.add(circle)

    entered = await circles.change(circle.id, lambda held: let_in(held, kim))
    of_kim = await circles.of_member(kim.id, after="", limit=10)
    left = await circles.change(
        circle.id, lambda held: release(held, removal(held, kim, ANA), by=ANA.id, now=NOW)
    )

    assert of_kim == (entered,)
    assert await circles.of_member(kim.id, after="", limit=10) == ()
    assert await circles.circle(circle.id) == left
    assert left.was_member(kim.id)


async def test_a_card_is_made_by_its_first_change_and_leaves_the_list_when_done(
    tasks: EngineTasks,
) -> None:
    card = TaskCard(
        id=TaskId(new_id()),
        circle=CircleId(new_id()),
        channel=ChannelId(new_id()),
        author=ANA.id,
        assignees=(ANA.id,),
        due=TODAY,
        state=TaskState.REQUESTED,
        document=None,
        seq=4,
        changed_at=NOW,
    )
    before = await tasks.task(card.id)

    await tasks.change(card.id, lambda _: card)
    mine = await tasks.of_assignee(ANA.id, after="", limit=10)
    done = await tasks.change(card.id, lambda _: replace(card, state=TaskState.COMPLETED))

    assert before is None
    assert mine == (card,)
    assert await tasks.of_assignee(ANA.id, after="", limit=10) == ()
    assert await tasks.of_circle(card.circle, after="", limit=10) == (done,)
    await tasks.forget(card.id)
    await tasks.forget(card.id)
    assert await tasks.task(card.id) is None


async def test_a_document_comes_back_with_all_its_versions(documents: EngineDocuments) -> None:
    doc = somebody(profession=Profession.PHYSICIAN)
    circle = circle_of(child(), doc)
    document = signed(circle, doc)

    await documents.add(document)

    assert await documents.document(document.id) == document
    assert await documents.of_child(document.child, after="", limit=10) == (document,)
    assert await documents.of_child(ChildId(new_id()), after="", limit=10) == ()


async def test_an_appointment_is_due_when_its_first_notice_is(
    appointments: EngineAppointments, outbox: EngineOutbox
) -> None:
    family = child()
    appointment = booked(family)
    lease = NOW + timedelta(minutes=1)
    await appointments.add(appointment)

    early = await outbox.claim(now=NOW - timedelta(hours=2), until=lease, limit=10)
    due = await outbox.claim(now=NOW, until=lease, limit=10)
    again = await outbox.claim(now=NOW, until=lease, limit=10)

    assert [[each.carrier.id for each in held] for held in (early, due, again)] == [
        [],
        [appointment.id],
        [],
    ]
    assert await appointments.appointment(appointment.id) == appointment
    assert await appointments.of_child(family.id, after="", limit=10) == (appointment,)


async def test_a_cancelled_appointment_has_nothing_left_to_send(
    appointments: EngineAppointments, outbox: EngineOutbox
) -> None:
    family = child()
    appointment = booked(family)
    await appointments.add(appointment)

    off = await appointments.change(
        appointment.id,
        lambda held: cancel(held, recipients=family.recipients(TODAY), tellings=TELLINGS, now=NOW),
    )

    assert {notice.state for notice in off.notices} == {State.CANCELLED}
    later = NOW + timedelta(days=30)
    assert await outbox.claim(now=later, until=later + timedelta(minutes=1), limit=10) == ()


async def everything(engine: SqliteEngine) -> list[Doc]:
    return [item async for item in engine.dump() if isinstance(item, Doc)]


async def test_what_is_stored_tells_nothing_to_whoever_holds_the_file(
    engine: SqliteEngine, keyring: Keyring
) -> None:
    people, children = EnginePeople(engine, keyring), EngineChildren(engine, keyring)
    doc = somebody(
        profession=Profession.PHYSICIAN,
        family_name=CANARY,
        given_name=CANARY,
        email=f"{CANARY}@exemple.test",
        phone="+33639980015",
        rpps="10009876543",
    )
    named = replace(
        with_ins(child()).identity,
        birth_family_name=CANARY,
        birth_given_names=(CANARY,),
        usual_given_name=CANARY,
    )
    contact = mother(family_name=CANARY, given_name=CANARY, email=f"{CANARY}@exemple.test")
    family = child(identity=named, contacts=(contact,))
    circle = circle_of(family, doc)
    secrets = [
        *(CANARY, "39980011", "39980015", "10009876543", "2240931555001", "2024-09-01"),
        *("10_to_50", "INC-1", "charte-", "2026-12-03"),
    ]
    step = Step(
        contact=contact.id, word=Word.AGREED, on=TODAY, language="fr", document="charte-", by=doc.id
    )

    await people.add_structure(
        Structure(id=StructureId(new_id()), name=CANARY, neutral_label=CANARY)
    )
    await people.add_professional(doc.record)
    await children.add(family)
    await children.change_consent(family.id, lambda held: record(held, step, today=TODAY))
    await EngineCircles(engine, keyring).add(circle)
    await EngineDocuments(engine, keyring).add(signed(circle, doc))
    await EngineAppointments(engine, keyring).add(booked(family, label=CANARY))

    stored = await everything(engine)
    assert {one.kind for one in stored} >= {
        *("structure", "professional", "child", "consent", "circle", "document", "appointment")
    }
    for one in stored:
        shown = one.body + repr((one.id, one.unique, one.tags)).encode()
        for secret in secrets:
            assert secret.encode() not in shown, one.kind


async def test_forgetting_a_childs_key_erases_all_that_is_about_the_child(
    keyring: Keyring,
    children: EngineChildren,
    documents: EngineDocuments,
    appointments: EngineAppointments,
) -> None:
    doc = somebody(profession=Profession.PHYSICIAN)
    family, other = child(), child()
    document, appointment = signed(circle_of(family, doc), doc), booked(family)
    await children.add(family)
    await children.add(other)
    await documents.add(document)
    await appointments.add(appointment)

    await keyring.forget(family.id)

    for look in (
        children.child(family.id),
        documents.document(document.id),
        appointments.appointment(appointment.id),
    ):
        with pytest.raises(Erased):
            await look
    assert await children.child(other.id) == other
