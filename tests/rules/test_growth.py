"""A child's own measures: gathered from signed documents, dated, and laid on round axes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.ages import GestationalAge
from care_circle.definition.form import Answer, Code, Field, FieldType, Form, Section
from care_circle.documents.document import Document, Strike, Version
from care_circle.documents.growth import LOINC, Origin, Reading, axis_over, series_of
from care_circle.labels import Label, Mark
from crypto.ids import ChildId, CircleId, DocumentId, ProfessionalId
from tests.support.care import PATHWAY

BORN = date(2026, 1, 15)
ORIGIN = Origin(
    birth=BORN,
    gestation=GestationalAge(weeks=28, days=3),
    reckoning=PATHWAY.reckoning,
    zone=ZoneInfo("Europe/Paris"),
)
WORDS = Label(fr="Poids", en="Weight")
NOBODY = ProfessionalId("p" * 26)
SIGNED = datetime(2026, 7, 7, 9, tzinfo=UTC)


def measured(code: str = "weight_g", unit: str = "g") -> Form:
    when = Field(code="seen_on", label=WORDS, type=FieldType.DATE, mark=Mark.ASSUMED)
    weight = Field(
        code=code,
        label=WORDS,
        type=FieldType.WHOLE,
        mark=Mark.ASSUMED,
        unit=unit,
        minimum=0,
        maximum=90_000,
        codes=(Code(system=LOINC, code="29463-7"),),
    )
    section = Section(code="all", label=WORDS, mark=Mark.ASSUMED, fields=(when, weight))
    return Form(
        code="X01",
        version="1",
        label=WORDS,
        mark=Mark.ASSUMED,
        stage="support",
        fillers=(),
        sections=(section,),
    )


def written(answers: dict[str, Answer], *, name: str = "a", signed: bool = True) -> Document:
    version = Version(
        number=1,
        answers=answers,
        author=NOBODY,
        saved_at=SIGNED,
        signed_at=SIGNED if signed else None,
    )
    return Document(
        id=DocumentId(name * 26),
        child=ChildId("c" * 26),
        circle=CircleId("k" * 26),
        form="X01",
        form_version="1",
        visit=None,
        author=NOBODY,
        edition=1,
        versions=(version,),
    )


def test_values_of_one_code_make_one_series_whatever_the_form_the_oldest_first() -> None:
    later = Reading(
        document=written({"seen_on": "2026-09-06", "weight_g": 6900}, name="b"), form=measured()
    )
    sooner = Reading(
        document=written({"seen_on": "2026-07-06", "mass": 5400}), form=measured(code="mass")
    )

    (series,) = series_of([later, sooner], ORIGIN)

    assert (series.code, series.unit) == ("29463-7", "g")
    assert [(each.on, each.value) for each in series.measures] == [
        (date(2026, 7, 6), 5400.0),
        (date(2026, 9, 6), 6900.0),
    ]


def test_ages_are_corrected_as_long_as_the_pathway_corrects() -> None:
    term = date(2026, 4, 6)

    young, old = ORIGIN.months(date(2026, 7, 6)), ORIGIN.months(date(2028, 5, 6))

    assert young == pytest.approx((date(2026, 7, 6) - term).days / 30.4375)
    assert old == pytest.approx((date(2028, 5, 6) - BORN).days / 30.4375)


def test_drafts_and_documents_entered_in_error_measure_nothing() -> None:
    answers: dict[str, Answer] = {"seen_on": "2026-07-06", "weight_g": 5400}
    struck = replace(written(answers), strike=Strike(by=NOBODY, at=SIGNED, reason="autre enfant"))
    drafted = written(answers, signed=False)

    found = series_of(
        [Reading(document=each, form=measured()) for each in (struck, drafted)], ORIGIN
    )

    assert found == ()


def test_values_in_different_units_are_not_drawn_together() -> None:
    grams = Reading(document=written({"weight_g": 5400}), form=measured())
    kilos = Reading(document=written({"weight_g": 6}, name="b"), form=measured(unit="kg"))

    found = series_of([grams, kilos], ORIGIN)

    assert [each.unit for each in found] == ["g", "kg"]


def test_a_form_without_a_day_is_dated_by_its_signature() -> None:
    (series,) = series_of([Reading(document=written({"weight_g": 5400}), form=measured())], ORIGIN)

    assert series.measures[0].on == SIGNED.date()


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("Europe/Paris", 21, date(2026, 7, 7)),
        ("Europe/Paris", 22, date(2026, 7, 8)),
        ("Indian/Reunion", 20, date(2026, 7, 8)),
        ("America/Martinique", 3, date(2026, 7, 6)),
    ],
)
def test_a_signature_falls_on_the_day_it_is_where_the_network_works(
    zone: str, hour: int, day: date
) -> None:
    signed = written({"weight_g": 5400})
    late = SIGNED.replace(hour=hour, minute=30)
    signed = replace(signed, versions=(replace(signed.current, signed_at=late),))
    here = ZoneInfo(zone)

    (series,) = series_of([Reading(document=signed, form=measured())], replace(ORIGIN, zone=here))

    assert series.measures[0].on == day


@given(st.lists(st.floats(min_value=-50, max_value=100_000, width=32), min_size=1, max_size=30))
def test_an_axis_holds_all_values_between_few_round_marks(values: list[float]) -> None:
    axis = axis_over(values)

    marks = axis.marks()

    assert 2 <= len(marks) <= 10
    assert all(-1e-6 <= axis.place(value) <= 1 + 1e-6 for value in values)
    assert [axis.place(mark) for mark in (marks[0], marks[-1])] == pytest.approx([0, 1])


def test_an_axis_under_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a value"):
        axis_over([])
