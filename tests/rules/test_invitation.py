"""The calendar part of a mail, read as another program would: by its zones and its sequence."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import icalendar
import pytest

from notifications.notice import Rule
from server.senders.invitation import NoAppointment, Organizer, invitation
from tests.support.notices import ADDRESS, LINES, TOKEN, notice, renderer

RENDERER = renderer()
HOUSE = Organizer(name="Service des rendez-vous", address="rdv@exemple.fr")
WITH_CALENDAR = {Rule.BOOKED, Rule.BEFORE, Rule.CHANGED, Rule.CANCELLED}
# Days on which clocks change somewhere, the days beside them, and days far from any.
STARTS = [
    *("2026-03-29T01:30", "2026-03-29T03:00", "2026-10-25T02:30", "2026-10-25T04:00"),
    *("2026-03-08T10:00", "2026-11-01T10:00", "2026-04-05T10:00", "2026-09-27T10:00"),
    *("2026-07-14T09:15", "2027-01-04T17:45"),
]
FAMILIES = (
    *("Europe/Paris", "Indian/Reunion", "Indian/Mayotte", "America/Martinique", "America/Cayenne"),
    *("America/Guadeloupe", "America/Miquelon", "Pacific/Marquesas", "Pacific/Gambier"),
    *("Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis", "America/St_Barthelemy"),
)


def lines_of(part: bytes) -> list[str]:
    """Unfold the lines of a calendar (RFC 5545, section 3.1)."""
    return part.decode().replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")


def offset_at(lines: list[str], wall: datetime) -> timedelta:
    """Say what a VTIMEZONE gives for a wall time, by nothing but its own observances.

    That is the observance that began last, by the clocks before it (RFC 5545, 3.6.5).
    """
    begun: list[tuple[datetime, timedelta]] = []
    first = timedelta()
    for number, line in enumerate(lines):
        if line in {"BEGIN:STANDARD", "BEGIN:DAYLIGHT"}:
            end = lines.index(line.replace("BEGIN", "END"), number)
            held = dict(each.split(":", 1) for each in lines[number + 1 : end])
            onset = datetime.strptime(held["DTSTART"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 -- a wall clock
            begun.append((onset, _offset(held["TZOFFSETTO"])))
            first = first or _offset(held["TZOFFSETFROM"])
    return max((each for each in begun if each[0] <= wall), default=(wall, first))[1]


def _offset(text: str) -> timedelta:
    numbers = [int(text[at : at + 2]) for at in range(1, len(text), 2)]
    seconds = sum(number * 60**power for number, power in zip(numbers, (2, 1, 0), strict=False))
    return timedelta(seconds=-seconds if text[0] == "-" else seconds)


def instant_in(part: bytes, name: str) -> datetime:
    """Read DTSTART or DTEND of the event with the zone that the calendar itself defines."""
    lines = lines_of(part)
    event = lines[lines.index("BEGIN:VEVENT") :]
    said = next(line for line in event if line.startswith((f"{name};TZID=", f"{name}:")))
    if said.endswith("Z"):
        return datetime.strptime(said.rpartition(":")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    wall = datetime.strptime(said.rpartition(":")[2], "%Y%m%dT%H%M%S")  # noqa: DTZ007 -- a wall clock
    return (wall - offset_at(lines, wall)).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", FAMILIES)
@pytest.mark.parametrize("start", STARTS)
def test_an_appointment_is_at_its_instant_in_every_zone_of_the_republic(
    zone: str, start: str
) -> None:
    made = notice(start=datetime.fromisoformat(start), place_zone=zone)

    part = invitation(made, HOUSE, to=ADDRESS)

    event = icalendar.Calendar.from_ical(part).walk("VEVENT")[0]
    begins = event.decoded("DTSTART")
    assert instant_in(part, "DTSTART") == begins.astimezone(UTC)
    assert instant_in(part, "DTEND") - instant_in(part, "DTSTART") == timedelta(minutes=45)
    assert f"TZID:{zone}" in lines_of(part)


def test_an_appointment_is_at_its_instant_in_every_zone_of_the_world() -> None:
    wrong = []
    for zone in sorted(available_timezones() - {"Factory", "localtime"}):
        made = notice(start=datetime.fromisoformat("2026-11-22T10:15"), place_zone=zone)
        part = invitation(made, HOUSE, to=ADDRESS)
        begins = icalendar.Calendar.from_ical(part).walk("VEVENT")[0].decoded("DTSTART")
        if instant_in(part, "DTSTART") != begins.astimezone(UTC):
            wrong.append(zone)

    assert wrong == []


def test_a_request_and_a_cancellation_share_their_uid_and_the_sequence_rises() -> None:
    booked, moved, off = (
        icalendar.Calendar.from_ical(
            RENDERER.mail(notice(rule, sequence=number), to=ADDRESS, token=TOKEN).calendar or b""
        )
        for number, rule in enumerate((Rule.BOOKED, Rule.CHANGED, Rule.CANCELLED))
    )

    events = [each.walk("VEVENT")[0] for each in (booked, moved, off)]
    assert [each["METHOD"] for each in (booked, moved, off)] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {each["UID"] for each in events} == {"meeting@exemple.fr"}
    assert [each["SEQUENCE"] for each in events] == [0, 1, 2]
    assert [each["STATUS"] for each in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


@pytest.mark.parametrize(("language", "summary"), [("fr", "Rendez-vous"), ("ar", "موعد")])
def test_a_calendar_says_nothing_that_tells_and_rings_nobody(language: str, summary: str) -> None:
    mail = RENDERER.mail(notice(Rule.BOOKED, "N1", language), to=ADDRESS, token=TOKEN)

    (event,) = icalendar.Calendar.from_ical(mail.calendar or b"").walk("VEVENT")
    assert event["SUMMARY"] == summary
    assert event["LOCATION"] == "12 rue de l'Île, Nîmes"
    assert event["ATTENDEE"] == f"mailto:{ADDRESS}"
    assert not event.subcomponents
    assert set(event) == {
        *("SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "ATTENDEE", "CLASS"),
        *("LOCATION", "ORGANIZER", "STATUS"),
    }


@pytest.mark.parametrize(("rule", "code"), LINES)
def test_only_what_stands_in_a_calendar_brings_one(rule: Rule, code: str) -> None:
    mail = RENDERER.mail(notice(rule, code), to=ADDRESS, token=TOKEN)

    assert (mail.calendar is not None, mail.method is not None) == (
        rule in WITH_CALENDAR,
        rule in WITH_CALENDAR,
    )


def test_a_notice_of_no_appointment_is_no_invitation() -> None:
    with pytest.raises(NoAppointment):
        invitation(notice(Rule.WAITING, "N8"), HOUSE, to=ADDRESS)


def test_a_place_cannot_add_a_line_to_a_calendar() -> None:
    label = 'A;B,C\\D "E"\u2028BEGIN:VALARM'

    part = invitation(notice(place_label=label), HOUSE, to=ADDRESS)

    (event,) = icalendar.Calendar.from_ical(part).walk("VEVENT")
    assert event["LOCATION"] == label.replace("\u2028", " ")
    assert "BEGIN:VALARM" not in lines_of(part)


def test_every_line_is_short_enough_for_old_programs() -> None:
    made = notice(place_label="Bâtiment B, 130 avenue de la Fontaine, troisième étage, à gauche")

    part = invitation(made, HOUSE, to=ADDRESS)

    assert max(map(len, part.split(b"\r\n"))) <= 75
    assert b"\n" not in part.replace(b"\r\n", b"")
