"""A cohort walks through seven years; every due date and every state is reckoned twice."""

import random
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care_circle.follow_up.follow_up import FollowUp, Moment, follow_up_of, next_change, view_of
from care_circle.follow_up.progress import VisitState
from tests.support.care import PATHWAY
from tests.support.cohort import (
    DAY,
    Clerk,
    Seen,
    Walk,
    cohort,
    due_day,
    turning_days,
    walk_of,
)

PARIS = ZoneInfo("Europe/Paris")
births = st.dates(date(2012, 1, 1), date(2024, 12, 31)) | st.sampled_from(
    [date(2012, 2, 29), date(2016, 2, 29), date(2015, 1, 31), date(2015, 8, 31), date(2019, 12, 31)]
)


def moment(day: date) -> Moment:
    return Moment(now=datetime(day.year, day.month, day.day, 20, tzinfo=UTC), zone=PARIS)


def followed(walk: Walk, on: date) -> FollowUp:
    return follow_up_of(walk.file(on), PATHWAY, moment(on))


def card_of(follow_up: FollowUp) -> Seen:
    visits, loss = follow_up.life.visits, follow_up.life.loss
    return Seen(
        late=frozenset(v.visit for v in visits if v.state is VisitState.LATE),
        held=frozenset(v.visit for v in visits if v.state is VisitState.DONE),
        open=frozenset(v.visit for v in visits if v.state is VisitState.DUE),
        lost_since=None if loss is None else loss.since,
    )


def check(walk: Walk, days: list[date]) -> None:
    """Compare what the house says with what a clerk finds by counting days."""
    clerk = Clerk(walk, PATHWAY)
    for day in days:
        follow_up = followed(walk, day)
        assert card_of(follow_up) == clerk.card(day), (walk, day)
        windows = {v.visit: v.window for v in follow_up.life.visits}
        for visit in PATHWAY.visits:
            window, due = windows[visit.code], due_day(walk, visit)
            assert window is not None
            assert window.due == due, (walk, visit.code)
            assert window.opens == due - visit.before_days * DAY
            assert window.closes == due + visit.after_days * DAY


def some(days: list[date], most: int) -> list[date]:
    return random.Random(0).sample(days, min(most, len(days)))


def test_two_hundred_children_are_followed_as_a_clerk_would() -> None:
    for walk in cohort(200, PATHWAY):
        check(walk, some(turning_days(walk, PATHWAY), 6))


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_four_thousand_children_are_followed_as_a_clerk_would_for_seven_years() -> None:
    for walk in cohort(4000, PATHWAY, seed=7):
        check(walk, some(turning_days(walk, PATHWAY), 12))


@settings(max_examples=60, deadline=None)
@given(
    birth=births,
    weeks=st.integers(24, 41),
    days=st.integers(0, 6),
    seed=st.integers(0, 10_000),
    which=st.integers(0, 80),
)
def test_any_child_is_followed_as_a_clerk_would(
    birth: date, weeks: int, days: int, seed: int, which: int
) -> None:
    walk = walk_of(birth, weeks, days, PATHWAY, random.Random(seed))
    turning = turning_days(walk, PATHWAY)

    check(walk, [turning[which % len(turning)]])


@settings(max_examples=25, deadline=None)
@given(
    birth=births, weeks=st.integers(24, 41), seed=st.integers(0, 10_000), after=st.integers(0, 2600)
)
def test_until_the_next_change_nothing_changes(
    birth: date, weeks: int, seed: int, after: int
) -> None:
    walk = walk_of(birth, weeks, 0, PATHWAY, random.Random(seed))
    day = birth + after * DAY
    file = walk.file(day)
    told = next_change(view_of(file, PATHWAY, moment(day)))

    last = day + 200 * DAY if told is None else min(told - DAY, day + 200 * DAY)
    before, still = (follow_up_of(file, PATHWAY, moment(each)) for each in (day, last))

    assert (before.life, before.age_years) == (still.life, still.age_years)


@pytest.mark.parametrize(
    ("birth", "weeks", "visit", "due"),
    [
        (date(2026, 1, 15), (28, 3), "V03", date(2026, 7, 6)),
        (date(2026, 1, 15), (28, 3), "V24", date(2028, 4, 6)),
        (date(2024, 2, 29), (25, 0), "V24", date(2026, 6, 13)),
        (date(2024, 2, 29), (25, 0), "V60", date(2029, 2, 28)),
        (date(2026, 2, 28), (41, 2), "V24", date(2028, 2, 28)),
        (date(2026, 1, 15), (33, 0), "V09", date(2026, 12, 5)),
    ],
)
def test_the_domain_paper_s_own_examples_hold(
    birth: date, weeks: tuple[int, int], visit: str, due: date
) -> None:
    walk = Walk(birth=birth, weeks=weeks[0], days=weeks[1], home=birth, included=birth, held={})

    found = {each.visit: each.window for each in followed(walk, birth).life.visits}[visit]

    assert found is not None
    assert found.due == due
