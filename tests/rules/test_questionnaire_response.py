"""Answers as QuestionnaireResponses, and back: values of every kind, rows, nesting, nonsense."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import given
from hypothesis import strategies as st

from care_circle.definition.form import Answer
from care_circle.documents.answers import check_answers
from care_circle.fhir.importing import imported
from care_circle.fhir.response import Circumstances, ResponseStatus, answers_of, response_of
from tests.support.care import PATHWAY
from tests.support.care_answers import ASQ, WHOLE
from tests.support.forms import field, form_of, section

SIGNED = Circumstances(
    status=ResponseStatus.COMPLETED,
    id="d1",
    subject="Patient/c1",
    author="Practitioner/p1",
    authored=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
)
CHOICES = [
    {"code": "one", "label": {"fr": "Un", "en": "One"}},
    {
        "code": "two",
        "label": {"fr": "Deux", "en": "Two"},
        "codes": [{"system": "http://loinc.org", "code": "LA2"}],
    },
]
EVERY = form_of(
    section(
        "all",
        field("flag", "flag"),
        field("whole", "whole", range=[0, 9]),
        field("decimal", "decimal", range=[0, 9], unit="kg"),
        field("amount", "decimal", range=[0, 9], unit="mg", **{"as": "quantity"}),
        field("date", "date"),
        field("time", "time"),
        field("moment", "moment"),
        field("choice", "choice", choices=CHOICES),
        field("choices", "choices", choices=CHOICES, other=True),
        field("line", "line", several={}),
        field("below", "line", under="line"),
        field("text", "text"),
        field("address", "address"),
        field("professional", "professional"),
        field("structure", "structure"),
        field("reference", "reference"),
        field("file", "file"),
        field("note", "note"),
    ),
    section("rows", field("a", "line"), repeats={}),
    section("inner", field("b", "line"), within="rows", repeats={}),
    section("beside", field("c", "line"), within="rows"),
)
FULL: dict[str, Answer] = {
    "flag": False,
    "whole": 3,
    "decimal": 2.5,
    "amount": 1.25,
    "date": "2026-02-28",
    "time": "18:30",
    "moment": "2026-11-22T18:30+01:00",
    "choice": "two",
    "choices": ("one", "two", "trois et demi"),
    "line": ("a", "b"),
    "below": "c",
    "text": "Deux\nlignes",
    "address": "https://exemple.fr/",
    "professional": "p2",
    "structure": "s2",
    "reference": "Device/12",
    "file": "compte-rendu.pdf",
    "rows": ({"a": "x", "inner": ({"b": "1"}, {"b": "2"}), "c": "y"}, {"c": "z"}),
}


def test_answers_of_every_kind_come_back_as_they_were() -> None:
    said = json.loads(json.dumps(response_of(EVERY, FULL, SIGNED)))

    QuestionnaireResponse.model_validate(said)
    found = answers_of(EVERY, said)
    assert check_answers(EVERY, FULL, whole=True) == ()
    assert (found.answers, found.dropped) == (FULL, ())


@given(st.sets(st.sampled_from(sorted(FULL))))
def test_what_was_not_answered_is_not_there(codes: set[str]) -> None:
    some = {code: FULL[code] for code in codes}

    assert answers_of(EVERY, response_of(EVERY, some, SIGNED)).answers == some


def test_a_visit_of_the_pathway_is_said_with_its_circumstances() -> None:
    form = PATHWAY.form("F26", "1") if PATHWAY.former else PATHWAY.form("F26")
    answers = {code: answer for code, answer in (WHOLE | ASQ).items() if code in _codes(form)}

    said = response_of(form, answers, SIGNED)

    QuestionnaireResponse.model_validate(said)
    assert said["status"] == "completed"
    assert said["questionnaire"] == f"https://ronde.example/fhir/Questionnaire/F26|{form.version}"
    assert said["subject"] == {"reference": "Patient/c1"}
    assert answers_of(form, said).answers == answers


def _codes(form: Any) -> set[str]:  # noqa: ANN401 -- a form
    return {each.code for each in form.fields()}


def test_a_form_from_elsewhere_is_filled_and_its_answers_read_back() -> None:
    held = {
        "resourceType": "Questionnaire",
        "status": "draft",
        "item": [
            {
                "linkId": "/a b",
                "text": "Group",
                "type": "group",
                "item": [
                    {
                        "linkId": "/a b/1",
                        "text": "How often?",
                        "type": "choice",
                        "answerOption": [
                            {"valueCoding": {"system": "http://a", "code": "x", "display": "X"}},
                            {"valueInteger": 2},
                        ],
                        "item": [{"linkId": "/a b/1.1", "text": "Why?", "type": "string"}],
                    }
                ],
            }
        ],
    }
    form = imported(held).form
    often, why = form.fields()

    said: Any = response_of(form, {often.code: "x", why.code: "parce que"}, SIGNED)

    QuestionnaireResponse.model_validate(said)
    (group,) = said["item"]
    assert group == {
        "linkId": "/a b",
        "text": "Group",
        "item": [
            {
                "linkId": "/a b/1",
                "text": "How often?",
                "answer": [
                    {
                        "valueCoding": {"system": "http://a", "code": "x", "display": "X"},
                        "item": [
                            {
                                "linkId": "/a b/1.1",
                                "text": "Why?",
                                "answer": [{"valueString": "parce que"}],
                            }
                        ],
                    }
                ],
            }
        ],
    }
    assert answers_of(form, said).answers == {often.code: "x", why.code: "parce que"}


@pytest.mark.parametrize(
    ("item", "element"),
    [
        ({"linkId": "nowhere"}, "item"),
        ({"linkId": "amount", "answer": [{"valueQuantity": {"value": 1, "code": "kg"}}]}, "answer"),
        ({"linkId": "flag", "answer": [{"valueBoolean": True}, {"valueBoolean": False}]}, "answer"),
        ({"linkId": "flag", "answer": [{"valueSampledData": {"data": "1"}}]}, "answer"),
        ({"linkId": "flag", "colour": "blue", "answer": [{"valueBoolean": True}]}, "colour"),
    ],
)
def test_what_is_no_answer_to_the_form_is_told(item: dict[str, Any], element: str) -> None:
    held = {"resourceType": "QuestionnaireResponse", "item": [item]}

    found = answers_of(EVERY, held)

    assert [each.element for each in found.dropped] == [element]
    assert all(each.link in ("nowhere", "amount", "flag") for each in found.dropped)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["item", "linkId", "answer", "valueCoding", "resourceType", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_nonsense_breaks_the_reader(held: Any) -> None:  # noqa: ANN401 -- any JSON
    answers_of(EVERY, {"resourceType": "QuestionnaireResponse", "item": held})
    assert answers_of(EVERY, held).answers == {}
