"""Forms as FHIR Questionnaires: nothing of ours is lost, and all that others lose is told."""

import json
from contextlib import suppress
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care_circle.definition.form import Form
from care_circle.definition.source import DefinitionError
from care_circle.fhir.exporting import questionnaire_of
from care_circle.fhir.importing import NotAQuestionnaire, imported
from tests.support.care import PATHWAY
from tests.support.questionnaires import forms

FORMS = [pytest.param(form, id=form.code) for form in (*PATHWAY.forms.values(), *PATHWAY.former)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_pathway_comes_back_as_it_was(form: Form) -> None:
    said = json.loads(json.dumps(questionnaire_of(form)))

    Questionnaire.model_validate(said)
    found = imported(said)
    assert (found.form, found.dropped) == (form, ())


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(forms())
def test_any_form_that_the_language_can_say_comes_back_as_it_was(form: Form) -> None:
    said = json.loads(json.dumps(questionnaire_of(form)))

    Questionnaire.model_validate(said)
    assert imported(said).form == form


def items(questionnaire: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in questionnaire.get("item", []):
        found |= {item["linkId"]: item} | items(item)
    return found


def asked(*held: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any key
    return {"resourceType": "Questionnaire", "status": "draft", **more, "item": list(held)}


HL7 = "http://hl7.org/fhir/StructureDefinition/"


@pytest.mark.parametrize(
    "item",
    [
        {"type": "boolean", "required": True, "initial": [{"valueBoolean": True}]},
        {"type": "integer", "initial": [{"valueInteger": 3}], "readOnly": True},
        {
            "type": "integer",
            "extension": [
                {"url": f"{HL7}minValue", "valueInteger": 1},
                {"url": f"{HL7}maxValue", "valueInteger": 9},
            ],
        },
        {"type": "decimal", "extension": [{"url": f"{HL7}maxDecimalPlaces", "valueInteger": 2}]},
        {
            "type": "quantity",
            "extension": [
                {
                    "url": f"{HL7}questionnaire-unit",
                    "valueCoding": {"system": "http://unitsofmeasure.org", "code": "kg"},
                }
            ],
        },
        {"type": "date", "extension": [{"url": f"{HL7}minValue", "valueDate": "2020-01-01"}]},
        {"type": "dateTime", "initial": [{"valueDateTime": "2026-11-22T10:00:30Z"}]},
        {"type": "time", "initial": [{"valueTime": "18:30:00"}]},
        {"type": "string", "maxLength": 40, "repeats": True},
        {"type": "text", "prefix": "1.a"},
        {"type": "url", "initial": [{"valueUri": "https://exemple.fr/"}]},
        {"type": "attachment"},
        {"type": "display"},
        {"type": "reference"},
        {
            "type": "reference",
            "extension": [{"url": f"{HL7}questionnaire-referenceResource", "valueCode": "Device"}],
        },
        {
            "type": "choice",
            "repeats": True,
            "answerOption": [
                {"valueCoding": {"system": "http://a", "code": "x", "display": "Ix"}},
                {
                    "extension": [{"url": f"{HL7}ordinalValue", "valueDecimal": 2}],
                    "valueCoding": {"system": "http://b", "code": "x", "display": "Ix"},
                },
                {"valueCoding": {"display": "sans code"}, "initialSelected": True},
            ],
        },
        {"type": "open-choice", "answerOption": [{"valueString": "bleu"}, {"valueString": "vert"}]},
        {"type": "choice", "answerOption": [{"valueInteger": 1}, {"valueInteger": 2}]},
        {
            "type": "choice",
            "answerOption": [{"valueDate": "2026-01-01"}, {"valueTime": "10:00:00"}],
        },
        {
            "type": "choice",
            "answerOption": [{"valueReference": {"reference": "Patient/1", "display": "Ana"}}],
        },
        {"type": "string", "code": [{"system": "http://loinc.org", "code": "1-8", "display": "W"}]},
        {
            "type": "string",
            "extension": [{"url": f"{HL7}questionnaire-hidden", "valueBoolean": True}],
        },
        {
            "type": "string",
            "repeats": True,
            "extension": [
                {"url": f"{HL7}questionnaire-minOccurs", "valueInteger": 1},
                {"url": f"{HL7}questionnaire-maxOccurs", "valueInteger": 4},
            ],
        },
        {
            "type": "string",
            "_text": {
                "extension": [
                    {
                        "url": f"{HL7}translation",
                        "extension": [
                            {"url": "lang", "valueCode": "fr"},
                            {"url": "content", "valueString": "Question en français"},
                        ],
                    }
                ]
            },
        },
    ],
    ids=lambda item: item["type"],
)
def test_what_others_ask_comes_back_with_every_element_of_it(item: dict[str, Any]) -> None:
    held = {"linkId": "1.2/é(a)", "text": "A question", **item}
    found = imported(asked(held, language="en"))

    again = items(questionnaire_of(found.form))[held["linkId"]]

    assert found.dropped == ()
    assert {key: again.get(key) for key in held if key != "extension"} == {
        key: value for key, value in held.items() if key != "extension"
    }
    assert [each for each in held.get("extension", []) if each not in again["extension"]] == []


SIGNS = [
    ("boolean", {}, "=", {"answerBoolean": True}),
    ("boolean", {}, "!=", {"answerBoolean": True}),
    ("boolean", {}, "exists", {"answerBoolean": False}),
    *(("integer", {}, sign, {"answerInteger": 3}) for sign in ("=", "!=", "<", "<=", ">", ">=")),
    *(("decimal", {}, sign, {"answerDecimal": 3.5}) for sign in ("=", "<", ">=")),
    *(("date", {}, sign, {"answerDate": "2026-01-01"}) for sign in ("=", "<", ">")),
    ("time", {}, "<", {"answerTime": "18:00:00"}),
    ("dateTime", {}, ">", {"answerDateTime": "2026-01-01T10:00:01Z"}),
    ("string", {}, "=", {"answerString": "oui"}),
    ("attachment", {}, "exists", {"answerBoolean": True}),
    (
        "choice",
        {"answerOption": [{"valueCoding": {"system": "http://a", "code": "x", "display": "X"}}]},
        "=",
        {"answerCoding": {"system": "http://a", "code": "x", "display": "X"}},
    ),
    (
        "choice",
        {"repeats": True, "answerOption": [{"valueCoding": {"code": "x", "display": "X"}}]},
        "!=",
        {"answerCoding": {"code": "x", "display": "X"}},
    ),
]


@pytest.mark.parametrize(("kind", "more", "sign", "answer"), SIGNS)
def test_every_operator_of_enable_when_comes_back(
    kind: str, more: dict[str, Any], sign: str, answer: dict[str, Any]
) -> None:
    test = {"question": "a", "operator": sign, **answer}
    held = {"linkId": "b", "text": "B", "type": "string", "enableWhen": [test]}
    first = {"linkId": "a", "text": "A", "type": kind, **more}

    found = imported(asked(first, held))

    assert found.dropped == ()
    assert items(questionnaire_of(found.form))["b"]["enableWhen"] == [test]


@pytest.mark.parametrize("behaviour", ["all", "any"])
def test_several_conditions_come_back_with_their_behaviour(behaviour: str) -> None:
    tests = [
        {"question": "a", "operator": "=", "answerBoolean": True},
        {"question": "b", "operator": ">", "answerInteger": 2},
    ]
    held = {"linkId": "g", "text": "G", "type": "group", "enableWhen": tests}
    inner = {"linkId": "c", "text": "C", "type": "string"}

    found = imported(
        asked(
            {"linkId": "a", "text": "A", "type": "boolean"},
            {"linkId": "b", "text": "B", "type": "integer"},
            held | {"enableBehavior": behaviour, "item": [inner]},
        )
    )

    group = items(questionnaire_of(found.form))["g"]
    assert (group["enableWhen"], group["enableBehavior"]) == (tests, behaviour)


def tree(questionnaire: dict[str, Any]) -> list[Any]:
    return [[item["linkId"], tree(item)] for item in questionnaire.get("item", [])]


def test_groups_in_groups_and_questions_below_questions_keep_their_places() -> None:
    def group(link: str, *inner: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
        return {"linkId": link, "text": link, "type": "group", "item": list(inner), **more}

    def question(link: str, *inner: dict[str, Any]) -> dict[str, Any]:
        below = {"item": list(inner)} if inner else {}
        return {"linkId": link, "text": link, "type": "string", **below}

    held = asked(
        question("1"),
        group(
            "2",
            question("2.1", question("2.1.1"), question("2.1.2")),
            group("2.2", question("2.2.1"), repeats=True),
            question("2.3"),
            group("2.4", group("2.4.1", question("2.4.1.1"))),
            question("2.5"),
        ),
        question("3"),
        question("4"),
    )

    found = imported(held)

    assert found.dropped == ()
    assert tree(questionnaire_of(found.form)) == tree(held)


def test_a_list_in_the_file_becomes_choices_and_one_elsewhere_is_told() -> None:
    contained = {
        "resourceType": "ValueSet",
        "id": "yes",
        "compose": {
            "include": [{"system": "http://a", "concept": [{"code": "y", "display": "Oui"}]}]
        },
    }
    found = imported(
        asked(
            {"linkId": "a", "text": "A", "type": "choice", "answerValueSet": "#yes"},
            {"linkId": "b", "text": "B", "type": "choice", "answerValueSet": "http://ailleurs/vs"},
            contained=[contained],
        )
    )

    one, other = found.form.fields()
    assert [choice.label.fr for choice in one.choices] == ["Oui"]
    assert other.value_set == "http://ailleurs/vs"
    told = {(each.link, each.element) for each in found.dropped}
    assert told == {("a", "answerValueSet"), ("b", "answerValueSet"), ("", "contained")}


@pytest.mark.parametrize(
    ("more", "element"),
    [
        ({"definition": "http://a#b"}, "definition"),
        ({"extension": [{"url": f"{HL7}regex", "valueString": "a"}]}, "extension"),
        ({"modifierExtension": [{"url": "http://a"}]}, "modifierExtension"),
        ({"answerValueSet": "http://a"}, "answerValueSet"),
        ({"type": "question"}, "type"),
        ({"maxLength": "12"}, "maxLength"),
        ({"enableWhen": [{"question": "z", "operator": "exists"}]}, "enableWhen"),
        ({"initial": [{"valueString": "a"}, {"valueString": "b"}]}, "initial"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_whatever_is_not_taken_over_is_told_with_its_link(
    more: dict[str, Any], element: str
) -> None:
    found = imported(asked({"linkId": "a", "text": "A", "type": "string", **more}))

    assert [(each.link, each.element) for each in found.dropped] == [("a", element)]


@pytest.mark.parametrize(
    "held", [None, [], {}, {"resourceType": "Patient"}, {"resourceType": "Questionnaire"}, "x"]
)
def test_what_is_no_questionnaire_is_refused(held: object) -> None:
    with pytest.raises(NotAQuestionnaire):
        imported(held)


def test_two_items_of_one_link_are_told_and_the_first_is_kept() -> None:
    item = {"linkId": "a", "text": "A", "type": "string"}

    found = imported(asked(item, item | {"text": "B"}))

    assert [field.label.fr for field in found.form.fields()] == ["A"]
    assert [each.element for each in found.dropped] == ["item"]


KEYS = [
    *("item", "linkId", "text", "type", "enableWhen", "question", "operator", "answerBoolean"),
    *("answerOption", "valueCoding", "code", "system", "display", "initial", "extension", "url"),
    *("repeats", "required", "maxLength", "prefix", "contained", "answerValueSet", "valueString"),
    *("title", "name", "version", "language", "source", "_text", "value", "identifier"),
]
WORDS = ["group", "choice", "string", "quantity", "display", "a", "b", "", "=", "exists", "#a"]
LEAVES = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(WORDS) | st.text(max_size=3)
)
NONSENSE = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=40,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS), NONSENSE), st.lists(NONSENSE, max_size=4))
def test_nonsense_is_refused_or_read_and_never_breaks_the_reader(
    held: dict[str, Any], inner: list[Any]
) -> None:
    with suppress(NotAQuestionnaire, DefinitionError):
        form = imported({**held, "resourceType": "Questionnaire", "item": inner}).form
        assert imported(questionnaire_of(form)).form == form
