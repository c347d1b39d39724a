"""Meetings and departures on each engine in turn: races, what is found, what the file tells."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from care_circle.access import NotFound
from care_circle.circle import CircleClosed
from care_circle.circle import close as close_circle
from care_circle.documents.document import StaleEdition
from care_circle.follow_up.progress import Leaving
from care_circle.leaving.departure import (
    AlreadyLeft,
    ChildLeft,
    Farewell,
    ForfaitsOpen,
    RelayState,
    StillExcluded,
)
from care_circle.meetings.meeting import Calling, Decision, MeetingState, Report
from care_circle.services.departures import Tidying
from crypto.ids import AppointmentId, DepartureId, MeetingId, TaskId, new_id
from server.pathway_house import PathwayCare
from server.storage.engine import Doc, Engine
from tests.support.early_care_network import CareNetwork, care_network

CANARY = "canarizinzolin"
QUIETLY = Tidying()


@pytest.fixture
async def network(engine: Engine) -> CareNetwork:
    return await care_network(engine)


def calling(network: CareNetwork, **changes: object) -> Calling:
    made = Calling(
        starts_at=datetime.combine(network.today + timedelta(days=3), datetime.min.time()),
        zone="Europe/Paris",
        place=CANARY,
        link=CANARY,
        subject=CANARY,
        invited=(network.doc.id, network.kim.id),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of a calling


def report(network: CareNetwork, **changes: object) -> Report:
    decision = Decision(id=TaskId(new_id()), words=CANARY, owner=network.kim.id)
    made = Report(
        held_on=network.today, points=CANARY, present=(network.doc.id,), decisions=(decision,)
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of a report


async def outcome(of: Awaitable[object]) -> object:
    try:
        await of
    except (StaleEdition, AlreadyLeft) as refusal:
        return type(refusal)
    return None


def care(network: CareNetwork) -> PathwayCare:
    return network.care


async def test_a_meeting_that_was_kept_is_found_by_child_and_by_who_is_called(
    network: CareNetwork,
) -> None:
    service = care(network).meetings
    shown = await service.call(network.ana.actor, network.noe.id, calling(network))

    found = await network.stores.meetings.of_child(network.noe.id)
    mine = await service.mine(network.kim.actor)
    nobodys = await service.mine(network.lea.actor)

    assert found == (shown.meeting,)
    assert mine == (shown.meeting,)
    assert nobodys == ()


async def test_of_many_who_write_minutes_at_once_exactly_one_is_kept(network: CareNetwork) -> None:
    service = care(network).meetings
    name = (await service.call(network.ana.actor, network.noe.id, calling(network))).meeting.id

    told = await asyncio.gather(
        *(
            outcome(service.report(network.ana.actor, name, report(network), edition=1))
            for _ in range(4)
        )
    )

    assert told.count(StaleEdition) == 3
    assert (await network.stores.meetings.meeting(name)).edition == 2


async def test_the_days_of_meetings_held_are_counted_and_no_others(network: CareNetwork) -> None:
    service, stores = care(network).meetings, network.stores
    called = await service.call(network.ana.actor, network.noe.id, calling(network))
    held = await service.call(network.ana.actor, network.noe.id, calling(network))
    await service.report(network.ana.actor, held.meeting.id, report(network), edition=1)

    assert called.meeting.state is MeetingState.CALLED
    assert await stores.meetings.held_days(network.noe.id) == (network.today,)


async def test_of_two_departures_at_once_one_stands(network: CareNetwork) -> None:
    service = care(network).departures
    first = Farewell(reason="camsp", on=network.today)
    other = Farewell(reason="pco", on=network.today)

    told = await asyncio.gather(
        *(
            outcome(service.depart(network.ana.actor, network.noe.id, said, QUIETLY))
            for said in (first, other)
        )
    )

    assert sorted(map(str, told)) == sorted(map(str, (None, AlreadyLeft)))
    assert len(await network.stores.departures.of_child(network.noe.id)) == 1


async def test_the_same_departure_said_again_is_the_same(network: CareNetwork) -> None:
    service = care(network).departures
    said = Farewell(reason="camsp", on=network.today)

    once = await service.depart(network.ana.actor, network.noe.id, said, QUIETLY)
    again = await service.depart(network.ana.actor, network.noe.id, said, QUIETLY)

    assert again == once
    leaving = await network.stores.departures.leaving(network.noe.id)
    assert leaving == Leaving(on=network.today, reason="camsp")


async def test_a_departure_to_come_closes_nothing_before_its_day(network: CareNetwork) -> None:
    service, day = care(network).departures, network.today + timedelta(days=10)
    await service.depart(
        network.ana.actor, network.noe.id, Farewell(reason="camsp", on=day), QUIETLY
    )

    before = await network.prescribe()
    network.turn_to(day)

    assert before.child == network.noe.id
    with pytest.raises(ChildLeft):
        await network.prescribe()


async def test_forfaits_closed_with_a_departure_end_on_its_day_and_take_sessions_up_to_it(
    network: CareNetwork,
) -> None:
    service, day = care(network).departures, network.today + timedelta(days=2)
    forfait = await network.open(whose=network.kim)
    said = Farewell(reason="camsp", on=day)
    with pytest.raises(ForfaitsOpen):
        await service.depart(network.ana.actor, network.noe.id, said, QUIETLY)
    await service.depart(network.ana.actor, network.noe.id, said, Tidying(close_forfaits=True))

    network.turn_to(day + timedelta(days=1))
    await network.claim(forfait.id, on=day)

    held = await network.pathway_stores.forfaits.forfait(forfait.id)
    assert (held.last_day, held.done) == (day, 1)


async def test_a_departure_that_was_taken_back_makes_room_for_another(network: CareNetwork) -> None:
    service = care(network).departures
    left = await service.depart(
        network.ana.actor, network.noe.id, Farewell(reason="camsp", on=network.today), QUIETLY
    )
    back = await service.take_back(network.ana.actor, left.id, reason="Erreur")
    again = await service.take_back(network.ana.actor, left.id, reason="Encore")

    assert back == again
    assert await network.stores.departures.leaving(network.noe.id) is None
    await network.prescribe()


async def test_a_closed_circle_keeps_its_departure(network: CareNetwork) -> None:
    service = care(network).departures
    left = await service.depart(
        network.ana.actor, network.noe.id, Farewell(reason="camsp", on=network.today), QUIETLY
    )
    await network.stores.circles.change(
        network.circle.id, lambda held: close_circle(held, now=network.now[0])
    )

    with pytest.raises(CircleClosed):
        await service.take_back(network.ana.actor, left.id, reason="Erreur")


async def test_a_child_that_moved_by_itself_is_not_taken_back(network: CareNetwork) -> None:
    service, stores = care(network).departures, network.stores
    left = await service.depart(
        network.ana.actor, network.noe.id, Farewell(reason="camsp", on=network.today), QUIETLY
    )
    gone = date(2026, 1, 2)
    await stores.children.change(network.noe.id, lambda held: replace(held, left_territory_on=gone))

    with pytest.raises(StillExcluded):
        await service.take_back(network.ana.actor, left.id, reason="Erreur")


async def test_what_is_not_there_is_not_found(network: CareNetwork) -> None:
    stores, service = network.stores, care(network).departures
    strange = Tidying(cancel_appointments=(AppointmentId(new_id()),))

    with pytest.raises(NotFound):
        await stores.meetings.meeting(MeetingId(new_id()))
    with pytest.raises(NotFound):
        await stores.departures.departure(DepartureId(new_id()))
    with pytest.raises(NotFound):
        await service.depart(
            network.ana.actor,
            network.noe.id,
            Farewell(reason="camsp", on=network.today),
            strange,
        )


async def test_nobody_reads_in_the_store_what_was_said_or_why_a_child_left(
    network: CareNetwork, engine: Engine
) -> None:
    meetings, departures = care(network).meetings, care(network).departures
    name = (await meetings.call(network.ana.actor, network.noe.id, calling(network))).meeting.id
    await meetings.report(network.ana.actor, name, report(network), edition=1)
    left = await departures.depart(
        network.ana.actor,
        network.noe.id,
        Farewell(reason="camsp", on=network.today, contact=CANARY, relay=RelayState.ASKED),
        QUIETLY,
    )

    docs = [await engine.get("meeting", name), await engine.get("departure", left.id)]

    for doc in docs:
        assert isinstance(doc, Doc)
        assert CANARY.encode() not in doc.body
        assert b"camsp" not in doc.body
