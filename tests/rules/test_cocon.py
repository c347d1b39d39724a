"""COCON as it is shipped, against the tables of the domain paper (section 5)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from care_circle.ages import GestationalAge
from care_circle.definition.condition import Fact
from care_circle.definition.form import FormRecord
from care_circle.definition.inclusion import Outcome, assess
from care_circle.definition.pathway import Occasion, Reminder, Told, visit_window
from care_circle.definition.perinatal import Perinatal
from care_circle.neutral import MAX_LABEL
from notifications import gsm7, words
from notifications.notice import Rule
from notifications.saying import Saying, variables_of
from tests.support.care import PATHWAY, newborn
from tests.support.notices import PHONE, TOKEN, notice, renderer

# Section 5.3: code, counted from, months, days before, days after, mark, form.
CALENDAR = [
    "V00 discharge 0 0 31 S F20",
    "V03 corrected 3 14 30 A F21",
    "V06 corrected 6 21 21 A F22",
    "V09 corrected 9 30 30 ~ F23",
    "V12 corrected 12 30 30 A F24",
    "V18 corrected 18 45 45 A F25",
    "V24 corrected 24 60 60 S F26",
    "V36 chronological 36 90 90 ~ F27",
    "V48 chronological 48 90 90 A F28",
    "V60 chronological 60 90 90 S F29",
    "V72 chronological 72 90 90 ~ F30",
    "V84 chronological 84 90 90 S F30",
]
# Section 5.2, carried on to every visit: born, gestation, then V03 to V84.
DATES = [
    (
        "2026-01-15 28+3 2026-07-06 2026-10-06 2027-01-06 2027-04-06 2027-10-06 2028-04-06"
        " 2029-01-15 2030-01-15 2031-01-15 2032-01-15 2033-01-15"
    ),
    (
        "2026-01-15 33+0 2026-06-05 2026-09-05 2026-12-05 2027-03-05 2027-09-05 2028-03-05"
        " 2029-01-15 2030-01-15 2031-01-15 2032-01-15 2033-01-15"
    ),
    (
        "2024-02-29 25+0 2024-09-13 2024-12-13 2025-03-13 2025-06-13 2025-12-13 2026-06-13"
        " 2027-02-28 2028-02-29 2029-02-28 2030-02-28 2031-02-28"
    ),
    (
        "2026-02-28 41+2 2026-05-28 2026-08-28 2026-11-28 2027-02-28 2027-08-28 2028-02-28"
        " 2029-02-28 2030-02-28 2031-02-28 2032-02-28 2033-02-28"
    ),
]
# Section 5.1: gestation, what else is known, what the rules answer, the flags of the HAS.
INCLUSION = [
    (newborn("32+6"), Outcome.INCLUDED, ("INC-1",), ()),
    (newborn("33+0", birth_weight_g=1600), Outcome.NOT_INCLUDED, (), ()),
    (newborn("33+0", birth_weight_g=1499), Outcome.INCLUDED, ("INC-1",), ()),
    (newborn("34+6", growth_percentile=2), Outcome.INCLUDED, ("INC-2",), ("HAS-2",)),
    (newborn("35+0", growth_percentile=2), Outcome.NOT_INCLUDED, (), ("HAS-2",)),
    (newborn("34+6", growth_percentile=3), Outcome.NOT_INCLUDED, (), ()),
    (newborn("40+0", hie_treated_by_hypothermia=True), Outcome.INCLUDED, ("INC-3",), ()),
    (newborn(None), Outcome.UNDETERMINED, (), ()),
]
# Section 5.5: profession, assessments, sessions, months, renewals, cents, mark.
FORFAITS = [
    "physiotherapy physiotherapist 1 20 12 1 - - - A",
    "psychomotricity psychomotor_therapist 1 35 12 1 14000 3900 150000 ~",
    "occupational_therapy occupational_therapist 1 35 12 1 14000 3900 150000 ~",
    "speech_therapy speech_therapist 1 20 12 1 - - - A",
    "orthoptics orthoptist 1 20 12 1 - - - A",
    "psychology psychologist 1 0 12 1 30000 - - ~",
]
PLACE = "Bâtiment B, 130 avenue de la Fontaine, ".ljust(MAX_LABEL, "x")
SPOKEN = [
    pytest.param(reminder, language, id=f"{reminder.code}-{language}")
    for reminder in PATHWAY.reminders
    if reminder.sms is not None
    for language in reminder.sms
]


@pytest.mark.parametrize("row", CALENDAR)
def test_a_visit_stands_in_the_calendar_as_the_paper_has_it(row: str) -> None:
    code, counted, months, before, after, mark, form = row.split()

    visit = PATHWAY.visit(code)

    assert (visit.counted.value, visit.mark.value, visit.form) == (counted, mark, form)
    assert [visit.months, visit.before_days, visit.after_days] == [
        *map(int, (months, before, after))
    ]
    assert (visit.minutes, visit.cents) == (45, 6000)


def test_the_calendar_has_these_visits_and_no_other() -> None:
    assert [visit.code for visit in PATHWAY.visits] == [row.split()[0] for row in CALENDAR]


@pytest.mark.parametrize("row", DATES)
def test_every_visit_of_the_paper_s_children_is_due_on_its_day(row: str) -> None:
    born, gestation, *days = row.split()
    discharged = date.fromisoformat(born) + timedelta(days=40)
    perinatal = Perinatal(
        gestational_age=GestationalAge.written(gestation), discharged_on=discharged
    )

    windows = [
        visit_window(
            visit, birth=date.fromisoformat(born), perinatal=perinatal, reckoning=PATHWAY.reckoning
        )
        for visit in PATHWAY.visits
    ]

    due = [discharged, *map(date.fromisoformat, days)]
    assert [window and window.due for window in windows] == due
    for window, row_of, day in zip(windows, CALENDAR, due, strict=True):
        before, after = (timedelta(days=int(each)) for each in row_of.split()[3:5])
        assert window is not None
        assert (window.opens, window.closes) == (day - before, day + after)


@pytest.mark.parametrize(("birth", "outcome", "reasons", "flags"), INCLUSION)
def test_the_rules_of_inclusion_answer_as_the_paper_does(
    birth: Perinatal, outcome: Outcome, reasons: tuple[str, ...], flags: tuple[str, ...]
) -> None:
    stays: dict[str, Fact] = {"parental_refusal": False, "moved_out_of_territory": False}

    answer = assess(PATHWAY.inclusion, birth.facts() | stays)

    assert (answer.outcome, answer.reasons, answer.flags) == (outcome, reasons, flags)


@pytest.mark.parametrize("row", FORFAITS)
def test_a_discipline_has_the_quota_and_the_amounts_of_the_paper(row: str) -> None:
    code, profession, *numbers, mark = row.split()

    (held,) = (each for each in PATHWAY.disciplines if each.code == code)

    assert (held.profession.value, held.mark.value) == (profession, mark)
    assert [
        *(held.assessments, held.sessions, held.validity_months, held.renewals),
        *(held.assessment_cents, held.session_cents, held.year_cents),
    ] == [None if number == "-" else int(number) for number in numbers]


def test_the_six_disciplines_of_the_network_are_there_and_nothing_else() -> None:
    assert [each.code for each in PATHWAY.disciplines] == [row.split()[0] for row in FORFAITS]


def test_what_regions_disagree_on_is_a_parameter_with_its_mark() -> None:
    values = {name: (held.value, held.mark.value) for name, held in PATHWAY.parameters.items()}

    assert values["term"] == ("40+0", "A")
    assert values["corrected_below"] == ("37+0", "A")
    assert values["corrected_until_months"] == (24, "S")
    assert values["oldest_months"] == (84, "A")
    assert values["lost_after_missed_visits"] == (2, "A")
    assert values["lost_after_months"] == (6, "A")
    assert PATHWAY.inclusion.oldest_months == 84


def test_one_leaves_for_the_seven_reasons_and_a_structure_is_handed_to() -> None:
    relays = {each.code for each in PATHWAY.exits if each.relay}

    assert relays == {"pco", "camsp", "cmpea", "cmpp", "moving"}
    assert {each.code for each in PATHWAY.exits} - relays == {"age", "refusal"}


def test_a_child_can_leave_for_every_reason_that_the_form_of_departure_offers() -> None:
    form = PATHWAY.form("F40")

    (reason,) = (field for field in form.fields() if field.code == "exit_reason")

    assert form.record is FormRecord.DEPARTURE
    assert [choice.code for choice in reason.choices] == [each.code for each in PATHWAY.exits]


def test_the_report_compares_the_24_months_with_what_was_measured_before() -> None:
    baselines = {each.code: each.baseline for each in PATHWAY.indicators if each.baseline}

    assert baselines == {"attendance_v24": 63}


def test_the_report_counts_what_the_paper_lists() -> None:
    counted = {each.measure.word.value for each in PATHWAY.indicators}
    attended = [each.measure.visit for each in PATHWAY.indicators if each.measure.visit]

    assert counted == {
        *("count", "delay", "attendance", "lost", "forfaits"),
        *("meetings", "exits", "conventions", "completeness"),
    }
    assert attended == [visit.code for visit in PATHWAY.visits]


def test_all_nine_reminders_are_there_and_a_failing_number_tells_no_family() -> None:
    told = {each.code: each for each in PATHWAY.reminders}

    assert list(told) == [f"N{number}" for number in range(1, 10)]
    assert (told["N9"].on, told["N9"].to, told["N9"].sms) == (
        Occasion.FAILED,
        Told.COORDINATOR,
        None,
    )
    assert (told["N3"].days, told["N3"].time) == (-1, "18:00")
    assert (told["N6"].visit, told["N6"].form, told["N6"].to) == ("V24", "F31", Told.CHOSEN_HOLDER)


@pytest.mark.parametrize(("reminder", "language"), SPOKEN)
def test_a_reminder_fits_one_message_however_long_its_words(
    reminder: Reminder, language: str
) -> None:
    rule = Rule(reminder.on.value)
    told = notice(rule, reminder.code, language)
    if told.start is not None:
        told = replace(told, place_label=PLACE, start=datetime.fromisoformat("2026-09-23T14:30"))

    said = renderer().text(told, token=TOKEN).text

    assert gsm7.septets(said) <= gsm7.LIMIT
    assert "\n" not in said
    assert f"/r/{TOKEN}" in said or PHONE in said


@pytest.mark.parametrize(("reminder", "language"), SPOKEN)
def test_a_reminder_says_listed_variables_and_no_word_of_health(
    reminder: Reminder, language: str
) -> None:
    said = Saying.of((reminder.sms or {})[language])

    assert {*said.names} <= variables_of(Rule(reminder.on.value))
    assert {*said.names} & {"link", "phone"}
    assert words.lint(said.bare()) == ()
