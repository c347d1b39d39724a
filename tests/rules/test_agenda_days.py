"""Days of agendas: public holidays of France, recurring sessions, free slots."""

from datetime import date, datetime, time

import pytest

from care_circle.agenda.free import Hours, Wanted, nearest
from care_circle.agenda.series import (
    MOST_SESSIONS,
    BadRhythm,
    LeftOut,
    NoSession,
    Rhythm,
    TooManySessions,
    days_of,
    held,
    shifted,
)
from care_circle.agenda.spans import Span
from care_circle.agenda.territory import (
    TERRITORIES,
    Holidays,
    easter,
    holidays_in,
    is_holiday,
    territory_of,
)
from notifications.hours import instant, zone_named

TUESDAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, date(2000, 4, 23)),
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
        (2285, date(2285, 3, 22)),
    ],
)
def test_easter_is_on_the_sunday_that_calendars_print(year: int, day: date) -> None:
    assert easter(year) == day


def test_france_has_eleven_holidays_and_the_moving_ones_follow_easter() -> None:
    days = holidays_in(2027, Holidays.METROPOLE)

    assert len(days) == 11
    assert {date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17)} <= days


@pytest.mark.parametrize(
    ("where", "day"),
    [
        (Holidays.ALSACE_MOSELLE, date(2027, 3, 26)),
        (Holidays.ALSACE_MOSELLE, date(2027, 12, 26)),
        (Holidays.REUNION, date(2027, 12, 20)),
        (Holidays.MAYOTTE, date(2027, 4, 27)),
        (Holidays.MARTINIQUE, date(2027, 5, 22)),
        (Holidays.GUADELOUPE, date(2027, 5, 27)),
        (Holidays.GUYANE, date(2027, 6, 10)),
        (Holidays.SAINT_MARTIN, date(2027, 5, 28)),
        (Holidays.SAINT_BARTHELEMY, date(2027, 10, 9)),
        (Holidays.NOUVELLE_CALEDONIE, date(2027, 9, 24)),
    ],
)
def test_a_territory_has_days_of_its_own(where: Holidays, day: date) -> None:
    assert is_holiday(day, where)
    assert not is_holiday(day, Holidays.METROPOLE)


def test_a_finess_number_tells_the_clocks_and_the_holidays() -> None:
    reunion, metz, nimes = map(territory_of, ("974000001", "570000001", "300000001"))

    assert reunion is not None
    assert (reunion.zone, reunion.holidays) == ("Indian/Reunion", Holidays.REUNION)
    assert metz is not None
    assert metz.holidays is Holidays.ALSACE_MOSELLE
    assert nimes is not None
    assert nimes.zone == "Europe/Paris"
    assert territory_of(None) is None
    assert all(zone_named(each.zone) for each in TERRITORIES.values())


def test_a_weekly_series_leaves_out_holidays_and_chosen_days_and_still_counts_its_times() -> None:
    friday = date(2026, 12, 11)
    rhythm = Rhythm(
        every_weeks=1,
        times=4,
        holidays=Holidays.METROPOLE,
        but=frozenset({date(2027, 1, 8)}),
    )

    days = days_of(friday, rhythm)

    assert [day.on for day in days if day.left_out is LeftOut.HOLIDAY] == [
        date(2026, 12, 25),
        date(2027, 1, 1),
    ]
    assert [day.on for day in days if day.left_out is LeftOut.CHOSEN] == [date(2027, 1, 8)]
    assert held(days) == (friday, date(2026, 12, 18), date(2027, 1, 15), date(2027, 1, 22))


def test_a_fortnightly_series_ends_on_its_last_day() -> None:
    days = days_of(TUESDAY, Rhythm(every_weeks=2, until=date(2026, 12, 29)))

    assert held(days) == (TUESDAY, date(2026, 12, 15), date(2026, 12, 29))


@pytest.mark.parametrize(
    ("rhythm", "refusal"),
    [
        (Rhythm(every_weeks=3, times=2), BadRhythm),
        (Rhythm(every_weeks=1), BadRhythm),
        (Rhythm(every_weeks=1, times=2, until=date(2027, 1, 1)), BadRhythm),
        (Rhythm(every_weeks=1, times=0), BadRhythm),
        (Rhythm(every_weeks=1, times=MOST_SESSIONS + 1), TooManySessions),
        (Rhythm(every_weeks=1, until=date(9999, 1, 1)), TooManySessions),
        (Rhythm(every_weeks=2, until=date(2029, 6, 1)), TooManySessions),
        (Rhythm(every_weeks=1, until=date(2026, 11, 1)), NoSession),
        (Rhythm(every_weeks=1, until=TUESDAY, but=frozenset({TUESDAY})), NoSession),
    ],
)
def test_a_series_without_end_or_sense_is_refused(rhythm: Rhythm, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        days_of(TUESDAY, rhythm)


def test_sessions_that_follow_move_by_as_many_days() -> None:
    moved = shifted(date(2026, 12, 8), was=TUESDAY, becomes=date(2026, 12, 3))

    assert moved == date(2026, 12, 10)


def wanted(at: datetime, zone: str = "Europe/Paris", *, now: str = "2026-11-23T00:00") -> Wanted:
    return Wanted(
        around=instant(at, zone),
        minutes=45,
        zone=zone,
        now=instant(datetime.fromisoformat(now), zone),
    )


def taken(start: str, end: str, zone: str = "Europe/Paris") -> Span:
    return Span(
        start=instant(datetime.fromisoformat(start), zone),
        end=instant(datetime.fromisoformat(end), zone),
    )


def test_the_nearest_free_slots_lie_round_the_one_that_is_taken() -> None:
    busy = [taken("2026-12-03T14:00", "2026-12-03T15:00")]

    free = nearest(busy, wanted(datetime(2026, 12, 3, 14, 15)), Hours())  # noqa: DTZ001 -- wall

    assert [each.isoformat() for each in free] == [
        "2026-12-03T13:15:00",
        "2026-12-03T15:00:00",
        "2026-12-03T15:45:00",
    ]


def test_no_slot_is_proposed_at_night_on_a_sunday_on_a_holiday_or_in_the_past() -> None:
    christmas = wanted(datetime(2026, 12, 25, 3), now="2026-12-25T02:00")  # noqa: DTZ001 -- wall

    free = nearest([], christmas, Hours())

    assert {each.date() for each in free} == {date(2026, 12, 28)}
    assert all(time(8) <= each.time() <= time(18, 15) for each in free)


def test_travel_keeps_a_distance_between_two_appointments() -> None:
    busy = [taken("2026-12-03T14:00", "2026-12-03T15:00")]
    hours = Hours(travel_minutes=30)

    free = nearest(busy, wanted(datetime(2026, 12, 3, 14)), hours)  # noqa: DTZ001 -- wall

    assert [each.isoformat()[11:16] for each in free] == ["12:00", "12:45", "15:30"]


def test_who_is_taken_for_months_has_nothing_free() -> None:
    busy = [taken("2026-01-01T00:00", "2028-01-01T00:00")]

    assert nearest(busy, wanted(datetime(2026, 12, 3, 14)), Hours()) == ()  # noqa: DTZ001 -- wall


def test_slots_are_proposed_on_the_clocks_of_the_place() -> None:
    noumea = wanted(datetime(2026, 12, 3, 14), "Pacific/Noumea")  # noqa: DTZ001 -- wall

    free = nearest([], noumea, Hours())

    assert datetime(2026, 12, 3, 14) in free  # noqa: DTZ001 -- wall
