"""Another program's calendar: only when its owner is busy, whatever the file asks for."""

from datetime import UTC, datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from care_circle.agenda.busy import CalendarFault, CalendarRefused, ReadCalendar
from care_circle.agenda.spans import Span, merged
from notifications.hours import from_ms, to_ms
from server.calendars.lines import MOST_BYTES, MOST_EVENTS
from server.calendars.reading import read_calendar

WITHIN = Span(
    start=to_ms(datetime(2026, 11, 22, tzinfo=UTC)), end=to_ms(datetime(2027, 11, 22, tzinfo=UTC))
)
PARIS_2027 = "DTSTART;TZID=Europe/Paris:20270105T090000\nDTEND;TZID=Europe/Paris:20270105T100000"
NEVER, PAST = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "20250101T090000Z"
ZONE = """BEGIN:VTIMEZONE
TZID:Fuseau du cabinet
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=SECONDLY
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""


def file_of(*events: str, zones: str = "") -> bytes:
    inner = "\n".join(f"BEGIN:VEVENT\n{each}\nEND:VEVENT" for each in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{zones}\n{inner}\nEND:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(*events: str, zone: str = "Europe/Paris", zones: str = "") -> ReadCalendar:
    return read_calendar(file_of(*events, zones=zones), zone=zone, within=WITHIN)


def _within(at: datetime) -> bool:
    return at < datetime(2027, 11, 22, 1)  # noqa: DTZ001 -- a wall time


def shown(found: ReadCalendar) -> list[str]:
    spans = merged(found.spans)
    return [f"{from_ms(s.start):%m-%d %H:%M}/{from_ms(s.end):%m-%d %H:%M}" for s in spans]


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Paris",
        '"Romance Standard Time"',
        "/freeassociation.sourceforge.net/Tzfile/Europe/Paris",
        "Fuseau du cabinet",
    ],
)
def test_a_time_is_read_on_the_clocks_it_names_however_they_are_called(zone: str) -> None:
    event = f"DTSTART;TZID={zone}:20270705T090000\nDTEND;TZID={zone}:20270705T100000"

    found = read(event, zone="America/Martinique", zones=ZONE)

    assert (shown(found), found.unread) == (["07-05 07:00/07-05 08:00"], 0)


def test_an_unquoted_name_with_a_colon_is_read_all_the_same() -> None:
    event = "DTSTART;TZID=(UTC+01:00) Brussels, Paris:20270105T090000\nDURATION:PT30M"

    assert shown(read(event)) == ["01-05 08:00/01-05 08:30"]


def test_floating_times_and_whole_days_are_on_the_professionals_own_clocks() -> None:
    floating = "DTSTART:20270105T090000\nDTEND:20270105T100000"
    day = "DTSTART;VALUE=DATE:20270106\nDTEND;VALUE=DATE:20270108"
    alone = "DTSTART;VALUE=DATE:20270110"

    found = read(floating, day, alone, zone="Indian/Reunion")

    assert shown(found) == [
        "01-05 05:00/01-05 06:00",
        "01-05 20:00/01-07 20:00",
        "01-09 20:00/01-10 20:00",
    ]


def test_what_repeats_keeps_its_hour_over_a_change_of_clocks() -> None:
    event = "DTSTART;TZID=Europe/Paris:20270323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"

    assert shown(read(event)) == ["03-23 08:00/03-23 09:00", "03-30 07:00/03-30 08:00"]


def test_days_that_are_left_out_added_or_changed_are_so() -> None:
    series = (
        f"UID:a\n{PARIS_2027}\nRRULE:FREQ=DAILY;COUNT=4"
        "\nEXDATE;TZID=Europe/Paris:20270106T090000"
        "\nRDATE;TZID=Europe/Paris:20270120T090000,20270121T090000"
    )
    changed = (
        "UID:a\nRECURRENCE-ID;TZID=Europe/Paris:20270107T090000"
        "\nDTSTART;TZID=Europe/Paris:20270107T150000\nDTEND;TZID=Europe/Paris:20270107T160000"
    )

    assert shown(read(series, changed)) == [
        "01-05 08:00/01-05 09:00",
        "01-07 14:00/01-07 15:00",
        "01-08 08:00/01-08 09:00",
        "01-20 08:00/01-20 09:00",
        "01-21 08:00/01-21 09:00",
    ]


@pytest.mark.parametrize("period", ["20270120T090000/20270120T113000", "20270120T090000/PT2H30M"])
def test_a_period_that_is_added_lasts_as_long_as_it_says(period: str) -> None:
    event = f"{PARIS_2027}\nRDATE;TZID=Europe/Paris;VALUE=PERIOD:{period}"

    assert shown(read(event)) == ["01-05 08:00/01-05 09:00", "01-20 08:00/01-20 10:30"]


def test_a_period_of_the_first_day_says_how_long_that_one_lasts() -> None:
    event = f"{PARIS_2027}\nRDATE;VALUE=PERIOD:20270105T080000Z/20270105T120000Z"

    assert shown(read(event)) == ["01-05 08:00/01-05 12:00"]


def test_a_period_that_ends_before_it_begins_cannot_be_read() -> None:
    event = f"{PARIS_2027}\nRDATE;VALUE=PERIOD:20270105T080000Z/20270105T070000Z"

    assert read(event).unread == 1


def test_many_short_series_of_long_ago_are_no_more_work_than_their_days() -> None:
    short = "DTSTART:20100105T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=10"

    found = read(*[short] * 3000)

    assert (found.events, found.unread, found.spans) == (3000, 0, ())


def test_a_series_that_began_long_ago_counts_from_today_on() -> None:
    event = "DTSTART;TZID=Europe/Paris:19990105T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=2"

    found = read(event)

    assert len(found.spans) == 26
    assert all(
        (s.start - to_ms(datetime(1999, 1, 5, tzinfo=UTC))) // 86_400_000 % 14 == 0
        for s in found.spans
    )


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=9",
        "FREQ=DAILY;INTERVAL=3;UNTIL=20270301T235959",
        "FREQ=DAILY;BYMONTH=1,3;BYDAY=MO,FR",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20270401T070000Z",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=12",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=MO;COUNT=12",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=-1,15;COUNT=7",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=-1FR,1MO;INTERVAL=2",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYMONTH=3,9;BYDAY=-1SU",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=5",
        "FREQ=YEARLY;BYMONTHDAY=14",
    ],
)
@pytest.mark.parametrize("began", ["20270105T090000", "20150106T090000"])
def test_what_repeats_is_what_another_library_says(rule: str, began: str) -> None:
    event = f"DTSTART:{began}\nDURATION:PT1H\nRRULE:{rule}"
    first = datetime.strptime(began, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo("Europe/Paris"))
    theirs = rrulestr(rule.replace("T070000Z", "T090000"), dtstart=first.replace(tzinfo=None))

    found = read(event)

    starts = {to_ms(at.replace(tzinfo=first.tzinfo)) for at in takewhile(_within, theirs)}
    expected = {at for at in starts | {to_ms(first)} if at >= WITHIN.start}
    assert {each.start for each in found.spans} == expected


def test_what_is_free_cancelled_or_over_takes_no_time() -> None:
    found = read(
        f"{PARIS_2027}\nTRANSP:TRANSPARENT",
        f"{PARIS_2027}\nSTATUS:CANCELLED",
        f"{PARIS_2027}\nX-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "DTSTART:20200105T090000Z\nDTEND:20200105T100000Z",
    )

    assert (found.spans, found.events, found.unread) == ((), 4, 0)


def test_an_alarm_inside_an_event_says_nothing_of_when_it_is() -> None:
    event = f"{PARIS_2027}\nBEGIN:VALARM\nDTSTART:20270201T000000Z\nDURATION:PT9H\nEND:VALARM"

    assert shown(read(event)) == ["01-05 08:00/01-05 09:00"]


def test_events_of_our_own_feed_are_passed_over() -> None:
    data = file_of(f"UID:x@ronde.example\n{PARIS_2027}", f"UID:y@elsewhere.example\n{PARIS_2027}")

    found = read_calendar(data, zone="Europe/Paris", within=WITHIN, domain="ronde.example")

    assert (found.events, len(found.spans)) == (1, 1)


def test_nothing_of_a_title_is_kept() -> None:
    phrase = "Suivi de Zébulon"
    found = read(
        f"{PARIS_2027}\nSUMMARY:{phrase}\nLOCATION:{phrase}\nATTENDEE;CN={phrase}:mailto:x"
    )

    assert phrase not in repr(found)
    assert len(found.spans) == 1


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=999999",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))),
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;COUNT=x",
        "FREQ=YEARLY;BYMONTHDAY=" + ",".join(["1"] * 400),
        "nonsense",
    ],
)
def test_a_rule_nobody_works_by_is_one_event_that_cannot_be_read(rule: str) -> None:
    found = read(f"{PARIS_2027}\nRRULE:{rule}", "DTSTART:20270301T080000Z\nDURATION:PT1H")

    assert found.unread == 1
    assert "03-01 08:00/03-01 09:00" in shown(found)


def test_a_rule_that_never_comes_true_ends_at_the_horizon() -> None:
    found = read(f"{PARIS_2027}\nRRULE:{NEVER}")

    assert shown(found) == ["01-05 08:00/01-05 09:00"]


@pytest.mark.parametrize(
    "event",
    [
        "SUMMARY:x",
        "DTSTART:tomorrow",
        "DTSTART:20270105T100000Z\nDURATION:P9999999W",
        "DTSTART:20270105T250000Z",
        "DTSTART:20270105T100000Z\nDTEND:20270105T090000Z",
        "DTSTART:20270101T000000Z\nDTEND:20280101T000000Z",
    ],
)
def test_an_event_that_makes_no_sense_is_counted_and_passed_over(event: str) -> None:
    found = read(event, "DTSTART:20270301T080000Z\nDURATION:PT1H")

    assert found.unread == 1
    assert "03-01 08:00/03-01 09:00" in shown(found)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", CalendarFault.NOT_A_CALENDAR),
        (b"\x89PNG\r\n\x1a\n" * 99, CalendarFault.NOT_A_CALENDAR),
        (b"BEGIN:VCALENDAR" + b"x" * MOST_BYTES, CalendarFault.NOT_A_CALENDAR),
        (file_of(*["DTSTART:20270105T090000Z"] * (MOST_EVENTS + 1)), CalendarFault.TOO_MANY_EVENTS),
        (
            file_of(*[f"DTSTART:19000101T000000Z\nRRULE:{NEVER};COUNT=9"] * 30),
            CalendarFault.TOO_MANY_DATES,
        ),
        (
            file_of(*[f"DTSTART:20261201T000000Z\nRDATE:{','.join([PAST] * 900)}"] * 90),
            CalendarFault.TOO_MANY_DATES,
        ),
        (
            file_of(*["DTSTART:20261201T000000Z\nRRULE:FREQ=SECONDLY"] * 3000),
            CalendarFault.TOO_FINE,
        ),
        (
            file_of(*["DTSTART:20261201T000000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY"] * 60),
            CalendarFault.TOO_MANY_DATES,
        ),
    ],
)
def test_a_file_that_is_no_calendar_or_too_much_of_one_is_refused(
    data: bytes, fault: CalendarFault
) -> None:
    with pytest.raises(CalendarRefused) as refusal:
        read_calendar(data, zone="Europe/Paris", within=WITHIN)

    assert refusal.value.fault is fault
