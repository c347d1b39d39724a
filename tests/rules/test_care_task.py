"""Task cards: who may change what, and the log's order settles what was done at once."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.task import (
    ENDED,
    IllegalTransition,
    NotOnTheRoster,
    NotTheirTask,
    TaskCard,
    TaskChange,
    TaskElsewhere,
    TaskRefused,
    TaskState,
    change,
    project,
)
from crypto.ids import ChannelId, CircleId, DocumentId, ProfessionalId, TaskId
from tests.support.care import NOW

ANA, BEN, EVE, OUT = (ProfessionalId(name) for name in ("ana", "ben", "eve", "out"))
ROSTER = frozenset({ANA, BEN, EVE})

FIRST = TaskChange(
    task=TaskId("task"),
    circle=CircleId("circle"),
    channel=ChannelId("channel"),
    by=ANA,
    assignees=(BEN,),
    due=date(2026, 12, 1),
    state=TaskState.REQUESTED,
    document=None,
    at=NOW,
    seq=1,
)
CARD = change(None, FIRST, roster=ROSTER)


def wanted(card: TaskCard = CARD, /, *, by: ProfessionalId, **changes: Any) -> TaskChange:  # noqa: ANN401 - any field
    """The card as it stands, with something else in it."""
    same = replace(
        FIRST,
        assignees=card.assignees,
        due=card.due,
        state=card.state,
        document=card.document,
        seq=card.seq + 1,
    )
    return replace(same, by=by, **changes)


def test_a_member_gives_a_task_to_a_member() -> None:
    assert (CARD.author, CARD.assignees, CARD.state) == (ANA, (BEN,), TaskState.REQUESTED)


@pytest.mark.parametrize(
    "first",
    [replace(FIRST, by=OUT), replace(FIRST, assignees=(BEN, OUT))],
)
def test_a_task_is_not_given_by_or_to_somebody_off_the_roster(first: TaskChange) -> None:
    with pytest.raises(NotOnTheRoster):
        change(None, first, roster=ROSTER)


def test_a_task_begins_as_a_request() -> None:
    with pytest.raises(IllegalTransition):
        change(None, replace(FIRST, state=TaskState.COMPLETED), roster=ROSTER)


@pytest.mark.parametrize("by", [ANA, BEN])
def test_author_and_assignee_change_the_state(by: ProfessionalId) -> None:
    done = change(CARD, wanted(by=by, state=TaskState.COMPLETED), roster=ROSTER)

    assert done.state is TaskState.COMPLETED


@pytest.mark.parametrize(
    "changes",
    [
        {"state": TaskState.COMPLETED},
        {"due": date(2027, 1, 1)},
        {"document": DocumentId("document")},
        {"state": TaskState.ACCEPTED, "assignees": (EVE,)},
    ],
)
def test_another_member_changes_neither_state_nor_date_nor_document(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(NotTheirTask):
        change(CARD, wanted(by=EVE, **changes), roster=ROSTER)


def test_any_member_gives_a_task_to_others_which_asks_anew() -> None:
    accepted = change(CARD, wanted(by=BEN, state=TaskState.ACCEPTED), roster=ROSTER)

    given = change(
        accepted,
        wanted(accepted, by=EVE, assignees=(EVE,), state=TaskState.REQUESTED),
        roster=ROSTER,
    )

    assert (given.assignees, given.state, given.author) == ((EVE,), TaskState.REQUESTED, ANA)


def test_an_assignee_who_left_stays_named_and_changes_nothing() -> None:
    without_ben = ROSTER - {BEN}

    renewed = change(CARD, wanted(by=ANA, due=date(2027, 1, 1)), roster=without_ben)

    assert renewed.assignees == (BEN,)
    with pytest.raises(NotOnTheRoster):
        change(CARD, wanted(by=BEN, state=TaskState.COMPLETED), roster=without_ben)


def test_a_task_stays_in_its_channel() -> None:
    with pytest.raises(TaskElsewhere):
        change(CARD, wanted(by=ANA, channel=ChannelId("other")), roster=ROSTER)


ALLOWED = {
    "requested": "accepted rejected in-progress completed cancelled",
    "accepted": "in-progress completed rejected cancelled",
    "in-progress": "completed cancelled",
    "rejected": "requested cancelled",
    "completed": "",
    "cancelled": "",
}


@pytest.mark.parametrize(("before", "after"), list(product(TaskState, TaskState)))
def test_the_state_follows_the_allowed_ways_and_no_other(
    before: TaskState, after: TaskState
) -> None:
    card = replace(CARD, state=before)
    allowed = before == after or after.value in ALLOWED[before.value].split()

    try:
        changed = change(card, wanted(card, by=ANA, state=after), roster=ROSTER)
    except IllegalTransition:
        assert not allowed
    else:
        assert allowed
        assert changed.state is after


def test_an_ended_task_is_given_to_nobody_else() -> None:
    done = replace(CARD, state=TaskState.COMPLETED)

    with pytest.raises(IllegalTransition):
        change(done, wanted(done, by=ANA, assignees=(EVE,)), roster=ROSTER)


def test_an_entry_projected_twice_changes_nothing() -> None:
    second = wanted(by=BEN, state=TaskState.ACCEPTED)

    once = project(CARD, second)

    assert once.state is TaskState.ACCEPTED
    assert project(once, second) == once
    assert project(once, FIRST) == once


def test_of_two_changes_judged_side_by_side_the_log_keeps_what_still_fits() -> None:
    done = wanted(by=BEN, state=TaskState.COMPLETED, seq=2)
    dropped = wanted(by=ANA, state=TaskState.CANCELLED, seq=3)

    card = project(project(CARD, done), dropped)

    assert (card.state, card.seq) == (TaskState.COMPLETED, 3)


def test_an_entry_of_another_channel_moves_nothing() -> None:
    stolen = wanted(by=ANA, channel=ChannelId("other"), state=TaskState.CANCELLED, seq=9)

    assert project(CARD, stolen) == CARD


CHANGES = st.builds(
    replace,
    st.just(FIRST),
    by=st.sampled_from([ANA, BEN, EVE]),
    assignees=st.sampled_from([(BEN,), (EVE,), (BEN, EVE), ()]),
    state=st.sampled_from(list(TaskState)),
    due=st.sampled_from([None, date(2026, 12, 1)]),
)


@given(st.lists(CHANGES, max_size=12))
def test_projecting_the_accepted_changes_gives_the_card_that_was_judged(
    changes: list[TaskChange],
) -> None:
    judged, log = CARD, [FIRST]
    for wish in changes:
        logged = replace(wish, seq=len(log) + 1)
        try:
            judged = change(judged, logged, roster=ROSTER)
        except TaskRefused:
            continue
        log.append(logged)

    card: TaskCard | None = None
    for entry in [*log, *log]:
        card = project(card, entry)

    assert card == judged
    assert card.state not in ENDED or card.seq == len(log)
