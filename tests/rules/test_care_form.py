"""Forms as data: the 24-month visit, wrong answers, and definitions that refuse to load."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from care_circle.answers import (
    MAX_TEXT,
    AnswerProblem,
    BadAnswers,
    Wrong,
    check_answers,
    require_fitting,
)
from care_circle.definition import DefinitionError, Mark, parse
from care_circle.form import Answer, FieldType, read_form
from care_circle.pathway import COCON, UnknownForm, UnknownVisit, read_pathway
from care_circle.role import Profession
from tests.support.care import PATHWAY
from tests.support.care_answers import ASQ, WHOLE

V24 = PATHWAY.form("v24")
TEXT = (COCON / "forms" / "v24.json").read_text(encoding="utf-8")


def test_the_form_has_the_five_sourced_sections_and_is_a_physicians_to_fill() -> None:
    assert [section.code for section in V24.sections] == [
        *("consultation", "development", "vision", "hearing", "biometrics")
    ]
    assert {section.mark for section in V24.sections} == {Mark.SOURCED}
    assert V24.fillers == (Profession.PHYSICIAN,)


def test_of_a_licensed_scale_the_form_asks_name_date_version_and_scores_only() -> None:
    fields = {field.code: field for field in V24.fields() if field.code.startswith("asq")}

    assert {field.type for field in fields.values()} <= {
        *(FieldType.FLAG, FieldType.CHOICE, FieldType.DATE, FieldType.WHOLE)
    }
    assert len(fields) == 9


def test_a_whole_form_has_nothing_wrong() -> None:
    assert check_answers(V24, WHOLE, whole=True) == ()
    assert check_answers(V24, WHOLE | ASQ, whole=True) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"weight": 12}, AnswerProblem(field="weight", wrong=Wrong.UNKNOWN_FIELD)),
        ({"asq_done": "yes"}, AnswerProblem(field="asq_done", wrong=Wrong.WRONG_TYPE)),
        ({"visit_date": "1/2/2026"}, AnswerProblem(field="visit_date", wrong=Wrong.WRONG_TYPE)),
        ({"visit_date": "20260201"}, AnswerProblem(field="visit_date", wrong=Wrong.WRONG_TYPE)),
        ({"conclusion": "maybe"}, AnswerProblem(field="conclusion", wrong=Wrong.NOT_A_CHOICE)),
        (
            {"parents_concerned": True, "parents_concern": "x" * (MAX_TEXT + 1)},
            AnswerProblem(field="parents_concern", wrong=Wrong.TOO_LONG),
        ),
        (
            {"parents_concern": "le sommeil"},
            AnswerProblem(field="parents_concern", wrong=Wrong.NOT_APPLICABLE),
        ),
        (
            {"weight_kg": 25.1},
            AnswerProblem(field="weight_kg", wrong=Wrong.OUT_OF_RANGE, minimum=4, maximum=25),
        ),
        (
            {"weight_kg": float("nan")},
            AnswerProblem(field="weight_kg", wrong=Wrong.OUT_OF_RANGE, minimum=4, maximum=25),
        ),
        (
            {"weight_kg": True},
            AnswerProblem(field="weight_kg", wrong=Wrong.WRONG_TYPE, minimum=4, maximum=25),
        ),
        (
            {"walking_age_months": 12.5},
            AnswerProblem(
                field="walking_age_months", wrong=Wrong.WRONG_TYPE, minimum=7, maximum=36
            ),
        ),
    ],
)
def test_each_wrong_answer_is_named_with_its_bounds_and_without_itself(
    changes: dict[str, Answer], problem: AnswerProblem
) -> None:
    assert check_answers(V24, WHOLE | changes, whole=False) == (problem,)


@pytest.mark.parametrize("weight", [4, 4.0, 25, 12.35])
def test_bounds_are_included_and_a_whole_number_is_a_decimal_one(weight: float) -> None:
    assert check_answers(V24, WHOLE | {"weight_kg": weight}, whole=True) == ()


def test_a_draft_may_be_incomplete_and_a_signed_form_may_not() -> None:
    some: dict[str, Answer] = {"walks_alone": True}

    assert check_answers(V24, some, whole=False) == ()
    with pytest.raises(BadAnswers) as refused:
        require_fitting(V24, some, whole=True)
    missing = {problem.field for problem in refused.value.problems}
    assert {"visit_date", "weight_kg", "asq_done"} <= missing
    assert "referral" not in missing


def test_a_condition_that_holds_makes_its_required_fields_required() -> None:
    referred = WHOLE | {"conclusion": "refer"}

    problems = check_answers(V24, referred, whole=True)

    assert problems == (AnswerProblem(field="referral", wrong=Wrong.MISSING),)


def test_an_answer_whose_condition_is_open_waits_in_a_draft_and_does_not_pass_a_signature() -> None:
    some: dict[str, Answer] = {
        code: answer for code, answer in WHOLE.items() if code != "walks_alone"
    } | {"walking_age_months": 14}

    assert check_answers(V24, some, whole=False) == ()
    assert {problem.field for problem in check_answers(V24, some, whole=True)} == {
        *("walks_alone", "walking_age_months")
    }


def test_the_error_of_bad_answers_tells_no_answer() -> None:
    with pytest.raises(BadAnswers) as refused:
        require_fitting(V24, WHOLE | {"conclusion": "zinzolin"}, whole=True)

    assert "zinzolin" not in str(refused.value) + repr(refused.value.problems)


Slip = Callable[[dict[str, Any]], object]
PLACE = "v24.json.sections[1] (development)"


@pytest.mark.parametrize(
    ("slip", "place", "problem"),
    [
        (
            lambda section: section["fields"][1].pop("range"),
            f"{PLACE}.fields[1] (walking_age_months)",
            "a number needs a 'range'",
        ),
        (
            lambda section: section["fields"][1].update(range=[9, 3]),
            f"{PLACE}.fields[1] (walking_age_months).range",
            "the smaller first",
        ),
        (
            lambda section: section["fields"][0].update(range=[0, 1]),
            f"{PLACE}.fields[0] (walks_alone).range",
            "only numbers have a range",
        ),
        (
            lambda section: section["fields"][0].update(choices=[]),
            f"{PLACE}.fields[0] (walks_alone)",
            "only with it",
        ),
        (
            lambda section: section["fields"][0].update(
                when={"fact": "walking_age_months", "is": True}
            ),
            f"{PLACE}.fields[0] (walks_alone).when.fact",
            "unknown fact 'walking_age_months'",
        ),
        (
            lambda section: section["fields"][0].update(type="yes_no"),
            f"{PLACE}.fields[0] (walks_alone).type",
            "'yes_no' is none of",
        ),
        (
            lambda section: section["fields"][0].update(required="yes"),
            f"{PLACE}.fields[0] (walks_alone).required",
            "true or false",
        ),
        (
            lambda section: section["fields"].append(section["fields"][0]),
            "v24.json.sections",
            "'walks_alone' stands there twice",
        ),
        (
            lambda section: section["fields"][0].update(codes=[{"system": "x"}]),
            f"{PLACE}.fields[0] (walks_alone).codes[0]",
            "'code' is missing",
        ),
        (lambda section: section.update(fields={}), f"{PLACE}.fields", "a list is expected"),
    ],
)
def test_a_wrong_form_names_the_field_and_the_place(slip: Slip, place: str, problem: str) -> None:
    data = json.loads(TEXT)
    slip(data["sections"][1])

    with pytest.raises(DefinitionError) as refused:
        read_form(parse(json.dumps(data), "v24.json"))

    assert refused.value.place == place
    assert problem in refused.value.problem


def test_a_reader_who_is_nobody_in_a_circle_is_refused() -> None:
    data = json.loads(TEXT) | {"readers": ["coordinator", "plumber"]}

    with pytest.raises(DefinitionError, match=r"readers\[1\]"):
        read_form(parse(json.dumps(data), "v24.json"))


def test_the_calendar_has_its_twelve_visits_each_with_its_mark() -> None:
    marks = {visit.code: visit.mark.value for visit in PATHWAY.visits}

    assert marks == {
        **dict.fromkeys(("V00", "V24", "V60", "V84"), "S"),
        **dict.fromkeys(("V03", "V06", "V12", "V18", "V48"), "A"),
        **dict.fromkeys(("V09", "V36", "V72"), "~"),
    }
    assert PATHWAY.visit("V24").form == "v24"
    assert PATHWAY.marks["term"] is Mark.ASSUMED


def test_what_the_pathway_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownForm):
        PATHWAY.form("v25")
    with pytest.raises(UnknownVisit):
        PATHWAY.visit("V25")


def copied(folder: Path, name: str, slip: Slip) -> Path:
    """The COCON folder with a slip in one file."""
    (folder / "forms").mkdir()
    for path in (*COCON.glob("*.json"), *COCON.glob("forms/*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if path.name == name:
            slip(data)
        (folder / path.relative_to(COCON)).write_text(json.dumps(data), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "slip", "place"),
    [
        (
            "pathway.json",
            lambda data: data["visits"][6].update(form="v25"),
            "pathway.json.visits[6] (V24).form",
        ),
        (
            "pathway.json",
            lambda data: data["parameters"]["term"].update(value="40"),
            "pathway.json.parameters.term.value",
        ),
        (
            "pathway.json",
            lambda data: data["parameters"]["signatures"].pop("mark"),
            "pathway.json.parameters.signatures",
        ),
        (
            "pathway.json",
            lambda data: data["visits"][0].update(code="V03"),
            "pathway.json.visits",
        ),
        ("v24.json", lambda data: data.update(code="v25"), "forms/v24.json.code"),
    ],
)
def test_a_wrong_pathway_does_not_load_and_says_where(
    tmp_path: Path, name: str, slip: Slip, place: str
) -> None:
    folder = copied(tmp_path, name, slip)

    with pytest.raises(DefinitionError) as refused:
        read_pathway(folder)

    assert refused.value.place == place


def test_a_pathway_without_its_rules_does_not_load(tmp_path: Path) -> None:
    folder = copied(tmp_path, "", lambda data: data)
    (folder / "inclusion.json").unlink()

    with pytest.raises(DefinitionError, match=r"inclusion\.json: the file cannot be read"):
        read_pathway(folder)
