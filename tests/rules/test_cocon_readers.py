"""Who fills and who reads each form of COCON: nobody beyond the perimeter of their mission."""

import pytest

from care_circle.definition.form import Form
from care_circle.role import Profession, Role
from tests.support.care import PATHWAY

FORMS = [pytest.param(form, id=form.code) for form in PATHWAY.forms.values()]
VISIT_FORMS = [form for form in PATHWAY.forms.values() if form.visits]
EVERYBODY = {*(each.value for each in Profession), Role.COORDINATOR.value}
PARAMEDICS = {each.profession.value for each in PATHWAY.disciplines}
OFFICE = {"coordinator", "secretary"}
# Who reads what is not for the whole circle (CON-1: the perimeter of each mission).
RESTRICTED = {
    "F01": {"physician", "midwife", "nurse"} | OFFICE,
    "F02": {"physician", "coordinator"},
    "F03": {"physician"} | OFFICE,
    "F04": {"physician"} | OFFICE,
    "F06": {"physician", "midwife", "nurse"} | OFFICE,
    "F08": {"physician"} | OFFICE,
    "F09": OFFICE,
    "F10": OFFICE,
    "F14": {"physician"} | PARAMEDICS | OFFICE,
    "F18": {"physician"} | OFFICE,
    "F19": {"physician"} | OFFICE,
    "F20": {"physician", "midwife", "nurse", "psychologist", "coordinator"},
    "F37": {"psychologist"},
    "F38": {"physician"} | PARAMEDICS | OFFICE,
    "F40": {"physician"} | OFFICE,
}
# Who fills: what the paper's table says, and the office where no one else is in Ronde yet.
FILLED_BY = {
    "F01": {"physician", "midwife", "nurse"} | OFFICE,
    "F02": {"physician", "coordinator"},
    "F03": {"physician"} | OFFICE,
    "F04": OFFICE,
    "F05": {"physician", "coordinator"},
    "F06": {"physician"} | OFFICE,
    "F07": {"physician"} | OFFICE,
    "F08": {"coordinator"},
    "F09": OFFICE,
    "F10": {"coordinator"},
    "F11": {"coordinator"},
    "F12": {"physician", "coordinator"},
    "F13": {"physician"},
    "F14": {"coordinator"},
    "F15": EVERYBODY,
    "F16": {"coordinator"},
    "F17": {"coordinator"},
    "F18": OFFICE,
    "F19": OFFICE,
    **{f"F{number}": {"physician"} for number in range(20, 31)},
    "F31": {"physician", "coordinator"},
    "F32": {"physiotherapist"},
    "F33": {"psychomotor_therapist"},
    "F34": {"occupational_therapist"},
    "F35": {"speech_therapist"},
    "F36": {"orthoptist"},
    "F37": {"psychologist"},
    "F38": PARAMEDICS,
    "F39": PARAMEDICS,
    "F40": {"physician", "coordinator"},
}
# What a form kept to a few says and a later one repeats to more, because those need it.
CARRIED_OUT = {
    (form.code, "F20", field.code)
    for form in VISIT_FORMS
    for field in form.fields()
    if field.code
    in (
        *("feeding_mode", "oxygen_at_home", "oxygen_flow", "treatments"),
        "neonatal_hearing_screening",
    )
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_filled_and_read_by_those_whose_mission_it_is(form: Form) -> None:
    assert set(form.fillers) == FILLED_BY[form.code]
    assert set(form.readers) == RESTRICTED.get(form.code, set())


@pytest.mark.parametrize("form", FORMS)
def test_whoever_fills_a_form_may_read_it(form: Form) -> None:
    assert not form.readers or set(form.fillers) <= set(form.readers)


def test_an_orthoptist_sees_neither_the_social_form_nor_the_talk_with_the_family() -> None:
    hidden = {code for code, readers in RESTRICTED.items() if "orthoptist" not in readers}

    assert {"F02", "F03", "F04", "F18", "F20", "F37"} <= hidden


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_prefilled_only_from_what_its_readers_may_read(form: Form) -> None:
    seen = set(form.readers) or EVERYBODY

    for field in form.fields():
        for source, _ in field.prefill.last if field.prefill else ():
            readers = set(PATHWAY.form(source).readers) or EVERYBODY
            kept = {said for said in seen - readers if said not in OFFICE}
            assert not kept or (form.code, source, field.code) in CARRIED_OUT
