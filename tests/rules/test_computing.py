"""Computed answers: by hand, by rows, never of what is not known, never what somebody sent."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.definition.form import Answer, Form
from care_circle.documents.answers import Known
from care_circle.documents.computing import computed
from tests.support.forms import field, form_of, section

BIRTH = Known(birth=date(2024, 2, 29), corrected_from=date(2024, 5, 15))


def summed(compute: dict[str, Any], **more: Any) -> Form:  # noqa: ANN401 -- any key of a field
    numbers = [field(code, "decimal", range=[0, 100]) for code in ("a", "b", "c")]
    made = field("made", "decimal", range=[-1000, 1000], compute=compute, **more)
    return form_of(section("s", *numbers, made))


@pytest.mark.parametrize(
    ("compute", "answers", "made"),
    [
        ({"sum": ["a", "b", "c"]}, {"a": 1, "b": 2, "c": 3.5}, 6.5),
        ({"mean": ["a", "b"]}, {"a": 1, "b": 2}, 1.5),
        ({"difference": ["a", "b", 1]}, {"a": 1, "b": 2}, -2),
        ({"quotient": ["a", "b"]}, {"a": 1, "b": 3}, 0.33),
        ({"quotient": ["a", "b"]}, {"a": 2, "b": 3}, 0.67),
        ({"quotient": ["a", "b"]}, {"a": 2, "b": 0}, None),
        ({"sum": ["a", "b"]}, {"a": 2}, None),
        ({"sum": ["a", "b"]}, {"a": 2, "b": "3"}, None),
        ({"sum": ["a", "b"]}, {"made": 12}, None),
    ],
)
def test_a_number_is_made_of_others_or_not_at_all(
    compute: dict[str, Any], answers: dict[str, Answer], made: float | None
) -> None:
    assert computed(summed(compute), answers, Known()).get("made") == made


def test_as_many_digits_are_kept_as_the_field_says() -> None:
    form = summed({"quotient": ["a", "b"]}, decimals=4)

    assert computed(form, {"a": 2, "b": 3}, Known())["made"] == 0.6667


def test_a_computed_field_that_does_not_apply_has_no_answer() -> None:
    form = summed({"sum": ["a"]}, when={"fact": "b", "above": 1})

    assert "made" in computed(form, {"a": 1, "b": 2}, Known())
    assert "made" not in computed(form, {"a": 1, "b": 1, "made": 7}, Known())


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("birth", "2024-03-28", 0),
        ("birth", "2024-03-29", 1),
        ("birth", "2025-02-28", 12),
        ("corrected", "2026-05-14", 23),
        ("corrected", "2026-05-15", 24),
        ("corrected", "2026-02-31", None),
    ],
)
def test_months_are_completed_months_by_the_calendar(
    since: str, until: str, months: int | None
) -> None:
    form = form_of(
        section(
            "s",
            field("day", "date"),
            field("age", "whole", range=[0, 90], compute={"months": {"from": since, "to": "day"}}),
        )
    )

    assert computed(form, {"day": until}, BIRTH).get("age") == months
    assert "age" not in computed(form, {"day": until}, Known())


def test_scores_of_what_was_chosen_are_added_up() -> None:
    choices = [
        {"code": code, "label": {"fr": code, "en": code}, "score": score}
        for code, score in (("never", 0), ("often", 2), ("always", 3))
    ]
    form = form_of(
        section(
            "s",
            field("one", "choice", choices=choices),
            field("more", "choices", choices=choices),
            field("made", "whole", range=[0, 9], compute={"sum": ["one", "more"]}),
        )
    )

    made = computed(form, {"one": "often", "more": ("never", "always")}, Known())

    assert made["made"] == 5


def test_rows_are_computed_one_by_one_and_see_what_stands_outside() -> None:
    form = form_of(
        section("s", field("rate", "whole", range=[0, 9])),
        section(
            "rows",
            field("count", "whole", range=[0, 9]),
            field("made", "whole", range=[0, 99], compute={"sum": ["count", "rate"]}),
            repeats={"least": 0, "most": 5},
        ),
    )

    made = computed(form, {"rate": 2, "rows": ({"count": 1}, {"count": 5}, {})}, Known())

    assert made["rows"] == ({"count": 1, "made": 3}, {"count": 5, "made": 7}, {})


@given(st.floats(0, 100), st.floats(0, 100))
def test_computing_again_changes_nothing(one: float, other: float) -> None:
    form = summed({"mean": ["a", "b"]}, decimals=1)

    once = computed(form, {"a": one, "b": other}, Known())

    assert computed(form, once, Known()) == once
