"""One's own agenda over HTTP: private feeds, imported calendars, the days of a week."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import icalendar
import pytest

from tests.support.actors import Answer, Person
from tests.support.agenda_town import SLOT, Town, agenda_town, book
from tests.support.server import Running

BUSY = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
UID:1@cabinet.example\r
SUMMARY:Consultation de Mirabelle\r
DTSTART;TZID=Europe/Paris:20261201T140000\r
DTEND;TZID=Europe/Paris:20261201T150000\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with agenda_town(server, ana) as made:
        yield made


def parts(answer: Answer, name: str) -> list[Any]:
    """Open a feed by another library, and give its components of a name."""
    return list(icalendar.Calendar.from_ical(answer.body).walk(name))


# Feeds.


async def test_a_feed_says_when_and_where_and_nothing_else(town: Town, server: Running) -> None:
    booked = await book(town)
    made = await town.ben.person.post("/me/feeds", {"name": "Téléphone"})
    address = made.body["address"].removeprefix(server.url)

    answer = await raw(town.ben.person, address)

    (event,) = parts(answer, "VEVENT")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert str(event["uid"]).startswith(booked.body["id"] + "@")
    assert event["dtstart"].dt.isoformat() == "2026-12-01T14:30:00+01:00"
    assert (str(event["summary"]), str(event["location"])) == ("Rendez-vous", "12 rue des Lilas")
    assert len(parts(answer, "VTIMEZONE")) == 1
    assert town.network.child not in answer.body


async def test_a_feed_that_has_not_changed_is_not_sent_again(town: Town, server: Running) -> None:
    await book(town)
    made = await town.ben.person.post("/me/feeds", {"name": "Téléphone"})
    address = made.body["address"].removeprefix(server.url)
    first = await raw(town.ben.person, address)

    again = await raw(town.ben.person, address, {"If-None-Match": first.headers["ETag"]})
    await book(town, start="2026-12-02T14:30:00")
    changed = await raw(town.ben.person, address, {"If-None-Match": first.headers["ETag"]})

    assert (first.status, again.status, changed.status) == (200, 304, 200)


async def test_what_moves_or_is_off_says_so_in_the_feed_under_the_same_name(
    town: Town, server: Running
) -> None:
    booked = await book(town)
    here = f"/appointments/{booked.body['id']}"
    made = await town.ben.person.post("/me/feeds", {"name": "Téléphone"})
    address = made.body["address"].removeprefix(server.url)
    await town.ana.ask("PUT", f"{here}/slot", SLOT | {"start": "2026-12-03T09:00:00"})
    moved = await raw(town.ben.person, address)
    await town.ana.post(f"{here}/cancellation")
    off = await raw(town.ben.person, address)
    server.clock.move(days=45)
    forgotten = await raw(town.ben.person, address)

    events = [parts(each, "VEVENT") for each in (moved, off)]
    assert [len(each) for each in events] == [1, 1]
    assert [str(each[0]["status"]) for each in events] == ["CONFIRMED", "CANCELLED"]
    assert [each[0]["sequence"] for each in events] == [1, 2]
    assert events[0][0]["uid"] == events[1][0]["uid"]
    assert "VEVENT" not in forgotten.body


async def test_a_feed_is_revoked_replaced_and_shows_when_it_was_read(
    town: Town, server: Running
) -> None:
    ben = town.ben.person
    first = (await ben.post("/me/feeds", {"name": "Téléphone"})).body
    second = (await ben.post("/me/feeds", {"name": "téléphone "})).body
    old, new = (each["address"].removeprefix(server.url) for each in (first, second))
    read = [(await raw(ben, address)).status for address in (old, new)]
    listed = (await ben.get("/me/feeds")).body

    gone = await ben.delete(f"/me/feeds/{second['feed']['id']}")

    assert read == [404, 200]
    assert [each["used_on"] for each in listed["feeds"]] == [str(server.clock().date())]
    assert "address" not in str(listed)
    assert (gone.status, (await raw(ben, new)).status) == (204, 404)


async def test_initials_are_not_allowed_unless_the_network_says_so(town: Town) -> None:
    refused = await town.ben.person.post("/me/feeds", {"name": "Téléphone", "initials": True})

    assert (refused.status, refused.code) == (403, "initials_not_allowed")
    assert (await town.ben.person.get("/me/feeds")).body["initials_allowed"] is False


async def test_nobody_has_more_than_ten_feeds_or_one_without_a_name(town: Town) -> None:
    made = [await town.ben.person.post("/me/feeds", {"name": f"n{n}"}) for n in range(11)]
    unnamed = await town.kim.person.post("/me/feeds", {"name": "  "})

    assert [each.status for each in made] == [201] * 10 + [409]
    assert unnamed.code == "bad_feed_name"


async def test_whoever_tries_addresses_is_slowed_down(town: Town) -> None:
    tried = [(await raw(town.ben.person, f"/feeds/{'x' * 32}.ics")).status for _ in range(125)]

    assert (tried[0], tried[-1]) == (404, 429)


async def test_a_professional_without_a_convention_is_told_nothing_more(
    town: Town, server: Running
) -> None:
    await book(town)
    made = await town.ben.person.post("/me/feeds", {"name": "Téléphone"})
    await book(town, start="2027-06-01T10:00:00")
    server.clock.move(days=200)

    answer = await raw(town.ben.person, made.body["address"].removeprefix(server.url))

    assert (answer.status, "VEVENT" in answer.body) == (200, False)


# Imported calendars.


async def test_a_calendar_is_looked_at_kept_counted_in_conflicts_and_forgotten(
    town: Town,
) -> None:
    ben = town.ben.person
    seen = await send(ben, "POST", "/me/busy/preview", BUSY)
    before = (await ben.get("/me/busy")).body
    kept = await send(ben, "POST", "/me/busy", BUSY)

    refused = await book(town)
    week = (await ben.get("/me/agenda?from=2026-11-30")).body
    await ben.delete("/me/busy")
    booked = await book(town)

    assert (seen.body["events"], seen.body["times"], before["imported_at"]) == (1, 1, None)
    assert kept.body["imported_at"] is not None
    assert (refused.code, refused.body["instead"]["appointment"]) == ("slot_taken", None)
    assert refused.body["instead"]["free"][0] == "2026-12-01T13:15:00"
    assert [each["end"] - each["start"] for each in week["busy"]] == [3_600_000]
    assert booked.status == 201
    assert "Mirabelle" not in str((seen.body, kept.body, week))


async def test_what_is_no_calendar_is_refused_by_name(town: Town) -> None:
    refused = await send(town.ben.person, "POST", "/me/busy", b"\x89PNG")
    huge = await send(town.ben.person, "POST", "/me/busy", b"x" * (4 * 1024 * 1024 + 1))

    assert (refused.status, refused.code) == (422, "calendar_refused")
    assert refused.body["detail"] == "not_a_calendar"
    assert huge.status == 413


async def test_one_s_agenda_shows_one_s_own_appointments_by_day(town: Town) -> None:
    mine = await book(town)
    await book(town, town.kim, start="2026-12-01T16:00:00")

    week = (await town.ben.person.get("/me/agenda?from=2026-11-30&days=7")).body
    later = (await town.ben.person.get("/me/agenda?from=2026-12-07")).body

    assert [each["id"] for each in week["appointments"]] == [mine.body["id"]]
    assert (week["zone"], later["appointments"]) == ("Europe/Paris", [])


async def raw(person: Person, path: str, headers: dict[str, str] | None = None) -> Answer:
    """Ask for an address outside the API, without a session, as a calendar program does."""
    async with person.http.get(person.server.url + path, headers=headers) as answer:
        return Answer(status=answer.status, headers=answer.headers, body=await answer.text())


async def send(person: Person, method: str, path: str, data: bytes) -> Answer:
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "text/calendar"}
    url = f"{person.server.url}/api/v1{path}"
    async with person.http.request(method, url, data=BytesIO(data), headers=headers) as answer:
        body = await answer.json(content_type=None)
        return Answer(status=answer.status, headers=answer.headers, body=body)
