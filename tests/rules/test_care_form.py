"""Forms as data: the 24-month visit, wrong answers, and definitions that refuse to load."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from care_circle.definition.form import Answer, FieldType
from care_circle.definition.form_reading import read_form
from care_circle.definition.pathway import COCON, UnknownForm, UnknownVisit
from care_circle.definition.pathway_reading import read_pathway
from care_circle.definition.source import DefinitionError, parse, written
from care_circle.documents.answers import (
    MAX_TEXT,
    AnswerProblem,
    BadAnswers,
    Wrong,
    check_answers,
    require_fitting,
)
from care_circle.labels import Mark
from care_circle.role import Profession
from tests.support.care import PATHWAY
from tests.support.care_answers import ASQ, WHOLE

V24 = PATHWAY.form("F26")
TEXT = (COCON / "forms" / "F26.yaml").read_text(encoding="utf-8")


def test_the_form_has_the_five_sourced_sections_and_is_a_physicians_to_fill() -> None:
    assert [section.code for section in V24.sections if section.scale is None] == [
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
    found = check_answers(V24, WHOLE | changes, whole=False)

    assert found == (replace(problem, path=(problem.field,)),)


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

    assert problems == (AnswerProblem(field="referral", wrong=Wrong.MISSING, path=("referral",)),)


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


def field(section: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for each in section["fields"] if each["code"] == code)


@pytest.mark.parametrize(
    ("slip", "name", "problem"),
    [
        (
            lambda section: field(section, "walking_age_months").pop("range"),
            "walking_age_months",
            "a number needs a 'range'",
        ),
        (
            lambda section: field(section, "walking_age_months").update(range=[9, 3]),
            "walking_age_months",
            "the smaller first",
        ),
        (
            lambda section: field(section, "walks_alone").update(range=[0, 1]),
            "walks_alone",
            "'range' goes with the type 'whole' or 'decimal' only",
        ),
        (
            lambda section: field(section, "walks_alone").update(choices=[]),
            "walks_alone",
            "at least 1 of them is expected",
        ),
        (
            lambda section: field(section, "walks_alone").update(
                when={"fact": "joins_two_words", "is": True}
            ),
            "walks_alone",
            "unknown fact 'joins_two_words'",
        ),
        (
            lambda section: field(section, "walks_alone").update(type="yes_no"),
            "walks_alone",
            "'yes_no' is none of",
        ),
        (
            lambda section: field(section, "walks_alone").update(required="yes"),
            "walks_alone",
            "true or false",
        ),
        (
            lambda section: section["fields"].append(field(section, "walks_alone")),
            "F26",
            "'walks_alone' stands there twice",
        ),
        (
            lambda section: field(section, "walks_alone").update(codes=[{"system": "x"}]),
            "walks_alone",
            "'code' is missing",
        ),
        (lambda section: section.update(fields={}), "development", "a list is expected"),
    ],
)
def test_a_wrong_form_names_the_field_and_its_line(slip: Slip, name: str, problem: str) -> None:
    data: Any = parse(TEXT, "F26.yaml").plain()
    slip(next(each for each in data["sections"] if each["code"] == "development"))
    text = written(data)

    with pytest.raises(DefinitionError) as refused:
        read_form(parse(text, "F26.yaml"))

    (complaint,) = refused.value.complaints
    assert (complaint.file, complaint.name) == ("F26.yaml", name)
    assert problem in complaint.problem
    assert 0 < complaint.line <= len(text.splitlines())
    assert str(complaint) == f"F26.yaml:{complaint.line}: ({name}) {complaint.problem}"


def test_a_reader_who_is_nobody_in_a_circle_is_refused() -> None:
    data: Any = parse(TEXT, "F26.yaml").plain()
    text = written(data | {"readers": ["coordinator", "plumber"]})

    with pytest.raises(DefinitionError, match="'plumber' is none of coordinator") as refused:
        read_form(parse(text, "F26.yaml"))

    assert text.splitlines()[refused.value.complaints[0].line - 1] == "- plumber"


def test_the_calendar_has_its_twelve_visits_each_with_its_mark() -> None:
    marks = {visit.code: visit.mark.value for visit in PATHWAY.visits}

    assert marks == {
        **dict.fromkeys(("V00", "V24", "V60", "V84"), "S"),
        **dict.fromkeys(("V03", "V06", "V12", "V18", "V48"), "A"),
        **dict.fromkeys(("V09", "V36", "V72"), "~"),
    }
    assert PATHWAY.visit("V24").form == "F26"
    assert PATHWAY.marks["term"] is Mark.ASSUMED


def test_what_the_pathway_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownForm):
        PATHWAY.form("v25")
    with pytest.raises(UnknownVisit):
        PATHWAY.visit("V25")


def copied(folder: Path, name: str, slip: Slip) -> Path:
    """The COCON folder with a slip in one file."""
    shutil.copytree(COCON, folder / "cocon")
    path = folder / "cocon" / name
    data: Any = parse(path.read_text(encoding="utf-8"), name).plain()
    slip(data)
    path.write_text(written(data), encoding="utf-8")
    return folder / "cocon"


@pytest.mark.parametrize(
    ("name", "slip", "complaint"),
    [
        (
            "pathway.yaml",
            lambda data: data["visits"][6].update(form="v25"),
            "(V24) there is no form 'v25'",
        ),
        (
            "pathway.yaml",
            lambda data: data["parameters"]["term"].update(value="40"),
            "(term) weeks and days are expected, as in '40+0'",
        ),
        (
            "pathway.yaml",
            lambda data: data["parameters"]["signatures"].pop("mark"),
            "(signatures) 'mark' is missing",
        ),
        (
            "pathway.yaml",
            lambda data: data["visits"][0].update(code="V03"),
            "'V03' stands there twice",
        ),
        (
            "forms/F26.yaml",
            lambda data: data.update(code="v25"),
            "the file is named otherwise",
        ),
    ],
)
def test_a_wrong_pathway_does_not_load_and_says_where(
    tmp_path: Path, name: str, slip: Slip, complaint: str
) -> None:
    folder = copied(tmp_path, name, slip)

    with pytest.raises(DefinitionError) as refused:
        read_pathway(folder)

    first = refused.value.complaints[0]
    assert first.file == name
    assert str(first).endswith(complaint)


def test_a_pathway_without_its_rules_does_not_load(tmp_path: Path) -> None:
    folder = copied(tmp_path, "inclusion.yaml", lambda _: None)
    (folder / "inclusion.yaml").unlink()

    with pytest.raises(DefinitionError, match=r"inclusion\.yaml:1: the file cannot be read"):
        read_pathway(folder)


def test_what_is_wrong_in_several_files_is_told_at_once(tmp_path: Path) -> None:
    folder = copied(tmp_path, "forms/F26.yaml", lambda data: data["sections"][0].pop("mark"))
    (folder / "inclusion.yaml").write_text("criteria: &a []\n", encoding="utf-8")

    with pytest.raises(DefinitionError) as refused:
        read_pathway(folder)

    assert {each.file for each in refused.value.complaints} == {"forms/F26.yaml", "inclusion.yaml"}
