"""Who is taken when, on each engine in turn: of many who want one hour exactly one gets it."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from care_circle.access import Action
from care_circle.agenda.busy import BusyTimes
from care_circle.agenda.feed import Feed, feed_id, fingerprint, new_token
from care_circle.agenda.free import Hours
from care_circle.agenda.spans import PATIENCE, Span
from care_circle.appointment import Appointment, Slot
from care_circle.services.diary import Claim, Diary, SlotTaken
from care_circle.surroundings import Surroundings
from crypto.ids import AppointmentId, ChildId, ProfessionalId, new_id
from server.storage.agenda import EngineBusyCalendars, EngineFeeds, EngineHoldings
from server.storage.care import EngineAppointments
from server.storage.engine import Engine
from server.storage.keys import Keyring

ANA, CHILD = ProfessionalId("ana"), ChildId("child")
SLOT = Slot(
    start=datetime(2026, 12, 3, 14, 30),  # noqa: DTZ001 -- a wall time
    zone="Europe/Paris",
    duration_minutes=45,
    place_label="12 rue des Lilas",
)


class Desk:
    """A diary on an engine, with a clock to turn."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)
        self.appointments = EngineAppointments(engine, keyring)
        self.feeds = EngineFeeds(engine, keyring)
        self.busy = EngineBusyCalendars(engine, keyring)
        self.diary = Diary(
            holdings=EngineHoldings(engine, keyring),
            calendars=self.busy,
            appointments=self.appointments,
            surroundings=Surroundings(
                clock=lambda: self.now,
                new_id=new_id,
                record=_record,
                zone=ZoneInfo("Europe/Paris"),
            ),
            hours=Hours(),
        )

    async def write(self, claim: Claim) -> None:
        await self.appointments.add(
            Appointment(
                id=claim.appointment,
                child=claim.child,
                professional=claim.professional,
                visit=None,
                slot=claim.slot,
                booked_by=ANA,
                hold=claim.token,
            )
        )


@pytest.fixture
async def desk(engine: Engine) -> Desk:
    return Desk(engine, await Keyring.open(engine, b"\x01" * 32))


async def _record(who: ProfessionalId, action: Action, kind: str, thing: str) -> None:
    """Leave no record: nobody is let through here."""


def claim(slot: Slot = SLOT, *, who: str = "ana", child: str | None = None) -> Claim:
    return Claim(
        appointment=AppointmentId(new_id()),
        token=new_id(),
        slot=slot,
        professional=ProfessionalId(who),
        child=ChildId(child or new_id()),
    )


async def is_held(desk: Desk, wanted: Claim) -> bool:
    try:
        await desk.diary.hold(wanted)
    except SlotTaken:
        return False
    return True


async def test_of_fifty_who_want_one_hour_of_a_professional_exactly_one_gets_it(
    desk: Desk,
) -> None:
    held = await asyncio.gather(*(is_held(desk, claim()) for _ in range(50)))

    assert sum(held) == 1


async def test_of_fifty_who_want_one_hour_of_a_child_exactly_one_gets_it(desk: Desk) -> None:
    claims = [claim(who=f"p{n}", child="lou") for n in range(50)]

    held = await asyncio.gather(*(is_held(desk, each) for each in claims))

    loser = claims[held.index(False)]
    assert sum(held) == 1
    assert await is_held(desk, claim(who=loser.professional)), "what was refused holds nothing"


async def test_fifty_who_want_different_hours_of_one_day_all_get_theirs(desk: Desk) -> None:
    start = datetime(2026, 12, 3, 8)  # noqa: DTZ001 -- a wall time
    slots = [
        Slot(
            start=start + timedelta(minutes=10 * n),
            zone="Europe/Paris",
            duration_minutes=10,
            place_label="x",
        )
        for n in range(50)
    ]

    held = await asyncio.gather(*(is_held(desk, claim(slot)) for slot in slots))

    assert all(held)


async def test_time_held_by_a_process_that_died_is_free_again_after_a_while(desk: Desk) -> None:
    await desk.diary.hold(claim())
    at_once = await is_held(desk, claim())
    desk.now += PATIENCE + timedelta(seconds=1)

    assert (at_once, await is_held(desk, claim())) == (False, True)


async def test_time_of_an_appointment_stays_taken_until_it_is_let_go(desk: Desk) -> None:
    mine = claim()
    await desk.diary.hold(mine)
    await desk.write(mine)
    desk.now += timedelta(days=1)

    taken = await is_held(desk, claim())
    await desk.diary.let_go(mine)

    assert (taken, await is_held(desk, claim())) == (False, True)


async def test_an_imported_time_is_taken_until_it_is_forgotten(desk: Desk) -> None:
    start = int(datetime(2026, 12, 3, 13, 45, tzinfo=UTC).timestamp() * 1000)
    kept = BusyTimes(
        id=ANA,
        imported_at=desk.now,
        horizon=desk.now,
        events=1,
        unread=0,
        spans=(Span(start=start, end=start + 1),),
    )
    await desk.busy.keep(kept)
    taken = await is_held(desk, claim())
    stored = await desk.busy.of(ANA)
    await desk.busy.drop(ANA)

    assert (taken, stored, await is_held(desk, claim())) == (False, kept, True)


async def test_a_feed_is_found_by_its_token_until_it_has_another(desk: Desk) -> None:
    old, new = new_token(), new_token()
    feed = Feed(
        id=feed_id(ANA, "Téléphone"),
        professional=ANA,
        name="Téléphone",
        fingerprint=fingerprint(old),
        made_at=desk.now,
    )
    await desk.feeds.keep(feed)
    found = await desk.feeds.behind(fingerprint(old))
    again = Feed(
        id=feed.id,
        professional=ANA,
        name=feed.name,
        fingerprint=fingerprint(new),
        made_at=desk.now,
    )
    await desk.feeds.keep(again)

    assert found == feed
    assert await desk.feeds.behind(fingerprint(old)) is None
    assert await desk.feeds.of(ANA) == (again,)
