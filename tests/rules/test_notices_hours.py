"""Quiet hours and wall clocks, in the zones where families live and on the nights that change."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import hours

ZONES = (
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/St_Barthelemy",
    "America/Marigot",
    "America/Miquelon",
    "Pacific/Wallis",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Gambier",
    "Pacific/Noumea",
)
INSTANTS = st.integers(
    hours.to_ms(datetime(2026, 1, 1, tzinfo=UTC)), hours.to_ms(datetime(2030, 1, 1, tzinfo=UTC))
)


@given(INSTANTS, st.sampled_from(ZONES))
def test_a_family_is_never_disturbed_at_night_or_on_a_sunday(ms: int, zone: str) -> None:
    found = hours.next_decent(ms, zone)

    here = hours.local(found, zone)
    assert time(8) <= here.time() < time(20)
    assert here.isoweekday() < 7
    assert timedelta(0) <= timedelta(milliseconds=found - ms) < timedelta(hours=37)
    assert hours.next_decent(found, zone) == found


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        ("2027-03-28T02:30", "Europe/Paris", "2027-03-28T01:30Z"),  # Does not exist that night.
        ("2027-10-31T02:30", "Europe/Paris", "2027-10-31T00:30Z"),  # Exists twice: the first.
        ("2027-03-14T02:30", "America/Miquelon", "2027-03-14T05:30Z"),  # On the US date.
        ("2027-03-28T02:30", "America/Miquelon", "2027-03-28T04:30Z"),
        ("2027-06-01T09:00", "Pacific/Marquesas", "2027-06-01T18:30Z"),
    ],
)
def test_a_wall_time_is_one_instant_even_when_clocks_change(
    wall: str, zone: str, instant: str
) -> None:
    found = hours.instant(datetime.fromisoformat(wall), zone)

    assert hours.from_ms(found) == datetime.fromisoformat(instant)


def test_two_days_before_is_counted_on_the_wall_not_in_hours() -> None:
    start = hours.instant(datetime.fromisoformat("2027-03-29T10:00"), "Europe/Paris")

    reminder = hours.days_from(start, "Europe/Paris", days=-2, at=time(10))

    assert timedelta(milliseconds=start - reminder) == timedelta(hours=47)


def test_a_sunday_gives_way_to_the_saturday_before() -> None:
    tuesday = hours.instant(datetime.fromisoformat("2027-01-12T10:00"), "Europe/Paris")

    reminder = hours.days_from(tuesday, "Europe/Paris", days=-2, at=time(10))

    assert hours.local(reminder, "Europe/Paris").isoformat() == "2027-01-09T10:00:00+01:00"


@pytest.mark.parametrize("name", ["", "Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "Eu\0"])
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(hours.UnknownZone):
        hours.zone_named(name)
