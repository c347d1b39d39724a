"""Early care on each engine in turn: races, renewals, statements, and what the file tells."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from care_circle.access import NotFound
from care_circle.definition.early_care_terms import Part
from care_circle.early_care.claiming import QuotaUsedUp, SlotClaimed
from care_circle.early_care.due import Cause, Side
from care_circle.early_care.forfait import Forfait, ForfaitOpen, ForfaitState, ReviewMissing
from care_circle.early_care.prescription import PrescriptionState, PrescriptionUsed, use
from care_circle.early_care.statement import (
    MonthNotOver,
    NothingToState,
    NotValidated,
    Seen,
    StatementLocked,
    StatementMoved,
    StatementState,
    Work,
)
from care_circle.services.care_sessions import Reversal
from crypto.ids import CareSessionId, DocumentId, new_id
from server.storage.engine import Doc, Engine
from server.storage.keys import Keyring
from server.storage.pathway import EngineForfaits
from tests.support.care import Somebody, somebody
from tests.support.care_answers import WHOLE
from tests.support.early_care_network import FIRST_DAY, CareNetwork, care_network

CANARY = "canarizinzolin"


@pytest.fixture
async def network(engine: Engine) -> CareNetwork:
    return await care_network(engine)


async def outcome(of: Awaitable[object]) -> object:
    """Wait for something, and give what it gave or the kind of its refusal."""
    try:
        return await of
    except (QuotaUsedUp, SlotClaimed, ForfaitOpen, PrescriptionUsed, StatementLocked) as refusal:
        return type(refusal)


async def reloaded(network: CareNetwork, forfait: Forfait) -> Forfait:
    return await network.pathway_stores.forfaits.forfait(forfait.id)


# Races.


async def test_of_many_who_claim_the_last_session_exactly_one_wins(network: CareNetwork) -> None:
    forfait = await network.open(sessions=1)

    asked = [
        network.claim(forfait.id, by=who, hour=hour)
        for who, hour in ((network.kim, 9), (network.lea, 9), (network.kim, 14), (network.lea, 15))
    ]
    told = await asyncio.gather(*map(outcome, asked))

    assert told.count(QuotaUsedUp) == 3
    assert (await reloaded(network, forfait)).done == 1


async def test_the_same_claim_sent_twice_at_once_is_one_session(network: CareNetwork) -> None:
    forfait, name = await network.open(), CareSessionId(new_id())

    told = await asyncio.gather(
        *(outcome(network.claim(forfait.id, session=name)) for _ in range(4))
    )

    assert told == [name] * 4
    assert [each.id for each in (await reloaded(network, forfait)).sessions] == [name]


async def test_two_claims_of_one_hour_are_one_session(network: CareNetwork) -> None:
    forfait = await network.open()

    told = await asyncio.gather(*(outcome(network.claim(forfait.id)) for _ in range(2)))

    assert told.count(SlotClaimed) == 1


async def test_two_prescriptions_of_one_discipline_open_one_forfait(network: CareNetwork) -> None:
    both = [await network.prescribe() for _ in range(2)]

    told = await asyncio.gather(
        *(outcome(network.early_care.open_forfait(network.ana.actor, each.id)) for each in both)
    )

    assert told.count(ForfaitOpen) == 1
    held = await network.pathway_stores.forfaits.of_child(network.noe.id)
    kept = await network.pathway_stores.prescriptions.of_child(network.noe.id)
    assert len(held) == 1
    assert sorted(each.state(FIRST_DAY) for each in kept) == [
        *(PrescriptionState.SIGNED, PrescriptionState.USED)
    ]


async def test_one_prescription_opened_twice_at_once_is_one_forfait(network: CareNetwork) -> None:
    written = await network.prescribe()

    opened = await asyncio.gather(
        *(network.early_care.open_forfait(network.ana.actor, written.id) for _ in range(3))
    )

    assert {each.id for each in opened} == {written.forfait_to_be}


async def test_of_cancelling_and_opening_exactly_one_wins(network: CareNetwork) -> None:
    for _ in range(5):
        written = await network.prescribe()
        care, ana, doc = network.early_care, network.ana.actor, network.doc.actor

        told = await asyncio.gather(
            care.open_forfait(ana, written.id),
            care.cancel(doc, written.id, reason="la famille a changé d'avis"),
            return_exceptions=True,
        )

        refused = [each for each in told if isinstance(each, Exception)]
        assert len(refused) == 1
        for forfait in await network.pathway_stores.forfaits.of_child(network.noe.id):
            await care.close(ana, forfait.id, reason="essai")


async def test_validating_while_one_claims_loses_and_doubles_nothing(network: CareNetwork) -> None:
    forfait = await network.open()
    await network.claim(forfait.id, part=Part.ASSESSMENT)
    network.turn_to(date(2026, 12, 2))
    seen = await network.read("2026-11")

    await asyncio.gather(
        network.statements.validate(
            network.kim.actor,
            network.kim.id,
            "2026-11",
            Seen(lines=1, total_cents=seen.total_cents),
        ),
        network.claim(forfait.id, on=FIRST_DAY, hour=15),
        network.claim(forfait.id, on=FIRST_DAY, hour=17),
        return_exceptions=True,
    )

    first, second = await network.read("2026-11"), await network.read("2026-12")
    stated = [line.key.thing for line in (*first.lines, *second.lines)]
    assert len(stated) == len(set(stated))
    sessions = (await reloaded(network, forfait)).sessions
    assert {each.id for each in sessions} == set(stated)


async def test_two_validations_at_once_are_one(network: CareNetwork) -> None:
    forfait = await network.open()
    await network.claim(forfait.id)
    network.turn_to(date(2026, 12, 2))

    both = await asyncio.gather(network.validate("2026-11"), network.validate("2026-11"))

    assert both[0].lines == both[1].lines
    assert len(both[0].lines) == 1


# Renewal.


async def test_a_finished_forfait_is_followed_after_its_review(network: CareNetwork) -> None:
    first = await network.open(sessions=2)
    network.turn_to(date(2026, 11, 25))
    await network.use_up(first)
    written = await network.prescribe()

    with pytest.raises(ReviewMissing):
        await network.early_care.open_forfait(network.ana.actor, written.id)
    waiting = await network.early_care.waiting(network.ana.actor)

    assert [each.id for each in waiting] == [written.id]
    assert (await reloaded(network, first)).state(network.today) is ForfaitState.ENDED


async def test_what_broke_off_between_two_writes_is_carried_on_with(network: CareNetwork) -> None:
    written = await network.prescribe()
    await network.pathway_stores.prescriptions.change(
        written.id, lambda held: use(held, today=FIRST_DAY)
    )

    opened = await network.early_care.open_forfait(network.ana.actor, written.id)

    assert opened.id == written.forfait_to_be


# Statements.


async def test_a_statement_is_locked_and_what_comes_late_is_on_the_next(
    network: CareNetwork,
) -> None:
    forfait = await network.open()
    await network.claim(forfait.id, part=Part.ASSESSMENT)
    with pytest.raises(MonthNotOver):
        await network.validate("2026-11")
    network.turn_to(date(2026, 12, 3))
    locked = await network.validate("2026-11")
    late = await network.claim(forfait.id, on=date(2026, 11, 28))

    november, december = await network.read("2026-11"), await network.read("2026-12")

    assert november.lines == locked.lines
    assert (november.total_cents, december.total_cents) == (5000, 3000)
    assert [line.key.thing for line in december.lines] == [late]


async def test_what_is_taken_back_before_is_not_stated_and_after_is_credited(
    network: CareNetwork,
) -> None:
    forfait = await network.open()
    kept, before, after = [await network.claim(forfait.id, hour=hour) for hour in (9, 11, 14)]
    await network.sessions.undo(network.kim.actor, forfait.id, before)
    network.turn_to(date(2026, 12, 3))
    locked = await network.validate("2026-11")
    twice = Reversal(cause=Cause.ENTERED_TWICE, words=CANARY)
    await network.sessions.correct(network.kim.actor, forfait.id, after, twice)

    december = await network.read("2026-12")
    network.turn_to(date(2027, 1, 2))
    await network.validate("2026-12")
    january = await network.read("2027-01")

    assert {line.key.thing for line in locked.lines} == {kept, after}
    assert [(line.key.side, line.cause) for line in december.lines] == [
        (Side.CREDIT, Cause.ENTERED_TWICE)
    ]
    assert (locked.total_cents, december.total_cents, january.lines) == (6000, -3000, ())
    assert (await network.read("2026-11")).lines == locked.lines


async def test_taking_back_between_reading_and_locking_is_credited_later(
    network: CareNetwork,
) -> None:
    """What is locked is what was seen; the work itself says that it no longer counts."""
    forfait = await network.open()
    name = await network.claim(forfait.id)
    network.turn_to(date(2026, 12, 3))
    shown = await network.read("2026-11")
    store = network.pathway_stores.statements
    await store.change(
        network.kim.id, shown.month, lambda _: replace(shown, validated_at=network.now[0])
    )
    reversal = Reversal(cause=Cause.NOT_HELD)
    await network.sessions.correct(network.kim.actor, forfait.id, name, reversal)

    december = await network.read("2026-12")

    assert [line.amount for line in december.lines] == [-3000]


async def test_a_validation_is_of_what_was_seen(network: CareNetwork) -> None:
    forfait = await network.open()
    await network.claim(forfait.id)
    network.turn_to(date(2026, 12, 3))
    kim, validate = network.kim, network.statements.validate

    with pytest.raises(StatementMoved):
        await validate(kim.actor, kim.id, "2026-11", Seen(lines=2, total_cents=3000))
    await validate(kim.actor, kim.id, "2026-11", Seen(lines=1, total_cents=3000))
    await validate(kim.actor, kim.id, "2026-11", Seen(lines=1, total_cents=3000))
    with pytest.raises(StatementLocked):
        await validate(kim.actor, kim.id, "2026-11", Seen(lines=1, total_cents=2000))
    with pytest.raises(NothingToState):
        await validate(kim.actor, kim.id, "2026-10", Seen(lines=0, total_cents=0))


async def test_only_what_is_validated_is_paid_and_once(network: CareNetwork) -> None:
    forfait = await network.open()
    await network.claim(forfait.id)
    network.turn_to(date(2026, 12, 3))
    ana, kim = network.ana.actor, network.kim

    with pytest.raises(NotValidated):
        await network.statements.pay(ana, kim.id, "2026-11", on=network.today)
    await network.validate("2026-11")
    waiting = await network.statements.to_pay(ana)
    paid = await network.statements.pay(ana, kim.id, "2026-11", on=network.today)
    again = await network.statements.pay(ana, kim.id, "2026-11", on=network.today)

    assert [each.id for each in waiting] == [paid.id]
    assert (paid.state, again) == (StatementState.PAID, paid)
    assert await network.statements.to_pay(ana) == ()


async def test_statements_are_listed_with_what_is_open(network: CareNetwork) -> None:
    forfait = await network.open()
    await network.claim(forfait.id)
    network.turn_to(date(2026, 12, 3))
    await network.validate("2026-11")
    await network.claim(forfait.id)

    listed = await network.statements.of_professional(network.kim.actor, network.kim.id)

    assert [(each.month.text, each.state) for each in listed] == [
        ("2026-12", StatementState.OPEN),
        ("2026-11", StatementState.VALIDATED),
    ]


@pytest.mark.parametrize(
    ("signed", "month"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), "2026-11"),
        (datetime(2026, 11, 30, 23, 1, tzinfo=UTC), "2026-12"),
        (datetime(2028, 2, 29, 22, 59, tzinfo=UTC), "2028-02"),
        (datetime(2028, 2, 29, 23, 1, tzinfo=UTC), "2028-03"),
    ],
)
async def test_a_visit_is_stated_in_the_month_it_was_signed_in_in_paris(
    network: CareNetwork, signed: datetime, month: str
) -> None:
    network.now[0] = signed
    document = await sign_visit(network)
    network.now[0] = signed + timedelta(days=40)

    months = (signed.strftime("%Y-%m"), (signed + timedelta(days=2)).strftime("%Y-%m"))
    stated = {each: await network.read(each, of=network.doc) for each in months}

    lines = {each: [line.key.thing for line in shown.lines] for each, shown in stated.items()}
    assert lines == {each: [document] if each == month else [] for each in months}
    assert stated[month].lines[0].key.work is Work.VISIT
    assert stated[month].total_cents == 6000


async def test_a_struck_visit_is_credited_and_the_next_one_is_stated(
    network: CareNetwork,
) -> None:
    first = await sign_visit(network)
    network.turn_to(date(2026, 12, 3))
    locked = await network.validate("2026-11", of=network.doc)
    held = await network.documents.document(network.doc.actor, first)
    await network.documents.strike(
        network.doc.actor, first, edition=held.edition, reason="un autre enfant"
    )
    second = await sign_visit(network)

    december = await network.read("2026-12", of=network.doc)

    assert [(line.key.thing, line.amount) for line in locked.lines] == [(first, 6000)]
    assert {(line.key.thing, line.amount, line.cause) for line in december.lines} == {
        (first, -6000, Cause.STRUCK),
        (second, 6000, None),
    }
    assert (await network.read("2026-11", of=network.doc)).lines == locked.lines


async def test_a_visit_struck_before_it_is_stated_is_not_stated(network: CareNetwork) -> None:
    first = await sign_visit(network)
    seen = await network.read("2026-11", of=network.doc)
    held = await network.documents.document(network.doc.actor, first)
    await network.documents.strike(
        network.doc.actor, first, edition=held.edition, reason="un autre enfant"
    )

    assert [line.key.thing for line in seen.lines] == [first]
    assert (await network.read("2026-11", of=network.doc)).lines == ()


async def test_one_visit_of_a_child_is_owed_once_whoever_signs_it_again(
    network: CareNetwork,
) -> None:
    """Documents keep one for each visit; money does not rest on that alone."""
    first = await sign_visit(network)
    await network.read("2026-11", of=network.doc)
    fee = await network.pathway_stores.fees.fee(first)
    assert fee is not None
    other = DocumentId(new_id())

    standing = await network.pathway_stores.fees.keep(replace(fee, id=other))

    assert standing == fee
    assert await network.pathway_stores.fees.fee(other) is None


async def test_a_visit_that_a_colleague_signed_and_struck_is_owed_to_who_signs_it_again(
    network: CareNetwork,
) -> None:
    first = await sign_visit(network)
    await network.read("2026-11", of=network.doc)
    held = await network.documents.document(network.doc.actor, first)
    await network.documents.strike(
        network.doc.actor, first, edition=held.edition, reason="un autre enfant"
    )
    second = await sign_visit(network, by=network.meg)

    stated = await network.read("2026-11", of=network.meg)

    assert [line.key.thing for line in stated.lines] == [second]
    assert (await network.read("2026-11", of=network.doc)).lines == ()


# What the file and the record tell.


async def test_no_word_of_care_is_in_the_clear(network: CareNetwork, engine: Engine) -> None:
    forfait = await network.open(reason=CANARY)
    name = await network.claim(forfait.id, note=CANARY)
    other = Reversal(cause=Cause.OTHER, words=CANARY)
    await network.sessions.correct(network.kim.actor, forfait.id, name, other)
    await network.early_care.close(network.ana.actor, forfait.id, reason=CANARY)

    kept = [item async for item in engine.dump() if isinstance(item, Doc)]

    assert {item.kind for item in kept} >= {"prescription", "forfait"}
    assert [item.kind for item in kept if CANARY.encode() in item.body] == []
    assert CANARY not in repr(await reloaded(network, forfait))


async def test_everything_that_is_done_is_recorded(network: CareNetwork) -> None:
    forfait = await network.open()
    await network.claim(forfait.id)
    await network.read("2026-11")

    done = [(who, action) for who, action, _, _ in network.recorded]
    assert done == [
        (network.doc.id, "prescribe_care"),
        (network.ana.id, "manage_forfait"),
        (network.kim.id, "claim_session"),
        (network.kim.id, "read_statement"),
    ]


async def test_a_stranger_finds_nothing(network: CareNetwork) -> None:
    forfait = await network.open()

    with pytest.raises(NotFound):
        await network.claim(forfait.id, by=somebody())


async def test_two_stores_on_one_engine_see_the_same_forfait(
    network: CareNetwork, engine: Engine
) -> None:
    forfait = await network.open()
    other = EngineForfaits(engine, await Keyring.open(engine, b"\x01" * 32))

    await network.claim(forfait.id)

    assert (await other.forfait(forfait.id)).done == 1


async def sign_visit(network: CareNetwork, *, by: Somebody | None = None) -> DocumentId:
    """Let a physician write and sign the 24-month visit."""
    doc = (by or network.doc).actor
    begun = await network.documents.draft(
        doc, network.circle.id, form="F26", answers=WHOLE, visit="V24"
    )
    signed = await network.documents.sign(doc, begun.id, edition=begun.edition)
    return signed.id
