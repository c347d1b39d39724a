"""Appointments over HTTP: who, for what, when; conflicts, series and offers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.actors import Answer, Person
from tests.support.agenda_town import SLOT, Town, agenda_town, book
from tests.support.server import Running

WEEKLY = {"every_weeks": 1, "times": 4}


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with agenda_town(server, ana) as made:
        yield made


async def book_series(town: Town, rhythm: dict[str, Any] = WEEKLY, **changes: Any) -> Answer:  # noqa: ANN401 -- JSON
    form = {"professional": town.kim.id, "care": "physiotherapy", "slot": SLOT | changes}
    return await town.ana.post(f"{town.path}/series", form | {"rhythm": rhythm})


def starts(answer: Answer) -> list[str]:
    return [each["slot"]["start"][:10] for each in answer.body["appointments"]]


def news(appointment: dict[str, Any]) -> list[str]:
    """Name what of an appointment's notices is still to leave, but for reminders."""
    waiting = [n for n in appointment["notices"] if n["state"] == "planned"]
    return sorted({n["rule"] for n in waiting if n["rule"] != "before"})


# Who, for what, when.


async def test_who_is_not_in_the_circle_is_refused_and_a_coordinator_can_mend_it(
    town: Town,
) -> None:
    refused = await book(town, town.eve)

    assert (refused.status, refused.code) == (422, "not_in_circle")
    assert refused.body["mended_by"] == "coordinator"


async def test_an_appointment_is_for_a_visit_or_a_care_or_neither(town: Town) -> None:
    care = await book(town, town.kim, care="physiotherapy")
    both = await book(town, visit="V24", care="physiotherapy")
    unknown = await book(town, care="juggling")

    assert (care.status, care.body["care"], care.body["visit"]) == (201, "physiotherapy", None)
    assert [both.code, unknown.code] == ["two_purposes", "unknown_discipline"]


async def test_the_office_sees_why_an_appointment_is_off_and_the_family_is_not_told(
    town: Town,
) -> None:
    booked = await book(town)
    here = f"/appointments/{booked.body['id']}"

    # With a key by which the request may be repeated its body is read before it is answered.
    once, why = {"Idempotency-Key": "k" * 26}, {"reason": "La salle est prise"}
    off = await town.ana.post(f"{here}/cancellation", why, headers=once)

    assert off.body["called_off"]["reason"] == "La salle est prise"
    assert off.body["called_off"]["by"] == town.network.ana.id
    assert "salle" not in str(off.body["notices"])
    assert (await town.ana.post(f"{here}/cancellation", {"reason": "x" * 501})).status == 400


async def test_what_was_said_of_a_visit_is_corrected_and_taken_back(
    town: Town, server: Running
) -> None:
    booked = await book(town)
    server.clock.move(days=12)
    await town.ana.sign_in()
    outcome = f"/appointments/{booked.body['id']}/outcome"

    said = [await town.ana.ask("PUT", outcome, {"honoured": h}) for h in (True, False, None)]

    assert [each.body["status"] for each in said] == ["honoured", "missed", "booked"]


@pytest.mark.parametrize(
    ("start", "code", "first"),
    [
        ("2026-11-20T14:30:00", "in_the_past", "2026-11-2"),
        ("2027-03-28T02:30:00", "no_such_time", "2027-03-"),
        ("2027-10-31T02:30:00", "time_twice", "2027-10-"),
        ("2062-12-01T14:30:00", "too_far_ahead", "2026-12-01"),
    ],
)
async def test_a_time_nobody_could_keep_is_refused_with_three_that_can(
    town: Town, start: str, code: str, first: str
) -> None:
    refused = await book(town, start=start)

    free = refused.body["instead"]["free"]
    assert (refused.status, refused.code, len(free)) == (422, code, 3)
    assert free[0].startswith(first)
    assert (await book(town, start=free[1])).status == 201


# Conflicts.


async def test_a_professional_who_is_taken_is_refused_with_the_nearest_free_slots(
    town: Town,
) -> None:
    first = await book(town)

    refused = await book(town, start="2026-12-01T15:00:00")

    instead = refused.body["instead"]
    assert (refused.status, refused.code) == (409, "slot_taken")
    assert (instead["whose"], instead["appointment"]) == ("professional", first.body["id"])
    assert instead["free"] == [
        *("2026-12-01T13:45:00", "2026-12-01T15:15:00", "2026-12-01T16:00:00")
    ]
    assert instead["zone"] == "Europe/Paris"


async def test_a_child_is_not_at_two_places_at_once_whatever_the_clocks(town: Town) -> None:
    await book(town)

    same = await book(town, town.kim, start="2026-12-01T17:30:00", zone="Indian/Reunion")
    other = await book(town, town.kim, zone="Indian/Reunion")

    assert (same.code, same.body["instead"]["whose"]) == ("slot_taken", "child")
    assert other.status == 201


async def test_time_that_was_given_back_can_be_booked_again(town: Town) -> None:
    first = await book(town)
    here = f"/appointments/{first.body['id']}"
    moved = await town.ana.ask("PUT", f"{here}/slot", SLOT | {"start": "2026-12-02T14:30:00"})
    into_the_first = await book(town)
    await town.ana.post(f"{here}/cancellation")
    into_the_second = await book(town, start="2026-12-02T14:30:00")

    assert [moved.status, into_the_first.status, into_the_second.status] == [200, 201, 201]


async def test_an_appointment_may_move_within_its_own_time(town: Town) -> None:
    booked = await book(town)
    here = f"/appointments/{booked.body['id']}/slot"

    moved = await town.ana.ask("PUT", here, SLOT | {"start": "2026-12-01T14:45:00"})

    assert (moved.status, moved.body["slot"]["start"]) == (200, "2026-12-01T14:45:00")


# Series.


async def test_a_series_is_shown_first_with_what_is_left_out_and_what_is_taken(
    town: Town,
) -> None:
    await book(town, town.kim, start="2026-12-11T14:30:00")
    form = {
        "professional": town.kim.id,
        "slot": SLOT | {"start": "2026-12-04T14:30:00"},
        "rhythm": {"every_weeks": 1, "times": 4, "but": ["2026-12-18"]},
    }

    seen = await town.ana.post(f"{town.path}/series/preview", form)

    sessions = seen.body["sessions"]
    assert [(s["start"][5:10], s["left_out"], s["refused"]) for s in sessions] == [
        ("12-04", None, None),
        ("12-11", None, "slot_taken"),
        ("12-18", "chosen", None),
        ("12-25", "holiday", None),
        ("01-01", "holiday", None),
        ("01-08", None, None),
        ("01-15", None, None),
    ]
    assert len(sessions[1]["free"]) == 3


async def test_a_series_is_told_once_and_each_session_the_day_before(town: Town) -> None:
    booked = await book_series(town)

    sessions = booked.body["appointments"]
    assert booked.status == 201
    assert starts(booked) == ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22"]
    assert {each["series"] for each in sessions} == {booked.body["series"]}
    assert [news(each) for each in sessions] == [["booked"], [], [], []]
    reminders = [[n for n in s["notices"] if n["rule"] == "before"] for s in sessions]
    assert [len(each) for each in reminders[1:]] == [2, 2, 2]


async def test_a_series_keeps_its_hour_over_a_change_of_clocks(town: Town) -> None:
    booked = await book_series(town, {"every_weeks": 1, "times": 2}, start="2027-03-23T09:00:00")

    at = [each["slot"]["start"] for each in booked.body["appointments"]]
    assert at == ["2027-03-23T09:00:00", "2027-03-30T09:00:00"]


async def test_a_series_is_booked_whole_or_not_at_all(town: Town) -> None:
    await book(town, town.kim, start="2026-12-15T15:00:00")

    refused = await book_series(town)

    listed = await town.ana.get(f"{town.path}/appointments")
    again = await book(town, town.kim)
    assert (refused.status, refused.code) == (409, "slot_taken")
    assert refused.body["instead"]["session"] == "2026-12-15T14:30:00"
    assert (len(listed.body["items"]), again.status) == (1, 201)


async def test_one_session_moves_alone_and_those_that_follow_move_together(town: Town) -> None:
    series = await book_series(town)
    ids = [each["id"] for each in series.body["appointments"]]
    alone = await town.ana.ask(
        "PUT", f"/appointments/{ids[0]}/slot", SLOT | {"start": "2026-12-02T10:00:00"}
    )
    target = {"slot": SLOT | {"start": "2026-12-15T15:00:00"}}

    seen = await town.ana.post(f"/appointments/{ids[1]}/following/preview", target)
    moved = await town.ana.ask("PUT", f"/appointments/{ids[1]}/following/slot", target)

    assert alone.status == 200
    assert [each["start"][5:16] for each in seen.body["sessions"]] == [
        *("12-15T15:00", "12-22T15:00", "12-29T15:00")
    ]
    assert starts(moved) == ["2026-12-15", "2026-12-22", "2026-12-29"]
    # Nothing has left yet, so what the family is told first is where the sessions are now.
    assert [news(each) for each in moved.body["appointments"]] == [["booked"], [], []]


async def test_what_follows_is_called_off_with_one_word_to_the_family(town: Town) -> None:
    series = await book_series(town)
    ids = [each["id"] for each in series.body["appointments"]]

    off = await town.ana.post(
        f"/appointments/{ids[1]}/following/cancellation",
        {"reason": "Déménagement", "leave": [ids[3]]},
    )

    states = [(await town.ana.get(f"/appointments/{each}")).body["status"] for each in ids]
    assert states == ["booked", "cancelled", "cancelled", "booked"]
    assert [news(each) for each in off.body["appointments"]] == [["cancelled"], []]


async def test_when_the_first_is_off_before_it_was_told_the_next_one_tells_of_the_rest(
    town: Town,
) -> None:
    series = await book_series(town)
    first, second, *_ = (each["id"] for each in series.body["appointments"])

    off = await town.ana.post(f"/appointments/{first}/cancellation")

    then = await town.ana.get(f"/appointments/{second}")
    assert (news(off.body), news(then.body)) == ([], ["booked"])


@pytest.mark.parametrize(
    ("rhythm", "code"),
    [
        ({"every_weeks": 1}, "bad_rhythm"),
        ({"every_weeks": 5, "times": 2}, "bad_rhythm"),
        ({"every_weeks": 1, "times": 61}, "too_many_sessions"),
        ({"every_weeks": 1, "until": "2026-11-30"}, "no_session"),
    ],
)
async def test_a_series_that_makes_no_sense_is_refused_by_name(
    town: Town, rhythm: dict[str, Any], code: str
) -> None:
    refused = await book_series(town, rhythm)

    assert (refused.status, refused.code) == (422, code)


# Offers.


async def test_a_booking_is_offered_filled_in_on_the_clocks_of_the_structure(
    town: Town, server: Running
) -> None:
    place = {"name": "PMI", "neutral_label": "3 place des Filaos", "finess": "974000001"}
    structure = (await town.ana.post("/structures", place)).body["id"]
    await server.house.stores.people.change_professional(
        town.ben.id, lambda held: replace(held, structure=structure)
    )

    offer = (await town.ana.get(f"{town.path}/offer?visit=V24")).body

    assert offer["professional"] == town.ben.id
    assert (await town.kim.person.get(f"{town.path}/offer")).body["professional"] == town.kim.id
    assert set(offer["may_hold"]) == {town.ben.id, town.kim.id}
    assert (offer["zone"], offer["place_label"]) == ("Indian/Reunion", "3 place des Filaos")
    assert offer["duration_minutes"] == 45
    assert offer["window"]["opens"] <= offer["free"][0][:10] or offer["free"]
    slot = SLOT | {"start": offer["free"][0], "zone": offer["zone"]}
    assert (await book(town, **slot)).status == 201
