"""Follow-ups, marks and duties on each engine in turn."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from care_circle.access import NotFound
from care_circle.follow_up.board import Filter
from care_circle.follow_up.duty import (
    Attempt,
    ContactMedium,
    ContactOutcome,
    Duty,
    DutyState,
    Reason,
    duty_id,
    end,
    note_attempt,
    raised,
)
from care_circle.follow_up.findings import FindingCode
from care_circle.follow_up.follow_up import FollowUp, Moment, follow_up_of
from care_circle.follow_up.progress import ChildFile
from care_circle.follow_up.store import Mark
from crypto.ids import ChildId, DutyId, ProfessionalId, StructureId, new_id
from server.storage.engine import Doc, Engine
from server.storage.follow_up import EngineDuties, EngineFollowUpMarks, EngineFollowUps
from server.storage.keys import Keyring
from tests.support.care import NOW, PATHWAY, child, coordinator, somebody
from tests.support.early_care import circle_of

PARIS = ZoneInfo("Europe/Paris")
MINUTE = timedelta(minutes=1)
CANARY = "canarizinzolin"
MOMENT = Moment(now=NOW, zone=PARIS)


@pytest.fixture
async def keyring(engine: Engine) -> Keyring:
    return await Keyring.open(engine, b"\x01" * 32)


@pytest.fixture
def follow_ups(engine: Engine, keyring: Keyring) -> EngineFollowUps:
    return EngineFollowUps(engine, keyring)


@pytest.fixture
def marks(engine: Engine, keyring: Keyring) -> EngineFollowUpMarks:
    return EngineFollowUpMarks(engine, keyring)


@pytest.fixture
def duties(engine: Engine, keyring: Keyring) -> EngineDuties:
    return EngineDuties(engine, keyring)


def followed(**changes: object) -> FollowUp:
    file = ChildFile(child=child(), zone=PARIS)
    return replace(follow_up_of(file, PATHWAY, MOMENT), **changes)  # type: ignore[arg-type]  # any field of one


async def keep(follow_ups: EngineFollowUps, made: FollowUp) -> FollowUp:
    async def make() -> FollowUp:
        return made

    await follow_ups.renew(made.child, make)
    return made


# Follow-ups.


async def test_a_follow_up_comes_back_as_it_was_and_goes_when_its_child_does(
    follow_ups: EngineFollowUps,
) -> None:
    made = await keep(follow_ups, followed())

    async def nobody() -> None:
        return None

    held = await follow_ups.follow_up(made.child)
    await follow_ups.renew(made.child, nobody)

    assert held == made
    assert await follow_ups.follow_up(made.child) is None


async def test_what_is_kept_last_was_made_from_what_was_read_last(
    follow_ups: EngineFollowUps,
) -> None:
    made, facts = followed(), [1]

    async def slow() -> FollowUp:
        seen = facts[-1]
        await asyncio.sleep(0.02 if seen == 1 else 0)
        return replace(made, age_years=seen)

    first = asyncio.create_task(follow_ups.renew(made.child, slow))
    await asyncio.sleep(0.005)
    facts.append(2)
    await follow_ups.renew(made.child, slow)
    await first

    held = await follow_ups.follow_up(made.child)
    assert held is not None
    assert held.age_years == 2


def filters(made: FollowUp) -> list[Filter]:
    """All the ways to ask for a follow-up by some of what it is."""
    whole = {
        "finding": made.codes[0],
        "structure": made.structure,
        "department": made.department,
        "physician": made.physician,
        "age": made.age_years,
        "member": made.roster[0],
    }
    names = list(whole)
    return [
        Filter(**{name: whole[name] for bit, name in enumerate(names) if number >> bit & 1})  # type: ignore[arg-type]  # its own fields
        for number in range(1 << len(names))
    ]


async def test_pages_and_totals_hold_exactly_what_fits_whatever_is_asked(
    follow_ups: EngineFollowUps,
) -> None:
    structures, people = (
        [StructureId(new_id()) for _ in "ab"],
        [ProfessionalId(new_id()) for _ in "ab"],
    )
    everybody = [
        await keep(
            follow_ups,
            followed(
                structure=structures[number % 2],
                department=("34", "30")[number // 2 % 2],
                physician=people[number // 4 % 2],
                age_years=2 + number % 3,
                roster=(people[number % 2],),
                codes=((FindingCode.LOST, FindingCode.VISIT_LATE), (FindingCode.VISIT_LATE,))[
                    number % 2
                ],
            ),
        )
        for number in range(12)
    ]

    for wanted in filters(everybody[0]):
        fitting = sorted((e for e in everybody if wanted.fits(e)), key=lambda each: each.child)
        read, after = list[FollowUp](), ""
        while page := await follow_ups.page(wanted, after=after, limit=5):
            read += page
            after = page[-1].child
        totals = await follow_ups.totals(wanted)
        assert read == fitting, wanted
        assert totals.children == len(fitting)
        assert totals.findings == {
            code: sum(code in each.codes for each in fitting) for code in FindingCode
        }


async def test_a_follow_up_is_due_for_one_watcher_at_a_time(follow_ups: EngineFollowUps) -> None:
    made = [await keep(follow_ups, followed(due=NOW - MINUTE)) for _ in range(6)]
    await keep(follow_ups, followed(due=NOW + MINUTE))

    taken = await asyncio.gather(
        *(follow_ups.claim(now=NOW, until=NOW + MINUTE, limit=4) for _ in range(3))
    )
    again = await follow_ups.claim(now=NOW + 2 * MINUTE, until=NOW + 3 * MINUTE, limit=10)

    assert sorted(each for some in taken for each in some) == sorted(each.child for each in made)
    assert len(again) == 7


async def test_all_are_built_once_for_each_version_and_never_backwards(
    follow_ups: EngineFollowUps,
) -> None:
    await follow_ups.begin_building("a@1", now=NOW)
    await follow_ups.begin_building("a@1", now=NOW + MINUTE)
    taken = [await follow_ups.claim_building(now=NOW, until=NOW + MINUTE) for _ in range(2)]
    (first, second) = taken
    assert first is not None

    await follow_ups.go_on_building(replace(first, after="m", due=NOW))
    await follow_ups.go_on_building(replace(first, after="c", due=NOW))
    further = await follow_ups.claim_building(now=NOW, until=NOW + MINUTE)
    assert further is not None
    await follow_ups.go_on_building(replace(further, due=None))
    await follow_ups.go_on_building(replace(further, after="z", due=NOW))
    ended = await follow_ups.claim_building(now=NOW + 9 * MINUTE, until=NOW + 10 * MINUTE)
    await follow_ups.begin_building("a@2", now=NOW)
    anew = await follow_ups.claim_building(now=NOW, until=NOW + MINUTE)

    assert (first.pathway, first.after, second) == ("a@1", "", None)
    assert (further.after, ended) == ("m", None)
    assert anew is not None
    assert (anew.pathway, anew.after) == ("a@2", "")


# Marks.


async def test_a_mark_is_found_once_it_is_due_by_one_watcher_until_it_is_lifted(
    marks: EngineFollowUpMarks,
) -> None:
    made = [Mark(id=new_id(), child=ChildId(new_id()), due=NOW + MINUTE) for _ in range(5)]
    await asyncio.gather(*map(marks.make, made))

    early = await marks.claim(now=NOW, until=NOW + MINUTE, limit=10)
    now = NOW + MINUTE
    taken = await asyncio.gather(
        *(marks.claim(now=now, until=now + MINUTE, limit=3) for _ in range(3))
    )
    for mark in made[1:]:
        await marks.lift(mark.id)
    await marks.lift(made[1].id)
    left = await marks.claim(now=now + MINUTE, until=now + 2 * MINUTE, limit=10)

    assert early == ()
    found = sorted(mark.id for some in taken for mark in some)
    assert found == sorted(mark.id for mark in made)
    assert [(mark.id, mark.child) for mark in left] == [(made[0].id, made[0].child)]


# Duties.


def duty(of: ChildId | None = None, **changes: object) -> Duty:
    about = of or ChildId(new_id())
    made = Duty(
        id=duty_id(about, Reason.VISIT_LATE, "V24"),
        child=about,
        reason=Reason.VISIT_LATE,
        subject="V24",
        coordinators=(),
        raised_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of a duty


async def test_many_who_raise_the_same_duty_at_once_raise_one(duties: EngineDuties) -> None:
    asked = duty()

    await asyncio.gather(*(duties.put(asked.id, lambda held: held or asked) for _ in range(6)))

    assert await duties.of_child(asked.child) == (asked,)


async def test_no_attempt_is_lost_when_several_are_written_down_at_once(
    duties: EngineDuties,
) -> None:
    asked = duty()
    await duties.put(asked.id, lambda _: asked)
    attempts = [
        Attempt(
            id=new_id(), on=date(2026, 11, 20), medium=ContactMedium.PHONE,
            outcome=ContactOutcome.NO_ANSWER, by=ProfessionalId("ana"),
        )
        for _ in range(5)
    ]  # fmt: skip

    today = NOW.date()
    await asyncio.gather(
        *(
            duties.change(asked.id, partial(note_attempt, attempt=each, today=today))
            for each in attempts
        )
    )

    assert set((await duties.duty(asked.id)).attempts) == set(attempts)


async def test_a_duty_that_ended_is_listed_with_its_child_and_no_more_as_open(
    duties: EngineDuties,
) -> None:
    ana = ProfessionalId(new_id())
    mine, other = duty(coordinators=(ana,)), duty()
    for each in (mine, other):
        await duties.put(each.id, partial(raised, asked=each))

    before = [await duties.open_page(who, after="", limit=10) for who in (ana, None)]
    await duties.change(
        mine.id, lambda held: end(held, DutyState.DONE, by=ana, note="vue", now=NOW)
    )
    after = [await duties.open_page(who, after="", limit=10) for who in (ana, None)]

    assert [sorted(e.id for e in some) for some in before] == [
        [mine.id],
        sorted([mine.id, other.id]),
    ]
    assert [[e.id for e in some] for some in after] == [[], [other.id]]
    assert await duties.open_of(mine.child) == ()
    assert [each.state for each in await duties.of_child(mine.child)] == [DutyState.DONE]


async def test_no_duty_is_found_that_is_not_there(duties: EngineDuties) -> None:
    with pytest.raises(NotFound):
        await duties.duty(DutyId(new_id()))
    with pytest.raises(NotFound):
        await duties.change(DutyId(new_id()), lambda held: held)


# What the file tells.


async def test_the_store_tells_codes_and_ids_and_nothing_that_was_said_or_happened(
    engine: Engine, follow_ups: EngineFollowUps, duties: EngineDuties
) -> None:
    ana, doc = coordinator(), somebody()
    noe = child(referring_physician=doc.id)
    named = replace(noe, identity=replace(noe.identity, birth_family_name=CANARY))
    file = ChildFile(child=named, circle=circle_of(named, ana, doc), zone=PARIS)
    made = follow_up_of(file, PATHWAY, MOMENT)
    await keep(follow_ups, made)
    attempt = Attempt(
        id=new_id(), on=date(2026, 11, 19), medium=ContactMedium.LETTER,
        outcome=ContactOutcome.MESSAGE_LEFT, by=ana.id, note=CANARY,
    )  # fmt: skip
    asked = duty(noe.id, subject=CANARY, attempts=(attempt,), since=date(2026, 11, 18))
    await duties.put(asked.id, lambda _: asked)

    bodies = [
        repr(item) for item in [each async for each in engine.dump()]
        if isinstance(item, Doc) and item.kind in ("follow_up", "duty")
    ]  # fmt: skip

    assert len(bodies) == 2
    for secret in (CANARY, "Noé", "2024-09-01", "2026-11-18", "2026-11-19", "letter", "V24"):
        assert all(secret not in body for body in bodies), secret
