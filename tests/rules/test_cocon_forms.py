"""The forms F01 to F40 of COCON: whole, in two languages, never typed twice."""

import re
from collections.abc import Iterator

import pytest

from care_circle.definition.form import Field, FieldType, Form, FormRecord, Section
from care_circle.labels import Label
from tests.support.care import PATHWAY

FORMS = [pytest.param(form, id=form.code) for form in PATHWAY.forms.values()]
VISIT_FORMS = [form for form in PATHWAY.forms.values() if form.visits]
RECORDS = {
    "F07": FormRecord.REFERRAL,
    "F08": FormRecord.INCLUSION,
    "F09": FormRecord.CONVENTION,
    "F10": FormRecord.TRAINING,
    "F11": FormRecord.CIRCLE,
    "F13": FormRecord.PRESCRIPTION,
    "F14": FormRecord.FORFAIT,
    "F16": FormRecord.MEETING,
    "F17": FormRecord.MEETING,
    "F19": FormRecord.DEPARTURE,
    "F38": FormRecord.SESSION,
    "F40": FormRecord.DEPARTURE,
}
STAGES = {"inclusion": range(1, 11), "coordination": range(11, 20), "support": range(20, 40)}
# LOINC codes that were looked up, and the unit (UCUM) each is asked in.
MEASURES = {
    "29463-7": "kg",
    "8302-2": "cm",
    "8306-3": "cm",
    "9843-4": "cm",
    "8339-4": "g",
    "89269-5": "cm",
    "8290-9": "cm",
    "9272-6": "{score}",
    "9274-2": "{score}",
    "9271-8": "{score}",
}
# A very small and a very big child of each visit: weight in kg, height and head in cm.
CHILDREN = {
    "F20": ((1.8, 38, 28), (7, 66, 44)),
    "F21": ((3, 48, 34), (9, 68, 45)),
    "F22": ((4.5, 56, 38), (11.5, 74, 48)),
    "F23": ((5.3, 61, 39.5), (13, 79, 50)),
    "F24": ((6, 64, 41), (14.5, 84, 51)),
    "F25": ((6.8, 69, 42), (17, 91, 53)),
    "F26": ((7.5, 74, 43), (19, 97, 54)),
    "F27": ((9, 81, 44), (24, 110, 55)),
    "F28": ((10.5, 87, 44.5), (30, 119, 56)),
    "F29": ((11.8, 93, 45), (36, 127, 57)),
    "F30": ((13, 98, 45.5), (50, 142, 59)),
}
FACTS = ("gestational_age", "birth_weight_g", "growth_percentile", "hie_treated_by_hypothermia")
RATED = ["normal", "doubtful", "abnormal", "not_examined"]
FRENCH = re.compile("[àâçéèêëîïôœùûÀÉÈÊÎÔÛ]")
NAMES = ("Côte d'Azur",)
OF_A_SCALE = {FieldType.DATE, FieldType.LINE, FieldType.WHOLE, FieldType.DECIMAL}


def said_in(form: Form) -> Iterator[Label]:
    """Everything that a form shows."""
    parts: tuple[Form | Section | Field, ...] = (form, *form.sections, *form.fields())
    for part in parts:
        yield from (label for label in (part.label, part.help) if label is not None)
    for field in form.fields():
        yield from (choice.label for choice in field.choices)


def field_named(said: tuple[str, str]) -> tuple[Section, Field]:
    form, code = said
    return next(
        (section, field)
        for section in PATHWAY.form(form).sections
        for field in section.fields
        if field.code == code
    )


def test_all_forty_forms_are_there() -> None:
    assert sorted(PATHWAY.forms) == [f"F{number:02}" for number in range(1, 41)]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_speaks_french_and_english(form: Form) -> None:
    for label in said_in(form):
        english = label.en
        for name in NAMES:
            english = english.replace(name, "")
        assert label.fr == label.fr.strip() != ""
        assert label.en == label.en.strip() != ""
        assert not FRENCH.search(english), label


@pytest.mark.parametrize("form", FORMS)
def test_a_form_stands_in_its_stage_and_is_kept_where_it_belongs(form: Form) -> None:
    number = int(form.code.removeprefix("F"))

    stage = next((stage for stage, held in STAGES.items() if number in held), "exit")

    assert form.stage == stage
    assert form.record is RECORDS.get(form.code, FormRecord.DOCUMENT)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_assumed_says_so(form: Form) -> None:
    assert form.note


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_prefilled_from_one_that_fits(form: Form) -> None:
    for field in form.fields():
        for said in field.prefill.last if field.prefill else ():
            section, source = field_named(said)
            assert section.repeats is None
            assert (source.type, source.unit) == (field.type, field.unit)
            assert {each.code for each in source.choices} <= {each.code for each in field.choices}


@pytest.mark.parametrize("form", FORMS)
def test_a_finding_of_the_day_is_never_prefilled(form: Form) -> None:
    for field in form.fields():
        if [choice.code for choice in field.choices] == RATED:
            assert field.prefill is None


def test_perinatal_facts_are_taken_from_the_register() -> None:
    taken = {field.code for field in PATHWAY.form("F02").fields() if field.prefill}

    assert set(FACTS) <= taken


@pytest.mark.parametrize("form", FORMS)
def test_a_measure_has_a_code_that_was_looked_up_and_its_unit(form: Form) -> None:
    for field in form.fields():
        for code in field.codes:
            assert code.system == "http://loinc.org"
            assert MEASURES[code.code] == field.unit


@pytest.mark.parametrize("form", FORMS)
def test_of_a_published_scale_only_name_edition_date_and_scores_are_asked(form: Form) -> None:
    for section in form.sections:
        if section.scale is not None:
            assert {field.type for field in section.fields} <= OF_A_SCALE
            assert len(section.fields) <= 9
            assert FieldType.DATE in {field.type for field in section.fields}


def test_protected_scales_are_asked_as_scales() -> None:
    named = {
        section.scale.name
        for form in PATHWAY.forms.values()
        for section in form.sections
        if section.scale
    }

    assert named == {"ASQ", "HINE", "M-CHAT-R/F", "WPPSI"}


@pytest.mark.parametrize("form", FORMS)
def test_a_computed_answer_is_an_age_and_never_a_verdict(form: Form) -> None:
    computed = [field for field in form.fields() if field.compute is not None]

    assert {field.code for field in computed} <= {"corrected_months", "age_months"}
    assert {field.unit for field in computed} <= {"mo"}


def test_every_visit_has_its_form_and_every_visit_s_form_its_visit() -> None:
    by_visit = {visit.code: visit.form for visit in PATHWAY.visits}

    assert {code: by_visit[code] for form in VISIT_FORMS for code in form.visits} == by_visit
    for form in VISIT_FORMS:
        assert {by_visit[code] for code in form.visits} == {form.code}


@pytest.mark.parametrize("form", [pytest.param(form, id=form.code) for form in VISIT_FORMS])
def test_a_visit_asks_for_few_answers_before_it_is_signed(form: Form) -> None:
    always = [
        field
        for section in form.sections
        for field in section.fields
        if field.required and field.when is None and section.when is None
    ]

    assert {"visit_date", "parents_concerned", "conclusion", "weight_kg"} <= {
        field.code for field in always
    }
    assert len(always) <= (20 if form.code == "F26" else 5)


@pytest.mark.parametrize("code", CHILDREN)
def test_the_ranges_take_very_small_and_very_big_children(code: str) -> None:
    fields = {field.code: field for field in PATHWAY.form(code).fields()}

    for child in CHILDREN[code]:
        for name, value in zip(
            ("weight_kg", "height_cm", "head_circumference_cm"), child, strict=True
        ):
            field = fields[name]
            assert field.minimum is not None
            assert field.maximum is not None
            assert field.minimum <= value <= field.maximum


@pytest.mark.parametrize("code", CHILDREN)
def test_a_weight_typed_in_grams_is_out_of_range(code: str) -> None:
    (weight,) = (field for field in PATHWAY.form(code).fields() if field.code == "weight_kg")

    assert weight.maximum is not None
    assert weight.maximum < 1000


def test_the_24_month_visit_keeps_its_five_sourced_sections_and_its_answers() -> None:
    form, before = PATHWAY.form("F26"), PATHWAY.form("F26", "1")

    sourced = [section.code for section in form.sections if section.scale is None]

    assert sourced == ["consultation", "development", "vision", "hearing", "biometrics"]
    assert {section.mark.value for section in form.sections} == {"S"}
    assert {field.code for field in before.fields()} <= {field.code for field in form.fields()}


def test_a_family_is_reminded_of_any_visit_of_the_calendar() -> None:
    (missed,) = (field for field in PATHWAY.form("F18").fields() if field.code == "missed_visit")

    offered = [(choice.code, choice.label) for choice in missed.choices]

    assert offered == [(visit.code, visit.label) for visit in PATHWAY.visits]


def test_early_care_is_asked_for_in_the_disciplines_of_the_pathway() -> None:
    disciplines = [each.code for each in PATHWAY.disciplines]

    for code, name in (("F13", "discipline"), ("F14", "discipline"), ("F39", "discipline")):
        (field,) = (field for field in PATHWAY.form(code).fields() if field.code == name)
        assert [choice.code for choice in field.choices] == disciplines


def test_a_session_is_reported_with_eight_answers_at_most_five_of_them_required() -> None:
    fields = PATHWAY.form("F38").fields()

    assert len(fields) <= 8
    assert sum(field.required for field in fields) <= 5


def test_the_parents_asq_is_taken_over_into_the_24_month_visit() -> None:
    scores = [
        field
        for section in PATHWAY.form("F26").sections
        if section.scale
        for field in section.fields
    ]

    assert len(scores) == 7
    for field in scores:
        assert field.prefill is not None
        assert field.prefill.last == (("F31", field.code),)
