"""Ages and dates: the table of the domain paper (section 5.2), and the clamps behind it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.ages import (
    CountedFrom,
    GestationalAge,
    NotAGestationalAge,
    add_months,
    add_years,
    age_in_months,
    completed_months,
    corrected_origin,
    due_on,
    is_corrected,
    retention_end,
    term_date,
)
from care_circle.definition.pathway import visit_window
from care_circle.definition.perinatal import Perinatal
from tests.support.care import PATHWAY

RECKONING = PATHWAY.reckoning

# born, gestation, term (None: never corrected), 3, 9 and 24 months, 5 years, end of retention
TABLE = [
    "2026-01-15 28+3 2026-04-06 2026-07-06 2027-01-06 2028-04-06 2031-01-15 2054-01-15",
    "2026-01-15 33+0 2026-03-05 2026-06-05 2026-12-05 2028-03-05 2031-01-15 2054-01-15",
    "2024-02-29 25+0 2024-06-13 2024-09-13 2025-03-13 2026-06-13 2029-02-28 2052-02-29",
    "2026-02-28 41+2 - 2026-05-28 2026-11-28 2028-02-28 2031-02-28 2054-02-28",
]


@pytest.mark.parametrize("row", TABLE)
def test_every_date_of_the_table_comes_out(row: str) -> None:
    born, gestation, term, *rest = row.split()
    birth, age = date.fromisoformat(born), GestationalAge.written(gestation)

    found = [
        *(
            due_on(
                CountedFrom.CORRECTED,
                months,
                birth=birth,
                gestation=age,
                discharge=None,
                reckoning=RECKONING,
            )
            for months in (3, 9, 24)
        ),
        due_on(
            CountedFrom.CHRONOLOGICAL,
            60,
            birth=birth,
            gestation=age,
            discharge=None,
            reckoning=RECKONING,
        ),
        retention_end(birth, RECKONING),
    ]

    assert found == [date.fromisoformat(day) for day in rest]
    assert is_corrected(age, RECKONING) is (term != "-")
    if term != "-":
        assert term_date(birth, age, RECKONING) == date.fromisoformat(term)


def test_a_child_born_at_37_weeks_is_not_corrected_and_the_day_before_is() -> None:
    birth = date(2026, 1, 15)

    at, before = GestationalAge(weeks=37), GestationalAge(weeks=36, days=6)

    assert corrected_origin(birth, at, RECKONING) == birth
    assert corrected_origin(birth, before, RECKONING) == date(2026, 2, 6)


def test_an_unknown_term_is_not_corrected() -> None:
    birth = date(2026, 1, 15)

    assert corrected_origin(birth, None, RECKONING) == birth


def test_the_age_is_corrected_up_to_24_months_and_chronological_after() -> None:
    birth, gestation = date(2026, 1, 15), GestationalAge(weeks=28, days=3)

    ages = [
        age_in_months(birth, gestation, RECKONING, on=day)
        for day in (date(2028, 4, 6), date(2028, 5, 5), date(2028, 5, 6))
    ]

    assert ages == [24, 24, 27]


def test_a_month_added_to_its_last_day_ends_with_the_shorter_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert add_years(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert completed_months(date(2026, 1, 31), date(2026, 2, 28)) == 1


@given(
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.integers(0, 120),
    st.integers(0, 27),
)
def test_completed_months_count_what_add_months_adds(origin: date, months: int, days: int) -> None:
    day = add_months(origin, months)

    counted = completed_months(origin, day)

    assert counted == months
    assert completed_months(origin, day - timedelta(days=1)) == months - 1
    assert completed_months(origin, day + timedelta(days=days)) in (months, months + 1)


@pytest.mark.parametrize("written", ["28", "28+7", "14+6", "46+0", "28+3+1", " 28+3", "-1+0"])
def test_what_is_no_gestational_age_is_refused(written: str) -> None:
    with pytest.raises(NotAGestationalAge):
        GestationalAge.written(written)


def test_the_24_month_visit_counts_sixty_days_before_and_after() -> None:
    visit = PATHWAY.visit("V24")

    found = visit_window(
        visit,
        birth=date(2026, 1, 15),
        perinatal=Perinatal(gestational_age=GestationalAge(weeks=28, days=3)),
        reckoning=RECKONING,
    )

    assert found is not None
    assert (found.opens, found.due, found.closes) == (
        date(2028, 2, 6),
        date(2028, 4, 6),
        date(2028, 6, 5),
    )


def test_the_visit_after_discharge_waits_for_the_day_of_discharge() -> None:
    visit = PATHWAY.visit("V00")
    birth = date(2026, 1, 15)

    home = Perinatal(discharged_on=date(2026, 3, 1))
    found = visit_window(visit, birth=birth, perinatal=home, reckoning=RECKONING)
    unknown = visit_window(visit, birth=birth, perinatal=Perinatal(), reckoning=RECKONING)

    assert found is not None
    assert (found.opens, found.closes) == (date(2026, 3, 1), date(2026, 4, 1))
    assert unknown is None
